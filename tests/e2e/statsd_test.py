#!/usr/bin/env python3
"""statsd clients over UDP and TCP, through the real binary: every value that was sent is in the sums."""

import pathlib
import re
import socket
import threading
import unittest

from agent import Agent, Folder, can_connect, free_port, wait_for

DATAGRAMS = 4000
NAMES = 100


def config(port, out, options=""):
    return f"""
[agent]
  omit_hostname = true
  interval = "200ms"
  flush_interval = "100ms"
[[inputs.statsd]]
  service_address = "127.0.0.1:{port}"
{options}
[[outputs.file]]
  files = ["{out}"]
  data_format = "influx"
"""


def lines_of(path):
    return path.read_text().splitlines() if path.exists() else []


def counted(path, prefix):
    """The sum of all counters whose names begin like this."""
    return sum(int(value) for line in lines_of(path)
               for value in re.findall(rf"^{prefix}\S* value=(-?\d+)i", line))


def dropped(agent):
    return "the kernel dropped datagrams" in agent.said()


class Statsd(Folder):
    def test_every_datagram_counts(self):
        port, out = free_port(), self.folder / "metrics"
        with Agent(self.folder, config(port, out, '  read_buffer_size = "4MiB"')) as agent, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect(("127.0.0.1", port))
            self.until_counted(client, out)
            for first in range(0, DATAGRAMS, 200):  # no more at once than the smallest buffer holds
                for i in range(first, first + 200):
                    client.send(f"load.n{i % NAMES}:1|c\nload.m{i % NAMES},k=v:2|c".encode())
                self.wait_counted(agent, out, "load_n", first + 200)
            self.assertEqual(agent.stop(), 0)
        self.assertFalse(dropped(agent), agent.said())
        self.assertEqual(counted(out, "load_n"), DATAGRAMS)
        self.assertEqual(counted(out, "load_m"), 2 * DATAGRAMS)
        self.assertEqual(agent.imbalances(), [])

    def test_connections_count_to_the_last_line(self):
        port, out = free_port(), self.folder / "metrics"
        with Agent(self.folder, config(port, out, '  protocol = "tcp"')) as agent:
            wait_for(lambda: can_connect(port), "the listener")
            text = "".join(f"tcp.n{i % NAMES}:1|c\n" for i in range(DATAGRAMS)).encode()

            def send():
                with socket.create_connection(("127.0.0.1", port)) as client:
                    client.sendall(text[:-1])  # the last line ends with the connection

            senders = [threading.Thread(target=send) for _ in range(4)]
            for sender in senders:
                sender.start()
            for sender in senders:
                sender.join()
            self.wait_counted(agent, out, "tcp_n", 4 * DATAGRAMS)
            self.assertEqual(agent.stop(), 0)
        self.assertEqual(counted(out, "tcp_n"), 4 * DATAGRAMS)

    def test_nothing_is_lost_at_the_end(self):
        port, out = free_port(), self.folder / "metrics"
        with Agent(self.folder, config(port, out).replace("200ms", "1h", 1)) as agent:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.connect(("127.0.0.1", port))
                wait_for(lambda: self.is_bound(port), "the socket")
                for _ in range(100):
                    client.send(b"end:1|c")
                self.assertEqual(agent.stop(), 0)
        self.assertEqual(counted(out, "end"), 100)

    def test_dogstatsd_tags_events_and_checks(self):
        port, out = free_port(), self.folder / "metrics"
        with Agent(self.folder, config(port, out, "  datadog_extensions = true")) as agent, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect(("127.0.0.1", port))
            self.until_counted(client, out)
            client.send(b"dd:1|c|#env:test,flag|c:id\n_e{2,4}:up|text|#k:v\n_sc|db|1|m:slow\n")
            wait_for(lambda: any(line.startswith("dd,") for line in lines_of(out)), "the metrics")
            self.assertEqual(agent.stop(), 0)
        text = out.read_text()
        self.assertIn("dd,env=test,flag=true,metric_type=counter value=1i", text)
        self.assertRegex(text, r'up,k=v,source=127\.0\.0\.1 alert_type="info",text="text"')
        self.assertRegex(text, r'statsd_service_check,check_name=db,\S+ status=1i,status_text="warning"')

    @staticmethod
    def is_bound(port):
        """Somebody's own address; the client has the port as that of its peer."""
        sockets = pathlib.Path("/proc/net/udp").read_text(encoding="ascii").splitlines()[1:]
        return any(line.split()[1].endswith(f":{port:04X}") for line in sockets)

    def until_counted(self, client, out):
        """The first datagram has arrived: the socket is there."""
        def arrived():
            try:
                client.send(b"ready:1|c")
            except ConnectionRefusedError:
                return False
            return counted(out, "ready") > 0
        wait_for(arrived, "the first metric")

    def wait_counted(self, agent, out, prefix, least):
        wait_for(lambda: counted(out, prefix) >= least or dropped(agent), f"{least} values")


if __name__ == "__main__":
    unittest.main()
