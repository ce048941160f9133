#!/usr/bin/env python3
"""outputs.http against a server that refuses for a while, for good, or because a batch is too large."""

import unittest

from agent import Agent, Folder, free_port, wait_for
from recorder import Recorder

RECORDS = 5000


def lines(count=RECORDS):
    return [f"m,host=h{i % 7} n={i}i {1700000000000000000 + i}" for i in range(count)]


class HttpOutput(Folder):
    def config(self, port, options="", count=RECORDS, batch=1000, agent=""):
        (self.folder / "in.lp").write_text("\n".join(lines(count)) + "\n")
        return f"""
[agent]
  omit_hostname = true
  precision = "1ns"
  flush_interval = "100ms"
  metric_batch_size = {batch}
{agent}
[[inputs.file]]
  files = ["{self.folder}/in.lp"]
  data_format = "influx"
[[outputs.http]]
  url = "http://127.0.0.1:{port}/in"
  data_format = "influx"
{options}
  [outputs.http.delivery]
    retry_initial = "20ms"
    retry_max = "50ms"
"""

    def expect(self, got, wanted):
        """Equal, without the hours that unittest needs to show how thousands of lines differ."""
        first = next((i for i, pair in enumerate(zip(got, wanted)) if pair[0] != pair[1]), min(len(got), len(wanted)))
        self.assertEqual((len(got), got[first:first + 1]), (len(wanted), wanted[first:first + 1]))

    def once(self, config):
        with Agent(self.folder, config, "--once") as agent:
            self.assertEqual(agent.wait(), 0, agent.said())
            self.assertEqual(agent.imbalances(), [])
            return agent.node("outputs"), agent.said()

    def test_every_record_arrives_once_and_in_order(self):
        with Recorder() as server:
            node, _ = self.once(self.config(server.port, '  content_encoding = "gzip"\n  method = "PUT"'))
            self.expect(server.accepted(), lines())
            first = server.requests[0]
            self.assertEqual((first.method, first.path), ("PUT", "/in"))
            self.assertEqual(first.headers["Content-Encoding"], "gzip")
            self.assertEqual(first.headers["Content-Type"], "text/plain; charset=utf-8")
        self.assertEqual(node["out"], RECORDS)

    def test_what_was_refused_for_a_while_is_sent_again(self):
        refusals = iter([500, (429, {"Retry-After": "0"}), 404, 503])
        with Recorder(lambda _: next(refusals, 200)) as server:
            self.once(self.config(server.port))
            self.assertEqual(server.statuses()[:5], [500, 429, 404, 503, 200])
            self.expect(server.accepted(), lines())

    def test_a_batch_that_is_too_large_comes_in_smaller_ones(self):
        with Recorder(lambda r: 413 if len(r.lines()) > 300 else 204) as server:
            self.once(self.config(server.port))
            self.expect(server.accepted(), lines())

    def test_a_status_that_is_final_costs_the_record_at_fault_and_is_counted(self):
        bad = lines()[1500]
        with Recorder(lambda r: 422 if bad in r.lines() else 204) as server:
            node, said = self.once(self.config(server.port, "  non_retryable_statuscodes = [422]"))
            self.expect(server.accepted(), [line for line in lines() if line != bad])
        self.assertEqual((node["out"], node["dropped_rejected"]), (RECORDS - 1, 1), said)
        self.assertIn("non_retryable_statuscodes", said)

    def test_each_metric_alone_goes_on_where_it_was_refused(self):
        refusals = {lines()[3]: [500, 500], lines()[7]: [503]}
        with Recorder(lambda r: (refusals.get(r.lines()[0]) or [200]).pop(0)) as server:
            self.once(self.config(server.port, "  use_batch_format = false", count=20))
            self.expect(server.accepted(), lines(20))
            self.assertEqual(len(server.requests), 23)

    def test_a_server_that_comes_late(self):
        port = free_port()
        config = self.config(port, count=10, agent='  interval = "200ms"')
        with Agent(self.folder, config) as agent:
            wait_for(lambda: "Failed to connect" in agent.said(), "the refusal")
            with Recorder(port=port) as server:
                wait_for(lambda: len(server.accepted()) >= 20, "what was kept")
                self.assertEqual(agent.stop(), 0, agent.said())
                self.assertEqual(len(server.accepted()), agent.node("outputs")["in"])
                self.expect(server.accepted()[:20], lines(10) * 2)
            self.assertEqual(agent.imbalances(), [])


if __name__ == "__main__":
    unittest.main()
