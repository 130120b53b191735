"""The findings on one page: outcomes and the difference to last year first, then what applicants did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from followup_analytics import __version__
from followup_analytics.charts import Chart, curve_chart, of_hundred, percent, points, value_label
from followup_analytics.claims.gates import MIN_FOR_VERDICT
from followup_analytics.log.recording import CODES
from followup_analytics.report.answer import (
    event_words,
    median_day,
    most_and_least,
    too_few_for_verdicts,
)
from followup_analytics.report.document import Document, Lead, Parts, Section, aside, chart, em, paragraph, strong
from followup_analytics.report.facts import long_date
from followup_analytics.report.findings import Findings
from followup_analytics.report.frame import meta_of, record_words
from followup_analytics.report.missing_rows import missing_rows
from followup_analytics.report.verdicts import verdict_sentence
from followup_analytics.results.disclosure import is_hidden
from followup_analytics.text import counted, shorten

Row = Mapping[str, Any]

#: Half a 95% interval, in shares, up to which a number is called very or fairly sure.
_SURE, _FAIRLY = 0.05, 0.1
#: Verdicts about when to try that a finding about days is set beside.
_OF_TIMING = ("wait-2-3-days", "wait-not-longer", "call-next-day", "wait-a-week", "ten-days")
_OPEN_VERDICTS = ("inconclusive", "not_testable")
_LONGEST_NAME = 40


@dataclass(frozen=True)
class _Room:
    """How much the page tells: findings at most, and the height of the chart's axes in inches."""

    findings: int
    height: float


#: The same page with less and less on it, until it fits.
_ROOMS = (_Room(5, 3.2), _Room(5, 2.6), _Room(5, 2.1), _Room(4, 1.9), _Room(3, 1.7))


def bulletin_documents(found: Findings) -> tuple[Document, ...]:
    """Compose the bulletin, in versions that tell less and less, so that one of them fits on a page."""
    meta = meta_of(found, kind="bulletin", title="After the interview", subtitle="The findings on one page")
    meta = replace(meta, cohort=None if meta.cohort is None else shorten(meta.cohort, _LONGEST_NAME))
    return tuple(
        Document(
            meta, findings_lead(found, room.findings), (), first_page(found, height=room.height), template="sheet.typ"
        )
        for room in _ROOMS
    )


def findings_lead(found: Findings, most: int = 5) -> Lead:
    """Three to five findings as sentences, each with its number and how sure it is."""
    makers = (_settled, _advanced, _heard, _answered, _timing, _advice)
    told = [parts for parts in (maker(found) for maker in makers) if parts]
    asides: tuple[Parts, ...] = ()
    if found.counts.simulated:
        asides = (
            (
                strong("These data are simulated. "),
                "The page shows what a report looks like and says nothing about any employer or applicant.",
            ),
        )
    numbered = tuple((strong(f"{place}. "), *parts) for place, parts in enumerate(told[:most], start=1))
    return Lead("What we found", numbered, asides)


def first_page(found: Findings, height: float = 2.3) -> tuple[Section, ...]:
    """The curve, the box of what the data can't say, and how to cite: what follows the findings on the first page."""
    return (Section(_curve_title(found), (*_curve(found, height), _box(found), _cite(found))),)


# ------------------------------------------------------------------------------------------------ findings


def _settled(found: Findings) -> list[Any]:
    """The career outcomes rate of this cohort and the one it is set beside, where both are known."""
    now, before = _pair(found)
    if now is None or now.get("career_outcomes_rate") is None:
        return []
    share = of_hundred(float(now["career_outcomes_rate"]))
    parts: list[Any] = [
        strong(f"{share} in 100"),
        f" of those in {_group(now)} whose destination is known had settled (employed, service or further study)",
    ]
    if now.get("knowledge_rate") is not None:
        parts.append(f"; for {of_hundred(float(now['knowledge_rate']))} in 100 members it is known")
    if before is None or before.get("career_outcomes_rate") is None:
        return [*parts, "."]
    last = of_hundred(float(before["career_outcomes_rate"]))
    sure = _of_chance(now, before)
    return [*parts, f"; {_group(before)}: {last} in 100{sure}."]


