"""Drafts a map of somebody's sheet: looks at it, guesses, and says what it isn't sure of."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from followup_analytics.errors import DataError, UsageError
from followup_analytics.ingest.maps.draft import questions as ask
from followup_analytics.ingest.maps.draft.building import Builder
from followup_analytics.ingest.maps.draft.columns import Role, View
from followup_analytics.ingest.maps.draft.layout import Layout, understood
from followup_analytics.ingest.maps.draft.lexicon import Found, Lexicon, load_lexicon
from followup_analytics.ingest.maps.draft.likely import likely_cohort, likely_order, likely_year, likely_zone
from followup_analytics.ingest.maps.draft.reading import sheets_of
from followup_analytics.ingest.maps.draft.result import ColumnRow, MapDraft, in_a_line
from followup_analytics.ingest.maps.draft.sampling import sample_of
from followup_analytics.ingest.maps.draft.sections import Section, Use
from followup_analytics.ingest.maps.draft.toml_text import toml_text
from followup_analytics.ingest.maps.mapping import parse_map
from followup_analytics.ingest.maps.nearest import nearest_map
from followup_analytics.log.followup_log import Note
from followup_analytics.log.zone_names import zone_given
from followup_analytics.results.exports import CONFIDENTIAL
from followup_analytics.results.result import NO_LOG
from followup_analytics.sheets.headings import unnumbered
from followup_analytics.sheets.tabular import ROW, is_tabular
from followup_analytics.sheets.years import year_in
from followup_analytics.text import listed, shorten

_PEOPLE = ("applicant_id", "applicant_email", "applicant_name")
_ROLES = {
    "applicant_id": Role("applicant_id", 1.0),
    "employer": Role("employer", 1.0),
    "interviewed_at": Role("date", 1.0, "interview"),
    "at": Role("date", 1.0, "follow_up"),
    "reply": Role("date", 1.0, "reply"),
    "decided_at": Role("date", 1.0, "outcome"),
    "outcome": Role("outcome", 1.0),
    "channel": Role("how", 1.0),
    "party": Role("party", 1.0),
    "direction": Role("direction", 1.0),
    "destination": Role("destination", 1.0),
    "cohort": Role("cohort", 1.0),
    "interview_id": Role("interview_id", 1.0),
}


@dataclass(frozen=True)
class Told:
    """What the person has said: answers by the questions' names, and options of the command."""

    answers: Mapping[str, str]
    time_zone: str | None
    year: int | None
    day_first: bool | None


def draft_map(
    file: str | Path,
    *,
    answers: Mapping[str, str] | None = None,
    time_zone: str | None = None,
    year: int | None = None,
    day_first: bool | None = None,
    words: str | Path | None = None,
) -> MapDraft:
    """Look at a sheet and draft its map.

    file: a delimited file or workbook. answers: to questions of an earlier draft of the same file, by their ids; a
    question that has no answer takes its default. time_zone, year, day_first: where known. words: a further word list.
    Raises UnreadableError when the file or list can't be read, DataError when nothing of the log is in the sheet,
    UsageError for an answer that makes no sense.
    """
    path = Path(file)
    told = _told(answers or {}, time_zone, year, day_first)
    if path.exists() and path.is_file() and not is_tabular(path):
        raise DataError(f"{path.name}: a map is for spreadsheets (.csv, .tsv, .xlsx, .ods); this file is none.")
    lexicon = load_lexicon(words)
    layouts = _layouts(path, lexicon, told.answers)
    person = _person(layouts)
    several = len(layouts) > 1
    builders = [Builder(layout, lexicon, _person_columns(layout, person), several=several) for layout in layouts]
    if several:
        _share_keys(builders)
    sections = [section for builder in builders for section in builder.sections()]
    if not sections:
        raise DataError(_nothing_found(path, layouts))
    return _drafted(path, layouts, builders, sections, lexicon, told)


