#!/usr/bin/env python3
"""The last line of ./scripts/test has to be right: how results are read, and which files are linted."""

import pathlib
import subprocess
import tempfile
import unittest
from unittest import mock

import check


class Reading(unittest.TestCase):
    def test_ctest(self):
        self.assertEqual(check.ctest_score("100% tests passed, 0 tests failed out of 12"), check.Score(12, 0))
        self.assertEqual(check.ctest_score("92% tests passed, 1 tests failed out of 12"), check.Score(11, 1))
        self.assertIsNone(check.ctest_score("No tests were found!!!"))

    def test_unittest(self):
        self.assertEqual(check.unittest_score("Ran 1 test in 0.1s\n\nOK\n", 0), check.Score(1, 0))
        self.assertEqual(check.unittest_score("Ran 9 tests in 1s\n\nFAILED (failures=1, errors=2)\n", 1), check.Score(6, 3))
        self.assertEqual(check.unittest_score("Traceback ...\n", 1), check.Score(0, 1))

    def test_the_failing_tests_speak(self):
        output = ("1/2 Test #1: good ....   Passed 0.01 sec\n"
                  "2/2 Test #2: bad .....***Failed 0.02 sec\nexpected 1\nwas 2\n\n"
                  "50% tests passed, 1 tests failed out of 2\n")
        shown = "\n".join(check.failures(output))
        self.assertIn("expected 1\nwas 2", shown)
        self.assertNotIn("good", shown)


class Changed(unittest.TestCase):
    """Which files differ, in a repository of its own."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.top = pathlib.Path(self.folder.name)
        self.git("init", "-q", "-b", "main")

    def tearDown(self):
        self.folder.cleanup()

    def git(self, *words):
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@t", *words], cwd=self.top, check=True,
                       capture_output=True)

    def commit(self, name):
        (self.top / name).write_text(name)
        self.git("add", name)
        self.git("commit", "-q", "-m", name)

    def changed(self):
        with mock.patch.object(check, "TOP", self.top):
            return check.changed_files()

    def test_the_first_commit_has_nothing_to_differ_from(self):
        self.commit("a.cpp")
        self.assertIsNone(self.changed())

    def test_on_the_main_line_the_last_commit_counts(self):
        for name in ("a.cpp", "b.cpp", "c.cpp"):
            self.commit(name)
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        self.assertEqual(self.changed(), ["c.cpp"])

    def test_on_a_branch_everything_since_it_left(self):
        self.commit("a.cpp")
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        self.commit("b.cpp")
        self.commit("c.cpp")
        (self.top / "new.cpp").write_text("")
        self.assertEqual(self.changed(), ["b.cpp", "c.cpp", "new.cpp"])


if __name__ == "__main__":
    unittest.main()
