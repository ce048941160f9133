"""A large file read once."""

import dataclasses
import time

from harness import agent
from harness.figures import Target, against_counting_lines, throughput
from harness.scenarios.base import NotForThis, Scenario, memory_figures, work_of

# The default number of records makes 500 MB.
MORE = 1.45


class LpFileOnce(Scenario):
    name = "lp_file_once"
    about = "a file of line protocol (500 MB) by --once into another, both on tmpfs"

    def run(self, context):
        context = dataclasses.replace(context, records=round(context.records * MORE))
        if context.installation.product.once is None:
            raise NotForThis("it does not end by itself")
        source, file = context.folder / "source.lp", context.folder / "metrics.out"
        text = context.configuration(self.name, source=source, file=file)
        sent = context.tools.json("line_sender", 0, f"records={context.records}", f"sample={source}")
        begin = time.monotonic()
        ended = agent.run_once(context.installation, text, context.folder)
        arrived, lost = context.judged(context.in_files(file), sent["records"], ended.ledger)
        work = work_of(sent, arrived, lost, ended.cpu_s, ended.ended_at - begin)
        return [*throughput(self.name, work, "tmpfs_write", context.limits.cpu_per_byte("tmpfs_write"), Target(0.33)),
                against_counting_lines(self.name, work, context.limits, Target(10)),
                *memory_figures(self.name, ended, Target(64))]
