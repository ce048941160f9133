"""Options, the order of runs, and what is printed and kept."""

import argparse
import collections
import dataclasses
import datetime
import fnmatch
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time

from harness import build, callgrind, compare, figures, install, machine, products, scenarios
from harness.scenarios.base import Context, NotForThis

TMPFS = pathlib.Path("/dev/shm")
SAMPLE_RECORDS = 500_000
# What a busy machine does to a figure that is measured only once or thrice.
NOISE = 1.15


def parse(arguments):
    listing = "\n".join(f"  {one.name:20} {one.about}" for one in scenarios.ALL)
    parser = argparse.ArgumentParser(prog="bench/run", description=sys.modules["__main__"].__doc__,
                                     epilog=f"scenarios:\n{listing}",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--build", type=pathlib.Path, help="build folder with agent and tools (build/release, built if needed)")
    add("--agent", type=pathlib.Path, help="the binary to measure (the build's)")
    add("--plugins", type=pathlib.Path, help="its plugins (the build's)")
    add("--with", dest="others", action="append", default=[], metavar="NAME=BINARY",
        help="measure this one, too, by turns, and print the ratio: a second Weir (NAME=BINARY,plugins=DIR; plugins "
             f"beside it) or another agent (NAME one of {', '.join(products.PRODUCTS)}, or NAME=BINARY,kind=PRODUCT); "
             "repeatable")
    add("--install", action="append", choices=sorted(install.RECIPES), metavar="AGENT",
        help=f"fetch another agent first ({', '.join(sorted(install.RECIPES))}), then measure with it; repeatable")
    add("--only", action="append", type=known, metavar="SCENARIO",
        help="only this one, or those that match a pattern ('json_*'); repeatable")
    add("--repeat", type=int, default=3, metavar="N", help="runs of each; the median counts (3)")
    add("--records", type=int, default=2_000_000, metavar="N", help="records per run of a TCP scenario (2000000)")
    add("--seconds", type=float, default=20, metavar="N", help="how long the host scenario watches (20)")
    add("--json", type=pathlib.Path, metavar="FILE", help="append a line per limit and figure of each run")
    add("--compare", type=pathlib.Path, metavar="FILE", help="say what is better or worse than in the last runs kept there")
    add("--strict", action="store_true", help="a missed target, or a figure worse than before, sets the status")
    add("--callgrind", action="append", choices=callgrind.QUESTIONS, metavar="QUESTION",
        help=f"count instructions on replayed input instead ({', '.join(callgrind.QUESTIONS)}); repeatable")
    add("--disk", type=pathlib.Path, default=build.TOP, metavar="DIR", help="folder whose disk is measured")
    return parser.parse_args(arguments)


def known(pattern):
    if not matching([pattern]):
        raise argparse.ArgumentTypeError(f"there is no scenario {pattern}; --help lists them")
    return pattern


def matching(patterns):
    return [one for one in scenarios.ALL if any(fnmatch.fnmatchcase(one.name, pattern) for pattern in patterns)]


@dataclasses.dataclass
class Results:
    """What one agent showed: {run number: [Figure]}."""
    runs: dict = dataclasses.field(default_factory=lambda: collections.defaultdict(list))

    @property
    def all(self):
        return [figure for number in sorted(self.runs) for figure in self.runs[number]]


class Session:
    """All runs of one command."""

    def __init__(self, options, folder):
        where = options.build or build.RELEASE
        self.options = options
        self.folder = folder
        self.started = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        self.tools = build.Tools(where.resolve())
        weir = products.Installation("weir", products.PRODUCTS["weir"], (options.agent or where / "weir").resolve(),
                                     (options.plugins or where / "plugins").resolve(), of_build=True)
        others = [products.parse(words, install.folder()) for words in [*options.others, *(options.install or [])]]
        self.installations = [weir, *others]
        self.selected = matching(options.only or ["*"])
        self.kept = self.read_kept()
        self.results = {one.name: Results() for one in self.installations}
        self.failures = []

    def read_kept(self):
        """Before anything is appended: both may be one file."""
        if self.options.compare is None:
            return {}
        if not self.options.compare.exists():
            raise figures.Failed(f"--compare: there is no {self.options.compare}")
        return compare.last_session(self.options.compare.read_text().splitlines(), "weir")

    def run(self):
        for number in range(1, self.options.repeat + 1):
            limits = self.measure_limits(number)
            for scenario in self.selected:
                for installation in self.installations:
                    self.run_scenario(scenario, number, limits, installation)

    def count_instructions(self):
        """Once: instructions do not depend on who else is busy."""
        for question in self.options.callgrind:
            say(f"callgrind: {callgrind.QUESTIONS[question].__doc__.splitlines()[0]}")
            folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
            weir = self.installations[0]
            found = callgrind.QUESTIONS[question](callgrind.Replay(weir, self.tools, folder))
            for figure in found:
                self.keep(weir.name, 1, f"callgrind_{question}", figure.as_json())
            self.results[weir.name].runs[1] += found

    def measure_limits(self, number):
        sample = self.folder / "sample.lp"
        if not sample.exists():
            self.tools.run("line_sender", 0, f"records={SAMPLE_RECORDS}", f"sample={sample}")
        about = machine.describe()
        self.keep("machine", number, "machine", about)
        say(f"run {number}: {about['cores']} x {about['processor']}, kernel {about['kernel']}, load {about['load']}")
        limits = machine.measure(self.tools, sample, self.folder, self.options.disk)
        for limit in limits.all.values():
            self.keep("machine", number, "machine", limit.as_json())
            say(f"  {limit.name:12} {figures.short(limit.bytes / limit.wall_s):>6}/s, "
                f"{figures.short(limit.bytes / limit.cpu_s):>6} per CPU second")
        return limits

    def run_scenario(self, scenario, number, limits, installation):
        if scenario.needs_build and not installation.of_build:
            return
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        say(f"{scenario.name}, run {number} of {self.options.repeat}, {installation.name}, load {os.getloadavg()[0]:.1f}")
        try:
            found = scenario.run(Context(installation, self.tools, limits, folder, self.options.records,
                                         self.options.seconds))
        except NotForThis as why:
            say(f"  left out: {why}")
            return
        except figures.Failed as failure:
            self.failures.append((installation, f"{scenario.name}, run {number}, {installation.name}: {failure}"))
            self.keep(installation.name, number, scenario.name, {"failed": str(failure)})
            return
        finally:
            shutil.rmtree(folder)
        for figure in found:
            self.keep(installation.name, number, scenario.name, figure.as_json())
        self.results[installation.name].runs[number] += found

    def keep(self, agent, number, scenario, values):
        if self.options.json:
            line = {"session": self.started, "time": round(time.time(), 3), "agent": agent, "run": number,
                    "scenario": scenario, "load": round(os.getloadavg()[0], 2), **values}
            with self.options.json.open("a") as file:
                file.write(json.dumps(line) + "\n")

    def report(self):
        """Prints the tables; returns what the status of --strict is made of."""
        weir, *others = self.installations
        summaries = figures.summarize(self.results[weir.name].all)
        print("\n".join(figures.table(summaries)))
        print_libraries(summaries)
        for other in others:
            lines = compare.pairs(self.results[weir.name].runs, self.results[other.name].runs)
            print_lines(f"weir against {other.name}, by turns", lines, "weir", other.name)
        before = compare.against_kept(self.results[weir.name].all, self.kept)
        if self.options.compare:
            print_lines(f"against the last runs in {self.options.compare}", before, "now", "before")
        for _, failure in self.failures:
            print(f"FAILED {failure}")
        return ([f"missed: {one.figure.name}" for one in summaries if one.met is False] +
                [f"worse than before: {line.name}" for line in before if is_regression(line)])

    def failed(self):
        """Another agent's losses are a figure, not our failure."""
        return any(installation.product.has_ledger for installation, _ in self.failures)


def is_regression(line):
    """Worse by more than what is noise, and not by chance."""
    ratio = line.ratio.value if not line.more_is_better else 1 / line.ratio.value
    return line.verdict == "worse" and ratio > NOISE


def print_libraries(summaries):
    for figure in (summary.figure for summary in summaries):
        for library, size in figure.detail.get("libraries", {}).items():
            print(f"  {size / 1e6:6.2f} MB  {library}")


def print_lines(title, lines, left, right):
    print(f"\n{title}" + ("" if lines else ": nothing in common"))
    if lines:
        print("\n".join(compare.table(lines, left, right)))


def say(text):
    print(text, file=sys.stderr, flush=True)


def measure(options):
    for name in options.install or []:
        install.install(name, say)
    if options.build is None:
        say("building build/release")
        build.build_release()
    with tempfile.TemporaryDirectory(prefix="weir_bench.", dir=TMPFS) as folder:
        session = Session(options, pathlib.Path(folder))
        if options.callgrind:
            session.count_instructions()
        else:
            session.run()
    return session


def main(arguments):
    """Status 1 when a scenario failed or lost records. A missed target is in the table; only --strict minds."""
    options = parse(arguments)
    # Asked to end, it leaves no agent and no folder behind.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        session = measure(options)
    except figures.Failed as failure:
        say(f"bench/run: {failure}")
        return 1
    complaints = session.report()
    if options.strict:
        for complaint in complaints:
            say(f"--strict: {complaint}")
    return 1 if session.failed() or (options.strict and complaints) else 0
