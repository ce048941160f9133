#!/usr/bin/env python3
"""inputs.kafka_consumer with a real broker: what is acknowledged is committed, and nothing else is."""

import collections
import contextlib
import pathlib
import re
import subprocess
import tempfile
import threading
import time
import unittest

from agent import MEMORY_COUNTS, Agent, free_port, wait_for
from recorder import Recorder
from servers import server

RECORDS = 12000
UNDELIVERED = 2000
PARTITIONS = 4
PAUSE_S = 0.02 if MEMORY_COUNTS else 0.1


def output_to(path):
    return f'[[outputs.file]]\n  files = ["{path}"]\n'


def numbers_in(*paths):
    """How often each record arrived."""
    text = "".join(path.read_text(errors="replace") for path in paths if path.exists())
    return collections.Counter(map(int, re.findall(r"seq=(\d+)i[^\n]*\n", text)))


class Producer:
    """Sends the records from first on, a hundred at a time, with pauses."""

    def __init__(self, broker, topic, records, pause_s=0.0, first=0):
        self.records, self.pause_s, self.sent = records, pause_s, first
        self.process = subprocess.Popen(["kcat", "-P", "-b", broker, "-t", topic, "-K", "|"], stdin=subprocess.PIPE, text=True)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        with self.process.stdin as to:
            while self.sent < self.records:
                end = min(self.sent + 100, self.records)
                to.write("".join(f"{i % 50}|m,host=h{i % 50} seq={i}i {1700000000000000000 + i}\n"
                                 for i in range(self.sent, end)))
                to.flush()
                self.sent = end
                time.sleep(self.pause_s)

    def finish(self):
        self.thread.join()
        if self.process.wait(60) != 0:
            raise AssertionError("kcat could not send all records")


