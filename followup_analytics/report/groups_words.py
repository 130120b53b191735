"""What became of the cohorts: graduates, interviews and outcomes side by side, and last term beside this one."""

from __future__ import annotations

from collections.abc import Sequence

from followup_analytics.answers.outcomes.compared import ComparedRow
from followup_analytics.answers.outcomes.result import CohortRow
from followup_analytics.charts import count, percent, points, value_label
from followup_analytics.report.document import Head, Section, heading, paragraph, ref, table
from followup_analytics.report.findings import Findings
from followup_analytics.results.disclosure import is_hidden
from followup_analytics.results.formatting import cell_text

#: More cohorts than this side by side don't fit the page; the latest are shown.
_MOST_GROUPS = 4
#: Columns of the cohorts' outcomes and what this report calls them.
_MEASURES = {
    "n_graduates": "Members",
    "n_with_interview": "... with an interview",
    "n_with_offer": "... with an offer",
    "n_interviews": "Interviews",
    "estimate": "Advanced by day 30",
    "conf_low": "... 95% interval",
    "half_of_advances_by_day": "Half of those who advanced had by day",
    "half_of_offers_by_day": "Half of those offered a post had by day",
    "knowledge_rate": "Knowledge rate",
    "career_outcomes_rate": "Career outcomes rate",
    "career_outcomes_rate_low": "... if the unknown count",
}


def groups_section(found: Findings) -> Section | None:
    """The section on cohorts, None where the log names no cohort or knows no outcomes."""
    if not found.groups:
        return None
    groups = found.groups[-_MOST_GROUPS:]
    several = len(groups) > 1
    blocks = [
        # Of several cohorts the table says all; of one the sentence does.
        paragraph(*([] if several else [*_opening(groups), " "]), ref("tab-groups"), _of_table(found, groups)),
        _groups_table(found, groups),
    ]
    if all(is_hidden(row) for row in groups):
        blocks = [paragraph(*_opening(groups))]
    if found.comparison:
        blocks += _compared(found)
    return Section("What became of the cohorts" if len(groups) > 1 else "What became of the cohort", tuple(blocks))


def _of_table(found: Findings, groups: Sequence[CohortRow]) -> str:
    """What the table of cohorts has: the numbers of one, or of how many of the cohorts."""
    if len(found.groups) > len(groups):
        return f" has the latest {len(groups)} of {len(found.groups)} cohorts."
    return " sets them side by side." if len(groups) > 1 else " has the numbers."


def _opening(groups: Sequence[CohortRow]) -> list[str]:
    told = []
    for row in groups:
        name = _capital(value_label("cohort", row.group))
        if row.n_with_interview is None or row.n_graduates is None:
            told.append(f"{name} can’t be shown. {row.reason or ''}".rstrip())
            continue
        members = f"{count(row.n_with_interview)} of {count(row.n_graduates)}"
        share = "" if row.estimate is None else f"; {percent(row.estimate)} of interviews had advanced by day 30"
        told.append(f"{name}: {members} are known to have had an interview{share}.")
    return [" ".join(told)]


def _groups_table(found: Findings, groups: Sequence[CohortRow]) -> dict[str, object]:
    columns = [Head("Measure", "left", share=1.5)]
    columns += [Head(value_label("cohort", row.group), share=1) for row in groups]
    shown = [name for name in _MEASURES if any(row[name] is not None for row in groups)]
    body = [[_MEASURES[name], *(cell_text(row, name) for row in groups)] for name in shown]
    parts = []
    ranged = "career_outcomes_rate_low" in shown
    if "career_outcomes_rate" in shown:
        parts.append(
            "Knowledge rate: members whose destination is known. Career outcomes rate: of these, the employed, in "
            "service or in further study (both as NACE’s first-destination survey defines them)"
            + ("; below it the range if all others had failed or succeeded." if ranged else ".")
        )
    if len(found.groups) > len(groups):
        parts.append(f"The latest {len(groups)} of {len(found.groups)} cohorts.")
    told = [f"{row.group}: {found.long_names[row.group]}." for row in groups if row.group in found.long_names]
    if told:
        parts.append(f"Names in full: {' '.join(told)}")
    if found.counts.simulated:
        parts.append("Simulated data.")
    caption = "The cohorts side by side" if len(groups) > 1 else "The cohort in numbers"
    return table("tab-groups", caption, columns, body, note=" ".join(parts) or None)


def _compared(found: Findings) -> list[dict[str, object]]:
    first = found.comparison[0]
    group, against = first.group, first.against
    columns = [
        Head("By day 30", "left", share=1),
        Head(group, share=0.9),
        Head(against, share=0.9),
        Head("Difference"),
    ]
    columns.append(Head("95% interval"))
    names = ["rate", "rate_against", "estimate", "conf_low"]
    has_mix = any(row.standardised is not None for row in found.comparison)
    if has_mix:
        columns += [Head("For the same mix"), Head("95% interval")]
        names += ["standardised", "standardised_low"]
    words = {"response": "heard back", "advanced": "advanced"}
    body = [
        [words.get(row.outcome, row.outcome), *(cell_text(row, name) for name in names)] for row in found.comparison
    ]
    mix = " and for the same mix of interviews" if has_mix else ""
    note = "Differences in percentage points." + (" Simulated data." if found.counts.simulated else "")
    why = "" if has_mix or not first.reason else f" They can’t be compared for the same mix. {first.reason}"
    return [
        heading(f"{_capital(group)} beside {against}"),
        paragraph(*[_difference(row) for row in found.comparison], ref("tab-compared"), " has the numbers.", why),
        table("tab-compared", f"Two cohorts as they are{mix}", columns, body, note=note),
    ]


def _difference(row: ComparedRow) -> str:
    what = {"response": "hearing back", "advanced": "advancing"}.get(row.outcome, row.outcome)
    for start, middle, low, high in (
        ("For the same mix", row.standardised, row.standardised_low, row.standardised_high),
        ("As they are", row.estimate, row.conf_low, row.conf_high),
    ):
        if middle is not None and low is not None and high is not None:
            size = f"{points(middle)} points ({points(low)} to {points(high)})"
            sure = "more than chance" if low > 0 or high < 0 else "within chance"
            return f"{start}, the difference in {what} is {size}, {sure}. "
    return f"For {what} no difference can be shown. "


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
