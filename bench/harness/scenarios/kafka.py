"""To a real Kafka broker, beside a bare loop on its client library."""

import contextlib
import subprocess
import time

from harness import agent, build, process
from harness.figures import Failed, Figure, Target, throughput
from harness.scenarios.base import Scenario, memory_figures, work_of

SERVER = build.TOP / "tests" / "support" / "servers" / "kafka"
PARTITIONS = 4
BATCH = 1000  # metric_batch_size of the configuration
READ_S = 120
# As outputs.kafka sets them by default.
SETTINGS = ("acks=-1", "linger.ms=1", "compression.codec=none")


@contextlib.contextmanager
def broker(folder):
    """The address of a broker that is gone afterwards."""
    address = build.checked(SERVER, "start", folder).strip().splitlines()[-1]
    try:
        yield address
    finally:
        build.checked(SERVER, "stop", folder)


def make_topic(context, topic):
    build.checked(SERVER, "topic", context.folder / "kafka", topic, PARTITIONS)


def read_back(context, address, topic):
    """(distinct, duplicate) records of everything that the topic holds."""
    file = context.folder / "read.out"
    with file.open("wb") as out:
        done = subprocess.run(["kcat", "-C", "-q", "-e", "-b", address, "-t", topic, "-o", "beginning", "-D", ""],
                              stdout=out, stderr=subprocess.PIPE, text=True, timeout=READ_S)
    if done.returncode != 0:
        raise Failed(f"reading the topic back: {done.stderr}")
    return context.in_files(file)


def bare_loop(context, address, environment=None):
    """What the bare loop says that sends as many of the same lines to the topic "bare"."""
    sample = context.folder / "sample.lp"
    context.tools.run("line_sender", 0, f"records={context.records}", f"sample={sample}")
    said = context.tools.json("kafka_loop", address, "bare", sample, BATCH, *SETTINGS, environment=environment)
    sample.unlink()
    return said


class KafkaOut(Scenario):
    name = "kafka_out"
    about = "line protocol over TCP to a Kafka broker, a message each, beside a bare loop that sends the same"

    def run(self, context):
        with broker(context.folder / "kafka") as address:
            for topic in ("ours", "bare"):
                make_topic(context, topic)
            bare = bare_loop(context, address)
            work, ended = self.ours(context, address)
        cpu = throughput(self.name, work, "bare loop", bare["cpu_s"] / bare["bytes"], None)
        ratio = work.cpu_s / work.records / (bare["cpu_s"] / bare["records"])
        return [*cpu, *memory_figures(self.name, ended),
                Figure(f"{self.name}: CPU against the bare loop", ratio, "x", target=Target(1.25),
                       detail={"bare_wall_s": bare["wall_s"], "bare_cpu_s": bare["cpu_s"]})]

    def ours(self, context, address):
        port = agent.free_port()
        with context.agent(self.name, port, broker=address, topic="ours") as running:
            cpu_before, begin = process.cpu_seconds(running.pid), time.monotonic()
            sent = context.tools.json("line_sender", port, f"records={context.records}")
            ended = running.stop()
        arrived, lost = context.judged(read_back(context, address, "ours"), sent["records"], ended.ledger)
        return work_of(sent, arrived, lost, ended.cpu_s - cpu_before, ended.ended_at - begin), ended
