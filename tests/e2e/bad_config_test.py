#!/usr/bin/env python3
"""Configurations that are wrong: each is refused with its place and what to do, by the check and by the agent."""

import os
import signal
import unittest

from agent import Agent, Folder, check, wait_for

GOOD = b"""[[inputs.mem]]
[[outputs.discard]]
"""

REPEATS_MAX = 5  # of equal lines in the log

# What is wrong: the text before a good configuration, and what is said of it.
FAULTS = {
    "not TOML": (b"[[inputs.mem]\n", "1:1: error: the header is not closed", "it must end in ]]"),
    "a binary": (b"\x7fELF\x02\x01\x01\xff\xfe\x00\x00", "1:8: error: this is not UTF-8 text", "save the file as UTF-8"),
    "an open string": (b'[agent]\n  hostname = "a\n', "2:14: error: ", ""),
    "wrong type": (b'[agent]\n  metric_batch_size = "many"\n', "2:23: error: ", "must be an integer, not a string"),
    "wrong type of a plugin's option": (b"[[inputs.file]]\n  files = 5\n", "2:11: error: ", '"files" must be a list, not an integer'),
    "unknown key": (b"[agent]\n  metrc_batch_size = 5\n", "2:3: error: unknown option",
                    'did you mean "metric_batch_size"?'),
    "unknown key of a plugin": (b'[[inputs.file]]\n  files = []\n  flies = []\n',
                                '3:3: error: unknown option "flies" of inputs.file', 'did you mean "files"?'),
    "duplicate table": (b"[agent]\n[agent]\n", '2:1: error: the table "agent" exists already since line 1',
                        "for several of a kind write [[...]]"),
    "duplicate key": (b'[agent]\n  interval = "1s"\n  interval = "2s"\n',
                      '3:3: error: "interval" is written twice, first in line 2', ""),
    "missing environment variable": (b'[agent]\n  interval = "${WEIR_NOT_SET}"\n', "2:14: error: ",
                                     'set the environment variable "WEIR_NOT_SET", or write ${WEIR_NOT_SET:-DEFAULT}'),
    "missing environment variable, demanded": (b'[agent]\n  hostname = "${WEIR_NOT_SET:?name the host}"\n', "2:14: error: ",
                                               'the environment variable "WEIR_NOT_SET" must be set: name the host'),
    "unknown plugin": (b"[[inputs.mme]]\n", '1:1: error: unknown input "mme"', 'did you mean "mem"?'),
    "unknown format": (b'[[inputs.file]]\n  files = []\n  data_format = "jsno"\n', '3:17: error: unknown data_format "jsno"',
                       'did you mean "json"?'),
    "a plugin's own refusal": (b'[[inputs.socket_listener]]\n  service_address = "tpc://:1"\n', "2:21: error: ",
                               "use tcp, tcp4, tcp6, udp, udp4, udp6, unix or unixgram"),
}


class BadConfig(Folder):
    def test_each_fault_is_refused_with_its_place_and_a_remedy(self):
        os.environ.pop("WEIR_NOT_SET", None)
        path = self.folder / "weir.conf"
        for name, (text, *expected) in FAULTS.items():
            with self.subTest(name):
                path.write_bytes(text + GOOD)
                status, said = check(path)
                self.assertEqual(status, 1, said)
                for part in (f"{path}:", *expected):
                    self.assertIn(part, said)

    def test_the_agent_does_not_start_with_it(self):
        with Agent(self.folder, "[agent]\n[agent]\n" + GOOD.decode()) as agent:
            self.assertEqual(agent.wait(), 1)
            self.assertIn("exists already since line 1", agent.said())

    def test_files_that_are_none(self):
        for name, path in (("No such file", self.folder / "missing.conf"), ("it is a directory", self.folder)):
            with self.subTest(name):
                status, said = check(path)
                self.assertEqual(status, 1, said)
                self.assertIn(name, said)
                self.assertIn(str(path), said)

    def test_each_fault_leaves_a_running_agent_as_it_is(self):
        config = '[agent]\n  interval = "100ms"\n  flush_interval = "100ms"\n[[inputs.mem]]\n[[outputs.file]]\n  files = ["metrics"]\n'
        with Agent(self.folder, config) as agent:
            wait_for((self.folder / "metrics").exists, "the start")
            for n, (text, *_) in enumerate(FAULTS.values(), 1):
                agent.config.write_bytes(text + GOOD)
                agent.signal(signal.SIGHUP)
                wait_for(lambda n=n: agent.said().count("goes on as it was") >= min(n, REPEATS_MAX), "the refusal of " + agent.said())
            self.assertIsNone(agent.process.poll())
            self.assertEqual(agent.stop(), 0, agent.said())
            self.assertEqual(agent.imbalances(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
