#!/usr/bin/env python3
"""inputs.influxdb_listener and outputs.influxdb_v2 at the two ends of the real binary."""

import gzip
import http.client
import unittest

from agent import Agent, Folder, can_connect, free_port, wait_for
from recorder import Recorder

BODIES, LINES = 60, 500


class InfluxdbListener(Folder):
    def agent(self, server):
        self.port = free_port()
        config = f"""
[agent]
  omit_hostname = true
  flush_interval = "100ms"
[[inputs.influxdb_listener]]
  service_address = "127.0.0.1:{self.port}"
  database_tag = "db"
[[outputs.influxdb_v2]]
  urls = ["http://127.0.0.1:{server.port}"]
  organization = "o"
  bucket_tag = "db"
  exclude_bucket_tag = true
"""
        agent = Agent(self.folder, config)
        self.addCleanup(agent.__exit__)
        wait_for(lambda: can_connect(self.port), f"the listener: {agent.said()}")
        return agent

    def test_what_is_written_here_arrives_there(self):
        with Recorder() as server:
            agent = self.agent(server)
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            self.addCleanup(connection.close)
            sent = []
            for number in range(BODIES):
                lines = [f"m,t=a n={number * LINES + i}i {1700000000 + i}" for i in range(LINES)]
                sent += [line + "000000000" for line in lines]
                body = "\n".join(lines).encode()
                packed = {"Content-Encoding": "gzip"} if number % 2 else {}
                connection.request("POST", "/write?db=here&precision=s", gzip.compress(body) if packed else body, packed)
                answer = connection.getresponse()
                self.assertEqual((answer.status, answer.read()), (204, b""))
            connection.request("POST", "/write?db=there", "a v=1 1\nnonsense\nb v=2 2\n")
            answer = connection.getresponse()
            self.assertEqual(answer.status, 400)
            self.assertIn(b"at line 2, column", answer.read())
            self.assertEqual(agent.stop(), 0, agent.said())
            self.assertEqual(agent.imbalances(), [])
            got = {bucket: [line for r in server.requests if f"bucket={bucket}&" in r.path for line in r.lines()]
                   for bucket in ("here", "there")}
        self.assertTrue(got["here"] == sent, (len(got["here"]), len(sent)))
        self.assertEqual(got["there"], ["a v=1 1", "b v=2 2"])


if __name__ == "__main__":
    unittest.main()
