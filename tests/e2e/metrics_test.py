#!/usr/bin/env python3
"""The agent's own metrics in a file, as Prometheus' node_exporter collects them (--metrics)."""

import re
import shutil
import subprocess
import unittest

from agent import Agent, wait_for
from pipeline_test import Folder

SERIES = re.compile(r'^(\w+)(?:\{(.*)\})? (\S+)$')


def series(page):
    """{(name, plugin, kind, reason): value}"""
    found = {}
    for line in page.splitlines():
        if line.startswith("#"):
            continue
        name, labels, value = SERIES.match(line).groups()
        label = dict(re.findall(r'(\w+)="([^"]*)"', labels or ""))
        found[name, label.get("kind"), label.get("plugin"), label.get("reason")] = float(value)
    return found


class OwnMetrics(Folder):
    def setUp(self):
        super().setUp()
        self.page = self.folder / "weir.prom"

    def config(self, name="in.lp", interval="100ms"):
        return f"""
[agent]
  omit_hostname = true
  interval = "{interval}"
  flush_interval = "100ms"
[[inputs.file]]
  files = ["{self.folder}/{name}"]
  data_format = "influx"
[[outputs.file]]
  files = ["{self.folder}/out"]
  data_format = "influx"
"""

    def value(self, *key):
        return series(self.page.read_text()).get((*key, *[None] * (4 - len(key))), 0) if self.page.exists() else 0

    def test_the_page_says_what_the_ledger_says(self):
        (self.folder / "in.lp").write_text("a v=1 1\nno line protocol\na v=2 2\n")
        with Agent(self.folder, self.config(), "--once", "--metrics", str(self.page)) as agent:
            agent.wait()
            self.assertEqual(self.value("weir_records_out_total", "outputs", "file"), 2, agent.said())
            self.assertEqual(self.value("weir_records_dropped_total", "parsers", "influx", "parse_error"),
                             agent.node("parsers")["dropped_parse_error"])
            for node in agent.ledger():
                self.assertEqual(self.value("weir_records_in_total", node["kind"], node["name"] or ""), node["in"], node)
        self.assertGreater(self.value("weir_memory_limit_bytes"), 0)
        self.assertGreater(self.value("weir_call_seconds_total", "outputs", "file"), 0)

    def test_the_page_is_kept_up_to_date(self):
        (self.folder / "in.lp").write_text("a v=1 1\n")
        with Agent(self.folder, self.config(), "--metrics", str(self.page)) as agent:
            wait_for(lambda: self.value("weir_records_out_total", "outputs", "file") > 3, "a page with records")
            seen = self.value("weir_calls_total", "inputs", "file")
            wait_for(lambda: self.value("weir_calls_total", "inputs", "file") > seen, "a newer page")
            self.assertEqual(agent.stop(), 0, agent.said())
            self.assertEqual(self.value("weir_records_out_total", "outputs", "file"), agent.node("outputs")["out"])
        self.assertEqual([p.name for p in self.folder.glob("weir.prom*")], ["weir.prom"])

    @unittest.skipUnless(shutil.which("promtool"), "promtool is not installed")
    def test_promtool_has_nothing_to_say(self):
        (self.folder / "in.lp").write_text("a v=1 1\n")
        with Agent(self.folder, self.config(), "--once", "--metrics", str(self.page)) as agent:
            self.assertEqual(agent.wait(), 0, agent.said())
        checked = subprocess.run(["promtool", "check", "metrics"], input=self.page.read_text(), capture_output=True,
                                 text=True)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))

    def test_a_page_that_cannot_be_written_costs_no_records(self):
        (self.folder / "in.lp").write_text("a v=1 1\n")
        with Agent(self.folder, self.config(), "--once", "--metrics", str(self.folder / "no" / "page")) as agent:
            self.assertEqual(agent.wait(), 0)
            self.assertIn("the metrics could not be written", agent.said())
            self.assertEqual(agent.node("outputs")["out"], 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
