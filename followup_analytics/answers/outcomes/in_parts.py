"""What a part of a log says of its graduates and their interviews, and what the parts say together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics.answers.curves.exits import exits_by_day
from followup_analytics.answers.curves.in_parts import by_column
from followup_analytics.answers.outcomes.destinations import destination_counts
from followup_analytics.answers.outcomes.result import HORIZON
from followup_analytics.cells.counted import episodes
from followup_analytics.log.shared_words import MISSING
from followup_analytics.parted.parted_log import in_one_numbering

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.parted.spread import Spread


@dataclass(frozen=True)
class Members:
    """Who of a part belongs to which group.

    Attributes:
        people: applicant_id, group, destination (null where none is known), one row each pair.
        interviews: exits for ``advanced``, with group and offer.
    """

    people: pl.DataFrame
    interviews: pl.DataFrame


@dataclass(frozen=True)
class Group:
    """The counts of a group, which add up over parts; `last` is the day of its last exit."""

    n_graduates: int = 0
    n_with_interview: int = 0
    n_with_offer: int = 0
    n_advanced: int = 0
    n_offers: int = 0
    n_interviews: int = 0
    n_events: int = 0
    n_known: int = 0
    last: int = 0
    destinations: Mapping[str, int] = field(default_factory=dict)

    def and_of(self, other: Group) -> Group:
        """The counts of two parts of a group."""
        kinds = {**self.destinations, **other.destinations}
        added = {
            name: getattr(self, name) + getattr(other, name)
            for name in Group.__dataclass_fields__
            if name.startswith("n_")
        }
        both = {kind: self.destinations.get(kind, 0) + other.destinations.get(kind, 0) for kind in kinds}
        return Group(**added, last=max(self.last, other.last), destinations=both)


def members_of_part(by: str, log: FollowUpLog) -> Members:
    """Who belongs to which group.

    Where applicants have the column, it decides for them and for their interviews; else the interview's own value does.
    """
    table = _own_groups(by, log)
    rows = exits_by_day(log, "advanced")
    decided = episodes(log, "advanced")["response_kind"]
    rows = rows.with_columns(offer=(decided == "offer").fill_null(value=False), group=groups_in(by, log))
    people = rows.select("applicant_id", "group").unique()
    if table is not None:
        # A member of the roster without a group of its own is where its interviews are, if it has any.
        rest = table.filter(
            pl.col("own").is_not_null() | ~pl.col("applicant_id").is_in(people["applicant_id"].implode())
        )
        people = pl.concat([people, rest.select("applicant_id", group=pl.col("own").fill_null(MISSING))]).unique()
    known = pl.lit(None, pl.String).alias("destination")
    if log.applicants is not None:
        people = people.join(log.applicants.select("applicant_id", "destination"), on="applicant_id", how="left")
    else:
        people = people.with_columns(known)
    return Members(people.sort("group", "applicant_id"), rows)


def groups_in(by: str, log: FollowUpLog) -> pl.Series:
    """The group of each interview, in their order."""
    rows = log.interviews.select(
        "applicant_id", group=pl.col(by).cast(pl.String) if by in log.interviews.columns else pl.lit(None, pl.String)
    )
    table = _own_groups(by, log)
    if table is not None:
        rows = rows.join(table, on="applicant_id", how="left", maintain_order="left")
        rows = rows.with_columns(group=pl.coalesce("own", "group"))
    return rows["group"].fill_null(MISSING)


def _own_groups(by: str, log: FollowUpLog) -> pl.DataFrame | None:
    """The group of each applicant, where applicants have the column."""
    if log.applicants is None or by not in log.applicants.columns:
        return None
    return log.applicants.select("applicant_id", own=pl.col(by).cast(pl.String))


def n_people(part: Members) -> int:
    """How many applicants a part is about."""
    return part.people["applicant_id"].n_unique()


def groups_of(part: Members) -> dict[str, Group]:
    """The counts of each group in a part."""
    interviews = by_column("group", part.interviews)
    found = {}
    for group, people in by_column("group", part.people).items():
        rows = interviews.get(group, part.interviews.clear())
        with_interview = rows["applicant_id"].n_unique() if rows.height else 0
        offered = rows.filter("offer")
        found[str(group)] = Group(
            n_graduates=people.height,
            # Whoever has no interview is in no estimate: where some have one, they are whom the numbers are about.
            n_with_interview=with_interview,
            n_with_offer=offered["applicant_id"].n_unique() if offered.height else 0,
            n_advanced=rows.filter(pl.col("cause") == 1).height,
            n_offers=offered.height,
            n_interviews=rows.height,
            n_events=rows.filter((pl.col("cause") == 1) & (pl.col("day") <= HORIZON)).height,
            n_known=people["destination"].count(),
            last=int(rows["day"].max() or 0) if rows.height else 0,  # type: ignore[arg-type]
            destinations=destination_counts(people["destination"]),
        )
    return found


def added_groups(parts: Sequence[Mapping[str, Group]]) -> dict[str, Group]:
    """The counts of each group in all parts."""
    found: dict[str, Group] = {}
    for part in parts:
        for name, one in part.items():
            found[name] = found.get(name, Group()).and_of(one)
    return found


def interviews_of(part: Members) -> pl.DataFrame:
    """The exits of a part."""
    return part.interviews


def advances(rows: pl.DataFrame) -> dict[Any, pl.DataFrame]:
    """The exits of each group, an advance being what is looked for."""
    return by_column("group", rows)


def offers(rows: pl.DataFrame) -> dict[Any, pl.DataFrame]:
    """The exits of each group, an offer being what is looked for; another advance then competes with it."""
    cause = pl.when("offer").then(1).when(pl.col("cause") == 1).then(5).otherwise("cause").cast(pl.Int64)
    return by_column("group", rows.with_columns(cause=cause))


def members_in(places: Mapping[str, int], part: Members) -> pl.DataFrame:
    """How many interviews each applicant of a part has in each group."""
    person = part.interviews["applicant_id"].rank("dense").cast(pl.Int64)
    group = pl.col("group").replace_strict(places, return_dtype=pl.Int64)
    return part.interviews.with_columns(person=person).group_by(place=group, person="person").agg(units=pl.len())


def all_members(parts: Spread[Members], places: Mapping[str, int]) -> pl.DataFrame:
    """The members of all parts; no applicant is in two."""
    return in_one_numbering(parts.map(partial(members_in, dict(places))))
