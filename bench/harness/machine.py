"""Limits of this machine, measured in the same run as the agent."""

import dataclasses
import json
import os
import pathlib
import platform
import re
import subprocess
import time

from harness import process


@dataclasses.dataclass(frozen=True)
class Limit:
    """bytes moved in so many seconds; of the limit "call", bytes are calls."""
    name: str
    bytes: int
    wall_s: float
    cpu_s: float

    @property
    def cpu_per_byte(self):
        return self.cpu_s / self.bytes

    def as_json(self):
        return {"limit": self.name, "bytes": self.bytes, "wall_s": self.wall_s, "cpu_s": self.cpu_s,
                "bytes_per_s": self.bytes / self.wall_s, "bytes_per_cpu_s": self.bytes / self.cpu_s}


class Limits:
    """By name; a sum of them where work passes several."""

    def __init__(self, limits):
        self.all = {limit.name: limit for limit in limits}

    def cpu_per_byte(self, *names):
        return sum(self.all[name].cpu_per_byte for name in names)


def describe():
    """What a reader of the figures has to know of the machine; load is that of the last minute, from all programs."""
    return {"processor": processor(pathlib.Path("/proc/cpuinfo").read_text()), "cores": len(os.sched_getaffinity(0)),
            "kernel": platform.release(), "load": round(os.getloadavg()[0], 2)}


def processor(cpuinfo):
    match = re.search(r"^model name\s*: (.+)$", cpuinfo, re.M)
    return match[1] if match else platform.machine()


def measure(tools, sample, tmpfs, disk):
    """sample is a file of lines on tmpfs."""
    printed = tools.run("machine_limits", sample, tmpfs, disk)
    return Limits([read_limit(line) for line in printed.splitlines()] + [count_lines(sample)])


def read_limit(line):
    values = json.loads(line)
    return Limit(values["limit"], values["bytes"], values["wall_s"], values["cpu_s"])


def count_lines(sample):
    """The program wc, reading included."""
    begin = time.monotonic()
    child = subprocess.Popen(["wc", "-l", str(sample)], stdout=subprocess.DEVNULL)
    status, cpu_s = process.wait(child.pid)
    child.returncode = status
    return Limit("wc -l", sample.stat().st_size, time.monotonic() - begin, cpu_s)
