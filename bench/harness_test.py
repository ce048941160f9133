#!/usr/bin/env python3
"""Tests of the harness's own arithmetic and reading; nothing is measured here."""

import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from harness import (agent, build, callgrind, command_line, compare, document, drawing, figures, layout, machine, process, products,  # noqa: E402
                     scenarios, simulation)  # (found by the path above)
from harness.figures import Failed, Figure, Target, Work  # noqa: E402
from harness.scenarios import allocations, base, fanout, footprint, host, micro, scaling, slow, statsd, tail, tcp  # noqa: E402

WEIR = products.Installation("weir", products.PRODUCTS["weir"], pathlib.Path("/bin/false"))


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

    def test_losses_that_were_counted_are_a_figure_of_their_own(self):
        names = [one.name for one in figures.throughput("x", Work(90, 900, 1.0, lost=10), "", None)]
        self.assertEqual(names, ["x: CPU", "x: per core", "x: lost"])
        with self.assertRaises(Failed):
            figures.throughput("x", Work(0, 0, 1.0, lost=10), "", None)

    def test_a_kept_figure_is_read_again(self):
        figure = Figure("x", 2.0, "s", "memcpy", 1.0, Target(3), {"lost": 0}, more_is_better=True)
        read = figures.from_json(json.loads(json.dumps(figure.as_json())))
        self.assertEqual((read.name, read.ratio, read.more_is_better), ("x", 2.0, True))

    def test_numbers_are_short(self):
        for value, text in ((1_234_567, "1.23M"), (17.94e9, "17.9G"), (12345, "12.3k"), (1234, "1234"), (0.0461, "0.0461")):
            self.assertEqual(figures.short(value), text)


class Reading(unittest.TestCase):
    def test_thread_time_is_the_first_number_of_schedstat(self):
        self.assertEqual(process.schedstat_seconds("1500000000 77 3\n"), 1.5)

    def test_memory_is_resident_and_anonymous(self):
        text = "00400000-7fff ---p 00000000 00:00 0 [rollup]\nRss:   7000 kB\nPss: 1 kB\nAnonymous:   500 kB\n"
        self.assertEqual(process.rollup_megabytes(text), {"resident": 7.168, "anonymous": 0.512})

    def test_the_peak_is_read_from_the_status_of_a_process_that_lives(self):
        self.assertEqual(process.status_megabytes("Name:\tx\nVmHWM:\t 2000 kB\nVmRSS:\t 1000 kB\n"), (1.024, 2.048))
        self.assertIsNone(process.status_megabytes("Name:\tx\nState:\tZ (zombie)\n"))

    def test_wake_ups_are_the_switches_that_were_wanted(self):
        text = "Name:\tx\nvoluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t99\n"
        self.assertEqual(process.voluntary_switches(text), 12)

    def test_what_was_counted_are_four_numbers(self):
        with tempfile.TemporaryDirectory() as folder:
            counts = pathlib.Path(folder, "counts")
            counts.write_bytes(b"".join(number.to_bytes(8, "little") for number in (7, 8, 9, 1)))
            self.assertEqual(allocations.read(counts), (7, 8, 9, 1))

    def test_counts_are_those_of_a_thousand_records(self):
        found = allocations.figures_of("x", (10, 100, 5, 0), (30, 900, 45, 2), 2000)
        self.assertEqual([one.value for one in found], [10, 20])
        self.assertEqual(found[1].detail, {"contended_per_k_records": 1})

    def test_bytes_read_are_those_of_all_reads(self):
        self.assertEqual(tail.bytes_read("rchar: 1234\nwchar: 5\nread_bytes: 0\n"), 1234)

    def test_the_ratio_of_pairs_is_that_of_the_median_pair(self):
        pairs = [({"wall_s": a}, {"wall_s": b}) for a, b in ((2, 1), (9, 3), (2, 2))]
        self.assertEqual(scaling.median_ratio(pairs, "wall_s"), 2)

    def test_a_reader_that_does_not_end_is_a_failure(self):
        with subprocess.Popen(["sleep", "60"], stdout=subprocess.PIPE) as child:
            with self.assertRaisesRegex(Failed, "did not end"):
                slow.read_to_end(child, 0.01)
            child.kill()

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


