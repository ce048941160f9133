"""A test server as a child process that outlives its starter: start, stop, crash and hang it by folder.

Everything about one server lives in the folder that the caller gives: its files, its log, and a note of
its process. The note holds the pid and the time the kernel says that process started, so that a pid which
was given to somebody else is never signalled. All servers listen on 127.0.0.1 only, on free ports.
"""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

HOST = "127.0.0.1"
STOP_SECONDS = 20


class Failure(Exception):
    """What the caller is told; the server's own last words are part of it."""


def free_ports(count):
    """Ports nobody listens on now. They are held together, so that they differ."""
    held = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def accepts(port):
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False


def cache_folder():
    base = os.environ.get("WEIR_CACHE") or os.path.expanduser("~/.cache/weir")
    return pathlib.Path(base)


class Server:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        self.log = self.folder / "server.log"
        self._note = self.folder / "process.json"

    def run(self, command, ready, seconds=60, environment=None):
        """Starts the command and returns when ready() is true."""
        if self.pid() is not None:
            raise Failure(f"a server already runs in {self.folder}")
        with open(self.log, "ab") as log:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                     cwd=self.folder, start_new_session=True,
                                     env={**os.environ, **(environment or {})})
        self._note.write_text(json.dumps({"pid": child.pid, "born": born(child.pid)}))
        deadline = time.monotonic() + seconds
        while not ready():
            if child.poll() is not None:
                raise Failure(f"it ended with status {child.returncode}:\n{self.last_words()}")
            if time.monotonic() > deadline:
                self.stop(signal.SIGKILL)
                raise Failure(f"no answer within {seconds} s:\n{self.last_words()}")
            time.sleep(0.05)
        return child.pid

    def pid(self):
        """The pid of our process, or None when it is gone."""
        try:
            note = json.loads(self._note.read_text())
        except (OSError, ValueError):
            return None
        return note["pid"] if born(note["pid"]) == note["born"] else None

    def send(self, number):
        pid = self.pid()
        if pid is None:
            raise Failure(f"no server runs in {self.folder}")
        os.kill(pid, number)

    def stop(self, number=signal.SIGTERM):
        """Ends it and waits; one that does not end is killed. Stopping twice is fine."""
        pid = self.pid()
        if pid is None:
            return
        os.kill(pid, signal.SIGCONT)  # a paused process does not see SIGTERM
        os.kill(pid, number)
        deadline = time.monotonic() + STOP_SECONDS
        while self.pid() is not None:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)
        self._note.unlink(missing_ok=True)

    def last_words(self, lines=20):
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return "(no log)"


def born(pid):
    """When the kernel started this process, in clock ticks since boot; None for a dead one."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the name before it may hold anything
    return None if fields[0] in "ZX" else int(fields[19])


def main(usage, commands):
    """commands: name -> function(arguments). Prints what it returns; a Failure is one line and status 1."""
    words = sys.argv[1:]
    if not words or words[0] not in commands or (len(words) == 1 and words[0] != "fetch"):
        print(usage.strip(), file=sys.stderr)
        sys.exit(2)
    try:
        answer = commands[words[0]](words[1:])
    except Failure as failure:
        print(f"{pathlib.Path(sys.argv[0]).name}: {failure}", file=sys.stderr)
        sys.exit(1)
    if answer is not None:
        print(answer)


def signals(make):
    """The commands that every server has. make(folder) -> Server."""
    def sending(number):
        return lambda arguments: make(arguments[0]).send(number)
    return {
        "stop": lambda arguments: make(arguments[0]).stop(),
        "kill": lambda arguments: make(arguments[0]).stop(signal.SIGKILL),
        "pause": sending(signal.SIGSTOP),
        "resume": sending(signal.SIGCONT),
    }