def _of_chance(now: Row, before: Row) -> str:
    """Whether two career outcomes rates differ by more than chance, by Newcombe's interval (1998, method 10)."""
    from followup_analytics.statistics.intervals import wilson

    ends = []
    for row in (now, before):
        if row.get("n_graduates") is None or row.get("knowledge_rate") is None:
            return ""
        p, n = float(row["career_outcomes_rate"]), round(float(row["n_graduates"]) * float(row["knowledge_rate"]))
        if n < 1:
            return ""
        low, high = wilson(p, n)
        ends.append((p, float(low), float(high)))
    (p1, l1, u1), (p2, l2, u2) = ends
    down = p1 - p2 - ((p1 - l1) ** 2 + (u2 - p2) ** 2) ** 0.5
    up = p1 - p2 + ((u1 - p1) ** 2 + (p2 - l2) ** 2) ** 0.5
    said = "within chance" if down <= 0 <= up else "more than chance"
    return f". The difference ({points(down, 0)} to {points(up, 0)} points) is {said}"


def _advanced(found: Findings) -> list[Any]:
    """How many interviews led further by day 30, and the difference to the cohort before."""
    return _outcome(found, "advanced", f"led to {found.facts.advance_words()}")


def _heard(found: Findings) -> list[Any]:
    """How many interviews had heard back, and by when half of them."""
    row = _compared(found, "response")
    if row is not None:
        return _outcome(found, "response", "had heard back")
    last = found.last_shown()
    if last is None:
        return []
    if _no_replies(found):
        return [
            strong("Not one reply is recorded"),
            ": either nobody heard back at all, or replies were not written down. ",
            em("How sure: not at all, until that is known."),
        ]
    verb = "advanced" if found.main_event == "advanced" else "heard back"
    half = median_day(found)
    when = "" if half is None or half >= int(last["day"]) else f", half of all by {_by_day(half)}"
    return [
        strong(f"{of_hundred(float(last['estimate']))} in 100"),
        f" interviews had {verb} by day {last['day']}{when}. ",
        em(_sureness(last)),
    ]


def _no_replies(found: Findings) -> bool:
    """Whether shares of those who heard back would be read off a record that holds no reply at all."""
    return found.main_event == "response" and any(note.code == "replies_not_recorded" for note in found.notes)


def _outcome(found: Findings, outcome: str, words: str) -> list[Any]:
    row = _compared(found, outcome)
    if row is not None:
        here, there = _short(row["group"]), _short(row["against"])
        parts: list[Any] = [
            strong(f"{of_hundred(float(row['rate']))} in 100"),
            (
                f" interviews of {here} {words} within {counted(int(row['day']), 'day')}; "
                f"{of_hundred(float(row['rate_against']))} of {there}: {difference_words(row)}. "
            ),
        ]
        return [*parts, em(_sureness(_own_interval(found, row)))]
    now, _ = _pair(found)
    if outcome != "advanced" or now is None or now.get("estimate") is None:
        return []
    return [
        strong(f"{of_hundred(float(now['estimate']))} in 100"),
        f" interviews of {_group(now)} {words} within 30 days. ",
        em(_sureness(now)),
    ]


def _own_interval(found: Findings, row: Row) -> Mapping[str, Any]:
    """The interval of a compared cohort's share: that of the table of cohorts, which the reader sees beside it."""
    now, _ = _pair(found)
    if row["outcome"] == "advanced" and now is not None and now.get("conf_low") is not None:
        return {name: now[name] for name in ("conf_low", "conf_high")}
    return {"conf_low": row["rate_low"], "conf_high": row["rate_high"]}