class Comparisons(unittest.TestCase):
    def test_pairs_that_agree_have_a_narrow_interval(self):
        ratio = compare.paired([2.0, 4.0, 8.0], [1.0, 2.0, 4.0])
        self.assertAlmostEqual(ratio.value, 2)
        self.assertAlmostEqual(ratio.low, 2)
        self.assertEqual((ratio.verdict(False), ratio.verdict(True)), ("worse", "better"))

    def test_the_interval_is_that_of_student(self):
        # Logarithms 0.1, 0.2, 0.3: mean 0.2, standard error 0.1/sqrt(3), t of two degrees 4.303.
        ratio = compare.paired([math.exp(x) for x in (0.1, 0.2, 0.3)], [1.0, 1.0, 1.0])
        self.assertAlmostEqual(math.log(ratio.value), 0.2)
        self.assertAlmostEqual(math.log(ratio.high), 0.2 + 4.303 * 0.1 / math.sqrt(3))
        self.assertEqual(ratio.verdict(False), "")

    def test_one_run_says_nothing_for_sure(self):
        ratio = compare.paired([3.0], [1.0])
        self.assertAlmostEqual(ratio.value, 3)
        self.assertEqual((ratio.interval(), ratio.verdict(False)), ("", ""))
        self.assertIsNone(compare.paired([0.0], [1.0]))

    def test_days_are_compared_without_pairs(self):
        ratio = compare.unpaired([1.0, 1.1, 0.9, 1.0], [2.0, 2.2, 1.8, 2.0])
        self.assertAlmostEqual(ratio.value, 0.5)
        self.assertEqual(ratio.verdict(False), "better")
        self.assertEqual(compare.unpaired([1.0], [2.0]).interval(), "")

    def test_only_runs_and_figures_of_both_are_paired(self):
        ours = {1: [Figure("a", 2, "s"), Figure("b", 1, "s")], 2: [Figure("a", 2, "s")]}
        theirs = {1: [Figure("a", 1, "s")], 3: [Figure("a", 9, "s")]}
        line, = compare.pairs(ours, theirs)
        self.assertEqual((line.name, line.values, line.ratio.value), ("a", (2, 1), 2.0))

    def test_kept_figures_are_compared_as_multiples_of_the_machine(self):
        kept = [json.dumps({"session": session, "agent": "weir", "run": 1, **Figure("a", value, "s", "m", 1.0).as_json()})
                for session, value in (("1", 7.0), ("2", 2.0), ("2", 2.0))]
        now = [Figure("a", 4.0, "s", "m", 2.0), Figure("a", 4.0, "s", "m", 2.0), Figure("new", 1.0, "s")]
        line, = compare.against_kept(now, compare.last_session(kept, "weir"))
        self.assertEqual((line.values, line.ratio.value, line.unit), ((2, 2), 1.0, "x m"))
        self.assertEqual(compare.last_session(kept, "telegraf"), {})

    def test_a_regression_is_more_than_noise(self):
        def line(value):
            return compare.Line("a", (value, 1), "s", compare.Ratio(value, value, value), False)
        self.assertEqual([command_line.is_regression(line(value)) for value in (0.5, 1.1, 1.2)], [False, False, True])


class Products(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)
        (self.folder / "agent").touch()

    def test_a_second_weir_has_its_plugins_beside_it_or_elsewhere(self):
        one = products.parse(f"old={self.folder}/agent", self.folder)
        self.assertEqual((one.name, one.product.name, one.plugins), ("old", "weir", (self.folder / "plugins").resolve()))
        other = products.parse(f"old={self.folder}/agent,plugins=/p", self.folder)
        self.assertEqual(other.plugins, pathlib.Path("/p"))
        self.assertIn("/p", other.command("c", "f"))

    def test_another_agent_is_known_by_name_or_by_kind(self):
        self.assertEqual(products.parse(f"telegraf={self.folder}/agent", self.folder).product.name, "telegraf")
        self.assertEqual(products.parse(f"tg={self.folder}/agent,kind=telegraf", self.folder).product.name, "telegraf")
        for words in ("x=/bin/sh,kind=nagios", "x=/bin/sh,color=blue", f"x={self.folder}/nothing"):
            with self.assertRaises(Failed):
                products.parse(words, self.folder)

    def test_one_without_a_path_is_looked_for_where_it_was_installed(self):
        (self.folder / "telegraf").touch()
        self.assertEqual(products.parse("telegraf", self.folder).binary, (self.folder / "telegraf").resolve())

    def test_flags_are_read_from_a_configuration(self):
        file = self.folder / "flags.conf"
        file.write_text("# of vmagent\n-a=1\n\n-b=2\n")
        self.assertEqual(products.PRODUCTS["vmagent"].command("x", configuration=file), ["x", "-a=1", "-b=2"])

    def test_weir_reads_the_configuration_of_telegraf(self):
        one = products.parse(f"weir={self.folder}/agent", self.folder)
        self.assertIn("tcp://127.0.0.1:1", one.configuration("lp_tcp_file", port=1, file="f"))
        self.assertIsNone(one.configuration("no_such_scenario"))


