#!/usr/bin/env python3
"""`weir queue`: what waits on disk, while the agent runs and afterwards; dead letters sent again."""

import json
import subprocess
import unittest

from agent import BUILD, Agent, Folder, free_port, wait_for
from recorder import Recorder

CONFIG = """
[weir]
  state_directory = "{state}"
[agent]
  omit_hostname = true
  interval = "100ms"
  flush_interval = "100ms"
[[inputs.mem]]
[[outputs.http]]
  alias = "main"
  url = "http://127.0.0.1:{port}/in"
  data_format = "influx"
  {options}
  [outputs.http.delivery]
    queue = "disk"
    max_bytes = "16MiB"
    retry_initial = "20ms"
    retry_max = "50ms"
"""


class QueueCommand(Folder):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"

    def start(self, port, options=""):
        agent = Agent(self.folder, CONFIG.format(state=self.state, port=port, options=options))
        self.addCleanup(agent.__exit__)
        return agent

    def queue(self, *arguments, status=0):
        done = subprocess.run([BUILD / "weir", "queue", *arguments, "--state-directory", self.state],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def waiting(self, name="main"):
        listed = [json.loads(line) for line in self.queue("ls", "--json").splitlines()]
        return next((q["records"] for q in listed if q["queue"] == name), 0)

    def test_what_waits_is_shown_while_the_agent_runs_and_afterwards(self):
        agent = self.start(free_port())
        wait_for(lambda: self.waiting() >= 3, "three records in the queue")
        self.assertIn("0 damaged", self.queue("verify", "main"))
        row = json.loads(self.queue("cat", "main").splitlines()[0])
        self.assertEqual(row["name"], "mem")
        self.assertIn("available", row["fields"])
        self.assertIn(f"process {agent.process.pid}", self.queue("purge", "main", status=1))
        agent.stop()
        entries = [json.loads(line) for line in self.queue("ls", "main", "--json").splitlines()]
        self.assertEqual(sum(e["records"] for e in entries), self.waiting())
        exported = self.folder / "batches"
        self.assertIn(f"{len(entries)} batches", self.queue("export", "main", str(exported)))
        self.assertEqual(exported.read_bytes()[:4], b"WEIR")
        self.assertIn(f"{self.waiting()} records dropped", self.queue("purge", "main"))
        self.assertEqual(self.waiting(), 0)

    def test_damage_is_found(self):
        agent = self.start(free_port())
        wait_for(lambda: self.waiting() >= 3, "three records in the queue")
        agent.stop()
        segment = next((self.state / "queue" / "main").glob("*.seg"))
        content = bytearray(segment.read_bytes())
        content[64 + 64 + 100] ^= 1  # in the first batch
        segment.write_bytes(content)
        said = self.queue("verify", "main", status=1)
        self.assertIn("records 0 to", said)
        self.assertIn("1 damaged", said)

    def test_a_name_that_is_none_is_told_which_there_are(self):
        agent = self.start(free_port())
        wait_for(lambda: self.waiting() >= 1, "a record in the queue")
        agent.stop()
        self.assertIn('there is no queue "other"', self.queue("cat", "other", status=1))
        self.assertIn("it has main", self.queue("cat", "other", status=1))

    def test_dead_letters_are_sent_again(self):
        with Recorder(lambda _: 400) as server:
            agent = self.start(server.port, "non_retryable_statuscodes = [400]")
            wait_for(lambda: self.waiting("dead/main") >= 3, "three dead letters")
            agent.stop()
        letter = json.loads(self.queue("ls", "dead/main", "--json").splitlines()[0])
        self.assertIn("400", json.loads(letter["meta"])["reason"])
        dead = self.waiting("dead/main")
        left = self.waiting()
        self.assertIn(f"{dead} records will be sent again", self.queue("requeue", "main"))
        self.assertEqual((self.waiting("dead/main"), self.waiting()), (0, left + dead))
        with Recorder(port=server.port) as server:  # a queue belongs to its output's address
            self.start(server.port)
            wait_for(lambda: len(server.accepted()) >= dead, "what was dead")


if __name__ == "__main__":
    unittest.main()
