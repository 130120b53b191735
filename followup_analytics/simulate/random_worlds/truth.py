"""What an analysis of a random world should find: contrasts by intervening, rates and incidences of the world as it is.

All are values of the population, worked out on one large crowd whose members live through both strategies with the same
luck. Where nothing matters the contrasts are exactly nought, and nothing needs to be simulated but what a tone tells.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from followup_analytics.simulate.random_worlds.course import Course, live
from followup_analytics.simulate.random_worlds.crowd import Crowd, crowd_of
from followup_analytics.simulate.random_worlds.hazards import Hazards
from followup_analytics.simulate.random_worlds.observed import true_curve, true_rates
from followup_analytics.simulate.random_worlds.strategies import (
    CONTRASTS,
    PREDICTION,
    SECOND_LINES,
    WITH_GRACE,
    Contrast,
    Strategy,
)
from followup_analytics.simulate.random_worlds.world import DAYS, BoolArray, FloatArray, RandomWorld

TRUTH_INTERVIEWS = 20_000
TRUTH_SEED = 987_654_321
#: A claim whose moment fewer of the crowd reach has no truth worth the name.
_LEAST_REACHED = 100
#: What a tone foretells is no contrast that luck in common would steady.
_PREDICTION_RUNS = 3


def claim_truths(
    world: RandomWorld, claims: Iterable[str] | None = None, n: int | None = None
) -> dict[str, dict[str, Any]]:
    """True contrasts by claim: risk_strategy, risk_alternative, estimate, mc_error, eligible, days, second_line.

    claims: these alone; n: interviews of the crowd. days: the same contrast if each day of a grace period is as likely
    as the others (null without a grace period); `estimate` takes people's own days. A claim whose moment hardly
    anybody reaches is left out. Where nothing matters risks are null but for the prediction.
    """
    n = n or TRUTH_INTERVIEWS
    stage = _Stage.of(world, n)
    wanted = tuple(claims) if claims is not None else (*CONTRASTS, PREDICTION)
    found: dict[str, dict[str, Any]] = {}
    for name in wanted:
        if name == PREDICTION:
            truth = _prediction(world, n)
        elif not world.effects:
            truth = dict(_NOTHING)
        else:
            truth = _contrast(stage, CONTRASTS[name])
        if truth is None:
            continue
        truth["second_line"] = truth["days"] = None
        if world.effects and name in SECOND_LINES:
            contrast = CONTRASTS[name]
            second = Contrast(contrast.moment, contrast.strategy, contrast.alternative, "advanced", 30)
            truth["second_line"] = _contrast(stage, second)
        if world.effects and name in WITH_GRACE:
            truth["days"] = _contrast(stage, CONTRASTS[name], uniform=True)
        found[name] = truth
    return found


_NOTHING = {"risk_strategy": None, "risk_alternative": None, "estimate": 0.0, "mc_error": 0.0, "eligible": None}


def world_truth(world: RandomWorld, n: int | None = None) -> dict[str, Any]:
    """The contents of truth.json: world, interviews, claims, rates and curve (see contract and `claim_truths`)."""
    n = n or TRUTH_INTERVIEWS
    crowd = crowd_of(world, n, TRUTH_SEED)
    course = live(world, crowd, TRUTH_SEED)
    return {
        "world": world.name,
        "family": world.family,
        "random": world.seed,
        "null": world.null,
        "interviews": n,
        "all_causes_recorded": world.all_causes_recorded,
        "days_of_grace": "as those act who act within it",
        "claims": claim_truths(world, n=n),
        "rates": true_rates(course),
        "curve": true_curve(course),
    }


@dataclass(frozen=True)
class _Stage:
    """A world's crowd, with what is fixed before anything is done."""

    world: RandomWorld
    crowd: Crowd
    hazards: Hazards

    @classmethod
    def of(cls, world: RandomWorld, n: int) -> _Stage:
        crowd = crowd_of(world, n, TRUTH_SEED)
        return cls(world, crowd, Hazards.of(world, crowd))


def _contrast(stage: _Stage, contrast: Contrast, *, uniform: bool = False) -> dict[str, Any] | None:
    one, reached = _under(stage, contrast, contrast.strategy, uniform=uniform)
    other, same = _under(stage, contrast, contrast.alternative, uniform=uniform)
    if not np.array_equal(reached, same):
        raise RuntimeError("a strategy changed what came before its own moment")
    if reached.sum() < _LEAST_REACHED:
        return None
    difference = one[reached].astype(float) - other[reached]
    return {
        "risk_strategy": _short(one[reached].mean()),
        "risk_alternative": _short(other[reached].mean()),
        "estimate": _short(difference.mean()),
        "mc_error": _short(difference.std() / np.sqrt(reached.sum())),
        "eligible": _short(reached.mean()),
    }


def _short(value: float) -> float:
    return round(float(value), 6)


def _under(stage: _Stage, contrast: Contrast, strategy: Strategy, *, uniform: bool) -> tuple[BoolArray, BoolArray]:
    """Whether the outcome came by the horizon, and who reached the moment early enough to see the horizon."""
    course = live(
        stage.world,
        stage.crowd,
        TRUTH_SEED,
        moment=contrast.moment,
        strategy=strategy,
        uniform=uniform,
        hazards=stage.hazards,
    )
    return _came(course, contrast), _reached(course, contrast.horizon)


def _reached(course: Course, horizon: float) -> BoolArray:
    return np.asarray(course.state.moment + horizon < DAYS)


def _came(course: Course, contrast: Contrast) -> BoolArray:
    times: FloatArray = {"response": course.state.reply, "advanced": course.advanced, "met": course.state.met}[
        contrast.outcome
    ]
    with np.errstate(invalid="ignore"):
        since = np.floor(times) if contrast.moment == "interview" else times - course.state.moment
    return np.asarray(since <= contrast.horizon)


def _prediction(world: RandomWorld, n: int) -> dict[str, Any] | None:
    """How much oftener those go further who heard a positive tone in their first conversation."""
    if not world.answering.tone and not world.effects:
        return dict(_NOTHING)
    runs = []
    for run in range(_PREDICTION_RUNS):
        course = live(world, crowd_of(world, n, TRUTH_SEED + run), TRUTH_SEED + run, moment="conversation")
        reached = _reached(course, 30)
        positive = course.state.moment_tone == 1
        if min((reached & positive).sum(), (reached & ~positive).sum()) < _LEAST_REACHED:
            return None
        with np.errstate(invalid="ignore"):
            came = course.advanced - course.state.moment <= 30
        runs.append((came[reached & positive].mean(), came[reached & ~positive].mean(), reached.mean()))
    one, other, share = np.mean(runs, axis=0)
    error = np.std([a - b for a, b, _ in runs], ddof=1) / np.sqrt(_PREDICTION_RUNS)
    return {
        "risk_strategy": _short(one),
        "risk_alternative": _short(other),
        "estimate": _short(one - other),
        "mc_error": _short(error),
        "eligible": _short(share),
    }
