#!/usr/bin/env python3
"""A planted secret never shows: not in what is said about a configuration, right or wrong, not in a debug log, the
ledger, the metrics, the status."""

import http.server
import json
import os
import re
import socket
import subprocess
import threading
import unittest

from agent import BUILD, Agent, Folder, can_connect, free_port, wait_for

PLANTED = "hunter2-PLANTED-secret"


def run(*arguments, **environment):
    done = subprocess.run([str(BUILD / "weir"), *map(str, arguments), "--plugin-directory", str(BUILD / "plugins")],
                          capture_output=True, text=True, errors="replace", timeout=60,
                          env={**os.environ, **environment})
    return done.returncode, done.stdout + done.stderr


def secret_options():
    """(kind, plugin, option, is it a table) of everything that is built."""
    status, text = run("plugins", "list", "--json")
    assert status == 0, text
    found = []
    for line in text.splitlines():
        plugin = json.loads(line)
        for option in plugin["options"]:
            if option["type"] == "secret":
                found.append((plugin["kind"], plugin["name"], option["name"], option.get("map", False)))
    return found


def written(value):
    return lambda name, is_map: f"{name} = {{X = {value}}}" if is_map else f"{name} = {value}"


# How somebody may write a secret, rightly or wrongly.
VARIANTS = {
    "right": written(f'"{PLANTED}"'),
    "single quotes": written(f"'{PLANTED}'"),
    "a variable": written('"${PLANTED_IN_ENVIRONMENT}"'),
    "part of a variable": written('"x${PLANTED_IN_ENVIRONMENT}y"'),
    "a list": written(f'["{PLANTED}"]'),
    "a table": lambda name, _: f'{name} = {{ a = "{PLANTED}", b = [ "{PLANTED}" ] }}',
    "three quotes": written(f'"""{PLANTED}"""'),
    "something behind it": lambda name, _: f'{name} = "{PLANTED}" and more',
    "no end": lambda name, _: f'{name} = "{PLANTED}',
    "no quotes": lambda name, _: f"{name} = {PLANTED}",
    "written twice": lambda name, _: f'{name} = "{PLANTED}"\n{name} = "{PLANTED}"',
    "a bad escape": lambda name, _: f'{name} = "{PLANTED}\\q"',
    "an unknown name": lambda name, _: f'{name[:-1]}x = "{PLANTED}"',
    "a section": lambda name, _: f'[{name}]\n    value = "{PLANTED}"',
}


class Configurations(Folder):
    def check(self, text, *arguments):
        file = self.folder / "weir.conf"
        file.write_text(text)
        return run("config", "check", "--config", file, *arguments, PLANTED_IN_ENVIRONMENT=PLANTED)

    def test_whatever_is_wrong_the_secret_is_not_said(self):
        options = secret_options()
        self.assertGreater(len(options), 20)
        # What cannot be read as TOML is judged by names, and user names are none.
        named = [o for o in options if not re.search("username|client_id", o[2])]
        syntax = {"something behind it", "no end", "no quotes", "written twice", "a bad escape"}
        for name, write in VARIANTS.items():
            # What is no TOML ends the file: one option each. The rest fits into one file.
            chosen = named if name in syntax or name == "an unknown name" else options
            texts = [f"[[{kind}.{plugin}]]\n  {write(option, is_map)}\n" for kind, plugin, option, is_map in chosen]
            for text in texts[::12] if name in syntax else ["".join(texts)]:
                with self.subTest(name):
                    self.keeps_it(text)

    def keeps_it(self, text):
        for arguments in ((), ("--json",)) if "http_headers" in text else ((),):
            _, said = self.check(text, *arguments)
            self.assertNotIn(PLANTED, said)
            self.assertNotEqual(said, "")

    def test_what_a_plugin_refuses_itself(self):
        status, said = self.check(f"""
[[inputs.mem]]
[[outputs.http]]
  url = "http://127.0.0.1/"
  method = "DELETE"
  password = "{PLANTED}"
""")
        self.assertEqual(status, 1)
        self.assertNotIn(PLANTED, said)

    def test_the_tests_know_a_leak_when_they_see_one(self):
        _, said = self.check(f'[agent]\n  interval = "{PLANTED}"\n')
        self.assertIn(PLANTED, said)


class Refuser(http.server.BaseHTTPRequestHandler):
    """Says no, and gives back what it was sent, as careless servers do."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b"you are not allowed in here"
        self.send_response(401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Running(Folder):
    def config(self, refuser, listener):
        return f"""
[weir]
  admin = "unix:{self.folder}/admin.sock"
  shutdown_timeout = "1s"
[agent]
  omit_hostname = true
  debug = true
  interval = "100ms"
  flush_interval = "100ms"
[[inputs.mem]]
[[inputs.http_listener_v2]]
  service_address = "tcp://127.0.0.1:{listener}"
  basic_username = "ann"
  basic_password = "{PLANTED}"
  data_format = "influx"
[[outputs.http]]
  alias = "basic"
  url = "http://127.0.0.1:{refuser}/write"
  username = "ann"
  password = "${{PLANTED_IN_ENVIRONMENT}}"
  data_format = "influx"
  [outputs.http.headers]
    X-Token = "{PLANTED}"
[[outputs.influxdb_v2]]
  urls = ["http://127.0.0.1:{refuser}"]
  organization = "o"
  bucket = "b"
  token = "{PLANTED}"
"""

    def ask(self, path):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
            s.connect(str(self.folder / "admin.sock"))
            s.sendall(f"GET {path} HTTP/1.1\r\nHost: weir\r\nConnection: close\r\n\r\n".encode())
            return b"".join(iter(lambda: s.recv(65536), b"")).decode()

    def test_a_run_with_everything_on(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refuser)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        listener, metrics = free_port(), self.folder / "weir.prom"
        agent = Agent(self.folder, self.config(server.server_port, listener), "--debug", "--metrics", str(metrics),
                      environment={"PLANTED_IN_ENVIRONMENT": PLANTED})
        self.addCleanup(agent.__exit__)
        wait_for(lambda: can_connect(listener), "the listener")
        with socket.create_connection(("127.0.0.1", listener)) as s:
            s.sendall(b"POST /telegraf HTTP/1.1\r\nHost: x\r\nAuthorization: Basic bm86bm8=\r\nContent-Length: 0\r\n\r\n")
            self.assertIn(b"401", s.recv(4096))
        wait_for(lambda: "401" in agent.said(), "a refused write")
        pages = [self.ask(path) for path in ("/status", "/health", "/ready", "/metrics")]
        self.assertIn("401", pages[0])
        agent.stop()
        for text in (agent.said(), *pages, metrics.read_text(), (self.folder / "ledger.json").read_text()):
            self.assertNotEqual(text, "")
            self.assertNotIn(PLANTED, text)
            self.assertIsNone(re.search("YW5uOmh1bnRlcjI", text), "base64 of user and password")

    def test_trying_it_out(self):
        file = self.folder / "weir.conf"
        file.write_text(self.config(free_port(), free_port()))
        for mode in ("--test", "--once"):
            _, said = run("--config", file, mode, "--debug", "--ledger", "-", PLANTED_IN_ENVIRONMENT=PLANTED)
            self.assertIn("outputs" if mode == "--once" else "mem ", said)
            self.assertNotIn(PLANTED, said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
