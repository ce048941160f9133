"""The host's own metrics once a second: memory, processor time, start."""

import json
import re
import statistics
import subprocess
import time

from harness import agent, process
from harness.figures import Failed, Figure, Target
from harness.scenarios.base import Scenario

# What the inputs open or read each time, and no more (strace -e trace=openat,read,pread64 shows it); mem and
# swap read different files, cpu and kernel the same one twice. Most stay open in the agent, which is its merit.
READ_EACH_TIME = (
    "/proc/stat",  # cpu
    "/proc/meminfo",  # mem
    "/proc/vmstat",  # swap
    "/proc/loadavg", "/sys/devices/system/cpu/online", "/var/run/utmp",  # system
    "/proc/stat", "/proc/sys/kernel/random/entropy_avail",  # kernel
    "/proc/[pid]/stat",  # processes
    "/proc/1/mountinfo",  # disk
    "/proc/diskstats",  # diskio
)
SETTLE_S = 3
FIRST_GATHER_S = 5
STARTS = 5


class Host(Scenario):
    name = "host"
    about = "host inputs every second: memory, CPU against a loop that only reads the same files, first gather"

    def run(self, context):
        return [*steady(context), first_gather(context)]


def steady(context):
    """Agent and loop side by side for the same seconds, so that both see the same machine."""
    with context.agent("host") as running:
        time.sleep(SETTLE_S)
        before, begin = process.cpu_seconds(running.pid), time.monotonic()
        loop = read_loop(context, round(context.seconds))
        elapsed = time.monotonic() - begin
        cpu = (process.cpu_seconds(running.pid) - before) / elapsed
        memory = process.memory_megabytes(running.pid)
        ledger = running.stop().ledger
    if ledger is not None:
        check_all_written(ledger)
    loop_cpu = loop["cpu_s"] / round(context.seconds)
    return [Figure("host: resident", memory["resident"], "MB", target=Target(10)),
            Figure("host: anonymous", memory["anonymous"], "MB", target=Target(4)),
            Figure("host: CPU", cpu * 1e3, "ms/s", "read loop", loop_cpu * 1e3, detail={"loop_files": loop["files"]}),
            Figure("host: CPU against the loop", cpu / loop_cpu, "x", target=Target(1.5))]


def check_all_written(ledger):
    created, written = agent.ledger_sum(ledger, "inputs", "created"), agent.ledger_sum(ledger, "outputs", "out")
    if created != written or not created or agent.imbalance(ledger):
        raise Failed(f"gathered {created}, written {written}; the agent's ledger:\n{ledger}")


def read_loop(context, rounds):
    command = [str(context.tools.path("read_loop")), str(rounds), "1000", *READ_EACH_TIME]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def first_gather(context):
    """From exec to the time that the first record carries: the median of several starts."""
    waits_ms = [start_once(context, number) for number in range(STARTS)]
    return Figure("host: exec to first gather", statistics.median(waits_ms), "ms", target=Target(50),
                  detail={"starts_ms": waits_ms})


def inputs(configuration):
    """The names of the inputs in a configuration."""
    return re.findall(r"^\[\[inputs\.(\w+)\]\]", configuration, re.M)


def start_once(context, number):
    file = context.folder / f"first.{number}.out"
    with context.agent("host_first", file=file) as running:
        deadline = time.monotonic() + FIRST_GATHER_S
        while time.monotonic() < deadline and not (file.exists() and file.stat().st_size):
            time.sleep(0.05)
        running.stop()
        gathered_ns = [timestamp_ns(line) for line in file.read_text().splitlines()] if file.exists() else []
        if not gathered_ns:
            raise Failed(f"nothing was gathered in {FIRST_GATHER_S} s; the log:\n{running.log.read_text()}")
        return (min(gathered_ns) - running.started_ns) / 1e6


def timestamp_ns(line):
    return int(line.rsplit(" ", 1)[1])
