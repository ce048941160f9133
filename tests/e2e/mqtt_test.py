#!/usr/bin/env python3
"""inputs.mqtt_consumer and outputs.mqtt with a real broker: what is acknowledged has arrived."""

import collections
import pathlib
import re
import subprocess
import tempfile
import time
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
        subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", self.port, "-q", str(qos), "-t", f"{self.name}/a", "-l"], input=lines,
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
                agent = self.reading(output_to(self.out), session)
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
        agent = self.reading(output_to(self.out), session)
        self.arrived()
        time.sleep(1)  # For the last acknowledgements: a busy broker may not have read them when the connection ends.
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

    def listen(self, count, *arguments):
        """A subscriber that ends when it has heard so many messages; and the file that it writes, a line each."""
        heard = self.folder / "heard"
        command = ["stdbuf", "-oL", "mosquitto_sub", "-h", "127.0.0.1", "-p", self.port, "-t", f"{self.name}/#", "-q", "1"]
        with heard.open("w") as to:
            listener = subprocess.Popen([*command, "-C", str(count), "-W", "60", "-d", *arguments], stdout=to)
        self.addCleanup(listener.wait)
        self.addCleanup(listener.kill)
        wait_for(lambda: "SUBACK" in heard.read_text(), "the subscriber")
        return listener, heard

    @staticmethod
    def messages(listener, heard):
        listener.wait(60)
        return [line[2:] for line in heard.read_text().splitlines() if line.startswith("==")]

    def written(self, options, lines, count, *arguments):
        """What arrives of these lines: topic and payload of each message, in order."""
        listener, heard = self.listen(count, "-F", "==%P%t %p", *arguments)
        (self.folder / "in").write_text("".join(f"{line}\n" for line in lines))
        agent = Agent(self.folder, f"""
[agent]
  omit_hostname = true
  precision = "1ns"
[[inputs.file]]
  files = ["{self.folder}/in"]
  data_format = "influx"
[[outputs.mqtt]]
  servers = ["{self.broker}"]
  {options}
""", "--once")
        self.addCleanup(agent.__exit__)
        self.assertEqual(agent.wait(), 0, agent.said())
        return self.messages(listener, heard)

    def test_metrics_become_messages(self):
        lines = [f"m,host=h{i % 3} v={i}i {i}" for i in range(3000)]
        for protocol, qos in (("3.1.1", 0), ("3.1.1", 1), ("3.1.1", 2), ("5", 2)):
            with self.subTest(protocol=protocol, qos=qos):
                options = f"""protocol = "{protocol}"
  qos = {qos}
  topic = '{self.name}/{{{{ .Name }}}}/{{{{ .Tag "host" }}}}'"""
                got = self.written(options, lines, len(lines))
                self.assertEqual(sorted(got), sorted(f"{self.name}/m/{line.split('host=')[1].split(' ')[0]} {line}"
                                                     for line in lines))

    def test_properties_of_version_5(self):
        options = f"""protocol = "5"
  topic = "{self.name}/t"
  [outputs.mqtt.v5]
    content_type = "text"
    [outputs.mqtt.v5.user_properties]
      key = "value"
"""
        self.assertEqual(self.written(options, ["m v=1i 5"], 1, "-V", "mqttv5"), [f"key:value{self.name}/t m v=1i 5"])

    def test_layouts(self):
        lines = ["m,host=a v=1i,w=2.5 5", "m,host=b v=3i 6", "m,host=a v=4i 7"]
        topic = f"topic = '{self.name}/{{{{ .Tag \"host\" }}}}'"
        self.assertEqual(self.written(topic + '\n  layout = "field"', lines, 4),
                         [f"{self.name}/{text}" for text in ("a/v 1", "a/w 2.5", "b/v 3", "a/v 4")])
        got = self.written(f'topic = "{self.name}/all"\n  layout = "batch"\n  data_format = "json"', lines, 1)
        self.assertTrue(got[0].startswith(f'{self.name}/all {{"metrics":['), got)
        self.assertEqual(self.written(topic + '\n  layout = "batch"', lines[1:2], 1), [f"{self.name}/b {lines[1]}"])

    def test_an_output_waits_for_its_broker(self):
        options = f'servers = ["{self.broker}"]\n  topic = "{self.name}/t"\n  qos = 1\n  timeout = "2s"'
        source = self.folder / "source"
        source.write_text("")
        agent = Agent(self.folder, f"""
[agent]
  omit_hostname = true
  flush_interval = "100ms"
[[inputs.tail]]
  files = ["{source}"]
  initial_read_offset = "beginning"
  path_tag = ""
[[outputs.mqtt]]
  {options}
""")
        self.addCleanup(agent.__exit__)
        session = ["-F", "==%p", "-c", "-i", self.name]
        self.listen(100, *session)[0].kill()  # the broker keeps its session
        server("mosquitto", "stop", self.home)
        source.write_text("".join(f"m seq={i}i {i}\n" for i in range(100)))
        wait_for(lambda: "no broker takes" in agent.said(), "the broker to be missed")
        server("mosquitto", "start", self.home, 0, "--secure")
        self.assertEqual(self.messages(*self.listen(100, *session)), [f"m seq={i}i {i}" for i in range(100)])
        self.stop(agent)


if __name__ == "__main__":
    unittest.main(verbosity=2)
