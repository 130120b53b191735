"""What the model predicts for an attempt not yet made: tomorrow, on another day, by e-mail; never its effect."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

from followup_analytics.log.asked import without_mark
from followup_analytics.log.clock import DAY_US, local_times
from followup_analytics.model.saved import FittedModel
from followup_analytics.model.terms import attempt_label, gap_label, how_it_went, promise_label, timing_label
from followup_analytics.statistics import t_quantile

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog

FloatArray = NDArray[np.float64]

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LONG = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: The caps of the advice: nothing is predicted for an attempt that is never advised.
_MOST_ATTEMPTS, _MOST_VOICEMAILS = 4, 2
_AHEAD = 5
#: The last bins of timing and gap have no end: beyond so many days few attempts are behind them, and not anybody's.
_LONGEST_SILENCE = 30.0
Row = dict[str, Any]


def if_called(
    log: FollowUpLog, fitted: FittedModel, spell: pl.DataFrame, covariates: tuple[str, ...]
) -> dict[str, Row]:
    """By interview: if_call with limits (a call the next day), and if_other: by e-mail, and calls on later weekdays.

    Left out, with the reason, where the model may not say it: it doesn't beat the base rate, the employer asked not to
    be called, the caps are reached, or the model has seen too few such attempts.
    """
    if not fitted.beats_base_rate or not spell.height:
        return {}
    facts = _facts(log, spell, covariates)
    plans = _plans(facts)
    answers: dict[str, Row] = {}
    found = {name: _predicted(fitted, plan) for name, plan in plans.items()}
    for place, fact in enumerate(facts.iter_rows(named=True)):
        reason = _forbidden(fact)
        made: Row = {name: _one(values, place) for name, values in found.items()}
        call = made.pop("call tomorrow")
        if reason is None and call is None:
            reason = "The model has seen too few attempts like this one."
        shown = reason is None and call is not None
        answers[fact["interview_id"]] = {
            "if_call": call["estimate"] if shown and call else None,
            "if_call_low": call["conf_low"] if shown and call else None,
            "if_call_high": call["conf_high"] if shown and call else None,
            "if_other": {name: one for name, one in made.items() if one is not None} if shown else {},
            "if_call_reason": reason or "A prediction from those who called so, not the effect of calling.",
        }
    return answers


def _facts(log: FollowUpLog, spell: pl.DataFrame, covariates: tuple[str, ...]) -> pl.DataFrame:
    own = log.interviews.select(
        "interview_id",
        "_zone",
        "_day",
        "do_not_contact",
        promised_us=pl.col("decision_promised_at").dt.epoch("us"),
        **{f"own_{name}": pl.col(without_mark(name)) for name in covariates},
    )
    left = log.contacts.filter((pl.col("channel") == "voicemail") & (pl.col("direction") == "outbound"))
    counted = left.group_by("interview_id").agg(voicemails=pl.len())
    party = log.contacts.select("contact_id", last_channel="channel", last_party="party")
    facts = spell.join(own, on="interview_id", how="left", maintain_order="left")
    facts = facts.join(counted, on="interview_id", how="left", maintain_order="left")
    facts = facts.join(party, on="contact_id", how="left", maintain_order="left")
    local = local_times(facts["until_us"], facts["_zone"]).dt.date()
    return facts.with_columns(local.cast(pl.Int64).alias("today"), pl.col("voicemails").fill_null(0))


def _plans(facts: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Terms of each imagined attempt: a call tomorrow, an e-mail tomorrow, a call on each of the next weekdays."""
    plans = {"call tomorrow": _plan(facts, 1, "call"), "e-mail tomorrow": _plan(facts, 1, "email")}
    if facts["today"].n_unique() == 1:
        today = dt.date(1970, 1, 1) + dt.timedelta(days=int(facts["today"][0]))
        for ahead in range(2, _AHEAD + 1):
            day = today + dt.timedelta(days=ahead)
            plans[f"call on {_LONG[day.weekday()]} {day.isoformat()}"] = _plan(facts, ahead, "call")
    return plans


def _plan(facts: pl.DataFrame, ahead: int, channel: str) -> pl.DataFrame:
    day = pl.col("today") + ahead
    # 1970-01-01 was a Thursday; Monday is 0 here.
    weekday = ((day + 3) % 7).replace_strict(dict(enumerate(_WEEKDAYS)), return_dtype=pl.String)
    at_us = pl.col("until_us") + ahead * DAY_US
    first = pl.col("attempts") == 0
    went = how_it_went(pl.col("last_channel"), pl.col("last_party"))
    own = [
        pl.when(first).then(pl.col(name).cast(facts.schema[name[4:]])).otherwise(pl.col(name[4:])).alias(name[4:])
        for name in facts.columns
        if name.startswith("own_")
    ]
    return facts.with_columns(
        *own,
        timing=timing_label(day - pl.col("_day").cast(pl.Int64)),
        attempt=attempt_label(pl.col("attempts") + 1),
        channel=pl.lit(channel),
        weekday=weekday,
        # The hour is left open: each term without a level stands at its usual mix.
        hour=pl.lit(None, pl.String),
        gap=gap_label((at_us - pl.col("at_us")) / DAY_US),
        previous=pl.when(first).then(pl.lit("first attempt")).otherwise(went),
        earlier_tone=pl.col("earlier_tone").fill_null("none heard"),
        promise=promise_label(at_us, pl.col("promised_us")),
    )  # fmt: skip


def _predicted(fitted: FittedModel, plan: pl.DataFrame) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Chance and limits of each row; NaN where a level of timing, number or channel is not in the model."""
    codes = fitted.coding.codes(plan)
    rows = np.concatenate([block for _, block in fitted.design(plan).blocks()])
    usual = np.concatenate([[1.0], fitted.shares])
    known = np.ones(plan.height, dtype=bool)
    for place, term in enumerate(fitted.coding.terms):
        lacking = (codes[:, place] < 0) | (plan[term.name].is_null().to_numpy() if term.name == "hour" else False)
        if term.name in ("timing", "attempt", "channel"):
            known &= plan[term.name].is_in(list(term.levels)).to_numpy()
        here = fitted.coding.columns(term.name)
        span = slice(here.start + 1, here.stop + 1)
        rows[lacking, span] = usual[span]
    eta = rows @ fitted.beta
    error = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", rows, fitted.covariance, rows), 0.0))
    half = error * float(t_quantile(0.95, fitted.df))
    low, middle, high = (np.where(known, expit(eta + sign * half), np.nan) for sign in (-1, 0, 1))
    return low, middle, high


def _one(values: tuple[FloatArray, FloatArray, FloatArray], place: int) -> dict[str, float] | None:
    low, middle, high = (float(part[place]) for part in values)
    return {"estimate": middle, "conf_low": low, "conf_high": high} if np.isfinite(middle) else None


def _forbidden(fact: Row) -> str | None:
    if fact["ahead"]:
        return "The interview is still ahead."
    if fact["do_not_contact"]:
        return "The employer asked not to be called."
    if fact["attempts"] >= _MOST_ATTEMPTS or fact["voicemails"] >= _MOST_VOICEMAILS:
        return "The cap on attempts or on messages left is reached: no further call is advised."
    if fact["silence"] > _LONGEST_SILENCE:
        return f"After more than {_LONGEST_SILENCE:.0f} days of silence too few have called to say."
    return None
