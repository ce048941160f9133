"""Datagrams of statsd, beside a bare loop on recvmmsg that only counts them."""

import contextlib
import dataclasses
import json
import pathlib
import re
import socket
import subprocess
import time

from harness import agent, process
from harness.figures import Failed, Figure, Target
from harness.scenarios.base import Scenario

RATE = 100_000
STEADY_S = 2
STEP_S = 0.4
FIRST_RATE = 100_000
GROWTH = 1.25
STEPS_MAX = 16
TRIES = 3  # a core that somebody else took for a moment costs datagrams, whoever receives them
REACHED = 0.9  # of the rate, or the sender is at its end
METRICS = 20
BUFFER_BYTES = 10_000 * 512  # of the agent's default allowed_pending_messages
READY_S = 30


@dataclasses.dataclass(frozen=True)
class Step:
    """What was sent at some rate, what of it arrived, and what the receiver needed."""
    sent: dict
    arrived: int  # metrics
    cpu_s: float

    @property
    def lost(self):
        return self.sent["metrics"] - self.arrived

    @property
    def rate(self):
        """Datagrams a second, as they really were sent."""
        return self.sent["datagrams"] / self.sent["wall_s"]

    @property
    def cpu_per_datagram(self):
        return self.cpu_s / self.sent["datagrams"]


class StatsdUdp(Scenario):
    name = "statsd_udp"
    about = "statsd counters over UDP: CPU and the highest rate without a loss, beside a bare recvmmsg loop; 20 a datagram"

    def run(self, context):
        bare = without_loss(lambda: counted(context, RATE, STEADY_S))
        ours = without_loss(lambda: measured(context, RATE, STEADY_S))
        highest = climb(lambda rate: measured(context, rate, STEP_S))
        highest_bare = climb(lambda rate: counted(context, rate, STEP_S))
        packed = climb(lambda rate: measured(context, rate, STEP_S, METRICS))
        packed_rate = packed.rate * METRICS
        return [
            Figure("statsd_udp: CPU at 100,000/s", ours.cpu_per_datagram * 1e6, "s/M datagrams", "loopback UDP",
                   bare.cpu_per_datagram * 1e6, detail={"rate": ours.rate, "bare_rate": bare.rate}),
            Figure("statsd_udp: CPU against the bare loop", ours.cpu_per_datagram / bare.cpu_per_datagram, "x",
                   target=Target(1.5)),
            Figure("statsd_udp: lossless", highest.rate, "datagrams/s", "loopback UDP", highest_bare.rate,
                   more_is_better=True),
            Figure("statsd_udp: lossless against the bare loop", highest.rate / highest_bare.rate, "x",
                   target=Target(0.9, at_least=True), more_is_better=True),
            Figure("statsd_udp: 20 a datagram", packed_rate, "metrics/s", more_is_better=True,
                   detail={"cpu_s": packed.cpu_s, "metrics": packed.arrived}),
            Figure("statsd_udp: 20 a datagram, per core", packed.arrived / packed.cpu_s, "metrics/s",
                   target=Target(4e6, at_least=True), more_is_better=True)]


def without_loss(step):
    """The first of some tries that lost nothing."""
    for _ in range(TRIES):
        done = step()
        if not done.lost:
            return done
    raise Failed(f"{done.lost} of {done.sent['metrics']} metrics were lost at {done.rate:.0f} datagrams/s")


def climb(step):
    """The step at the highest rate that loses nothing, while the sender can do more."""
    best, rate = None, FIRST_RATE
    for _ in range(STEPS_MAX):
        try:
            done = without_loss(lambda rate=rate: step(rate))
        except Failed:
            if best is None:
                raise
            return best
        if best is None or done.rate > best.rate:
            best = done
        if done.rate < REACHED * rate:
            return best
        rate *= GROWTH
    return best


def measured(context, rate, seconds, metrics=1):
    """By an agent of its own: what its output wrote is what arrived."""
    port, file = agent.free_port(socket.SOCK_DGRAM), context.folder / "metrics.out"
    with contextlib.suppress(FileNotFoundError):
        file.unlink()
    text = context.configuration(StatsdUdp.name, port=port, file=file)
    with agent.running(context.installation, text, context.folder) as running:
        running.wait_for(lambda: is_bound(port), f"it does not listen on UDP port {port}")
        before = process.cpu_seconds(running.pid)
        sent = send(context, port, rate, seconds, metrics)
        cpu_s = process.cpu_seconds(running.pid) - before
        ended = running.stop()
    if ended.ledger is not None and agent.imbalance(ended.ledger):
        raise Failed(f"the agent's ledger does not balance:\n{ended.ledger}")
    return Step(sent, sum_of_counters(file.read_text()), cpu_s)


def counted(context, rate, seconds):
    """By the bare loop."""
    port = agent.free_port(socket.SOCK_DGRAM)
    command = [str(context.tools.path("datagram_counter")), str(port), f"buffer={BUFFER_BYTES}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as counter:
        deadline = time.monotonic() + READY_S
        while not is_bound(port) and time.monotonic() < deadline:
            time.sleep(0.01)
        sent = send(context, port, rate, seconds, 1)
        said = json.loads(counter.communicate()[0])
    return Step(sent, said["datagrams"], said["cpu_s"])


def send(context, port, rate, seconds, metrics):
    return context.tools.json("datagram_sender", port, f"rate={round(rate)}", f"datagrams={round(rate * seconds)}",
                              f"metrics={metrics}")


def is_bound(port):
    return f":{port:04X} " in pathlib.Path("/proc/net/udp").read_text()


def sum_of_counters(text):
    return sum(map(int, re.findall(r" value=(\d+)i", text)))
