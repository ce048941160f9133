"""Instructions instead of seconds, for what is too small to be seen in them: bench/run --callgrind QUESTION.

The same records are replayed from a file by --once under valgrind's callgrind, twice: a short file and a long one. The
difference, by record, holds neither start nor end, and is the same on a busy machine. The kernel's instructions are not
counted, and cache misses are none.
"""

import dataclasses
import json
import pathlib
import re

from harness import build, figures
from harness.figures import Figure, Target

# All series of the sender have been seen before the difference begins.
SHORT, LONG = 20_000, 60_000
SOURCE = '[[inputs.file]]\n  files = ["@source@"]'
FILE = '\n[[outputs.file]]\n  files = ["@file@.{}"]\n  data_format = "influx"\n'
DISCARD = "\n[[outputs.discard]]\n"
# Works on one tag's key: once in a batch, whatever the number of rows.
ONE_MORE_PROCESSOR = '\n[[processors.rename]]\n  order = 6\n  [[processors.rename.replace]]\n    tag = "zone"\n    dest = "area"\n'


@dataclasses.dataclass(frozen=True)
class Replay:
    """Where agent, tools and files are."""
    installation: object
    tools: build.Tools
    folder: pathlib.Path

    def instructions(self, configuration):
        """Of one record, in user space."""
        short, long = (self.run(configuration, records)[0] for records in (SHORT, LONG))
        return (long - short) / (LONG - SHORT)

    def calls(self, configuration):
        """Calls of plugins for one record."""
        short, long = (self.run(configuration, records)[1] for records in (SHORT, LONG))
        return (long - short) / (LONG - SHORT)

    def run(self, configuration, records):
        """(instructions, calls of plugins) of a whole life."""
        source = self.folder / f"{records}.lp"
        if not source.exists():
            self.tools.run("line_sender", 0, f"records={records}", f"sample={source}")
        text = configuration.replace("@source@", str(source)).replace("@file@", str(self.folder / "out"))
        (self.folder / "agent.conf").write_text(text)
        metrics = self.folder / "metrics.prom"
        command = self.installation.command(self.folder / "agent.conf", self.folder, "--once", "--metrics", metrics)
        counted = callgrind(self.folder, *command)
        for file in self.folder.glob("out.*"):
            file.unlink()
        return counted, calls_in(metrics.read_text())


def callgrind(folder, *command):
    """The instructions of a command."""
    out = folder / "callgrind.out"
    build.checked("valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", *command)
    return total(out.read_text())


def total(text):
    return int(re.search(r"^(?:totals|summary): (\d+)", text, re.M)[1])


def calls_in(metrics):
    """The sum over all plugins."""
    return sum(int(float(number)) for number in re.findall(r"^weir_calls_total\{[^}]*\} (\S+)$", metrics, re.M))


def replayed(installation, scenario):
    """Head, input and processors of a scenario's configuration, with a file for its socket and without its outputs."""
    text = installation.configuration(scenario, port=0, file="")
    text = re.sub(r'\[\[inputs\.socket_listener\]\]\n  service_address = "[^"]*"', SOURCE, text)
    return text.partition("[[outputs.")[0]


def output(replay):
    """What one more output of the same format costs."""
    head = replayed(replay.installation, "lp_tcp_file")
    none, one, two = (replay.instructions(head + tail)
                      for tail in (DISCARD, FILE.format(1), FILE.format(1) + FILE.format(2)))
    return [Figure("instructions to discard", none, "/record"),
            Figure("instructions to one file", one, "/record"),
            Figure("instructions to two files", two, "/record"),
            Figure("one more output against the first", 100 * (two - one) / (one - none), "%", target=Target(30))]


def processor(replay):
    """What one more processor costs that looks at distinct strings only."""
    head = replayed(replay.installation, "lp_process")
    five, six = (replay.instructions(text + FILE.format(1)) for text in (head, head + ONE_MORE_PROCESSOR))
    return [Figure("instructions with five processors", five, "/record"),
            Figure("instructions with six processors", six, "/record"),
            Figure("one more processor", 100 * (six - five) / five, "%", target=Target(5))]


def boundary(replay):
    """What crossing the border to plugins costs, in lp_process: calls, by the price of one that does nothing."""
    configuration = replayed(replay.installation, "lp_process") + FILE.format(1)
    one, calls, all_of_it = call(replay), replay.calls(configuration), replay.instructions(configuration)
    return [Figure("instructions of a plugin call", one, "/call"),
            Figure("plugin calls", calls * 1000, "/k records"),
            Figure("the plugin boundary", 100 * one * calls / all_of_it, "%", target=Target(1))]


def call(replay):
    """Instructions of a call of the output that does nothing, as the micro-benchmark makes it."""
    program, counted = replay.tools.build / "bench" / "plugins" / "plugins_bench", []
    for seconds in (0.01, 0.05):
        said = replay.folder / "call.json"
        total_of_it = callgrind(replay.folder, program, "--benchmark_filter=^call$", f"--benchmark_min_time={seconds}",
                                f"--benchmark_out={said}", "--benchmark_out_format=json")
        counted.append((total_of_it, json.loads(said.read_text())["benchmarks"][0]["iterations"]))
    (short, few), (long, many) = counted
    if many <= few:
        raise figures.Failed("the micro-benchmark did not make more calls in more time")
    return (long - short) / (many - few)


QUESTIONS = {one.__name__: one for one in (output, processor, boundary)}
