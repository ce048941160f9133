#!/usr/bin/env python3
"""What ./scripts/test runs, part by part. Output of every command is kept in build/logs."""

import argparse
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
BUILD = TOP / "build"
LOGS = BUILD / "logs"
CORES = len(os.sched_getaffinity(0))
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": f"second_deadlock_stack=1:suppressions={TOP}/tests/support/tsan.supp",
}
# Labels of tests that are a part of their own; all others belong to "tests".
OWN_PARTS = "conformance|e2e|sdk|soak"
LOG_LINES_SHOWN = 60


@dataclasses.dataclass
class Score:
    passed: int = 0
    failed: int = 0

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        return self


def say(text):
    print(text, flush=True)


class Part:
    """One part's commands, with a log and a score."""

    def __init__(self, name, options):
        self.name = name
        self.options = options
        self.score = Score()
        LOGS.mkdir(parents=True, exist_ok=True)
        self.log = LOGS / f"{name}.log"
        self.log.write_text("")

    def run(self, *command, environment=None):
        """Returns (status, output)."""
        done = subprocess.run([str(word) for word in command], cwd=TOP, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace",
                              env={**os.environ, **SANITIZERS, **(environment or {})})
        with self.log.open("a") as log:
            log.write(f"$ {' '.join(map(str, command))}\n{done.stdout}\n")
        return done.returncode, done.stdout

    def expect(self, what, *command):
        """A command that has to end well counts as one test."""
        status, output = self.run(*command)
        self.count(what, status == 0, output)
        return status == 0

    def count(self, what, good, output=""):
        self.score.add(Score(int(good), int(not good)))
        if not good:
            say(f"  FAILED: {what} (all of it: {self.log.relative_to(TOP)})")
            say("\n".join("    " + line for line in output.splitlines()[-LOG_LINES_SHOWN:]))

    def build(self, preset, *targets):
        """Configures and builds; a part that cannot build has failed."""
        return (self.expect(f"configure {preset}", "cmake", "--preset", preset)
                and self.expect(f"build {preset}", "ninja", "-C", BUILD / preset, *targets))

    def ctest(self, preset, *selection, environment=None):
        """Each ctest counts for itself."""
        status, output = self.run("ctest", "--test-dir", BUILD / preset, "-j", CORES, "--output-on-failure",
                                  *selection, environment=environment)
        score = ctest_score(output)
        if score is None:
            self.count("ctest", status == 0, output)
            return
        self.score.add(score)
        if score.failed:
            say(f"  FAILED: {score.failed} tests (all of it: {self.log.relative_to(TOP)})")
            say("\n".join("    " + line for line in failures(output)))


def ctest_score(output):
    """What ctest counted; None where it ran nothing."""
    match = re.search(r"tests passed, (\d+) tests? failed out of (\d+)", output)
    return Score(int(match[2]) - int(match[1]), int(match[1])) if match else None


def failures(output):
    """The failing tests' own last lines, then ctest's list of them."""
    pieces = re.split(r"^ *\d+/\d+ Test +#", output, flags=re.M)
    lines = []
    for piece in pieces:
        if re.search(r"\*\*\*(Failed|Exception|Timeout|Not Run)", piece.split("\n")[0]):
            lines += piece.rstrip().split("\n")[:1] + piece.rstrip().split("\n")[1:][-LOG_LINES_SHOWN:]
    return lines


def tracked(*suffixes):
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=TOP,
                            capture_output=True, text=True, check=True).stdout.split("\0")
    return [path for path in listed if path.endswith(suffixes) and (TOP / path).is_file()]


# ---- the parts -------------------------------------------------------------------------------------


def part_tidy(part):
    """format of all sources, the house rules and their tests, shell scripts"""
    sources = [path for path in tracked(".cpp", ".hpp", ".c") if path != "sdk/include/weir/abi.h"]
    part.expect("clang-format-19 -i would change files", "clang-format-19", "--dry-run", "-Werror", *sources)
    part.expect("scripts/tidy.py", sys.executable, "scripts/tidy.py")
    for tests in ("scripts/tidy_test.py", "scripts/check_test.py", "bench/harness_test.py"):
        status, output = part.run(sys.executable, tests)
        score = unittest_score(output, status)
        part.score.add(score)
        if score.failed:
            say(output)
    part.expect("shellcheck", "shellcheck", *shell_scripts())


def unittest_score(output, status):
    ran = int((re.search(r"^Ran (\d+) test", output, re.M) or [0, 0])[1])
    wrong = sum(int(number) for number in re.findall(r"(?:failures|errors)=(\d+)", output)) or int(status != 0)
    return Score(max(ran - wrong, 0), wrong)


def shell_scripts():
    return [path for path in tracked("") if (TOP / path).open("rb").read(64).startswith((b"#!/bin/sh", b"#!/bin/bash"))]


def part_release(part):
    """release build of everything"""
    part.build("release")


def part_tests(part):
    """unit, fuzz, export and contract tests of the release build"""
    if part.build("release"):
        part.ctest("release", "-LE", OWN_PARTS)


