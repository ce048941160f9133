"""Parts of the way of a record, each alone: the micro-benchmarks beside the code, read as JSON."""

import json

from harness import build
from harness.figures import Failed, Figure, Work, throughput
from harness.scenarios.base import Scenario

# About what a record's line has in the micro-benchmarks.
LINE_BYTES = 172


def measured(context, program, *names):
    """CPU seconds per item of the named benchmarks of a program, in that order."""
    path = context.tools.build / program
    output = build.checked(path, f"--benchmark_filter=^({'|'.join(names)})(/manual_time)?$",
                           "--benchmark_format=json")
    return seconds_per_item(output, names)


def seconds_per_item(output, names):
    try:
        rows = {row["name"].removesuffix("/manual_time"): row for row in json.loads(output)["benchmarks"]}
        return [1 / rows[name]["items_per_second"] for name in names]
    except (KeyError, json.JSONDecodeError) as error:
        raise Failed(f"no benchmark {error} of {', '.join(names)} in:\n{output}") from error


class Part(Scenario):
    """Records through one part: program, its benchmark and how the figure is called."""
    needs_build = True
    program = ""
    limit = ""
    parts = {}  # benchmark: figure

    def run(self, context):
        limit = context.limits.cpu_per_byte(self.limit)
        figures = []
        for seconds, figure in zip(measured(context, self.program, *self.parts), self.parts.values()):
            figures += throughput(figure, Work(10**6, LINE_BYTES * 10**6, seconds * 1e6), self.limit, limit)
        return figures


class InfluxParse(Part):
    name = "influx_parse"
    about = "line protocol to records: series that were seen, and series that are new"
    program = "plugins/parsers/influx/parsers_influx_bench"
    limit = "wc -l"
    parts = {"known_series/series:10000/upstream:0": "influx parse, known series",
             "new_series": "influx parse, new series"}


class Rename(Part):
    name = "rename"
    about = "the processor rename on a tag and a field, in place"
    program = "bench/plugins/plugins_bench"
    limit = "memcpy"
    parts = {"rename": "rename in place"}


class InfluxSerialize(Part):
    name = "influx_serialize"
    about = "records to line protocol"
    program = "plugins/serializers/influx/serializers_influx_bench"
    limit = "memcpy"
    parts = {"serialize/series:6000": "serialize influx"}


class PluginCall(Scenario):
    needs_build = True
    name = "plugin_call"
    about = "one call of a plugin that does nothing, over the C border"

    def run(self, context):
        seconds, = measured(context, "bench/plugins/plugins_bench", "call")
        return [Figure("plugin call", seconds * 1e9, "ns", "call", context.limits.cpu_per_byte("call") * 1e9)]
