"""The report on a cohort: how often, how soon, for whom, what of the usual advice, and how far to trust all that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from followup_analytics.answers.curves.result import CurveRow
from followup_analytics.answers.rates.result import RatesRow
from followup_analytics.charts import (
    Chart,
    Mark,
    count,
    joined,
    key_title,
    percent,
    rate_chart,
    value_label,
)
from followup_analytics.claims.gates import MIN_FOR_VERDICT
from followup_analytics.report.answer import (
    event_words,
    limits_text,
    median_day,
    too_few_for_verdicts,
)
from followup_analytics.report.bulletin import findings_lead, first_page
from followup_analytics.report.document import (
    Document,
    Head,
    Section,
    chart,
    heading,
    paragraph,
    ref,
    table,
)
from followup_analytics.report.findings import Findings
from followup_analytics.report.frame import meta_of
from followup_analytics.report.groups_words import groups_section
from followup_analytics.report.methods import limits_section, notes_section, words_used
from followup_analytics.report.model_words import model_blocks
from followup_analytics.report.verdicts import claims_blocks
from followup_analytics.results.columns import Field
from followup_analytics.results.disclosure import SUPPRESSED
from followup_analytics.results.formatting import format_cell, note_text
from followup_analytics.results.row import Row

_RATE_FIELDS = (
    Field("n_attempts", "Attempts", "count"),
    Field("n_applicants", "Applicants", "count"),
    Field("n_events", "Responses", "count"),
    Field("estimate", "Rate", "share"),
    Field("conf_low", "95% interval", "share_interval", upper="conf_high"),
)
_CUMULATIVE = (
    Field("cumulative", "Heard by then", "share"),
    Field("cumulative_low", "95% interval", "share_interval", upper="cumulative_high"),
)
_CURVE_DAYS = (0, 1, 2, 3, 5, 7, 10, 14, 21, 28, 30, 45, 60, 90)
_FEW_DAYS = (1, 3, 7, 14, 21, 30)
#: Shares that differ by less look alike in a table.
_SEEN = 0.0011
#: With fewer applicants than this the report is two pages: tables without charts, no model, no verdicts.
_FEW = 30
#: Dots of one chart at most; names of hidden rows in one line at most.
_MOST_DRAWN, _MOST_NAMED = 12, 4
_HAS_ORDER = ("timing", "attempt", "hour", "weekday")
_BY_WORDS = {"timing": "timing", "channel": "channel", "attempt": "number of attempts"}


def cohort_document(found: Findings) -> Document:
    """Compose the cohort report: the bulletin as its first page, then only what serves the reader of a cohort."""
    meta = meta_of(
        found, kind="cohort", title="After the interview", subtitle="What applicants did, and what came back"
    )
    groups = groups_section(found)
    following = [*([groups] if groups else []), _how_often(found), _how_soon(found)]
    if found.counts.applicants < _FEW:
        following.append(_short_notes(found))
    else:
        following += [_model(found), _advice(found), limits_section(found), notes_section(found)]
        following.append(Section("Words used here", tuple(words_used(found))))
    first, *more = following
    lead = findings_lead(found)
    few = found.counts.applicants < _FEW
    # Fewer findings leave more room for the curve.
    page_one = first_page(found, 2.9 if few else 2.9 + 0.35 * max(0, 5 - len(lead.paragraphs)))
    # A first page without its chart has room for what follows.
    full = not few and any(item["type"] == "chart" for one in page_one for item in one.blocks)
    sections = (*page_one, replace(first, new_page=full), *more)
    return Document(meta, lead, (), sections)


def _short_notes(found: Findings) -> Section:
    """For a small cohort: what can't be said, and the notes on the data, in a few lines."""
    notes = [note for note in found.notes if note.code != "family"]
    told = " ".join(one for one in map(note_text, notes) if found.facts.fits(one))
    model = found.reasons.get("model", "")
    return Section("Notes on the data", (paragraph(too_few_for_verdicts(found)), paragraph(f"{told} {model}".strip())))


def _how_often(found: Findings) -> Section:
    if not found.tables:
        told = [found.reasons.get("rates"), *(found.reasons.get(key) for key in found.options.by)]
        why = next((reason for reason in told if reason), "No table of rates can be shown.")
        return Section("How often people hear back", (paragraph(why),))
    intro = paragraph(
        f"Of the attempts in a row, the share that was followed by {event_words(found)} within {found.options.window}. "
        "A row tells what came back to those who did so; rows differ in who is in them as well as in what they did."
    )
    blocks = [intro]
    for key, rows in found.tables.items():
        blocks += _rates_by(found, key, ordered(key, rows))
    for key in found.options.by:
        if key in found.reasons:
            blocks += [heading(f"By {_by(key)}"), paragraph(found.reasons[key])]
    return Section("How often people hear back", tuple(blocks))


def _by(key: str) -> str:
    return _BY_WORDS.get(key, key.replace("_", " "))


def _rates_by(found: Findings, key: str, rows: Sequence[RatesRow]) -> list[dict[str, Any]]:
    name = key.replace(" ", "-").replace("_", "-")
    has_cumulative = key == "attempt" and sum(row.get("cumulative") is not None for row in rows) > 1
    blocks = [heading(f"By {_by(key)}")]
    shown = [row for row in rows if row.get("estimate") is not None]
    drawn_rows = _drawn(shown)
    if len(shown) > 1 and any(float(row["estimate"]) for row in shown) and found.counts.applicants >= _FEW:
        what = f"{_scale(found)} within {found.options.window}"
        drawn = rate_chart(
            [Mark.of(row, row.by, row.n_attempts) for row in drawn_rows],
            keys=[key],
            what=what,
            simulated=found.counts.simulated,
        )
        more = len(shown) - len(drawn_rows)
        rest = (
            f"The figure has the {len(drawn_rows)} with most attempts; the table has the other {more} too."
            if more
            else ""
        )
        title = _reading(key, rows, found.main_event).removesuffix(".")
        blocks.append(chart(f"fig-{name}", Chart.of(drawn), title=title))
        if rest:
            blocks.append(paragraph(rest))
    else:
        blocks.append(paragraph(_reading(key, rows, found.main_event)))
    blocks.append(_rate_table(found, key, rows, name, cumulative=has_cumulative))
    if key == "attempt" and len(shown) > 1:
        blocks.append(paragraph(_attempt_caution()))
    if has_cumulative:
        blocks.append(_cumulative(found, rows))
    return blocks


def _drawn(shown: Sequence[RatesRow]) -> list[RatesRow]:
    """The rows that a chart can bear, those with most attempts, in their order."""
    most = sorted(shown, key=lambda row: -int(row["n_attempts"] or 0))[:_MOST_DRAWN]
    return [row for row in shown if any(row is one for one in most)]


def ordered(key: str, rows: Sequence[RatesRow]) -> list[RatesRow]:
    """The rows by their own order where the key has one, else by value; those without a number last."""
    if key in _HAS_ORDER or all(str(row[key]).rstrip("+").isdigit() for row in rows):
        return list(rows)
    return sorted(rows, key=lambda row: (row.get("estimate") is None, -float(row.get("estimate") or 0)))


def hidden_in_one_line(key: str, rows: Sequence[RatesRow]) -> list[tuple[str, RatesRow]]:
    """Rows with their labels, where several are hidden those in one line at the end."""
    hidden = [row for row in rows if row.get("status") == SUPPRESSED]
    told = [
        (_marked(row, value_label(key, str(row[key]))), row) for row in rows if len(hidden) < 2 or row not in hidden
    ]
    if len(hidden) > 1:
        names = [value_label(key, str(row[key])) for row in hidden]
        label = f"{names[0]} or later" if key == "attempt" and rows[-1] in hidden else joined(names[:_MOST_NAMED])
        if key != "attempt" and len(names) > _MOST_NAMED:
            label = f"{', '.join(names[:_MOST_NAMED])} and {len(names) - _MOST_NAMED} more"
        told.append((label, hidden[0]))
    return told


