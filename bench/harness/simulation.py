"""Lanes, stages and outputs as in core/pipeline, in virtual time on any number of cores.

A lane takes a batch through its stages on one core at a time. A stage that takes one lane at a time, and is busy, parks
the lane, and its core does something else (core/pipeline/stage.hpp). An output has a queue and one sender, and a lane
waits for room in it (core/pipeline/output.hpp). Of each listener one core reads at a time, here as the lane's first step.
Inputs always have more.
"""

import collections
import dataclasses
import heapq

from harness import figures

BATCH = 1500  # records in a read of 256 KiB
QUEUE_BATCHES = 6  # metric_buffer_limit of 10,000 records
BATCHES = 60  # of each lane, in a simulated run

# CPU nanoseconds of a record, and what showed them: the medians that bench/figures.jsonl keeps, on one core.
RECEIVE = 35  # bench/run: the limit tcp_receive for 172 bytes
PARSE = 125  # lp_tcp_discard, less receiving
PROCESSORS = (7, 8, 11, 4, 6)  # plugins_bench: rename, regex, converter, override, filter
WRITE = 170  # lp_tcp_file, less lp_tcp_discard: serializing, and writing to tmpfs
# Locks of a batch, as bench/run --only allocations counts them. All are taken as one lock here, held that long each time
# and handed over between cores: worse than it is, for most belong to one lane or one output.
LOCKS = 33
LOCK_NS = 150


@dataclasses.dataclass(frozen=True)
class Plan:
    """What flows where; a listener's connections are shared out among its lanes."""
    name: str
    lanes: int
    listeners: int = 1
    processors: tuple = ()
    outputs: int = 0  # 0: discard, which costs nothing
    every_output: bool = True  # False: each batch goes to one of them


PLANS = (
    Plan("lp_tcp_discard, 64 connections", 64),
    Plan("lp_process, 4 connections, a file", 4, processors=PROCESSORS, outputs=1),
    Plan("lp_process, 64 connections, a file", 64, processors=PROCESSORS, outputs=1),
    Plan("lp_process, 64 connections, shared out to 16 files", 64, 4, PROCESSORS, 16, every_output=False),
)


class Place:
    """Something that so many can have at a time; how long it was worked there is kept."""

    def __init__(self, name, places=1):
        self.name, self.free, self.waiting, self.busy_ns = name, places, collections.deque(), 0


class Machine:
    """Cores, the tasks that are ready for them, and time."""

    def __init__(self, cores):
        self.free, self.now = cores, 0
        self.ready, self.events, self.order = collections.deque(), [], 0

    def start(self, task):
        self.ready.append(task)

    def run(self):
        """Until nothing is left to do."""
        while True:
            while self.free and self.ready:
                self.free -= 1
                self.step(self.ready.popleft())
            if not self.events:
                return self.now
            self.now, _, task = heapq.heappop(self.events)
            self.step(task)

    def step(self, task):
        """Until the task works, parks or ends; a core that it leaves is free."""
        for what, value in task:
            if what == "work":
                self.order += 1
                heapq.heappush(self.events, (self.now + value, self.order, task))
                return
            if what == "start":
                self.start(value)
            elif what == "leave" and value.waiting:
                self.start(value.waiting.popleft())  # It has the place now.
            elif what == "leave":
                value.free += 1
            elif value.free:
                value.free -= 1
            else:
                value.waiting.append(task)
                break
        self.free += 1


def alone(place, ns):
    """Work that one does at a time."""
    yield "enter", place
    place.busy_ns += ns
    yield "work", ns
    yield "leave", place


class Output:
    def __init__(self, name):
        self.sender, self.queue = Place(name), Place("", QUEUE_BATCHES)

    def write(self, ns):
        """One batch that is in the queue."""
        yield from alone(self.sender, ns)
        yield "leave", self.queue


class Pipeline:
    def __init__(self, plan, cores):
        self.plan, self.machine = plan, Machine(cores)
        self.locks = Place("locks")
        self.listeners = [Place(f"receiving, listener {n + 1}") for n in range(plan.listeners)]
        self.processors = [(Place(f"processor {n + 1}"), ns) for n, ns in enumerate(plan.processors)]
        self.outputs = [Output(f"output {n + 1}") for n in range(plan.outputs)]

    def run(self):
        """(records a second, the busiest of what one core does, its part of the time)."""
        for lane in range(self.plan.lanes):
            self.machine.start(self.lane(lane))
        ns = self.machine.run()
        ones = [self.locks, *self.listeners, *(one for one, _ in self.processors), *(one.sender for one in self.outputs)]
        busiest = max(ones, key=lambda one: one.busy_ns)
        return self.plan.lanes * BATCHES * BATCH / ns * 1e9, busiest.name, busiest.busy_ns / ns

    def lane(self, number):
        for batch in range(BATCHES):
            yield from alone(self.listeners[number % len(self.listeners)], RECEIVE * BATCH)
            yield from alone(self.locks, LOCKS * LOCK_NS)
            yield "work", PARSE * BATCH
            for one, ns in self.processors:
                yield from alone(one, ns * BATCH)
            for output in self.outputs_of(number + batch):
                yield "enter", output.queue
                yield "start", output.write(WRITE * BATCH)

    def outputs_of(self, number):
        return self.outputs if self.plan.every_output or not self.outputs else [self.outputs[number % len(self.outputs)]]


def report(cores):
    rows = [("", "cores", "records/s", "of one core", "busiest")]
    for plan in PLANS:
        first, _, _ = Pipeline(plan, 1).run()
        for number in cores:
            rate, busiest, part = Pipeline(plan, number).run()
            rows.append((plan.name, str(number), figures.short(rate), f"{rate / first:.1f} x", f"{busiest} {part:.0%}"))
    return figures.aligned(rows)
