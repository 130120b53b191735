"""What became of the cohorts: graduates, interviews and outcomes side by side, and last term beside this one."""

from __future__ import annotations

from collections.abc import Sequence

from followup_analytics.charts import count, percent, points, value_label
from followup_analytics.report.document import Column, Section, heading, paragraph, ref, table
from followup_analytics.report.findings import Findings, Row
from followup_analytics.results.columns import Field
from followup_analytics.results.disclosure import is_hidden
from followup_analytics.results.result import format_cell

#: More cohorts than this side by side don't fit the page; the latest are shown.
_MOST_GROUPS = 4
_MEASURES = (
    Field("n_graduates", "Members", "count"),
    Field("n_with_interview", "... with an interview", "count"),
    Field("n_with_offer", "... with an offer", "count"),
    Field("n_interviews", "Interviews", "count"),
    Field("estimate", "Advanced by day 30", "share"),
    Field("conf_low", "... 95% interval", "share_interval", upper="conf_high"),
    Field("half_of_advances_by_day", "Half of those who advanced had by day", "days"),
    Field("half_of_offers_by_day", "Half of those offered a post had by day", "days"),
    Field("knowledge_rate", "Knowledge rate", "share"),
    Field("career_outcomes_rate", "Career outcomes rate", "share"),
    Field("career_outcomes_rate_low", "... if the unknown count", "share_interval", upper="career_outcomes_rate_high"),
)


def groups_section(found: Findings) -> Section | None:
    """The section on cohorts, None where the log names no cohort or knows no outcomes."""
    if not found.groups:
        return None
    groups = found.groups[-_MOST_GROUPS:]
    blocks = [
        paragraph(*_opening(groups), " ", ref("tab-groups"), " has the numbers."),
        _groups_table(found, groups),
    ]
    if all(is_hidden(row) for row in groups):
        blocks = [paragraph(*_opening(groups))]
    if found.comparison:
        blocks += _compared(found)
    return Section("What became of the cohorts" if len(groups) > 1 else "What became of the cohort", tuple(blocks))


def _opening(groups: Sequence[Row]) -> list[str]:
    told = []
    for row in groups:
        name = _capital(value_label("cohort", str(row["group"])))
        if row.get("n_with_interview") is None or row.get("n_graduates") is None:
            told.append(f"{name} can’t be shown. {row.get('reason') or ''}".rstrip())
            continue
        known = f"{count(int(row['n_with_interview']))} of {count(int(row['n_graduates']))}"
        share = (
            ""
            if row.get("estimate") is None
            else f"; {percent(float(row['estimate']))} of interviews had advanced by day 30"
        )
        told.append(f"{name}: {known} are known to have had an interview{share}.")
    return [" ".join(told)]


def _groups_table(found: Findings, groups: Sequence[Row]) -> dict[str, object]:
    columns = [Column("", "left", share=1), *(Column(value_label("cohort", str(row["group"]))) for row in groups)]
    columns[0] = Column("Measure", "left", share=1)
    shown = [one for one in _MEASURES if any(row.get(one.name) is not None for row in groups)]
    body = [[one.label, *(format_cell(row, one) for row in groups)] for one in shown]
    parts = []
    if any(one.name == "career_outcomes_rate" for one in shown):
        parts.append(
            "Knowledge rate and career outcomes rate as NACE defines them for the first-destination survey; the last "
            "line "
            "gives the range if all whose destination is unknown had failed or succeeded."
        )
    if len(found.groups) > len(groups):
        parts.append(f"The latest {len(groups)} of {len(found.groups)} cohorts.")
    if found.counts.simulated:
        parts.append("Simulated data.")
    return table("tab-groups", "The cohorts side by side", columns, body, note=" ".join(parts) or None)


def _compared(found: Findings) -> list[dict[str, object]]:
    first = found.comparison[0]
    group, against = str(first["group"]), str(first["against"])
    columns = [Column("By day 30", "left", share=1), Column(group), Column(against), Column("Difference")]
    columns.append(Column("95% interval"))
    fields = [
        Field("rate", "", "share"),
        Field("rate_against", "", "share"),
        Field("estimate", "", "points"),
        Field("conf_low", "", "points_interval", upper="conf_high"),
    ]
    has_mix = any(row.get("standardised") is not None for row in found.comparison)
    if has_mix:
        columns += [Column("For the same mix"), Column("95% interval")]
        fields += [
            Field("standardised", "", "points"),
            Field("standardised_low", "", "points_interval", upper="standardised_high"),
        ]
    words = {"response": "heard back", "advanced": "advanced"}
    body = [
        [words.get(str(row["outcome"]), str(row["outcome"])), *(format_cell(row, one) for one in fields)]
        for row in found.comparison
    ]
    mix = " and for the same mix of interviews" if has_mix else ""
    note = "Differences in percentage points." + (" Simulated data." if found.counts.simulated else "")
    why = "" if has_mix or not first.get("reason") else f" They can’t be compared for the same mix. {first['reason']}"
    return [
        heading(f"{_capital(group)} beside {against}"),
        paragraph(*[_difference(row) for row in found.comparison], " ", ref("tab-compared"), " has the numbers.", why),
        table("tab-compared", f"Two cohorts as they are{mix}", columns, body, note=note),
    ]


def _difference(row: Row) -> str:
    what = {"response": "hearing back", "advanced": "advancing"}.get(str(row["outcome"]), str(row["outcome"]))
    for start, names in (
        ("For the same mix", ("standardised", "standardised_low", "standardised_high")),
        ("As they are", ("estimate", "conf_low", "conf_high")),
    ):
        values = [row.get(name) for name in names]
        if all(value is not None for value in values):
            middle, low, high = (float(value) for value in values if value is not None)
            size = f"{points(middle)} points ({points(low)} to {points(high)})"
            sure = "more than chance" if low > 0 or high < 0 else "within chance"
            return f"{start}, the difference in {what} is {size}, {sure}. "
    return f"For {what} no difference can be shown. "


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
