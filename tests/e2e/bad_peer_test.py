#!/usr/bin/env python3
"""Peers that refuse, stall or are full: inputs go on, outputs try again, nothing is lost uncounted."""

import os
import re
import socket
import subprocess
import time
import unittest

from agent import Agent, Folder, can_connect, free_port, wait_for

SHUTDOWN_S = 2
SLACK_S = 8  # of a machine that stalls for seconds under load
KIB = 1 << 10


def config(outputs, limit=1000000):
    """A counter every 50 ms, which writes its number, to these outputs and to a healthy one."""
    return f"""
[agent]
  interval = "50ms"
  flush_interval = "100ms"
  omit_hostname = true
  metric_buffer_limit = {limit}
[weir]
  shutdown_timeout = "{SHUTDOWN_S}s"
[[inputs.mock]]
  metric_name = "m"
  [[inputs.mock.step]]
    name = "n"
    start = 0.0
    step = 1.0
[[outputs.file]]
  alias = "healthy"
  files = ["healthy"]
{outputs}"""


def numbers(path):
    """The counter's values in a file; a torn line is an error."""
    text = path.read_text() if path.exists() else ""
    if text and not text.endswith("\n"):
        raise AssertionError(f"torn last line: {text[-80:]!r}")
    return [int(re.fullmatch(r"m n=(\d+) \d+", line).group(1)) for line in text.splitlines()]


class BadPeer(Folder):
    def agent(self, *arguments, **options):
        agent = Agent(self.folder, config(*arguments, **options))
        self.addCleanup(agent.__exit__)
        return agent

    def healthy(self):
        path = self.folder / "healthy"
        return path.read_bytes().count(b"\n") if path.exists() else 0

    def goes_on(self, agent, records=10):
        before = self.healthy()
        wait_for(lambda: agent.process.poll() is not None or self.healthy() >= before + records, "the healthy output")
        self.assertIsNone(agent.process.poll(), agent.said())

    def stopped_in_time(self, agent):
        begin = time.monotonic()
        status = agent.stop()
        self.assertLess(time.monotonic() - begin, SHUTDOWN_S + SLACK_S, agent.said())
        self.assertIn(status, (0, 1), agent.said())
        self.assertEqual(agent.imbalances(), [], agent.said())
        self.assertEqual(numbers(self.folder / "healthy"), list(range(agent.node("inputs")["out"])))

    def test_a_peer_that_refuses_then_accepts_and_stalls(self):
        port = free_port()
        agent = self.agent(f'[[outputs.kafka]]\n  brokers = ["127.0.0.1:{port}"]\n  topic = "t"\n'
                           '  [outputs.kafka.delivery]\n    retry_initial = "100ms"\n    retry_max = "200ms"\n')
        self.goes_on(agent)
        wait_for(lambda: "outputs.kafka] start failed: no broker of" in agent.said(), f"the reason: {agent.said()}")
        with socket.socket() as stalled:
            stalled.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            stalled.bind(("127.0.0.1", port))
            stalled.listen()
            stalled.settimeout(60)
            with stalled.accept()[0]:
                self.goes_on(agent)
                self.stopped_in_time(agent)
        node = agent.node("outputs", "kafka")
        self.assertEqual(node["in"], agent.node("inputs")["out"])
        self.assertEqual(node["dropped_shutdown"], node["in"])
        self.assertIn("could not be written before the agent stopped; they are lost", agent.said())

    def test_a_full_queue_before_a_dead_peer_is_counted(self):
        agent = self.agent(f'[[outputs.kafka]]\n  brokers = ["127.0.0.1:{free_port()}"]\n  topic = "t"\n'
                           '  metric_buffer_limit = 5\n  [outputs.kafka.delivery]\n    overflow = "drop_oldest"\n')
        self.goes_on(agent, 20)
        self.stopped_in_time(agent)
        node = agent.node("outputs", "kafka")
        self.assertEqual(node["dropped_shutdown"], 5)
        self.assertEqual(node["dropped_overflow"], node["in"] - 5)
        self.assertIn("raise metric_buffer_limit", agent.said())

    def test_a_device_that_is_always_full(self):
        agent = self.agent('[[outputs.file]]\n  alias = "full"\n  files = ["/dev/full"]\n')
        self.goes_on(agent)
        wait_for(lambda: "/dev/full" in agent.said(), "the reason")
        self.stopped_in_time(agent)
        node = next(n for n in agent.ledger() if n["alias"] == "full")
        self.assertEqual(node["dropped_shutdown"], node["in"])
        self.assertIn("free space there", agent.said())

    def test_a_full_disk_that_gets_room_again(self):
        disk = self.folder / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        filler, out = disk / "filler", disk / "out"
        filler.write_bytes(b"x" * (1024 * KIB - 12 * KIB))
        agent = self.agent(f'[[inputs.file]]\n  files = ["{self.lines()}"]\n  data_format = "influx"\n  interval = "250ms"\n'
                           f'[[outputs.file]]\n  alias = "disk"\n  files = ["{out}"]\n  namepass = ["bulk"]\n'
                           '  [outputs.file.delivery]\n    retry_initial = "50ms"\n    retry_max = "100ms"\n')
        wait_for(lambda: "No space left on device" in agent.said(), f"the disk to be full: {agent.said()}")
        wait_for(lambda: self.healthy() > 200, "the healthy output")
        filler.unlink()
        wait_for(lambda: out.read_bytes().count(b"\n") >= 800, "the records")
        agent.signal(15)
        agent.wait()
        self.assertEqual(agent.imbalances(), [], agent.said())
        lines = out.read_text().splitlines()
        self.assertEqual(len(lines), next(n for n in agent.ledger() if n["alias"] == "disk")["out"])
        self.assertIn("free space there", agent.said())
        expected = [f'bulk text="{"x" * 100}",n={i}i {i}000000000' for i in range(1, 201)]
        self.assertEqual(lines, expected * (len(lines) // 200))

    def lines(self):
        """A file of 200 records, which fill what is left of the disk."""
        path = self.folder / "bulk"
        path.write_text("".join(f'bulk text="{"x" * 100}",n={i}i {i}000000000\n' for i in range(1, 201)))
        return path

    def test_a_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            agent = self.agent(f'[[outputs.prometheus_client]]\n  listen = "127.0.0.1:{port}"\n'
                               '  [outputs.prometheus_client.delivery]\n    retry_initial = "100ms"\n    retry_max = "200ms"\n')
            wait_for(lambda: "in use" in agent.said(), f"the reason: {agent.said()}")
            self.goes_on(agent)
            line = next(line for line in agent.said().splitlines() if "in use" in line)
            self.assertIn(f"127.0.0.1:{port}", line)
            self.assertIn("choose another port", line)
        wait_for(lambda: can_connect(port), "the page, once the port is free")
        self.stopped_in_time(agent)
        self.assertEqual(agent.node("outputs", "prometheus_client")["out"], agent.node("inputs")["out"])

    def test_a_listening_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            agent = self.agent(f'[[inputs.socket_listener]]\n  service_address = "tcp://127.0.0.1:{port}"\n'
                               '  data_format = "influx"\n  startup_error_behavior = "retry"\n')
            wait_for(lambda: "in use" in agent.said(), f"the reason: {agent.said()}")
            self.assertIn("choose another port", agent.said())
            self.goes_on(agent)
            self.stopped_in_time(agent)


if __name__ == "__main__":
    if os.geteuid() != 0:
        raise SystemExit("the full disk is a tmpfs of the test's own, which only root can mount: run it as root")
    unittest.main(verbosity=2)
