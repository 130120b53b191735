"""A random world as data: who interviews, when applicants act, how employers answer and what the acts change.

All numbers are log-odds (of the link named) unless a field says otherwise. Nothing here is written by hand for one
purpose: `draw.py` draws every number from a seed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from followup_analytics.log.schema import ETIQUETTE_ITEMS

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: Days that a story is followed; no record of a log goes further.
DAYS = 75
#: Levels of what is recorded of an interview; place 0 of rating and referral is "not recorded".
RATINGS, REFERRALS, INDUSTRIES, LEVELS, FORMATS = 6, 3, 4, 3, 3
LINKS = ("logit", "cloglog", "probit")
#: What may change the chance of a reply or of going further. after_silence: an attempt after 21 quiet days, and all
#: from then on. crowding: the fourth attempt, and all from then on, within 10 days after the first.
CAUSES = (
    "note",
    "first_on_day_0_1",
    "first_on_day_2_3",
    "first_on_day_4_7",
    "first_later",
    "again",
    "after_silence",
    "interviewer",
    "message",
    "third_voicemail",
    "quick_voicemail",
    "crowding",
    "long_call",
    *ETIQUETTE_ITEMS,
)
#: How what came back was written down. complete: all of it. The others break the rule that a record does not depend
#: on what was done.
RULES = ("complete", "replies_where_called", "opened_by_a_call", "outcomes_where_phoned", "outcomes_of_some_cohorts")


@dataclass(frozen=True)
class Lean:
    """How log-odds depend on what is recorded of an interview: one number a level, and lines of calendar time.

    product: of the rating (standardised) and the referral (centred). calendar: from the first interview (-1) to the
    last (+1). wave: of a sine over the same time.
    """

    rating: tuple[float, ...] = (0.0,) * RATINGS
    referral: tuple[float, ...] = (0.0,) * REFERRALS
    industry: tuple[float, ...] = (0.0,) * INDUSTRIES
    job_level: tuple[float, ...] = (0.0,) * LEVELS
    interview_format: tuple[float, ...] = (0.0,) * FORMATS
    product: float = 0.0
    calendar: float = 0.0
    wave: float = 0.0


@dataclass(frozen=True)
class Acting:
    """When applicants act, by what is recorded, by calendar and by habits that nothing else depends on.

    plans: whether the first attempt is on a planned day (mean, spread in days, share who plan; days before the
    interview count as day 0) instead of coming up day by day. first_by_day, first: base and lean of the first attempt;
    turning: a lean that is added on day 0, gone by `turns_on` and the other way round from then on. weekday: Monday
    first. promise: while the promised day is ahead, and in the five days after it. habit: standard deviations between
    applicants and employers. latent: of the unmeasured chance of success (0 where all causes are recorded).
    again_by_gap: of a further attempt by days since the last. notes: of a thank-you note on day 0, 1, ...
    items: of each item of etiquette: base, multiple of `item_lean`, of the tone last heard.
    """

    link: str
    plans: tuple[float, float, float] | None
    first_by_day: tuple[float, ...]
    first: Lean
    turning: Lean
    turns_on: float
    weekday: tuple[float, ...]
    promise: tuple[float, float]
    habit: tuple[float, float]
    latent: float
    thanked: float
    again_by_gap: tuple[float, ...]
    again: Lean
    tired: float
    tone: float
    notes: tuple[float, ...]
    note: Lean
    call: float
    message: float
    message_lean: Lean
    long_call: float
    items: dict[str, tuple[float, float, float]]
    item_lean: Lean


@dataclass(frozen=True)
class Answering:
    """How employers answer.

    by_day: of a reply on each day (the last holds on); reply: its lean; weekday, promise: as in `Acting`.
    decay: what is left of an act's effect a day later. advance, advance_lean: of going further, once they reply.
    lag: mean days from reply to decision; at_once: share of replies that are the decision; silent: share of the
    refused who never hear it. filled, withdrawn: daily probabilities. reach, reach_lean: of reaching somebody by phone;
    parties: probabilities of interviewer, hiring team, receptionist, other. tone: how much the chance of success can be
    heard. spread: standard deviations of the chance of success between applicants, employers and interviews.
    """

    link: str
    by_day: tuple[float, ...]
    reply: Lean
    weekday: tuple[float, ...]
    promise: tuple[float, float]
    decay: float
    advance: float
    advance_lean: Lean
    lag: float
    at_once: float
    silent: float
    filled: float
    withdrawn: float
    reach: float
    reach_lean: Lean
    parties: tuple[float, ...]
    tone: float
    spread: tuple[float, float, float]


@dataclass(frozen=True)
class Gathering:
    """Who is in a log. applicants, employers: how interviews are shared out, see `crowd.shares`."""

    applicants: tuple[str, float]
    employers: tuple[str, float]
    rating_missing: float
    referral_missing: float
    promised: float
    first_day: dt.date
    term_days: int
    zone: str


@dataclass(frozen=True)
class Recording:
    """What reaches the log; shares are between 0 and 1.

    followed: days after the last interview. lost: records that stop early for no reason. day_only: contacts of which
    the time of day is not written down. items_missing: of items of etiquette. automatic: e-mails that a machine
    answers. rule: one of RULES.
    """

    followed: float
    lost: float
    day_only: float
    items_missing: float
    automatic: float
    rule: str = "complete"


@dataclass(frozen=True)
class RandomWorld:
    """One world drawn from a seed; `effects` maps a cause to (reply, advance), and is empty where nothing matters."""

    seed: int
    family: str
    null: bool
    acting: Acting
    answering: Answering
    gathering: Gathering
    recording: Recording
    effects: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The world's name: its family and seed, and that nothing matters in it."""
        return f"random-{self.family}-{self.seed}" + ("-null" if self.null else "")

    @property
    def all_causes_recorded(self) -> bool:
        """Whether what makes people act is in the log, and the record does not depend on what they did."""
        return self.acting.latent == 0.0 and self.recording.rule == "complete"


def inverse_link(link: str, eta: FloatArray) -> FloatArray:
    """Probability at a linear predictor, by logit, complementary log-log or probit."""
    if link == "cloglog":
        return np.asarray(-np.expm1(-np.exp(np.minimum(eta, 3.0))))
    if link == "probit":
        from scipy.special import ndtr

        # Scaled so that a unit of eta means about as much as a unit of log-odds.
        return np.asarray(ndtr(eta / 1.7))
    return np.asarray(1.0 / (1.0 + np.exp(-eta)))
