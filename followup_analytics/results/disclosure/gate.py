"""The one gate: an answer's rows are made through `disclose`, or they are no answer.

Small groups are hidden in the rows themselves, before any table, chart or file is made of them; what stays is rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import polars as pl

from followup_analytics.errors import DataError, WithheldError
from followup_analytics.log.followup_log import Note
from followup_analytics.log.shared_words import MISSING
from followup_analytics.results.columns import HIDDEN_ROLES, Field
from followup_analytics.results.disclosure.cells import Cells
from followup_analytics.results.disclosure.lines import places_to_hide
from followup_analytics.results.disclosure.marked import HIDDEN_REASON, SUPPRESSED, Disclosed
from followup_analytics.results.disclosure.policy import DisclosurePolicy
from followup_analytics.results.disclosure.rounding import in_band, rounded_tree, rounded_value
from followup_analytics.results.row import Row

RowType = TypeVar("RowType", bound=Row)

NOTHING = "There is nothing to estimate: no interview in this log, or in the part of it that was asked for."
#: Counts of whom or what a row is about, beside its applicants.
_SIZES = ("n_graduates", "n_interviews", "n_attempts")
#: Columns that are weights of a design, whatever they are printed as.
_KINDS = dict.fromkeys(("ess_strategy", "ess_alternative", "max_weight_share"), "weight")
#: Kinds of the numbers inside nested columns, by name; others are plain numbers.
NESTED_KINDS: Mapping[str, str] = {
    "p_value": "p",
    "p_adjusted": "p",
    **dict.fromkeys(("largest", "largest_share", "mean_weight", "effective_size"), "weight"),
    **dict.fromkeys(("share_capped", "share_extreme", "limit"), "weight"),
    **dict.fromkeys(("share", "share_against", "baseline", "conf_low", "conf_high", "risk", "naive"), "share"),
    **dict.fromkeys(("before", "after", "estimate", "low", "high", "difference"), "share"),
}


def n_applicants_of(rows: pl.DataFrame) -> int:
    """How many applicants an answer is about: those of the rows (with `applicant_id`) that it counts."""
    return rows["applicant_id"].n_unique()


def require_enough(n_applicants: int, policy: DisclosurePolicy, nothing: str = NOTHING) -> None:
    """Raise WithheldError, which doesn't say how many there were, when a whole answer is about too few applicants.

    Where nothing is hidden and there is nobody, raise DataError with the sentence `nothing`.
    """
    if n_applicants < policy.min_cell:
        if not policy.hides:
            raise DataError(nothing)
        raise WithheldError.too_few(policy.min_cell)


def hidden_row(row: RowType) -> RowType:
    """The row with all its numbers gone."""
    return row.having(**dict.fromkeys(type(row).hidden_with_row()), status=SUPPRESSED, reason=HIDDEN_REASON)


def hidden_mapping(row: Mapping[str, Any], measures: Sequence[str]) -> dict[str, Any]:
    """A plain row of a nested table with its measures gone."""
    return {**row, **dict.fromkeys(measures), "status": SUPPRESSED, "reason": HIDDEN_REASON}


def disclose(
    rows: Sequence[RowType],
    policy: DisclosurePolicy,
    *,
    sizes: Sequence[int] | None = None,
    members: Callable[[], pl.DataFrame] | None = None,
    also: Collection[int] = (),
    parts: bool = True,
    total_of_events: bool = False,
    nested: Mapping[str, str] | None = None,
) -> Disclosed[RowType]:
    """The rows of an answer as they may be shown: each with its numbers rounded, or hidden.

    Args:
        rows: the rows of a table with all their numbers.
        policy: what may be shown.
        sizes: applicants of each row, where the column of that role is not what decides.
        members: see `Cells`.
        also: places of rows that are hidden in any case.
        parts: whether the rows are parts of one whole, so that a hidden one could be had from a total.
        total_of_events: whether a reader knows how many events there are in all.
        nested: kinds of the numbers in nested columns, by their names or by the column's.

    Raises:
        WithheldError: every row is hidden.
    """
    gone = _gone(rows, policy, sizes, members, also, parts=parts, total_of_events=total_of_events)
    if rows and len(gone) == len(rows):
        raise WithheldError.too_few(policy.min_cell)
    return disclosed_except(rows, gone, policy, nested=nested)


def disclosed_except(
    rows: Sequence[RowType],
    gone: Collection[int],
    policy: DisclosurePolicy,
    *,
    nested: Mapping[str, str] | None = None,
) -> Disclosed[RowType]:
    """The rows rounded, those in `gone` (places) hidden: for answers whose own module knows which."""
    return Disclosed(
        hidden_row(row) if place in gone else rounded_row(row, policy, nested=nested) for place, row in enumerate(rows)
    )


def working_paper(rows: Sequence[RowType]) -> Disclosed[RowType]:
    """Rows about single interviews, or about no person: marked confidential, or nothing to hide."""
    return Disclosed(rows)


def _gone(
    rows: Sequence[RowType],
    policy: DisclosurePolicy,
    sizes: Sequence[int] | None,
    members: Callable[[], pl.DataFrame] | None,
    also: Collection[int],
    *,
    parts: bool,
    total_of_events: bool,
) -> frozenset[int]:
    if not policy.hides or not rows:
        return frozenset()
    if not parts:
        people = _column(rows, "size") if sizes is None else list(sizes)
        return frozenset(place for place, number in enumerate(people) if number < policy.min_cell) | frozenset(also)
    cells = cells_of(rows, sizes=sizes, members=members, total_of_events=total_of_events or policy.min_events > 0)
    return places_to_hide(cells, policy, also=also)


def cells_of(
    rows: Sequence[Row],
    *,
    sizes: Sequence[int] | None = None,
    members: Callable[[], pl.DataFrame] | None = None,
    total_of_events: bool = False,
) -> Cells:
    """The counts of typed rows, by the roles that their columns declare."""
    declared = type(rows[0]).declared()
    names = [one.name for one in declared if one.role == "count"]
    counts = {name: _numbers(rows, name) for name in names if name in _SIZES}
    return Cells(
        keys=[_key(row, declared) for row in rows],
        people=list(sizes) if sizes is not None else _column(rows, "size"),
        counts=counts,
        events=_numbers(rows, "n_events") if "n_events" in names else None,
        total_of_events=total_of_events,
        members=members,
    )


def _key(row: Row, declared: Sequence[Field]) -> tuple[str, ...]:
    own = [str(row[one.name]) for one in declared if one.role == "key" and not one.is_keys]
    return (*own, *(str(value) for value in row.question_keys().values()))


def _column(rows: Sequence[Row], role: str) -> list[int]:
    name = next((one.name for one in type(rows[0]).declared() if one.role == role), None)
    if name is None:
        raise TypeError(
            f"{type(rows[0]).__name__} declares no column of the role {role!r}: give the sizes of its rows."
        )
    return _numbers(rows, name)


def _numbers(rows: Sequence[Row], name: str) -> list[int]:
    return [int(row[name] or 0) for row in rows]


def rounded_row(row: RowType, policy: DisclosurePolicy, *, nested: Mapping[str, str] | None = None) -> RowType:
    """The row with each number as it may be published, by the kind of its column."""
    if not policy.hides:
        return row
    changes: dict[str, Any] = {}
    declared = [one for one in type(row).declared() if not one.is_keys and one.role != "key"]
    band = policy.band(max((int(row[one.name] or 0) for one in declared if one.role == "size"), default=0))
    for one in declared:
        value = row[one.name]
        if value is None or one.kind in ("text", "sentence", "date", "bool"):
            continue
        if one.kind == "nested":
            kinds = NESTED_KINDS if nested is None else nested
            new = rounded_tree(value, policy, kinds, kinds.get(one.name, "number"))
        elif one.name == "n_events" and not policy.event_counts:
            new = None
        elif band is not None and one.kind.removesuffix("_interval") == "share" and one.role in HIDDEN_ROLES:
            new = in_band(float(value), band, _side(one.name))
        else:
            new = rounded_value(value, _KINDS.get(one.name, one.kind), policy)
        if new != value:
            changes[one.name] = new
    return row.having(**changes) if changes else row


def rounded_extra(extra: Mapping[str, Any], policy: DisclosurePolicy) -> dict[str, Any]:
    """Nested tables beside the rows, their numbers as they may be published."""
    return {name: rounded_tree(value, policy, NESTED_KINDS) for name, value in extra.items()}


def _side(name: str) -> str:
    return "low" if name.endswith("_low") else "high" if name.endswith("_high") else "middle"


def people_by(columns: Sequence[str], interviews: pl.DataFrame) -> pl.DataFrame:
    """How many applicants and interviews have each combination of values, as small letters.

    interviews: with `applicant_id`. Returns key (text), people and n, in the order of the keys. Of several parts of a
    log, each of some applicants, the tables add up (`added_people`).
    """
    found = _keyed(columns, interviews).group_by("key").agg(people=pl.col("applicant_id").n_unique(), n=pl.len())
    return found.sort("key")


def members_by(columns: Sequence[str], interviews: pl.DataFrame) -> pl.DataFrame:
    """How many interviews each applicant has under each key of `people_by`: key, person (a number), units."""
    person = pl.col("applicant_id").rank("dense").cast(pl.Int64)
    return _keyed(columns, interviews).with_columns(person=person).group_by("key", "person").agg(units=pl.len())


def added_people(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The tables of `people_by` of all parts as one."""
    return pl.concat(parts).group_by("key").agg(pl.col("people", "n").sum()).sort("key")


