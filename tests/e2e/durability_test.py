"""What is acknowledged survives, what nobody takes is kept apart, and one dead output disturbs no other."""

import http.client
import http.server
import json
import pathlib
import socket
import subprocess
import sys
import threading
import time
import unittest

from agent import BUILD, Agent, Folder, can_connect, free_port, wait_for

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "campaigns"))
import kill  # noqa: E402


class Taker(http.server.ThreadingHTTPServer):
    """Takes bodies, but none with a bad record in it as long as it is strict; none at all while it is away."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), TakerAnswers)
        self.lines, self.answers, self.strict, self.away = [], [], True, False
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.port = self.server_address[1]

    def end(self):
        self.shutdown()
        self.server_close()

    def numbers(self):
        return [int(line.split(b"n=")[1].split(b"i")[0]) for line in self.lines]


class TakerAnswers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = 503 if self.server.away else 400 if self.server.strict and b"bad" in body else 204
        if status == 204:
            self.server.lines += body.splitlines()
        self.server.answers.append(status)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Nobody reads it."""


def post(port, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/telegraf", body)
    return connection.getresponse().status


def queue(folder, *words):
    done = subprocess.run([BUILD / "weir", "queue", *words, "--state-directory", folder / "state"], capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Kills(unittest.TestCase):
    def test_no_acknowledged_record_is_lost(self):
        for seed in (1001, 1002, 1003):
            with self.subTest(seed=seed):
                self.assertEqual(kill.one_run(seed, kills=4)["wrong"], [])


POISON = """
[agent]
  flush_interval = "1s"
  metric_batch_size = 10000
  metric_buffer_limit = 100000
  omit_hostname = true
[weir]
  state_directory = "{state}"
[[inputs.http_listener_v2]]
  service_address = "127.0.0.1:{port}"
  answer_after = "safe"
[[outputs.http]]
  alias = "far"
  url = "http://127.0.0.1:{far}/"
  data_format = "influx"
  non_retryable_statuscodes = [400]
  [outputs.http.delivery]
    queue = "disk"
"""


class BadRecords(Folder):
    def test_three_of_ten_thousand_are_kept_apart_and_sent_again(self):
        far = Taker()
        self.addCleanup(far.end)
        bad = {17, 5000, 9999}
        text = "".join(f"m{',kind=bad' if n in bad else ''} n={n}i {n + 1}\n" for n in range(10000))
        port = free_port()
        config = POISON.format(state=self.folder / "state", far=far.port, port=port)
        with Agent(self.folder, config) as agent:
            wait_for(lambda: can_connect(port), "the agent")
            self.assertEqual(post(port, text), 204)
            wait_for(lambda: len(far.lines) == 9997, "all but the bad records")
            self.assertEqual(agent.stop(), 0)
            node = agent.node("outputs", "http")
            self.assertEqual((node["out"], node["dead_lettered"]), (9997, 3))
            self.assertEqual(agent.imbalances(), [])
        self.assertEqual(sorted(far.numbers()), sorted(set(range(10000)) - bad))
        self.assertLessEqual(len(far.answers), 2 * 3 * 15, "attempts grow with the logarithm")
        said = queue(self.folder, "ls", "--json")
        letters = [json.loads(line) for line in said.splitlines()]
        self.assertIn(3, [letter.get("records") for letter in letters], said)
        far.strict = False
        queue(self.folder, "requeue", "far")
        with Agent(self.folder, config) as agent:
            wait_for(lambda: len(far.lines) == 10000, "the bad records, which are taken now")
            self.assertEqual(agent.stop(), 0)
        self.assertEqual(sorted(far.numbers()), list(range(10000)))


FOUR = """
[agent]
  flush_interval = "100ms"
  metric_buffer_limit = 20000
  omit_hostname = true
[weir]
  state_directory = "{state}"
[[inputs.socket_listener]]
  service_address = "tcp://127.0.0.1:{port}"
"""
OUTPUT = """
[[outputs.http]]
  alias = "out{i}"
  url = "http://127.0.0.1:{far}/"
  data_format = "influx"
  [outputs.http.delivery]
    queue = "{queue}"
    retry_max = "100ms"
    retry_initial = "20ms"
    overflow = "{overflow}"
"""


class OneDeadOutput(Folder):
    RATE, SECONDS = 5000, 4

    def run_with(self, queue_kind, overflow):
        """One of four is away for the first half. Returns the takers and the agent's ledger of the dead one."""
        far = [Taker() for _ in range(4)]
        for taker in far:
            self.addCleanup(taker.end)
        far[0].away = True
        port = free_port()
        config = FOUR.format(state=self.folder / "state", port=port)
        for i, taker in enumerate(far):
            config += OUTPUT.format(i=i, far=taker.port, queue=queue_kind if i == 0 else "memory", overflow=overflow)
        with Agent(self.folder, config) as agent:
            wait_for(lambda: can_connect(port), "the agent")
            with socket.create_connection(("127.0.0.1", port)) as sender:
                for part in range(10 * self.SECONDS):
                    first = part * self.RATE // 10
                    sender.sendall("".join(f"m n={n}i\n" for n in range(first, first + self.RATE // 10)).encode())
                    time.sleep(0.1)
                    if part == 5 * self.SECONDS:
                        self.others_so_far = [len(taker.lines) for taker in far[1:]]
                        self.sent_so_far = first
                        far[0].away = False
            total = self.RATE * self.SECONDS
            for taker in far[1:]:
                wait_for(lambda t=taker: len(t.lines) >= total, "the outputs that live")
            if queue_kind == "disk":
                wait_for(lambda: len(far[0].lines) >= total, "what was queued")
            self.assertEqual(agent.stop(), 0)
            self.assertEqual(agent.imbalances(), [])
            dead = next(n for n in agent.ledger() if n["kind"] == "outputs" and n["alias"] == "out0")
        for taker in far[1:]:
            self.assertEqual(taker.numbers(), list(range(total)))
        for lines in self.others_so_far:
            self.assertGreater(lines, 0.8 * self.sent_so_far, "the others are held back")
        return far[0], dead

    def test_with_a_disk_queue_loses_nothing_and_keeps_order(self):
        back, node = self.run_with("disk", "wait")
        self.assertEqual(back.numbers(), list(range(self.RATE * self.SECONDS)))
        self.assertEqual(node["out"], self.RATE * self.SECONDS)

    def test_with_memory_the_ledger_says_what_was_lost(self):
        back, node = self.run_with("memory", "drop_oldest")
        self.assertEqual(len(back.numbers()) + node.get("dropped_overflow", 0), self.RATE * self.SECONDS)


if __name__ == "__main__":
    unittest.main()
