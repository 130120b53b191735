"""Draw a world from a seed: everything is left to chance, and each family fixes what it is about."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np

from followup_analytics.errors import UsageError
from followup_analytics.log.schema import ETIQUETTE_ITEMS
from followup_analytics.simulate.random_worlds.families import FAMILIES, etiquette
from followup_analytics.simulate.random_worlds.world import (
    CAUSES,
    FORMATS,
    INDUSTRIES,
    LEVELS,
    LINKS,
    RATINGS,
    REFERRALS,
    Acting,
    Answering,
    Gathering,
    Lean,
    RandomWorld,
    Recording,
)
from followup_analytics.text import nearest

_ZONES = ("UTC", "Europe/Berlin", "America/New_York", "America/Phoenix", "Asia/Tokyo", "Australia/Sydney")
_DAYS_DRAWN = 25
_GAPS = 14


def draw_world(seed: int, family: str | None = None, *, null: bool = False) -> RandomWorld:
    """A world; the same arguments give the same.

    family: one of FAMILIES, by default drawn from the seed. null: nothing that people do changes what comes back; all
    else is as in the world without it. Raises UsageError for a family that there is not.
    """
    if seed < 0:
        raise UsageError(f"--random {seed}: give a whole number that is not negative.")
    if family is None:
        family = tuple(FAMILIES)[int(np.random.default_rng((seed, 7)).integers(len(FAMILIES)))]
    if family not in FAMILIES:
        guess = nearest(family, FAMILIES)
        hint = f"did you mean {guess!r}?" if guess else f"there are {', '.join(FAMILIES)}."
        raise UsageError(f"no family of random worlds is called {family!r}; {hint}")
    rng = np.random.default_rng((seed, 11))
    world = RandomWorld(
        seed=seed,
        family=family,
        null=null,
        acting=_acting(rng),
        answering=_answering(rng),
        gathering=_gathering(rng),
        recording=_recording(rng),
        effects=_effects(rng),
    )
    world = FAMILIES[family].fix(world, rng)
    if not null:
        return world
    # A tone that tells something has a truth of its own: it stays only where a family is about it.
    tone = world.answering.tone if FAMILIES[family].keeps_tone else 0.0
    return replace(world, effects={}, answering=replace(world.answering, tone=tone))


def draw_lean(rng: np.random.Generator, size: float, *, calendar: float = 0.3) -> Lean:
    """A lean whose parts are about `size` log-odds each; sparse: some of the columns matter to nobody."""
    matters = rng.random(5) < 0.75
    slope, bend = rng.normal(0, size), rng.normal(0, 0.4 * size)
    levels = np.arange(1, RATINGS) - 3.0
    rating = matters[0] * (slope * levels / 1.4 + bend * (levels**2 - 1.5) / 1.5)
    unrated = rng.normal(0, 0.6 * size) * matters[0]
    return Lean(
        rating=_numbers(np.concatenate([[unrated], rating])),
        referral=_numbers(matters[1] * rng.normal(0, size, REFERRALS)),
        industry=_numbers(matters[2] * rng.normal(0, 0.6 * size, INDUSTRIES)),
        job_level=_numbers(matters[3] * rng.normal(0, 0.6 * size, LEVELS)),
        interview_format=_numbers(matters[4] * rng.normal(0, 0.5 * size, FORMATS)),
        calendar=float(rng.normal(0, calendar)),
        wave=float(rng.normal(0, calendar * 0.7)),
    )


def _numbers(values: object) -> tuple[float, ...]:
    return tuple(round(float(one), 4) for one in np.asarray(values))


def _bumpy(rng: np.random.Generator, level: float, days: int, rough: float, fall: float) -> tuple[float, ...]:
    """A curve over days: a bump somewhere, a slow change, and roughness from day to day."""
    day = np.arange(days)
    top, width, height = rng.uniform(0, 6), rng.uniform(1, 3), rng.uniform(0, 1.8)
    curve = level + height * np.exp(-0.5 * ((day - top) / width) ** 2) - fall * day + rng.normal(0, rough, days)
    return _numbers(np.maximum(curve, level - 1.5))


def _week(rng: np.random.Generator, spread: float, weekend: float) -> tuple[float, ...]:
    week = rng.normal(0, spread, 7)
    week[5:] += weekend
    return _numbers(week)


def _acting(rng: np.random.Generator) -> Acting:
    plans = (float(rng.uniform(0.5, 4)), float(rng.uniform(1.2, 3)), float(rng.uniform(0.7, 0.95)))
    size = float(rng.uniform(0.2, 0.6))
    return Acting(
        link=str(rng.choice(LINKS)),
        plans=plans if rng.random() < 0.3 else None,
        first_by_day=_bumpy(rng, rng.uniform(-2.6, -1.8), _DAYS_DRAWN, 0.2, 0.02),
        first=draw_lean(rng, size),
        turning=draw_lean(rng, 0.3) if rng.random() < 0.4 else Lean(),
        turns_on=float(rng.uniform(2, 5)),
        weekday=_week(rng, 0.2, float(rng.choice([0.0, -0.7, -1.5]))),
        promise=(float(rng.normal(-0.4, 0.3)), float(rng.normal(0.5, 0.3))),
        habit=(float(rng.uniform(0, 0.7)), float(rng.uniform(0, 0.4))),
        latent=0.0,
        thanked=float(rng.normal(0, 0.3)),
        again_by_gap=_bumpy(rng, rng.uniform(-2.2, -1.3), _GAPS, 0.2, 0.02),
        again=draw_lean(rng, 0.8 * size),
        tired=float(rng.uniform(-0.3, -0.05)),
        tone=float(rng.normal(0, 0.3)),
        notes=_numbers([rng.uniform(-1.6, -0.6), rng.uniform(-1.6, -0.6), *rng.uniform(-3.2, -2.2, 6)]),
        note=draw_lean(rng, size),
        call=float(rng.uniform(0.3, 1.6)),
        message=float(rng.normal(0.1, 0.4)),
        message_lean=draw_lean(rng, 0.6 * size),
        long_call=float(rng.normal(-0.3, 0.4)),
        items={
            name: (float(rng.normal(0, 0.5)), float(rng.normal(0, 1.0)), float(rng.normal(0, 0.3)))
            for name in ETIQUETTE_ITEMS
        },
        item_lean=draw_lean(rng, size),
    )


def _answering(rng: np.random.Generator) -> Answering:
    size = float(rng.uniform(0.2, 0.6))
    parties = rng.dirichlet([5, 4, 4, 2])
    return Answering(
        link=str(rng.choice(LINKS)),
        by_day=_bumpy(rng, rng.uniform(-3.8, -3.0), _DAYS_DRAWN, 0.15, 0.01),
        reply=draw_lean(rng, size),
        weekday=_week(rng, 0.2, float(rng.choice([-0.5, -1.5, -3.0]))),
        promise=(float(rng.normal(-0.3, 0.2)), float(rng.normal(0.8, 0.4))),
        decay=float(rng.uniform(0.5, 0.8)),
        advance=float(rng.normal(0, 0.4)),
        advance_lean=draw_lean(rng, size),
        lag=float(rng.uniform(2, 6)),
        at_once=float(rng.uniform(0.05, 0.4)),
        silent=float(rng.uniform(0, 0.4)),
        filled=float(rng.uniform(0.004, 0.02)),
        withdrawn=float(rng.uniform(0.001, 0.006)),
        reach=float(rng.normal(0, 0.4)),
        reach_lean=draw_lean(rng, 0.2),
        parties=_numbers(parties / parties.sum()),
        tone=float(rng.choice([0.0, rng.uniform(0.3, 0.9)])),
        spread=(float(rng.uniform(0, 0.6)), float(rng.uniform(0, 0.4)), float(rng.uniform(0.2, 0.7))),
    )


def _gathering(rng: np.random.Generator) -> Gathering:
    each = float(rng.choice([1.0, 2.0, 3.0, 5.0]))
    return Gathering(
        applicants=("each", each),
        employers=("each", float(rng.choice([1.5, 3.0, 8.0]))),
        rating_missing=float(rng.choice([0.0, 0.05, 0.2])),
        referral_missing=float(rng.choice([0.0, 0.1])),
        promised=float(rng.choice([0.0, 0.3, 0.6])),
        first_day=dt.date(2024, 1, 8) + dt.timedelta(days=int(rng.integers(0, 500))),
        term_days=int(rng.integers(60, 250)),
        zone=str(rng.choice(_ZONES)),
    )


def _recording(rng: np.random.Generator) -> Recording:
    return Recording(
        followed=float(rng.uniform(20, 70)),
        lost=float(rng.choice([0.0, 0.05, 0.15])),
        day_only=float(rng.choice([0.0, 0.0, 0.1])),
        items_missing=float(rng.choice([0.0, 0.1, 0.3])),
        automatic=float(rng.choice([0.0, 0.2])),
    )


def _effects(rng: np.random.Generator) -> dict[str, tuple[float, float]]:
    """Effects of any sign; some causes have none. They grow from the right or the wrong advice, or from neither."""
    made = {}
    lean = float(rng.choice([-0.5, 0.0, 0.5]))
    right = etiquette(1.0)
    for cause in CAUSES:
        reply, advance = right[cause]
        drawn = rng.normal(0, 0.6, 2) if rng.random() < 0.6 else np.zeros(2)
        # A cause acts on what claims ask of it: each keeps its own outcome.
        made[cause] = _numbers([lean * reply + drawn[0] * (reply != 0), lean * advance + drawn[1] * (advance != 0)])
    return {cause: (both[0], both[1]) for cause, both in made.items()}