def difference_words(row: Row) -> str:
    """`the difference (-13 to +16 points) is within chance`, for the same mix where that was worked out.

    Both shares stand before it in whole points; the difference itself, rounded alone, would not always be theirs.
    """
    plain = [row.get(name) for name in ("estimate", "conf_low", "conf_high")]
    if any(value is None for value in plain):
        return "no difference can be shown"
    _, low, high = (float(value) for value in plain if value is not None)
    said = "more than chance" if low > 0 or high < 0 else "within chance"
    text = f"the difference ({points(low, 0)} to {points(high, 0)} points) is {said}"
    mixed = [row.get(name) for name in ("standardised", "standardised_low", "standardised_high")]
    if all(value is not None for value in mixed):
        _, low, high = (float(value) for value in mixed if value is not None)
        same = low > 0 or high < 0
        if same != (said == "more than chance"):
            text += ", for the same mix of interviews " + ("more than chance" if same else "within chance")
    return text


def _answered(found: Findings) -> list[Any]:
    row = found.overall
    if row is None or row.get("estimate") is None:
        return []
    many = "the attempts" if not row.get("n_attempts") else counted(int(row["n_attempts"]), "attempt")
    return [
        strong(f"{of_hundred(float(row['estimate']))} in 100"),
        f" attempts to follow up (of {many}) were followed by {event_words(found)} within {found.options.window}. ",
        em(_sureness(row)),
    ]


def _timing(found: Findings) -> list[Any]:
    """Which days were answered most and least, and why that is no advice where the verdict on it is open."""
    pair = most_and_least(found, "timing")
    if pair is None:
        return []
    best, least = pair
    top, bottom = (_days(str(row["timing"])) for row in pair)
    parts: list[Any] = [
        f"Attempts on {top} were answered most often (",
        strong(f"{of_hundred(float(best['estimate']))} in 100"),
        f"), those on {bottom} least ({of_hundred(float(least['estimate']))} in 100); that is more than chance. ",
    ]
    verdicts = {str(row["claim"]): row.get("verdict") for row in found.claims}
    of_timing = [verdicts[claim] for claim in _OF_TIMING if claim in verdicts]
    if of_timing and all(verdict in _OPEN_VERDICTS for verdict in of_timing):
        parts.append(
            "That does not show that choosing those days helps: those still waiting later differ from those answered "
            "early, and among people alike in what was recorded these data can’t tell whether waiting helps."
        )
    else:
        parts.append("Those still waiting later differ from those answered early.")
    return parts


def _advice(found: Findings) -> list[Any]:
    if found.counts.applicants < MIN_FOR_VERDICT or not found.claims:
        return []
    return [*verdict_sentence(found)]


# ------------------------------------------------------------------------------------------------ below the findings


def _curve_title(found: Findings) -> str:
    verb = "advanced" if found.main_event == "advanced" else "heard back"
    if found.both_curves:
        ends = []
        for name in dict.fromkeys(row.by["cohort"] for row in found.both_curves):
            shown = [
                row for row in found.both_curves
                if row.by["cohort"] == name and row["event"] == found.main_event and row.get("estimate") is not None
            ]  # fmt: skip
            if shown:
                end = max(shown, key=lambda row: int(row["day"]))
                ends.append((of_hundred(float(end["estimate"])), _short(name), int(end["day"])))
        if len(ends) > 1 and ends[0][2] == ends[1][2]:
            (one, first, day), (other, second, _) = ends
            return f"By day {day}, {one} in 100 interviews of {first} had {verb}, {other} of {second}"
    last = found.last_shown()
    if last is None:
        return "How soon"
    if _no_replies(found):
        return "Not one reply is recorded"
    if not float(last["estimate"]):
        return f"Nobody had {verb} by day {last['day']}"
    return f"{of_hundred(float(last['estimate']))} in 100 interviews had {verb} by day {last['day']}"


