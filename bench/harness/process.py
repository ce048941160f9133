"""What the kernel tells of a process: processor time, memory, how often it woke up."""

import os
import pathlib
import threading

WATCH_S = 0.05


def schedstat_seconds(text):
    """The processor time of one thread, out of /proc/PID/task/TID/schedstat."""
    return int(text.split()[0]) / 1e9


def of_threads(pid, file, value):
    """The sum over the threads that live now of a number in a file of /proc/PID/task/TID."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            total += value((task / file).read_text())
        except (FileNotFoundError, ProcessLookupError):  # the thread ended meanwhile
            continue
    return total


def cpu_seconds(pid):
    """User and system time of the threads that live now, to the nanosecond."""
    return of_threads(pid, "schedstat", schedstat_seconds)


def voluntary_switches(text):
    """Out of /proc/PID/task/TID/status."""
    return int(text.split("\nvoluntary_ctxt_switches:")[1].split()[0])


def kilobytes(text):
    """{name: number} of the lines of a /proc file that end in kB."""
    return {line.split(":")[0]: int(line.split()[1]) for line in text.splitlines() if line.endswith(" kB")}


def rollup_megabytes(text):
    """Resident and anonymous memory out of /proc/PID/smaps_rollup, in 10^6 bytes."""
    values = kilobytes(text)
    return {key: values[name] * 1024 / 1e6 for key, name in (("resident", "Rss"), ("anonymous", "Anonymous"))}


def memory_megabytes(pid):
    return rollup_megabytes(pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text())


def status_megabytes(text):
    """(resident, peak resident) out of /proc/PID/status, in 10^6 bytes; None of a process that has ended."""
    values = kilobytes(text)
    return (values["VmRSS"] * 1024 / 1e6, values["VmHWM"] * 1024 / 1e6) if "VmRSS" in values else None


class MemoryWatch:
    """Resident memory of a process, now and at its highest.

    getrusage cannot tell: the peak of a process that was made here begins with the memory of this one. So /proc is
    asked again and again; only what was taken in the last moments before the end is not seen.
    """

    def __init__(self, pid):
        self._status = pathlib.Path(f"/proc/{pid}/status")
        self._ended = threading.Event()
        self.resident_mb = self.peak_mb = 0.0
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def look(self):
        try:
            seen = status_megabytes(self._status.read_text())
        except (FileNotFoundError, ProcessLookupError):
            return
        if seen:
            self.resident_mb, self.peak_mb = seen[0], max(self.peak_mb, seen[1])

    def end(self):
        self._ended.set()
        self._thread.join()

    def _watch(self):
        while not self._ended.wait(WATCH_S):
            self.look()


def wait(pid):
    """Waits for the end of a child: (status, CPU seconds of its whole life)."""
    _, status, usage = os.wait4(pid, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime
