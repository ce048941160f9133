"""Bars in plain SVG, out of kept runs."""

import dataclasses
import html
import json
import statistics

from harness import figures

WIDTH, LABELS, VALUES, ROW, TOP = 760, 190, 150, 26, 46
BAR, LOW_HIGH, LIMIT, TARGET = "#3b6ea5", "#1d3a5a", "#9bb8d6", "#c0392b"
PAPER, INK = "#ffffff", "#222222"


@dataclasses.dataclass(frozen=True)
class Row:
    """A bar: median, lowest and highest; limit is the machine's share of it, target a mark."""
    label: str
    value: float
    low: float
    high: float
    limit: float | None = None
    target: float | None = None


@dataclasses.dataclass(frozen=True)
class Picture:
    """Which figures one picture shows: those whose name ends so, of the scenarios that are listed."""
    file: str
    title: str
    ending: str
    unit: str
    scenarios: tuple


TCP = ("lp_tcp_discard", "lp_tcp_discard_4", "lp_tcp_discard_new", "lp_tcp_file", "lp_process", "lp_process_4",
       "lp_file_once", "json_tcp_discard", "json_tcp_file", "json_process", "kafka_out")
PICTURES = (
    Picture("cpu.svg", "CPU seconds per million records", ": CPU", "s", TCP),
    Picture("memory.svg", "Peak resident memory", ": peak resident", "MB", (*TCP, "fanout", "overload")),
    Picture("fanout.svg", "CPU seconds per million records to 1, 2 and 4 files", ": CPU", "s",
            ("fanout to 1", "fanout to 2", "fanout to 4")),
    Picture("allocations.svg", "Allocations per thousand records", "", "",
            tuple(f"allocations: {name}" for name in TCP if name.rsplit("_", 1)[-1] not in ("4", "once", "out"))),
)


def draw_all(lines, folder):
    kept = newest(lines)
    folder.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES:
        if rows := rows_of(picture, kept):
            (folder / picture.file).write_text(drawn(picture, rows))


def newest(lines):
    """{figure: [lines of its newest session]} of the agent weir."""
    found = {}
    for one in map(json.loads, lines):
        if one.get("agent") != "weir" or "figure" not in one:
            continue
        of_it = found.setdefault(one["figure"], [])
        if of_it and of_it[0]["session"] != one["session"]:
            of_it.clear()
        of_it.append(one)
    return found


def rows_of(picture, kept):
    return [row_of(scenario, kept[scenario + picture.ending]) for scenario in picture.scenarios
            if scenario + picture.ending in kept]


def row_of(label, lines):
    values = [line["value"] for line in lines]
    limits = [line["limit"] for line in lines if line["limit"]]
    target = lines[0]["target"].split()
    return Row(label.removeprefix("allocations: "), statistics.median(values), min(values), max(values),
               statistics.median(limits) if limits else None, float(target[1]) if target[:1] == ["<="] else None)


def drawn(picture, rows):
    scale = (WIDTH - LABELS - VALUES) / max(max(row.high, row.target or 0) for row in rows)
    height = TOP + ROW * len(rows) + 30
    body = [text(10, 24, picture.title, size=16, weight="bold")]
    for number, row in enumerate(rows):
        body += bar(row, TOP + ROW * number, scale, picture.unit)
    body.append(text(10, height - 8, legend(rows), size=11))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
            f'font-family="sans-serif">\n{rectangle(0, 0, WIDTH, height, PAPER)}\n' + "\n".join(body) + "\n</svg>\n")


def bar(row, y, scale, unit):
    """Label, bar, the machine's share, the span from lowest to highest, the target, the number."""
    shapes = [text(LABELS - 8, y + 16, row.label, anchor="end"),
              rectangle(LABELS, y + 4, row.value * scale, ROW - 10, BAR)]
    if row.limit:
        shapes.append(rectangle(LABELS, y + 4, min(row.limit, row.value) * scale, ROW - 10, LIMIT))
    shapes.append(rectangle(LABELS + row.low * scale, y + 11, max((row.high - row.low) * scale, 1), 2, LOW_HIGH))
    if row.target:
        shapes.append(rectangle(LABELS + row.target * scale - 1, y + 1, 2, ROW - 4, TARGET))
    end = max(row.high, row.target or 0) * scale
    return [*shapes, text(LABELS + end + 8, y + 16, f"{figures.short(row.value)} {unit}".strip())]


def legend(rows):
    parts = ["dark: median of the runs, with lowest and highest"]
    if any(row.limit for row in rows):
        parts.append("light: what the machine alone needs for as many bytes")
    if any(row.target for row in rows):
        parts.append("red: target")
    return "; ".join(parts)


def rectangle(x, y, width, height, colour):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def text(x, y, words, size=13, anchor="start", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}" '
            f'fill="{INK}">{html.escape(words)}</text>')