def _curve(found: Findings, height: float) -> list[dict[str, Any]]:
    last = found.last_shown()
    if last is None:
        return [paragraph("No day of the curve can be shown.")]
    if _no_replies(found):
        return [paragraph("There is no curve to draw before it is known what became of these interviews.")]
    if not float(last["estimate"]):
        verb = "advanced" if found.main_event == "advanced" else "heard back"
        return [paragraph(f"No interview had {verb}: there is no curve to draw.")]
    rows, by = (found.both_curves, "cohort") if found.both_curves else (found.curve, None)
    few = found.options.min_cell
    drawn = curve_chart(rows, by=by, least_at_risk=few, simulated=found.counts.simulated, height=height)
    return [chart("fig-curve", Chart.of(drawn))]


def _box(found: Findings) -> dict[str, Any]:
    """What these data can't say, in one box."""
    told = [
        # First, since it bends the numbers above.
        *(f"{note.text} " for note in found.notes if note.code in CODES),
        *filter(None, [missing_rows(found)]),
        "What would have happened had people acted otherwise: the shares tell what people did and what came back. ",
        "Anything about contacts and answers that nobody wrote down. ",
    ]
    if found.counts.applicants < MIN_FOR_VERDICT:
        told.append(too_few_for_verdicts(found))
    elif any(row.get("verdict") in _OPEN_VERDICTS for row in found.claims):
        n = sum(row.get("verdict") in _OPEN_VERDICTS for row in found.claims)
        some = "any" if n == len(found.claims) else f"{n} of {len(found.claims)} pieces"
        told.append(f"Whether {some} of the usual advice {'holds' if some == 'any' else 'hold'}.")
    if any(is_hidden(row) for rows in found.tables.values() for row in rows) or any(map(is_hidden, found.groups)):
        told.append(" Groups of few applicants are hidden.")
    return aside(strong("What these data can’t say. "), *told)


def _cite(found: Findings) -> dict[str, Any]:
    office, day = found.options.office, found.counts.data_date[:10]
    who = office.name or office.author
    name = f"After the interview: {_short(found.options.cohort)}" if found.options.cohort else "After the interview"
    issued = f", issued {long_date(office.issued)}" if office.issued else ""
    record = record_words(date.fromisoformat(day), found.notes)
    return paragraph(
        strong("To cite: "),
        f"{who}. " if who else "",
        f"{name}. {record[:1].upper()}{record[1:]}{issued}. ",
        f"Made with followup_analytics {__version__}.",
    )


# ------------------------------------------------------------------------------------------------ words


def _pair(found: Findings) -> tuple[Row | None, Row | None]:
    """The cohort reported on and the one it is set beside, as rows of outcomes."""
    groups = {str(row["group"]): row for row in found.groups}
    if found.comparison:
        first = found.comparison[0]
        return groups.get(str(first["group"])), groups.get(str(first["against"]))
    shown: Sequence[Row] = [row for row in found.groups if not is_hidden(row)]
    return (shown[-1] if shown and shown[-1] is found.groups[-1] else None), None


def _compared(found: Findings, outcome: str) -> Row | None:
    for row in found.comparison:
        if row["outcome"] == outcome and row.get("rate") is not None and row.get("rate_against") is not None:
            return row
    return None


def _sureness(row: Row | Mapping[str, Any]) -> str:
    """How sure a share is, in words with its interval."""
    if row.get("conf_low") is None or row.get("conf_high") is None:
        return "How sure: no interval can be given."
    half = (float(row["conf_high"]) - float(row["conf_low"])) / 2
    word = "very" if half <= _SURE else "fairly" if half <= _FAIRLY else "not very"
    low, high = (percent(float(row[name])) for name in ("conf_low", "conf_high"))
    return f"How sure: {word} (95% interval {low} to {high})."


def _by_day(day: int) -> str:
    return "the day of the interview itself" if day == 0 else f"day {day}"


def _days(value: str) -> str:
    """`days 2–3`, `day 15 or later`."""
    return f"day {value[:-1]} or later" if value.endswith("+") else value_label("timing", value)


def _group(row: Row) -> str:
    return _short(row["group"])


def _short(name: Any) -> str:
    return shorten(str(name), _LONGEST_NAME)
