#!/usr/bin/env python3
"""The rules of the house that no compiler checks, and the figures to watch.

  scripts/tidy.py [--json] [--rule NAME]... [--build DIR] [FOLDER]...

Prints a line per finding, "path:line: rule: what is wrong", then the figures, and ends with status 1
when there was a finding. FOLDERs narrow what is reported, not what is read. --build DIR also checks
what the modules and programs built there export. --json prints one line with everything.
Each rule has its own test in tidy_test.py.
"""

import argparse
import collections
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys

import cxx

FUNCTION_LINES_MAX = 70
CLONE_LINES = 8
SOURCES = (".hpp", ".cpp", ".h", ".c")
SCRIPTS = (".py", ".sh", ".cmake")

# A folder may include what stands in a lower rank. Two folders of one rank are strangers.
RANKS = {"sdk": 0, "core/base": 1, "core/batch": 2, "core/cel": 2, "core/config": 3, "core/metrics": 3,
         "core/queue": 4, "core/plugin": 4, "core/pipeline": 5, "core/runtime": 6, "core/app": 7}

# Headers that only tests include.
FOR_TESTS = re.compile(r"^sdk/testing/|/test_\w+\.hpp$")

# Third parties: include, where it may stand, and whether it is too heavy for a header.
FENCES = [(re.compile(include), re.compile(where), heavy) for include, where, heavy in (
    (r"toml\+\+/", r"^core/config/", True),
    (r"boost/dll", r"^core/plugin/", True),
    (r"boost/(asio|beast)", r"^core/(pipeline|runtime)/|^plugins/", True),
    (r"boost/", r"^core/(plugin|pipeline|runtime)/|^plugins/", True),
    (r"(spdlog|fmt)/", r"^core/base/", True),
    (r"prometheus/", r"^core/metrics/|^plugins/outputs/prometheus_client/", False),
    (r"CLI/", r"^core/app/", True),
    (r"protozero/", r"^plugins/common/protobuf/", False),
    (r"librdkafka/", r"^plugins/[a-z]+/kafka[a-z_]*/", False),
    (r"simdjson", r"^(core|plugins)/", True),
    (r"(re2|fast_float)/", r"^(core|plugins)/", False),
    (r"(zstd|lz4|lz4frame|snappy|snappy-c|xxhash|zlib)\.h$", r"^core/queue/|^plugins/", False),
    (r"(openssl|curl)/", r"^core/(runtime|queue)/|^plugins/", False),
    (r"(gtest|gmock)/", r"_(test|fuzz)\.cpp$|/test_\w+\.hpp$|^sdk/testing/", True),
    (r"benchmark/", r"_bench\.cpp$", True),
)]
FREE_OF_FENCES = re.compile(r"^(tests|bench)/")
# The standard library and the system's own headers.
SYSTEM = re.compile(r"^[a-z_]+$|^(sys|linux|net|netinet|netpacket|arpa|asm|sanitizer)/[\w.-]+$|^[a-z_]+\.h$")
THIRD_PARTY_PLAIN = re.compile(r"^(zstd|lz4|lz4frame|snappy|xxhash|zlib|simdjson)\.h$")


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    rule: str
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


class Tree:
    """The files of the project. files: path -> text."""

    def __init__(self, files):
        self.files = dict(sorted(files.items()))
        self.sources = {path: cxx.Source(path, text) for path, text in self.files.items()
                        if path.endswith(SOURCES)}
        self._graph = None

    @staticmethod
    def of(top):
        """What git tracks, and what it would track."""
        listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                                cwd=top, capture_output=True, text=True, check=True).stdout
        files = {}
        for path in filter(None, listed.split("\0")):
            file = pathlib.Path(top, path)
            if file.is_file() and not is_data(path):
                files[path] = file.read_text(errors="replace")
        return Tree(files)

    def resolve(self, path, quote, name):
        """The project's file behind an include, or None."""
        near = os.path.normpath(os.path.join(os.path.dirname(path), name))
        for candidate in ([near] if quote == '"' else []) + [name, f"sdk/include/{name}", f"sdk/testing/{name}"]:
            if candidate in self.sources:
                return candidate
        return None

    @property
    def graph(self):
        """path -> [(line, path included)] inside the project."""
        if self._graph is None:
            self._graph = {path: [(line, target) for line, quote, name in source.includes
                                  if (target := self.resolve(path, quote, name))]
                           for path, source in self.sources.items()}
        return self._graph


def is_data(path):
    return path.startswith("tests/conformance/") and not path.endswith(SOURCES + SCRIPTS) or "/corpus/" in path


def is_test(path):
    return bool(re.search(r"_(test|fuzz|bench)\.cpp$|^(tests|bench)/|^sdk/testing/", path))


