"""Ties calls and messages to interviews by line and date: one contact, one interview, never more.

Among the interviews that a line serves, a call goes to the most recent one that was open when it was made; the others
stand in the review file. What fits none is counted and listed there too, and can be decided by giving the file back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from followup_analytics.ingest.aside.review import NO_INTERVIEW, REVIEW_SCHEMA, SEVERAL_INTERVIEWS
from followup_analytics.ingest.linking.names import folded_name, sender_names
from followup_analytics.ingest.linking.roster import INTERVIEW_SCHEMA, LINES_SCHEMA
from followup_analytics.ingest.parsing.calls import problems_frame
from followup_analytics.ingest.parsing.parts import SEVERAL, Rejected, set_aside
from followup_analytics.ingest.parsing.telephone import (
    WEAK_DIGITS,
    contact_key,
    damaged,
    home_region,
    restored,
    tail_key,
    weak_key,
)
from followup_analytics.log.clock import DAY_US
from followup_analytics.log.pseudonyms import Pseudonyms
from followup_analytics.sheets.tabular import ROW

_EXTENSION = r"(?i)\s*(?:ext|x|;|,|#).*$"


@dataclass(frozen=True)
class Lines:
    """All that linking knows: `lines` (key, interview_id, party), `interviews` (INTERVIEW_SCHEMA), the applicants' own
    lines, decisions from a review file, the home region, and how long before an interview a call may belong to it.
    """

    lines: pl.DataFrame
    interviews: pl.DataFrame
    own: Mapping[str, str]
    decisions: Mapping[str, str]
    region: str | None
    days_before: float = 60.0

    @cached_property
    def weak_keys(self) -> list[str]:
        """The last digits of all numbers that anything could be linked by."""
        return sorted({weak_key(key) for key in (*self.lines["key"], *self.decisions) if key.startswith("+")})

    @classmethod
    def empty(cls, region: str | None = None) -> Lines:
        """No roster: only a review file's decisions could link."""
        return cls(pl.DataFrame(schema=LINES_SCHEMA), pl.DataFrame(schema=INTERVIEW_SCHEMA), {}, {}, region)


@dataclass(frozen=True)
class Linked:
    """`contacts`: calls with interview_id, contact_id and party; `problems`: calls that no interview fits or whose
    number is damaged; `review`: what a person should look at; `unmatched`: how many calls fit no interview.
    """

    contacts: pl.DataFrame
    problems: pl.DataFrame
    review: pl.DataFrame
    unmatched: int
    ambiguous: int


def link(calls: pl.DataFrame, known: Lines, pseudonyms: Pseudonyms, source: str) -> Linked:
    """Link calls (calls.CALLS) to interviews.

    Every call ends in exactly one of `contacts` and `problems`.
    """
    region = known.region or home_region(_distinct(calls["number"]))
    calls, broken = set_aside(
        calls,
        Rejected(
            "number",
            "damaged_number",
            pl.col("number").is_in([number for number in _distinct(calls["number"]) if damaged(number)]),
            "a spreadsheet has rounded this number (1.20256E+10), so its digits are lost; take it from the first "
            "export.",
        ),
    )
    keyed = _keyed(with_learnt_numbers(calls), known, region)
    linked = keyed.join(_choose(keyed, known), on="_place", how="left", maintain_order="left")
    # Most calls of a telephone are private: only those that may be stored get an id.
    wanted = linked if known.decisions else linked.filter(pl.col("interview_id").is_not_null())
    linked = linked.join(_call_ids(wanted, pseudonyms, source), on="_place", how="left", maintain_order="left")
    linked = _decided(linked, known.decisions)
    unmatched = linked.filter(pl.col("interview_id").is_null())
    matched = linked.filter(pl.col("interview_id").is_not_null())
    strays = unmatched.select(
        ROW,
        "member",
        column=pl.lit("number"),
        rule=pl.when(pl.col("number").is_null()).then(pl.lit("withheld_number")).otherwise(pl.lit("unmatched")),
        message=pl.when(pl.col("number").is_null())
        .then(pl.lit("the number is withheld, so the call can't be tied to an interview."))
        .otherwise(
            pl.lit(
                "no interview of the roster has this number at this time; add it to the roster, or fill in the "
                "review file."
            )
        ),
    )
    contacts = matched.with_columns(
        contact_id="call",
        party=pl.coalesce(
            "party", pl.when(pl.col("channel").is_in(["phone", "video", "in_person", "voicemail"])).then("line_party")
        ),
    )
    contacts = contacts.with_columns(
        party=pl.when((pl.col("channel") == "voicemail") & (pl.col("direction") == "outbound"))
        .then(pl.lit("none"))
        .otherwise("party")
    )
    ambiguous = matched.filter(pl.col("alternatives") != "")
    return Linked(
        contacts.drop("_place", "call", "line_party", "key"),
        pl.concat([broken, strays.select(problems_frame().columns)]),
        _review(ambiguous, unmatched),
        unmatched.height,
        ambiguous.height,
    )