def _keyed(columns: Sequence[str], interviews: pl.DataFrame) -> pl.DataFrame:
    lowered = [pl.col(column).cast(pl.String).str.to_lowercase().fill_null(MISSING) for column in columns]
    return interviews.select("applicant_id", key=pl.concat_str(lowered, separator="\0"))


def people_with(column: str, interviews: pl.DataFrame) -> pl.DataFrame:
    """How many applicants have each value of a column, as it is written, those without one left out: value, people."""
    held = interviews.group_by(pl.col(column).cast(pl.String).alias("value"))
    return held.agg(people=pl.col("applicant_id").n_unique()).drop_nulls("value").sort("value")


def small_cohort_note(cohorts: pl.DataFrame, policy: DisclosurePolicy) -> tuple[Note, ...]:
    """What to know before publishing, where a cohort too small to be shown could be had by subtracting others.

    cohorts: those of the whole log (`people_with`). Hiding works within one answer; what was published before is
    compared with by the ledger of releases alone.
    """
    people = cohorts["people"]
    if len(people) < 2 or not (people < policy.min_cell).any():
        return ()
    return (
        Note(
            "small_cohort",
            f"A cohort of fewer than {policy.min_cell} applicants is in this record. It is not shown, but answers on "
            "all cohorts beside answers on each of the others would give it away: publish the one or the others, not "
            "both.",
        ),
    )


def require_visible(
    people: pl.DataFrame,
    chosen: Sequence[tuple[str, str]],
    policy: DisclosurePolicy,
    members: Callable[[], pl.DataFrame],
) -> None:
    """Refuse a part of the log that a table by the same columns would hide, be it to protect another part.

    people: those of the log from which the part is taken, by the columns of `chosen` (`people_by`). chosen: columns
    with the value that was asked for. members: gives `members_by` the same columns. Raises WithheldError.
    """
    places = {key: place for place, key in enumerate(people["key"])}
    value = "\0".join(value.casefold() for value in dict(chosen).values())
    if not policy.hides or value not in places:
        return

    def placed() -> pl.DataFrame:
        return members().select("units", "person", place=pl.col("key").replace_strict(places))

    cells = Cells(
        keys=[tuple(key.split("\0")) for key in people["key"]],
        people=people["people"].to_list(),
        counts={"n_interviews": people["n"].to_list()},
        members=placed,
    )
    if places[value] in places_to_hide(cells, policy):
        raise WithheldError.too_few(policy.min_cell)
