"""career-ops, an applicant's own tracker of Markdown tables: its folder, or its log of follow-ups alone.

Joined by the application's number (#): interviews are the dated rounds of `active-interviews.md`, contacts the sent
follow-ups of `follow-ups.md` (rows of its table, and the older entries as bullets below it; a line `next` is a plan),
outcomes the transitions of `status-log.tsv`, else the present status of `applications.md`. Who was written to, and
notes, are not kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import PurePosixPath
from typing import Any

import polars as pl

from followup_analytics.ingest.detect.archive import read_members
from followup_analytics.ingest.detect.sample import Sample, decode_head
from followup_analytics.ingest.linking.names import folded_name
from followup_analytics.ingest.parsing.calls import problems_frame
from followup_analytics.ingest.registry import CERTAIN, Batch, Match, ReadOptions, Source
from followup_analytics.log.followup_log import Note
from followup_analytics.sheets.tabular import ROW
from followup_analytics.text import shorten

_FILES = ("applications.md", "active-interviews.md", "follow-ups.md", "status-log.tsv")
#: The headings by what they mean, as career-ops writes them in its languages.
_HEADINGS = {
    "app": ("app#", "app #", "app", "application", "application#", "report#", "tracker#"),
    "number": ("#", "no", "num", "nr", "n"),
    "date": ("date", "date/time", "datetime", "fecha", "fecha/hora", "datum", "datum/zeit"),
    "company": ("company", "empresa", "entreprise", "firma", "unternehmen"),
    "role": ("role", "rol", "puesto", "poste", "rolle", "stelle", "position"),
    "channel": ("channel", "canal", "kanal"),
    "status": ("status", "estado", "statut", "state"),
    "round": ("round", "ronda", "runde", "tour", "stage"),
}
_CHANNELS = {
    "email": ("email", "e-mail", "mail", "correo", "courriel"),
    "social": ("linkedin", "social", "xing", "twitter", "x"),
    "phone": ("phone", "call", "telephone", "teléfono", "llamada", "téléphone", "appel", "telefon", "anruf"),
    "voicemail": ("voicemail", "voice mail"),
    "text": ("text", "sms", "whatsapp"),
    "video": ("video", "zoom", "teams"),
    "in_person": ("in person", "in-person", "visit"),
    "letter": ("letter", "card", "post"),
}
_CHANNEL_OF = {word: channel for channel, words in _CHANNELS.items() for word in words}
_CHANNEL_WORDS = (
    ("voicemail", r"\bvoice ?mail\b"),
    ("phone", r"\b(?:called|phoned|rang|phone call|llamé|appelé|angerufen)\b"),
    ("social", r"\b(?:linkedin|xing|dm)\b"),
    ("text", r"\b(?:texted|sms|whatsapp)\b"),
    ("email", r"\b(?:e-?mail(?:ed)?|mailed|correo|courriel)\b"),
)
_OUTCOMES = {
    "offer": ("offer", "oferta", "offre", "angebot", "accepted", "hired"),
    "rejected": ("rejected", "rechazada", "rechazado", "refusée", "refusé", "abgelehnt", "absage"),
    "withdrawn": ("discarded", "descartada", "withdrawn", "skip", "no aplicar", "verworfen", "abandonnée"),
}
_OUTCOME_OF = {word: outcome for outcome, words in _OUTCOMES.items() for word in words}
_CALLED_OFF = re.compile(r"(?i)cancel|declin|no[- ]show|withdrawn|postpon|abgesagt|annul")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ]+(\d{1,2}:\d\d(?::\d\d)?)\s*(Z|UTC|[+-]\d\d:?\d\d)?)?")
_BULLET = re.compile(
    r"^\s*[-*+]\s+(?:\[[xX]\]\s+)?(?P<date>\d{4}-\d\d-\d\d)\s*[·:|,–—-]*\s*#(?P<app>\w+)\b(?P<rest>.*)$"
)
_PLAN = re.compile(r"^\s*[-*+]\s+(?:next\b|\[ \])", re.IGNORECASE)
#: A line that tells of an application's follow-up, however it is written.
_ENTRY = re.compile(r"^\s*[-*+]\s.*(?:#\w|\d{4}-\d\d-\d\d)")
_RULE = re.compile(r"^\s*\|?(?:\s*:?-+:?\s*\|)+\s*:?-*:?\s*\|?\s*$")
_LINK = re.compile(r"\[([^\]]*)\]\([^()]*\)")
_BAR = re.compile(r"(?<!\\)\|")
_LARGEST = 64 * 1024**2


@dataclass
class _Table:
    """The rows of a file under what their columns mean, each with its line, and the lines below the table."""

    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    others: list[tuple[int, str]] = field(default_factory=list)


def detect(sample: Sample) -> Match | None:
    """A folder with career-ops' tracker and what belongs to it, or its log of follow-ups."""
    if sample.container in ("folder", "archive"):
        names = {PurePosixPath(name).name for name in sample.members if _depth(name) <= 2}
        fits = "applications.md" in names and len(names & set(_FILES)) > 1
        return Match(CERTAIN, "it holds career-ops' tracker (applications.md and what belongs to it)") if fits else None
    if sample.container != "file":
        return None
    bullets = sum(bool(_BULLET.match(line)) for line in sample.text.splitlines())
    if bullets and PurePosixPath(sample.name).name.lower() == "follow-ups.md":
        return Match(CERTAIN, "it is career-ops' log of follow-ups, entry by entry")
    lines = sample.text.splitlines()
    heads = [
        _meanings(_cells(line))
        for line, below in zip_longest(lines, lines[1:], fillvalue="")
        if line.lstrip().startswith("|") or ("|" in line and _RULE.match(below))
    ]
    fits = any({"app", "date", "channel", "company"} <= set(head.values()) for head in heads[:5])
    return Match(CERTAIN, "it has the columns App#, Date, Company and Channel of career-ops") if fits else None


