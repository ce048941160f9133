#!/usr/bin/env python3
"""Files that grow and are rotated while they are followed, through the real binary: every line once."""

import os
import unittest

from agent import Agent, Folder, wait_for

LINES = 20000
ROTATIONS = 4


def config(pattern, out, options=""):
    return f"""
[agent]
  omit_hostname = true
  flush_interval = "100ms"
[[inputs.tail]]
  files = ["{pattern}"]
  path_tag = ""
  initial_read_offset = "beginning"
{options}
[[outputs.file]]
  files = ["{out}"]
  data_format = "influx"
"""


def text(first, last):
    return "".join(f"m seq={i}i {i}\n" for i in range(first, last))


def sequence(path):
    if not path.exists():
        return []
    return [int(line.split("seq=")[1].split("i")[0]) for line in path.read_text().splitlines()]


class Tail(Folder):
    def follow(self, options=""):
        return Agent(self.folder, config(self.folder / "app.log", self.folder / "out", options))

    def wait_lines(self, n):
        wait_for(lambda: len(sequence(self.folder / "out")) >= n, f"{n} lines")

    def write_and_rotate(self, rotate):
        log = self.folder / "app.log"
        log.write_text(text(0, 1))
        with self.follow() as agent:
            self.wait_lines(1)  # a file that is renamed before it was found is nobody's
            for i in range(ROTATIONS):
                with log.open("a") as file:
                    file.write(text(max(i * LINES, 1), (i + 1) * LINES))
                rotate(log, i)
            self.wait_lines(ROTATIONS * LINES)
            self.assertEqual(agent.stop(), 0)
        self.assertEqual(sorted(sequence(self.folder / "out")), list(range(ROTATIONS * LINES)))
        self.assertEqual(agent.imbalances(), [])

    def test_renamed_files_are_read_to_their_end(self):
        def rename(log, i):
            os.rename(log, f"{log}.{i}")
            log.touch()
            self.wait_lines((i + 1) * LINES)
        self.write_and_rotate(rename)

    def test_files_that_are_copied_and_cut(self):
        def cut(log, i):
            self.wait_lines((i + 1) * LINES)  # what is cut before it was read is gone for everybody
            os.truncate(log, 0)
            wait_for(lambda: self.cuts() > i, "the cut to be seen")
        self.write_and_rotate(cut)

    def cuts(self):
        return (self.folder / "weir.log").read_text().count("was cut")

    def test_polling_and_new_files(self):
        with Agent(self.folder, config(self.folder / "*.log", self.folder / "out",
                                       '  watch_method = "poll"')) as agent:
            (self.folder / "a.log").write_text(text(0, 10))
            self.wait_lines(10)
            (self.folder / "b.log").write_text(text(10, 20))
            self.wait_lines(20)
            self.assertEqual(agent.stop(), 0)
        self.assertEqual(sorted(sequence(self.folder / "out")), list(range(20)))


if __name__ == "__main__":
    unittest.main()
