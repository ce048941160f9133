"""Kept runs as a table in Markdown, put into a document."""

import statistics

from harness import drawing, figures
from harness.figures import short

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def write(lines, document):
    """The pictures beside the document, and the table in it."""
    drawing.draw_all(lines, document.parent / "pictures")
    document.write_text(replaced(document.read_text(), table(drawing.newest(lines))))


def replaced(text, rows):
    """The text with the rows between its two marks."""
    before, begin, rest = text.partition(f"{BEGIN}\n")
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise figures.Failed(f"the document has no lines {BEGIN} and {END}")
    return before + begin + "".join(f"{row}\n" for row in rows) + end + after


def table(kept):
    """Every figure that has a target, in the order in which it was first measured."""
    rows = [row_of(name, lines) for name, lines in kept.items() if lines[-1]["target"]]
    return ["| figure | seen | lowest to highest | the machine | target | |", "|---|---|---|---|---|---|", *rows]


def row_of(name, lines):
    last, values = lines[-1], [line["value"] for line in lines]
    seen = statistics.median(values)
    spread = f"{short(min(values))} to {short(max(values))}" if len(values) > 1 else "one run"
    ratios = [line["ratio"] for line in lines if line["ratio"]]
    machine = f"{statistics.median(ratios):.1f} × {last['limit_name']}" if ratios else ""
    sign, bound = last["target"].split()
    met = figures.Target(number(bound), sign == ">=").met(seen)
    return f"| {name} | {short(seen)} {last['unit']} | {spread} | {machine} | {sign} {bound} | {'met' if met else '**missed**'} |"


def number(text):
    """Of what figures.short() printed."""
    size = {"k": 1e3, "M": 1e6, "G": 1e9}.get(text[-1], 1)
    return float(text.rstrip("kMG")) * size
