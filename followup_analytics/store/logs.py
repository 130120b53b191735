"""A store as a log in memory."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from followup_analytics.errors import DataError
from followup_analytics.log import clock
from followup_analytics.log.assembling import assemble
from followup_analytics.log.followup_log import FollowUpLog, Note
from followup_analytics.log.record_end import parse_moment
from followup_analytics.log.zone_names import zone_given
from followup_analytics.store.opening import open_store

if TYPE_CHECKING:
    from followup_analytics.store.store import Store

_OFFSET = r"^([+-]\d{2}:\d{2}|UTC)$"


def read_store_log(
    url: str, *, time_zone: str | None = None, as_of: dt.date | dt.datetime | str | None = None
) -> FollowUpLog:
    """Read a store into a log.

    url: the store's URL. time_zone: for rows without a zone of their own, before the store's. as_of: the facts as they
    had been recorded up to then (a bare date: to its end in the store's zone). The data date is the moment of as_of; of
    a store that `track` writes, now; else what the rows say.
    Raises UnreadableError when there is no store, DataError when it holds no interviews, UsageError for a bad as_of.
    """
    time_zone = zone_given(time_zone)
    store = open_store(url)
    settings = store.checked_settings()
    zone = time_zone or settings.time_zone
    moment = None if as_of is None else parse_moment(as_of, zone)
    frames = store.read_tables(moment)
    if not frames["interviews"].height:
        when = "" if moment is None else f" as of {as_of}"
        raise DataError(
            f"{store.address.shown}: the store holds no interviews{when}; "
            "add some with `followup ingest` or `followup track`."
        )
    frames = in_zones(frames, time_zone, settings.time_zone)
    if moment is not None:
        frames["interviews"] = frames["interviews"].with_columns(
            observed_until=pl.min_horizontal("observed_until", pl.lit(moment, pl.Datetime("us", "UTC")))
        )
    if not frames["applicants"].height:
        del frames["applicants"]
    log = assemble(
        frames,
        time_zone=zone,
        data_date=moment or _now_where_tracked(store),
        simulated=settings.simulated,
        notes=(*_told(store), *_erased_since(store, moment)),
    )
    return log if moment is not None else replace(log, read_at=store.now())


def _told(store: Store) -> tuple[Note, ...]:
    return tuple(Note(**note) for note in json.loads(store.setting("notes") or "[]"))


def _erased_since(store: Store, moment: dt.datetime | None) -> tuple[Note, ...]:
    """Where somebody was erased after the moment asked for, an answer of then can't be given again. No number: of a
    few people it would say too much."""
    if moment is None or not store.was_anybody_forgotten(since=moment):
        return ()
    text = (
        "Applicants were erased after that day, with all that was known of them: answers that rested on them can't be "
        "given again."
    )
    return (Note("erased_since", text, None),)


def read_open_log(store: Store, decided_by: dt.datetime, *, time_zone: str | None = None) -> FollowUpLog | None:
    """The log of the interviews that had no outcome by a moment, without covariates; None where there are none.

    Zones are those of `read_log`, and so are the days: interviews, contacts and outcomes alone, of these.
    """
    from followup_analytics.store.open_stories import latest_record, read_open_stories

    with store.reading() as connection:
        frames = read_open_stories(connection, decided_by)
        latest = latest_record(connection)
    if not frames["interviews"].height:
        return None
    settings = store.checked_settings()
    log = assemble(
        in_zones(frames, time_zone, settings.time_zone),
        time_zone=time_zone or settings.time_zone,
        data_date=_now_where_tracked(store) or latest,
        simulated=settings.simulated,
    )
    return replace(log, read_at=store.now())


def read_story(store: Store, interview_id: str) -> FollowUpLog | None:
    """The log of one interview alone, as `read_store_log` reads it but without covariates; None where it is gone."""
    frames = store.read_about(interview_id)
    if not frames["interviews"].height:
        return None
    settings = store.checked_settings()
    log = assemble(
        in_zones(frames, None, settings.time_zone),
        time_zone=settings.time_zone,
        data_date=_now_where_tracked(store),
        simulated=settings.simulated,
    )
    return replace(log, read_at=store.now())


def _now_where_tracked(store: Store) -> dt.datetime | None:
    """The data date of a store that is written day by day: now."""
    return store.now() if store.setting("tracked") else None


def in_zones(frames: dict[str, pl.DataFrame], given: str | None, of_store: str | None) -> dict[str, pl.DataFrame]:
    """The frames with each interview in its zone: its own, else the one given, else the store's, else its offset.

    Rows of which only the date is known stay on their date: their midnight moves with the zone.
    """
    # A zone that nobody knows was stored before zones of log.toml were checked: its rows are read as if it were none.
    interviews = frames["interviews"].with_columns(clock.known_zones(frames["interviews"]["_zone"]))
    read_in = pl.col("_zone")
    is_offset = read_in.str.contains(_OFFSET)
    zones = interviews.select(
        "interview_id",
        old=read_in.fill_null("UTC"),
        new=pl.coalesce(
            "time_zone",
            pl.lit(given, pl.String),
            pl.when(~is_offset).then(read_in),
            pl.lit(of_store, pl.String),
            read_in,
            pl.lit("UTC"),
        ),
    )
    moved = zones.filter(pl.col("old") != pl.col("new"))
    result = frames | {"interviews": interviews.with_columns(zones["new"].alias("_zone"))}
    if moved.height:
        for name, column in (("interviews", "interviewed_at"), ("contacts", "at"), ("outcomes", "decided_at")):
            result[name] = _keep_dates(result[name], column, moved)
        for name, column in _WHOLE_DAYS:
            result[name] = _keep_midnights(result[name], column, moved)
    return result


#: Times of which a date alone means the whole day, and is kept as its midnight.
_WHOLE_DAYS = (
    ("interviews", "decision_promised_at"),
    ("interviews", "snoozed_until"),
    ("contacts", "callback_at"),
    ("contacts", "call_promised_at"),
    ("contacts", "reply_by"),
)


def _keep_midnights(frame: pl.DataFrame, column: str, moved: pl.DataFrame) -> pl.DataFrame:
    """Whole days stay the same days where the zone of their interview is read otherwise."""
    if not frame.height or frame[column].null_count() == frame.height:
        return frame
    zones = frame.select("interview_id").join(moved, on="interview_id", how="left", maintain_order="left")
    us = frame[column].dt.epoch("us")
    local = clock.local_times(us, zones["old"])
    rows = ((local.dt.epoch("us") % clock.DAY_US == 0) & zones["new"].is_not_null()).fill_null(value=False)
    days = local.dt.date().cast(pl.Int32).set(~rows, None)
    midnight = pl.from_epoch(clock.local_midnight(days, zones["new"]), time_unit="us").dt.replace_time_zone("UTC")
    return frame.with_columns(midnight.zip_with(rows, frame[column]).alias(column))


def _keep_dates(frame: pl.DataFrame, column: str, moved: pl.DataFrame) -> pl.DataFrame:
    by_day = pl.col("at_precision") == "day"
    if not frame.select(by_day.any()).item():
        return frame
    joined = frame.select("interview_id", column, by_day=by_day).join(
        moved, on="interview_id", how="left", maintain_order="left"
    )
    rows = (joined["by_day"] & joined["new"].is_not_null()).fill_null(value=False)
    old = joined[column].dt.epoch("us").set(~rows, None)
    days = clock.local_times(old, joined["old"]).dt.date().cast(pl.Int32)
    midnight = pl.from_epoch(clock.local_midnight(days, joined["new"]), time_unit="us").dt.replace_time_zone("UTC")
    return frame.with_columns(midnight.zip_with(rows, joined[column]).alias(column))
