"""The report on a cohort: how often, how soon, for whom, what of the usual advice, and how far to trust all that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from followup_analytics.answers.curves.result import CurveRow
from followup_analytics.answers.rates.result import RatesRow
from followup_analytics.charts import (
    Chart,
    Mark,
    count,
    curve_chart,
    joined,
    key_title,
    percent,
    rate_chart,
    value_label,
)
from followup_analytics.claims.gates import MIN_FOR_VERDICT
from followup_analytics.report.answer import (
    answer_paragraph,
    event_words,
    key_figures,
    limits_text,
    median_day,
    too_few_for_verdicts,
    warnings,
)
from followup_analytics.report.document import (
    Document,
    Head,
    Lead,
    Section,
    chart,
    heading,
    paragraph,
    ref,
    table,
)
from followup_analytics.report.findings import Findings
from followup_analytics.report.frame import front, meta_of
from followup_analytics.report.groups_words import groups_section
from followup_analytics.report.methods import limits_section, notes_section, words_used
from followup_analytics.report.model_words import card_section, model_blocks
from followup_analytics.report.verdicts import claims_blocks, verdict_sentence
from followup_analytics.results.disclosure import SUPPRESSED
from followup_analytics.results.formatting import cell_text
from followup_analytics.results.values import known

#: Columns of rates and what this report calls them.
_RATES = {
    "n_attempts": "Attempts",
    "n_applicants": "Applicants",
    "n_events": "Responses",
    "estimate": "Rate",
    "conf_low": "95% interval",
}
_CUMULATIVE = {"cumulative": "Heard by this attempt", "cumulative_low": "95% interval"}
_CURVE_DAYS = (0, 1, 2, 3, 5, 7, 10, 14, 21, 28, 30, 45, 60, 90)
_BY_WORDS = {"timing": "timing", "channel": "channel", "attempt": "number of attempts"}


def cohort_document(found: Findings) -> Document:
    """Compose the cohort report from its findings."""
    groups, card = groups_section(found), card_section(found)
    sections = [_how_often(found), _how_soon(found), *([groups] if groups else []), _model(found)]
    sections += [_advice(found), limits_section(found), notes_section(found), *([card] if card else [])]
    meta = meta_of(
        found, kind="cohort", title="After the interview", subtitle="What applicants did, and what came back"
    )
    lead = Lead("The answer in one paragraph", (answer_paragraph(found), verdict_sentence(found)), warnings(found))
    return Document(meta, lead, key_figures(found), tuple(sections), front=front(words_used(found)))


def _how_often(found: Findings) -> Section:
    if not found.tables:
        why = found.reasons.get("rates", "No table of rates can be shown.")
        return Section("How often people hear back", (paragraph(why),), new_page=True)
    intro = paragraph(
        "Each table and its chart show the same numbers: of the attempts in a row, the share that was followed by "
        f"{event_words(found)} within {found.options.window}. A row tells what came back to those who did so; rows "
        "differ in who is in them as well as in what they did."
    )
    blocks = [intro]
    for key, rows in found.tables.items():
        blocks += _rates_by(found, key, rows)
    for key in found.options.by:
        if key in found.reasons:
            blocks += [heading(f"By {_by(key)}"), paragraph(found.reasons[key])]
    return Section("How often people hear back", tuple(blocks), new_page=True)


def _by(key: str) -> str:
    return _BY_WORDS.get(key, key.replace("_", " "))


def _rates_by(found: Findings, key: str, rows: Sequence[RatesRow]) -> list[dict[str, Any]]:
    name = key.replace(" ", "-").replace("_", "-")
    has_cumulative = key == "attempt" and sum(row.cumulative is not None for row in rows) > 1
    blocks = [heading(f"By {_by(key)}")]
    if len(rows) > 1:
        what = f"{_scale(found)} within {found.options.window}"
        marks = [Mark.of(row, row.by, row.n_attempts) for row in rows]
        drawn = rate_chart(marks, keys=[key], what=what, simulated=found.counts.simulated)
        where = (" ", ref(f"fig-{name}"), " and ", ref(f"tab-{name}"), " give the numbers.")
        blocks += [paragraph(_reading(key, rows), *where), chart(f"fig-{name}", Chart.of(drawn))]
    else:
        blocks.append(paragraph(_reading(key, rows)))
    blocks.append(_rate_table(found, key, rows, name))
    if has_cumulative:
        blocks += _cumulative(found, rows)
    return blocks


def _scale(found: Findings) -> str:
    return "Share advancing" if found.main_event == "advanced" else "Response rate"


def _reading(key: str, rows: Sequence[RatesRow]) -> str:
    """What a table says, in a sentence that is no surer than its intervals."""
    shown = [row for row in rows if row.estimate is not None]
    if not shown:
        return "No row of this table can be shown."
    if len(shown) == 1:
        row = shown[0]
        only = "All attempts that can be shown are" if len(rows) > 1 else "All attempts are"
        interval = f" ({limits_text(row)})" if limits_text(row) else ""
        return f"{only} of one kind, {_name(key, row)}: {percent(known(row.estimate))}{interval} were answered."
    best = max(shown, key=lambda row: known(row.estimate))
    least = min(shown, key=lambda row: known(row.estimate))
    lowest, highest = (f"{percent(known(row.estimate))} ({_name(key, row)})" for row in (least, best))
    if percent(known(least.estimate)) == percent(known(best.estimate)):
        alike = f"Rates hardly differ: {joined([_name(key, row) for row in shown])}, {percent(known(best.estimate))}."
        return alike + (_attempt_caution() if key == "attempt" else "")
    spread = f"Rates run from {lowest} to {highest}"
    sure = limits_text(best) and limits_text(least) and known(best.conf_low) > known(least.conf_high)
    tail = (
        ", and their intervals do not meet: that difference is more than chance."
        if sure
        else ", but their intervals meet: these data can’t tell whether the difference is more than chance."
    )
    return spread + tail + (_attempt_caution() if key == "attempt" else "")


def _attempt_caution() -> str:
    return (
        " A later attempt is made only by those who have not heard yet. Its rate is about them, and a fall from the "
        "first attempt to the next does not say that trying again is in vain."
    )


def _name(key: str, row: RatesRow) -> str:
    label = value_label(key, row.by[key])
    return f"{label} attempt" if key == "attempt" else label


def _rate_table(found: Findings, key: str, rows: Sequence[RatesRow], name: str) -> dict[str, Any]:
    event = "Advances" if found.main_event == "advanced" else "Responses"
    columns = [Head(key_title(key), "left", share=1)]
    columns += [Head(event if name == "n_events" else label) for name, label in _RATES.items()]
    body = [[_marked(row, value_label(key, row.by[key])), *(cell_text(row, name) for name in _RATES)] for row in rows]
    caption = f"{_scale(found)} by {_by(key)}, within {found.options.window} of the attempt"
    return table(f"tab-{name}", caption, columns, body, note=_table_note(found, rows))


def _marked(row: RatesRow, label: str) -> str:
    return f"{label}*" if row.status == "use_with_care" else label


def _table_note(found: Findings, rows: Sequence[RatesRow | CurveRow]) -> str | None:
    statuses = {row.status for row in rows}
    parts = []
    if "use_with_care" in statuses:
        parts.append("* Few data: use with care.")
    if SUPPRESSED in statuses:
        parts.append(
            f"Hidden: fewer than {found.options.min_cell} applicants, or needed so that another row stays hidden."
        )
    if "not_estimable" in statuses:
        parts.append("–: these data hold no such number.")
    if found.counts.simulated:
        parts.append("Simulated data.")
    return " ".join(parts) or None


def _cumulative(found: Findings, rows: Sequence[RatesRow]) -> list[dict[str, Any]]:
    shown = [row for row in rows if row.cumulative is not None]
    last = shown[-1]
    word = "advanced" if found.main_event == "advanced" else "heard back"
    columns = [
        Head(key_title("attempt"), "left", share=1),
        *(Head(label) for label in _CUMULATIVE.values()),
    ]
    body = [
        [value_label("attempt", row.by["attempt"]), *(cell_text(row, name) for name in _CUMULATIVE)] for row in rows
    ]
    return [
        paragraph(
            f"Taken together, {percent(known(last.cumulative))} of those who tried had {word} in the window of an "
            "attempt by the "
            f"{value_label('attempt', last.by['attempt'])} one (",
            ref("tab-cumulative"),
            "). Those who stopped trying count as if they had been like those who went on; where the discouraged "
            "stop first, the true share is lower.",
        ),
        table(
            "tab-cumulative",
            f"Share that had {word} by the window of each attempt",
            columns,
            body,
            note=_table_note(found, rows),
        ),
    ]


def _how_soon(found: Findings) -> Section:
    title = "How soon people advance" if found.main_event == "advanced" else "How soon people hear back"
    last = found.last_shown()
    if last is None:
        return Section(title, (paragraph("No day of this curve can be shown."),))
    drawn = curve_chart(found.curve, least_at_risk=found.options.min_cell, simulated=found.counts.simulated)
    competing = list(dict.fromkeys(row.event for row in found.curve if row.event != found.main_event))
    happened = [event for event in competing if _ever(found, event)]
    blocks = [
        paragraph(
            _soon_words(found, last), " ", ref("fig-curve"), " shows every day, ", ref("tab-curve"), " some of them."
        )
    ]
    if happened:
        blocks.append(paragraph(_competing_words(found, happened, last.day)))
    blocks += [chart("fig-curve", Chart.of(drawn)), _curve_table(found, [found.main_event, *happened])]
    return Section(title, tuple(blocks))


def _ever(found: Findings, event: str) -> bool:
    return any(float(row.estimate or 0) > 0 for row in found.curve_of(event) if row.estimate is not None)


def _soon_words(found: Findings, last: CurveRow) -> str:
    verb = "advanced" if found.main_event == "advanced" else "heard back"
    week = found.curve_at(7)
    parts = [
        f"Every interview is followed here ({count(found.counts.interviews)}), also those that nobody followed up."
    ]
    if week is not None and week is not last:
        parts.append(f"By day 7, {percent(known(week.estimate))} ({limits_text(week)}) had {verb};")
        parts.append(f"by day {last.day}, {percent(known(last.estimate))} ({limits_text(last)}).")
    else:
        parts.append(f"By day {last.day}, {percent(known(last.estimate))} ({limits_text(last)}) had {verb}.")
    half = median_day(found)
    if half is None:
        parts.append(f"Fewer than half had {verb} by the last day shown.")
    else:
        parts.append(f"Half of them had {verb} by {'the day of the interview itself' if half == 0 else f'day {half}'}.")
    return " ".join(parts)


def _competing_words(found: Findings, events: Sequence[str], day: int) -> str:
    words = {
        "filled": "the post went to someone else",
        "withdrawn": "the applicant withdrew",
        "rejected": "the employer said no",
    }
    told = []
    for event in events:
        row = found.curve_at(day, event)
        if row is not None:
            told.append(f"{words.get(event, event)} in {percent(known(row.estimate))}")
    return f"Other endings compete with it: by day {day}, {joined(told)} of the interviews." if told else ""


def _curve_table(found: Findings, events: Sequence[str]) -> dict[str, Any]:
    days = [day for day in _CURVE_DAYS if day <= found.options.horizon]
    main = {row.day: row for row in found.curve_of(events[0])}
    others = [{row.day: row for row in found.curve_of(event)} for event in events[1:]]
    columns = [
        Head("By the end of", "left", share=1),
        Head("Still waiting at its start"),
        Head(_curve_heading(events[0])),
    ]
    columns += [Head("95% interval"), *(Head(_curve_heading(event)) for event in events[1:])]
    body = []
    for day in (day for day in days if day in main):
        row = main[day]
        line = [f"day {day}", cell_text(row, "n_at_risk"), cell_text(row, "estimate")]
        line.append(cell_text(row, "conf_low"))
        body.append([*line, *(cell_text(other[day], "estimate") for other in others)])
    note = _table_note(found, [main[day] for day in days if day in main])
    if note:
        note = note.replace("* Few data: use with care.", "").strip() or None
    return table("tab-curve", "Share of all interviews, by days since the interview", columns, body, note=note)


def _curve_heading(event: str) -> str:
    words = {
        "response": "Heard back",
        "advanced": "Advanced",
        "rejected": "Rejected",
        "filled": "Post filled",
        "withdrawn": "Withdrew",
    }
    return words.get(event, event)


def _model(found: Findings) -> Section:
    return Section("Who is likely to hear back", tuple(model_blocks(found)))


def _advice(found: Findings) -> Section:
    title = "What the usual advice is worth here"
    if found.claims:
        return Section(title, tuple(claims_blocks(found)))
    if found.counts.applicants < MIN_FOR_VERDICT:
        return Section(title, (paragraph(too_few_for_verdicts(found)),))
    why = found.reasons.get("claims", "The claims were not put to these data in this report.")
    return Section(title, (paragraph(why),))
