"""An agent under measurement: started with a configuration, watched, stopped, asked for its ledger."""

import contextlib
import dataclasses
import json
import pathlib
import signal
import socket
import subprocess
import threading
import time

from harness import process
from harness.figures import Failed

READY_S = 10
STOP_S = 60
ONCE_S = 300


@dataclasses.dataclass(frozen=True)
class Installation:
    binary: pathlib.Path
    plugins: pathlib.Path


@dataclasses.dataclass(frozen=True)
class Ended:
    """What is known after the end: CPU of the whole life, the ledger's nodes."""
    cpu_s: float
    peak_mb: float
    ended_at: float
    ledger: list


class Agent:
    """One run. Its log, configuration and ledger stay in the folder it is given."""

    def __init__(self, installation, configuration, folder, *options):
        self.folder = folder
        (folder / "agent.conf").write_text(configuration)
        self.ledger = folder / "ledger.json"
        self.log = folder / "agent.log"
        command = [installation.binary, "--config", folder / "agent.conf", "--plugin-directory", installation.plugins,
                   "--ledger", self.ledger, *options]
        with self.log.open("w") as log:
            self.started_ns = time.time_ns()
            self.process = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log)

    @property
    def pid(self):
        return self.process.pid

    def wait_for_port(self, port):
        """Until a connection is taken; it is closed at once."""
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return
            time.sleep(0.01)
        self.kill()
        raise Failed(f"the agent does not listen on port {port}; its log:\n{self.log.read_text()}")

    def stop(self):
        """Asks the agent to end, and waits for it; it delivers what it has first."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait(STOP_S)

    def wait(self, limit_s):
        """Until it has ended by itself; it is killed at the limit."""
        guard = threading.Timer(limit_s, self.process.kill)
        guard.start()
        status, cpu_s, peak_mb = process.wait(self.pid)
        ended_at = time.monotonic()
        guard.cancel()
        self.process.returncode = status  # it was waited for here: subprocess need not
        if status != 0:
            raise Failed(f"the agent ended with status {status}; its log:\n{self.log.read_text()}")
        return Ended(cpu_s, peak_mb, ended_at, read_ledger(self.ledger.read_text()))

    def kill(self):
        if self.process.returncode is None:
            self.process.kill()
            self.process.wait()


def run_once(installation, configuration, folder):
    """From start to end by --once."""
    agent = Agent(installation, configuration, folder, "--once")
    try:
        return agent.wait(ONCE_S)
    finally:
        agent.kill()


@contextlib.contextmanager
def running(installation, configuration, folder):
    """An agent that is gone afterwards, whatever happens."""
    agent = Agent(installation, configuration, folder)
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


def free_port():
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
