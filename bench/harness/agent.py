"""An agent under measurement: started with a configuration, watched, stopped, asked for its ledger."""

import contextlib
import dataclasses
import json
import os
import signal
import socket
import subprocess
import threading
import time

from harness import process
from harness.figures import Failed

READY_S = 30
STOP_S = 60
ONCE_S = 300


@dataclasses.dataclass(frozen=True)
class Ended:
    """What is known after the end: CPU of the whole life, memory, the ledger's nodes (None: it keeps no ledger)."""
    cpu_s: float
    peak_mb: float
    resident_mb: float  # when it was asked to end
    ended_at: float
    ledger: list | None


class Agent:
    """One run. Its log, configuration and ledger stay in the folder it is given; on the given cores alone, if any."""

    def __init__(self, installation, configuration, folder, *options, environment=None, cores=None):
        (folder / "agent.conf").write_text(configuration)
        self.ledger = folder / "ledger.json" if installation.product.has_ledger else None
        self.log = folder / "agent.log"
        command = [*on_cores(cores), *installation.command(folder / "agent.conf", folder, *options)]
        with self.log.open("w") as log:
            self.started_ns = time.time_ns()
            self.process = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log, cwd=folder,
                                            env={**os.environ, **(environment or {})})
        self.memory = process.MemoryWatch(self.pid)

    @property
    def pid(self):
        return self.process.pid

    def wait_for_port(self, port):
        """Until a connection is taken; it is closed at once."""
        self.wait_for(lambda: can_connect(port), f"it does not listen on port {port}")

    def wait_for(self, condition, complaint, seconds=READY_S):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.kill()
                raise Failed(f"{complaint}; the agent's log:\n{self.log.read_text()}")
            time.sleep(0.01)

    def stop(self, limit_s=STOP_S):
        """Asks the agent to end, and waits for it; it delivers what it has first."""
        self.memory.look()
        resident_mb = self.memory.resident_mb
        self.process.send_signal(signal.SIGTERM)
        return dataclasses.replace(self.wait(limit_s), resident_mb=resident_mb)

    def wait(self, limit_s):
        """Until it has ended by itself; it is killed at the limit."""
        guard = threading.Timer(limit_s, self.process.kill)
        guard.start()
        status, cpu_s = process.wait(self.pid)
        ended_at = time.monotonic()
        guard.cancel()
        self.memory.end()
        self.process.returncode = status  # it was waited for here: subprocess need not
        if status != 0:
            raise Failed(f"the agent ended with status {status}; its log:\n{self.log.read_text()}")
        ledger = read_ledger(self.ledger.read_text()) if self.ledger else None
        return Ended(cpu_s, self.memory.peak_mb, self.memory.resident_mb, ended_at, ledger)

    def kill(self):
        if self.process.returncode is None:
            self.process.kill()
            self.process.wait()
        self.memory.end()


def can_connect(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def on_cores(cores):
    """What stands before a command that is to see only these."""
    return ("taskset", "--cpu-list", ",".join(map(str, cores))) if cores else ()


def run_once(installation, configuration, folder, cores=None):
    """From start to end by itself."""
    agent = Agent(installation, configuration, folder, *installation.product.once, cores=cores)
    try:
        return agent.wait(ONCE_S)
    finally:
        agent.kill()


@contextlib.contextmanager
def running(installation, configuration, folder, environment=None, cores=None):
    """An agent that is gone afterwards, whatever happens."""
    agent = Agent(installation, configuration, folder, environment=environment, cores=cores)
    try:
        yield agent
    finally:
        agent.kill()


def read_ledger(text):
    return [json.loads(line) for line in text.splitlines()]


def ledger_sum(ledger, kind, key):
    """A count of all nodes of a kind: what the outputs put out, say."""
    return sum(node[key] for node in ledger if node["kind"] == kind)


def imbalance(ledger):
    """Records of which the agent itself cannot say where they went."""
    return sum(abs(node["imbalance"]) for node in ledger)


def free_port(kind=socket.SOCK_STREAM):
    """A port that nobody listens on now."""
    with socket.socket(type=kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