def _depth(name: str) -> int:
    return name.count("/")


def read(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
    """The tracker's interviews, contacts and outcomes; of the log of follow-ups alone, its contacts."""
    del options
    texts = _texts(sample)
    if set(texts) == {"follow-ups.md"}:
        yield _contacts(_markdown(texts["follow-ups.md"]), {})
        return
    applications = _by_number(_markdown(texts.get("applications.md", "")))
    rounds, batch = _interviews(_markdown(texts.get("active-interviews.md", "")), applications)
    yield batch
    if "follow-ups.md" in texts:
        yield _contacts(_markdown(texts["follow-ups.md"]), rounds)
    yield _outcomes(texts.get("status-log.tsv", ""), rounds)


def _texts(sample: Sample) -> dict[str, str]:
    if sample.container in ("folder", "archive"):
        wanted = {name for name in sample.members if PurePosixPath(name).name in _FILES and _depth(name) <= 2}
        found: dict[str, str] = {}
        for name, content in read_members(sample, wanted.__contains__):
            found.setdefault(PurePosixPath(name).name, decode_head(content, name))
        return found
    with sample.open() as file:
        return {"follow-ups.md": decode_head(file.read(_LARGEST), sample.name)}


def _cells(line: str) -> list[str]:
    """The cells of a line of a Markdown table: a bar after a backslash parts nothing."""
    inner = re.sub(r"(?<!\\)\|\s*$", "", line.strip().removeprefix("|"))
    cells = (cell.replace("\\|", "|").replace("**", "") for cell in re.split(r"(?<!\\)\|", inner))
    return [_LINK.sub(r"\1", cell).strip() for cell in cells]


def _meanings(cells: Sequence[str]) -> dict[int, str]:
    """What the columns of a header mean, by place."""
    plain = [" ".join(cell.casefold().split()) for cell in cells]
    return {
        place: meaning
        for meaning, words in _HEADINGS.items()
        for place, cell in enumerate(plain)
        if cell in words and plain.index(cell) == place
    }


def _markdown(text: str) -> _Table:
    found = _Table()
    head: dict[int, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        # Bars around a table may be left out.
        if line.lstrip().startswith("|") or (_BAR.search(line) and not line.lstrip().startswith(("-", "*", "+", ">"))):
            cells = _cells(line)
            meanings = _meanings(cells)
            if {"date", "company"} <= set(meanings.values()):
                head = meanings
            elif head and not _RULE.match(line) and any(cells):
                found.rows.append((number, {name: cells[place] for place, name in head.items() if place < len(cells)}))
        elif line.strip() and not line.lstrip().startswith(("#", ">")):
            found.others.append((number, line))
    return found


def _number(text: str | None) -> str:
    """An application's number in one form: padding is not identity."""
    plain = (text or "").strip().lstrip("#").strip()
    return str(int(plain)) if plain.isdigit() else plain


def _by_number(table: _Table) -> dict[str, dict[str, str]]:
    return {_number(row.get("number") or row.get("app")): row for _, row in table.rows}


def _application_of(row: Mapping[str, str], applications: Mapping[str, Mapping[str, str]]) -> str | None:
    """The number of the application that a round belongs to: its own, else that of the same company and role."""
    company, role = folded_name(row.get("company", "")), folded_name(row.get("role", ""))
    for given in (row.get("app"), row.get("number")):
        number = _number(given)
        known = applications.get(number)
        if number and known is not None and (not company or folded_name(known.get("company", "")) == company):
            return number
    same = [n for n, one in applications.items() if folded_name(one.get("company", "")) == company]
    exact = [n for n in same if role and folded_name(applications[n].get("role", "")) == role]
    fitting = exact or same
    return fitting[0] if len(fitting) == 1 else None


def _when(cell: str) -> str | None:
    """A date, with its time where the cell has one, as ISO text."""
    found = _DATE.search(cell or "")
    if not found:
        return None
    date, time, offset = found.groups()
    if not time:
        return date
    mark = "Z" if offset == "UTC" else offset or ""
    return f"{date}T{time.zfill(5) if time.count(':') == 1 else time.zfill(8)}{mark}"


def _interviews(
    table: _Table, applications: Mapping[str, Mapping[str, str]]
) -> tuple[dict[str, list[tuple[str, str]]], Batch]:
    """The rounds of each application as (date, interview_id) in their order, and the interviews."""
    problems: list[dict[str, Any]] = []
    dated: dict[str, list[tuple[str, int, dict[str, str]]]] = {}
    passed = 0
    for line, row in table.rows:
        at = _when(row.get("date", ""))
        number = _application_of(row, applications)
        if _CALLED_OFF.search(row.get("status", "")):
            passed += 1
        elif number is None:
            text = "no application of the tracker is of this company and role, or several are; add its number (App#)."
            problems.append(_problem(line, "Company", "unknown_application", text))
        elif at is None:
            problems.append(_problem(line, "Date", "no_time", "the round has no date; write it as in 2026-07-18."))
        else:
            dated.setdefault(number, []).append((at, line, row))
    rounds: dict[str, list[tuple[str, str]]] = {}
    rows = []
    for number, found in dated.items():
        before: str | None = None
        for place, (at, line, row) in enumerate(sorted(found, key=lambda one: one[0]), start=1):
            name = number if place == 1 else f"{number}-round-{place}"
            rounds.setdefault(number, []).append((at[:10], name))
            company = row.get("company") or applications[number].get("company")
            rows.append((line, name, "me", at, company, row.get("round") or None, before))
            before = name
    names = (ROW, "interview_id", "applicant_id", "interviewed_at", "employer", "interview_format",
             "previous_interview_id")  # fmt: skip
    schema = {ROW: pl.Int64, **dict.fromkeys(names[1:], pl.String)}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    notes = (
        (Note("rounds_called_off", "rounds of career-ops were called off and passed over", passed),) if passed else ()
    )
    read_ = frame.height + len(problems)
    return rounds, Batch(
        "interviews", frame, read_, problems_frame(problems), sheet="active-interviews.md", notes=notes
    )


def _interview_at(number: str, date: str, rounds: Mapping[str, Sequence[tuple[str, str]]]) -> str:
    """The latest round of an application by that day; its first, where none was yet."""
    known = rounds.get(number, [])
    by_then = [name for day, name in known if day <= date]
    return by_then[-1] if by_then else known[0][1] if known else number


def _channel_in(text: str) -> str | None:
    """The channel that a text tells of, in words."""
    return next((one for one, words in _CHANNEL_WORDS if re.search(words, text, re.IGNORECASE)), None)


def _channel_named(word: str) -> str | None:
    """The channel of a cell: one of its words, or a text with one in it, such as "LinkedIn DM"."""
    return _CHANNEL_OF.get(word) or _channel_in(word)


def _contacts(table: _Table, rounds: Mapping[str, Sequence[tuple[str, str]]]) -> Batch:
    """The follow-ups of both forms; a channel that tells no way of writing or calling is not guessed."""
    rows: list[tuple[Any, ...]] = []
    problems: list[dict[str, Any]] = []
    for line, row in table.rows:
        number, date = _number(row.get("app")), _when(row.get("date", ""))
        # Signs such as a telephone stand before a word.
        word = re.sub(r"^[^\w(]+|[^\w).]+$", "", (row.get("channel") or "").casefold())
        if not number:
            continue
        if date is None:
            problems.append(_problem(line, "Date", "no_time", "the follow-up has no date; write it as in 2026-07-08."))
        elif _channel_named(word) is None:
            problems.append(_problem(line, "Channel", "values", _no_channel(row.get("channel") or "")))
        else:
            key = f"{number}-follow-up-{row.get('number') or line}"
            rows.append((line, key, _interview_at(number, date[:10], rounds), date, _channel_named(word)))
    plans = 0
    for line, text in table.others:
        found = _BULLET.match(text)
        if found is None:
            plans += bool(_PLAN.match(text))
            if _ENTRY.match(text) and not _PLAN.match(text):
                say = "this entry below the table can't be read; write it as in - 2026-07-12 · #42 Acme, emailed."
                problems.append(_problem(line, "Date", "unreadable_entry", say))
            continue
        number, date = _number(found["app"]), found["date"]
        channel = _channel_in(found["rest"])
        if channel is None:
            say = (
                "this entry stands as a bullet below the table and doesn't say by what way it went; put it into the "
                "table with its channel, or write email, LinkedIn, called or texted into it."
            )
            problems.append(_problem(line, "Channel", "no_channel", say))
        else:
            key = f"{number}-follow-up-{date}-{line}"
            rows.append((line, key, _interview_at(number, date, rounds), date, channel))
    schema = {ROW: pl.Int64, **dict.fromkeys(("contact_id", "interview_id", "at", "channel"), pl.String)}
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        direction=pl.lit("outbound"), purpose=pl.lit("follow_up")
    )
    notes = (
        (Note("plans", "lines of career-ops say when to write next: plans, and no contacts", plans),) if plans else ()
    )
    read_ = frame.height + len(problems)
    return Batch("contacts", frame, read_, problems_frame(problems), sheet="follow-ups.md", notes=notes)


def _no_channel(word: str) -> str:
    named = f"the channel {shorten(word, 20)!r}" if word else "an empty channel"
    return f"{named} doesn't tell by what way it went; write Email, LinkedIn, Phone, Voicemail, Text or Letter."


def _outcomes(log: str, rounds: Mapping[str, Sequence[tuple[str, str]]]) -> Batch:
    """How each application with an interview ended: its last status, dated by the transition into it."""
    ends: dict[str, tuple[int, str, str] | None] = {}
    for line, text in enumerate(log.splitlines(), start=1):
        number, date, _, status, *_ = [*(cell.strip() for cell in text.split("\t")), "", "", "", ""]
        number = _number(number)
        outcome = _OUTCOME_OF.get(status.casefold())
        if number not in rounds or not _DATE.match(date):
            continue
        held = ends.get(number)
        if held is None or outcome != held[1]:
            ends[number] = (line, outcome, date) if outcome else None
    rows = [
        (line, _interview_at(number, date[:10], rounds), outcome, date[:10])
        for number, end in ends.items()
        if end is not None
        for line, outcome, date in (end,)
    ]
    schema = {ROW: pl.Int64, **dict.fromkeys(("interview_id", "outcome", "decided_at"), pl.String)}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return Batch("outcomes", frame, frame.height, sheet="status-log.tsv")


def _counted(code: str, text: str, n: int) -> tuple[Note, ...]:
    return (Note(code, text, n),) if n else ()


def _problem(line: int, column: str, rule: str, message: str) -> dict[str, Any]:
    return {ROW: line, "member": None, "column": column, "rule": rule, "message": message}


SOURCE = Source("career_ops", "career-ops' tracker: its folder, or its log of follow-ups (Markdown)", detect, read)
