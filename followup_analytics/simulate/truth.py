"""The truth about a world: what would happen under both strategies of each claim, and what does happen.

Contrasts come from intervening: the same interviews with the same luck live through both strategies, so that what the
strategies don't change cancels exactly. Rates and incidences are those of the world as it is. All are population
values of the complete story: nobody's record ends early and nothing is forgotten.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np

from followup_analytics.simulate.decisions import Decisions, decisions_of
from followup_analytics.simulate.draws import Booleans, Draws, Floats
from followup_analytics.simulate.hazards import LAST_DAY
from followup_analytics.simulate.people import People, invite
from followup_analytics.simulate.story import Story
from followup_analytics.simulate.strategies import CONTRASTS, SECOND_LINES, Contrast, Strategy
from followup_analytics.simulate.teller import tell
from followup_analytics.simulate.true_rates import true_curve, true_rates
from followup_analytics.simulate.world import World

#: Part of the key of shipped truths: to be raised whenever a change of the simulation changes what happens.
VERSION = 2
#: How many interviews shipped truths rest on, and those worked out on the spot.
SHIPPED_INTERVIEWS, QUICK_INTERVIEWS = 400_000, 40_000
TRUTH_SEED = 20_250_908


def world_truth(world: World) -> dict[str, Any]:
    """What an analysis of any log of this world should find.

    Returns {"world", "interviews", "claims": {id: {"risk_strategy", "risk_alternative", "estimate", "mc_error",
    "eligible", "second_line"}}, "rates": [...], "curve": [...]}. mc_error: standard error of the estimate by
    simulation; eligible: share of interviews that reach the claim's moment; second_line: the same for the second
    outcome of claims.md, else null. Shipped worlds have theirs ready; of others it is worked out once, in a minute.
    """
    found = _shipped(world)
    if found is None:
        found = _worked_out(world_key(world), _Held(world))
    copy: dict[str, Any] = json.loads(json.dumps(found))
    return copy


def world_key(world: World, version: int = VERSION) -> str:
    """A hash of all that makes a world what it is, its name and title aside, and of the simulation's version."""
    facts = dataclasses.asdict(world)
    del facts["name"], facts["title"], facts["record"]
    text = json.dumps([version, facts], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _shipped(world: World) -> dict[str, Any] | None:
    file = resources.files(__package__).joinpath("truths").joinpath(f"{world.name}.json")
    if not file.is_file():
        return None
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found if found["key"] == world_key(world) else None


class _Held:
    """A world as a cache key that equals any other: the hash beside it tells worlds apart."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=16)
def _worked_out(key: str, held: _Held) -> dict[str, Any]:
    return {"key": key, **work_out_truth(held.world, QUICK_INTERVIEWS)}


def work_out_truth(
    world: World, interviews: int, seed: int = TRUTH_SEED, progress: Callable[[str], None] | None = None
) -> dict[str, Any]:
    """Run a world under every claim's strategies, and as it is.

    interviews: how many; the error falls with their root. progress: told of each claim when it is begun.
    """
    people = invite(world, Draws(seed), interviews)
    claims = {}
    for claim, contrast in CONTRASTS.items():
        if progress:
            progress(claim)
        claims[claim] = true_contrast(world, people, contrast, seed)
        second = SECOND_LINES.get(claim)
        claims[claim]["second_line"] = true_contrast(world, people, second, seed) if second else None
    story = tell(world, people, seed)
    decisions = decisions_of(world, story, seed)
    return {
        "world": world.name,
        "interviews": interviews,
        "claims": claims,
        "rates": true_rates(story),
        "curve": true_curve(story, decisions),
    }


def true_contrast(world: World, people: People, contrast: Contrast, seed: int) -> dict[str, Any]:
    """Risks under both strategies, their difference and its simulation error, among those who reach the moment.

    Moments that come so late that the horizon would end after the simulation does are left out.
    """
    if contrast.natural:
        return _prediction(world, people, contrast, seed)
    one, reached = _outcome(world, people, contrast, contrast.strategy, seed)
    other, same = _outcome(world, people, contrast, contrast.alternative, seed)
    if not np.array_equal(reached, same):
        raise RuntimeError("a strategy changed what came before its own moment")
    difference = one[reached].astype(float) - other[reached]
    size = max(int(reached.sum()), 1)
    return _rounded(
        risk_strategy=float(one[reached].mean()) if reached.any() else None,
        risk_alternative=float(other[reached].mean()) if reached.any() else None,
        estimate=float(difference.mean()) if reached.any() else None,
        mc_error=float(difference.std() / np.sqrt(size)) if reached.any() else None,
        eligible=float(reached.mean()),
    )


#: A prediction has no luck in common that would cancel, so it is drawn this many times over.
_PREDICTION_RUNS = 8


def _prediction(world: World, people: People, contrast: Contrast, seed: int) -> dict[str, Any]:
    """What a positive tone foretells: the plain difference between those who heard one and those who didn't."""
    runs = []
    for run in range(_PREDICTION_RUNS):
        crowd = people if run == 0 else invite(world, Draws(seed + run), len(people))
        story = tell(world, crowd, seed + run, moment=contrast.moment)
        happened, reached = _happened(world, story, contrast, seed + run), _in_time(story, contrast)
        positive, other = reached & (story.moment_tone == 1), reached & (story.moment_tone < 1)
        runs.append((happened[positive].mean(), happened[other].mean(), reached.mean()))
    p, q, eligible = np.mean(runs, axis=0)
    # Between runs applicants and employers differ too, so their clustering is in the error.
    error = np.std([one[0] - one[1] for one in runs], ddof=1) / np.sqrt(_PREDICTION_RUNS)
    return _rounded(
        risk_strategy=float(p),
        risk_alternative=float(q),
        estimate=float(p - q),
        mc_error=float(error),
        eligible=float(eligible),
    )


def _rounded(**values: float | None) -> dict[str, Any]:
    return {name: None if value is None else round(value, 6) for name, value in values.items()}


def _outcome(
    world: World, people: People, contrast: Contrast, strategy: Strategy, seed: int
) -> tuple[Booleans, Booleans]:
    """Whether the outcome happened by the horizon, and who reached the moment."""
    story = tell(world, people, seed, moment=contrast.moment, strategy=strategy)
    return _happened(world, story, contrast, seed), _in_time(story, contrast)


def _in_time(story: Story, contrast: Contrast) -> Booleans:
    return np.isfinite(story.moment) & (np.nan_to_num(story.moment) + contrast.horizon < LAST_DAY)


def _happened(world: World, story: Story, contrast: Contrast, seed: int) -> Booleans:
    decisions = decisions_of(world, story, seed)
    time = _times(story, decisions, contrast.outcome)
    since = np.floor(time) if contrast.moment == "interview" else time - np.nan_to_num(story.moment)
    return np.asarray(since <= contrast.horizon)


def _times(story: Story, decisions: Decisions, outcome: str) -> Floats:
    if outcome == "response":
        return story.reply
    if outcome == "advanced":
        return decisions.advanced_at
    inbound = np.where(decisions.contact_party <= 1, decisions.contact_at, np.inf)
    return np.minimum(story.met, inbound)
