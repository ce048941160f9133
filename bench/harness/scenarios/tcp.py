"""Lines over TCP connections, through the whole agent."""

import time

from harness import agent, process
from harness.figures import Failed, Figure, Target, Work, against_counting_lines, throughput
from harness.scenarios import lines
from harness.scenarios.base import Scenario


class TcpScenario(Scenario):
    """Sends all records, stops the agent when it has read them, counts what came out."""
    configuration = lines.INPUT
    limits = ("tcp_receive",)
    cpu_target = None
    ratio_target = None  # CPU per byte, in multiples of wc -l
    connections = 1
    sender_options = ()

    def run(self, context):
        port, file = agent.free_port(), context.folder / "metrics.out"
        configuration = self.configuration.format(port=port, file=file)
        with agent.running(context.installation, configuration, context.folder) as running:
            running.wait_for_port(port)
            cpu_before, begin = process.cpu_seconds(running.pid), time.monotonic()
            sent = context.tools.json("line_sender", port, f"records={context.records}",
                                      f"connections={self.connections}", *self.sender_options)
            ended = running.stop()
        lost = check_all_arrived(self.arrived(context, file, ended), sent["records"], ended.ledger)
        work = Work(sent["records"], sent["bytes"], ended.cpu_s - cpu_before, ended.ended_at - begin, lost=lost)
        return self.figures(work, context.limits, ended)

    def figures(self, work, limits, ended):
        return [*throughput(self.name, work, "+".join(self.limits), limits.cpu_per_byte(*self.limits),
                            self.cpu_target),
                against_counting_lines(self.name, work, limits, self.ratio_target),
                Figure(f"{self.name}: peak resident", ended.peak_mb, "MB")]

    def arrived(self, context, file, ended):
        """(distinct, duplicate) records at the far end."""
        raise NotImplementedError


def check_all_arrived(arrived, sent, ledger):
    distinct, duplicate = arrived
    if distinct != sent or duplicate or agent.imbalance(ledger):
        raise Failed(f"sent {sent}, arrived {distinct}, twice {duplicate}; the agent's ledger:\n{ledger}")
    return sent - distinct + duplicate


def in_files(context, *files):
    """(distinct, duplicate) numbered records in files."""
    seen = context.tools.json("sequence_check", context.records, 0, *files)
    return seen["distinct"], seen["duplicate"] + seen["foreign"]


class ToDiscard(TcpScenario):
    def arrived(self, context, file, ended):
        return agent.ledger_sum(ended.ledger, "outputs", "out"), 0


class ToFile(TcpScenario):
    limits = ("tcp_receive", "tmpfs_write")

    def arrived(self, context, file, ended):
        return in_files(context, file)


class LpTcpDiscard(ToDiscard):
    name = "lp_tcp_discard"
    about = "line protocol over TCP, parsed, to the output that takes everything and keeps nothing"
    configuration = lines.INPUT + lines.DISCARD
    cpu_target = Target(0.22)
    ratio_target = Target(7)


class LpTcpDiscard4(LpTcpDiscard):
    name = "lp_tcp_discard_4"
    about = "the same over four connections"
    connections = 4


class LpTcpDiscardNew(LpTcpDiscard):
    name = "lp_tcp_discard_new"
    about = "the same with every record a series of its own"
    sender_options = ("new=1",)
    cpu_target = Target(0.55)
    ratio_target = Target(17)


class LpTcpFile(ToFile):
    name = "lp_tcp_file"
    about = "line protocol over TCP, parsed, serialized again, to a file on tmpfs"
    configuration = lines.INPUT + lines.FILE
    cpu_target = Target(0.35)
    ratio_target = Target(11)


class LpProcess(ToFile):
    name = "lp_process"
    about = "the same with rename, regex, converter, override and filter on the way"
    configuration = lines.INPUT + lines.PROCESSORS + lines.FILE
    cpu_target = Target(0.40)
    ratio_target = Target(12.5)


class LpProcess4(LpProcess):
    name = "lp_process_4"
    about = "the same over four connections"
    connections = 4


class JsonTcpDiscard(ToDiscard):
    name = "json_tcp_discard"
    about = "JSON over TCP, parsed, to discard"
    configuration = lines.INPUT_JSON + lines.DISCARD
    sender_options = ("json=1",)
    cpu_target = Target(0.40)


class JsonTcpFile(ToFile):
    name = "json_tcp_file"
    about = "JSON over TCP, parsed, serialized as JSON, to a file on tmpfs"
    configuration = lines.INPUT_JSON + lines.FILE_JSON
    sender_options = ("json=1",)
    cpu_target = Target(0.70)


class JsonProcess(JsonTcpFile):
    name = "json_process"
    about = "the same with the five processors"
    configuration = lines.INPUT_JSON + lines.PROCESSORS + lines.FILE_JSON
    cpu_target = Target(0.87)
