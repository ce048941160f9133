"""How often the agent asks the allocator for memory and takes locks, once it has what it needs."""

import contextlib
import dataclasses
import socket
import struct

from harness import agent
from harness.figures import Figure, Target
from harness.scenarios import kafka, prometheus, statsd, tail
from harness.scenarios.base import Scenario
from harness.scenarios.tcp import (JsonProcess, JsonTcpDiscard, JsonTcpFile, LpProcess, LpTcpDiscard, LpTcpDiscardNew,
                                   LpTcpFile)

WARM_RECORDS = 300_000
# Per thousand records: batches and connections may take memory and locks, records may not. The bound was drawn above
# what the first runs showed (8 to 35 allocations), so that it tells when a record begins to; it does not say that 35
# are all of batches.
NONE_PER_RECORD = 50
LIBRARY = "libcount_calls.so"
SCRAPES = 5
DATAGRAM_S = 1


class Counting(Scenario):
    """A library that counts stands before the C library's functions; what the first records cost is not in the figures."""
    needs_build = True

    @contextlib.contextmanager
    def agent(self, context, folder, configuration, listens=None, **values):
        """(an agent that is counted and listens on this TCP port, if on any; what counts() returns so far)."""
        counts, text = folder / "counts", context.configuration(configuration, folder=folder, **{"port": listens, **values})
        with agent.running(context.installation, text, folder, counting(context, counts)) as running:
            if listens:
                running.wait_for_port(listens)
            yield running, lambda: read(counts)

    @staticmethod
    def send(context, port, records, first, *options):
        context.tools.run("line_sender", port, f"records={records}", f"first={first}", *options)

    def over_tcp(self, context, folder, name, configuration, options=(), **values):
        """What the records of a second connection cost."""
        port = agent.free_port()
        with self.agent(context, folder, configuration, port, **values) as (running, counts):
            self.send(context, port, WARM_RECORDS, 0, *options)
            before = counts()
            self.send(context, port, context.records, WARM_RECORDS, *options)
            after = counts()
            running.stop()
        return figures_of(name, before, after, context.records)


def counting(context, counts):
    """The environment of a program that is counted."""
    return {"LD_PRELOAD": str(context.tools.path(LIBRARY)), "WEIR_BENCH_COUNTS": str(counts)}


def figures_of(name, before, after, records):
    times, size, locks, contended = (1000 * (b - a) / records for a, b in zip(before, after))
    return [Figure(f"allocations: {name}", times, "/k records", target=Target(NONE_PER_RECORD),
                   detail={"bytes_per_k_records": size}),
            Figure(f"locks: {name}", locks, "/k records", target=Target(NONE_PER_RECORD),
                   detail={"contended_per_k_records": contended})]


def read(counts):
    """(allocations, their bytes, locks, those that somebody else had) so far."""
    return struct.unpack("<QQQQ", counts.read_bytes()[:32])


class Allocations(Counting):
    name = "allocations"
    about = "allocations and locks per thousand records in the steady state of the TCP scenarios"
    counted = (LpTcpDiscard, LpTcpDiscardNew, LpTcpFile, LpProcess, JsonTcpDiscard, JsonTcpFile, JsonProcess)

    def run(self, context):
        return [figure for one in self.counted for figure in self.of(context, one)]

    def of(self, context, scenario):
        folder = context.folder / scenario.name
        folder.mkdir()
        file = folder / "metrics.out"
        found = self.over_tcp(context, folder, scenario.name, scenario.configuration, scenario.sender_options, file=file)
        file.unlink(missing_ok=True)
        return found


class AllocationsTail(Counting):
    name = "allocations_tail"
    about = "the same of json_tail_file: what is appended to a file that was read"

    def run(self, context):
        source, file = context.folder / "source.json", context.folder / "metrics.out"
        size = self.append(context, source, WARM_RECORDS, 0)
        with self.agent(context, context.folder, "json_tail_file", source=source, file=file) as (running, counts):
            tail.wait_until_read(running, size)
            before = counts()
            size += self.append(context, source, context.records, WARM_RECORDS)
            tail.wait_until_read(running, size)
            after = counts()
            running.stop()
        return figures_of("json_tail_file", before, after, context.records)

    @staticmethod
    def append(context, source, records, first):
        return context.tools.json("line_sender", 0, f"records={records}", f"first={first}", "json=1",
                                  f"sample={source}")["bytes"]


class AllocationsStatsd(Counting):
    name = "allocations_statsd"
    about = "the same of statsd_udp at 100,000 datagrams a second, per thousand of them"

    def run(self, context):
        port, file = agent.free_port(socket.SOCK_DGRAM), context.folder / "metrics.out"
        with self.agent(context, context.folder, "statsd_udp", port=port, file=file) as (running, counts):
            running.wait_for(lambda: statsd.is_bound(port), f"it does not listen on UDP port {port}")
            statsd.send(context, port, statsd.RATE, DATAGRAM_S, 1)
            before = counts()
            sent = statsd.send(context, port, statsd.RATE, DATAGRAM_S, 1)
            after = counts()
            running.stop()
        return figures_of("statsd_udp", before, after, sent["datagrams"])


class AllocationsKafka(Counting):
    """librdkafka takes memory and locks for each message, also where nothing but the bare loop sends: that is the limit."""
    name = "allocations_kafka"
    about = "the same of kafka_out, beyond what the bare loop on librdkafka takes for as many messages"

    def run(self, context):
        counts = context.folder / "bare.counts"
        with kafka.broker(context.folder / "kafka") as address:
            for topic in ("ours", "bare"):
                kafka.make_topic(context, topic)
            kafka.bare_loop(context, address, counting(context, counts))
            ours = self.over_tcp(context, context.folder, "kafka_out", "kafka_out", broker=address, topic="ours")
        return [beyond(one, bare) for one, bare in zip(ours, figures_of("", (0,) * 4, read(counts), context.records))]


def beyond(ours, bare):
    return dataclasses.replace(ours, name=f"{ours.name} beyond the bare loop", value=ours.value - bare.value,
                               detail={**ours.detail, "bare": bare.value})


class AllocationsRemoteWrite(Counting):
    name = "allocations_remote_write"
    about = "the same of remote_write"

    def run(self, context):
        sink = agent.free_port()
        with prometheus.far_end(context, "remote_write_sink", sink, context.folder / "numbers.out"):
            return self.over_tcp(context, context.folder, "remote_write", "remote_write", sink=f"127.0.0.1:{sink}")


class AllocationsScrape(Counting):
    name = "allocations_scrape"
    about = "the same of prom_scrape, per thousand samples"

    def run(self, context):
        port = agent.free_port()
        with prometheus.far_end(context, "exposition_server", port, prometheus.SERIES), \
                self.agent(context, context.folder, "prom_scrape", address=f"127.0.0.1:{port}") as (running, counts):
            prometheus.wait_between_scrapes(prometheus.SETTLE_S)
            before = counts()
            prometheus.wait_between_scrapes(SCRAPES)
            after = counts()
            running.stop()
        return figures_of("prom_scrape", before, after, SCRAPES * prometheus.SERIES)
