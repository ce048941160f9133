"""Campaign "kill": the real binary is ended by SIGKILL at random moments, again and again, with one state directory.

A client sends records by HTTP and notes which of them were answered 204 (answer_after = "safe"); a server at the far
end notes what arrives, and now and then is slow, refuses with 503 or breaks off. At the end the agent runs until its
queue is empty. The oracle: every record that was acknowledged has arrived; records came in the order in which they
were sent, but for repetitions; there are no more of these than batches in flight at the kills; nothing was invented.
"""

import http.client
import http.server
import pathlib
import random
import signal
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from agent import Agent, can_connect, free_port, wait_for  # noqa: E402

BATCH_ROWS = 50

CONFIG = """
[agent]
  interval = "10s"
  flush_interval = "{flush}"
  omit_hostname = true
  metric_batch_size = {batch}
[weir]
  state_directory = "{state}"
[[inputs.http_listener_v2]]
  service_address = "127.0.0.1:{listen}"
  answer_after = "safe"
[[outputs.http]]
  alias = "far"
  url = "http://127.0.0.1:{far}/"
  data_format = "influx"
  timeout = "2s"
  [outputs.http.delivery]
    queue = "{queue}"
    durability = "{durability}"
    retry_initial = "10ms"
    retry_max = "50ms"
"""


class FarEnd(http.server.ThreadingHTTPServer):
    """Keeps the numbers that arrive, in order; misbehaves as the seed says."""

    daemon_threads = True

    def __init__(self, seed):
        super().__init__(("127.0.0.1", 0), Answers)
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.arrived = []
        self.behaves = False

    def mood(self):
        with self.lock:
            return "good" if self.behaves else self.random.choices(["good", "slow", "refuse", "break"], [90, 4, 4, 2])[0]

    def handle_error(self, *_):
        """A killed agent leaves connections behind."""


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        mood = self.server.mood()
        if mood == "slow":
            time.sleep(0.05)
        if mood == "break":
            self.close_connection = True
            return
        if mood != "refuse":
            with self.server.lock:
                self.server.arrived += [int(line.split(b"n=")[1].split(b"i")[0]) for line in body.splitlines()]
        self.send_response(503 if mood == "refuse" else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Nobody reads it."""


class Source(threading.Thread):
    """Sends records one request after the other, each with a number of its own; knows which were acknowledged."""

    def __init__(self, port, first, chance):
        super().__init__(daemon=True)
        self.port, self.next, self.random = port, first, random.Random(chance)
        self.acknowledged, self.ended = [], False

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            while not self.ended:
                self.send(connection, self.random.randint(1, 2 * BATCH_ROWS))
        except (OSError, http.client.HTTPException):
            return  # The agent was killed; what was not answered is not known to be safe.

    def send(self, connection, rows):
        numbers = list(range(self.next, self.next + rows))
        self.next += rows
        connection.request("POST", "/telegraf", "".join(f"m n={n}i {n + 1}\n" for n in numbers))
        answer = connection.getresponse()
        answer.read()
        if answer.status == 204:
            self.acknowledged += numbers


def judge(acknowledged, sent, arrived, kills):
    """What is wrong, in words; and how many records came twice."""
    wrong = []
    seen, repeated, last = set(), 0, -1
    for number in arrived:
        if number in seen:
            repeated += 1
            continue
        if number < last:
            wrong.append(f"{number} arrived for the first time behind {last}")
        seen.add(number)
        last = number
    lost = sorted(set(acknowledged) - seen)
    if lost:
        wrong.append(f"{len(lost)} acknowledged records were lost, the first: {lost[:5]}")
    if last >= sent:
        wrong.append(f"{last} was never sent")
    return wrong, repeated


def one_run(seed, kills=10, durability=None):
    """One state directory, so many kills. Returns a line for the campaign's record."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="weir-kill-") as home:
        folder = pathlib.Path(home)
        far = FarEnd(seed)
        threading.Thread(target=far.serve_forever, daemon=True).start()
        settings = {"flush": chance.choice(["10ms", "50ms", "1s"]), "batch": BATCH_ROWS, "state": folder / "state",
                    "far": far.server_address[1], "queue": "disk",
                    "durability": durability or chance.choice(["process", "process", "power"])}
        acknowledged, first = [], 0
        for _ in range(kills):
            port = free_port()
            agent = Agent(folder, CONFIG.format(listen=port, **settings))
            wait_for(lambda: agent.process.poll() is not None or can_connect(port), "the agent")
            source = Source(port, first, chance.random())
            source.start()
            time.sleep(chance.uniform(0.005, 0.25))
            agent.signal(signal.SIGKILL)
            agent.wait()
            source.ended = True
            source.join(20)
            acknowledged += source.acknowledged
            first = source.next
        far.behaves = True
        port = free_port()
        last = Agent(folder, CONFIG.format(listen=port, **settings))
        wait_for(lambda: last.process.poll() is not None or can_connect(port), "the last agent")
        wait_for(lambda: not set(acknowledged) - set(far.arrived) or last.process.poll() is not None, "the queue to be empty", 30)
        status = last.stop()
        violations = "the ledger does not balance" in last.said()
        far.shutdown()
        far.server_close()
        wrong, repeated = judge(acknowledged, first, far.arrived, kills)
        if status != 0 or violations:
            wrong.append(f"the last agent ended with {status}: {last.said()[-500:]}")
    return {"campaign": "kill", "seed": seed, "kills": kills, "durability": settings["durability"], "sent": first,
            "acknowledged": len(acknowledged), "arrived": len(far.arrived), "repeated": repeated,
            "repeated_max": kills * BATCH_ROWS, "wrong": wrong + ([f"{repeated} came twice"] if repeated > kills * BATCH_ROWS else [])}
