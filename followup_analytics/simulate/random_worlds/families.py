"""Families of random worlds: what is fixed in each, all else being drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from followup_analytics.log.schema import ETIQUETTE_ITEMS
from followup_analytics.simulate.random_worlds.world import Lean, RandomWorld

_RATED = (0.0, -1.3, -0.7, 0.0, 0.7, 1.3)
_REFERRED = (0.0, -0.35, 0.65)


@dataclass(frozen=True)
class Family:
    """What a family is about, how it fixes a drawn world, and whether tones tell something also where nothing matters.

    recorded: all causes of acting are in the log, and the record does not depend on what was done.
    """

    about: str
    fix: Callable[[RandomWorld, np.random.Generator], RandomWorld]
    recorded: bool = True
    keeps_tone: bool = False


def etiquette(sign: float) -> dict[str, tuple[float, float]]:
    """Effects under which all of the advice is right (sign 1) or wrong (sign -1)."""
    reply = {
        "first_on_day_0_1": 0.3,
        "first_on_day_2_3": 1.7,
        "first_on_day_4_7": 0.7,
        "first_later": 0.5,
        "again": 1.0,
        "after_silence": -2.2,
        "asked_status": 0.9,
        "asked_timeline": 0.9,
        "asked_when_available": 1.0,
        "new_approach": 0.9,
        "company_news": 0.9,
    }
    advance = {
        "note": 0.8,
        "interviewer": 0.7,
        "message": -0.6,
        "third_voicemail": -0.9,
        "quick_voicemail": -0.9,
        "crowding": -1.3,
        "long_call": -0.7,
        "recited_credentials": -0.7,
        **dict.fromkeys(("expressed_interest", "said_thanks", "stood", "smiled"), 0.7),
    }
    causes = (*dict.fromkeys((*reply, *advance, *ETIQUETTE_ITEMS)),)
    return {cause: (sign * reply.get(cause, 0.0), sign * advance.get(cause, 0.0)) for cause in causes}


def _confounded(world: RandomWorld, rng: np.random.Generator, size: float = 1.0) -> RandomWorld:
    """Make rating and referral move acting and answering for certain, either way."""
    act, back = size * rng.choice([-1.0, 1.0]), size * rng.uniform(0.6, 1.0)
    acting, answering = world.acting, world.answering
    return replace(
        world,
        acting=replace(acting, first=_strong(acting.first, act), again=_strong(acting.again, act)),
        answering=replace(
            answering,
            reply=_strong(answering.reply, back),
            advance_lean=_strong(answering.advance_lean, back),
        ),
    )


def _strong(lean: Lean, size: float) -> Lean:
    return replace(
        lean,
        rating=tuple(0.6 * size * one for one in _RATED),
        referral=tuple(0.6 * size * one for one in _REFERRED),
    )


def _clipped(world: RandomWorld, rng: np.random.Generator) -> RandomWorld:
    world = _confounded(world, rng)
    plans = (float(rng.uniform(0.3, 2.5)), float(rng.uniform(1.2, 2.2)), float(rng.uniform(0.8, 0.95)))
    return replace(world, acting=replace(world.acting, plans=plans, turning=Lean()))


def _crossing(world: RandomWorld, rng: np.random.Generator) -> RandomWorld:
    world = _confounded(world, rng)
    turning = _strong(Lean(), float(rng.choice([-1.6, 1.6])))
    acting = replace(world.acting, plans=None, first=Lean(), turning=turning, turns_on=float(rng.uniform(1.5, 3)))
    return replace(world, acting=acting)


def _proportional(world: RandomWorld, rng: np.random.Generator) -> RandomWorld:
    world = _confounded(world, rng)
    return replace(world, acting=replace(world.acting, plans=None, turning=Lean(), link="cloglog"))


def _season(world: RandomWorld, rng: np.random.Generator) -> RandomWorld:
    act = float(rng.choice([-0.75, 0.75]))
    back = float(rng.choice([-0.75, 0.75]))
    wave = float(rng.choice([0.0, 0.4])) * (act, back)[0]
    acting = world.acting
    return replace(
        world,
        gathering=replace(world.gathering, term_days=int(rng.integers(150, 300))),
        acting=replace(
            acting,
            first=replace(acting.first, calendar=act, wave=wave),
            again=replace(acting.again, calendar=act),
            note=replace(acting.note, calendar=act),
        ),
        answering=replace(
            world.answering,
            reply=replace(world.answering.reply, calendar=back, wave=wave),
            advance_lean=replace(world.answering.advance_lean, calendar=back),
        ),
    )


def _product(world: RandomWorld, rng: np.random.Generator) -> RandomWorld:
    act, back = float(rng.choice([-1.6, 1.6])), float(rng.choice([-1.6, 1.6]))
    acting, answering = world.acting, world.answering
    return replace(
        world,
        gathering=replace(world.gathering, rating_missing=0.0, referral_missing=0.0),
        acting=replace(
            acting,
            first=replace(acting.first, product=act),
            again=replace(acting.again, product=act),
            note=replace(acting.note, product=act),
            item_lean=replace(acting.item_lean, product=act),
        ),
        answering=replace(
            answering,
            reply=replace(answering.reply, product=back),
            advance_lean=replace(answering.advance_lean, product=back),
        ),
    )


def _employers(number: int) -> Callable[[RandomWorld, np.random.Generator], RandomWorld]:
    def fix(world: RandomWorld, rng: np.random.Generator) -> RandomWorld:
        spread, habit = world.answering.spread, world.acting.habit
        apart = float(rng.uniform(0.7, 1.0))
        return replace(
            world,
            gathering=replace(world.gathering, employers=("number", float(number))),
            acting=replace(world.acting, habit=(habit[0], apart)),
            answering=replace(world.answering, spread=(spread[0], apart, spread[2])),
        )

    return fix


def _heavy(world: RandomWorld, rng: np.random.Generator) -> RandomWorld:
    spread, habit = world.answering.spread, world.acting.habit
    return replace(
        world,
        gathering=replace(world.gathering, applicants=("heavy", float(rng.uniform(0.5, 0.75)))),
        acting=replace(world.acting, habit=(1.0, habit[1])),
        answering=replace(world.answering, spread=(0.9, spread[1], spread[2])),
    )


def _fridays(world: RandomWorld, rng: np.random.Generator) -> RandomWorld:
    fall = float(rng.uniform(0.8, 1.6))
    act = (0.0, 0.0, 0.0, float(rng.uniform(-0.5, 1.0)), float(rng.uniform(-0.8, 1.2)), -1.0, -1.0)
    back = (-fall, -fall, -fall, -0.5 * fall, 1.3, -4.0, -4.0)
    return replace(
        world,
        acting=replace(world.acting, weekday=act),
        answering=replace(world.answering, weekday=back),
    )


def _promises(world: RandomWorld, rng: np.random.Generator) -> RandomWorld:
    return replace(
        world,
        gathering=replace(world.gathering, promised=float(rng.uniform(0.6, 0.95))),
        acting=replace(world.acting, promise=(-1.2, 1.0), plans=None),
        answering=replace(world.answering, promise=(-0.8, 1.6)),
    )


def _tones(world: RandomWorld, rng: np.random.Generator) -> RandomWorld:
    sign = float(rng.choice([-1.0, 1.0]))
    acting = world.acting
    items = {name: (base, multiple, sign * 0.9) for name, (base, multiple, _) in acting.items.items()}
    return replace(
        world,
        acting=replace(acting, tone=sign * 0.9, items=items, call=1.6),
        answering=replace(world.answering, tone=1.0, spread=(0.4, 0.3, 0.9)),
    )


def _where_called(world: RandomWorld, rng: np.random.Generator) -> RandomWorld:
    rule = str(rng.choice(["replies_where_called", "opened_by_a_call"]))
    return replace(world, recording=replace(world.recording, rule=rule))


def _advice(sign: float) -> Callable[[RandomWorld, np.random.Generator], RandomWorld]:
    def fix(world: RandomWorld, rng: np.random.Generator) -> RandomWorld:
        world = _confounded(world, rng, 0.7)
        # Where acts do harm there must be something to be harmed, and room to gain where they help.
        answering = replace(
            world.answering,
            advance=world.answering.advance - 0.5 * sign + 0.3,
            by_day=tuple(one + (0.0 if sign > 0 else 0.5) for one in world.answering.by_day),
        )
        return replace(world, answering=answering, effects=etiquette(sign))

    return fix


def _mixed(world: RandomWorld, rng: np.random.Generator) -> RandomWorld:
    """Several families at once."""
    parts = [_clipped, _crossing, _season, _product, _employers(25), _heavy, _fridays, _promises]
    for place in rng.permutation(len(parts))[:4]:
        world = parts[int(place)](world, rng)
    return world


def _diligence(world: RandomWorld, rng: np.random.Generator) -> RandomWorld:
    return replace(
        world,
        acting=replace(world.acting, latent=float(rng.uniform(0.6, 1.0)), plans=None),
        answering=replace(world.answering, spread=(0.5, 0.4, 1.0)),
    )


def _bare(world: RandomWorld, rng: np.random.Generator) -> RandomWorld:
    world = _confounded(world, rng, 0.7)
    return replace(
        world,
        gathering=replace(world.gathering, rating_missing=0.3, referral_missing=0.2),
        recording=replace(world.recording, day_only=float(rng.uniform(0.5, 1.0)), items_missing=0.4, lost=0.25),
    )


FAMILIES: dict[str, Family] = {
    "clipped": Family("planned days, of which those before the interview become day 0", _clipped),
    "crossing": Family("who acts early on day 0 is not who does on day 4: leans change sign over days", _crossing),
    "proportional": Family("acting is proportional over days", _proportional),
    "season": Family("acting and answering drift over the calendar", _season),
    "product": Family("rating and referral work together, in acting and answering", _product),
    "employers_12": Family("twelve employers, each with its habits and answers", _employers(12)),
    "employers_40": Family("forty employers, each with its habits and answers", _employers(40)),
    "heavy": Family("a few applicants have very many interviews, with habits and answers of their own", _heavy),
    "fridays": Family("decisions come in batches on Fridays, and people know", _fridays),
    "promises": Family("employers name a day, and people wait for it", _promises),
    "tones": Family("what people heard makes them act, and tells what is to come", _tones, keeps_tone=True),
    "bare": Family("days without times, ratings and items left out, records that stop", _bare),
    "right_advice": Family("all of the advice is right", _advice(1.0)),
    "wrong_advice": Family("all of the advice is wrong", _advice(-1.0)),
    "mixed": Family("four of the others at once", _mixed, keeps_tone=True),
    "where_called": Family("replies, or records, only where somebody called", _where_called, recorded=False),
    "diligence": Family("an unmeasured chance of success makes people act", _diligence, recorded=False),
}
