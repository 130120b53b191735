"""The same contact in two sources, such as an office's form and a call log: found, reported, and joined when asked.

Two records are perhaps one contact if they are of the same interview, direction and channel and lie within minutes, or
on the same local day where one of them is a date alone. Each has at most one partner, the nearest. Rows of one file are
never partners: a file that lists both says that they are two.
"""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from followup_analytics.log.clock import local_times, zones_of
from followup_analytics.log.pseudonyms import Pseudonyms

#: People remember the time of a call to the quarter of an hour; two systems' clocks differ by some seconds.
_MINUTES, _CLOCKS_S = 10, 60
_SETTING = "joined_contacts"
_COLUMNS = ("contact_id", "interview_id", "at", "at_precision", "direction", "channel")
_SAME = ("interview_id", "direction", "channel")
PAIRS_SCHEMA = {"contact_id": pl.String, "held_id": pl.String, "seconds": pl.Float64}


def pairs_of(new: pl.DataFrame, held: pl.DataFrame, zones: pl.DataFrame) -> pl.DataFrame:
    """`contact_id` of new contacts with the `held_id` of the one that each perhaps is, and how many `seconds` apart.

    new, held: contacts (with `certainty` where a call source kept them). zones: interview_id and _zone.
    """
    others = held.join(new.select("contact_id"), on="contact_id", how="anti").join(
        new.select("interview_id").unique(), on="interview_id", how="semi"
    )
    if not others.height:
        return pl.DataFrame(schema=PAIRS_SCHEMA)
    both = _placed(new, zones).join(_placed(others, zones), on=list(_SAME), suffix="_held")
    gap = (pl.col("at_us") - pl.col("at_us_held")).abs() / 1e6
    by_day = pl.col("by_day") | pl.col("by_day_held")
    # Of two logs that systems kept by themselves, ten minutes apart are two calls.
    reach = pl.when(pl.col("kept") & pl.col("kept_held")).then(_CLOCKS_S).otherwise(_MINUTES * 60)
    fits = pl.when(by_day).then(pl.col("day") == pl.col("day_held")).otherwise(gap <= reach)
    near = both.filter(fits).select("contact_id", held_id="contact_id_held", seconds=gap, by_day=by_day)
    chosen: list[tuple[str, str, float]] = []
    taken: set[tuple[str, str]] = set()
    for contact, other, seconds, _ in near.sort("by_day", "seconds", "contact_id", "held_id").iter_rows():
        if ("new", contact) in taken or ("held", other) in taken:
            continue
        taken |= {("new", contact), ("held", other)}
        chosen.append((contact, other, seconds))
    return pl.DataFrame(chosen, schema=PAIRS_SCHEMA, orient="row")


def _placed(contacts: pl.DataFrame, zones: pl.DataFrame) -> pl.DataFrame:
    us = contacts["at"].dt.epoch("us")
    there = (
        zones_of(contacts["interview_id"], zones).fill_null("UTC")
        if zones.height
        else pl.repeat("UTC", contacts.height, eager=True)
    )
    kept = pl.col("certainty").is_not_null() if "certainty" in contacts.columns else pl.lit(value=False)
    return contacts.select(
        "contact_id",
        *(pl.col(name).cast(pl.String) for name in _SAME),
        at_us=us,
        day=local_times(us, there).dt.date(),
        by_day=(pl.col("at_precision").cast(pl.String) == "day").fill_null(value=False),
        kept=kept,
    )


def as_one_contact(new: pl.DataFrame, pairs: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """The new contacts with those of `pairs` as fuller versions of the ones that were there: one contact of both.

    What was there counts, the other fills in what it lacks; a time counts more than a date alone.
    """
    partner = pairs.select("contact_id", "held_id")
    told = new.join(partner, on="contact_id", how="left", maintain_order="left")
    return _merged(told, held, held_first=True)


def as_joined_before(new: pl.DataFrame, held: pl.DataFrame, kept: pl.Series) -> pl.DataFrame:
    """The contacts of a file that comes again, those that others were joined with as fuller versions of themselves.

    kept: of each row whether others were joined with it.
    """
    again = new["contact_id"].zip_with(kept, pl.Series([None], dtype=pl.String).new_from_index(0, new.height))
    return _merged(new.with_columns(held_id=again), held, held_first=False)


def _merged(told: pl.DataFrame, held: pl.DataFrame, *, held_first: bool) -> pl.DataFrame:
    both = [name for name in told.columns if name in held.columns and name != "contact_id"]
    theirs = held.select(held_id="contact_id", **{f"_{name}": pl.col(name) for name in both})
    wide = told.join(theirs, on="held_id", how="left", maintain_order="left")
    pairing = pl.col("held_id").is_not_null()
    dated = (pl.col("_at_precision").cast(pl.String) == "day").fill_null(value=False)
    own_dated = (pl.col("at_precision").cast(pl.String) == "day").fill_null(value=False)
    keeps_held = ~dated | own_dated if held_first else own_dated & ~dated
    made = []
    for name in both:
        kind = told.schema[name]
        theirs_ = pl.col(f"_{name}").cast(kind, strict=False)
        if name in ("at", "at_precision"):
            value = pl.when(keeps_held).then(theirs_).otherwise(name)
        else:
            value = pl.coalesce(theirs_, name) if held_first else pl.coalesce(name, theirs_)
        made.append(pl.when(pairing).then(value).otherwise(name).alias(name))
    final = pl.coalesce("held_id", "contact_id").alias("contact_id")
    return wide.with_columns(*made, final).select(told.drop("held_id").columns)


def read_joins(tx: Any) -> dict[str, str]:
    """Which contacts were joined into which, by marks of their ids."""
    found: dict[str, str] = json.loads(tx.setting(_SETTING) or "{}")
    return found


def keep_joins(tx: Any, joins: dict[str, str]) -> None:
    """Remember joins in the log, so that the files can come again."""
    tx.set(_SETTING, json.dumps(joins))


def marks_of(ids: pl.Series, pseudonyms: Pseudonyms) -> pl.Series:
    """A short mark of each contact's id."""
    return pl.Series(
        [one[:20] for one in pseudonyms.of_each("call", [f"joined|{text}" for text in ids])], dtype=pl.String
    )