def folder_of(path):
    parts = path.split("/")
    return {"core": "/".join(parts[:2]), "plugins": "/".join(parts[:3])}.get(parts[0], parts[0])


# ---- rules: each takes the tree and yields findings ---------------------------------------------


def direction(tree):
    """Includes point down the ranks; a plugin knows the SDK, itself and plugins/common."""
    for path, targets in tree.graph.items():
        for line, target in targets:
            if reason := forbidden(path, target):
                yield Finding(path, line, "direction", f"includes {target}: {reason}")


def forbidden(path, target):
    here, there = folder_of(path), folder_of(target)
    if here == there or here in ("tests", "bench") or target.startswith("sdk/"):
        return None
    if is_test(path) and target.startswith("tests/support/"):
        return None
    if here.startswith("plugins/"):
        return None if there.startswith("plugins/common") else "a plugin includes only the SDK and plugins/common"
    if there not in RANKS:
        return f"{here} knows nothing of {there}"
    if RANKS.get(here, -1) <= RANKS[there]:
        return f"{there} is not below {here}"
    return None


def fences(tree):
    """Third parties stay in their folders; heavy headers stay out of headers; the SDK needs none."""
    for path, source in tree.sources.items():
        for line, quote, name in source.includes:
            if quote == "<" and (reason := fenced(path, name)):
                yield Finding(path, line, "fence", f"<{name}> {reason}")


def fenced(path, name):
    if name.startswith("weir/") or (SYSTEM.match(name) and not THIRD_PARTY_PLAIN.match(name)):
        return None
    if path.startswith("sdk/include/"):
        return "is not of the standard library"
    if FREE_OF_FENCES.match(path):
        return None
    for include, where, heavy in FENCES:
        if include.match(name):
            if not where.search(path):
                return f"may stand only in {where.pattern}"
            if heavy and path.endswith((".hpp", ".h")) and not FOR_TESTS.search(path):
                return "is too heavy for a header"
            return None
    return "is of no third party with a fence; give it one in scripts/tidy.py"


def cycles(tree):
    """No file includes itself, however far around."""
    graph = {path: [target for _, target in targets] for path, targets in tree.graph.items()}
    for ring in rings(graph):
        yield Finding(ring[0], 1, "cycle", " -> ".join([*ring, ring[0]]))


def rings(graph):
    """One ring per file on the path of a depth-first search that meets it again."""
    state, found = {}, []

    def visit(node, path):
        state[node] = "open"
        for target in graph.get(node, []):
            if state.get(target) == "open":
                found.append(path[path.index(target):])
            elif target not in state:
                visit(target, [*path, target])
        state[node] = "done"

    for node in graph:
        if node not in state:
            visit(node, [node])
    return found


def function_length(tree):
    """A function fits on a screen."""
    for path, source in tree.sources.items():
        for item in source.functions():
            lines = item.last - item.first + 1
            if lines > FUNCTION_LINES_MAX:
                yield Finding(path, item.first, "length", f"{lines} lines: {item.head[:60]}")


THREAD_TAG = re.compile(r"\[(life|work|loop|own|any)\]")


def thread_tags(tree):
    """Every function that crosses the border says on which thread it may be called."""
    for path, source in tree.sources.items():
        if path.startswith("sdk/include/"):
            for item in source.items:
                if crosses(item) and not THREAD_TAG.search(comment_of(source, item)):
                    yield Finding(path, item.first, "threads", f"no thread tag: {item.head[:70]}")


def crosses(item):
    """A function pointer in a table of the C header, or a virtual function."""
    pointer = item.kind == "declaration" and item.scopes and re.search(r"\(\*\w+\)\s*\(", item.head)
    return bool(pointer) or bool(re.match(r"(\[\[nodiscard\]\] )?virtual\b", item.head) and "~" not in item.head)


def comment_of(source, item):
    """The comment beside a declaration and the one directly above it."""
    lines = [source.lines[i - 1] for i in range(item.first, item.last + 1)]
    above = item.first - 1
    while above in source.comment_lines and not source.code.split("\n")[above - 1].strip():
        lines.append(source.lines[above - 1])
        above -= 1
    return "\n".join(line for line in lines if "//" in line or "/*" in line or "*" in line)


def documented_sdk(tree):
    """What a plugin author sees has a comment: above it, beside it, or above its unbroken group."""
    for path, source in tree.sources.items():
        if path.startswith("sdk/include/"):
            yield from undocumented(path, source)


def undocumented(path, source):
    """The comment that opens a file is that of its main type: the one of its name, or the first."""
    items = [item for item in sorted(source.items, key=lambda item: item.first) if public_api(item)]
    types = [item for item in items if item.kind == "type"]
    stem = os.path.splitext(os.path.basename(path))[0]
    named = [item for item in types if re.search(rf"\b{re.escape(stem)}\b", item.head)]
    opened = bool(source.comment_lines) and min(source.comment_lines) <= 3
    main_type = (named or types)[:1] if opened else []
    for item in items:
        if item not in main_type and not has_comment(source, item):
            yield Finding(path, item.first, "docs", f"no comment: {item.head[:70]}")