def with_learnt_numbers(calls: pl.DataFrame) -> pl.DataFrame:
    """The calls that have a name alone, with the numbers that other records of the same export have for that name."""
    lacks = pl.col("number").is_null() & pl.col("name").is_not_null()
    if not calls.select(lacks.any()).item():
        return calls
    single = pl.col("number").is_not_null() & ~pl.col("number").str.contains(SEVERAL)
    names = calls["name"].drop_nulls().unique().to_list()
    folded = pl.col("name").replace_strict(names, [folded_name(one) or one for one in names], default=None)
    named = calls.with_columns(_folded=folded)
    both = named.filter(single & pl.col("name").is_not_null())
    learnt = both.select("_folded", "number").unique(maintain_order=True).group_by("_folded")
    told = named.join(learnt.agg(_learnt=pl.col("number")), on="_folded", how="left", maintain_order="left")
    return told.with_columns(number=pl.coalesce("number", pl.col("_learnt").list.join(SEVERAL))).drop(
        "_learnt", "_folded"
    )


def _distinct(values: pl.Series) -> list[str]:
    return [part for value in values.drop_nulls().unique() for part in value.split(SEVERAL)]


def _keyed(calls: pl.DataFrame, known: Lines, region: str | None) -> pl.DataFrame:
    """The calls with `_place` and `key`: the list of keys of the other parties.

    Parsing a number takes 30 microseconds, and most calls of a telephone are private: numbers whose last digits no line
    of the roster has are not parsed, which makes a million of them cheap and changes no link.
    """
    numbers = pl.DataFrame({"number": calls["number"].drop_nulls().unique()})
    tail = (
        pl.col("number")
        .str.replace(r"\.0$", "")
        .str.replace(_EXTENSION, "")
        .str.replace_all(r"\D", "")
        .str.slice(-WEAK_DIGITS)
    )
    worth = numbers.filter(
        tail.is_in(known.weak_keys)
        | pl.col("number").str.contains(r"[^+\d\s().\-/]")
        | (tail.str.len_chars() < WEAK_DIGITS)
    )
    keys = {number: _keys(number, region) for number in worth["number"]}
    table = pl.DataFrame(
        {"number": list(keys), "key": list(keys.values())}, schema={"number": pl.String, "key": pl.List(pl.String)}
    )
    return calls.with_row_index("_place").join(table, on="number", how="left", maintain_order="left")


def _keys(number: str, region: str | None) -> list[str]:
    return [key for part in number.split(SEVERAL) if (key := contact_key(part, region))]


def _call_ids(keyed: pl.DataFrame, pseudonyms: Pseudonyms, source: str) -> pl.DataFrame:
    """`_place` and `call`: a keyed id, the same in every export, of the source's id or of time and number."""
    plain = pl.coalesce(pl.col("key").list.join(" "), "number", "name", pl.lit(""))
    kind = (
        pl.when(pl.col("channel").is_in(["text", "email", "social", "letter"]))
        .then("channel")
        .otherwise(pl.lit("call"))
    )
    native = pl.format("{}|{}", pl.lit(source), "native_id")
    made = pl.format("{}|{}|{}|{}", kind, "at_us", "direction", plain)
    texts = keyed.select(t=pl.when(pl.col("native_id").is_not_null()).then(native).otherwise(made))["t"]
    ids = pl.Series("call", pseudonyms.of_each("call", texts.to_list()), dtype=pl.String)
    return keyed.select("_place").with_columns(ids)


