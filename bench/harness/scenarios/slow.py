"""An output that does not take what comes: a named pipe with a slow reader, or one that waits."""

import contextlib
import json
import os
import signal
import subprocess
import time

from harness import agent, process
from harness.figures import Failed, Figure, Target
from harness.scenarios.base import Scenario, check_all_arrived

BUFFERED = 1_000_000
SETTLE_S = 2
BACK_TO_IDLE_S = 60
IDLE_SLACK = 1.10
OVERLOAD_RATE = 1000
OVERLOAD_S = 8


@contextlib.contextmanager
def reader(context, file, rate, seconds):
    """The far end of the pipe that the configuration names @file@; it is gone afterwards."""
    pipe = context.folder / "pipe"
    os.mkfifo(pipe)
    command = [context.tools.path("slow_reader"), pipe, file, rate, seconds]
    child = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    try:
        yield pipe, child
    finally:
        child.kill()
        child.wait()


def read_to_end(child, limit_s=agent.STOP_S):
    """What the reader says when its pipe has ended."""
    try:
        said, _ = child.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired:
        raise Failed(f"the pipe did not end within {limit_s} s") from None
    return json.loads(said)


class BufferRss(Scenario):
    name = "buffer_rss"
    about = "output down, a million metrics buffered: memory each, and whether it is given back"

    def run(self, context):
        port, file = agent.free_port(), context.folder / "metrics.out"
        with reader(context, file, 0, 10**6) as (pipe, child), context.agent(self.name, port, file=pipe) as running:
            time.sleep(SETTLE_S)
            idle = process.memory_megabytes(running.pid)["resident"]
            context.tools.json("line_sender", port, f"records={BUFFERED}")
            time.sleep(SETTLE_S)
            full = process.memory_megabytes(running.pid)["resident"]
            child.send_signal(signal.SIGUSR1)
            after, waited_s = self.back_to_idle(running.pid, idle)
            ended = running.stop()
            read_to_end(child)
        seen = context.tools.json("sequence_check", BUFFERED, 0, file)
        if ended.ledger is not None:
            check_all_arrived((seen["distinct"], seen["duplicate"] + seen["foreign"]), BUFFERED, ended.ledger)
        return [Figure(f"{self.name}: each", (full - idle) * 1e6 / BUFFERED, "B", target=Target(220)),
                Figure(f"{self.name}: full resident", full, "MB"),
                Figure(f"{self.name}: idle resident", idle, "MB"),
                Figure(f"{self.name}: resident afterwards", after, "MB"),
                Figure(f"{self.name}: afterwards against idle", after / idle, "x", target=Target(IDLE_SLACK),
                       detail={"waited_s": waited_s})]

    @staticmethod
    def back_to_idle(pid, idle):
        """(resident MB, seconds waited): as soon as it is back, or after a minute."""
        begin = time.monotonic()
        while True:
            resident, waited = process.memory_megabytes(pid)["resident"], time.monotonic() - begin
            if resident <= idle * IDLE_SLACK or waited > BACK_TO_IDLE_S:
                return resident, waited
            time.sleep(1)


class Overload(Scenario):
    name = "overload"
    about = "an output of 1,000 records/s: the sender is held back, memory stays bounded, nothing is lost"

    def run(self, context):
        port, file = agent.free_port(), context.folder / "metrics.out"
        with reader(context, file, OVERLOAD_RATE, OVERLOAD_S) as (pipe, child), \
                context.agent(self.name, port, file=pipe) as running:
            cpu_before, begin = process.cpu_seconds(running.pid), time.monotonic()
            # It ends before the reader becomes fast: what it has sent by then was taken while the output was slow.
            sent = context.tools.json("line_sender", port, f"records={10**9}", f"seconds={OVERLOAD_S - 1}")
            cpu, elapsed = process.cpu_seconds(running.pid) - cpu_before, time.monotonic() - begin
            ended = running.stop()
            read_to_end(child)
        seen = context.tools.json("sequence_check", sent["records"], 0, file)
        if ended.ledger is not None:
            check_all_arrived((seen["distinct"], seen["duplicate"] + seen["foreign"]), sent["records"], ended.ledger)
        return [Figure(f"{self.name}: peak resident", ended.peak_mb, "MB", target=Target(64),
                       detail={"sent": sent["records"], "lost": sent["records"] - seen["distinct"]}),
                Figure(f"{self.name}: final resident", ended.resident_mb, "MB"),
                Figure(f"{self.name}: taken", sent["records"] / elapsed, "records/s"),
                Figure(f"{self.name}: CPU", cpu / elapsed * 1e3, "ms/s")]
