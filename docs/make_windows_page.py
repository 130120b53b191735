"""Write docs/windows.md from the tables that the tests run.  Run: python docs/make_windows_page.py."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent

INTRODUCTION = """# Attempts, responses and windows

Which contact counts as an attempt, which attempt a response is credited to, and when a window ends: every rule with a
small log and what comes out of it. `tests/spec` runs each of these tables on every engine; this page is made from them
by `python docs/make_windows_page.py`.

Interviews are on Monday 2 March 2026 at 10:00, times are New York's, windows are seven days unless a table says
otherwise. In the result, `closed_by` is what ended the window of an attempt and `hours` how long it was; `none` means
that no attempt was at risk. With `--outcome advanced`, `response` stands for the advance.

## Choosing rows of a table of rates

`--by` takes timing, channel, attempt, party, weekday, hour or any column of the interviews, several with commas.
`--bins` cuts them otherwise: `KEY=BIN,BIN,...`, keys apart by semicolons, each bin a number, a range or an open end:

    followup rates LOG --by timing,attempt --bins "timing=0,1,2-3,4+; attempt=1,2,3+"
    followup rates LOG --by weekday,hour   --bins "weekday=Mon-Fri,Sat-Sun; hour=0-8,9-12,13-17,18-23"
    followup rates LOG --by self_rating    --bins "self_rating=1-2,3,4-5"

Bins follow each other without gap or overlap, from the first possible value to the last, so that no attempt is lost.
A closed bin of attempts (`2-3`) adds its steps one by one to the cumulative share, an open one (`6+`) a single step.

## The rules
"""


def page(rules: str) -> str:
    """The introduction, then each rule as a heading with its tables."""
    made = []
    for block in ("\n" + rules).split("\n# ")[1:]:
        title, *lines = block.strip().splitlines()
        made.append(f"### {title}\n\n" + "\n".join(_with_rule_lines(lines)) + "\n")
    return INTRODUCTION + "\n" + "\n".join(made)


def _with_rule_lines(lines: list[str]) -> list[str]:
    """Markdown wants a line of dashes below the head of a table."""
    made: list[str] = []
    for line in lines:
        is_head = line.startswith("|") and not (made and made[-1].startswith("|"))
        if is_head and made and made[-1]:
            made.append("")
        made.append(f"Options: `{line.removeprefix('options: ')}`" if line.startswith("options:") else line)
        if is_head:
            made.append("|" + "---|" * (line.count("|") - 1))
    return made


if __name__ == "__main__":
    rules = (HERE.parent / "tests" / "spec" / "window_rules.md").read_text(encoding="utf-8")
    (HERE / "windows.md").write_text(page(rules), encoding="utf-8")