class Callgrind(unittest.TestCase):
    def test_instructions_are_read_from_the_last_lines(self):
        self.assertEqual(callgrind.total("version: 1\nevents: Ir\nfn=x\n1 2\ntotals: 12345\n"), 12345)

    def test_calls_of_all_plugins_are_added(self):
        text = ('# TYPE weir_calls_total counter\nweir_calls_total{kind="outputs",plugin="file"} 12\n'
                'weir_calls_total{kind="processors",plugin="regex"} 1e+01\nweir_call_errors_total{kind="outputs"} 99\n')
        self.assertEqual(callgrind.calls_in(text), 22)

    def test_a_file_is_replayed_in_place_of_the_socket(self):
        text = callgrind.replayed(WEIR, "lp_process")
        self.assertIn('[[inputs.file]]\n  files = ["@source@"]\n  data_format = "influx"', text)
        self.assertIn("[[processors.filter]]", text)
        self.assertNotIn("[[outputs.", text)


class Drawing(unittest.TestCase):
    def kept(self, session, value):
        figure = Figure("lp_tcp_file: CPU", value, "s/M records", "memcpy", 0.1, Target(0.35))
        return json.dumps({"session": session, "agent": "weir", "run": 1, **figure.as_json()})

    def test_the_newest_session_is_drawn_with_its_median_and_target(self):
        lines = [self.kept("1", 9.0), *(self.kept("2", value) for value in (0.3, 0.5, 0.4))]
        row, = drawing.rows_of(drawing.PICTURES[0], drawing.newest(lines))
        self.assertEqual((row.label, row.value, row.low, row.high, row.limit, row.target),
                         ("lp_tcp_file", 0.4, 0.3, 0.5, 0.1, 0.35))

    def test_a_picture_is_well_formed(self):
        with tempfile.TemporaryDirectory() as folder:
            drawing.draw_all([self.kept("1", 0.3)], pathlib.Path(folder))
            drawn, = pathlib.Path(folder).iterdir()
            self.assertIn("lp_tcp_file", "".join(xml.etree.ElementTree.parse(drawn).getroot().itertext()))


class Document(unittest.TestCase):
    def test_the_table_of_figures_with_a_target_is_put_between_the_marks(self):
        kept = [json.dumps({"session": "1", "agent": "weir", "run": 1, **figure.as_json()})
                for figure in (Figure("a: CPU", 0.3, "s", "memcpy", 0.1, Target(0.35)), Figure("a: CPU", 0.5, "s", "memcpy", 0.1, Target(0.35)),
                               Figure("b", 3e6, "records/s", target=Target(2e6, at_least=True)), Figure("c", 1, "s"))]
        rows = document.table(drawing.newest(kept))
        self.assertEqual(rows[2:], ["| a: CPU | 0.4 s | 0.3 to 0.5 | 4.0 × memcpy | <= 0.35 | **missed** |",
                                    "| b | 3M records/s | one run |  | >= 2M | met |"])
        text = f"x\n{document.BEGIN}\nold\n{document.END}\ny\n"
        self.assertEqual(document.replaced(text, ["new"]), f"x\n{document.BEGIN}\nnew\n{document.END}\ny\n")
        with self.assertRaises(Failed):
            document.replaced("x", [])


class Simulation(unittest.TestCase):
    def rate(self, cores, **plan):
        return simulation.Pipeline(simulation.Plan("x", **plan), cores).run()[0]

    def test_one_core_does_all_work_one_after_the_other(self):
        ns = simulation.RECEIVE + simulation.PARSE + 10 + simulation.WRITE
        ns += simulation.LOCKS * simulation.LOCK_NS / simulation.BATCH
        self.assertAlmostEqual(self.rate(1, lanes=4, processors=(10,), outputs=1) * ns / 1e9, 1)

    def test_more_cores_bring_more_until_one_of_its_kind_is_busy_all_the_time(self):
        one, two, many = (self.rate(cores, lanes=8, outputs=1) for cores in (1, 2, 64))
        self.assertGreater(two / one, 1.9)
        self.assertLess(many * simulation.WRITE / 1e9, 1.0001)
        self.assertGreater(many * simulation.WRITE / 1e9, 0.95)

    def test_outputs_that_share_the_work_write_side_by_side(self):
        one, two = (self.rate(8, lanes=8, outputs=outputs, every_output=False) for outputs in (1, 2))
        self.assertGreater(two / one, 1.5)


class Layout(unittest.TestCase):
    PRINTED = """/* offset      |    size */  type = class weir::Box {
                             private:
                               static const int room;
/*      0      |       8 */    const int64_t limit_;
/*     64      |       8 */    struct std::atomic<long> [with _Tp = long] : public std::__atomic_base<_Tp> {
                                   static const bool is_always_lock_free;
/*     64      |       8 */            __int_type _M_i;

                                   /* total size (bytes):    8 */
                               } used_;
/*    120      |      16 */    class weir::Pair {
/*    120      |       8 */        uint64_t a_;

                                   /* total size (bytes):   16 */
                               } pair_;

                               /* total size (bytes):  192 */
                             }
"""

    def test_members_are_told_apart_from_their_own_parts(self):
        self.assertEqual(layout.members(self.PRINTED), [(0, 8, "limit_", False), (64, 8, "used_", True),
                                                        (120, 16, "pair_", False)])

    def test_a_member_lies_on_every_line_that_it_touches(self):
        self.assertEqual([row.split() for row in layout.rows(layout.members(self.PRINTED))],
                         [["0", "limit_"], ["64", "*", "used_", "pair_"], ["128", "pair_"]])


