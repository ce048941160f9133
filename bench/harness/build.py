"""Where the agent and the tools of bench are, and how they get there."""

import json
import os
import pathlib
import subprocess

from harness.figures import Failed

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
RELEASE = TOP / "build" / "release"


def build_release():
    """The preset "release": agent, plugins, tools and micro-benchmarks."""
    if not (RELEASE / "build.ninja").exists():
        checked("cmake", "--preset", "release")
    checked("ninja", "-C", RELEASE, "weir", "weir_modules", "weir_benches")


def checked(*command, environment=None):
    """Runs a command that has to end well; returns what it printed. environment is added to ours."""
    done = subprocess.run([str(word) for word in command], cwd=TOP, capture_output=True, text=True, errors="replace",
                          env={**os.environ, **(environment or {})})
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))} ended with status {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


class Tools:
    """The programs of bench/tools and the micro-benchmarks, out of one build folder."""

    def __init__(self, build):
        self.build = build

    def path(self, name):
        return self.build / "bench" / "tools" / name

    def run(self, name, *arguments, environment=None):
        return checked(self.path(name), *arguments, environment=environment)

    def json(self, name, *arguments, environment=None):
        return json.loads(self.run(name, *arguments, environment=environment))
