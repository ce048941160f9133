"""A large file read once."""

import time

from harness import agent
from harness.figures import Figure, Target, Work, against_counting_lines, throughput
from harness.scenarios import lines
from harness.scenarios.base import Scenario
from harness.scenarios.tcp import check_all_arrived, in_files


class LpFileOnce(Scenario):
    name = "lp_file_once"
    about = "a file of line protocol (500 MB at 2.9 M records) by --once into another, both on tmpfs"
    configuration = lines.AGENT + lines.READ_FILE + lines.LINE_PROTOCOL + lines.FILE

    def run(self, context):
        source, file = context.folder / "source.lp", context.folder / "metrics.out"
        sent = context.tools.json("line_sender", 0, f"records={context.records}", f"sample={source}")
        begin = time.monotonic()
        ended = agent.run_once(context.installation, self.configuration.format(source=source, file=file),
                               context.folder)
        lost = check_all_arrived(in_files(context, file), sent["records"], ended.ledger)
        work = Work(sent["records"], sent["bytes"], ended.cpu_s, ended.ended_at - begin, lost=lost)
        return [*throughput(self.name, work, "tmpfs_write", context.limits.cpu_per_byte("tmpfs_write"), Target(0.33)),
                against_counting_lines(self.name, work, context.limits, Target(10)),
                Figure(f"{self.name}: peak resident", ended.peak_mb, "MB", target=Target(64))]
