#!/usr/bin/env python3
"""The admin endpoint of the real binary, asked as operators, Prometheus and orchestrators ask."""

import http.client
import json
import pathlib
import signal
import socket
import subprocess
import threading
import unittest

from agent import BUILD, Agent, Folder, can_connect, check, free_port, wait_for

CONFIG = """
[weir]
  admin = "{admin}"
{weir}
[agent]
  omit_hostname = true
  interval = "100ms"
  flush_interval = "100ms"
[[inputs.mem]]
[[outputs.file]]
  files = ["{out}"]
  data_format = "influx"
"""
DEAD_OUTPUT = """
[[outputs.http]]
  alias = "dead"
  url = "http://127.0.0.1:{port}/write"
  data_format = "influx"
"""


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("weir", timeout=60)
        self.socket_path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(60)
        self.sock.connect(self.socket_path)


class Admin(Folder):
    def setUp(self):
        super().setUp()
        self.path = self.folder / "admin.sock"

    def config(self, admin=None, weir="", more=""):
        return CONFIG.format(admin=admin if admin is not None else f"unix:{self.path}", weir=weir,
                             out=self.folder / "out.lp") + more

    def start(self, config=None, **environment):
        agent = Agent(self.folder, config or self.config(), environment=environment)
        self.addCleanup(agent.__exit__)
        return agent

    def ask(self, path, method="GET", body=None):
        connection = UnixConnection(self.path)
        connection.request(method, path, body)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def ready(self):
        return self.path.exists() and self.ask("/ready")[0] == 200

    def status(self):
        return json.loads(self.ask("/status")[1])

    def node(self, kind, name):
        return next(n for n in self.status()["nodes"] if (n["kind"], n["name"]) == (kind, name))

    def test_what_runs_and_how_fast(self):
        agent = self.start()
        wait_for(self.ready, "readiness")
        wait_for(lambda: self.node("outputs", "file")["rates"]["out"] > 5, "rates")
        status = self.status()
        self.assertEqual((status["state"], status["generation"], status["pid"]), ("running", 1, agent.process.pid))
        self.assertEqual(status["problems"], [])
        self.assertEqual(self.node("inputs", "mem")["state"], "running")
        self.assertEqual([n["records"]["imbalance"] for n in status["nodes"]], [0] * len(status["nodes"]))
        code, page = self.ask("/metrics")
        self.assertEqual(code, 200)
        self.assertRegex(page, r'(?m)^weir_records_out_total\{kind="outputs",plugin="file",[^}]*\} [1-9]')
        self.assertEqual(json.loads(self.ask("/health")[1])["status"], "ok")
        self.assertEqual(agent.stop(), 0, agent.said())
        self.assertFalse(self.path.exists())

    def test_an_output_that_is_down_is_a_problem_and_no_obstacle(self):
        agent = self.start(self.config(more=DEAD_OUTPUT.format(port=free_port())))
        wait_for(lambda: self.path.exists(), "the endpoint")
        wait_for(lambda: any("outputs.http::dead" in p for p in self.status()["problems"]), "the problem")
        node = self.node("outputs", "http")
        self.assertEqual(node["state"], "retrying")
        self.assertIn("write failed", node["last_error"]["text"])
        wait_for(lambda: self.node("outputs", "http")["queue"]["oldest_s"] is not None, "the queue's age")
        self.assertEqual(json.loads(self.ask("/health")[1])["status"], "degraded")

    def test_reloads_are_answered_when_they_are_done(self):
        agent = self.start()
        wait_for(self.ready, "readiness")
        self.assertEqual(self.ask("/reload", "POST"), (200, '{"generation":2}\n'))
        good = agent.config.read_text()
        agent.config.write_text(good.replace("outputs.file", "outputs.no_such"))
        code, text = self.ask("/reload", "POST")
        self.assertEqual(code, 409)
        self.assertIn("no_such", json.loads(text)["error"])
        self.assertIn("weir.conf:", json.loads(text)["error"])
        self.assertEqual(self.status()["generation"], 2)
        self.assertIn("no_such", self.status()["reload_refused"])
        agent.config.write_text(good)
        self.assertEqual(self.ask("/reload", "POST")[0], 200)
        self.assertEqual(self.status()["reload_refused"], "")
        out = self.folder / "out.lp"
        wait_for(lambda: out.stat().st_size > 0, "records")
        self.assertEqual(self.ask("/flush", "POST")[0], 202)
        self.assertEqual(agent.stop(), 0, agent.said())

    def test_the_log_level(self):
        agent = self.start()
        wait_for(self.ready, "readiness")
        self.assertEqual(self.ask("/log-level"), (200, "info\n"))
        self.assertEqual(self.ask("/log-level", "PUT", "error"), (200, "error\n"))
        self.assertEqual(self.ask("/log-level"), (200, "error\n"))
        self.assertEqual(self.ask("/log-level", "PUT", "loud")[0], 400)

    def test_off_unless_it_is_asked_for(self):
        agent = self.start(self.config(admin=""))
        wait_for(lambda: (self.folder / "out.lp").exists(), "the first record")
        names = [(task / "comm").read_text().strip()
                 for task in pathlib.Path(f"/proc/{agent.process.pid}/task").iterdir()]
        self.assertIn("weir-control", names)
        self.assertNotIn("weir-admin", names)

    def test_under_systemd_it_is_in_the_runtime_directory(self):
        run = self.folder / "run"
        run.mkdir()
        self.path = run / "weir.sock"
        self.start(self.config(admin=""), RUNTIME_DIRECTORY=str(run))
        wait_for(self.ready, "readiness")

    def test_a_second_agent_says_who_was_first(self):
        self.start()
        wait_for(self.ready, "readiness")
        second = subprocess.run([BUILD / "weir", "--config", self.folder / "weir.conf", "--plugin-directory",
                                 BUILD / "plugins"], capture_output=True, text=True)
        self.assertEqual(second.returncode, 1)
        self.assertIn("another agent answers at", second.stderr)
        self.assertTrue(self.ready())

    def test_what_a_kill_left_behind_is_taken_over(self):
        first = self.start()
        wait_for(self.ready, "readiness")
        first.signal(signal.SIGKILL)
        first.wait()
        self.assertTrue(self.path.exists())
        self.start()
        wait_for(lambda: self.path.exists() and self.answers(), "the second agent")

    def answers(self):
        try:
            return self.ready()
        except OSError:
            return False

    # ---- TCP ----

    def test_by_tcp_with_the_token_alone(self):
        port, token = free_port(), self.folder / "token"
        token.write_text("sesame\n")
        agent = self.start(self.config(f"127.0.0.1:{port}", f'  admin_token_file = "{token}"'))
        wait_for(lambda: can_connect(port), "the endpoint")

        def ask(headers):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", "/status", headers=headers)
            return connection.getresponse().status
        self.assertEqual(ask({}), 401)
        self.assertEqual(ask({"Authorization": "Bearer sesam"}), 401)
        self.assertEqual(ask({"Authorization": "Bearer sesame"}), 200)
        self.assertNotIn("sesame", agent.said())

    def test_addresses_that_are_refused(self):
        config = self.folder / "bad.conf"
        for admin, weir, what in ((f"127.0.0.1:{free_port()}", "", "admin_token_file"),
                                  ("0.0.0.0:9274", "", "only this machine may ask"),
                                  ("unix:weir.sock", "", "must be absolute"),
                                  ("here", "", "write unix:/run/weir/weir.sock")):
            config.write_text(self.config(admin, weir))
            status, text = check(config)
            self.assertEqual(status, 1, admin)
            self.assertIn(what, text)
            self.assertIn("bad.conf:3:", text)

    # ---- those who mean no good ----

    def test_slow_and_many_clients_shut_nobody_out_for_long(self):
        self.start()
        wait_for(self.ready, "readiness")
        idle = []
        for _ in range(15):
            s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            s.connect(str(self.path))
            s.sendall(b"GET /status HT")
            idle.append(s)
        self.assertEqual(self.ask("/log-level")[0], 200)
        answers = []
        askers = [threading.Thread(target=lambda: answers.append(self.ask("/status")[0])) for _ in range(40)]
        for t in askers:
            t.start()
        for t in askers:
            t.join()
        self.assertEqual(answers, [200] * 40)
        for s in idle:
            s.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
