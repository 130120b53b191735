"""The log that people of a random world kept: frames in the form of the contract, with what the record leaves out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from followup_analytics.log.schema import CHANNELS, ETIQUETTE_ITEMS, OUTCOMES, PARTIES, TONES
from followup_analytics.simulate.random_worlds.course import NO_OUTCOME, Course
from followup_analytics.simulate.random_worlds.crowd import Crowd
from followup_analytics.simulate.random_worlds.details import NOBODY
from followup_analytics.simulate.random_worlds.observed import channel_of
from followup_analytics.simulate.random_worlds.state import EMAIL
from followup_analytics.simulate.random_worlds.world import DAYS, BoolArray, FloatArray, IntArray, RandomWorld

_COHORTS = ("spring", "summer", "autumn", "winter")
#: Cohorts whose outcomes are written down under the rule `outcomes_of_some_cohorts`.
_KEPT_COHORTS = ("spring", "autumn")
_INDUSTRIES = ("care", "finance", "retail", "software")
_LEVELS = ("entry", "middle", "senior")
_FORMATS = ("in_person", "phone", "video")
_INBOUND = ("email", "phone")


@dataclass(frozen=True)
class Tables:
    """Frames of a log as they would be read from files, and the end of the record."""

    interviews: pl.DataFrame
    contacts: pl.DataFrame
    outcomes: pl.DataFrame
    data_date: dt.datetime


def write_down(world: RandomWorld, crowd: Crowd, course: Course, seed: int) -> Tables:
    """The frames that the record of a course consists of."""
    rng, n = np.random.default_rng((seed, 3)), len(crowd)
    recording = world.recording
    end = int(crowd.day.max()) + int(recording.followed)
    until = np.minimum(end - crowd.day + 20 / 24, DAYS - 1 + 20 / 24)
    lost = rng.random(n) < recording.lost
    until = np.where(lost, crowd.start + (until - crowd.start) * (0.1 + 0.9 * rng.random(n)), until)
    cohort = rng.integers(0, len(_COHORTS), n)
    called = np.bincount(_who(course.attempts), minlength=n) > 0
    phoned = np.bincount(_who(course.attempts)[_is_call(course.attempts)], minlength=n) > 0
    kept = _kept(recording.rule, called, phoned, cohort)
    contacts = pl.concat(
        [_attempts(course, rng), _notes(course), _replies(course, kept.replies, rng), _machines(world, course, rng)]
    )
    who = contacts["who"].to_numpy()
    seen = (contacts["time"].to_numpy() <= until[who]) & kept.interviews[who]
    contacts = contacts.filter(pl.Series(seen)).sort("who", "time", "order", maintain_order=True)
    told = np.flatnonzero((course.outcome != NO_OUTCOME) & (course.decided <= until) & kept.outcomes & kept.interviews)
    return Tables(
        interviews=_interviews(world, crowd, until, cohort).filter(pl.Series(kept.interviews)),
        contacts=_dated(_contacts(contacts, crowd, world), recording.day_only, rng),
        outcomes=pl.DataFrame(
            {
                "interview_id": _ids("i", told),
                "outcome": _coded(course.outcome[told], OUTCOMES),
                "decided_at": _times(crowd, world, told, course.decided[told]),
            }
        ),
        data_date=dt.datetime.fromtimestamp(end * 86_400 + 20 * 3600, dt.UTC) + dt.timedelta(hours=12),
    )


@dataclass(frozen=True)
class _Kept:
    """Of which interviews there is a row, a reply, an outcome; each of shape (n,)."""

    interviews: BoolArray
    replies: BoolArray
    outcomes: BoolArray


def _kept(rule: str, called: BoolArray, phoned: BoolArray, cohort: IntArray) -> _Kept:
    every = np.ones(len(called), bool)
    if rule == "replies_where_called":
        return _Kept(every, called, called)
    if rule == "opened_by_a_call":
        return _Kept(called, every, every)
    if rule == "outcomes_where_phoned":
        return _Kept(every, every, phoned)
    if rule == "outcomes_of_some_cohorts":
        return _Kept(every, every, np.isin(cohort, [_COHORTS.index(name) for name in _KEPT_COHORTS]))
    return _Kept(every, every, every)


def _who(book: dict[str, FloatArray]) -> IntArray:
    return book["who"].astype(np.int64) if book else np.empty(0, np.int64)


def _is_call(book: dict[str, FloatArray]) -> BoolArray:
    return book["kind"] != EMAIL if book else np.empty(0, bool)


def _touches(who: IntArray, time: FloatArray, **columns: Any) -> pl.DataFrame:
    """Contacts of one sort; what is not named is not recorded. Times to the second, or offsets would not read back."""
    k = len(who)
    plain: dict[str, Any] = {
        "who": who,
        "time": time,
        "order": np.zeros(k, np.int64),
        "inbound": np.zeros(k, bool),
        "channel": np.full(k, CHANNELS.index("email")),
        "party": np.full(k, -1),
        "purpose": np.full(k, "follow_up"),
        "seconds": np.full(k, -1.0),
        "tone": np.full(k, -9),
        "noted": np.zeros(k, bool),
        "automatic": np.zeros(k, bool),
        **{name: np.full(k, -1) for name in ETIQUETTE_ITEMS},
    }
    kinds = {"who": pl.Int64, "channel": pl.Int64, "party": pl.Int64, "tone": pl.Int64}
    frame = pl.DataFrame({**plain, **columns})
    whole = [*kinds, "order", *ETIQUETTE_ITEMS]
    return frame.with_columns(pl.col(whole).cast(pl.Int64), pl.col("time", "seconds").cast(pl.Float64))


def _attempts(course: Course, rng: np.random.Generator) -> pl.DataFrame:
    book = course.attempts
    if not book:
        return _touches(np.empty(0, np.int64), np.empty(0))
    written = rng.choice([CHANNELS.index("email"), CHANNELS.index("text"), CHANNELS.index("social")], len(book["who"]))
    channel = np.where((book["kind"] == EMAIL) & (rng.random(len(written)) < 0.25), written, channel_of(book["kind"]))
    return _touches(
        _who(book),
        book["at"],
        channel=channel,
        party=book["party"].astype(np.int64),
        seconds=book["seconds"],
        tone=book["tone"].astype(np.int64),
        noted=book["noted"] > 0,
        **{name: book[name].astype(np.int64) for name in ETIQUETTE_ITEMS},
    )


def _notes(course: Course) -> pl.DataFrame:
    who = _who(course.notes)
    at = course.notes["at"] if course.notes else np.empty(0)
    return _touches(who, at, purpose=np.full(len(who), "thank_you"), party=np.full(len(who), NOBODY))


def _replies(course: Course, kept: BoolArray, rng: np.random.Generator) -> pl.DataFrame:
    who = np.flatnonzero(np.isfinite(course.state.reply) & ~course.by_decision & kept)
    channel = np.take([CHANNELS.index(name) for name in _INBOUND], rng.integers(0, len(_INBOUND), len(who)))
    return _touches(
        who,
        course.state.reply[who],
        order=np.ones(len(who), np.int64),
        inbound=np.ones(len(who), bool),
        channel=channel,
        party=course.answered_by[who],
        purpose=np.full(len(who), "answer"),
    )


def _machines(world: RandomWorld, course: Course, rng: np.random.Generator) -> pl.DataFrame:
    """Answers of machines, a minute after an e-mail."""
    book = course.attempts
    mailed = (book["kind"] == EMAIL) if book else np.empty(0, bool)
    hit = np.flatnonzero(mailed & (rng.random(len(mailed)) < world.recording.automatic))
    who = _who(book)[hit]
    at = book["at"][hit] + 1 / 1440 if book else np.empty(0)
    return _touches(
        who,
        at,
        order=np.full(len(who), 2),
        inbound=np.ones(len(who), bool),
        purpose=np.full(len(who), "other"),
        automatic=np.ones(len(who), bool),
    )


def _contacts(found: pl.DataFrame, crowd: Crowd, world: RandomWorld) -> pl.DataFrame:
    who = found["who"].to_numpy()
    noted = found["noted"]
    tones = np.where(found["tone"].to_numpy() < -1, -1, 1 - found["tone"].to_numpy())
    items = {name: _coded(found[name].to_numpy(), (False, True)).set(~noted, None) for name in ETIQUETTE_ITEMS}
    return pl.DataFrame(
        {
            "contact_id": _ids("c", np.arange(found.height)),
            "interview_id": _ids("i", who),
            "at": _times(crowd, world, who, found["time"].to_numpy()),
            "direction": _coded(found["inbound"].cast(pl.Int64).to_numpy(), ("outbound", "inbound")),
            "channel": _coded(found["channel"].to_numpy(), CHANNELS),
            "party": _coded(found["party"].to_numpy(), PARTIES),
            "purpose": found["purpose"],
            "duration_s": found["seconds"].set(found["seconds"] < 0, None).round(),
            **items,
            "tone": _coded(tones, TONES).set(~noted, None),
            "automatic": pl.Series(np.ones(found.height, bool)).set(~found["automatic"], None),
        }
    )


def _dated(contacts: pl.DataFrame, share: float, rng: np.random.Generator) -> pl.DataFrame:
    """Leave the time of day out of a share of the contacts."""
    bare = pl.Series("bare", rng.random(contacts.height) < share)
    text = pl.col("at").dt.to_string("%Y-%m-%dT%H:%M:%S%:z")
    return contacts.with_columns(at=pl.when(bare).then(pl.col("at").dt.to_string("%Y-%m-%d")).otherwise(text))


def _interviews(world: RandomWorld, crowd: Crowd, until: FloatArray, cohort: IntArray) -> pl.DataFrame:
    every = np.arange(len(crowd))
    there = crowd.promised >= 0
    frame = pl.DataFrame(
        {
            "interview_id": _ids("i", every),
            "applicant_id": _ids("a", crowd.applicant),
            "interviewed_at": _times(crowd, world, every, crowd.start),
            "observed_until": _times(crowd, world, every, until),
            "cohort": _coded(cohort, _COHORTS),
            "employer": _ids("Employer ", crowd.employer),
            "industry": _coded(crowd.industry, _INDUSTRIES),
            "job_level": _coded(crowd.job_level, _LEVELS),
            "interview_format": _coded(crowd.interview_format, _FORMATS),
            "self_rating": pl.Series(crowd.rating),
            "self_rated_at": _times(crowd, world, every, crowd.start),
            "referral": _coded(crowd.referral - 1, (False, True)),
            "decision_promised_at": _times(crowd, world, every, np.maximum(crowd.promised, 0) + 17 / 24),
        }
    )
    unrated = pl.Series(crowd.rating == 0)
    return frame.with_columns(
        self_rating=pl.when(~unrated).then("self_rating"),
        self_rated_at=pl.when(~unrated).then("self_rated_at"),
        decision_promised_at=pl.when(pl.Series(there)).then("decision_promised_at"),
    )


def _times(crowd: Crowd, world: RandomWorld, who: IntArray, time: FloatArray) -> pl.Series:
    """Days since the interview's local midnight as instants in the world's zone, to the second."""
    seconds = crowd.day[who] * 86_400 + np.rint(time * 86_400).astype(np.int64)
    local = pl.Series(seconds * 1_000_000).cast(pl.Datetime("us"))
    return local.dt.replace_time_zone(world.gathering.zone, ambiguous="earliest", non_existent="null")


def _ids(letter: str, numbers: IntArray) -> pl.Series:
    return pl.Series(numbers + 1).cast(pl.String).str.zfill(6).str.replace("^", letter)


def _coded(codes: IntArray, values: tuple[Any, ...]) -> pl.Series:
    """Codes as their values; null where the code is negative."""
    return pl.Series(list(values)).gather(np.maximum(codes, 0)).set(pl.Series(codes < 0), None)
