"""Is one better than the other: ratios of what was measured by turns, and against runs that were kept.

Figures are compared by their logarithms: the mean of log(a/b) has the 95 % interval of Student's t, and both are
printed as ratios. With one run there is no interval, and nothing is called better or worse.
"""

import collections
import dataclasses
import json
import math
import statistics

from harness import figures

# Of Student's t, two-sided 95 %, by degrees of freedom from 1.
T_95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042)
T_95_MANY = 1.96


def t_95(freedom):
    return T_95[max(int(freedom), 1) - 1] if freedom <= len(T_95) else T_95_MANY


@dataclasses.dataclass(frozen=True)
class Ratio:
    """value, with the interval in which it is by 95 %; without one when there are too few runs."""
    value: float
    low: float | None = None
    high: float | None = None

    def verdict(self, more_is_better):
        if self.low is None or self.low <= 1 <= self.high:
            return ""
        return "better" if (self.value > 1) == more_is_better else "worse"

    def __str__(self):
        return f"{self.value:.3f}"

    def interval(self):
        return "" if self.low is None else f"{self.low:.3f} .. {self.high:.3f}"


def of_logarithms(mean, error, freedom):
    if error is None:
        return Ratio(math.exp(mean))
    reach = t_95(freedom) * error
    return Ratio(math.exp(mean), math.exp(mean - reach), math.exp(mean + reach))


def paired(ours, theirs):
    """Of runs that were made by turns, in that order. None when a figure is not above zero."""
    if not all(value > 0 for value in (*ours, *theirs)):
        return None
    logs = [math.log(a / b) for a, b in zip(ours, theirs)]
    error = statistics.stdev(logs) / math.sqrt(len(logs)) if len(logs) > 1 else None
    return of_logarithms(statistics.fmean(logs), error, len(logs) - 1)


def unpaired(now, then):
    """Of runs of two days (Welch)."""
    if not all(value > 0 for value in (*now, *then)):
        return None
    a, b = ([math.log(value) for value in values] for values in (now, then))
    mean = statistics.fmean(a) - statistics.fmean(b)
    if len(a) < 2 or len(b) < 2:
        return of_logarithms(mean, None, 0)
    parts = [statistics.variance(one) / len(one) for one in (a, b)]
    spread = sum(parts)
    freedom = spread**2 / sum(part**2 / (len(one) - 1) for part, one in zip(parts, (a, b))) if spread else 1
    return of_logarithms(mean, math.sqrt(spread), freedom)


@dataclasses.dataclass(frozen=True)
class Line:
    """One figure of two sides; values are their medians."""
    name: str
    values: tuple
    unit: str
    ratio: Ratio
    more_is_better: bool

    @property
    def verdict(self):
        return self.ratio.verdict(self.more_is_better)


def pairs(ours, theirs):
    """Lines for the figures that two agents have in common; both are {run number: [Figure]}."""
    both = collections.defaultdict(list)
    for number in sorted(ours.keys() & theirs.keys()):
        right = {figure.name: figure for figure in theirs[number]}
        for left in ours[number]:
            if left.name in right:
                both[left.name].append((left, right[left.name]))
    return [line for name, found in both.items() if (line := pair_line(name, found))]


def pair_line(name, found):
    ours, theirs = ([figure.value for figure in side] for side in zip(*found))
    ratio = paired(ours, theirs)
    first = found[0][0]
    return ratio and Line(name, (statistics.median(ours), statistics.median(theirs)), first.unit, ratio,
                          first.more_is_better)


def against_kept(found, kept):
    """Lines for what is both among figures and among kept ones; in multiples of the machine's limit where both know it."""
    return [line for name, now in grouped(found).items() if name in kept and (line := kept_line(name, now, kept[name]))]


def kept_line(name, now, then):
    relative = all(figure.ratio for figure in (*now, *then))
    sides = [[figure.ratio if relative else figure.value for figure in side] for side in (now, then)]
    ratio = unpaired(*sides)
    unit = f"x {now[0].limit_name}" if relative else now[0].unit
    return ratio and Line(name, tuple(map(statistics.median, sides)), unit, ratio, now[0].more_is_better)


def grouped(found):
    by_name = collections.defaultdict(list)
    for figure in found:
        by_name[figure.name].append(figure)
    return by_name


def last_session(lines, agent):
    """{name: [Figure]} of the newest session in kept lines that measured this agent."""
    read = [json.loads(line) for line in lines]
    mine = [one for one in read if one.get("agent") == agent and "figure" in one]
    if not mine:
        return {}
    newest = mine[-1]["session"]
    return grouped(figures.from_json(one) for one in mine if one["session"] == newest)


def table(lines, left, right):
    headings = ("figure", left, right, "unit", "ratio", "95 %", "")
    return figures.aligned([headings, *(row(line) for line in lines)])


def row(line):
    return (line.name, *map(figures.short, line.values), line.unit, str(line.ratio), line.ratio.interval(), line.verdict)
