"""Lines over TCP connections, through the whole agent."""

import time

from harness import agent, process
from harness.figures import Target, against_counting_lines, throughput
from harness.scenarios.base import Scenario, memory_figures, work_of


class TcpScenario(Scenario):
    """Sends all records, stops the agent when it has read them, counts what came out."""
    configuration = ""
    limits = ("tcp_receive",)
    cpu_target = None
    ratio_target = None  # CPU per byte, in multiples of wc -l
    connections = 1
    sender_options = ()

    def run(self, context):
        port, file = agent.free_port(), context.folder / "metrics.out"
        with context.agent(self.configuration, port, file=file) as running:
            cpu_before, begin = process.cpu_seconds(running.pid), time.monotonic()
            sent = context.tools.json("line_sender", port, f"records={context.records}",
                                      f"connections={self.connections}", *self.sender_options)
            ended = running.stop()
        arrived, lost = context.judged(self.arrived(context, file, ended), sent["records"], ended.ledger)
        work = work_of(sent, arrived, lost, ended.cpu_s - cpu_before, ended.ended_at - begin)
        return [*throughput(self.name, work, "+".join(self.limits), context.limits.cpu_per_byte(*self.limits),
                            self.cpu_target),
                against_counting_lines(self.name, work, context.limits, self.ratio_target),
                *memory_figures(self.name, ended)]

    def arrived(self, context, file, ended):
        """(distinct, duplicate) records at the far end, or None where nobody can say."""
        raise NotImplementedError


class ToDiscard(TcpScenario):
    def arrived(self, context, file, ended):
        return None if ended.ledger is None else (agent.ledger_sum(ended.ledger, "outputs", "out"), 0)


class ToFile(TcpScenario):
    limits = ("tcp_receive", "tmpfs_write")

    def arrived(self, context, file, ended):
        return context.in_files(file)


class LpTcpDiscard(ToDiscard):
    name = configuration = "lp_tcp_discard"
    about = "line protocol over TCP, parsed, to the output that takes everything and keeps nothing"
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
    name = configuration = "lp_tcp_file"
    about = "line protocol over TCP, parsed, serialized again, to a file on tmpfs"
    cpu_target = Target(0.35)
    ratio_target = Target(11)


class LpProcess(ToFile):
    name = configuration = "lp_process"
    about = "the same with rename, regex, converter, override and filter on the way"
    cpu_target = Target(0.40)
    ratio_target = Target(12.5)


class LpProcess4(LpProcess):
    name = "lp_process_4"
    about = "the same over four connections"
    connections = 4


class JsonTcpDiscard(ToDiscard):
    name = configuration = "json_tcp_discard"
    about = "JSON over TCP, parsed, to discard"
    sender_options = ("json=1",)
    cpu_target = Target(0.40)


class JsonTcpFile(ToFile):
    name = configuration = "json_tcp_file"
    about = "JSON over TCP, parsed, serialized as JSON, to a file on tmpfs"
    sender_options = ("json=1",)
    cpu_target = Target(0.70)


class JsonProcess(JsonTcpFile):
    name = configuration = "json_process"
    about = "the same with the five processors"
    cpu_target = Target(0.87)
