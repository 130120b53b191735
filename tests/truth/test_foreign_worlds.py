"""Claims in worlds by another hand than the simulator's, where nothing has an effect, and what their errors rest on."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest

from followup_analytics.claims import own_catalogue, test_claims
from followup_analytics.claims.context import Context
from followup_analytics.claims.trial import Trial, run_trial
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.trials.contrast import estimate_contrast


@pytest.fixture(scope="module")
def worlds() -> ModuleType:
    """The study's own worlds."""
    place = Path(__file__).parents[2] / "benchmarks" / "foreign_worlds.py"
    spec = importlib.util.spec_from_file_location("foreign_worlds", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def trial_of(log: FollowUpLog, **how: str) -> Trial:
    """Waiting two or three days against calling at once."""
    claim = own_catalogue().claim("wait-2-3-days")
    assert claim is not None
    return run_trial(claim, Context.of(log, [claim], cluster=how.get("cluster")), extras=False)


@pytest.mark.parametrize("world", ["null", "cross", "drift", "inter"])
def test_nothing_is_found_where_nothing_matters(worlds: ModuleType, world: str) -> None:
    """Whatever makes people call, and whether or not it makes others answer: the interval holds nought (within 99%)."""
    trial = trial_of(worlds.foreign_log(world, 3_000, 20_001))
    assert trial.estimate is not None
    effect = trial.estimate.effect
    low, high = effect.difference.limits(0.99)
    assert low < 0 < high
    # A plain table is bent in all of these by more than what is left.
    assert abs(float(effect.difference.estimate)) < 0.12


def test_a_product_that_both_follow_is_taken_in(worlds: ModuleType) -> None:
    """Rating and referral work together on calling and answering; every level balances without their product."""
    trial = trial_of(worlds.foreign_log("inter", 3_000, 20_002))
    assert trial.estimate is not None
    names = trial.estimate.contrast.products
    assert any("self_rating" in name and "referral" in name for name in names)


def test_relabelling_applicants_moves_no_error(worlds: ModuleType) -> None:
    """Errors don't depend on which applicants share a group: other ids, same half-widths."""
    log = worlds.foreign_log("prop", 900, 20_003)
    other = replace(
        log, interviews=log.interviews.with_columns(applicant_id=pl.format("x{}", pl.col("applicant_id").str.reverse()))
    )
    one, two = (trial_of(each) for each in (log, other))
    assert one.estimate is not None
    assert two.estimate is not None
    assert float(two.estimate.effect.difference.se) == pytest.approx(float(one.estimate.effect.difference.se), rel=1e-6)


def test_errors_are_those_of_leaving_applicants_out(worlds: ModuleType) -> None:
    """The influence of applicants, corrected for leverage, is near what leaving each of them out gives."""
    trial = trial_of(worlds.foreign_log("null", 450, 20_004), cluster="applicant")
    assert trial.estimate is not None
    emulation, applicant = trial.estimate.emulation, trial.estimate.clusters.numbers[0]
    full = estimate_contrast(emulation.steps, emulation.graces, emulation.follow_up, emulation.zero)
    without = []
    for one in np.unique(applicant):
        keep = applicant != one
        place = np.cumsum(keep) - 1
        steps = []
        for step in emulation.steps:
            rows = keep[step.person]
            steps.append(
                replace(
                    step,
                    person=place[step.person[rows]],
                    acted=step.acted[rows],
                    seen=step.seen[rows],
                    before=step.before[rows],
                    asks=(step.asks[0][rows], step.asks[1][rows]),
                    design=step.design.take(rows),
                )
            )
        follow_up = emulation.follow_up
        left = replace(follow_up, exit_interval=follow_up.exit_interval[keep], exit_kind=follow_up.exit_kind[keep])
        without.append(estimate_contrast(steps, emulation.graces, left, emulation.zero).difference()[0])
    people = len(without)
    jackknife = np.sqrt((people - 1) / people * ((np.array(without) - full.difference()[0]) ** 2).sum())
    ours = float(trial.estimate.clusters.errors(full.moves()[:, 0]))
    assert 0.6 < ours / jackknife < 1.4


def test_few_employers_are_said_and_never_causal(worlds: ModuleType) -> None:
    """Twelve employers with habits of their own: errors are by them too, a note says so, no label is causal."""
    log = worlds.foreign_log("emp12", 1_200, 20_005)
    found = test_claims(log)
    assert "few_clusters" in {note.code for note in found.notes}
    assert all(row.label != "causal under stated assumptions" for row in found.rows)
    both, alone = (trial_of(log, **how) for how in ({}, {"cluster": "applicant"}))
    assert both.estimate is not None
    assert alone.estimate is not None
    assert both.estimate.effect.difference.df == 11
    assert float(both.estimate.effect.difference.se) >= float(alone.estimate.effect.difference.se)
