"""What the kernel tells of a process: processor time and memory."""

import os
import pathlib


def schedstat_seconds(text):
    """The processor time of one thread, out of /proc/PID/task/TID/schedstat."""
    return int(text.split()[0]) / 1e9


def cpu_seconds(pid):
    """User and system time of the threads that live now, to the nanosecond."""
    total = 0.0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            total += schedstat_seconds((task / "schedstat").read_text())
        except FileNotFoundError:  # the thread ended meanwhile
            continue
    return total


def rollup_megabytes(text):
    """Resident and anonymous memory out of /proc/PID/smaps_rollup, in 10^6 bytes."""
    values = {line.split(":")[0]: line.split()[1] for line in text.splitlines() if line.endswith(" kB")}
    return {key: int(values[name]) * 1024 / 1e6 for key, name in (("resident", "Rss"), ("anonymous", "Anonymous"))}


def memory_megabytes(pid):
    return rollup_megabytes(pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text())


def wait(pid):
    """Waits for the end of a child: (status, CPU seconds of its whole life, peak resident MB)."""
    _, status, usage = os.wait4(pid, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6
