#!/usr/bin/env python3
"""Tests of the harness's own arithmetic and reading; nothing is measured here."""

import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from harness import agent, build, figures, machine, process, scenarios  # noqa: E402  (found by the path above)
from harness.figures import Failed, Figure, Target, Work  # noqa: E402
from harness.scenarios import footprint, host, micro, tcp  # noqa: E402


class Figures(unittest.TestCase):
    def test_throughput_is_cpu_per_million_and_its_reciprocal(self):
        work = Work(records=2_000_000, bytes=340_000_000, cpu_s=1.0, wall_s=0.5)
        cpu, per_core = figures.throughput("x", work, "memcpy", 1e-10, Target(0.6))
        self.assertAlmostEqual(cpu.value, 0.5)
        self.assertAlmostEqual(cpu.limit, 0.017)  # 170 bytes a record
        self.assertAlmostEqual(cpu.ratio, 0.5 / 0.017)
        self.assertAlmostEqual(per_core.value, 2e6)
        self.assertTrue(cpu.as_json()["met"])
        self.assertEqual(cpu.as_json()["records_per_s"], 4e6)

    def test_without_a_limit_there_is_no_ratio(self):
        figure = Figure("x", 3, "MB")
        self.assertIsNone(figure.ratio)
        self.assertIsNone(figure.as_json()["met"])

    def test_a_target_is_a_bound_from_one_side(self):
        self.assertTrue(Target(5).met(5))
        self.assertFalse(Target(5).met(5.1))
        self.assertFalse(Target(5, at_least=True).met(4.9))
        self.assertEqual(str(Target(1e6, at_least=True)), ">= 1M")

    def test_the_median_run_stands_for_all(self):
        runs = [Figure("a", value, "s", "m", limit) for value, limit in ((3.0, 1.0), (1.0, 1.0), (2.0, 1.0))]
        summary, = figures.summarize(runs)
        self.assertEqual((summary.figure.value, summary.low, summary.high, summary.runs), (2.0, 1.0, 3.0, 3))
        self.assertEqual(summary.figure.ratio, 2.0)

    def test_a_missed_target_is_seen_in_the_table(self):
        lines = figures.table(figures.summarize([Figure("start", 120.0, "ms", target=Target(100))]))
        self.assertEqual(len(lines), 2)
        self.assertTrue(lines[1].endswith("MISSED"), lines[1])

    def test_numbers_are_short(self):
        for value, text in ((1_234_567, "1.23M"), (17.94e9, "17.9G"), (12345, "12.3k"), (1234, "1234"), (0.0461, "0.0461")):
            self.assertEqual(figures.short(value), text)


class Reading(unittest.TestCase):
    def test_thread_time_is_the_first_number_of_schedstat(self):
        self.assertEqual(process.schedstat_seconds("1500000000 77 3\n"), 1.5)

    def test_memory_is_resident_and_anonymous(self):
        text = "00400000-7fff ---p 00000000 00:00 0 [rollup]\nRss:   7000 kB\nPss: 1 kB\nAnonymous:   500 kB\n"
        self.assertEqual(process.rollup_megabytes(text), {"resident": 7.168, "anonymous": 0.512})

    def test_a_ledger_is_summed_by_kind(self):
        ledger = agent.read_ledger('{"kind":"outputs","out":2,"imbalance":0}\n{"kind":"outputs","out":3,"imbalance":-1}\n'
                                   '{"kind":"inputs","out":9,"imbalance":1}\n')
        self.assertEqual(agent.ledger_sum(ledger, "outputs", "out"), 5)
        self.assertEqual(agent.imbalance(ledger), 2)

    def test_limits_add_up(self):
        lines = [json.dumps({"limit": name, "bytes": 1000, "wall_s": 2.0, "cpu_s": cpu}) for name, cpu in (("a", 1), ("b", 3))]
        limits = machine.Limits(map(machine.read_limit, lines))
        self.assertAlmostEqual(limits.cpu_per_byte("a", "b"), 0.004)
        self.assertEqual(limits.all["a"].as_json()["bytes_per_s"], 500)

    def test_a_processor_has_a_name_on_every_machine(self):
        self.assertEqual(machine.processor("processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n"), "Some CPU @ 2 GHz")
        self.assertTrue(machine.processor("CPU architecture: 8\n"))

    def test_a_benchmark_is_found_by_name_with_or_without_its_suffix(self):
        output = json.dumps({"benchmarks": [{"name": "rename/manual_time", "items_per_second": 4.0},
                                            {"name": "call", "items_per_second": 2.0}]})
        self.assertEqual(micro.seconds_per_item(output, ["call", "rename"]), [0.5, 0.25])
        with self.assertRaises(Failed):
            micro.seconds_per_item(output, ["regex"])
        with self.assertRaises(Failed):
            micro.seconds_per_item("nothing matched", ["call"])

    def test_libraries_are_what_the_loader_found(self):
        text = ("\tlinux-vdso.so.1 (0x1)\n\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x2)\n"
                "\tlibfmt.so.9 => /lib/libfmt.so.9 (0x3)\n\t/lib64/ld-linux-x86-64.so.2 (0x4)\n")
        self.assertEqual(footprint.libraries_in(text),
                         {"/lib/x86_64-linux-gnu/libc.so.6", "/lib/libfmt.so.9", "/lib64/ld-linux-x86-64.so.2"})

    def test_the_first_gather_is_in_the_record(self):
        self.assertEqual(host.timestamp_ns('mem,host=a b=1i,c="x 5" 1700000000000000001'), 1700000000000000001)


class Losses(unittest.TestCase):
    balanced = [{"kind": "outputs", "out": 10, "imbalance": 0}]

    def test_all_records_once_is_good(self):
        self.assertEqual(tcp.check_all_arrived((10, 0), 10, self.balanced), 0)

    def test_a_missing_a_double_and_an_unexplained_record_are_errors(self):
        unbalanced = [{"kind": "outputs", "out": 10, "imbalance": 1}]
        for arrived, ledger in (((9, 0), self.balanced), ((10, 1), self.balanced), ((10, 0), unbalanced)):
            with self.assertRaises(Failed):
                tcp.check_all_arrived(arrived, 10, ledger)


class Scenarios(unittest.TestCase):
    def test_names_differ_and_each_says_what_it_is(self):
        names = [one.name for one in scenarios.ALL]
        self.assertEqual(len(set(names)), len(names))
        self.assertTrue(all(one.about for one in scenarios.ALL))

    def test_configurations_are_complete(self):
        for one in (one for one in scenarios.ALL if isinstance(one, tcp.TcpScenario)):
            text = one.configuration.format(port=1, file="f")
            self.assertIn("tcp://127.0.0.1:1", text)
            self.assertNotIn("{{", text)
        self.assertEqual(host.configuration("").count("[[inputs."), 8)

    def test_a_command_that_fails_tells_its_output(self):
        with self.assertRaisesRegex(Failed, "sorry"):
            build.checked("sh", "-c", "echo sorry; exit 3")

    def test_an_agent_that_does_not_listen_is_a_failure_with_its_log(self):
        with tempfile.TemporaryDirectory() as folder:
            installation = agent.Installation(pathlib.Path("/bin/false"), pathlib.Path(folder))
            with agent.running(installation, "", pathlib.Path(folder)) as running, self.assertRaises(Failed):
                running.wait_for_port(agent.free_port())


if __name__ == "__main__":
    unittest.main()
