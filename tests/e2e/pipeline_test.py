#!/usr/bin/env python3
"""From a socket or a file to a file, through the real binary: complete, in order, and accounted for."""

import json
import os
import signal
import socket
import threading
import time
import unittest

from agent import MEMORY_COUNTS, SOURCE, Agent, Folder, can_connect, check, free_port, wait_for

RECORDS = int(os.environ.get("WEIR_E2E_RECORDS", "200000"))
FILE_BYTES = int(os.environ.get("WEIR_E2E_FILE_MB", "60")) << 20
BATCH_ROWS = 1000
SOAK_S = int(os.environ.get("WEIR_SOAK_SECONDS", "3"))

FOUR_PROCESSORS = """
[[processors.rename]]
  order = 1
  [[processors.rename.replace]]
    tag = "hostname"
    dest = "host"
[[processors.regex]]
  order = 2
  [[processors.regex.tags]]
    key = "code"
    pattern = '^(\\d)\\d\\d$'
    replacement = "${1}xx"
[[processors.converter]]
  order = 3
  [processors.converter.fields]
    integer = ["took"]
[[processors.filter]]
  order = 4
  default = "pass"
  [[processors.filter.rule]]
    name = ["debug_*"]
    action = "drop"
"""


def tcp_config(port, out, processors=FOUR_PROCESSORS):
    return f"""
[agent]
  omit_hostname = true
  flush_interval = "200ms"
[[inputs.socket_listener]]
  service_address = "tcp://127.0.0.1:{port}"
  data_format = "influx"
{processors}
[[outputs.file]]
  files = ["{out}"]
  data_format = "influx"
"""


def lines(first, last):
    return "".join(f"http_requests,hostname=web-{i % 997},code={200 + i % 5},dc=ams1,rack=r{i % 31} "
                   f'took="{i % 1000}",seq={i}i,bytes={i * 7}i,ok=true,load=0.25 {1700000000000000000 + i}\n'
                   for i in range(first, last)).encode()


def sequence(path):
    """The numbers of the records in the file."""
    found = []
    with open(path, "rb") as f:
        for line in f:
            begin = line.find(b"seq=") + 4
            found.append(int(line[begin:line.find(b"i", begin)]))
    return found


def grows(path):
    size = path.stat().st_size
    time.sleep(1)
    return path.stat().st_size != size


class TcpToFile(Folder):
    def test_all_records_arrive_in_order(self):
        port, out = free_port(), self.folder / "metrics"
        with Agent(self.folder, tcp_config(port, out)) as agent:
            wait_for(lambda: can_connect(port), "the listener")
            with socket.create_connection(("127.0.0.1", port)) as s:
                for i in range(0, RECORDS, 10000):
                    s.sendall(lines(i, min(i + 10000, RECORDS)))
            wait_for(lambda: out.exists() and out.stat().st_size > 0, "the first records")
            wait_for(lambda: not grows(out), "the last records")
            self.assertEqual(agent.stop(), 0, agent.said())
            self.assertEqual(sequence(out), list(range(RECORDS)))
            self.assertEqual(agent.imbalances(), [])
            self.assertEqual(agent.node("outputs")["out"], RECORDS)
        first = out.read_text().splitlines()[0]
        self.assertIn("code=2xx", first)
        self.assertIn("host=web-0", first)
        self.assertIn("took=0i", first)

    def test_a_stop_in_mid_stream_accounts_for_everything(self):
        port, out = free_port(), self.folder / "metrics"
        with Agent(self.folder, tcp_config(port, out)) as agent:
            wait_for(lambda: can_connect(port), "the listener")
            sender = threading.Thread(target=self.send_until_closed, args=(port,), daemon=True)
            sender.start()
            wait_for(lambda: out.exists() and out.stat().st_size > 1 << 20, "the stream")
            self.assertEqual(agent.stop(), 0, agent.said())
            self.assertEqual(agent.imbalances(), [])
            written = sequence(out)
            self.assertEqual(written, list(range(len(written))))
            self.assertEqual(agent.node("outputs")["out"], len(written))

    @staticmethod
    def send_until_closed(port):
        data = [lines(i, i + 5000) for i in range(0, 100000, 5000)]
        try:
            with socket.create_connection(("127.0.0.1", port)) as s:
                for part in data:
                    s.sendall(part)
                    time.sleep(0.005)
        except OSError:
            pass

    def test_bad_lines_cost_only_themselves(self):
        port, out = free_port(), self.folder / "metrics"
        with Agent(self.folder, tcp_config(port, out, "")) as agent:
            wait_for(lambda: can_connect(port), "the listener")
            with socket.create_connection(("127.0.0.1", port)) as s:
                s.sendall(b"a v=1 1\nthis is no line protocol\nb v=2 2\n\xff\xfe\nc v=3 3\n")
            wait_for(lambda: out.exists() and out.read_bytes().count(b"\n") == 3, "three records")
            self.assertEqual(agent.stop(), 0)
            self.assertEqual(agent.imbalances(), [])
            self.assertEqual(agent.node("parsers")["dropped_parse_error"], 2)
            self.assertIn("could not be parsed", agent.said())


