"""Options, the order of runs, and what is printed and kept."""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile
import time

from harness import build, figures, machine, scenarios
from harness.agent import Installation
from harness.scenarios.base import Context

TMPFS = pathlib.Path("/dev/shm")
SAMPLE_RECORDS = 500_000


def parse(arguments):
    listing = "\n".join(f"  {one.name:20} {one.about}" for one in scenarios.ALL)
    parser = argparse.ArgumentParser(prog="bench/run", description=sys.modules["__main__"].__doc__,
                                     epilog=f"scenarios:\n{listing}",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--build", type=pathlib.Path, help="build folder with agent and tools (build/release, built if needed)")
    add("--agent", type=pathlib.Path, help="the binary to measure (the build's)")
    add("--plugins", type=pathlib.Path, help="its plugins (the build's)")
    add("--only", action="append", choices=[one.name for one in scenarios.ALL], metavar="SCENARIO",
        help="only this one; repeatable")
    add("--repeat", type=int, default=3, metavar="N", help="runs of each; the median counts (3)")
    add("--records", type=int, default=2_000_000, metavar="N", help="records per run of a TCP scenario (2000000)")
    add("--seconds", type=float, default=20, metavar="N", help="how long the host scenario watches (20)")
    add("--json", type=pathlib.Path, metavar="FILE", help="append a line per limit and figure of each run")
    add("--disk", type=pathlib.Path, default=build.TOP, metavar="DIR", help="folder whose disk is measured")
    return parser.parse_args(arguments)


class Session:
    """All runs of one command."""

    def __init__(self, options, folder):
        where = options.build or build.RELEASE
        self.options = options
        self.folder = folder
        self.tools = build.Tools(where.resolve())
        self.installation = Installation((options.agent or where / "weir").resolve(),
                                         (options.plugins or where / "plugins").resolve())
        self.selected = [one for one in scenarios.ALL if not options.only or one.name in options.only]
        self.found = []
        self.failures = []

    def run(self):
        for number in range(1, self.options.repeat + 1):
            limits = self.measure_limits(number)
            for scenario in self.selected:
                self.run_scenario(scenario, number, limits)

    def measure_limits(self, number):
        sample = self.folder / "sample.lp"
        if not sample.exists():
            self.tools.run("line_sender", 0, f"records={SAMPLE_RECORDS}", f"sample={sample}")
        about = machine.describe()
        self.keep(number, "machine", about)
        say(f"run {number}: {about['cores']} x {about['processor']}, kernel {about['kernel']}, load {about['load']}")
        limits = machine.measure(self.tools, sample, self.folder, self.options.disk)
        for limit in limits.all.values():
            self.keep(number, "machine", limit.as_json())
            say(f"  {limit.name:12} {figures.short(limit.bytes / limit.wall_s):>6}/s, "
                f"{figures.short(limit.bytes / limit.cpu_s):>6} per CPU second")
        return limits

    def run_scenario(self, scenario, number, limits):
        say(f"{scenario.name}, run {number} of {self.options.repeat}")
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        try:
            found = scenario.run(Context(self.installation, self.tools, limits, folder, self.options.records,
                                         self.options.seconds))
        except figures.Failed as failure:
            self.failures.append(f"{scenario.name}, run {number}: {failure}")
            self.keep(number, scenario.name, {"failed": str(failure)})
            return
        finally:
            shutil.rmtree(folder)
        for figure in found:
            self.keep(number, scenario.name, figure.as_json())
        self.found += found

    def keep(self, number, scenario, values):
        if self.options.json:
            with self.options.json.open("a") as file:
                line = {"time": round(time.time(), 3), "agent": str(self.installation.binary), "run": number,
                        "scenario": scenario, **values}
                file.write(json.dumps(line) + "\n")

    def report(self):
        summaries = figures.summarize(self.found)
        print("\n".join(figures.table(summaries)))
        for figure in (summary.figure for summary in summaries):
            for library, size in figure.detail.get("libraries", {}).items():
                print(f"  {size / 1e6:6.2f} MB  {library}")
        for failure in self.failures:
            print(f"FAILED {failure}")


def say(text):
    print(text, file=sys.stderr, flush=True)


def main(arguments):
    """Status 1 when a scenario failed or lost records. A missed target is in the table, not in the status."""
    options = parse(arguments)
    try:
        if options.build is None:
            say("building build/release")
            build.build_release()
        with tempfile.TemporaryDirectory(prefix="weir_bench.", dir=TMPFS) as folder:
            session = Session(options, pathlib.Path(folder))
            session.run()
    except figures.Failed as failure:
        say(f"bench/run: {failure}")
        return 1
    session.report()
    return 1 if session.failures else 0
