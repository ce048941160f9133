#!/usr/bin/env python3
"""outputs.influxdb_v2 against a server that keeps what it is sent, and one that is not there."""

import unittest
import urllib.parse

from agent import Agent, Folder, free_port
from recorder import Recorder

RECORDS = 4000


def lines(bucket=None):
    return [f"m,host=h{i % 7} n={i}i {1700000000000000000 + i}"
            for i in range(RECORDS) if bucket in (None, f"b{i % 3}")]


class InfluxdbOutput(Folder):
    def once(self, port, options):
        (self.folder / "in.lp").write_text("".join(
            line.replace(" ", f",to=b{i % 3} ", 1) + "\n" for i, line in enumerate(lines())))
        config = f"""
[agent]
  omit_hostname = true
  precision = "1ns"
  metric_batch_size = 1000
[[inputs.file]]
  files = ["{self.folder}/in.lp"]
  data_format = "influx"
[[outputs.influxdb_v2]]
  urls = ["http://127.0.0.1:{free_port()}", "http://127.0.0.1:{port}"]
  organization = "o"
  bucket_tag = "to"
  exclude_bucket_tag = true
  concurrent_writes = 3
{options}
  [outputs.influxdb_v2.delivery]
    retry_initial = "20ms"
    retry_max = "50ms"
"""
        with Agent(self.folder, config, "--once") as agent:
            self.assertEqual(agent.wait(), 0, agent.said())
            self.assertEqual(agent.imbalances(), [])
            return agent.node("outputs")

    @staticmethod
    def bucket_of(request):
        return urllib.parse.parse_qs(urllib.parse.urlsplit(request.path).query)["bucket"][0]

    def written_to(self, server, bucket):
        return [line for r in server.requests if r.status < 300 and self.bucket_of(r) == bucket for line in r.lines()]

    def test_every_record_is_in_its_bucket(self):
        refusals = iter([503, 429])
        with Recorder(lambda r: 413 if len(r.lines()) > 200 else next(refusals, 204)) as server:
            node = self.once(server.port, "")
            for bucket in ("b0", "b1", "b2"):
                # What a server took before another part of the batch was refused comes twice: the same points.
                self.assertTrue(sorted(set(self.written_to(server, bucket))) == sorted(lines(bucket)))
            self.assertEqual(server.requests[0].headers["Content-Encoding"], "gzip")
        self.assertEqual(node["out"], RECORDS)

    def test_a_bucket_that_is_not_there_costs_its_own_metrics(self):
        with Recorder(lambda r: 404 if self.bucket_of(r) == "b1" else 204) as server:
            node = self.once(server.port, '  content_encoding = "identity"')
            self.assertEqual(len(server.accepted()), RECORDS - len(lines("b1")))
            self.assertTrue(self.written_to(server, "b2") == lines("b2"))
        self.assertEqual((node["out"], node["dropped_rejected"]), (RECORDS - len(lines("b1")), len(lines("b1"))))


if __name__ == "__main__":
    unittest.main()
