"""Line protocol over TCP connections, through the whole agent."""

import time

from harness import agent, process
from harness.figures import Failed, Figure, Target, Work, throughput
from harness.scenarios.base import Scenario

INPUT = """\
[agent]
  omit_hostname = true

[[inputs.socket_listener]]
  service_address = "tcp://127.0.0.1:{port}"
  data_format = "influx"
"""

DISCARD = """
[[outputs.discard]]
"""

FILE = """
[[outputs.file]]
  files = ["{file}"]
  data_format = "influx"
"""

# A person's usual clean-up; the filter looks at every record and drops none, so that all have to arrive.
PROCESSORS = """
[[processors.rename]]
  order = 1
  [[processors.rename.replace]]
    tag = "cluster"
    dest = "region"
  [[processors.rename.replace]]
    field = "latency_ms"
    dest = "latency"

[[processors.regex]]
  order = 2
  [[processors.regex.tags]]
    key = "region"
    pattern = '^eu-west-(\\d)$'
    replacement = "euw${{1}}"

[[processors.converter]]
  order = 3
  [processors.converter.fields]
    integer = ["load"]

[[processors.filter]]
  order = 4
  default = "pass"
  [[processors.filter.rule]]
    tags = {{"zone" = ["zone-99"]}}
    action = "drop"
"""


class TcpScenario(Scenario):
    """Sends all records, stops the agent when it has read them, counts what came out."""
    configuration = INPUT
    limits = ("tcp_receive",)
    per_core = None
    connections = 1

    def run(self, context):
        port, file = agent.free_port(), context.folder / "metrics.out"
        configuration = self.configuration.format(port=port, file=file)
        with agent.running(context.installation, configuration, context.folder) as running:
            running.wait_for_port(port)
            cpu_before, begin = process.cpu_seconds(running.pid), time.monotonic()
            sent = context.tools.json("line_sender", port, f"records={context.records}",
                                      f"connections={self.connections}")
            ended = running.stop()
        work = Work(sent["records"], sent["bytes"], ended.cpu_s - cpu_before, ended.ended_at - begin,
                    lost=check_all_arrived(self.arrived(context, file, ended), sent["records"], ended.ledger))
        figures = throughput(self.name, work, "+".join(self.limits), context.limits.cpu_per_byte(*self.limits),
                             self.per_core)
        return [*figures, Figure(f"{self.name}: peak resident", ended.peak_mb, "MB")]

    def arrived(self, context, file, ended):
        """(distinct, duplicate) records at the far end."""
        raise NotImplementedError


def check_all_arrived(arrived, sent, ledger):
    distinct, duplicate = arrived
    if distinct != sent or duplicate or agent.imbalance(ledger):
        raise Failed(f"sent {sent}, arrived {distinct}, twice {duplicate}; the agent's ledger:\n{ledger}")
    return sent - distinct + duplicate


class TcpToDiscard(TcpScenario):
    name = "tcp_discard"
    about = "TCP, influx parser, to the output that takes everything and keeps nothing"
    configuration = INPUT + DISCARD

    def arrived(self, context, file, ended):
        return agent.ledger_sum(ended.ledger, "outputs", "out"), 0


class TcpToFile(TcpScenario):
    name = "tcp_file"
    about = "TCP, influx parser, influx serializer, to a file on tmpfs"
    configuration = INPUT + FILE
    limits = ("tcp_receive", "tmpfs_write")

    def arrived(self, context, file, ended):
        seen = context.tools.json("sequence_check", context.records, 0, file)
        return seen["distinct"], seen["duplicate"] + seen["foreign"]


class TcpToFileProcessed(TcpToFile):
    name = "tcp_file_processors"
    about = "the same with rename, regex, converter and filter on the way"
    configuration = INPUT + PROCESSORS + FILE
    per_core = Target(1e6, at_least=True)
