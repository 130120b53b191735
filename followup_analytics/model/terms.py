"""What the callback model may look at: facts known before an attempt is made, as labelled bins.

A term is one such fact. The frame of terms is built from an explicit list of columns of the attempt itself
(`KNOWN_AT_ATTEMPT`), from earlier contacts of the same interview, and from the interview; whatever becomes known only
by making the attempt (who answered, how long it took, how they sounded, whether a message was left) has no way in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import polars as pl

from followup_analytics.cells.counted import attempts
from followup_analytics.errors import UsageError
from followup_analytics.log.asked import asked, in_frames, without_mark
from followup_analytics.log.casting import as_text
from followup_analytics.log.clock import DAY_US
from followup_analytics.log.schema import CONTACTS, OUTCOME_TABLE, SPOKEN_CHANNELS
from followup_analytics.log.shared_words import ATTEMPT_NAMES, LAST_ATTEMPT, MISSING, TIMING_BINS, TIMING_NAMES
from followup_analytics.text import nearest

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog

Kind = Literal["attempt", "history", "interview"]

#: The only columns of the attempt's own row that a term may use: all of them are the caller's choice or the calendar's.
KNOWN_AT_ATTEMPT = ("attempt", "day", "weekday", "hour", "channel", "gap_hours", "at_us")
#: Columns of the interview that describe its aftermath, or name people, and so are no predictors.
_NOT_BEFORE = (
    "interview_id",
    "applicant_id",
    "interviewed_at",
    "observed_until",
    "self_rated_at",
    "decision_promised_at",
)
#: Baseline covariates used where no list is given, as far as the log has them.
DEFAULT_ADJUST = ("self_rating", "referral", "interview_format", "job_level", "industry")

_WEEKDAYS = dict(enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), 1))


@dataclass(frozen=True)
class Term:
    """One fact known before an attempt: its column, its name for people, and since when it is known."""

    name: str
    label: str
    kind: Kind
    known: str


TERMS: tuple[Term, ...] = (
    Term("timing", "day of the attempt", "attempt", "when the attempt is made"),
    Term("attempt", "number of the attempt", "attempt", "when the attempt is made"),
    Term(
        "channel",
        "channel chosen",
        "attempt",
        "when the attempt is made; who or what answers is no part of it",
    ),
    Term("weekday", "weekday of the attempt", "attempt", "when the attempt is made"),
    Term("hour", "hour of the attempt", "attempt", "when the attempt is made"),
    Term("gap", "days since the attempt before", "history", "when the attempt is made"),
    Term("previous", "how the attempt before went", "history", "since the attempt before"),
    Term("earlier_tone", "how the employer last sounded", "history", "since an earlier contact"),
    Term("promise", "the promised date of decision", "interview", "since the interview"),
)
NAMES = tuple(term.name for term in TERMS)
#: Columns that frames of terms have besides the terms, here and where they are counted and judged.
_WORKING = (
    "interview_id", "applicant_id", "bucket", "contact_id", "at_us", "start_us", "y", "in_full", "count", "n", "p",
    "group", "event", "events", "number", "pattern", "fold", "weight", "day", "exposed", "chance",
)  # fmt: skip


def term_frame(
    log: FollowUpLog, *, within: float = 7.0, outcome: str = "response", adjust: Sequence[str] | None = None
) -> pl.DataFrame:
    """One row per attempt at risk with its terms as text, in the order of the log.

    Columns: interview_id, applicant_id, bucket, contact_id, at_us, start_us, y (1: a response within the window),
    in_full (the record covers the whole window, whatever closed it), and one String column for each term. Whether the
    window is covered doesn't depend on what happened in it, so that leaving the others out bends nothing.

    Raises UsageError for a covariate that the interviews don't have or that is known only afterwards.
    """
    covariates = covariates_of(log, adjust)
    rows = attempts(log, outcome, within)
    spans = log.interviews.select(
        "interview_id", "self_rated_at", promised_us=pl.col("decision_promised_at").dt.epoch("us"),
        start_us="_at_us", until_us="_until_us", until_day=pl.col("_until_day").cast(pl.Int64),
    )  # fmt: skip
    baseline = log.interviews.select("interview_id", **{f"x_{name}": pl.col(without_mark(name)) for name in covariates})
    rows = rows.with_columns(previous=how_it_went(pl.col("channel"), pl.col("party")).shift(1).over("interview_id"))
    facts = rows.select(
        "interview_id", "applicant_id", "bucket", "contact_id", "instant", "at_day", "y", "previous", *KNOWN_AT_ATTEMPT
    )
    facts = _with_earlier_tone(facts, log)
    facts = facts.join(spans, on="interview_id", how="left", maintain_order="left")
    facts = facts.join(baseline, on="interview_id", how="left", maintain_order="left")
    return facts.select(
        "interview_id", "applicant_id", "bucket", "contact_id", "at_us", "start_us", "y",
        _in_full(within).alias("in_full"), *attempt_terms(), *covariate_terms(covariates, log),
    )  # fmt: skip


def covariates_of(log: FollowUpLog, adjust: Sequence[str] | None) -> tuple[str, ...]:
    """The interview columns to use: those asked for, or the usual ones that the log has.

    Raises UsageError for a column that is not there, or that is known only after the attempt.
    """
    columns = [name for name in log.interviews.columns if not name.startswith("_")]
    if adjust is None:
        return tuple(name for name in DEFAULT_ADJUST if name in columns)
    wanted = [asked(one, NAMES, "adjust") for one in adjust]
    for name in (one.column for one in wanted):
        if name in _NOT_BEFORE or (name not in columns and name in (*CONTACTS.names, *OUTCOME_TABLE.names)):
            raise UsageError(
                f"{name!r} can't be a predictor: it names somebody, or is known only once the attempt has been made. "
                "Use columns of interviews that were known before."
            )
        if name not in columns:
            guess = nearest(name, columns)
            raise UsageError(
                f"--adjust: interviews have no column {name!r}" + (f"; did you mean {guess!r}?" if guess else ".")
            )
    # Where the work has a column of its own of that name, the covariate's is column:NAME, as where it is forced.
    return tuple(dict.fromkeys(in_frames(one.column) if one.column in _WORKING else one.field for one in wanted))


def attempt_terms() -> list[pl.Expr]:
    """The terms of `TERMS` as text, from the columns known at the attempt and before."""
    weekday = pl.col("weekday").cast(pl.Int64).replace_strict(_WEEKDAYS, default=MISSING, return_dtype=pl.String)
    return [
        timing_label(pl.col("day")).alias("timing"),
        attempt_label(pl.col("attempt")).alias("attempt"),
        channel_label(pl.col("channel")).alias("channel"),
        weekday.alias("weekday"),
        hour_label(pl.col("hour")).alias("hour"),
        gap_label(pl.col("gap_hours") / 24.0).alias("gap"),
        pl.col("previous").fill_null("first attempt"),
        pl.col("earlier_tone").fill_null("none heard"),
        promise_label(pl.col("at_us"), pl.col("promised_us")).alias("promise"),
    ]


#: A numeric covariate with more values than this is cut into quarters when the model is fitted.
_MOST_NUMBERS = 8


def covariate_terms(covariates: Sequence[str], log: FollowUpLog) -> list[pl.Expr]:
    """Interview columns as text or numbers; a rating made after the attempt is missing."""
    made = []
    for name in covariates:
        value = pl.col(f"x_{name}")
        if name == "self_rating":
            early = pl.col("self_rated_at").is_null() | (pl.col("self_rated_at").dt.epoch("us") <= pl.col("at_us"))
            value = pl.when(early).then(value)
        column = log.interviews[without_mark(name)]
        numeric = column.dtype.is_numeric() and column.n_unique() > _MOST_NUMBERS
        # 3 and 3.0 are one level: a column of whole numbers is a float where one is missing.
        text = value.map_batches(as_text, return_dtype=pl.String)
        made.append((value.cast(pl.Float64) if numeric else text.fill_null(MISSING)).alias(name))
    return made


def timing_label(day: pl.Expr) -> pl.Expr:
    """Local days since the interview in the contract's default bins."""
    ends = [(following, name) for (_, name), (following, _) in pairwise(TIMING_BINS)]
    return _binned(day, ends, TIMING_NAMES[-1])


