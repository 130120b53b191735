"""Write docs/mutations.md from the study of mutations.  Run: python docs/make_mutations_page.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results" / "mutations.json"
Found = dict[str, Any]

INTRODUCTION = """# What the tests notice

A test that passes shows little unless it would fail if the rule were another. So the rules that decide are changed by a
little, one change at a time, and their nearest tests are run: a limit at which a comparison stands is let in or out, a
number is one more or one less (a decimal a tenth), `and` becomes `or`, a condition is turned round, a loop never runs.
The changes are made by [cosmic-ray](https://cosmic-ray.readthedocs.io); mutmut was tried first, and left, since it
changes neither constants nor properties, in which half of these rules stand. Of each room a random sample is drawn;
annotations, decorators and guards of equal lengths are left as they are. A change that makes the same program is named
as equivalent, with the reason.

The study is `python benchmarks/mutations.py`, its result `benchmarks/results/mutations.json`; this page is made from it
by `python docs/make_mutations_page.py`. What goes unnoticed becomes a row of a table in `tests/spec`, or stands below.
The goal is 90% in each room. A room of the script that is not in the table has not been run to its end yet.

"""


def table(rooms: dict[str, Found]) -> str:
    """How many changes of each room were noticed."""
    head = "| room | its rules | possible | tried | equivalent | noticed | share |\n|---|---|---|---|---|---|---|\n"
    rows = [
        f"| {name} | {', '.join(f'`{one}`' for one in room['modules'])} | {room['mutants']:,} | {room['drawn']} "
        f"| {len(room['equivalent'])} | {room['noticed']} | {100 * room['share_noticed']:.0f}% |"
        for name, room in rooms.items()
    ]
    return head + "\n".join(rows) + "\n"


def told(rooms: dict[str, Found], which: str, title: str) -> str:
    """The changes of one kind, room by room."""
    parts = [
        f"- {name}, `{one['module']}`: {_code(one['before'])} as {_code(one['after'])}"
        + (f": {one['why']}" if "why" in one else "")
        for name, room in rooms.items()
        for one in room[which]
    ]
    return f"\n## {title}\n\n" + ("\n".join(parts) if parts else "None.") + "\n"


def _code(text: str) -> str:
    return f"`{text}`" if "`" not in text else f"`` {text} ``"


def page() -> str:
    """The whole page."""
    rooms = json.loads(RESULTS.read_text(encoding="utf-8"))["rooms"]
    ends = (
        told(rooms, "unnoticed", "Not noticed"),
        told(rooms, "equivalent", "Equivalent"),
    )
    return INTRODUCTION + table(rooms) + "".join(ends)


if __name__ == "__main__":
    (Path(__file__).parent / "mutations.md").write_text(page(), encoding="utf-8")
