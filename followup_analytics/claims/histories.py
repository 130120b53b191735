"""Everybody's follow-up as arrays: what was done, what came back and when the record ends, one pass for all claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.cells.counted import attempts, episodes
from followup_analytics.log import clock
from followup_analytics.log.asked import in_frames
from followup_analytics.log.clock import DAY_US
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.late_records import late_beginnings
from followup_analytics.log.schema import CHANNELS, ETIQUETTE_ITEMS, PARTIES, TONES

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Later than anything that happens.
NEVER = np.int64(2**62)


@dataclass(frozen=True)
class Times:
    """Points in time of m rows: what orders them, what measures them, and where in the local day they lie.

    Attributes:
        row: shape (m,), row of the interview.
        order: shape (m,), microseconds that order rows; NEVER where there is none.
        us, day, instant: shape (m,), microseconds, local day, and 1 where the time of day is known.
        part: shape (m,), part of the local day that had passed, 0 to 1.
    """

    row: IntArray
    order: IntArray
    us: IntArray
    day: IntArray
    instant: IntArray
    part: FloatArray

    def take(self, places: IntArray | NDArray[np.bool_]) -> Times:
        """These rows alone."""
        names = ("row", "order", "us", "day", "instant", "part")
        return Times(*(getattr(self, name)[places] for name in names))


@dataclass(frozen=True)
class Attempts:
    """Attempts at risk, sorted by interview and number.

    Attributes:
        at: when.
        number: shape (a,), 1, 2, ... within the interview.
        channel, party, tone: shape (a,), places in the schema's vocabularies; -1 where not recorded.
        duration: shape (a,), talk time in seconds, NaN where not recorded.
        items: for each item of etiquette, shape (a,): 1, 0, or -1 where not recorded.
    """

    at: Times
    number: IntArray
    channel: IntArray
    party: IntArray
    tone: IntArray
    duration: FloatArray
    items: Mapping[str, IntArray]


@dataclass(frozen=True)
class Histories:
    """All that the claims read of a log; arrays over interviews have the order of `log.interviews`.

    Attributes:
        start, until: the interview and the end of its record.
        response, ended, advanced, closed: first response; position filled or applicant gone; advance; and what competes
            with an advance (filled, withdrawn, rejected); NEVER where there was none.
        attempts: attempts at risk of a response.
        notes: thank-you notes before the response.
        met: contacts in either direction with an interviewer or the hiring team.
        toned: contacts of any kind with a recorded tone (places in TONES in `tones`).
        applicant: shape (n,), number of the applicant; bucket: shape (n,), its stable number.
        entry: when the record begins, where that was after the interview (else NEVER); None: none was asked for.
    """

    start: Times
    until: Times
    response: Times
    ended: Times
    advanced: Times
    closed: Times
    attempts: Attempts
    notes: Times
    met: Times
    toned: Times
    tones: IntArray
    applicant: IntArray
    bucket: IntArray
    interview_id: pl.Series
    applicant_id: pl.Series
    entry: Times | None = None

    @property
    def interviews(self) -> int:
        """Number of interviews."""
        return len(self.applicant)


def read_histories(log: FollowUpLog, items: Sequence[str] = ETIQUETTE_ITEMS, *, entry: str | None = None) -> Histories:
    """Work out everybody's history once (see `Histories`).

    `items` are yes/no columns of contacts, `entry` a column of interviews with the times at which records begin.
    """
    spans, advances = episodes(log, "response"), episodes(log, "advanced")
    zones = log.interviews["_zone"]

    def event(frame: pl.DataFrame, name: str) -> Times:
        return _times(frame.with_row_index("row").select(pl.col("row").cast(pl.Int64), *_renamed(name)), zones)

    spans = spans.with_columns(
        until_order=pl.col("until_us"), until_instant=pl.lit(1, pl.Int64), start_order=pl.col("start_us")
    )
    of_contacts = [*items, "tone", "duration_s"]
    tried = attempts(log, "response", columns=of_contacts)
    tried = tried.rename({in_frames(name): name for name in of_contacts})
    contacts = _own_contacts(log, spans)
    toned = contacts.filter(pl.col("tone").is_not_null())
    return Histories(
        start=event(spans, "start"),
        until=event(spans, "until"),
        response=event(spans, "response"),
        ended=event(spans, "end"),
        advanced=event(advances, "response"),
        closed=event(advances, "end"),
        attempts=_attempts(tried, spans, zones, items),
        notes=_times(contacts.filter(_note() & (pl.col("order") <= pl.col("exit_order"))), zones),
        met=_times(contacts.filter(_met()), zones),
        toned=_times(toned, zones),
        tones=_places(toned["tone"], TONES),
        applicant=log.interviews["applicant_id"].rank("dense").to_numpy().astype(np.int64) - 1,
        bucket=spans["bucket"].to_numpy().astype(np.int64),
        interview_id=log.interviews["interview_id"],
        applicant_id=log.interviews["applicant_id"],
        entry=None if entry is None else _entries(log, entry, spans["start_us"]),
    )


def _entries(log: FollowUpLog, column: str, start_us: pl.Series) -> Times:
    zones = log.interviews["_zone"]
    us = late_beginnings(log, column, start_us)
    day = clock.local_times(us, zones).dt.date().cast(pl.Int32)
    row = pl.Series(np.arange(len(us)))
    instant = pl.Series(np.ones(len(us), dtype=np.int64))
    return _times(pl.DataFrame({"row": row, "order": us, "us": us, "day": day, "instant": instant}), zones)


def _renamed(name: str) -> list[pl.Expr]:
    return [pl.col(f"{name}_{part}").alias(part) for part in ("order", "us", "day", "instant")]


def _own_contacts(log: FollowUpLog, spans: pl.DataFrame) -> pl.DataFrame:
    """Contacts from the interview on and within the record, with the row of their interview, in order of time."""
    own = spans.select("interview_id", "start_us", "start_day", "start_instant", "until_us", "until_day", "exit_order")
    rows = log.contacts.join(own.with_row_index("row"), on="interview_id", how="inner")
    instant = (pl.col("at_precision") != "day").fill_null(value=True)
    both = instant & (pl.col("start_instant") == 1)
    began = pl.when(both).then(pl.col("_at_us") >= pl.col("start_us")).otherwise(pl.col("_day") >= pl.col("start_day"))
    seen = (
        pl.when(instant).then(pl.col("_at_us") <= pl.col("until_us")).otherwise(pl.col("_day") <= pl.col("until_day"))
    )
    return (
        rows.filter(began & seen)
        .select(
            pl.col("row").cast(pl.Int64),
            "contact_id",
            "direction",
            "purpose",
            "party",
            "tone",
            "automatic",
            "exit_order",
            order="_order_us",
            us="_at_us",
            day=pl.col("_day").cast(pl.Int64),
            instant=instant.cast(pl.Int64),
        )
        .sort("row", "order", "contact_id")
    )


def _note() -> pl.Expr:
    return (pl.col("direction") == "outbound") & (pl.col("purpose") == "thank_you")


def _met() -> pl.Expr:
    return pl.col("party").is_in(["interviewer", "hiring_team"]) & ~pl.col("automatic").fill_null(value=False)


def _times(frame: pl.DataFrame, zones: pl.Series) -> Times:
    there = frame["order"].is_not_null()
    row = frame["row"].to_numpy().astype(np.int64)
    day = frame["day"].fill_null(0)
    midnight = np.zeros(len(row), dtype=np.int64)
    keep = there.to_numpy()
    if keep.any():
        known = pl.Series(row[keep])
        midnight[keep] = clock.local_midnight(day.filter(there).cast(pl.Int32), zones.gather(known)).to_numpy()
    order = np.where(keep, frame["order"].fill_null(0).to_numpy(), NEVER)
    part = np.where(keep, np.clip((order - midnight) / DAY_US, 0.0, 1.0), 1.0)
    return Times(
        row=row,
        order=order,
        us=np.where(keep, frame["us"].fill_null(0).to_numpy(), NEVER),
        day=np.where(keep, day.to_numpy(), np.int64(2**31)),
        instant=frame["instant"].fill_null(1).to_numpy().astype(np.int64),
        part=part,
    )


def _attempts(tried: pl.DataFrame, spans: pl.DataFrame, zones: pl.Series, items: Sequence[str]) -> Attempts:
    rows = spans.select("interview_id").with_row_index("row")
    tried = tried.join(rows, on="interview_id", how="left", maintain_order="left")
    frame = tried.select("row", "instant", order="at_us", us="at_us", day="at_day")
    return Attempts(
        at=_times(frame, zones),
        number=tried["attempt"].to_numpy().astype(np.int64),
        channel=_places(tried["channel"], CHANNELS),
        party=_places(tried["party"], PARTIES),
        tone=_places(tried["tone"], TONES),
        duration=tried["duration_s"].cast(pl.Float64).fill_null(float("nan")).to_numpy(),
        items={name: _yes_no(tried[name]) for name in items},
    )


def _places(values: pl.Series, vocabulary: tuple[str, ...]) -> IntArray:
    known = {word: place for place, word in enumerate(vocabulary)}
    return values.cast(pl.String).replace_strict(known, default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy()


def elapsed(since: Times, until: Times) -> IntArray:
    """Microseconds from one row to the other; whole days where either has only a date; NEVER stays NEVER."""
    instants = (since.instant == 1) & (until.instant == 1)
    exact = np.where(instants, until.us - since.us, (until.day - since.day) * DAY_US)
    return np.where((until.order == NEVER) | (since.order == NEVER), NEVER, exact)


def _yes_no(values: pl.Series) -> IntArray:
    """1, 0, or -1 where not recorded, of a column that may hold text where it is the user's own."""
    if values.dtype == pl.Boolean:
        return values.cast(pl.Int64).fill_null(-1).to_numpy()
    known = {"true": 1, "1": 1, "yes": 1, "false": 0, "0": 0, "no": 0}
    text = values.cast(pl.String).str.to_lowercase()
    return text.replace_strict(known, default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy()
