#!/usr/bin/env python3
"""A plugin of each kind from its template builds, passes its tests, and is clean by the house rules.

With WEIR_BUILD_DIR in the environment the contract suite of that build is run on each as well.
Everything happens in a temporary project, with the rules, the SDK and nothing else of this one.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent
KINDS = ["inputs", "processors", "aggregators", "outputs", "parsers", "serializers"]


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **more)
    if done.returncode != 0:
        sys.exit(f"$ {' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def make_project(folder):
    for name in ("sdk", "scripts"):
        shutil.copytree(TOP / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("CMakeLists.txt", "CMakePresets.json", ".clang-format", "plugins/CMakeLists.txt",
                 "tests/support/fuzz_driver.cpp"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TOP / name, folder / name)
    for left_out in ("sdk/tests", "sdk/check", "sdk/samples"):
        shutil.rmtree(folder / left_out, ignore_errors=True)
    run("git", "init", "-q", cwd=folder)


def state(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts}


def main():
    check = pathlib.Path(os.environ.get("WEIR_BUILD_DIR", "."), "weir-check")
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        make_project(folder)
        before = state(folder)
        for kind in KINDS:
            run(sys.executable, folder / "scripts/new_plugin", kind, "first_try")
        after = state(folder)
        assert all(after[path] == before[path] for path in before), "a file that was there has changed"

        run("clang-format-19", "--dry-run", "-Werror", *folder.glob("plugins/*/*/*.?pp"))
        run(sys.executable, folder / "scripts/tidy.py", "plugins")
        run("cmake", "--preset", "release", cwd=folder)
        run("ninja", "-C", folder / "build/release")
        print(run("ctest", "--test-dir", folder / "build/release", "-j", len(os.sched_getaffinity(0)),
                  "--output-on-failure"))
        for module in sorted(folder.glob("build/release/plugins/*/first_try.so")) if check.exists() else []:
            run(check, module)
            print(f"{module.parent.name}: weir-check passed")


if __name__ == "__main__":
    main()
