#!/usr/bin/env python3
"""The agent as a service: what it tells systemd, and what it does to its own process."""

import os
import pathlib
import resource
import signal
import socket
import subprocess
import unittest

from agent import BUILD, MEMORY_COUNTS, Agent, Folder, wait_for

CONFIG = """
[agent]
  omit_hostname = true
  interval = "100ms"
  flush_interval = "100ms"
[[inputs.mem]]
[[outputs.file]]
  files = ["{out}"]
  data_format = "influx"
"""


class Manager(socket.socket):
    """systemd's side of the notification socket."""

    def __init__(self, path):
        super().__init__(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.bind(str(path))
        self.settimeout(30)

    def next(self):
        return self.recv(4096).decode()

    def next_but_beats(self):
        while (message := self.next()) == "WATCHDOG=1":
            pass
        return message


class AsAService(Folder):
    def start(self, **environment):
        path = self.folder / "notify"
        manager = Manager(path)
        self.addCleanup(manager.close)
        agent = Agent(self.folder, CONFIG.format(out=self.folder / "out.lp"),
                      environment={"NOTIFY_SOCKET": str(path), **environment})
        self.addCleanup(agent.__exit__)
        return manager, agent

    def test_ready_reloading_stopping(self):
        manager, agent = self.start()
        self.assertEqual(manager.next(), "READY=1\nSTATUS=running: 1 inputs, 1 outputs")
        agent.signal(signal.SIGHUP)
        self.assertRegex(manager.next(), r"^RELOADING=1\nMONOTONIC_USEC=\d+\n")
        self.assertTrue(manager.next().startswith("READY=1\nSTATUS=running"))
        agent.config.write_text("this is no configuration")
        agent.signal(signal.SIGHUP)
        self.assertTrue(manager.next().startswith("RELOADING=1"))
        self.assertTrue(manager.next().startswith("READY=1\nSTATUS=running"))
        agent.signal(signal.SIGTERM)
        self.assertTrue(manager.next().startswith("STOPPING=1\nSTATUS="))
        self.assertEqual(agent.wait(), 0, agent.said())

    def test_the_watchdog_hears_the_workers(self):
        manager, agent = self.start(WATCHDOG_USEC="300000")
        self.assertTrue(manager.next_but_beats().startswith("READY=1"))
        for _ in range(5):
            self.assertEqual(manager.next(), "WATCHDOG=1")
        self.assertEqual(agent.stop(), 0, agent.said())

    def test_a_configuration_that_is_wrong_is_never_ready(self):
        manager, agent = self.start()
        manager.next()
        agent.stop()
        agent.config.write_text("[[inputs.no_such_plugin]]")
        manager.setblocking(False)
        while True:
            try:
                manager.recv(4096)
            except BlockingIOError:
                break
        again = subprocess.run([BUILD / "weir", "--config", agent.config, "--plugin-directory", BUILD / "plugins"],
                               env={**os.environ, "NOTIFY_SOCKET": str(self.folder / "notify")}, capture_output=True)
        self.assertEqual(again.returncode, 1)
        self.assertRaises(BlockingIOError, manager.recv, 4096)


class OwnProcess(Folder):
    def limits(self, agent, name):
        for line in pathlib.Path(f"/proc/{agent.process.pid}/limits").read_text().splitlines():
            if line.startswith(name):
                return line[len(name):].split()[:2]
        return None

    def run_with(self, kind, soft, **environment):
        out = self.folder / "out.lp"
        before = resource.getrlimit(kind)
        resource.setrlimit(kind, (soft, before[1]))
        try:
            agent = Agent(self.folder, CONFIG.format(out=out), environment=environment)
        finally:
            resource.setrlimit(kind, before)
        self.addCleanup(agent.__exit__)
        wait_for(lambda: out.exists() and out.stat().st_size > 0, "the first record")
        return agent

    def test_the_limit_of_files_is_raised(self):
        agent = self.run_with(resource.RLIMIT_NOFILE, 256)
        soft, hard = self.limits(agent, "Max open files")
        self.assertEqual(soft, hard)

    def test_core_dumps_are_for_those_who_ask(self):
        most = resource.getrlimit(resource.RLIMIT_CORE)[1]
        if most == 0:
            self.assertEqual(self.limits(self.run_with(resource.RLIMIT_CORE, 0), "Max core file size")[0], "0")
            return
        self.assertEqual(self.limits(self.run_with(resource.RLIMIT_CORE, most), "Max core file size")[0], "0")
        if not MEMORY_COUNTS:  # AddressSanitizer forbids them, too.
            return
        asked = self.run_with(resource.RLIMIT_CORE, most, WEIR_CORE_DUMPS="1")
        self.assertNotEqual(self.limits(asked, "Max core file size")[0], "0")


if __name__ == "__main__":
    unittest.main(verbosity=2)
