"""Touches tied to interviews by the names of person and employer, and the match sheet for those that nearly fit.

Names are compared without case, accents, apostrophes, legal forms and blanks. Of several interviews of the same two the
latest one on or before the touch's day is meant. What fits none stands in the match sheet with the nearest interviews;
a person accepts a suggestion there and gives the sheet back with --review.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from followup_analytics.log.pseudonyms import Pseudonyms
from followup_analytics.sheets.names import folded_each, folded_employer, folded_person
from followup_analytics.sheets.tabular import ROW

#: Marks decisions of a match sheet among those of other review files.
MATCHED = "match:"
MATCH_KEY, MATCH_ID, ACCEPT = "key", "suggested_interview", "accept"
_CLOSE = 0.6
_YES = frozenset(["y", "yes", "x", "ja", "j", "si", "sí", "s", "oui", "o", "1", "true", "ok"])
NAMES_SCHEMA = {"interview_id": pl.String, "who": pl.String, "employer": pl.String, "day": pl.Date, "shown": pl.String}


@dataclass
class Missed:
    """Rows that fit no interview, as the match sheet lists them."""

    rows: list[Mapping[str, object]] = field(default_factory=list)

    def frame(self) -> pl.DataFrame:
        """The match sheet: where the row stands, the key that was built, the nearest interview, and what to accept."""
        names = ("file", "row", "person", "employer", "date", MATCH_KEY, "nearest", MATCH_ID, ACCEPT)
        return pl.DataFrame(
            [[str(row.get(name) or "") for name in names] for row in self.rows],
            schema=dict.fromkeys(names, pl.String),
            orient="row",
        )


def names_of(interviews: pl.DataFrame, pseudonyms: Pseudonyms | None) -> pl.DataFrame:
    """Interviews as names are looked up in: NAMES_SCHEMA.

    interviews: interview_id, applicant_id, employer, interviewed_at (and _zone). pseudonyms: of ids as they stand in a
    file; None for those of a store, which are pseudonyms already and aren't shown.
    """
    if not interviews.height:
        return pl.DataFrame(schema=NAMES_SCHEMA)
    who = interviews["applicant_id"]
    shown = pl.Series("shown", [None], dtype=pl.String).new_from_index(0, interviews.height)
    if pseudonyms is not None:
        shown = pl.concat([who.to_frame("w"), interviews["employer"].to_frame("e")], how="horizontal").select(
            shown=pl.concat_str(["w", pl.col("e").fill_null("")], separator=" / ")
        )["shown"]
        folded = folded_each(who, "person")
        found = pseudonyms.of_all("applicant", folded.drop_nulls().unique())
        who = folded.replace_strict(list(found), list(found.values()), default=None, return_dtype=pl.String)
    return pl.DataFrame(
        {
            "interview_id": interviews["interview_id"],
            "who": who,
            "employer": folded_each(interviews["employer"], "employer"),
            "day": interviews["interviewed_at"].dt.date(),
            "shown": shown,
        }
    ).cast(pl.Schema(NAMES_SCHEMA))


def tied_by_name(
    match: pl.DataFrame,
    days: pl.Series,
    known: pl.DataFrame,
    pseudonyms: Pseudonyms,
    accepted: Mapping[str, str],
) -> tuple[pl.Series, list[dict[str, object]]]:
    """The interview of each row, null where none fits, and a line of the match sheet for each of these.

    match: `_row`, then the cells of the person's name and of the employer. days: ISO dates of the touches.
    known: NAMES_SCHEMA. accepted: interviews by key, from a match sheet that came back.
    """
    cells = [name for name in match.columns if name != ROW]
    people = cells[:-1] or cells
    person = match.select(t=pl.concat_str([pl.col(name).cast(pl.String) for name in people], separator=" "))["t"]
    employer = match[cells[-1]].cast(pl.String) if len(cells) > 1 else None
    folded = folded_each(person, "person")
    names = pseudonyms.of_all("applicant", folded.drop_nulls().unique())
    index = _index(known, with_employer=employer is not None)
    found: list[str | None] = []
    missed: list[dict[str, object]] = []
    firms = [None] * match.height if employer is None else employer.to_list()
    for row, who, plain, firm, day in zip(match[ROW], person, folded, firms, days, strict=True):
        key = " / ".join(filter(None, (plain, folded_employer(firm) if firm else None)))
        fitting = index.get((names.get(plain or "", ""), folded_employer(firm) if firm else ""), ())
        chosen = accepted.get(MATCHED + key) or _latest(fitting, (day or "")[:10])
        found.append(chosen)
        if chosen is None:
            missed.append({"row": row, "person": who, "employer": firm, "date": day, MATCH_KEY: key})
    _suggest(missed, known, index, pseudonyms)
    return pl.Series("interview_id", found, dtype=pl.String), missed


def _index(known: pl.DataFrame, *, with_employer: bool) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """The interviews of each person and employer, with their days, oldest first."""
    index: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for interview, who, employer, day in known.sort("day").select("interview_id", "who", "employer", "day").rows():
        index.setdefault((who or "", (employer or "") if with_employer else ""), []).append((str(day), interview))
    return index


def _latest(fitting: Sequence[tuple[str, str]], day: str) -> str | None:
    """The latest interview on or before a day; the first one where all are later, which the checks then tell of."""
    before = [interview for when, interview in fitting if not day or when <= day]
    return before[-1] if before else fitting[0][1] if fitting else None


def _suggest(
    missed: Sequence[dict[str, object]],
    known: pl.DataFrame,
    index: Mapping[tuple[str, str], Sequence[tuple[str, str]]],
    pseudonyms: Pseudonyms,
) -> None:
    """The nearest interview of each row: by names as written, else the only other employer of the same person."""
    shown = known.filter(pl.col("shown").is_not_null()).select("interview_id", "shown", "day").rows()
    by_key = {}
    for interview, text, day in shown:
        who, _, firm = str(text).partition(" / ")
        by_key[" / ".join(filter(None, (folded_person(who), folded_employer(firm))))] = (interview, f"{text}, {day}")
    for one in missed:
        close = difflib.get_close_matches(str(one[MATCH_KEY]), by_key, n=1, cutoff=_CLOSE)
        if close:
            one[MATCH_ID], one["nearest"] = by_key[close[0]]
            continue
        person = pseudonyms.applicant(folded_person(str(one["person"] or "")))
        others = [(firm, stories) for (who, firm), stories in index.items() if who == person]
        if len(others) == 1:
            firm, stories = others[0]
            one[MATCH_ID] = _latest(stories, str(one["date"] or "")[:10])
            one["nearest"] = f"the same person, {firm}"


def accepted_in(sheet: pl.DataFrame) -> dict[str, str]:
    """What a person has accepted in a match sheet: interviews by key."""
    rows = sheet.select(MATCH_KEY, MATCH_ID, ACCEPT).drop_nulls().rows()
    return {key: interview for key, interview, said in rows if str(said).strip().casefold() in _YES and interview}


def is_match_sheet(columns: Sequence[str]) -> bool:
    """Whether a review file is a match sheet."""
    return {MATCH_KEY, MATCH_ID, ACCEPT} <= set(columns)
