"""What Prometheus speaks: scrapes, and remote write."""

import contextlib
import json
import signal
import subprocess
import time

from harness import agent, process
from harness.figures import Failed, Figure, Target, throughput
from harness.scenarios.base import Scenario, check_all_arrived, memory_figures, work_of

SERIES = 50_000
FIELDS = 5  # of a record, each a sample
SETTLE_S = 3
# Scrapes begin with the second: at this part of it none is under way, and each window holds as many as seconds.
BETWEEN_SCRAPES = 0.6
END_S = 60


@contextlib.contextmanager
def far_end(context, tool, port, *arguments):
    """A tool that listens on the port; said() asks it to end, and returns what it printed."""
    child = subprocess.Popen([str(word) for word in (context.tools.path(tool), port, *arguments)],
                             stdout=subprocess.PIPE, text=True)

    def said():
        child.send_signal(signal.SIGTERM)
        text, _ = child.communicate(timeout=END_S)
        if child.returncode != 0:
            raise Failed(f"{tool} ended with status {child.returncode}")
        return json.loads(text)

    try:
        while not agent.can_connect(port):
            if child.poll() is not None:
                raise Failed(f"{tool} ended with status {child.returncode}")
            time.sleep(0.01)
        yield said
    finally:
        child.kill()
        child.wait()


class PromScrape(Scenario):
    name = "prom_scrape"
    about = "50,000 series scraped every second to discard: part of a core"

    def run(self, context):
        port = agent.free_port()
        with far_end(context, "exposition_server", port, SERIES) as served, \
                context.agent(self.name, address=f"127.0.0.1:{port}") as running:
            wait_between_scrapes(SETTLE_S)
            cpu_before, begin = process.cpu_seconds(running.pid), time.monotonic()
            wait_between_scrapes(context.seconds)
            cores = (process.cpu_seconds(running.pid) - cpu_before) / (time.monotonic() - begin)
            ended = running.stop()
            samples = served()["samples"]
        if ended.ledger is not None:
            created = agent.ledger_sum(ended.ledger, "outputs", "out")
            check_all_arrived((created, 0), samples, ended.ledger)
        return [Figure(f"{self.name}: CPU", cores, "cores", target=Target(0.05), detail={"samples": samples}),
                Figure(f"{self.name}: CPU of a sample", cores / SERIES * 1e6, "us"),
                *memory_figures(self.name, ended)]


def wait_between_scrapes(seconds):
    """At least so long, until no scrape is under way."""
    end = time.time() + seconds
    time.sleep(max(0.0, end - time.time() + (BETWEEN_SCRAPES - end) % 1))


class RemoteWrite(Scenario):
    name = "remote_write"
    about = "line protocol over TCP, parsed, sent on by Prometheus remote write; every sample has to arrive"

    def run(self, context):
        port, sink, file = agent.free_port(), agent.free_port(), context.folder / "numbers.out"
        with far_end(context, "remote_write_sink", sink, file) as said, \
                context.agent(self.name, port, sink=f"127.0.0.1:{sink}") as running:
            cpu_before, begin = process.cpu_seconds(running.pid), time.monotonic()
            sent = context.tools.json("line_sender", port, f"records={context.records}")
            ended = running.stop()
            got = said()
        arrived, lost = context.judged(context.in_files(file), sent["records"], ended.ledger)
        if ended.ledger is not None and got["samples"] != FIELDS * sent["records"]:
            raise Failed(f"{FIELDS * sent['records']} samples went in, {got['samples']} came out")
        work = work_of(sent, arrived, lost, ended.cpu_s - cpu_before, ended.ended_at - begin)
        cpu, *others = throughput(self.name, work, "tcp_receive", context.limits.cpu_per_byte("tcp_receive"),
                                  Target(1.4))
        return [cpu, *others, *memory_figures(self.name, ended),
                Figure(f"{self.name}: sent", got["bytes"] / got["samples"], "B/sample",
                       detail={"requests": got["requests"], "samples": got["samples"]})]
