"""The servers under tests/support/servers, for tests that need a real one."""

import subprocess

from agent import SOURCE

SERVERS = SOURCE / "tests" / "support" / "servers"


def server(name, *arguments):
    """Runs a server's script; returns the last line that it says."""
    done = subprocess.run([SERVERS / name, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{name} {arguments}: {done.stdout}{done.stderr}")
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""
