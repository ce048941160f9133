"""What a second core brings."""

import os
import statistics
import time

from harness import agent, process
from harness.figures import Figure, Target
from harness.scenarios.base import NotForThis, Scenario, check_all_arrived

STREAMS = 4
PAIRS = 5


class LpScaling(Scenario):
    """The agent on one core and on two, by turns, in wall time.

    From files nobody but the agent needs a core: that is the figure with the target. Over TCP the sender has to share
    them, so that twice is out of reach; what it took is given back in the last figure.
    """
    name = "lp_scaling"
    about = "lp_process from four files and over four connections: two cores against one"

    def run(self, context):
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) < 2 or context.installation.product.once is None:
            raise NotForThis("it takes two cores, and an agent that can end by itself")
        return [*self.from_files(context, cores), *self.over_tcp(context, cores)]

    def from_files(self, context, cores):
        sources = Sources(context, context.records)
        nothing = Sources(context, 0)
        pairs = [tuple(self.replayed(context, sources, nothing, cores[:n]) for n in (1, 2)) for _ in range(PAIRS)]
        return [Figure(f"{self.name}: two cores against one", median_ratio(pairs, "wall_s"), "x",
                       target=Target(1.8, at_least=True), more_is_better=True, detail={"pairs": pairs}),
                Figure(f"{self.name}: CPU on two against one", 1 / median_ratio(pairs, "cpu_s"), "x")]

    @staticmethod
    def replayed(context, sources, nothing, cores):
        """Without what an agent takes that has nothing to do."""
        (wall_s, cpu_s), (empty_wall_s, empty_cpu_s) = (one.replay(context, cores) for one in (sources, nothing))
        return {"wall_s": wall_s - empty_wall_s, "cpu_s": cpu_s - empty_cpu_s}

    def over_tcp(self, context, cores):
        pairs = [tuple(self.sent(context, cores[:n]) for n in (1, 2)) for _ in range(PAIRS)]
        sender = statistics.median(two["sender_cpu_s"] / two["cpu_s"] for _, two in pairs)
        speed_up = median_ratio(pairs, "wall_s")
        return [Figure(f"{self.name}: over TCP", speed_up, "x", more_is_better=True, detail={"pairs": pairs}),
                Figure(f"{self.name}: over TCP, sender's CPU given back", speed_up * (1 + sender), "x",
                       more_is_better=True, detail={"sender_cpu": sender})]

    @staticmethod
    def sent(context, cores):
        port, file = agent.free_port(), context.folder / "metrics.out"
        with context.agent("lp_process", port, cores=cores, file=file) as running:
            cpu_before, begin = process.cpu_seconds(running.pid), time.monotonic()
            sent = context.tools.json("line_sender", port, f"records={context.records}", f"connections={STREAMS}")
            ended = running.stop()
        check_file(context, file, sent["records"], ended)
        return {"wall_s": ended.ended_at - begin, "cpu_s": ended.cpu_s - cpu_before, "sender_cpu_s": sent["cpu_s"]}


class Sources:
    """Files of so many records in all, one for each stream."""

    def __init__(self, context, records):
        self.records = records
        self.files = [context.folder / f"{records}.{stream}.lp" for stream in range(STREAMS)]
        for stream, file in enumerate(self.files):
            first, end = (records * number // STREAMS for number in (stream, stream + 1))
            context.tools.run("line_sender", 0, f"records={end - first}", f"first={first}", f"sample={file}")

    def replay(self, context, cores):
        """(wall, CPU) seconds of a whole life."""
        file, names = context.folder / "metrics.out", {f"source{n}": path for n, path in enumerate(self.files)}
        text = context.configuration("lp_scaling", file=file, **names)
        begin = time.monotonic()
        ended = agent.run_once(context.installation, text, context.folder, cores)
        check_file(context, file, self.records, ended)
        return ended.ended_at - begin, ended.cpu_s


def check_file(context, file, records, ended):
    arrived = context.in_files(file)
    file.unlink()
    if ended.ledger is not None:
        check_all_arrived(arrived, records, ended.ledger)


def median_ratio(pairs, key):
    """Of the first of a pair to the second."""
    return statistics.median(one[key] / two[key] for one, two in pairs)