def attempt_label(number: pl.Expr) -> pl.Expr:
    """The number of the attempt, the last ones together."""
    return pl.when(number >= LAST_ATTEMPT).then(pl.lit(ATTEMPT_NAMES[-1])).otherwise(number.cast(pl.String))


def channel_label(channel: pl.Expr) -> pl.Expr:
    """The channel that the caller chose: whether a machine answers a call is known only afterwards."""
    return pl.when(channel.is_in(["phone", "voicemail"])).then(pl.lit("call")).otherwise(channel.fill_null(MISSING))


def hour_label(hour: pl.Expr) -> pl.Expr:
    """Local hour in five parts of the day."""
    return _binned(hour, ((8, "before 8"), (10, "8-10"), (12, "10-12"), (14, "12-14"), (17, "14-17")), "17 and later")


def gap_label(days: pl.Expr) -> pl.Expr:
    """Days since the attempt before; a first attempt has none."""
    return _binned(days, ((1, "under 1"), (2, "1"), (4, "2-3"), (8, "4-7")), "8+", missing="first attempt")


def promise_label(at_us: pl.Expr, promised_us: pl.Expr) -> pl.Expr:
    """Where an attempt stands to the date by which the employer said it would decide."""
    ahead = pl.when(at_us < promised_us).then(pl.lit("still ahead")).otherwise(pl.lit("gone by"))
    return pl.when(promised_us.is_null()).then(pl.lit("none given")).otherwise(ahead)