def _choose(calls: pl.DataFrame, known: Lines) -> pl.DataFrame:
    """For each call with a candidate: the interview, its line's party, and the alternatives."""
    candidates = _candidates(calls, known).join(known.interviews, on="interview_id", how="inner")
    if known.own:
        owner = pl.col("own").replace_strict(_own_applicants(calls, known), default=None, return_dtype=pl.String)
        candidates = candidates.filter(owner.is_null() | (owner == pl.col("applicant_id")))
    candidates = _within_reach(candidates, known.days_before)
    best = candidates.sort("_place", "exactness", "state", "distance", "interview_id").group_by(
        "_place", maintain_order=True
    )
    chosen = best.agg(
        pl.col("interview_id").first(),
        line_party=pl.col("party_of_line").first(),
        alternatives=pl.col("interview_id").unique(maintain_order=True).slice(1),
        states=pl.col("state"),
        ids=pl.col("interview_id"),
    )
    return chosen.select("_place", "interview_id", "line_party", alternatives=pl.col("alternatives").list.join("; "))


def _candidates(calls: pl.DataFrame, known: Lines) -> pl.DataFrame:
    """Every interview that a call's line, calendar entry or name may belong to; exact lines before wider ones."""
    columns = ["_place", "at_us", "is_day", "own"]
    exact = calls.select(*columns, "key").explode("key", empty_as_null=True).drop_nulls("key")
    lines = known.lines.rename({"party": "party_of_line"})
    base = lines.with_columns(key=pl.col("key").str.replace(r";ext=.*$", "")).unique(
        ["key", "interview_id"], keep="first", maintain_order=True
    )
    without_extension = exact.with_columns(key=pl.col("key").str.replace(r";ext=.*$", ""))
    domain = exact.filter(pl.col("key").str.contains("@", literal=True)).with_columns(
        key=pl.lit("@") + pl.col("key").str.split("@").list.last()
    )
    names, employers = (_by_name(calls, columns, lines, prefix) for prefix in ("name:", "employer:"))
    uids = (
        calls.filter(pl.col("thread").is_not_null()).select(*columns, key="uid:" + pl.col("thread"))
        if _has(lines, "uid:")
        else exact.clear()
    )
    tails = (
        calls.filter(pl.col("number").is_not_null()).select(*columns, key=_tail_of(calls["number"]))
        if _has(lines, "tail:")
        else exact.clear()
    )
    parts = [
        table.join(by, on="key", how="inner").with_columns(exactness=pl.lit(rank))
        for rank, (table, by) in enumerate(
            [
                (exact, lines),
                (uids, lines),
                (without_extension, base),
                (domain, lines),
                (tails, lines),
                (names, lines),
                (employers, lines),
            ]
        )
    ]
    return pl.concat(parts)


