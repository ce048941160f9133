#!/usr/bin/env python3
"""What scripts/package makes: the .deb installed into a scratch root, the tarball moved about; both run.

Environment: WEIR_BUILD_DIR, WEIR_SOURCE_DIR. The build has to be whole.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import tempfile
import unittest

BUILD = pathlib.Path(os.environ["WEIR_BUILD_DIR"])
SOURCE = pathlib.Path(os.environ["WEIR_SOURCE_DIR"])
# Plugins of each kind that a run needs.
CONFIG = """
[agent]
  omit_hostname = true
  quiet = true
[[inputs.mem]]
[[inputs.file]]
  files = ["{file}"]
  data_format = "influx"
[[processors.rename]]
  [[processors.rename.replace]]
    measurement = "mem"
    dest = "memory"
[[outputs.file]]
  files = ["stdout"]
  data_format = "influx"
"""


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", check=False, **more)
    return done.returncode, done.stdout


class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        kept = tempfile.TemporaryDirectory(prefix="weir-packages-")
        cls.addClassCleanup(kept.cleanup)
        cls.top = pathlib.Path(kept.name)
        output = cls.must(SOURCE / "scripts" / "package", "--quick", "--build", BUILD, "--out", cls.top / "out")
        files = [pathlib.Path(word) for word in output.splitlines()[-1].split()]
        cls.agent, cls.sdk, cls.tarball = files

    @classmethod
    def must(cls, *command, **more):
        status, output = run(*command, **more)
        if status != 0:
            raise AssertionError(f"{' '.join(map(str, command))} ended with {status}:\n{output}")
        return output

    def runs(self, program):
        """Finds its plugins by itself, gathers and writes."""
        source, config = self.top / "in.lp", self.top / "weir.conf"
        source.write_text("a v=1 1\n")
        config.write_text(CONFIG.format(file=source))
        output = self.must(program, "--config", config, "--once", cwd="/")
        self.assertIn("a v=1 ", output)
        self.assertRegex(output, r"(?m)^memory .*total=")

    def plugins(self, program):
        return set(self.must(program, "plugins", "list", cwd="/").splitlines())

    def built(self):
        """The modules of the build that the project has a folder for, and their other names."""
        return {f"{path.parent.name}.{path.stem}" for path in (BUILD / "plugins").glob("*/*.so")
                if (SOURCE / "plugins" / path.parent.name).is_dir()}

    # ---- the .deb ----

    def field(self, file, name):
        return self.must("dpkg-deb", "--field", file, name).strip()

    def installed(self):
        """dpkg's own work, in a root that has nothing but its files; maintainer scripts run in DPKG_ROOT."""
        root = self.top / "root"
        if root.exists():
            return root
        (root / "var/lib/dpkg/updates").mkdir(parents=True)
        (root / "var/lib/dpkg/info").mkdir()
        (root / "var/lib/dpkg/status").write_text("")
        (root / "etc").mkdir()
        output = self.must("dpkg", f"--root={root}", "--force-script-chrootless", "--force-depends",
                           "--force-not-root", "--log=/dev/null", "--install", self.agent, self.sdk)
        self.assertIn("systemctl enable --now weir", output)
        return root

    @unittest.skipUnless(os.geteuid() == 0, "dpkg sets owners, which takes root")
    def test_the_package_installs_and_runs(self):
        root = self.installed()
        self.assertIn("weir:", (root / "etc/passwd").read_text())
        self.assertEqual((root / "etc/weir").stat().st_mode & 0o777, 0o750)
        program = root / "usr/bin/weir"
        self.runs(program)
        self.assertEqual({line.split()[0] for line in self.plugins(program)}, self.built())
        self.must(program, "config", "check", "--config", root / "etc/weir/weir.conf", "--config-directory",
                  root / "etc/weir/weir.d")
        self.must(root / "usr/bin/weir-check", root / "usr/lib/weir/inputs/mem.so")
        for page in ("README.md", "docs/CONFIGURATION.md", "configs/host.conf", "plugins/inputs/mem/README.md"):
            self.assertTrue((root / "usr/share/doc/weir" / page).is_file(), page)

    @unittest.skipUnless(os.geteuid() == 0, "dpkg sets owners, which takes root")
    def test_purging_leaves_nothing_behind(self):
        root = self.installed()
        (root / "var/lib/weir").mkdir(parents=True)
        self.must("dpkg", f"--root={root}", "--force-script-chrootless", "--force-not-root", "--log=/dev/null",
                  "--purge", "weir", "weir-dev")
        left = [path for path in root.rglob("*weir*") if not path.is_dir() or path.name == "weir"]
        shutil.rmtree(root)
        self.assertEqual(left, [])

    def test_the_package_without_root(self):
        root = self.top / "extracted"
        self.must("dpkg-deb", "--extract", self.agent, root)
        self.runs(root / "usr/bin/weir")

    def test_dependencies(self):
        depends, recommends = self.field(self.agent, "Depends"), self.field(self.agent, "Recommends")
        self.assertIn("libc6", depends)
        self.assertNotIn("librdkafka", depends)
        self.assertIn("librdkafka", recommends)
        self.assertEqual(self.field(self.agent, "Conffiles"), "")
        self.assertIn("/etc/weir/weir.conf", self.must("dpkg-deb", "--info", self.agent, "conffiles"))

    # ---- systemd ----

    def test_the_unit(self):
        root = self.top / "unit"
        self.must("dpkg-deb", "--extract", self.agent, root)
        text = (root / "usr/lib/systemd/system/weir.service").read_text()
        self.assertIn("ExecStart=/usr/bin/weir ", text)
        self.assertNotIn("@prefix@", text)
        if not shutil.which("systemd-analyze"):
            return
        status, said = run("systemd-analyze", "security", "--offline=true", "--no-pager", f"--root={root}",
                           "weir.service")
        level = re.search(r"Overall exposure level for weir.service: ([\d.]+)", said)
        self.assertEqual(status, 0, said)
        self.assertLess(float(level[1]), 2.0, said)

    # ---- the tarball ----

    def test_the_tarball_runs_from_anywhere(self):
        here = self.top / "some where"
        with tarfile.open(self.tarball) as tar:
            tar.extractall(here)
        there = here.rename(self.top / "else where")
        folder = next(there.iterdir())
        self.assertRegex(folder.name, r"^weir-[\d.]+-linux-")
        self.runs(folder / "bin/weir")
        link = self.top / "linked"
        link.symlink_to(folder / "bin/weir")
        self.runs(link)
        self.assertIn("librdkafka", (folder / "share/doc/weir/packages.txt").read_text())
        self.assertTrue((folder / "lib/cmake/weir/weirConfig.cmake").is_file())


if __name__ == "__main__":
    unittest.main(verbosity=2)
