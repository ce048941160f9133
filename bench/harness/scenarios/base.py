"""What every scenario is, and what it is given."""

import dataclasses
import pathlib

from harness import agent, build, machine


@dataclasses.dataclass(frozen=True)
class Context:
    """One run of one scenario: everything it may use."""
    installation: agent.Installation
    tools: build.Tools
    limits: machine.Limits
    folder: pathlib.Path  # its own, on tmpfs, empty, removed afterwards
    records: int
    seconds: float  # how long a scenario without records watches


class Scenario:
    """name is what --only takes; run() returns figures, or raises Failed when records were lost."""
    name = ""
    about = ""

    def run(self, context):
        raise NotImplementedError