def _scale(found: Findings) -> str:
    return "Share advancing" if found.main_event == "advanced" else "Response rate"


def _reading(key: str, rows: Sequence[RatesRow], event: str) -> str:
    """What a table says, in a sentence that is no surer than its intervals."""
    shown = [row for row in rows if row.get("estimate") is not None]
    if not shown:
        return "No row of this table can be shown."
    if len(shown) == 1:
        row = shown[0]
        only = "All attempts that can be shown are" if len(rows) > 1 else "All attempts are"
        interval = f" ({limits_text(row)})" if limits_text(row) else ""
        return f"{only} of one kind, {_name(key, row)}: {percent(float(row['estimate']))}{interval} were answered."
    if not any(float(row["estimate"]) for row in shown):
        return "None of these attempts was answered in time."
    firm = [row for row in shown if row.get("status") == "ok"]
    part = 1 < len(firm) < len(shown)
    shown = firm if len(firm) > 1 else shown
    best = max(shown, key=lambda row: float(row["estimate"]))
    least = min(shown, key=lambda row: float(row["estimate"]))
    lowest, highest = (f"{percent(float(row['estimate']))} ({_name(key, row)})" for row in (least, best))
    if percent(float(least["estimate"])) == percent(float(best["estimate"])):
        return f"Rates hardly differ: {joined([_name(key, row) for row in shown])}, {percent(float(best['estimate']))}."
    verb = "Advanced" if event == "advanced" else "Answered"
    sure = limits_text(best) and limits_text(least) and float(best["conf_low"]) > float(least["conf_high"])
    tail = "more than chance" if sure else "so much may be chance"
    start = f"Of groups with enough data, {verb.lower()}" if part else verb
    return f"{start} most often: {highest}; least: {lowest}; {tail}."


def _attempt_caution() -> str:
    return (
        "A later attempt is made only by those who have not heard yet. Its rate is about them, and a fall from the "
        "first attempt to the next does not say that trying again is in vain."
    )


def _name(key: str, row: RatesRow) -> str:
    label = value_label(key, str(row[key]))
    return f"{label} attempt" if key == "attempt" else label


def _rate_table(
    found: Findings, key: str, rows: Sequence[RatesRow], name: str, *, cumulative: bool = False
) -> dict[str, Any]:
    event = "Advances" if found.main_event == "advanced" else "Responses"
    fields = (*_RATE_FIELDS, *(_CUMULATIVE if cumulative else ()))
    columns = [Head(key_title(key), "left", share=1)]
    columns += [Head(event if one.name == "n_events" else one.label) for one in fields]
    body = [[label, *(format_cell(row, one) for one in fields)] for label, row in hidden_in_one_line(key, rows)]
    caption = f"{_scale(found)} by {_by(key)}, within {found.options.window} of the attempt"
    # Counts that a policy rounds give no rate that a reader could find wrong.
    cut_off = _cut_off_note(rows) if found.options.policy.count_base == 1 else None
    note = " ".join(part for part in (cut_off, _table_note(found, rows)) if part)
    return table(f"tab-{name}", caption, columns, body, note=note or None)


def _cut_off_note(rows: Sequence[RatesRow]) -> str | None:
    """Why a rate isn't its responses over its attempts, where a reader would find that it isn't."""
    known = [(row.estimate, row.n_events, row.n_attempts) for row in rows]
    told = [(float(rate), n / of) for rate, n, of in known if rate is not None and n is not None and of]
    if all(abs(rate - plain) < _SEEN for rate, plain in told):
        return None
    return "Attempts whose window the record cuts off count for the days that were seen: rates allow for that."


def _marked(row: RatesRow, label: str) -> str:
    return f"{label}*" if row.get("status") == "use_with_care" else label


def _table_note(found: Findings, rows: Sequence[Row]) -> str | None:
    statuses = {row.get("status") for row in rows}
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