def part_e2e(part):
    """the real binary with real servers"""
    if part.build("release"):
        part.ctest("release", "-L", "e2e")


def part_conformance(part):
    """Telegraf's own cases"""
    if part.build("release"):
        part.ctest("release", "-L", "conformance")


def part_sdk(part):
    """plugins built out of tree against the installed SDK"""
    if part.build("release"):
        part.ctest("release", "-L", "sdk")


def part_soak(part):
    """soaks, for seconds; scripts/soak runs them in full"""
    if part.build("release"):
        part.ctest("release", "-L", "soak", environment={"WEIR_SOAK_SECONDS": "20", **os.environ})


def part_asan(part):
    """everything built with ASan and UBSan"""
    part.build("asan")


def part_asan_tests(part):
    """the tests again, under ASan and UBSan"""
    if part.build("asan"):
        part.ctest("asan", "-LE", "soak|sdk|conformance")


def part_tsan(part):
    """core's tests under ThreadSanitizer"""
    if part.build("tsan", "weir_core_tests"):
        part.ctest("tsan", "-L", "^core-unit$")


def part_lint(part):
    """clang-tidy: the files that changed, all with --full"""
    if not part.expect("configure release", "cmake", "--preset", "release"):
        return
    write_lint_commands()
    files = lint_files(part.options.full)
    say(f"  {len(files)} files")
    with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
        for file, (status, output) in zip(files, pool.map(lambda file: lint(part, file), files)):
            part.count(f"clang-tidy {file}", status == 0, output)


def write_lint_commands():
    """The release build's compile commands, which are g++'s, without what clang does not know."""
    commands = (BUILD / "release" / "compile_commands.json").read_text()
    (BUILD / "lint").mkdir(exist_ok=True)
    for word in (" -fno-gnu-unique", " --param=ggc-min-heapsize=1048576"):
        commands = commands.replace(word, "")
    (BUILD / "lint" / "compile_commands.json").write_text(commands)


def lint(part, file):
    # A test reads its environment, which no other thread changes, and looks into what has to be there.
    relaxed = ["--checks=-concurrency-mt-unsafe,-bugprone-unchecked-optional-access"] if "_test." in file else []
    status, output = part.run("clang-tidy-19", "-p", BUILD / "lint", "--quiet", *relaxed, file)
    return status, "\n".join(line for line in output.splitlines() if not line.endswith("warnings generated."))


def lint_files(full):
    """Sources the build knows; a changed header stands for the source of its name."""
    commands = json.loads((BUILD / "release" / "compile_commands.json").read_text())
    known = {os.path.relpath(one["file"], TOP) for one in commands}
    known = sorted(path for path in known if not path.startswith(("build", "..")))
    if full:
        return known
    changed = changed_files()
    if changed is None:
        return known
    wanted = {*changed, *(re.sub(r"\.hpp$", ".cpp", path) for path in changed)}
    return [path for path in known if path in wanted]


def changed_files():
    """Against where this branch left the main line; None where there is nothing to compare with."""
    def git(*words):
        done = subprocess.run(["git", *words], cwd=TOP, capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else None
    head, base = git("rev-parse", "HEAD"), git("merge-base", "origin/main", "HEAD")
    if base is None or base == head:
        base = git("rev-parse", "--verify", "HEAD~1")
    if base is None:
        return None
    return git("diff", "--name-only", base).splitlines() + git("ls-files", "-o", "--exclude-standard").splitlines()


PARTS = {"tidy": part_tidy, "release": part_release, "tests": part_tests, "e2e": part_e2e, "sdk": part_sdk,
         "conformance": part_conformance, "soak": part_soak, "asan": part_asan, "asan-tests": part_asan_tests,
         "tsan": part_tsan, "lint": part_lint}


def main():
    listing = "\n".join(f"  {name:12} {function.__doc__}" for name, function in PARTS.items())
    options = argparse.ArgumentParser(prog="scripts/test", epilog=f"parts:\n{listing}",
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--part", action="append", choices=PARTS, metavar="NAME", help="only this part; repeatable")
    options.add_argument("--full", action="store_true", help="clang-tidy reads every file")
    options = options.parse_args()
    rows, total, begin = [], Score(), time.monotonic()
    for name in options.part or PARTS:
        say(f"== {name}: {PARTS[name].__doc__}")
        part, started = Part(name, options), time.monotonic()
        PARTS[name](part)
        rows.append((name, (time.monotonic() - started) / 60, part.score))
        total.add(part.score)
    say(f"\n{'part':12} {'minutes':>8} {'passed':>8} {'failed':>8}")
    for name, minutes, score in [*rows, ("all", (time.monotonic() - begin) / 60, total)]:
        say(f"{name:12} {minutes:8.1f} {score.passed:8} {score.failed:8}")
    say(f"\n{total.passed} passed, {total.failed} failed")
    sys.exit(1 if total.failed else 0)


if __name__ == "__main__":
    main()
