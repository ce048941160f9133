"""What a scenario found, and how it is put beside a limit of the machine."""

import dataclasses
import statistics


class Failed(Exception):
    """A scenario that could not be measured, or lost records: its figures count for nothing."""


@dataclasses.dataclass(frozen=True)
class Target:
    """A figure's bound: at least or at most so much."""
    bound: float
    at_least: bool = False

    def met(self, value):
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self):
        return f"{'>=' if self.at_least else '<='} {short(self.bound)}"


@dataclasses.dataclass(frozen=True)
class Figure:
    """One number of one run. limit is the same number as the machine alone makes it, in the same unit."""
    name: str
    value: float
    unit: str
    limit_name: str = ""
    limit: float | None = None
    target: Target | None = None
    detail: dict = dataclasses.field(default_factory=dict)
    more_is_better: bool = False

    @property
    def ratio(self):
        return self.value / self.limit if self.limit else None

    def as_json(self):
        met = None if self.target is None else self.target.met(self.value)
        return {"figure": self.name, "value": self.value, "unit": self.unit, "limit_name": self.limit_name,
                "limit": self.limit, "ratio": self.ratio, "target": str(self.target or ""), "met": met,
                "more_is_better": self.more_is_better, **self.detail}


def from_json(line):
    """A figure that was kept; what is only told of it stays behind."""
    return Figure(line["figure"], line["value"], line["unit"], line["limit_name"], line["limit"],
                  more_is_better=line["more_is_better"])


def throughput(name, work, limit_name, limit, cpu_target=None):
    """The figures of records that went through something: CPU seconds per million, and its reciprocal."""
    if not work.records:
        raise Failed(f"{name}: nothing arrived")
    cpu = work.cpu_s / work.records * 1e6
    detail = {"records": work.records, "bytes": work.bytes, "wall_s": work.wall_s, "cpu_s": work.cpu_s,
              "records_per_s": work.records / work.wall_s if work.wall_s else None, "lost": work.lost}
    per_million = limit * work.bytes / work.records * 1e6 if limit else None
    lost = [Figure(f"{name}: lost", 100 * work.lost / (work.records + work.lost), "%")] if work.lost else []
    return [Figure(f"{name}: CPU", cpu, "s/M records", limit_name, per_million, cpu_target, detail),
            Figure(f"{name}: per core", 1e6 / cpu, "records/s", more_is_better=True), *lost]


def against_counting_lines(name, work, limits, target=None):
    """CPU per byte as a multiple of what wc -l needs: a figure that means the same on other machines."""
    return Figure(f"{name}: CPU per byte", work.cpu_s / work.bytes / limits.cpu_per_byte("wc -l"), "x wc -l",
                  target=target)


@dataclasses.dataclass(frozen=True)
class Work:
    """Records that went through something, and what it cost; lost is None where nobody counted."""
    records: int
    bytes: int
    cpu_s: float
    wall_s: float = 0.0
    lost: int | None = 0


@dataclasses.dataclass(frozen=True)
class Summary:
    """One figure over all runs."""
    figure: Figure
    low: float
    high: float
    runs: int

    @property
    def met(self):
        return None if self.figure.target is None else self.figure.target.met(self.figure.value)


def summarize(runs):
    """Figures of all runs in the order of their first appearance: the median run stands for all."""
    by_name = {}
    for figure in runs:
        by_name.setdefault(figure.name, []).append(figure)
    return [summary(figures) for figures in by_name.values()]


def summary(figures):
    values = sorted(figure.value for figure in figures)
    ratios = [figure.ratio for figure in figures if figure.ratio is not None]
    middle = statistics.median(values)
    limit = middle / statistics.median(ratios) if ratios else None
    return Summary(dataclasses.replace(figures[0], value=middle, limit=limit), values[0], values[-1], len(values))


def short(value):
    """Three significant digits, thousands as k, M, G: 1230000 -> 1.23M."""
    for size, suffix in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / (1e3 if suffix == 'k' else size):.3g}{suffix}"
    return f"{value:.4g}" if abs(value) >= 1000 else f"{value:.3g}"


HEADINGS = ("figure", "median", "unit", "lowest .. highest", "machine", "ratio", "target", "")


def table(summaries):
    """Lines for a person; the columns are as wide as their contents."""
    return aligned([HEADINGS, *(table_row(summary) for summary in summaries)])


def aligned(rows):
    widths = [max(map(len, column)) for column in zip(*rows)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def table_row(summary):
    figure = summary.figure
    machine = f"{figure.limit_name} {short(figure.limit)}" if figure.limit else ""
    spread = f"{short(summary.low)} .. {short(summary.high)}" if summary.runs > 1 else ""
    verdict = {None: "", True: "met", False: "MISSED"}[summary.met]
    return (figure.name, short(figure.value), figure.unit, spread, machine,
            f"{figure.ratio:.1f} x" if figure.ratio else "", str(figure.target or ""), verdict)