class Losses(unittest.TestCase):
    balanced = [{"kind": "outputs", "out": 10, "imbalance": 0}]
    context = base.Context(None, None, None, None, 10, 0)

    def test_all_records_once_is_good(self):
        self.assertEqual(self.context.judged((10, 0), 10, self.balanced), (10, 0))

    def test_a_missing_a_double_and_an_unexplained_record_are_errors(self):
        unbalanced = [{"kind": "outputs", "out": 10, "imbalance": 1}]
        for arrived, ledger in (((9, 0), self.balanced), ((10, 1), self.balanced), ((10, 0), unbalanced)):
            with self.assertRaises(Failed):
                self.context.judged(arrived, 10, ledger)

    def test_what_another_agent_loses_is_counted(self):
        self.assertEqual(self.context.judged((7, 0), 10, None), (7, 3))
        self.assertEqual(self.context.judged(None, 10, None), (10, None))


class Datagrams(unittest.TestCase):
    @staticmethod
    def step(rate, arrived):
        return statsd.Step({"metrics": 10, "datagrams": 10, "wall_s": 10 / rate}, arrived, 1.0)

    def test_counters_are_summed(self):
        self.assertEqual(statsd.sum_of_counters("a,metric_type=counter value=3i 1\nb value=39i 2\n"), 42)

    def test_the_highest_rate_without_loss_is_found(self):
        best = statsd.climb(lambda rate: self.step(rate, 10 if rate < 200_000 else 9))
        self.assertAlmostEqual(best.rate, statsd.FIRST_RATE * statsd.GROWTH ** 3)

    def test_the_sender_may_be_the_end(self):
        best = statsd.climb(lambda rate: self.step(min(rate, 130_000), 10))
        self.assertAlmostEqual(best.rate, 130_000)

    def test_losses_at_the_first_rate_are_a_failure(self):
        with self.assertRaisesRegex(Failed, "1 of 10 metrics were lost"):
            statsd.climb(lambda rate: self.step(rate, 9))


class Scenarios(unittest.TestCase):
    def test_names_differ_and_each_says_what_it_is(self):
        names = [one.name for one in scenarios.ALL]
        self.assertEqual(len(set(names)), len(names))
        self.assertTrue(all(one.about for one in scenarios.ALL))

    def test_scenarios_are_selected_by_name_or_pattern(self):
        self.assertEqual([one.name for one in command_line.matching(["lp_tcp_discard"])], ["lp_tcp_discard"])
        self.assertLess({"json_tail_file", "json_process"}, {one.name for one in command_line.matching(["json_*"])})
        with self.assertRaises(argparse.ArgumentTypeError):
            command_line.known("no_such_scenario")

    def test_an_agent_is_kept_on_cores(self):
        self.assertEqual(agent.on_cores([0, 1]), ("taskset", "--cpu-list", "0,1"))
        self.assertEqual(agent.on_cores(None), ())

    def test_configurations_are_complete(self):
        for one in (one for one in scenarios.ALL if isinstance(one, tcp.TcpScenario)):
            text = WEIR.configuration(one.configuration, port=1, file="f")
            self.assertIn("tcp://127.0.0.1:1", text)
        self.assertEqual(len(host.inputs(WEIR.configuration("host"))), 8)

    def test_each_fan_has_as_many_outputs_as_its_name_says(self):
        for outputs in filter(None, fanout.OUTPUTS):
            text = WEIR.configuration(f"fanout_{outputs}", port=1, file="f")
            self.assertEqual(text.count("[[outputs.file]]"), outputs)

    def test_every_configuration_is_of_a_product_that_is_known(self):
        folders = {folder for product in products.PRODUCTS.values() for folder in product.folders}
        self.assertLessEqual({folder.name for folder in products.CONFIGURATIONS.iterdir() if folder.is_dir()}, folders)

    def test_a_command_that_fails_tells_its_output(self):
        with self.assertRaisesRegex(Failed, "sorry"):
            build.checked("sh", "-c", "echo sorry; exit 3")

    def test_an_agent_that_does_not_listen_is_a_failure_with_its_log(self):
        with tempfile.TemporaryDirectory() as folder:
            with agent.running(WEIR, "", pathlib.Path(folder)) as running, self.assertRaises(Failed):
                running.wait_for_port(agent.free_port())


if __name__ == "__main__":
    unittest.main()
