#!/usr/bin/env python3
"""Reloads of the real binary under load: no connection refused, no record lost, what is unchanged goes on undisturbed."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
import unittest

from agent import BUILD, Agent, Folder, can_connect, free_port, wait_for

RELOADS = int(os.environ.get("WEIR_E2E_RELOADS", "12"))


class Sink:
    """Takes lines by TCP; remembers the values of n, and how many connections there were."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.connections = 0
        self.lines = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.read, args=(peer,), daemon=True).start()

    def read(self, peer):
        with peer, peer.makefile("rb") as lines:
            self.lines.extend(lines)

    def close(self):
        self.listener.close()

    def numbers(self, name):
        return [int(line.split(b"n=")[1].split(b"i")[0]) for line in self.lines if line.startswith(name)]


class Source(threading.Thread):
    """Sends numbered lines until it is told to stop; send takes one line."""

    def __init__(self, name, send):
        super().__init__(daemon=True)
        self.prefix, self.send, self.sent, self.failures = name, send, 0, []
        self.ended = threading.Event()
        self.start()

    def run(self):
        while not self.ended.is_set():
            try:
                self.send(f"{self.prefix} n={self.sent}i\n".encode())
            except OSError as error:
                self.failures.append(error)
            self.sent += 1
            time.sleep(0.0005)

    def stop(self):
        self.ended.set()
        self.join()


def config(ports, sink, variant, extra=""):
    """The TCP and UDP inputs and the first output never change; what variant concerns does."""
    tag = "" if variant % 2 else f'[[processors.override]]\n  [processors.override.tags]\n    v = "{variant}"\n'
    return f"""
[agent]
  omit_hostname = true
  flush_interval = "100ms"
  metric_buffer_limit = 1000000
[weir]
  shutdown_timeout = "5s"
[[inputs.socket_listener]]
  alias = "tcp"
  service_address = "tcp://127.0.0.1:{ports['tcp']}"
[[inputs.socket_listener]]
  alias = "udp"
  service_address = "udp://127.0.0.1:{ports['udp']}"
  read_buffer_size = "4MiB"
[[inputs.socket_listener]]
  alias = "changing"
  service_address = "udp://127.0.0.1:{ports['changing']}"
  read_buffer_size = "{4 + variant % 3}MiB"
[[inputs.socket_listener]]
  alias = "connected"
  service_address = "tcp://127.0.0.1:{ports['connected']}"
  max_connections = {100 + variant}
{tag}
[[outputs.socket_writer]]
  alias = "kept"
  address = "tcp://127.0.0.1:{sink.port}"
  data_format = "influx"
[[outputs.discard]]
  metric_batch_size = {100 + variant}
{extra}
"""


class Reload(Folder):
    def setUp(self):
        super().setUp()
        self.sink = Sink()
        self.addCleanup(self.sink.close)
        self.ports = {name: free_port() for name in ("tcp", "udp", "changing", "connected")}

    def reload(self, agent, text, said):
        before = agent.said().count(said)
        fresh = agent.config.with_suffix(".new")
        fresh.write_text(text)
        fresh.rename(agent.config)
        agent.signal(signal.SIGHUP)
        wait_for(lambda: agent.said().count(said) > before, said)

    def udp(self, name):
        peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(peer.close)
        return lambda line: peer.sendto(line, ("127.0.0.1", self.ports[name]))

    def test_under_load_nothing_is_lost_and_nobody_is_refused(self):
        with Agent(self.folder, config(self.ports, self.sink, 0)) as agent:
            for name in ("tcp", "connected"):
                wait_for(lambda name=name: can_connect(self.ports[name]), name)
            peer = socket.create_connection(("127.0.0.1", self.ports["tcp"]))
            self.addCleanup(peer.close)

            def connect(_):
                socket.create_connection(("127.0.0.1", self.ports["connected"]), timeout=10).close()

            sources = [Source("tcp", peer.sendall), Source("udp", self.udp("udp")),
                       Source("changing", self.udp("changing"))]
            connecting = Source("connected", connect)
            for i in range(1, RELOADS + 1):
                if i % 3 == 0:
                    self.reload(agent, config(self.ports, self.sink, i, "[[outputs.nosuch]]"), "goes on as it was")
                else:
                    self.reload(agent, config(self.ports, self.sink, i), "reloaded: ")
            for source in (*sources, connecting):
                source.stop()
            time.sleep(0.3)
            self.assertEqual(agent.stop(), 0, agent.said())
            self.assertEqual(agent.imbalances(), [])
        wait_for(lambda: len(self.sink.numbers(b"tcp")) >= sources[0].sent, "the last records", 10)
        for source in sources:
            self.assertEqual(source.failures, [])
            got = self.sink.numbers(source.prefix.encode())
            self.assertEqual(sorted(got), list(range(source.sent)), source.prefix)
            if source.prefix == "tcp":
                self.assertEqual(got, sorted(got))
        self.assertEqual(connecting.failures, [])
        self.assertEqual(self.sink.connections, 1, "an unchanged output connected again")

    def test_a_reload_repairs_the_address_of_a_dead_output(self):
        dead = free_port()
        text = config(self.ports, self.sink, 1)
        with Agent(self.folder, text.replace(str(self.sink.port), str(dead))) as agent:
            wait_for(lambda: can_connect(self.ports["tcp"]), "tcp")
            source = Source("udp", self.udp("udp"))
            time.sleep(1)
            source.stop()
            self.reload(agent, text, "reloaded: 1 changed")
            wait_for(lambda: len(self.sink.numbers(b"udp")) == source.sent, "what had waited")
            self.assertEqual(self.sink.numbers(b"udp"), list(range(source.sent)))
            self.assertEqual(agent.stop(), 0, agent.said())
            self.assertEqual(agent.imbalances(), [])


class Plan(Folder):
    def plan(self, *arguments):
        command = [BUILD / "weir", "config", "plan", *arguments, "--plugin-directory", BUILD / "plugins"]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    def test_says_what_a_reload_would_do(self):
        old, new = self.folder / "old.conf", self.folder / "new.conf"
        old.write_text('[[inputs.mem]]\n[[outputs.discard]]\n  alias = "a"\n')
        new.write_text('[weir]\n  threads = 1\n[[inputs.mem]]\n  interval = "7s"\n[[outputs.discard]]\n  alias = "b"\n')
        done = self.plan(new, "--config", old)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout,
                         "changed  inputs.mem  (interval)\nadded    outputs.discard::b\nremoved  outputs.discard::a\n"
                         "a restart of the agent puts into effect: [weir] threads\n"
                         "1 changed, 1 added, 1 removed, 0 left alone\n")
        said = json.loads(self.plan(new, "--config", old, "--json").stdout)
        self.assertEqual([i["change"] for i in said["instances"]], ["changed", "added", "removed"])
        self.assertEqual(said["restart"], ["[weir] threads"])

    def test_a_bad_file_has_no_plan(self):
        old, new = self.folder / "old.conf", self.folder / "new.conf"
        old.write_text("[[inputs.mem]]\n[[outputs.discard]]\n")
        new.write_text("[[inputs.nosuch]]\n[[outputs.discard]]\n")
        done = self.plan(new, "--config", old)
        self.assertEqual(done.returncode, 1)
        self.assertIn("nosuch", done.stderr)


if __name__ == "__main__":
    unittest.main()