def _binned(value: pl.Expr, bins: Sequence[tuple[float, str]], last: str, *, missing: str = MISSING) -> pl.Expr:
    named = pl.lit(last)
    for below, label in reversed(bins):
        named = pl.when(value < below).then(pl.lit(label)).otherwise(named)
    return pl.when(value.is_null()).then(pl.lit(missing)).otherwise(named)


def how_it_went(channel: pl.Expr, party: pl.Expr) -> pl.Expr:
    """What an attempt brought, known from then on: it may tell about the next one, never about itself."""
    return (
        pl.when(channel == "voicemail")
        .then(pl.lit("message left"))
        .when(~channel.is_in(SPOKEN_CHANNELS))
        .then(pl.lit("written"))
        .when(party.is_in(["interviewer", "hiring_team"]))
        .then(pl.lit("reached them"))
        .when(party == "none")
        .then(pl.lit("nobody reached"))
        .when(party.is_null())
        .then(pl.lit("not recorded"))
        .otherwise(pl.lit("reached someone else"))
    )


def _with_earlier_tone(facts: pl.DataFrame, log: FollowUpLog) -> pl.DataFrame:
    """How the employer's side sounded in the last contact before the attempt that has a tone."""
    heard = log.contacts.filter(pl.col("tone").is_not_null()).select(
        "interview_id", heard_us="_order_us", earlier_tone="tone"
    )
    if not heard.height:
        return facts.with_columns(earlier_tone=pl.lit(None, pl.String))
    numbered = facts.with_row_index("_place").sort("at_us")
    found = numbered.join_asof(
        heard.sort("heard_us"), left_on="at_us", right_on="heard_us", by="interview_id",
        strategy="backward", allow_exact_matches=False, check_sortedness=False,
    )  # fmt: skip
    return found.sort("_place").drop("_place", "heard_us")


def _in_full(within: float) -> pl.Expr:
    window = round(within * DAY_US)
    by_instant = pl.col("at_us") + window <= pl.col("until_us")
    by_day = pl.col("until_day") - pl.col("at_day") >= within
    return pl.when(pl.col("instant") == 1).then(by_instant).otherwise(by_day)
