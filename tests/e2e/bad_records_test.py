#!/usr/bin/env python3
"""Records that are wrong, too long, or cut anywhere: the good ones arrive, the others are counted and said."""

import pathlib
import socket
import unittest

from agent import Agent, Folder, can_connect, free_port, wait_for


def config(port, out, more="", fmt="influx"):
    return f"""
[agent]
  omit_hostname = true
  flush_interval = "100ms"
[weir]
  max_record_bytes = "1KiB"
[[inputs.socket_listener]]
  service_address = "tcp://127.0.0.1:{port}"
  data_format = "{fmt}"
{more}
[[outputs.file]]
  files = ["{out}"]
  data_format = "influx"
"""


def unread_bytes(port):
    """What the agent has not yet read from its connections."""
    unread = 0
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        local, state, queues = (line.split()[i] for i in (1, 3, 4))
        if local.endswith(f":{port:04X}") and state != "0A":
            unread += int(queues.split(":")[1], 16)
    return unread


class BadRecords(Folder):
    def setUp(self):
        super().setUp()
        self.port, self.out = free_port(), self.folder / "metrics"

    def agent(self, **options):
        agent = Agent(self.folder, config(self.port, self.out, **options))
        self.addCleanup(agent.__exit__)
        wait_for(lambda: can_connect(self.port), "the listener")
        return agent

    def send(self, *pieces):
        """Each piece is read by the agent before the next one is sent."""
        with socket.create_connection(("127.0.0.1", self.port)) as s:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for piece in pieces:
                s.sendall(piece)
                wait_for(lambda: unread_bytes(self.port) == 0, "the agent to read")

    def written(self):
        return self.out.read_bytes().splitlines() if self.out.exists() else []

    def finish(self, agent, records):
        """All that is expected is there, all else is in the ledger; what the parsers dropped."""
        wait_for(lambda: len(self.written()) >= records, f"{records} records, not {len(self.written())}")
        self.assertEqual(agent.stop(), 0, agent.said())
        self.assertEqual(agent.imbalances(), [])
        self.assertEqual(len(self.written()), records)
        self.assertEqual(agent.node("outputs")["out"], records)
        return agent.node("parsers")

    def test_a_malformed_line_among_good_ones(self):
        agent = self.agent()
        self.send(b"a v=1 1\nb v=2 2\nno line protocol\nc v=3 3\nd,=x v=1 4\ne v=5 5\n")
        node = self.finish(agent, 4)
        self.assertEqual(node["dropped_parse_error"], 2)
        self.assertEqual([line[:1] for line in self.written()], [b"a", b"b", b"c", b"e"])
        self.assertIn("a record could not be parsed at line 3", agent.said())
        self.assertIn("no line protocol", agent.said())

    def test_a_malformed_document_among_good_ones(self):
        agent = self.agent(fmt="json", more='  splitting_strategy = "newline"\n')
        self.send(b'{"v":1}\n{"v":2}\n{"v":,}\n{"v":4}\n')
        node = self.finish(agent, 3)
        self.assertEqual(node["dropped_parse_error"], 1)
        self.assertIn('{"v":,}', agent.said())

    def test_numbers_that_are_none_and_bytes_that_are_no_text(self):
        agent = self.agent()
        bad = [b"m v=NaN 1", b"m v=Inf 1", b"m v=-inf 1", b"m v=1e400 1", b"m v=99999999999999999999i 1",
               b"m v=\xff 1", b"\xc3( v=1 1", b"m,t=\xed\xa0\x80 v=1 1", b'm v="\xfe" 1']
        self.send(b"".join(b"good n=%di %d\n%s\n" % (i, i, line) for i, line in enumerate(bad)) + b"good n=9i 9\n")
        wait_for(lambda: self.out.exists() and self.written()[-1:] == [b"good n=9i 9"], "the last good record")
        self.assertEqual(agent.stop(), 0, agent.said())
        self.assertEqual(agent.imbalances(), [])
        lines = self.written()
        self.assertEqual([line for line in lines if line.startswith(b"good")],
                         [b"good n=%di %d" % (i, i) for i in range(len(bad) + 1)])
        node = agent.node("parsers")
        self.assertEqual(node["out"], len(lines))
        self.assertEqual(node["out"] + node["dropped_parse_error"], 2 * len(bad) + 1)
        for line in lines:
            self.assertNotIn(b"nan", line.lower())
            self.assertNotIn(b"inf", line.lower())

    def test_records_over_the_limit_however_they_arrive(self):
        def record(name, length):
            return (b"%s v=\"" % name).ljust(length - 1, b"x") + b'"'

        text = b"\n".join((record(b"exact", 1024), record(b"over", 1025), b"between v=1", record(b"huge", 9000), b"end v=1", b""))
        ways = {"at once": (text,), "in two": (text[:1500], text[1500:]), "in pieces": [text[i:i + 700] for i in range(0, len(text), 700)]}
        agent = self.agent()
        for pieces in ways.values():
            self.send(*pieces)
        node = self.finish(agent, 3 * len(ways))
        self.assertEqual(node["dropped_too_large"], 2 * len(ways))
        names = [line.split(b" ")[0] for line in self.written()]
        for name in (b"exact", b"between", b"end"):
            self.assertEqual(names.count(name), len(ways), name)
        self.assertIn("raise [weir] max_record_bytes", agent.said())

    def test_a_record_split_at_every_byte(self):
        record = r'm\,\ x,t\=a=b\ \"c,ü=é\,e s="say \"hi\", \\ and=more, ü",i=-7i,u=7u,f=1.5e-3,b=true 1700000000000000001'.encode()
        agent = self.agent()
        cuts = range(1, len(record) + 1)
        connections = [socket.create_connection(("127.0.0.1", self.port)) for _ in cuts]
        for cut, connection in zip(cuts, connections):
            self.addCleanup(connection.close)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(record[:cut])
        wait_for(lambda: unread_bytes(self.port) == 0, "the agent to have read all first halves")
        for cut, connection in zip(cuts, connections):
            connection.sendall(record[cut:] + b"\n")
            connection.close()
        node = self.finish(agent, len(cuts))
        self.assertEqual(node.get("dropped_parse_error", 0), 0, agent.said())
        self.assertEqual(len(set(self.written())), 1)
        self.assertIn(rb's="say \"hi\", \\ and=more', self.written()[0])

    def test_a_connection_that_ends_within_a_record(self):
        agent = self.agent()
        self.send(b"a v=1 1\nb v=2")
        self.send(b"c v=3 3\nthis is")
        node = self.finish(agent, 3)
        self.assertEqual(node["dropped_parse_error"], 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
