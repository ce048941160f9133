"""What every scenario is, and what it is given."""

import contextlib
import dataclasses
import pathlib

from harness import agent, build, machine, products
from harness.figures import Failed, Figure, Work


class NotForThis(Exception):
    """The agent has no such thing; nothing is wrong with it."""


@dataclasses.dataclass(frozen=True)
class Context:
    """One run of one scenario: everything it may use."""
    installation: products.Installation
    tools: build.Tools
    limits: machine.Limits
    folder: pathlib.Path  # its own, on tmpfs, empty, removed afterwards
    records: int
    seconds: float  # how long a scenario without records watches

    def configuration(self, scenario, **values):
        text = self.installation.configuration(scenario, **values)
        if text is None:
            raise NotForThis(f"no {scenario}.conf in bench/configs for {self.installation.product.name}")
        return text

    @contextlib.contextmanager
    def agent(self, scenario, port=None, folder=None, environment=None, cores=None, **values):
        """An agent that runs with the scenario's configuration, and listens if it is given a port."""
        folder = folder or self.folder
        text = self.configuration(scenario, port=port, folder=folder, **values)
        with agent.running(self.installation, text, folder, environment, cores) as running:
            if port:
                running.wait_for_port(port)
            yield running

    def in_files(self, *files):
        """(distinct, duplicate) numbered records in files, of those sent."""
        seen = self.tools.json("sequence_check", self.records, 0, *files)
        return seen["distinct"], seen["duplicate"] + seen["foreign"]

    def judged(self, arrived, sent, ledger):
        """(arrived, lost). Who keeps a ledger may lose nothing; arrived None means that nobody can say."""
        if ledger is not None:
            check_all_arrived(arrived, sent, ledger)
        if arrived is None:
            return sent, None
        return arrived[0], sent - arrived[0]


class Scenario:
    """name is what --only takes; run() returns figures, or raises Failed when records were lost."""
    name = ""
    about = ""
    needs_build = False  # more than a binary and its plugins

    def run(self, context):
        raise NotImplementedError


def check_all_arrived(arrived, sent, ledger):
    distinct, duplicate = arrived
    if distinct != sent or duplicate or agent.imbalance(ledger):
        raise Failed(f"sent {sent}, arrived {distinct}, twice {duplicate}; the agent's ledger:\n{ledger}")


def work_of(sent, arrived, lost, cpu_s, wall_s):
    """sent is what line_sender said; the bytes are those of the records that arrived."""
    return Work(arrived, round(sent["bytes"] * arrived / sent["records"]), cpu_s, wall_s, lost)


def memory_figures(name, ended, target=None):
    return [Figure(f"{name}: peak resident", ended.peak_mb, "MB", target=target),
            Figure(f"{name}: final resident", ended.resident_mb, "MB")]
