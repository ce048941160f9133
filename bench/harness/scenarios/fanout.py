"""The same records to several outputs of one format."""

import time

from harness import agent, process
from harness.figures import Figure, Target, throughput
from harness.scenarios.base import Scenario, memory_figures, work_of

OUTPUTS = (0, 1, 2, 4)  # 0 is discard: what the records cost without any file


class Fanout(Scenario):
    name = "fanout"
    about = "line protocol over TCP to 1, 2 and 4 files: what one more output of the same format costs"

    def run(self, context):
        figures, cpu = [], {}
        for outputs in OUTPUTS:
            work, ended = self.send(context, outputs)
            cpu[outputs] = work.cpu_s / work.records
            if outputs:
                figures += throughput(f"{self.name} to {outputs}", work, "", None)[:1]
        first, further = cpu[1] - cpu[0], (cpu[4] - cpu[1]) / 3
        return [*figures, *memory_figures(self.name, ended),
                Figure(f"{self.name}: one more against the first", 100 * further / first, "%", target=Target(30))]

    def send(self, context, outputs):
        folder = context.folder / str(outputs)
        folder.mkdir()
        port, file = agent.free_port(), folder / "metrics.out"
        with context.agent(f"{self.name}_{outputs}" if outputs else "lp_tcp_discard", port, folder, file=file) as running:
            cpu_before, begin = process.cpu_seconds(running.pid), time.monotonic()
            sent = context.tools.json("line_sender", port, f"records={context.records}")
            ended = running.stop()
        written = sorted(folder.glob("metrics.out*"))
        arrived, lost = [self.judged(context, file, sent, ended) for file in written][-1] if outputs else (sent["records"], None)
        for file in written:
            file.unlink()
        return work_of(sent, arrived, lost, ended.cpu_s - cpu_before, ended.ended_at - begin), ended

    @staticmethod
    def judged(context, file, sent, ended):
        return context.judged(context.in_files(file), sent["records"], ended.ledger)
