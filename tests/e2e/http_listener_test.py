#!/usr/bin/env python3
"""inputs.http_listener_v2 through the real binary: many clients, slow and idle ones, what does not parse, bombs."""

import gzip
import http.client
import resource
import socket
import threading
import time
import unittest

from agent import Agent, Folder, can_connect, free_port, wait_for

CLIENTS, REQUESTS, LINES = 8, 40, 50
IDLE = 1500


class HttpListener(Folder):
    def agent(self, options="", data_format="influx"):
        self.port, self.out = free_port(), self.folder / "out"
        config = f"""
[agent]
  omit_hostname = true
  flush_interval = "100ms"
[[inputs.http_listener_v2]]
  service_address = "127.0.0.1:{self.port}"
  data_format = "{data_format}"
{options}
[[outputs.file]]
  files = ["{self.out}"]
  data_format = "influx"
"""
        agent = Agent(self.folder, config)
        self.addCleanup(agent.__exit__)
        wait_for(lambda: can_connect(self.port), f"the listener: {agent.said()}")
        return agent

    def ask(self, body, headers=None, connection=None):
        to = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        to.request("POST", "/telegraf", body, headers or {})
        answer = to.getresponse()
        text = answer.read().decode()
        if connection is None:
            to.close()
        return answer.status, text

    def lines(self):
        return self.out.read_text().splitlines() if self.out.exists() else []

    def stop(self, agent):
        self.assertEqual(agent.stop(), 0, agent.said())
        self.assertEqual(agent.imbalances(), [])

    def test_many_clients_lose_nothing(self):
        agent = self.agent()
        wrong = []

        def client(number):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            for request in range(REQUESTS):
                body = "".join(f"m,c={number} n={request * LINES + i}i {1700000000000000000 + i}\n" for i in range(LINES))
                packed = request % 2 == 1
                status, _ = self.ask(gzip.compress(body.encode()) if packed else body,
                                     {"Content-Encoding": "gzip"} if packed else {}, connection)
                if status != 204:
                    wrong.append(status)
            connection.close()

        threads = [threading.Thread(target=client, args=(i,)) for i in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.stop(agent)
        self.assertEqual(wrong, [])
        got = self.lines()
        self.assertEqual((len(got), len(set(got))), (CLIENTS * REQUESTS * LINES,) * 2)

    def test_a_body_that_does_not_parse(self):
        agent = self.agent()
        status, text = self.ask("a v=1 1\nnonsense\nb v=2 2\n")
        self.assertEqual(status, 400)
        self.assertIn("1 records could not be read", text)
        self.assertEqual(self.ask("c v=3 3\n")[0], 204)
        self.stop(agent)
        self.assertEqual(sorted(line.split()[0] for line in self.lines()), ["a", "b", "c"])

    def test_a_document_that_does_not_parse(self):
        agent = self.agent(data_format="json")
        self.assertEqual(self.ask('{"a": 1')[0], 400)
        self.assertEqual(self.ask('[{"a": 1}, {"a": 2}]')[0], 204)
        self.stop(agent)
        self.assertEqual(len(self.lines()), 2)

    def test_a_bomb_costs_nothing(self):
        agent = self.agent('  max_body_size = "1MiB"')
        before = agent.resident_kb()
        bomb = gzip.compress(b"\0" * (256 << 20), 1)
        self.assertLess(len(bomb), 2 << 20)
        for _ in range(4):
            self.assertEqual(self.ask(bomb[:1 << 20], {"Content-Encoding": "gzip"})[0], 413)
        self.assertLess(agent.resident_kb("VmHWM") - before, 64 << 10)
        self.assertEqual(self.ask("c v=3 3\n")[0], 204)
        self.stop(agent)

    def test_idle_and_slow_clients_hinder_nobody(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        agent = self.agent('  read_timeout = "1s"')
        before = agent.resident_kb()
        idle = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(IDLE)]
        for client in idle:
            self.addCleanup(client.close)
        slow = idle[0]
        slow.sendall(b"POST /telegraf HTTP/1.1\r\nHost: h\r\nContent-Length: 500000000\r\n\r\nm v=1")
        begin = time.monotonic()
        self.assertEqual(self.ask("c v=3 3\n")[0], 204)
        self.assertLess(time.monotonic() - begin, 10)
        self.assertLess(agent.resident_kb() - before, 64 << 10)
        slow.settimeout(30)
        self.assertIn(b" 408 ", slow.recv(4096))
        for client in idle[1:]:
            client.settimeout(30)
            self.assertEqual(client.recv(1), b"")  # closed: nothing came
        self.stop(agent)
        self.assertEqual([line.split()[0] for line in self.lines()], ["c"])


if __name__ == "__main__":
    unittest.main()