def has_comment(source, item):
    end = item.first if item.kind == "type" else item.last
    if any(line in source.comment_lines for line in range(item.first, end + 1)):
        return True
    above = item.first - 1
    while above > 0 and source.lines[above - 1].strip():
        if above in source.comment_lines:
            return True
        above -= 1
    return False


SPECIAL = re.compile(r"=\s*(delete|default)$|~\w+\(|\boperator\b|\boverride\b|^friend\b|^using\b|^static_assert\b")


def public_api(item):
    if not item.public or any(re.search(r"namespace (detail|\{)|namespace$", scope) for scope in item.scopes):
        return False
    if SPECIAL.search(item.head) or is_constructor(item):
        return False
    if item.kind == "type":
        return not re.match(r"(typedef )?(enum|union)\b", item.head) or "class" in item.head
    return bool(re.search(r"\w\s*\(", item.head)) and "=" not in item.head.split("(")[0]


def is_constructor(item):
    """Said by the comment of its type."""
    owner = re.search(r"(?:class|struct) (?:\w+ )*?(\w+)(?: final)?(?: :.*)?$", item.scopes[-1]) if item.scopes else None
    return bool(owner) and bool(re.match(rf"(template <.*> )?((explicit|constexpr) )*{owner[1]}\s*\(", item.head))


MARKER = re.compile(r"\b(FIXME|XXX|HACK)\b|\bTODO\b|\bDISABLED_\w+|\bGTEST_SKIP\b|^[ \t]*#[ \t]*if[ \t]+0\b", re.M)
UNNAMED_NOLINT = re.compile(r"\bNOLINT(NEXTLINE|BEGIN)?\b(?!\()")


def markers(tree):
    """Nothing is left for later, no test is switched off, an exception from a lint names the lint."""
    for path, text in tree.files.items():
        if not path.endswith(SOURCES + SCRIPTS) or path.startswith("scripts/tidy"):
            continue
        for match in [*MARKER.finditer(text), *UNNAMED_NOLINT.finditer(text)]:
            yield Finding(path, text.count("\n", 0, match.start()) + 1, "marker", match[0].strip())


def sleeps(tree):
    """A unit test waits for events or moves a clock; it never sleeps."""
    for path, source in tree.sources.items():
        if path.endswith("_test.cpp"):
            for match in re.finditer(r"\b(sleep_for|sleep_until|usleep|nanosleep)\s*\(|\bsleep\s*\(", source.code):
                yield Finding(path, source.line_of(match.start()), "sleep", match[0].rstrip("("))


def source_exports(tree):
    """Only the SDK's entry macro makes a symbol visible."""
    for path, source in tree.sources.items():
        if path.startswith(("sdk/", "tests/")):
            continue
        for match in re.finditer(r'visibility\("default"\)|\bWEIR_EXPORT\b', source.text):
            line = source.line_of(match.start())
            if line not in source.comment_lines:
                yield Finding(path, line, "exports", f"{match[0]} belongs to the SDK")


def header_form(tree):
    """A header guards itself and opens with what it is."""
    for path, source in tree.sources.items():
        if not path.endswith(".hpp") or is_test(path):
            continue
        if "#pragma once" not in source.text:
            yield Finding(path, 1, "header", "#pragma once is missing")
        first = next((i for i, line in enumerate(source.lines, 1)
                      if line.strip() and not line.startswith("#pragma once")), 1)
        if first not in source.comment_lines:
            yield Finding(path, first, "header", "does not open with what it is")


MACHINE_PATH = re.compile(r"(?<![\w.])/((work|farm)/[a-z]|root/[\w.-]+/)")


def machine_paths(tree):
    """No file knows the machine it was written on."""
    for path, text in tree.files.items():
        for match in MACHINE_PATH.finditer(text):
            yield Finding(path, text.count("\n", 0, match.start()) + 1, "path", match[0])


PLUGIN_FILES = ["README.md", "{name}.cpp", "{name}_test.cpp", "{name}.example.toml"]


def plugin_folders(tree):
    """Every plugin has the same files."""
    for path in tree.files:
        match = re.fullmatch(r"(plugins/(?!common/)[a-z]+/([a-z0-9_]+))/CMakeLists\.txt", path)
        for pattern in PLUGIN_FILES if match else []:
            file = f"{match[1]}/{pattern.format(name=match[2])}"
            if file not in tree.files:
                yield Finding(path, 1, "plugin", f"{file} is missing")