def _told(answers: Mapping[str, str], time_zone: str | None, year: int | None, day_first: bool | None) -> Told:
    zone = zone_given(time_zone or answers.get("time_zone") or None)
    given = str(answers.get("year", "")).strip()
    if given and not given.isdigit():
        raise UsageError(f"{given!r} is not a year; write one such as 2026.")
    order = {"day": True, "month": False}.get(answers.get("order", ""))
    return Told(answers, zone, year or (int(given) if given else None), day_first if day_first is not None else order)


def _layouts(path: Path, lexicon: Lexicon, answers: Mapping[str, str]) -> list[Layout]:
    """The sheets that hold something of the log; sheets of equal columns, such as one a month, as one."""
    found: dict[frozenset[str], Layout] = {}
    tables = sheets_of(path, lexicon)
    shared: dict[frozenset[str], list[Any]] = {}
    for raw in tables:
        shared.setdefault(frozenset(raw.columns), []).append(raw)
    for columns, alike in shared.items():
        raw = alike[0]
        if len(alike) > 1:
            frame = pl.concat([one.frame.select(raw.frame.columns) for one in alike], how="vertical_relaxed")
            raw = replace(raw, frame=frame)
        found[columns] = _answered(understood(raw, lexicon, _said_roles(raw.sheet, raw.columns, answers)), answers)
    layouts = list(found.values())
    worth = [layout for layout in layouts if layout.worth]
    if any(layout.interview or layout.groups for layout in worth):
        graduates = [one for one in worth if one.graduates and one.first("applicant_id") is not None]
        worth = [one for one in worth if one.interview or one.groups or one in graduates]
    return worth or layouts[:1]


def _said_roles(sheet: str | None, columns: Sequence[str], answers: Mapping[str, str]) -> dict[str, Role]:
    said = {}
    for name in columns:
        answer = answers.get(ask.column_id(Use(name, sheet, None, 0.0)), "yes").strip().casefold()
        if answer in ("no", ask.NOTHING):
            said[name] = Role("unused", 1.0, why="you said that it isn't needed")
        elif answer in _ROLES:
            said[name] = _ROLES[answer]
        elif answer != "yes":
            raise UsageError(f"{answer!r} is no answer about a column; say yes, no, or one of {listed(_ROLES)}.")
    return said


def _answered(layout: Layout, answers: Mapping[str, str]) -> Layout:
    """The layout with the meanings of words that the person has told."""
    if any(name.startswith("word:") for name in answers):
        layout.views[:] = [_with_words(view, layout.raw.sheet, answers) for view in layout.views]
        by_name = {view.name: view for view in layout.views}
        layout.groups = [
            replace(
                group,
                hows=tuple(by_name[view.name] for view in group.hows),
                party=by_name[group.party.name] if group.party is not None else None,
            )
            for group in layout.groups
        ]
    return layout


def _with_words(view: View, sheet: str | None, answers: Mapping[str, str]) -> View:
    use = Use(view.name, sheet, None, 0.0)
    meanings = {vocabulary: dict(found) for vocabulary, found in view.profile.meanings.items()}
    for word in view.profile.words:
        answer = answers.get(ask.word_id(use, word))
        for vocabulary, found in meanings.items() if answer is not None else ():
            if vocabulary == "touches" and answer in ("no", ask.NOTHING) and word in found:
                found[word] = Found(ask.NOTHING, 1.0, word)
            elif answer == "yes":
                found.update({word: replace(found[word], certainty=1.0)} if word in found else {})
            elif answer in ("no", ask.NOTHING):
                found.pop(word, None)
            else:
                found[word] = Found(str(answer), 1.0, word)
    return replace(view, profile=replace(view.profile, meanings=meanings))


def _person(layouts: Sequence[Layout]) -> str | None:
    """The kind of column that tells applicants apart, which all sheets have if any kind is in all; None: nobody's."""
    told = [layout for layout in layouts if layout.interview or layout.groups or layout.graduates]
    for kind in _PEOPLE:
        if told and all(layout.of(kind) for layout in told):
            return kind
    return next((kind for kind in _PEOPLE if any(layout.of(kind) for layout in told)), None)


