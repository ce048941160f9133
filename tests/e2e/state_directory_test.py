#!/usr/bin/env python3
"""The state directory: made when something needs it, for one agent at a time."""

import os
import subprocess
import unittest

from agent import BUILD, Agent, Folder, wait_for

CONFIG = """
[weir]
  {weir}
[agent]
  omit_hostname = true
  interval = "100ms"
  flush_interval = "100ms"
[[inputs.mem]]
[[outputs.file]]
  files = ["{out}"]
  data_format = "influx"
"""

QUEUE = """
[[outputs.file]]
  alias = "safe"
  files = ["stdout"]
  data_format = "influx"
  [outputs.file.delivery]
    queue = "disk"
"""


class StateDirectory(Folder):
    def start(self, weir="", **environment):
        agent = Agent(self.folder, CONFIG.format(weir=weir, out=self.folder / "out.lp"), environment=environment)
        self.addCleanup(agent.__exit__)
        out = self.folder / "out.lp"
        wait_for(lambda: out.exists() and out.stat().st_size > 0, "the first record")
        return agent

    def again(self):
        """A second agent with the same configuration."""
        done = subprocess.run([BUILD / "weir", "--config", self.folder / "weir.conf", "--plugin-directory",
                               BUILD / "plugins"], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stderr

    def test_an_agent_that_keeps_nothing_makes_none(self):
        self.start(STATE_DIRECTORY=str(self.folder / "state"))
        self.assertFalse((self.folder / "state").exists())

    def test_a_second_agent_is_refused_and_told_whose_it_is(self):
        state = self.folder / "state"
        first = self.start(f'state_directory = "{state}"')
        self.assertEqual((state / "state-format").read_text(), "weir-state 1\n")
        status, said = self.again()
        self.assertEqual(status, 1)
        self.assertIn(str(first.process.pid), said)
        self.assertIn("stop that agent, or give this one another directory ([weir] state_directory)", said)
        first.process.kill()
        first.wait()
        second = Agent(self.folder, (self.folder / "weir.conf").read_text())
        self.addCleanup(second.__exit__)
        wait_for(lambda: (state / "lock").read_text().strip() == str(second.process.pid), "the second agent's lock")

    def test_a_queue_on_disk_makes_it_and_a_check_does_not(self):
        state = self.folder / "state"
        config = self.folder / "queue.conf"
        config.write_text(CONFIG.format(weir="", out=self.folder / "out.lp") + QUEUE)
        words = [BUILD / "weir", "--config", config, "--plugin-directory", BUILD / "plugins"]
        environment = {**os.environ, "STATE_DIRECTORY": str(state)}
        check = [words[0], "config", "check", *words[1:]]
        self.assertEqual(subprocess.run(check, env=environment, capture_output=True).returncode, 0)
        self.assertFalse(state.exists())
        running = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(running.wait)
        self.addCleanup(running.kill)
        wait_for(lambda: (state / "queue" / "safe").exists(), "the queue")
        self.assertEqual(subprocess.run(check, env=environment, capture_output=True).returncode, 0)
        second = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(second.returncode, 1)
        self.assertIn(f"is held by process {running.pid}; stop that agent", second.stderr)

    def test_a_newer_version_is_left_alone(self):
        state = self.folder / "state"
        state.mkdir()
        (state / "state-format").write_text("weir-state 9\n")
        (self.folder / "weir.conf").write_text(CONFIG.format(weir=f'state_directory = "{state}"', out="stdout"))
        status, said = self.again()
        self.assertEqual(status, 1)
        self.assertIn("it is of version 9 and this program knows 1; run the newer version again", said)
        self.assertEqual((state / "state-format").read_text(), "weir-state 9\n")

    def test_where_nothing_can_be_written(self):
        (self.folder / "weir.conf").write_text(CONFIG.format(weir='state_directory = "/proc/weir"', out="stdout"))
        status, said = self.again()
        self.assertEqual(status, 1)
        self.assertIn("the state directory /proc/weir cannot be used", said)
        self.assertIn("[weir] state_directory", said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