RULES = {"direction": direction, "fence": fences, "cycle": cycles, "length": function_length,
         "threads": thread_tags, "docs": documented_sdk, "marker": markers, "sleep": sleeps,
         "exports": source_exports, "header": header_form, "path": machine_paths, "plugin": plugin_folders}


def built_exports(build):
    """What the linker really let out."""
    check = pathlib.Path(__file__).parent / "cmake" / "check_exports.sh"
    modules = [(file, ["weir_module_v0"]) for file in sorted(pathlib.Path(build).glob("plugins/*/*.so"))]
    programs = [(file, []) for name in ("weir", "weir-check") if (file := pathlib.Path(build, name)).exists()]
    for file, symbols in modules + programs:
        done = subprocess.run(["sh", str(check), str(file), *symbols], capture_output=True, text=True)
        if done.returncode != 0:
            yield Finding(str(file), 1, "exports", " ".join(done.stdout.split()))


# ---- figures -------------------------------------------------------------------------------------


def figures(tree):
    code = {path: source for path, source in tree.sources.items() if not is_test(path)}
    lengths = sorted(item.last - item.first + 1 for source in code.values() for item in source.functions())
    sizes = sorted(len(source.lines) for source in code.values())
    written = sum(1 for source in code.values() for line in source.lines if line.strip())
    cloned = clones(code)
    return {
        "files": len(sizes), "lines": sum(sizes), "file_median": at(sizes, 0.5), "file_p90": at(sizes, 0.9),
        "file_max": at(sizes, 1), "functions": len(lengths), "function_median": at(lengths, 0.5),
        "function_p90": at(lengths, 0.9), "function_max": at(lengths, 1),
        "comment_percent": percent(sum(len(source.comment_lines) for source in code.values()), written),
        "cloned_lines": sum(cloned.values()), "cloned_percent": percent(sum(cloned.values()), sum(sizes)),
        "test_lines": sum(len(source.lines) for path, source in tree.sources.items() if is_test(path)),
        "tested_percent": percent(*tested(tree)),
        "clones": dict(sorted(cloned.items(), key=lambda one: -one[1])[:10]),
    }


def at(ordered, share):
    return ordered[round(share * (len(ordered) - 1))] if ordered else 0


def percent(part, whole):
    return round(100 * part / whole, 2) if whole else 0.0


def tested(tree):
    """Modules with a test of the same name, and all modules."""
    modules = {re.sub(r"\.cpp$", "", path) for path in tree.sources if path.endswith(".cpp") and not is_test(path)}
    return sum(f"{module}_test.cpp" in tree.sources for module in modules), len(modules)


def clones(sources):
    """path -> lines that repeat a run of CLONE_LINES lines which stands elsewhere."""
    places = collections.defaultdict(list)
    for path, source in sources.items():
        rows = [(i, " ".join(line.split())) for i, line in enumerate(source.code.split("\n"))]
        rows = [(i, line) for i, line in rows if len(line) > 3 and not line.startswith(("using ", "namespace "))]
        for k in range(len(rows) - CLONE_LINES + 1):
            run = rows[k:k + CLONE_LINES]
            places[tuple(line for _, line in run)].append((path, [i for i, _ in run]))
    hit = collections.defaultdict(set)
    for spots in places.values():
        for path, rows in spots[1:]:
            hit[path].update(rows)
    return {path: len(rows) for path, rows in hit.items()}


def print_figures(values):
    print("files {files} ({lines} lines): median {file_median}, p90 {file_p90}, longest {file_max}".format(**values))
    print("functions {functions}: median {function_median}, p90 {function_p90}, longest {function_max} lines "
          "(targets 6, 26, 70)".format(**values))
    print("cloned lines {cloned_lines} = {cloned_percent} % (target 0.5), comments {comment_percent} %, "
          "test lines {test_lines}, files with their own test {tested_percent} %".format(**values))
    for path, lines in values["clones"].items():
        print(f"  {lines} cloned lines in {path}")


def main():
    options = argparse.ArgumentParser(usage=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--rule", action="append", choices=RULES)
    options.add_argument("--build")
    options.add_argument("folders", nargs="*")
    options = options.parse_args()
    tree = Tree.of(pathlib.Path(__file__).resolve().parent.parent)
    found = [finding for name in options.rule or RULES for finding in RULES[name](tree)]
    found = sorted(one for one in found if not options.folders or one.path.startswith(tuple(options.folders)))
    found += built_exports(options.build) if options.build else []
    values = figures(tree)
    if options.json:
        print(json.dumps({"findings": [dataclasses.asdict(one) for one in found], **values}))
    else:
        print(*found, sep="\n", end="\n" if found else "")
        print_figures(values)
        print(f"{len(found)} findings by {len(options.rule or RULES)} rules")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