def _person_columns(layout: Layout, kind: str | None) -> tuple[str, ...] | None:
    """The columns of that kind: of names both parts, of numbers the fullest."""
    found = layout.of(kind) if kind is not None else []
    if not found:
        return None
    if kind == "applicant_name":
        whole = [view for view in found if view.people]
        return tuple(view.name for view in (whole[:1] or found[:2]))
    return (max(found, key=lambda view: view.profile.filled).name,)


def _share_keys(builders: Sequence[Builder]) -> None:
    """A number of its own tells an interview only where every sheet that speaks of interviews has it."""
    about = [one for one in builders if one.layout.interview or one.layout.groups]
    if len(about) > 1 and not all(one.own_key() is not None for one in about):
        for one in about:
            one.without_own_key = True


def _drafted(
    path: Path,
    layouts: Sequence[Layout],
    builders: Sequence[Builder],
    sections: list[Section],
    lexicon: Lexicon,
    told: Told,
) -> MapDraft:
    uses = [use for builder in builders for use in builder.all_uses()]
    assumed = {name: text for builder in builders for name, text in builder.assumed.items()}
    assumed |= {f"same heading in {layout.raw.place}": said for layout in layouts if (said := _of_same_heading(layout))}
    titles = [text for layout in layouts for text in layout.raw.above]
    sheets = [layout.raw.sheet for layout in layouts if layout.raw.sheet]
    order = likely_order(layouts, told.day_first)
    years = year_in([*titles, *(layout.raw.sheet or "" for layout in layouts), path.stem], "")
    yearless = any(view.profile.yearless for layout in layouts for view in layout.of("date"))
    year = told.year or (likely_year(layouts, dt.datetime.now(dt.UTC).date()) if yearless and not years.known else None)
    clock = any(_has_clock(layout) for layout in layouts)
    zone = told.time_zone or likely_zone()
    cohort = _cohort(sections, likely_cohort([*titles, *sheets, path.stem]), told.answers)
    asked = ask.setting_questions(
        layouts,
        clock=clock and told.time_zone is None,
        order=order.asked and told.day_first is None,
        yearless=year is not None and told.year is None,
        zone=zone or "",
        year=year,
        cohort=cohort if "cohort" not in told.answers else None,
    )
    made: dict[str, Any] = {"name": path.stem, "description": f"a map of {path.name}, drafted by `followup map`"}
    if clock and zone is not None:
        made["time_zone"] = zone
    if order.day_first is not None:
        made["day_first"] = order.day_first
    if year is not None:
        made["year"] = year
    made["tables"] = [section.as_map() for section in sections]
    text = toml_text(made, _explained(path, assumed))
    file_map = parse_map(made, path.stem)
    sample, problem = sample_of(path, file_map, zone)
    notes = [Note("confidential", "the sample shows single records: don't pass it on")] if sample else []
    notes = [replace(note, code=CONFIDENTIAL) for note in notes]
    notes += [Note("assumed", text_) for text_ in assumed.values()]
    notes += _setting_notes(order.why, year if told.year is None else None, clock, zone, told)
    notes += [Note("sample", problem)] if problem else []
    questions = [*ask.column_questions(uses), *ask.word_questions(uses, lexicon), *asked]
    rows = tuple(_row(use) for use in uses)
    return MapDraft(
        rows,
        NO_LOG,
        tuple(notes),
        map=made,
        text=text,
        sample=tuple(sample),
        questions=tuple(one for one in questions if one.id not in told.answers),
    )


