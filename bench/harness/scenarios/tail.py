"""A large file of JSON lines, followed from its begin."""

import pathlib
import time

from harness import agent
from harness.figures import Figure, Target, throughput
from harness.scenarios import kafka
from harness.scenarios.base import Scenario, memory_figures, work_of

FILE_BYTES = 300_000_000
LINE_BYTES = 205
READ_LIMIT_S = 120
QUIET_S = 0.5
LOOK_S = 0.05


class JsonTail(Scenario):
    """The whole file is there when the agent starts; its start-up is in the CPU. No sender competes with it."""
    configuration = ""
    per_core_target = None  # MB of the file by CPU second

    def run(self, context):
        records = min(context.records, FILE_BYTES // LINE_BYTES)
        source = context.folder / "source.json"
        sent = context.tools.json("line_sender", 0, f"records={records}", f"sample={source}", "json=1")
        ended, wall_s, arrived = self.follow(context, source, sent)
        source.unlink()
        arrived, lost = context.judged(arrived, records, ended.ledger)
        work = work_of(sent, arrived, lost, ended.cpu_s, wall_s)
        return [*throughput(self.name, work, "wc -l", context.limits.cpu_per_byte("wc -l")),
                Figure(f"{self.name}: of the file", work.bytes / work.cpu_s / 1e6, "MB/CPU s",
                       target=self.per_core_target, more_is_better=True),
                *memory_figures(self.name, ended)]

    def follow(self, context, source, sent):
        """What is known of the agent's end, the seconds it read, and (distinct, duplicate) records at the far end."""
        raise NotImplementedError

    def read(self, context, source, sent, **values):
        """An agent from its start until it has read the file and delivered what it read."""
        begin = time.monotonic()
        with context.agent(self.configuration, source=source, **values) as running:
            read_at = wait_until_read(running, sent["bytes"])
            ended = running.stop()
        return ended, read_at - begin


def wait_until_read(running, size):
    """When the agent read last: it has read more bytes than the file has, and reads no more."""
    last, at = -1, time.monotonic()

    def done():
        nonlocal last, at
        now = bytes_read(pathlib.Path(f"/proc/{running.pid}/io").read_text())
        if now != last:
            last, at = now, time.monotonic()
        time.sleep(LOOK_S)
        return now >= size and time.monotonic() - at > QUIET_S

    running.wait_for(done, "it does not read the whole file", READ_LIMIT_S)
    return at


def bytes_read(io):
    """By read() and its relatives, whatever from; out of /proc/PID/io."""
    return int(io.split("rchar:")[1].split()[0])


class JsonTailDiscard(JsonTail):
    name = "json_tail_discard"
    about = "a file of JSON lines (300 MB), followed from its begin, parsed, to discard"
    configuration = "json_tail_discard"
    per_core_target = Target(400, at_least=True)

    def follow(self, context, source, sent):
        ended, wall_s = self.read(context, source, sent)
        return ended, wall_s, None if ended.ledger is None else (agent.ledger_sum(ended.ledger, "outputs", "out"), 0)


class JsonTailFile(JsonTail):
    name = "json_tail_file"
    about = "the same, serialized as JSON, to a file on tmpfs"
    configuration = "json_tail_file"
    per_core_target = Target(100, at_least=True)

    def follow(self, context, source, sent):
        file = context.folder / "metrics.out"
        ended, wall_s = self.read(context, source, sent, file=file)
        arrived = context.in_files(file)
        file.unlink()
        return ended, wall_s, arrived


class JsonTailKafka(JsonTail):
    name = "json_tail_kafka"
    about = "the same to a Kafka broker, a message each"
    configuration = "json_tail_kafka"

    def follow(self, context, source, sent):
        with kafka.broker(context.folder / "kafka") as address:
            kafka.make_topic(context, "ours")
            ended, wall_s = self.read(context, source, sent, broker=address, topic="ours")
            return ended, wall_s, kafka.read_back(context, address, "ours")
