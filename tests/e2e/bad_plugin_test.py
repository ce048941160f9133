#!/usr/bin/env python3
"""Plugins that break the contract: none takes the agent down, each is named with what is wrong.

What loads is tests/bad_plugins; what must not load are the test modules of weir-check.
"""

import re
import shutil
import time
import unittest

from agent import BUILD, Agent, Folder, check, wait_for

BAD = BUILD / "tests" / "bad_plugins"
MODULES = BUILD / "sdk" / "check" / "testdata" / "modules"
E_MACHINE_AT = 18
SHUTDOWN_S = 2
SLACK_S = 8  # of a machine that stalls for seconds under load

# A module of weir-check's tests, and what is said where it stands for inputs.thing.
UNLOADABLE = {
    "no_symbol": "exports no weir_module_v0",
    "other_contract": "use the agent or the module of the other version",
    "wrong_abi": "was built for version 0.7 of the plugin contract",
    "extra_export": "link it with the version script of the SDK",
    "small_size": "its weir_module says it is 8 bytes",
    "huge_size": "a weir_plugin says it is 4294967295 bytes",
    "null_module": "returns no weir_module",
    "no_ops": "has no weir_ops",
    "init_fails": "the library is too old",
    "constructor_throws": "nobody catches this",
    "constructor_crashes": "in a static constructor or in init: Aborted",
    "constructor_exits": "in a static constructor or in init: status 3",
}


def agent_config(more, interval="100ms"):
    """A healthy input and a healthy output, and what stands beside them."""
    return f"""
[agent]
  interval = "{interval}"
  flush_interval = "100ms"
  omit_hostname = true
[weir]
  shutdown_timeout = "{SHUTDOWN_S}s"
[[inputs.mock]]
  metric_name = "healthy"
  [[inputs.mock.constant]]
    name = "v"
    value = 1
[[outputs.file]]
  alias = "healthy"
  files = ["metrics"]
  data_format = "influx"
{more}"""


def plugins(kind, faults, more=""):
    """One instance of the bad plugin for each fault, under the fault's name."""
    return "".join(f'[[{kind}.bad]]\n  alias = "{fault}"\n  how = "{fault}"\n{more.format(fault=fault)}' for fault in faults)


