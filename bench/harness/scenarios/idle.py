"""Starting, and having nothing to do."""

import statistics
import time

from harness import agent, process
from harness.figures import Figure, Target
from harness.scenarios.base import Scenario

STARTS = 5
SETTLE_S = 3


class Startup(Scenario):
    name = "startup"
    about = "from exec until a TCP listener takes a connection, and from SIGTERM to the end"

    def run(self, context):
        ready_ms, cpu_ms, stop_ms = zip(*(self.start(context, number) for number in range(STARTS)))
        return [Figure("startup: exec to listening", statistics.median(ready_ms), "ms", target=Target(100)),
                Figure("startup: CPU", statistics.median(cpu_ms), "ms"),
                Figure("startup: SIGTERM to end", statistics.median(stop_ms), "ms")]

    @staticmethod
    def start(context, number):
        folder = context.folder / str(number)
        folder.mkdir()
        begin = time.monotonic()
        with context.agent("lp_tcp_discard", agent.free_port(), folder) as running:
            ready, cpu = time.monotonic(), process.cpu_seconds(running.pid)
            stopped = time.monotonic()
            ended = running.stop()
        return (ready - begin) * 1e3, cpu * 1e3, (ended.ended_at - stopped) * 1e3


class IdleWakeUps(Scenario):
    name = "idle_wakeups"
    about = "host inputs every ten seconds: how often any thread wakes up"

    def run(self, context):
        with context.agent("idle") as running:
            time.sleep(SETTLE_S)
            before, cpu_before, begin = wake_ups(running.pid), process.cpu_seconds(running.pid), time.monotonic()
            time.sleep(context.seconds)
            elapsed = time.monotonic() - begin
            woken, cpu = wake_ups(running.pid) - before, process.cpu_seconds(running.pid) - cpu_before
            running.stop()
        return [Figure("idle_wakeups: all threads", woken / elapsed, "/s", target=Target(12)),
                Figure("idle_wakeups: CPU", cpu / elapsed * 1e3, "ms/s")]


def wake_ups(pid):
    """How often the threads of a process went to sleep by themselves: each time something woke them up."""
    return process.of_threads(pid, "status", process.voluntary_switches)