class KafkaConsumer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        kept = tempfile.TemporaryDirectory()
        cls.addClassCleanup(kept.cleanup)
        cls.home = pathlib.Path(kept.name) / "kafka"
        cls.broker = server("kafka", "start", cls.home)
        cls.addClassCleanup(server, "kafka", "stop", cls.home)

    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)
        self.topic = self.id().rsplit(".", 1)[1]
        server("kafka", "topic", self.home, self.topic, PARTITIONS)
        self.out = self.folder / "out"

    def config(self, output, options=""):
        return f"""
[agent]
  omit_hostname = true
  flush_interval = "100ms"
[[inputs.kafka_consumer]]
  brokers = ["{self.broker}"]
  topics = ["{self.topic}"]
  consumer_group = "{self.topic}"
  max_undelivered_messages = {UNDELIVERED}
  {options}
{output}"""

    def agent(self, output, options='group_instance_id = "one"', name="agent"):
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        agent = Agent(folder, self.config(output, options))
        self.addCleanup(agent.__exit__)
        return agent

    def send(self, records=RECORDS, **how):
        producer = Producer(self.broker, self.topic, records, **how)
        self.addCleanup(producer.finish)
        return producer

    def arrived(self, *paths, records=RECORDS):
        wait_for(lambda: len(numbers_in(*(paths or [self.out]))) == records, f"{records} records in the file")

    def stop(self, agent):
        self.assertEqual(agent.stop(), 0, agent.said())
        self.assertEqual(agent.imbalances(), [])

    def test_offsets_follow_what_the_output_wrote(self):
        self.send().finish()
        dead = f'[[outputs.http]]\n  url = "http://127.0.0.1:{free_port()}/"\n'
        agent = self.agent(dead)
        wait_for(lambda: "write failed" in agent.said() or "refused" in agent.said(), "the output to fail")
        agent.process.kill()
        agent.wait()
        agent = self.agent(output_to(self.out))
        self.arrived()
        self.stop(agent)
        self.assertEqual(set(numbers_in(self.out).values()), {1})
        agent = self.agent(output_to(self.folder / "again"))
        wait_for(lambda: "reads topics" in agent.said(), "the agent")
        time.sleep(1)
        self.stop(agent)
        self.assertEqual(agent.node("inputs")["created"], 0)

    def test_a_killed_agent_loses_nothing(self):
        producer = self.send(pause_s=PAUSE_S)
        kills = 0
        while producer.thread.is_alive():
            had = len(numbers_in(self.out))
            agent = self.agent(output_to(self.out))
            with contextlib.suppress(AssertionError):
                wait_for(lambda at=had: len(numbers_in(self.out)) > at + 1000, "records", 5)
            agent.process.kill()
            agent.wait()
            kills += 1
        producer.finish()
        agent = self.agent(output_to(self.out))
        wait_for(lambda: "reads topics" in agent.said(), "the agent")
        self.arrived()
        self.stop(agent)
        twice = sum(numbers_in(self.out).values()) - RECORDS
        self.assertLessEqual(twice, kills * 2 * UNDELIVERED)

    def test_members_come_and_go(self):
        for strategy in ("range", "sticky"):
            with self.subTest(strategy=strategy):
                self.come_and_go(strategy)

    def come_and_go(self, strategy):
        topic, self.topic = self.topic, f"{self.topic}_{strategy}"
        server("kafka", "topic", self.home, self.topic, PARTITIONS)
        producer = self.send(pause_s=PAUSE_S)
        outs = [self.folder / f"{strategy}{n}" for n in range(2)]
        options = f'balance_strategy = "{strategy}"'
        stays = self.agent(output_to(outs[0]), options, f"{strategy}-stays")
        rounds = 0
        while producer.thread.is_alive():
            had = len(numbers_in(outs[1]))
            comes = self.agent(output_to(outs[1]), options, f"{strategy}-comes")
            with contextlib.suppress(AssertionError):
                wait_for(lambda at=had: len(numbers_in(outs[1])) > at + 300, "the other to get records", 5)
            self.stop(comes)
            rounds += 1
        producer.finish()
        self.arrived(*outs)
        self.stop(stays)
        self.assertGreater(len(numbers_in(outs[1])), 0)
        twice = sum(numbers_in(*outs).values()) - RECORDS
        self.assertLessEqual(twice, rounds * UNDELIVERED, stays.said())
        self.topic = topic

    def test_a_broker_goes_away_and_comes_back(self):
        self.send(RECORDS // 2).finish()
        agent = self.agent(output_to(self.out))
        wait_for(lambda: len(numbers_in(self.out)) > 1000, "records")
        server("kafka", "kill", self.home)
        server("kafka", "start", self.home)
        self.send(RECORDS, first=RECORDS // 2).finish()
        self.arrived()
        self.stop(agent)
        self.assertEqual(agent.node("outputs")["out"], sum(numbers_in(self.out).values()))

    def test_a_loss_is_read_again_where_it_is_to_be(self):
        self.send(100).finish()
        refusals = iter([400])
        with Recorder(lambda _: next(refusals, 204)) as receiver:
            output = f"""[[outputs.http]]
  url = "http://127.0.0.1:{receiver.port}/"
  data_format = "influx"
  non_retryable_statuscodes = [400]
"""
            agent = self.agent(output, 'on_loss = "nack"')
            wait_for(lambda: len(set(receiver.accepted())) == 100, "what was lost")
            self.stop(agent)
            self.assertEqual(receiver.statuses()[0], 400)

    def test_headers_and_times_are_the_messages(self):
        sent_ns = time.time_ns()
        subprocess.run(["kcat", "-P", "-b", self.broker, "-t", self.topic, "-H", "site=x", "-H", "name=given",
                        "-H", "other=y"], input="m seq=1i 1\n", text=True, check=True)
        options = """topic_tag = "topic"
  msg_headers_as_tags = ["site", "name"]
  msg_header_as_metric_name = "name"
  timestamp_source = "inner"
  topic_regexps = ["^never"]
  max_message_len = 100"""
        subprocess.run(["kcat", "-P", "-b", self.broker, "-t", self.topic], input="m text=\"" + "x" * 100 + "\"\n",
                       text=True, check=True)
        agent = self.agent(output_to(self.out), options)
        self.arrived(records=1)
        wait_for(lambda: "max_message_len" in agent.said(), "the long message to be refused")
        self.stop(agent)
        line = self.out.read_text().splitlines()[0]
        self.assertRegex(line, rf"^given,site=x,topic={self.topic} seq=1i \d+$")
        self.assertAlmostEqual(int(line.rsplit(" ", 1)[1]), sent_ns, delta=60 * 10**9)


if __name__ == "__main__":
    unittest.main(verbosity=2)