class Unloadable(Folder):
    def setUp(self):
        super().setUp()
        (self.folder / "plugins" / "inputs").mkdir(parents=True)
        self.module = self.folder / "plugins" / "inputs" / "thing.so"
        self.config = self.folder / "weir.conf"
        self.config.write_text(f'[weir]\n  plugin_path = ["{self.folder}/plugins"]\n[[inputs.thing]]\n[[outputs.discard]]\n')

    def refused(self, *expected):
        status, said = check(self.config)
        self.assertEqual(status, 1, said)
        for part in (f"{self.config}:3:1: error: ", str(self.module), *expected):
            self.assertIn(part, said)

    def test_modules_that_break_a_rule(self):
        for name, why in UNLOADABLE.items():
            with self.subTest(name):
                shutil.copy(MODULES / f"{name}.so", self.module)
                self.refused(why)

    def test_a_good_one_loads(self):
        shutil.copy(MODULES / "good.so", self.module)
        status, said = check(self.config)
        self.assertEqual(status, 0, said)

    def test_files_that_are_no_modules(self):
        good = (MODULES / "good.so").read_bytes()
        arm = bytearray(good)
        arm[E_MACHINE_AT] = 40
        files = {"text": (b"#!/bin/sh\n", "is not a shared object"), "nothing": (b"", "is not a shared object"),
                 "another architecture": (bytes(arm), "is built for arm, this agent runs on"),
                 "32 bits": (good[:4] + b"\1" + good[5:], "is not a 64-bit object"),
                 "cut off": (good[:len(good) // 2], "cut off")}
        for name, (content, why) in files.items():
            with self.subTest(name):
                self.module.write_bytes(content)
                self.refused(why)

    def test_a_constructor_that_hangs(self):
        shutil.copy(MODULES / "constructor_hangs.so", self.module)
        self.refused("a static constructor or init hangs")

    def test_the_agent_says_the_same_and_ends(self):
        shutil.copy(MODULES / "constructor_throws.so", self.module)
        with Agent(self.folder, self.config.read_text()) as agent:
            self.assertEqual(agent.wait(), 1)
            self.assertIn("nobody catches this", agent.said())


class WithBadPlugins(Folder):
    """An agent with a healthy input, a healthy output, and bad plugins beside them."""

    def lines(self):
        """One for each record: text may hold line breaks of its own."""
        path = self.folder / "metrics"
        text = path.read_text(errors="replace") if path.exists() else ""
        return [line for line in text.split("\n") if re.search(r" -?\d+$", line)]

    def count(self, name):
        return sum(line.split(" ")[0].split(",")[0] == name for line in self.lines())

    def agent(self, more):
        agent = Agent(self.folder, agent_config(more), "--plugin-directory", str(BAD))
        self.addCleanup(agent.__exit__)
        return agent

    def stopped_in_time(self, agent):
        begin = time.monotonic()
        self.assertIn(agent.stop(), (0, 1), agent.said())
        self.assertLess(time.monotonic() - begin, SHUTDOWN_S + SLACK_S, agent.said())
        self.assertEqual(agent.imbalances(), [], agent.said())


class Broken(WithBadPlugins):
    """All faults of one kind at once."""

    def run_healthy(self, more, until=lambda agent: True):
        """Runs until the healthy input was written often enough; ends well and balanced."""
        agent = self.agent(more)
        wait_for(lambda: agent.process.poll() is not None or (self.count("healthy") >= 10 and until(agent)),
                 "the healthy input: " + agent.said())
        self.assertIsNone(agent.process.poll(), agent.said())
        self.stopped_in_time(agent)
        node = next(n for n in agent.ledger() if n["kind"] == "outputs" and n["alias"] == "healthy")
        self.assertEqual(node["out"], len(self.lines()))
        return agent

    def assert_said_of(self, agent, kind, sayings):
        for fault, said in sayings.items():
            with self.subTest(fault):
                of_it = [line for line in agent.said().splitlines() if f"{kind}.bad::{fault}]" in line]
                self.assertTrue(any(said in line for line in of_it), f"{said!r} not in {of_it}")

    def test_create_that_fails_refuses_the_configuration(self):
        for fault, said in {"throws": "nobody catches this", "throws a number": "a bug in the plugin was caught",
                            "says nonsense": "run weir-check on it"}.items():
            with self.subTest(fault):
                agent = self.agent(plugins("inputs", [f"create {fault}"]))
                self.assertEqual(agent.wait(), 1, agent.said())
                self.assertIn(said, agent.said())
                self.assertIn("weir.conf:", agent.said())

    def test_inputs(self):
        sayings = {
            "start throws": "nobody catches this",
            "start says nonsense": "run weir-check on it",
            "gather throws": "a bug in the plugin was caught: nobody catches this",
            "gather throws a number": "a bug in the plugin was caught",
            "gather says nonsense": "which means nothing here",
            "gather emits noise": "emitted an invalid batch",
            "gather lies in size": "emitted an invalid batch",
            "gather emits raw": "which nobody is there to parse",
            "gather emits its own buffer": "that the agent did not give",
            "stop throws": "nobody catches this",
            "stop says nonsense": "run weir-check on it",
            "destroy throws": "nobody catches this",
        }
        agent = self.run_healthy(plugins("inputs", sayings, '  startup_error_behavior = "retry"\n'))
        self.assert_said_of(agent, "inputs", sayings)
        self.assertGreater(self.count("good"), 0)
        lies = next(n for n in agent.ledger() if n["alias"] == "gather lies in size")
        self.assertGreater(lies["dropped_invalid_batch"], 0)

    def test_strange_values_reach_every_output(self):
        formats = "".join(f'[[outputs.file]]\n  files = ["{name}"]\n  data_format = "{name}"\n'
                          for name in ("influx", "json", "prometheus"))
        agent = self.run_healthy(plugins("inputs", ["gather emits strange values"]) + formats,
                                 lambda _: self.count("number") >= 3)
        for name in ("influx", "json", "prometheus"):
            self.assertIn("good", (self.folder / name).read_text(errors="replace"), name)
        self.assertEqual([n for n in agent.ledger() if n["kind"] == "inputs" and "dropped_invalid_batch" in n], [])

    def test_processors(self):
        sayings = {
            "edit throws": "nobody catches this",
            "edit says nonsense": "run weir-check on it",
            "edit breaks the batch": "left an invalid batch",
            "edit lies in size": "left an invalid batch",
            "edit makes it raw": "not metrics",
            "edit loses rows": "rows are missing",
            "edit gives nothing back": "no buffer",
            "stop throws": "nobody catches this",
        }
        victims = "".join(f'[[inputs.mock]]\n  metric_name = "{fault}"\n  [[inputs.mock.constant]]\n    name = "v"\n    value = 1\n'
                          for fault in sayings)
        agent = self.run_healthy(victims + plugins("processors", sayings, '  namepass = ["{fault}"]\n'))
        self.assert_said_of(agent, "processors", sayings)

    def test_a_processor_that_does_not_start_stops_the_agent(self):
        agent = self.agent(plugins("processors", ["start throws"]))
        self.assertEqual(agent.wait(), 1, agent.said())
        self.assertIn("processors.bad: a bug in the plugin was caught: nobody catches this", agent.said())

    def test_aggregators(self):
        sayings = {"add throws": "nobody catches this", "push throws": "nobody catches this", "reset throws": "nobody catches this",
                   "push says nonsense": "run weir-check on it"}
        agent = self.run_healthy(plugins("aggregators", sayings, '  period = "200ms"\n'))
        self.assert_said_of(agent, "aggregators", sayings)

    def test_outputs(self):
        sayings = {
            "start throws": "nobody catches this",
            "write throws": "a bug in the plugin was caught: nobody catches this",
            "write says nonsense": "which means nothing here",
            "write drops": "status 5, which means nothing here",
            "write never completes": "could not be written before the agent stopped",
            "stop throws": "nobody catches this",
        }
        agent = self.run_healthy(plugins("outputs", [*sayings, "write completes wildly"]))
        self.assert_said_of(agent, "outputs", sayings)
        for node in agent.ledger():
            if node["alias"] in ("write throws", "write drops", "write says nonsense"):
                self.assertEqual(node["out"], 0, node)

    def test_parsers(self):
        (self.folder / "in").write_text("one\ntwo\n")
        sayings = {"parse throws": "nobody catches this", "parse says nonsense": "run weir-check on it"}
        inputs = "".join(f'[[inputs.file]]\n  alias = "{fault}"\n  files = ["in"]\n  data_format = "bad"\n  how = "{fault}"\n'
                         for fault in [*sayings, "parse lies in size"])
        agent = self.run_healthy(inputs)
        for fault, said in sayings.items():
            self.assertIn(said, agent.said(), fault)

    def test_serializers(self):
        faults = ("serialize throws", "serialize says nonsense", "serialize lies in row_end", "serialize lies in used",
                  "serialize gives nothing back", "serialize")
        outputs = "".join(f'[[outputs.file]]\n  alias = "{fault}"\n  files = ["{fault}"]\n  data_format = "bad"\n  how = "{fault}"\n'
                          for fault in faults)
        agent = self.run_healthy(outputs)
        for node in agent.ledger():
            if node["kind"] == "outputs" and node["alias"] in faults[:-1]:
                self.assertEqual(node["out"], 0, node)
                self.assertGreater(node["dropped_serialize_error"], 0, node)
        self.assertIn("run weir-check on it", agent.said())


class Hung(WithBadPlugins):
    """Calls that never come back."""

    def assert_named(self, agent, what):
        """Once; a second time would be a log that grows with every look."""
        def named():
            return [line for line in agent.said().splitlines() if f"{what}] " in line and " hangs: " in line]
        wait_for(lambda: agent.process.poll() is not None or named(), f"{what} to be named: {agent.said()}")
        self.assertEqual(len(named()), 1, agent.said())

    def test_twenty_hung_inputs_beside_a_healthy_one(self):
        names = [f"hung{i}" for i in range(20)]
        agent = self.agent("".join(f'[[inputs.bad]]\n  alias = "{name}"\n  how = "gather hangs"\n' for name in names))
        wait_for(lambda: self.count("healthy") > 0, "the healthy input")
        begin, before = time.monotonic(), self.count("healthy")
        for name in names:
            self.assert_named(agent, f"inputs.bad::{name}")
        wait_for(lambda: time.monotonic() - begin > 3, "three seconds")
        gathered, ticks = self.count("healthy") - before, (time.monotonic() - begin) * 10
        self.assertGreater(gathered, ticks * 0.8, "gathers of the healthy input")
        self.stopped_in_time(agent)
        self.assertEqual(self.count("healthy"), agent.node("inputs", "mock")["out"])

    def test_a_stop_that_hangs(self):
        agent = self.agent(plugins("inputs", ["stop hangs"]) + plugins("outputs", ["stop hangs"]))
        wait_for(lambda: self.count("healthy") > 3, "the healthy input")
        self.stopped_in_time(agent)
        self.assertEqual(self.count("healthy"), agent.node("inputs", "mock")["out"])

    def test_work_that_hangs_is_named_and_does_not_keep_the_agent(self):
        (self.folder / "in").write_text("one\n")
        kinds = {
            "outputs.bad::write hangs": plugins("outputs", ["write hangs"]),
            "parsers.bad::parse hangs": '[[inputs.file]]\n  alias = "parse hangs"\n  files = ["in"]\n  data_format = "bad"\n'
                                        '  how = "parse hangs"\n',
            "serializers.bad::serialize hangs": '[[outputs.file]]\n  alias = "serialize hangs"\n  files = ["x"]\n'
                                                '  data_format = "bad"\n  how = "serialize hangs"\n',
        }
        agent = self.agent("".join(kinds.values()))
        for what in kinds:
            self.assert_named(agent, what)
        before = self.count("healthy")
        wait_for(lambda: self.count("healthy") > before + 3, "the healthy input")
        self.stopped_in_time(agent)

    def test_a_processor_that_hangs_loses_nothing_uncounted(self):
        agent = self.agent(plugins("processors", ["edit hangs"]))
        self.assert_named(agent, "processors.bad::edit hangs")
        self.stopped_in_time(agent)
        ends = {(n["kind"], n["name"]): n for n in agent.ledger()}
        waiting = ends["agent", "lanes"]["dropped_shutdown"]
        self.assertGreater(waiting, 0)
        self.assertEqual(ends["inputs", "mock"]["out"], ends["processors", "bad"]["in_flight"] + waiting)
        self.assertIn("they are lost", agent.said())

    def test_a_start_that_hangs(self):
        agent = self.agent(plugins("inputs", ["start hangs"]) + plugins("outputs", ["start hangs"]))
        self.assert_named(agent, "inputs.bad::start hangs")
        begin = time.monotonic()
        agent.stop()
        self.assertLess(time.monotonic() - begin, SHUTDOWN_S + 2 + SLACK_S, agent.said())


if __name__ == "__main__":
    unittest.main(verbosity=2)
