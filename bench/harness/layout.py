"""The members of classes by cache line, as the debugger sees them."""

import re

from harness import build

LINE_BYTES = 64
# What more than one thread uses while records flow, and where it is declared.
SHARED = {
    "weir::metrics::Node": "core/metrics/ledger.hpp",
    "weir::queue::Budget": "core/queue/budget.hpp",
    "weir::queue::Recycler": "core/queue/recycler.hpp",
    "weir::pipeline::Gate": "core/pipeline/stage.hpp",
    "weir::pipeline::Lane": "core/pipeline/stage.hpp",
    "weir::pipeline::ParseStage": "core/pipeline/parse_stage.hpp",
    "weir::pipeline::Input": "core/pipeline/input.hpp",
    "weir::pipeline::Output": "core/pipeline/output.hpp",
}
# The third one also for classes whose virtual functions are elsewhere.
FLAGS = ("-std=c++20", "-g", "-femit-class-debug-always", "-I.", "-Isdk/include")
# gdb's "ptype /o": "/*    128      |       8 */    struct std::atomic<long> {", and its name behind the closing brace.
MEMBER = re.compile(r"^/\*\s*(\d+)\s*\|\s*(\d+) \*/ +(.*)$")
SYNCHRONIZES = re.compile(r"^(mutable )?(struct|class) std::(atomic|array<std::atomic|mutex|condition_variable)\b")


def table(folder):
    program = folder / "probe.o"
    source = "".join(f'#include "{header}"\n' for header in dict.fromkeys(SHARED.values()))
    source += "".join(f"{name}* probe_{number};\n" for number, name in enumerate(SHARED))
    (folder / "probe.cpp").write_text(source)
    build.checked("g++", *FLAGS, "-c", folder / "probe.cpp", "-o", program)
    lines = []
    for number, name in enumerate(SHARED):
        printed = build.checked("gdb", "-batch", "-ex", f"ptype /o *probe_{number}", program)
        lines += [name, *rows(members(printed))]
    return lines


def members(printed):
    """[(offset, size, name, does it synchronize)] of a class's own members, in order."""
    found, opened, column = [], None, None
    for line in printed.splitlines()[1:]:
        match = MEMBER.match(line)
        closed = re.match(r"^( +)\} (\S+);$", line)
        if match and opened is None and column in (None, match.start(3)):
            column, member = match.start(3), (int(match[1]), int(match[2]), match[3])
            if match[3].endswith("{"):
                opened = member
            else:
                found.append(named(*member, re.split(r"[ *&]", match[3].rstrip(";"))[-1]))
        elif opened and closed and len(closed[1]) == column:
            found.append(named(*opened, closed[2]))
            opened = None
    return found


def named(offset, size, declared, name):
    return offset, size, name, SYNCHRONIZES.match(declared) is not None


def rows(found):
    """One for each cache line: its offset, a mark, its members."""
    by_line = {}
    for offset, size, name, synchronizes in found:
        for line in range(offset // LINE_BYTES, (offset + max(size, 1) - 1) // LINE_BYTES + 1):
            by_line.setdefault(line, []).append((name, synchronizes))
    return [f"  {line * LINE_BYTES:5} {'*' if any(s for _, s in held) else ' '} {' '.join(name for name, _ in held)}"
            for line, held in sorted(by_line.items())]
