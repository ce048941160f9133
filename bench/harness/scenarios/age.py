"""How old records are when they come out at the far end."""

from harness import agent
from harness.figures import Figure, Target
from harness.scenarios.base import Scenario, check_all_arrived
from harness.scenarios.slow import read_to_end, reader

RATE = 100_000
SECONDS = 5
FAST_READER = 10**12


class Age(Scenario):
    """The sender stamps each record with the time of sending; the reader of the output takes that from its own."""
    flush_interval = ""
    target_ms = 0

    def run(self, context):
        port = agent.free_port()
        with reader(context, "-", FAST_READER, 10**6) as (pipe, child), \
                context.agent("age", port, file=pipe, flush_interval=self.flush_interval) as running:
            sent = context.tools.json("line_sender", port, f"records={RATE * SECONDS}", f"rate={RATE}", "stamp=1")
            ended = running.stop()
            seen = read_to_end(child)
        if ended.ledger is not None:
            check_all_arrived((seen["lines"], 0), sent["records"], ended.ledger)
        rate = sent["records"] / sent["wall_s"]
        return [Figure(f"{self.name}: p50", seen["p50_ms"], "ms", detail={"records_per_s": rate}),
                Figure(f"{self.name}: p99", seen["p99_ms"], "ms", target=Target(self.target_ms)),
                Figure(f"{self.name}: p99.9", seen["p999_ms"], "ms")]


class AgeSecond(Age):
    name = "age_1s"
    about = "100,000 records a second, flush_interval 1s: how old they are in a pipe behind the output"
    flush_interval = "1s"
    target_ms = 1100


class AgeQuick(Age):
    name = "age_10ms"
    about = "the same with flush_interval 10ms"
    flush_interval = "10ms"
    target_ms = 25
