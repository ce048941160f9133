#!/usr/bin/env python3
"""inputs.mqtt_consumer with a real broker: what is acknowledged has arrived."""

import collections
import pathlib
import re
import subprocess
import tempfile
import unittest

from agent import Agent, free_port, wait_for
from servers import server

RECORDS = 5000
UNDELIVERED = 500
USER, PASSWORD = "weir", "weir-secret"


def output_to(path):
    return f'[[outputs.file]]\n  files = ["{path}"]\n'


def numbers_in(path):
    """How often each record arrived."""
    text = path.read_text(errors="replace") if path.exists() else ""
    return collections.Counter(map(int, re.findall(r"seq=(\d+)i[^\n]*\n", text)))


class Mqtt(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        kept = tempfile.TemporaryDirectory()
        cls.addClassCleanup(kept.cleanup)
        cls.home = pathlib.Path(kept.name) / "mosquitto"
        cls.broker = server("mosquitto", "start", cls.home, 0, "--secure")
        cls.addClassCleanup(server, "mosquitto", "stop", cls.home)
        cls.port = cls.broker.rsplit(":", 1)[1]

    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)
        self.name = self.id().rsplit(".", 1)[1]
        self.out = self.folder / "out"

    def agent(self, output, options, server=None):
        agent = Agent(self.folder, f"""
[agent]
  omit_hostname = true
  flush_interval = "100ms"
[[inputs.mqtt_consumer]]
  servers = ["{server or 'tcp://' + self.broker}"]
  topics = ["{self.name}/#"]
  max_undelivered_messages = {UNDELIVERED}
  {options}
{output}""")
        self.addCleanup(agent.__exit__)
        return agent

    def reading(self, *arguments, **more):
        agent = self.agent(*arguments, **more)
        wait_for(lambda: "reads topics" in agent.said(), "the subscription")
        return agent

    def publish(self, first=0, end=RECORDS, qos=1):
        lines = "".join(f"m seq={i}i {1700000000000000000 + i}\n" for i in range(first, end))
        subprocess.run(["mosquitto_pub", "-p", self.port, "-q", str(qos), "-t", f"{self.name}/a", "-l"], input=lines,
                       text=True, check=True)

    def arrived(self, records=RECORDS):
        wait_for(lambda: len(numbers_in(self.out)) == records, f"{records} records in the file")

    def stop(self, agent):
        self.assertEqual(agent.stop(), 0, agent.said())
        self.assertEqual(agent.imbalances(), [])

    def test_messages_arrive_once(self):
        for protocol, qos in (("3.1.1", 0), ("3.1.1", 1), ("3.1.1", 2), ("5", 1), ("5", 2)):
            with self.subTest(protocol=protocol, qos=qos):
                self.out = self.folder / f"{protocol}-{qos}"
                agent = self.reading(output_to(self.out), f'protocol = "{protocol}"\n  qos = {qos}')
                self.publish(qos=qos, end=500 if qos == 0 else RECORDS)
                self.arrived(500 if qos == 0 else RECORDS)
                self.stop(agent)
                self.assertEqual(set(numbers_in(self.out).values()), {1})

    def test_a_killed_agent_loses_nothing(self):
        for qos in (1, 2):
            with self.subTest(qos=qos):
                self.out = self.folder / f"out{qos}"
                session = f'qos = {qos}\n  persistent_session = true\n  client_id = "{self.name}{qos}"'
                self.stop(self.reading(output_to(self.out), session))
                kills = 3
                for i in range(kills):
                    agent = self.agent(output_to(self.out), session)
                    self.publish(i * RECORDS // kills, (i + 1) * RECORDS // kills)
                    agent.process.kill()
                    agent.wait()
                agent = self.agent(output_to(self.out), session)
                self.arrived()
                self.stop(agent)
                twice = sum(numbers_in(self.out).values()) - len(numbers_in(self.out))
                self.assertLessEqual(twice, kills * UNDELIVERED)

    def test_nothing_is_acknowledged_before_it_has_arrived(self):
        session = f'qos = 1\n  persistent_session = true\n  client_id = "{self.name}"'
        dead = f'[[outputs.http]]\n  url = "http://127.0.0.1:{free_port()}/"\n'
        agent = self.reading(dead, session)
        self.publish()
        wait_for(lambda: "write failed" in agent.said() or "refused" in agent.said(), "the output to fail")
        agent.process.kill()
        agent.wait()
        agent = self.agent(output_to(self.out), session)
        self.arrived()
        self.stop(agent)
        self.assertEqual(set(numbers_in(self.out).values()), {1})
        agent = self.agent(output_to(self.folder / "again"), session)
        self.publish(RECORDS, RECORDS + 1)
        wait_for(lambda: numbers_in(self.folder / "again"), "the next record")
        self.stop(agent)
        self.assertEqual(list(numbers_in(self.folder / "again")), [RECORDS])

    def test_a_broker_goes_away_and_comes_back(self):
        session = f'qos = 1\n  persistent_session = true\n  client_id = "{self.name}"'
        agent = self.reading(output_to(self.out), session)
        self.publish(0, RECORDS // 2)
        server("mosquitto", "stop", self.home)
        wait_for(lambda: "the next try" in agent.said(), "the connection to be missed")
        server("mosquitto", "start", self.home, 0, "--secure")
        self.publish(RECORDS // 2, RECORDS)
        self.arrived()
        self.stop(agent)

    def test_tls_and_what_topics_say(self):
        port = server("mosquitto", "port", self.home, "tls")
        options = f"""username = "{USER}"
  password = "{PASSWORD}"
  tls_ca = "{self.home}/tls/ca.pem"
  topic_tag = ""
  [[inputs.mqtt_consumer.topic_parsing]]
    topic = "{self.name}/+/+"
    measurement = "_/measurement/_"
    fields = "_/_/number"
    [inputs.mqtt_consumer.topic_parsing.types]
      number = "int"
"""
        agent = self.reading(output_to(self.out), options, server=f"ssl://127.0.0.1:{port}")
        for topic in ("cpu/7", "cpu/seven"):
            subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", port, "-u", USER, "-P", PASSWORD, "--cafile",
                            self.home / "tls" / "ca.pem", "-t", f"{self.name}/{topic}", "-m", "m seq=1i 5"], check=True)
        self.arrived(1)
        wait_for(lambda: "seven" in agent.said(), "the bad topic to be reported")
        self.stop(agent)
        self.assertEqual(self.out.read_text(), "cpu seq=1i,number=7i 5\n")

    def test_a_wrong_password_is_said(self):
        port = server("mosquitto", "port", self.home, "tls")
        options = f'username = "{USER}"\n  password = "wrong"\n  tls_ca = "{self.home}/tls/ca.pem"\n' \
                  '  startup_error_behavior = "error"'
        agent = self.agent(output_to(self.out), options, server=f"ssl://127.0.0.1:{port}")
        self.assertNotEqual(agent.wait(), 0)
        self.assertRegex(agent.said(), "not authorized|bad user name")
        self.assertNotIn("wrong", agent.said().replace("configuration is wrong", ""))


if __name__ == "__main__":
    unittest.main(verbosity=2)
