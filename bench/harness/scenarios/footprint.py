"""What the agent and the host inputs take on the disk, and what they need of the distribution."""

import pathlib
import re
import shutil
import subprocess

from harness import build
from harness.figures import Figure, Target
from harness.scenarios import host
from harness.scenarios.base import NotForThis, Scenario


class Footprint(Scenario):
    name = "footprint"
    about = "stripped size of the agent with the host inputs, and the shared libraries they need"

    def run(self, context):
        if context.installation.plugins is None:
            raise NotForThis("its plugins are not files of their own")
        plugins = [context.installation.plugins / "inputs" / f"{name}.so"
                   for name in host.inputs(context.configuration("host"))]
        files = [context.installation.binary, *plugins]
        ours = sum(stripped_bytes(file, context.folder) for file in files)
        libraries = needed(files)
        return [Figure("disk: agent and host inputs, stripped", ours / 1e6, "MB", target=Target(10)),
                Figure("disk: shared libraries of the distribution", sum(libraries.values()) / 1e6, "MB",
                       detail={"libraries": {f"{package_of(path)}: {path}": size for path, size in libraries.items()}})]


def stripped_bytes(file, folder):
    copy = folder / file.name
    shutil.copyfile(file, copy)
    build.checked("strip", "--strip-all", copy)
    return copy.stat().st_size


def needed(files):
    """{library: bytes} of all that the loader brings in."""
    paths = set()
    for file in files:
        paths |= libraries_in(build.checked("ldd", file))
    return {path: pathlib.Path(path).resolve().stat().st_size for path in sorted(paths)}


def libraries_in(ldd):
    return set(re.findall(r"(/\S+\.so[.\d]*)", ldd))


def package_of(path):
    """The distribution's name for where a file is from; a merged /usr is known by either name."""
    for name in (path, str(pathlib.Path(path).resolve()), f"/usr{path}"):
        done = subprocess.run(["dpkg-query", "--search", name], capture_output=True, text=True)
        if done.returncode == 0:
            return done.stdout.split(":")[0]
    return "unknown"
