#!/usr/bin/env python3
"""Checks what of the SDK is a matter of compiling.

  compiles.py contract CC CXX...  abi.h alone as C11 and C++11/17/20, without a warning, by every compiler
  compiles.py cases CXX           compile/*.cpp; "// flags: ..." adds options, "// fails: text" expects that error
  compiles.py cost CXX            user time of each header alone, at most 5 times that of <string>
"""

import pathlib
import resource
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = HERE.parent / "include"
COST_MAX = 5.0  # <string> costs 0.1 s on a fast machine: so a header costs at most half a second
TRIES = 3


def compiler(command, source, *options):
    """Runs one compiler over text; returns its output, or None where it is content."""
    language = "c" if any(o.startswith("-std=c1") for o in options) else "c++"
    done = subprocess.run(
        [command, "-x", language, "-fsyntax-only", f"-I{INCLUDE}", *options, "-"],
        input=source, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else done.stderr


def contract(commands):
    found = 0
    for command in filter(shutil.which, commands):
        plus = "++" in command
        for standard in ("c++11", "c++17", "c++20") if plus else ("c11",):
            found += 1
            error = compiler(command, "#include <weir/abi.h>\n", f"-std={standard}", "-Wall", "-Wextra",
                             "-Wpadded", "-pedantic", "-Werror")
            yield f"{command} -std={standard}", error
    if found == 0:
        yield "compilers", f"none of {commands} is installed"


def cases(commands):
    for file in sorted((HERE / "compile").glob("*.cpp")):
        source = file.read_text()
        said = dict(line[3:].split(": ", 1) for line in source.splitlines() if line.startswith(("// flags: ", "// fails: ")))
        error = compiler(commands[0], source, "-std=c++20", "-Wall", "-Wextra", *said.get("flags", "").split())
        wanted = said.get("fails")
        if wanted is None:
            yield file.name, error
        elif error is None or wanted not in error:
            yield file.name, f"expected to fail with: {wanted}\n{error or 'but it compiles'}"
        else:
            yield file.name, None


def user_seconds(command, header):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    error = compiler(command, f"#include <{header}>\n", "-std=c++20")
    if error is not None:
        raise SystemExit(f"<{header}> does not stand alone:\n{error}")
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def cost(commands):
    def best(header):
        return min(user_seconds(commands[0], header) for _ in range(TRIES))

    unit = best("string")
    for file in sorted(INCLUDE.glob("weir/*")):
        seconds = best(f"weir/{file.name}")
        print(f"{seconds:6.3f} s  {seconds / unit:4.1f} x <string>  {file.name}")
        yield file.name, None if seconds <= COST_MAX * unit else f"more than {COST_MAX} times <string>"


def main():
    failed = 0
    for what, error in {"contract": contract, "cases": cases, "cost": cost}[sys.argv[1]](sys.argv[2:]):
        if error is not None:
            print(f"FAILED {what}: {error}")
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
