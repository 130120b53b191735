"""Write docs/next.md from the rules, the states and the tests' table.  Run: python docs/make_next_page.py."""

from __future__ import annotations

import re
from pathlib import Path

from followup_analytics.advice import rules_table
from followup_analytics.advice.states import STATES

HERE = Path(__file__).parent
SPEC = HERE.parent / "tests" / "spec"

INTRODUCTION = """# The next step of an open interview

`followup next` gives one step to every interview without an outcome: `thank_you`, `call`, `email`, `wait` or `move_on`,
with its date, its time where one was agreed, the reason, the verdicts of this log that it rests on, and how sure that
makes it. The first rule that fits is taken, in the order of the tables below: 1, 3, 2 where the day is here, 6, 2 where
it is ahead, 4, 5, 7, 8, 9, 10. Verdicts of the log may take out rules 6, 7 and 9, never the caps.

What counts: a *missed* call is an inbound voicemail, or an inbound call that nobody took. A *talk* is a phone or video
call or a visit that reached the interviewer or the hiring team, an inbound call that was taken, or an outbound call of
a minute or more of which nobody said who answered. A *reply* is any inbound contact. The *last contact* is the last
talk, reply or attempt. Automatic replies don't count.

A call that they asked for, a call of theirs and a broken promise are good for 21 days; then it is time to move on,
unless they were heard from since. `track STORE snooze INTERVIEW DAY` puts a step off, and `next --ics FILE` writes a
calendar with agreed times in the employer's zone. One number or person is called at most once a day of our own accord,
where it is known who that is.

This page is made from the code and from the tables that its tests run, by `python docs/make_next_page.py`.
"""

HOW_TO_READ = """## The rules, row by row

The interview is on a Monday, day 0; days 5 and 6 are a weekend. What happened is told in marks with the day they fall
on, as `tests/spec/stories.py` has them: `phone2` rang on day 2, `vm3` left a message, `mail4` wrote, `talk5` spoke to
the interviewer, `reply5` they wrote, `rang5` they rang in vain, `back9/2` on day 2 they asked to be called on day 9
(`back9t/2` at 14:00), `promised10` a decision was promised for day 10.
"""


def page() -> str:
    """The whole page."""
    states = ["| state | meaning |", "|---|---|", *(f"| `{one.name}` | {one.meaning} |" for one in STATES)]
    parts = [
        INTRODUCTION,
        "## Where a story stands\n",
        "\n".join(states),
        "",
        "## The rules\n",
        _rules(),
        "",
        HOW_TO_READ,
    ]
    return "\n".join([*parts, _rows((SPEC / "next_step_rules.md").read_text(encoding="utf-8"))])


def _rules() -> str:
    lines = [
        "| rule | name | where it comes from | claims behind it | a verdict may replace it |",
        "|---|---|---|---|---|",
    ]
    for rule in rules_table():
        claims = ", ".join(f"`{one}`" for one in rule["claims"]) or "–"
        replaced = (
            f"where `{rule['replaced_when_contradicted']}` is contradicted: {rule['then']}" if rule["then"] else "no"
        )
        lines.append(f"| {rule['rule']} | {rule['name']} | {rule['source']} | {claims} | {replaced} |")
    return "\n".join(lines)


def _rows(table: str) -> str:
    """The spec's table, a heading and a table of its own for each of its parts."""
    head, *rest = table.strip().splitlines()
    columns = "| " + " | ".join(part.strip() for part in head.split("|")) + " |"
    rule = re.sub(r"[^|]+", "---", columns.strip("|"))
    lines: list[str] = []
    for line in rest:
        if line.startswith("#"):
            lines += ["", f"### {line[1:].strip()}", "", columns, f"|{rule}|"]
        else:
            lines.append("| " + " | ".join(part.strip() for part in line.split("|")) + " |")
    return "\n".join(lines).strip() + "\n"


if __name__ == "__main__":
    (HERE / "next.md").write_text(page(), encoding="utf-8")