class FileOnce(Folder):
    def test_a_large_file_arrives_complete_in_little_memory(self):
        source, out = self.folder / "in.lp", self.folder / "out.lp"
        block = lines(0, 20000)
        with source.open("wb") as f:
            n = 0
            while n < FILE_BYTES:
                n += f.write(block)
        config = f"""
[agent]
  omit_hostname = true
[[inputs.file]]
  files = ["{source}"]
  data_format = "influx"
[[outputs.file]]
  files = ["{out}"]
  data_format = "influx"
"""
        with Agent(self.folder, config, "--once") as agent:
            peak = 0
            while agent.process.poll() is None:
                peak = max(peak, agent.resident_kb("VmHWM"))
                time.sleep(0.02)
            self.assertEqual(agent.process.returncode, 0, agent.said())
            self.assertEqual(agent.imbalances(), [])
        self.assertEqual(out.read_bytes().count(b"\n"), source.read_bytes().count(b"\n"))
        if MEMORY_COUNTS:
            self.assertLess(peak, 64 * 1024, "peak resident KiB")

    def test_a_large_document_stays_whole(self):
        source, out = self.folder / "in.json", self.folder / "out.lp"
        objects = [{"name": "m", "t": f"x{i}", "v": i} for i in range(40000)]
        source.write_text(json.dumps(objects, indent=1))  # above a mebibyte, and no record is a line
        config = f"""
[[inputs.file]]
  files = ["{source}"]
  data_format = "json"
  tag_keys = ["t"]
[[outputs.file]]
  files = ["{out}"]
"""
        with Agent(self.folder, config, "--once") as agent:
            self.assertEqual(agent.process.wait(60), 0, agent.said())
        self.assertEqual(out.read_bytes().count(b"\n"), len(objects))


class Control(Folder):
    CONFIG = """
[agent]
  interval = "100ms"
  flush_interval = "100ms"
[[inputs.mock]]
  metric_name = "m"
  [[inputs.mock.constant]]
    name = "v"
    value = 1
[[outputs.file]]
  files = ["metrics"]
"""

    def count(self):
        path = self.folder / "metrics"
        return path.read_bytes().count(b"\n") if path.exists() else 0

    def test_a_bad_file_leaves_the_running_pipeline_as_it_is(self):
        with Agent(self.folder, self.CONFIG) as agent:
            wait_for(lambda: self.count() > 0, "metrics")
            agent.config.write_text(self.CONFIG + "\n[[outputs.nosuch]]\n")
            agent.signal(signal.SIGHUP)
            wait_for(lambda: "goes on as it was" in agent.said(), "the refusal")
            before = self.count()
            wait_for(lambda: self.count() > before + 2, "metrics after the refusal")
            self.assertEqual(agent.stop(), 0)

    def test_a_good_file_takes_effect(self):
        with Agent(self.folder, self.CONFIG) as agent:
            wait_for(lambda: self.count() > 0, "metrics")
            agent.config.write_text(self.CONFIG.replace('"m"', '"other"'))
            agent.signal(signal.SIGHUP)
            wait_for(lambda: b"other" in (self.folder / "metrics").read_bytes(), "the new metrics")
            self.assertEqual(agent.stop(), 0)
            self.assertEqual(agent.imbalances(), [])

    def test_filters_of_the_command_line_restrict_inputs_and_outputs_only(self):
        config = self.CONFIG + '\n[[processors.override]]\n  name_suffix = "_p"\n[[inputs.mem]]\n[[outputs.discard]]\n'
        arguments = ("--once", "--input-filter", "mock", "--output-filter", "file", "--processor-filter", "rename")
        with Agent(self.folder, config, *arguments) as agent:
            self.assertEqual(agent.wait(), 0, agent.said())
            ran = {n["kind"] + "." + n["name"] for n in agent.ledger()}
        self.assertEqual(ran & {"inputs.mock", "inputs.mem", "processors.override", "outputs.file", "outputs.discard"},
                         {"inputs.mock", "processors.override", "outputs.file"})
        self.assertRegex((self.folder / "metrics").read_text(), "^m_p[ ,]")

    def test_outputs_that_cannot_start_do_not_stop_inputs(self):
        taken = socket.socket()
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        config = self.CONFIG + f'\n[[outputs.prometheus_client]]\n  listen = "127.0.0.1:{taken.getsockname()[1]}"\n'
        with taken, Agent(self.folder, config) as agent:
            wait_for(lambda: self.count() > 2, "metrics in the file")
            wait_for(lambda: "in use" in agent.said(), "the reason")
            agent.signal(signal.SIGTERM)
            agent.wait()
            self.assertEqual(agent.imbalances(), [])