def _by_name(calls: pl.DataFrame, columns: list[str], lines: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """The calls that have a name, with a key for each form that the name may have among the lines."""
    named = calls.filter(pl.col("name").is_not_null())
    if not _has(lines, prefix):
        named = named.clear()
    keys = {name: [prefix + one for one in sender_names(name)] for name in named["name"].unique()}
    table = pl.DataFrame(
        {"name": list(keys), "_keys": list(keys.values())}, schema={"name": pl.String, "_keys": pl.List(pl.String)}
    )
    joined = named.join(table, on="name", how="left", maintain_order="left").explode("_keys", empty_as_null=True)
    return joined.select(*columns, key="_keys").drop_nulls("key")


def _tail_of(numbers: pl.Series) -> pl.Expr:
    tails = {number: tail_key(number) for number in numbers.drop_nulls().unique()}
    return pl.col("number").replace_strict(tails, default=None, return_dtype=pl.String)


def _has(lines: pl.DataFrame, prefix: str) -> bool:
    return bool(lines["key"].str.starts_with(prefix).any())


def _own_applicants(calls: pl.DataFrame, known: Lines) -> dict[str, str | None]:
    region = known.region
    found = {own: contact_key(restored(own), region) for own in calls["own"].drop_nulls().unique()}
    return {own: known.own.get(key or "") for own, key in found.items()}


def _within_reach(candidates: pl.DataFrame, days_before: float) -> pl.DataFrame:
    """Candidates in time, with their state: 0 open at the call, 1 over by then, 2 still to come."""
    day = DAY_US
    by_day = pl.col("is_day").fill_null(value=False) | pl.col("by_day").fill_null(value=False)
    begun = (
        pl.when(by_day)
        .then(pl.col("at_us") // day >= pl.col("start_day"))
        .otherwise(pl.col("at_us") >= pl.col("start_us"))
    )
    over = (pl.col("at_us") > pl.col("end_us")).fill_null(value=False)
    state = pl.when(begun & ~over).then(0).when(begun).then(1).otherwise(2)
    reach = int(days_before * day)
    return (
        candidates.with_columns(state=state, distance=(pl.col("at_us") - pl.col("start_us")).abs())
        .filter((pl.col("state") < 2) | (pl.col("distance") <= reach))
        .with_columns(exactness=pl.when(pl.col("exactness") > 1).then("exactness").otherwise(0))
    )


def _decided(linked: pl.DataFrame, decisions: Mapping[str, str]) -> pl.DataFrame:
    """The links with a person's decisions put in their place; `none` unlinks."""
    if not decisions:
        return linked.with_columns(pl.col("alternatives").fill_null(""))
    by_key = pl.col("key").list.first().replace_strict(decisions, default=None, return_dtype=pl.String)
    by_number = pl.col("number").replace_strict(decisions, default=None, return_dtype=pl.String)
    by_call = pl.col("call").replace_strict(decisions, default=None, return_dtype=pl.String)
    decision = pl.coalesce(by_call, pl.when(pl.col("interview_id").is_null()).then(pl.coalesce(by_key, by_number)))
    final = pl.coalesce(decision, "interview_id")
    return linked.with_columns(
        interview_id=pl.when(final.str.to_lowercase() != "none").then(final),
        alternatives=pl.when(by_call.is_null()).then(pl.col("alternatives").fill_null("")).otherwise(pl.lit("")),
    )


def _review(ambiguous: pl.DataFrame, unmatched: pl.DataFrame) -> pl.DataFrame:
    """Ambiguous calls one by one, unmatched ones by number: what a person can decide."""
    at = pl.from_epoch("at_us", time_unit="us").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    shown = pl.col("number").str.replace_all(SEVERAL, "; ", literal=True)
    several = ambiguous.select(
        "call",
        "interview_id",
        "alternatives",
        why=pl.lit(SEVERAL_INTERVIEWS),
        number=shown,
        at=at,
        calls=pl.lit(1, pl.Int64),
    )
    strays = (
        unmatched.filter(pl.col("number").is_not_null())
        .group_by(number=shown, maintain_order=True)
        .agg(at=at.min(), calls=pl.len().cast(pl.Int64))
        .with_columns(
            why=pl.lit(NO_INTERVIEW),
            call=pl.lit(None, pl.String),
            interview_id=pl.lit(None, pl.String),
            alternatives=pl.lit(""),
        )
    )
    return pl.concat([several.select(list(REVIEW_SCHEMA)), strays.select(list(REVIEW_SCHEMA))])


def unlinked(calls: pl.DataFrame, pseudonyms: Pseudonyms, source: str) -> Linked:
    """Calls as a check without a roster sees them: all usable, none linked."""
    bare = calls.with_row_index("_place").with_columns(key=pl.lit(None, pl.List(pl.String)))
    contacts = bare.with_columns(
        contact_id=_call_ids(bare, pseudonyms, source)["call"], interview_id=pl.lit("not linked")
    )
    return Linked(contacts.drop("_place", "key"), problems_frame(), pl.DataFrame(schema=REVIEW_SCHEMA), 0, 0)
