"""How often the agent asks the allocator for memory, once it has what it needs."""

import struct

from harness import agent, process
from harness.figures import Figure, Target
from harness.scenarios.base import Scenario
from harness.scenarios.tcp import (JsonProcess, JsonTcpDiscard, JsonTcpFile, LpProcess, LpTcpDiscard, LpTcpDiscardNew,
                                   LpTcpFile)

COUNTED = (LpTcpDiscard, LpTcpDiscardNew, LpTcpFile, LpProcess, JsonTcpDiscard, JsonTcpFile, JsonProcess)
WARM_RECORDS = 300_000
# Per thousand records: batches and connections may take memory, records may not. The bound was drawn above what the
# first runs showed (8 to 35), so that it tells when a record begins to; it does not say that 35 are all of batches.
NONE_PER_RECORD = 50
LIBRARY = "libcount_allocations.so"


class Allocations(Scenario):
    """A library that counts stands before the allocator; what the first records cost is not in the figures."""
    name = "allocations"
    about = "allocations per thousand records in the steady state of the TCP scenarios"
    needs_build = True

    def run(self, context):
        return [self.of(context, one) for one in COUNTED]

    def of(self, context, scenario):
        folder = context.folder / scenario.name
        folder.mkdir()
        counts, port = folder / "counts", agent.free_port()
        environment = {"LD_PRELOAD": str(context.tools.path(LIBRARY)), "WEIR_BENCH_ALLOCATIONS": str(counts)}
        with context.agent(scenario.configuration, port, folder, environment, file=folder / "metrics.out") as running:
            self.send(context, port, scenario, WARM_RECORDS, 0)
            before = read(counts)
            self.send(context, port, scenario, context.records, WARM_RECORDS)
            after = read(counts)
            running.stop()
        (folder / "metrics.out").unlink(missing_ok=True)
        times, size = (1000 * (b - a) / context.records for a, b in zip(before, after))
        return Figure(f"allocations: {scenario.name}", times, "/k records", target=Target(NONE_PER_RECORD),
                      detail={"bytes_per_k_records": size})

    @staticmethod
    def send(context, port, scenario, records, first):
        context.tools.run("line_sender", port, f"records={records}", f"first={first}", *scenario.sender_options)


def read(counts):
    """(times, bytes) so far."""
    return struct.unpack("<QQ", counts.read_bytes()[:16])
