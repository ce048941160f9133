"""The real binary under a test's control: one process, its own folder, free ports."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import unittest

BUILD = pathlib.Path(os.environ.get("WEIR_BUILD_DIR", "build/release")).resolve()
SOURCE = pathlib.Path(os.environ.get("WEIR_SOURCE_DIR", ".")).resolve()
PATIENCE_S = 60
# Sanitizers multiply memory: what is bounded is then not the resident size.
MEMORY_COUNTS = os.environ.get("WEIR_SANITIZE", "") == ""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(condition, what, seconds=PATIENCE_S):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.02)


def can_connect(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def check(config):
    """What `weir config check` says of a file: exit status and text."""
    done = subprocess.run([BUILD / "weir", "config", "check", "--config", config, "--plugin-directory", BUILD / "plugins"],
                          capture_output=True, text=True, errors="replace", timeout=PATIENCE_S)
    return done.returncode, done.stderr


class Folder(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)


class Agent:
    """Started at once; stopped, and its ledger read, by stop()."""

    def __init__(self, folder, config, *arguments, environment=None):
        self.folder = pathlib.Path(folder)
        self.config = self.folder / "weir.conf"
        self.config.write_text(config)
        self.log = self.folder / "weir.log"
        command = [str(BUILD / "weir"), "--config", str(self.config), "--plugin-directory", str(BUILD / "plugins"),
                   "--ledger", str(self.folder / "ledger.json"), *arguments]
        with (self.folder / "out").open("wb") as out, self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, stdout=out, stderr=log,
                                            env={**os.environ, **(environment or {})})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, seconds=PATIENCE_S):
        return self.process.wait(seconds)

    def stop(self, seconds=PATIENCE_S):
        self.signal(signal.SIGTERM)
        return self.wait(seconds)

    def said(self):
        return self.log.read_text(errors="replace")

    def resident_kb(self, field="VmRSS"):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1])
        return 0

    def ledger(self):
        return [json.loads(line) for line in (self.folder / "ledger.json").read_text().splitlines()]

    def node(self, kind, name=None):
        return next(n for n in self.ledger() if n["kind"] == kind and name in (None, n["name"]))

    def imbalances(self):
        return [n for n in self.ledger() if n["imbalance"] != 0]
