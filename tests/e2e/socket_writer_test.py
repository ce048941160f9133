#!/usr/bin/env python3
"""outputs.socket_writer to peers that read, that break off, and that come late."""

import pathlib
import socket
import threading
import unittest

from agent import Agent, Folder, can_connect, free_port, wait_for

RECORDS = 5000


def line(i):
    return f"m,host=h{i % 7} n={i}i {1700000000000000000 + i}"


class Reader:
    """A TCP peer that keeps what each connection sent; it ends the first ones after so many bytes each."""

    def __init__(self, port=0, break_after=()):
        self.connections, self.ended = [], 0
        self.break_after = list(break_after)
        self.server = socket.create_server(("127.0.0.1", port))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            self.connections.append(b"")
            limit = self.break_after.pop(0) if self.break_after else None
            with connection:
                self.keep(connection, limit)
            self.ended += 1

    def keep(self, connection, limit):
        while piece := connection.recv(4096):
            self.connections[-1] += piece
            if limit is not None and len(self.connections[-1]) >= limit:
                return

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.close()

    def lines(self):
        """Whole lines of all connections; what broke off comes again on the next one."""
        return [text for bytes_ in self.connections for text in bytes_.decode().split("\n")[:-1]]


class SocketWriter(Folder):
    def config(self, address, options=""):
        (self.folder / "in.lp").write_text("".join(line(i) + "\n" for i in range(RECORDS)))
        return f"""
[agent]
  omit_hostname = true
  precision = "1ns"
  flush_interval = "100ms"
[[inputs.file]]
  files = ["{self.folder}/in.lp"]
  data_format = "influx"
[[outputs.socket_writer]]
  address = "{address}"
  data_format = "influx"
{options}
  [outputs.socket_writer.delivery]
    retry_initial = "20ms"
    retry_max = "50ms"
"""

    def once(self, config):
        with Agent(self.folder, config, "--once") as agent:
            self.assertEqual(agent.wait(), 0, agent.said())
            self.assertEqual(agent.imbalances(), [])
            self.assertEqual(agent.node("outputs")["out"], RECORDS)

    def test_every_record_arrives_once_and_in_order(self):
        with Reader() as peer:
            self.once(self.config(f"tcp://127.0.0.1:{peer.port}", '  keep_alive_period = "1m"'))
            wait_for(lambda: len(peer.lines()) >= RECORDS, "all records")
            self.assertTrue(peer.lines() == [line(i) for i in range(RECORDS)])

    def test_goes_on_when_the_peer_ends_the_connection(self):
        listening = free_port()
        with Reader(break_after=[1]) as peer:
            config = self.config(f"tcp://127.0.0.1:{peer.port}").replace(
                f'[[inputs.file]]\n  files = ["{self.folder}/in.lp"]',
                f'[[inputs.socket_listener]]\n  service_address = "tcp://127.0.0.1:{listening}"')
            with Agent(self.folder, config):
                wait_for(lambda: can_connect(listening), "the agent's port")
                with socket.create_connection(("127.0.0.1", listening)) as sender:
                    sender.sendall((line(0) + "\n").encode())
                    wait_for(lambda: peer.ended == 1, "the end of the first connection")
                    sender.sendall("".join(line(i) + "\n" for i in range(1, RECORDS)).encode())
                    wait_for(lambda: len(peer.lines()) >= RECORDS, "all records")
                self.assertEqual(len(peer.connections), 2)
                self.assertTrue(peer.lines() == [line(i) for i in range(RECORDS)])

    def test_a_peer_that_comes_late_gets_everything(self):
        port = free_port()
        with Agent(self.folder, self.config(f"tcp://127.0.0.1:{port}"), "--once") as agent:
            wait_for(lambda: "cannot connect" in agent.said(), "a refused connection")
            with Reader(port) as peer:
                self.assertEqual(agent.wait(), 0, agent.said())
                wait_for(lambda: len(peer.lines()) >= RECORDS, "all records")
                self.assertTrue(peer.lines() == [line(i) for i in range(RECORDS)])

    def test_a_unix_socket_of_messages(self):
        path = pathlib.Path(self.folder) / "s"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as peer:
            peer.bind(str(path))
            got = []

            def read():
                while len(got) < RECORDS:
                    got.append(peer.recv(4096).decode())

            reading = threading.Thread(target=read, daemon=True)
            reading.start()
            self.once(self.config(f"unixgram://{path}"))
            reading.join(10)
        self.assertTrue(got == [line(i) + "\n" for i in range(RECORDS)])


if __name__ == "__main__":
    unittest.main()
