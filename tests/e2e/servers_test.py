#!/usr/bin/env python3
"""With a real Kafka broker, and a real Prometheus that scrapes, is scraped, and is written to."""

import base64
import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

from agent import Agent, free_port, wait_for
from servers import server

RECORDS = int(os.environ.get("WEIR_E2E_RECORDS", "200000")) // 4


def unsecured_token(**claims):
    """A JSON web token without a signature."""
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), ""])


class WithServers(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)

    def test_kafka_gets_every_record_once(self):
        home = self.folder / "kafka"
        broker = server("kafka", "start", home)
        self.addCleanup(server, "kafka", "stop", home)
        server("kafka", "topic", home, "metrics", 4)
        (self.folder / "in.lp").write_text(
            "".join(f"m,host=h{i % 50} seq={i}i {1700000000000000000 + i}\n" for i in range(RECORDS)))
        config = f"""
[agent]
  omit_hostname = true
[[inputs.file]]
  files = ["{self.folder}/in.lp"]
  data_format = "influx"
[[outputs.kafka]]
  brokers = ["{broker}"]
  topic = "metrics"
  routing_tag = "host"
  idempotent_writes = true
"""
        with Agent(self.folder, config, "--once") as agent:
            self.assertEqual(agent.wait(180), 0, agent.said())
            self.assertEqual(agent.imbalances(), [])
        got = subprocess.run(["kcat", "-C", "-q", "-e", "-b", broker, "-t", "metrics", "-o", "beginning"],
                             capture_output=True, text=True, check=True).stdout
        numbers = sorted(int(line.split("seq=")[1].split("i")[0]) for line in got.splitlines() if line)
        self.assertEqual(numbers, list(range(RECORDS)))

    def test_kafka_takes_a_bearer_token_and_refuses_an_old_one(self):
        home = self.folder / "kafka"
        server("kafka", "start", home, "--secure")
        self.addCleanup(server, "kafka", "stop", home)
        server("kafka", "topic", home, "metrics", 1)
        port = server("kafka", "port", home, "sasl")
        (self.folder / "in.lp").write_text("m v=1i 1\n")
        config = f"""
[[inputs.file]]
  files = ["{self.folder}/in.lp"]
  data_format = "influx"
[[outputs.kafka]]
  brokers = ["127.0.0.1:{port}"]
  topic = "metrics"
  startup_error_behavior = "error"
  sasl_mechanism = "OAUTHBEARER"
  sasl_access_token = "${{TOKEN}}"
  sasl_extensions = {{poolId = "pool-027"}}
"""
        now = int(time.time())
        for life_s, accepted in ((3600, True), (-3600, False)):
            token = unsecured_token(sub="weir", iat=now - 7200, exp=now + life_s)
            with self.subTest(accepted=accepted), Agent(self.folder, config, "--once", environment={"TOKEN": token}) as agent:
                self.assertEqual(agent.wait() == 0, accepted, agent.said())
                self.assertEqual(agent.node("outputs")["out"], 1 if accepted else 0, agent.said())

    def test_prometheus_scrapes_and_promtool_accepts(self):
        port = free_port()
        config = f"""
[agent]
  interval = "200ms"
  flush_interval = "200ms"
[[inputs.cpu]]
[[inputs.mem]]
[[inputs.net]]
[[outputs.prometheus_client]]
  listen = "127.0.0.1:{port}"
"""
        url = f"http://127.0.0.1:{port}/metrics"
        with Agent(self.folder, config) as agent:
            wait_for(lambda: self.page(url).count("mem_") > 5, "the page")
            checked = subprocess.run(["promtool", "check", "metrics"], input=self.page(url), capture_output=True, text=True)
            self.assertNotEqual(checked.returncode, 1, checked.stderr)  # 3: remarks on names, which are Telegraf's
            at = server("prometheus", "start", self.folder / "prometheus", f"127.0.0.1:{port}")
            self.addCleanup(server, "prometheus", "stop", self.folder / "prometheus")
            wait_for(lambda: self.query(at, "mem_total"), "Prometheus to have scraped")
            self.assertEqual(agent.stop(), 0)

    def test_prometheus_is_scraped_and_gets_it_written_back(self):
        home = self.folder / "prometheus"
        at = server("prometheus", "start", home, f"127.0.0.1:{free_port()}")
        self.addCleanup(server, "prometheus", "stop", home)
        config = f"""
[agent]
  interval = "200ms"
  flush_interval = "200ms"
  precision = "1ms"
  omit_hostname = true
[[inputs.prometheus]]
  urls = ["http://{at}/metrics"]
  url_tag = "through"
  metric_version = 2
[[outputs.http]]
  url = "http://{at}/api/v1/write"
  data_format = "prometheusremotewrite"
  [outputs.http.headers]
    Content-Type = "application/x-protobuf"
    Content-Encoding = "snappy"
    X-Prometheus-Remote-Write-Version = "0.1.0"
"""
        through = f'through="http://{at}/metrics"'
        with Agent(self.folder, config) as agent:
            for series in ("prometheus_build_info", 'prometheus_http_requests_total{code="200",handler="/metrics"}',
                           'prometheus_http_request_duration_seconds_bucket{handler="/metrics",le="+Inf"}',
                           "prometheus_http_request_duration_seconds_count", 'go_gc_duration_seconds{quantile="0.5"}'):
                name, labels = series.rstrip("}").partition("{")[::2]
                query = f"{name}{{{labels}{',' if labels else ''}{through}}}"
                wait_for(lambda asked=query: self.query(at, asked), f"{query}\n{agent.said()}")
            self.assertEqual(self.query(at, f"prometheus_build_info{{{through}}}")[0]["value"][1], "1")
            self.assertEqual(agent.stop(), 0, agent.said())
            self.assertEqual(agent.imbalances(), [])
            self.assertEqual(agent.said().count(" E! "), 0, agent.said())

    @staticmethod
    def page(url):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            return ""

    @staticmethod
    def query(at, expression):
        url = f"http://{at}/api/v1/query?" + urllib.parse.urlencode({"query": expression})
        with urllib.request.urlopen(url, timeout=5) as answer:
            return json.load(answer)["data"]["result"]


if __name__ == "__main__":
    unittest.main(verbosity=2)