def _cumulative(found: Findings, rows: Sequence[RatesRow]) -> dict[str, Any]:
    last = [row for row in rows if row.get("cumulative") is not None][-1]
    word = "advanced" if found.main_event == "advanced" else "heard back"
    return paragraph(
        f"Taken together, {percent(float(last['cumulative']))} of those who tried had {word} in the window of an "
        f"attempt by the {value_label('attempt', str(last['attempt']))} one. Those who stopped trying count as if they "
        "had been like those who went on; where the discouraged stop first, the true share is lower."
    )


def _how_soon(found: Findings) -> Section:
    title = "How soon people advance" if found.main_event == "advanced" else "How soon people hear back"
    last = found.last_shown()
    if last is None:
        return Section(title, (paragraph("No day of this curve can be shown."),))
    competing = list(dict.fromkeys(str(row["event"]) for row in found.curve if row["event"] != found.main_event))
    happened = [event for event in competing if _ever(found, event)]
    blocks = [
        paragraph(_soon_words(found, last), " ", ref("tab-curve"), " has the numbers of the chart on the first page.")
    ]
    if happened:
        blocks.append(paragraph(_competing_words(found, happened, int(last["day"]))))
    blocks.append(_curve_table(found, [found.main_event, *happened]))
    return Section(title, tuple(blocks))


def _ever(found: Findings, event: str) -> bool:
    return any(float(row["estimate"] or 0) > 0 for row in found.curve_of(event) if row.get("estimate") is not None)


def _soon_words(found: Findings, last: CurveRow) -> str:
    verb = "advanced" if found.main_event == "advanced" else "heard back"
    week = found.curve_at(7)
    parts = [
        f"Every interview is followed here ({count(found.counts.interviews)}), also those that nobody followed up."
    ]
    if week is not None and week is not last:
        parts.append(f"By day 7, {percent(float(week['estimate']))} ({limits_text(week)}) had {verb};")
        parts.append(f"by day {last['day']}, {percent(float(last['estimate']))} ({limits_text(last)}).")
    else:
        parts.append(f"By day {last['day']}, {percent(float(last['estimate']))} ({limits_text(last)}) had {verb}.")
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
            told.append(f"{words.get(event, event)} in {percent(float(row['estimate']))}")
    return f"Other endings compete with it: by day {day}, {joined(told)} of the interviews." if told else ""


def _curve_table(found: Findings, events: Sequence[str]) -> dict[str, Any]:
    listed = _CURVE_DAYS if found.counts.applicants >= _FEW else _FEW_DAYS
    days = [day for day in listed if day <= found.options.horizon]
    pair = {
        name: {
            int(row["day"]): row
            for row in found.both_curves
            if row.by["cohort"] == name and row["event"] == found.main_event
        }
        for name in dict.fromkeys(row.by["cohort"] for row in found.both_curves)
    }
    main = {int(row["day"]): row for row in found.curve_of(events[0])}
    others = [{int(row["day"]): row for row in found.curve_of(event)} for event in events[1:]]
    share = Field("estimate", "Share", "share")
    columns = [
        Head("By the end of", "left"),
        Head("Still waiting at its start", share=1),
        Head(_curve_heading(events[0]), share=0.8),
    ]
    columns += [Head("95% interval", share=1.2), *(Head(_curve_heading(event), share=0.8) for event in events[1:])]
    columns += [Head(f"{_curve_heading(events[0])}, {name}", share=1) for name in pair]
    body = []
    shown = [day for day, row in main.items() if row.estimate is not None]
    days = sorted({day for day in days if day in main and day <= max(shown)} | {max(shown)})
    for day in days:
        row = main[day]
        line = [f"day {day}", format_cell(row, Field("n_at_risk", "", "count")), format_cell(row, share)]
        line.append(format_cell(row, Field("conf_low", "", "share_interval", upper="conf_high")))
        line += [format_cell(other[day], share) for other in others]
        body.append([*line, *(format_cell(one[day], share) if day in one else "–" for one in pair.values())])
    note = _table_note(found, [main[day] for day in days])
    if max(shown) < found.options.horizon:
        note = f"Later days are hidden: they would be about too few. {note or ''}".strip()
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
