#!/usr/bin/env python3
"""Builds the sample plugins outside the project against an installed SDK, judges them with weir-check
and runs them in the agent.

Environment: WEIR_BUILD_DIR. What the machine lacks (clang++-19 with libc++) is left
out and said so, unless WEIR_REQUIRE_ALL is set.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

BUILD = pathlib.Path(os.environ["WEIR_BUILD_DIR"])
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"]

CONFIG = """
[agent]
  omit_hostname = true
  quiet = true
[[inputs.uptime]]
  origin = "{origin}"
[[processors.shout]]
  tags = ["origin"]
[[outputs.file]]
  files = ["stdout"]
  data_format = "influx"
"""


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, errors="replace",
                          stderr=subprocess.STDOUT, check=False, **more)
    return done.returncode, done.stdout


class OutOfTree(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="weir-out-of-tree-")
        cls.top = pathlib.Path(cls.folder.name)
        cls.sdk = cls.top / "sdk"
        cls.must("cmake", "--install", BUILD, "--component", "sdk", "--prefix", cls.sdk)
        cls.check = cls.sdk / "bin" / "weir-check"
        cls.samples = cls.sdk / "share" / "weir" / "samples"

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def must(cls, *command, **more):
        status, output = run(*command, **more)
        if status != 0:
            raise AssertionError(f"{' '.join(map(str, command))} ended with {status}:\n{output}")
        return output

    # ---- building ----

    def build_c(self, compiler="cc", extra=()):
        module = self.top / f"c-{compiler}" / "inputs" / "uptime.so"
        module.parent.mkdir(parents=True, exist_ok=True)
        self.must(compiler, "-std=c11", *WARNINGS, "-O2", "-shared", "-fPIC", "-fvisibility=hidden", *extra,
                  "-I", self.sdk / "include", self.samples / "c_input" / "uptime.c", "-o", module)
        return module

    def build_cpp(self, name, *options):
        source = self.top / f"cpp-{name}"
        shutil.copytree(self.samples / "cpp_processor", source)
        build = source / "build"
        self.must("cmake", "-G", "Ninja", "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={self.sdk}", *options)
        self.must("cmake", "--build", build)
        self.must("ctest", "--test-dir", build, "--output-on-failure")
        return build / "plugins" / "processors" / "shout.so"

    def has_libcxx(self):
        if shutil.which("clang++-19"):
            probe = "#include <string>\nstd::string s;\n"
            status, _ = run("clang++-19", "-stdlib=libc++", "-x", "c++", "-fsyntax-only", "-", input=probe)
            if status == 0:
                return True
        if os.environ.get("WEIR_REQUIRE_ALL"):
            self.fail("clang++-19 with libc++ is not installed (scripts/setup test)")
        return False

    # ---- judging ----

    def passes_check(self, module):
        output = self.must(self.check, module)
        self.assertIn(" 0 skipped, 0 failed", output)

    def runs_in_agent(self, uptime, shout, origin):
        plugins = self.top / f"plugins-{origin}"
        for module, kind in ((uptime, "inputs"), (shout, "processors")):
            (plugins / kind).mkdir(parents=True, exist_ok=True)
            shutil.copy(module, plugins / kind)
        config = self.top / f"{origin}.conf"
        config.write_text(CONFIG.format(origin=origin))
        status, output = run(BUILD / "weir", "--config", config, "--plugin-directory", plugins, "--once")
        self.assertEqual(status, 0, output)
        self.assertRegex(output, rf"(?m)^uptime,origin={origin.upper()} seconds=[0-9.]+,idle=[0-9.]+ [0-9]+$")

    # ---- tests ----

    def test_c_and_cpp_of_the_default_compilers(self):
        uptime, shout = self.build_c(), self.build_cpp("default")
        self.passes_check(uptime)
        self.passes_check(shout)
        self.runs_in_agent(uptime, shout, "default")

    def test_cpp_with_another_compiler_and_standard_library(self):
        if not self.has_libcxx():
            self.skipTest("clang++-19 with libc++ is not installed")
        uptime = self.build_c("clang-19")
        shout = self.build_cpp("libcxx", "-DCMAKE_CXX_COMPILER=clang++-19", "-DCMAKE_CXX_FLAGS=-stdlib=libc++")
        self.assertIn("libc++.so", self.must("ldd", shout))
        self.passes_check(uptime)
        self.passes_check(shout)
        self.runs_in_agent(uptime, shout, "libcxx")

    def test_cpp_of_other_standards_and_levels(self):
        for name, options in (("debug", ["-DCMAKE_BUILD_TYPE=Debug"]),
                              ("lto", ["-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON"]),
                              ("static", ["-DCMAKE_SHARED_LINKER_FLAGS=", "-DCMAKE_MODULE_LINKER_FLAGS=-static-libstdc++"])):
            with self.subTest(name):
                self.passes_check(self.build_cpp(name, *options))

    def test_foreign_modules_are_tried_out_first(self):
        folder = self.top / "broken" / "inputs"
        folder.mkdir(parents=True)
        source = folder / "bad.c"
        source.write_text("#include <stdlib.h>\n#include <weir/abi.h>\n"
                          "__attribute__((constructor)) static void begin(void) { abort(); }\n"
                          "const weir_module *weir_module_v0(void) { return 0; }\n")
        self.must("cc", "-shared", "-fPIC", "-fvisibility=hidden", "-I", self.sdk / "include", source, "-o",
                  folder / "bad.so")
        config = self.top / "bad.conf"
        config.write_text('[[inputs.bad]]\n[[outputs.file]]\n  files = ["stdout"]\n')
        status, output = run(BUILD / "weir", "--config", config, "--plugin-directory", folder.parent, "--once")
        self.assertEqual(status, 1, output)
        self.assertIn("bad.so ends the process that loads it, in a static constructor or in init: Aborted", output)


if __name__ == "__main__":
    unittest.main(verbosity=2)