def _of_same_heading(layout: Layout) -> str:
    """What each date was taken for where several stand under one heading, so that no word tells them apart."""
    names = layout.raw.columns
    bare = dict(zip(names, unnumbered(names), strict=True))
    twice = [heading for heading, n in Counter(bare.values()).items() if n > 1]
    said = []
    if layout.interview is not None:
        said.append((layout.interview.name, "the interview"))
    said += [(group.date.name, group.title) for group in layout.groups]
    told = [f"{name!r} for the date of the {what.removeprefix('the ')}" for name, what in said if bare[name] in twice]
    if not told:
        return ""
    row = int(layout.raw.frame[ROW].min() or 2) - 1  # type: ignore[arg-type]
    return (
        f"{layout.raw.place}, row {row}: several columns have the same heading; {listed(told, 'and')} was taken. Where "
        "that is wrong, give each of these columns a heading of its own there, such as 'Interview date' and 'Called on'"
    )


def _has_clock(layout: Layout) -> bool:
    """Whether the sheet has times of day, for which a zone is needed."""
    dated = layout.of("date")
    clocks = any(layout.raw.frame[view.name].cast(pl.String).str.contains(r"\d:\d\d").any() for view in dated)
    return clocks or layout.interview_time is not None or any(group.time is not None for group in layout.groups)


def _cohort(sections: Sequence[Section], likely: str | None, answers: Mapping[str, str]) -> str | None:
    """Write the cohort that the person told, or the one that a title tells, where no column has one; what to ask."""
    bare = [one for one in sections if one.table in ("interviews", "applicants") and "cohort" not in one.columns]
    cohort = answers.get("cohort", likely or "").strip()
    for section in bare if cohort else ():
        section.constants["cohort"] = cohort
    return likely if bare else None


def _explained(path: Path, assumed: Mapping[str, str]) -> list[str]:
    lines = [
        f"A map of {path.name}, drafted by `followup map`: on the left the columns of the log, on the right yours.",
        f'Check a sheet with it:  followup check "{path.name}" --map THIS_FILE',
    ]
    return [*lines, *(f"Assumed: {text}." for text in assumed.values())]


def _setting_notes(why: str, year: int | None, clock: bool, zone: str | None, told: Told) -> list[Note]:
    notes = [Note("order", why)] if why else []
    if year is not None:
        text = f"dates without a year are taken for dates of {year}, the latest year in which all of them are past"
        notes.append(Note("year", text + "; another is given by year = ... in the map, or --year"))
    if clock and told.time_zone is None:
        said = f"times are taken for local times of {zone}, this computer's zone" if zone else "times have no zone yet"
        notes.append(Note("time_zone", f"{said}; give --time-zone, such as America/New_York"))
    return notes


def _row(use: Use) -> ColumnRow:
    means = {word: (name if name != "open" else None) for word, (name, _) in use.values.items()}
    values = [
        {"value": word, "means": _in_log(means[word], use), "as": means[word], "certainty": round(sure, 2)}
        for word, (_, sure) in use.values.items()
    ]
    return ColumnRow(
        sheet=use.sheet,
        column=use.column,
        means=use.means,
        table=use.table,
        group=use.group,
        certainty=round(use.certainty, 2),
        values=values,
        words=in_a_line(values),
        why=use.why,
    )


def _in_log(name: str | None, use: Use) -> str | None:
    """The value that a word has in the log's column that it is read for."""
    if name is None or use.vocabulary is None:
        return None
    if use.vocabulary == "touches":
        from followup_analytics.ingest.maps.draft.lexicon import touch_table

        channel = touch_table().get(name, {}).get("means", {}).get("channel")
        return None if channel is None else str(channel)
    if use.vocabulary == "answers":
        return {"yes": "true", "no": "false"}.get(name)
    return name


def _nothing_found(path: Path, layouts: Sequence[Layout]) -> str:
    """The refusal: what is lacking, and which shipped map comes nearest."""
    columns = [name for layout in layouts for name in layout.raw.columns]
    seen = ", ".join(shorten(name, 30) for name in columns[:12])
    near = nearest_map(columns)
    also = f" {near}" if near else ""
    return (
        f"{path.name}: nothing in this sheet tells of interviews, follow-ups or graduates: it needs a column of dates "
        f"(of the interview, or of a call or message) or of what graduates do. Its columns are: {seen}.{also}"
    )
