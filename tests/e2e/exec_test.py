#!/usr/bin/env python3
"""Commands that are run at every interval, through the real binary: what hangs is ended, whatever it has started."""

import os
import time
import unittest

from agent import Agent, Folder, wait_for


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] != "Z"


class Exec(Folder):
    def config(self, commands, options="", interval="100ms"):
        return f"""
[agent]
  omit_hostname = true
  interval = "{interval}"
  flush_interval = "100ms"
[[inputs.exec]]
  commands = [{', '.join(str(c) if isinstance(c, list) else f"'{c}'" for c in commands)}]
  data_format = "influx"
{options}
[[outputs.file]]
  files = ["{self.folder / 'metrics'}"]
  data_format = "influx"
"""

    def script(self, name, text):
        path = self.folder / name
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o700)

    def lines(self):
        path = self.folder / "metrics"
        return path.read_text().splitlines() if path.exists() else []

    def has(self, begin):
        return any(line.startswith(begin) for line in self.lines())

    def pid_in(self, name):
        path = self.folder / name
        wait_for(lambda: path.exists() and path.read_text().endswith("\n"), name)
        return int(path.read_text())

    def test_a_command_may_be_a_list_of_words(self):
        quoted = ["echo", "m,t=it's v=1i"]
        with Agent(self.folder, self.config([quoted, "echo n v=1i"])) as agent:
            wait_for(lambda: self.has("m,t=it's v=1i") and self.has("n v=1i"), "both")
            self.assertEqual(agent.stop(), 0)

    def test_scripts_found_by_a_pattern(self):
        self.script("a.sh", 'echo "m,script=a,env=$MARK v=1i"; echo "W! take care" >&2\n')
        with Agent(self.folder, self.config([f"{self.folder}/*.sh"],
                                            '  environment = ["MARK=x"]\n  log_stderr = true')) as agent:
            wait_for(lambda: self.has("m,env=x,script=a v=1i"), "the first script")
            self.script("b.sh", 'echo "m,script=b v=2i"; exit 1\n')
            wait_for(lambda: "b.sh\" ended with status 1" in agent.said(), "the script that fails")
            self.assertEqual(agent.stop(), 0)
            self.assertIn("take care", agent.said())
        self.assertNotIn("script=b", "".join(self.lines()))
        self.assertEqual(agent.imbalances(), [])

    def test_what_hangs_is_ended_with_its_children(self):
        self.script("hangs.sh", f"sleep 1000 & echo $! > {self.folder}/pid; wait\n")
        with Agent(self.folder, self.config([f"{self.folder}/hangs.sh", "echo good v=1i"],
                                            '  timeout = "200ms"')) as agent:
            pid = self.pid_in("pid")
            wait_for(lambda: not is_running(pid), "the end of the child's child")
            wait_for(lambda: "took longer than its timeout" in agent.said(), "the error")
            wait_for(lambda: self.has("good v=1i"), "the other command")
            self.assertEqual(agent.stop(), 0)

    def test_an_agent_that_stops_ends_its_children(self):
        self.script("runs.sh", f"echo $$ > {self.folder}/pid; sleep 1000\n")
        with Agent(self.folder, self.config([f"{self.folder}/runs.sh"], '  timeout = "1h"')) as agent:
            pid = self.pid_in("pid")
            begin = time.monotonic()
            self.assertEqual(agent.stop(), 0)
            self.assertLess(time.monotonic() - begin, 5)
            self.assertFalse(is_running(pid))
        self.assertEqual(agent.imbalances(), [])


if __name__ == "__main__":
    unittest.main()