def flood(port):
    """Sends at full speed until the peer has had enough."""
    data = lines(0, 5000)
    try:
        with socket.create_connection(("127.0.0.1", port)) as s:
            while True:
                s.sendall(data)
    except OSError:
        pass


class Overload(Folder):
    """An output that takes nothing, an input at full speed: memory stays in its bound, and what is missing was counted."""

    LIMIT_MB = 64
    MANY, FEW = "", '  [outputs.file.tagpass]\n    hostname = ["web-7"]\n'

    def test_wait(self):
        self.overload("wait", self.MANY)

    def test_wait_selective(self):
        self.overload("wait", self.FEW)

    def test_block(self):
        self.overload("block", self.MANY)

    def test_block_selective(self):
        self.overload("block", self.FEW)

    def test_drop_oldest(self):
        self.overload("drop_oldest", self.MANY)

    def test_drop_oldest_selective(self):
        self.overload("drop_oldest", self.FEW)

    def test_drop_newest(self):
        self.overload("drop_newest", self.MANY)

    def test_drop_newest_selective(self):
        self.overload("drop_newest", self.FEW)

    def overload(self, policy, selective):
        port, fifo = free_port(), self.folder / "stalled"
        os.mkfifo(fifo)
        config = f"""
[agent]
  metric_buffer_limit = 1000000
[weir]
  memory_limit = "{self.LIMIT_MB}MiB"
  shutdown_timeout = "1s"
[[inputs.socket_listener]]
  service_address = "tcp://127.0.0.1:{port}"
  data_format = "influx"
[[outputs.file]]
  files = ["{fifo}"]
  [outputs.file.delivery]
    overflow = "{policy}"
    overflow_wait = "1s"
{selective}"""
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        try:
            with Agent(self.folder, config) as agent:
                peak = self.flooded_peak_kb(agent, port)
                self.assertEqual(agent.stop(), 1, "the status of a run that lost something")
                self.check_ledger(agent, pipe_rest(reader).count(b"\n"))
        finally:
            os.close(reader)
        if MEMORY_COUNTS:
            self.assertLess(peak, self.LIMIT_MB * 1.1 * 1024, f"peak resident KiB under {policy}")

    def flooded_peak_kb(self, agent, port):
        wait_for(lambda: can_connect(port), "the listener")
        threading.Thread(target=flood, args=(port,), daemon=True).start()
        peak, end = 0, time.monotonic() + SOAK_S
        while time.monotonic() < end:
            peak = max(peak, agent.resident_kb())
            time.sleep(0.05)
        return peak

    def check_ledger(self, agent, arrived):
        """All that came in either arrived or was counted as dropped."""
        self.assertEqual(agent.imbalances(), [], agent.said())
        node = agent.node("outputs", "file")
        dropped = sum(n for key, n in node.items() if key.startswith("dropped_"))
        missing = node["in"] - node["filtered"] - arrived
        self.assertGreater(missing, 0)
        # Of the batch whose write never ended some lines are in the pipe: nobody said that they are safe.
        self.assertIn(dropped - missing, range(BATCH_ROWS), node)


def pipe_rest(reader):
    found = b""
    try:
        while chunk := os.read(reader, 1 << 20):
            found += chunk
    except BlockingIOError:
        pass
    return found


class Examples(Folder):
    def test_every_example_is_valid(self):
        for path in sorted((SOURCE / "configs").glob("*.conf")):
            with self.subTest(path.name):
                status, said = check(path)
                self.assertEqual(status, 0, said)

    def test_every_example_runs(self):
        for path in sorted((SOURCE / "configs").glob("*.conf")):
            with self.subTest(path.name):
                folder = self.folder / path.stem
                folder.mkdir()
                environment = {"WEIR_PORT": str(free_port()), "WEIR_METRICS_PORT": str(free_port()),
                               "WEIR_FILE": str(folder / "file")}
                with Agent(folder, path.read_text(), environment=environment) as agent:
                    time.sleep(1.5)
                    self.assertIsNone(agent.process.poll(), agent.said())
                    agent.stop()
                    self.assertEqual(agent.imbalances(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
