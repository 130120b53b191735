"""The rule from numbers to a verdict, and the estimators' small parts."""

from __future__ import annotations

import numpy as np
import pytest

from followup_analytics.claims import own_catalogue, plan_study
from followup_analytics.claims.definition import Course
from followup_analytics.claims.emulation import rules_of
from followup_analytics.claims.estimates import floored
from followup_analytics.claims.gates import too_uneven
from followup_analytics.claims.tipping import forgotten_share
from followup_analytics.claims.verdict import WEAK, Labelled, Test, decide, is_confounded
from followup_analytics.claims.words import counted_words, effect_words, with_label
from followup_analytics.simulate import simulate_log
from followup_analytics.statistics import Jackknife
from followup_analytics.trials.ccw import Arm, Contrast, FollowUp, clone_censor_weight
from followup_analytics.trials.decisions import FORBID, MUST, NATURAL, Decisions, fit_decisions
from followup_analytics.trials.incidence import incidence_of_sums
from followup_analytics.trials.logistic import Tally, fit_logistic, fit_replicates
from followup_analytics.trials.sequential import sequential_contrast


def claim(identifier: str):
    """A claim of the package."""
    return own_catalogue().claim(identifier)


@pytest.mark.parametrize(
    ("identifier", "estimate", "low90", "high90", "p", "verdict"),
    [
        ("smile", 0.10, 0.06, 0.14, 0.001, "supported"),
        ("smile", -0.10, -0.14, -0.06, 0.001, "contradicted"),
        ("smile", 0.03, 0.02, 0.04, 0.0001, "no_meaningful_difference"),
        ("smile", 0.04, 0.01, 0.07, 0.01, "inconclusive"),
        ("smile", 0.10, 0.02, 0.18, 0.20, "inconclusive"),
        ("move-on", 0.01, -0.02, 0.04, 0.4, "supported"),
        ("move-on", 0.09, 0.06, 0.12, 0.001, "contradicted"),
        ("move-on", 0.04, 0.01, 0.07, 0.02, "inconclusive"),
        ("ask-when-positive", 0.00, -0.04, 0.04, 0.5, "supported"),
        ("ask-when-positive", -0.09, -0.12, -0.06, 0.001, "contradicted"),
        ("ask-when-positive", -0.03, -0.08, 0.02, 0.2, "inconclusive"),
    ],
)
def test_the_rule(identifier: str, estimate: float, low90: float, high90: float, p: float, verdict: str) -> None:
    """Margins, adjusted p-value and direction give the verdict; one-sided claims have a rule of their own."""
    inside = low90 > -0.05 and high90 < 0.05
    test = Test(estimate, p, low90, high90, inside)
    assert decide(claim(identifier), test, p, enough_people=True) == verdict
    assert decide(claim(identifier), test, p, enough_people=False) == "inconclusive"


@pytest.mark.parametrize(
    ("below", "run", "confounded"),
    [(0, 18, False), (2, 3, False), (3, 3, True), (3, 9, False), (4, 9, True), (4, 18, False), (5, 18, True)],
)
def test_when_a_whole_log_is_confounded(below: int, run: int, confounded: bool) -> None:
    """Three controls at least must be below .05, and more than chance would bring about in one of 200 logs."""
    assert is_confounded(below, run) is confounded


def arms_of(*weights: tuple[float, ...]) -> Contrast:
    """Both arms of a contrast with these last weights, their curves left out."""
    nothing = np.zeros((1, 1))
    return Contrast(*(Arm(nothing, nothing, nothing, np.array(weight), 0) for weight in weights), np.zeros((1, 51)))


def test_errors_that_are_too_small_are_not_believed() -> None:
    """100 people who count alike in each arm and a pooled risk of one half: an error of at least sqrt(.25 / 50)."""
    contrast = arms_of((1.0,) * 100 + (0.0,) * 100, (0.0,) * 100 + (1.0,) * 100)
    steady = Jackknife(np.float64(0.2), np.full(50, 0.2), np.full(50, 0.98), 49)
    least = np.sqrt(0.25 * (1 / 100 + 1 / 100))
    found = floored(steady, contrast, 0.6, 0.4)
    assert steady.se == 0
    assert found.se == pytest.approx(least)
    assert found.limits()[1] - 0.2 == pytest.approx(2.0096 * least, rel=1e-4)
    assert floored(steady, contrast, 0.6, 0.4, share=0.8).se == pytest.approx(0.8 * least)


def test_who_is_in_both_arms_adds_no_error() -> None:
    """Of 150 people 50 fit both arms: what happens to them can't make the arms differ."""
    contrast = arms_of((1.0,) * 100 + (0.0,) * 50, (0.0,) * 50 + (1.0,) * 100)
    steady = Jackknife(np.float64(0.2), np.full(50, 0.2), np.full(50, 0.98), 49)
    assert floored(steady, contrast, 0.6, 0.4).se == pytest.approx(np.sqrt(0.25 * 100 / 100**2))


def test_shares_just_below_a_gate_are_not_rounded_up_to_it() -> None:
    """19.97% is not "20%, less than 20%"."""
    assert "only 19.9% of their number, less than 20%" in too_uneven("a call", 0.1997)
    assert "only 12% of their number" in too_uneven("a call", 0.121)


@pytest.mark.parametrize(
    ("verdict", "number", "words"),
    [
        ("supported", 1, "1 holds here"),
        ("supported", 3, "3 hold here"),
        ("contradicted", 2, "for 2 the contrary holds"),
    ],
)
def test_verdicts_are_counted_in_words(verdict: str, number: int, words: str) -> None:
    """One holds, several hold."""
    assert counted_words(verdict, number) == words


def test_a_reason_is_one_sentence() -> None:
    """Why it is an association follows after a semicolon; a weak cause is named only where a difference was found."""
    weak, not_chosen = Labelled("association", WEAK), Labelled("association", "An association: it is not chosen.")
    found = with_label("It is more frequent.", weak, "supported")
    assert found == "It is more frequent; a weak unmeasured cause could explain the difference away."
    assert with_label("Could be chance.", weak, "inconclusive") == "Could be chance."
    told = with_label("Could be chance.", not_chosen, "inconclusive")
    assert told == "Could be chance; an association: it is not chosen."


def test_effects_in_words() -> None:
    """Differences are so many more or fewer in 100, with their interval."""
    assert effect_words(0.06, 0.02, 0.10) == "6 more in 100, between 2 and 10"
    assert effect_words(-0.06, -0.10, -0.02) == "6 fewer in 100, between 2 and 10"
    assert effect_words(0.01, -0.03, 0.05) == "1 more in 100, between 3 fewer and 5 more"


def test_acts_fall_due_one_by_one() -> None:
    """Where as many acts are missing as intervals are left, one must be made; beyond the most allowed, none may."""
    four = Course("four by the end", "attempt", some_in=(0, 9), at_least=4)
    interval, before = np.array([0, 6, 6, 9, 9]), np.array([0, 0, 1, 3, 4])
    assert rules_of(four, interval, before).tolist() == [NATURAL, MUST, NATURAL, MUST, NATURAL]
    two = Course("two at most", "attempt", none_in=(0, 9), at_most=2)
    assert rules_of(two, interval[:3], np.array([1, 2, 3])).tolist() == [NATURAL, FORBID, FORBID]


def test_refits_equal_separate_fits() -> None:
    """Replicates found from one information matrix each are those of fitting without each group from scratch."""
    draw = np.random.default_rng(3)
    group, pattern = draw.integers(0, 12, 800), draw.integers(0, 6, 800)
    design = np.column_stack([np.ones(6), np.arange(6) % 2, np.arange(6) // 2])
    acted = (draw.random(800) < 1 / (1 + np.exp(1 - 0.4 * pattern))).astype(float)
    n, s = (Tally.of(pattern, group, amount, 6, 12) for amount in (np.ones(800), acted))
    fit = fit_replicates(design, n, s, np.array([0.0, 1.0, 1.0]))
    for g in range(12):
        kept = group != g
        alone = fit_logistic(
            design,
            np.bincount(pattern[kept], minlength=6).astype(float),
            np.bincount(pattern[kept], weights=acted[kept], minlength=6),
            np.array([0.0, 1.0, 1.0]),
        )
        assert fit.beta[:, 1 + g] == pytest.approx(alone, abs=1e-4)


def test_incidence_with_a_competing_event() -> None:
    """10 at risk, 2 events and 3 that compete, then 5 at risk with 1 event: .2, then .2 + .5 / 5."""
    risk, other = incidence_of_sums(np.array([10.0, 5.0]), np.array([2.0, 1.0]), np.array([3.0, 0.0]))
    assert risk == pytest.approx([0.2, 0.3])
    assert other == pytest.approx([0.3, 0.3])


def test_forgotten_failures_that_undo_a_difference() -> None:
    """.40 against .30 with equal arms: a few in 100 forgotten failures among the idle bring it below five points."""
    share = forgotten_share(0.40, 0.30, 0.5, 0.05)
    assert share is not None
    assert 0.4 / (1 + share) - 0.3 / (1 - share) < 0.05
    assert forgotten_share(0.40, 0.30, 0.5, 0.20) == 0.0


def test_the_size_of_a_study() -> None:
    """Ten points from 30% take 566 interviews in each arm, five take 2,198 (design effect 1.6).

    One-sided claims are planned to rule their margin of five points out: 1.6 (1.645 + .842)^2 2 (.3) (.7) / .05^2.
    """
    sizes = {row["claim"]: row["n_interviews"] for row in plan_study().rows}
    assert {sizes.pop("move-on"), sizes.pop("ask-when-positive")} == {2 * 1_662}
    assert set(sizes.values()) == {1_132}
    assert plan_study(effect=5, claim="smile").rows[0]["n_interviews"] == 2 * 2_198


def test_how_many_interviews_must_be_logged() -> None:
    """Of a claim that few interviews speak to many more must be logged than are needed in its arms."""
    rows = {row["claim"]: row for row in plan_study(simulate_log(interviews=1_500, world="etiquette", seed=1)).rows}
    positive = rows["ask-when-positive"]
    assert positive["n_logged"] > 3 * positive["n_interviews"]
    never = rows["spread-voicemails"]
    assert (never["status"], never["mde"]) == ("use_with_care", None)
    assert "can't be tested in this log" in never["reason"]


def test_a_sequential_trial_without_the_last_group() -> None:
    """On a day when nobody of the last applicant group could act any more, its refits still weigh the others."""
    person = np.array([0, 1, 2, 3, 0, 1])
    decisions = Decisions(
        person=person,
        interval=np.array([0, 0, 0, 0, 1, 1]),
        rank=np.zeros(6, dtype=np.int64),
        pattern=np.zeros(6, dtype=np.int64),
        acted=np.array([0, 0, 1, 1, 1, 0]),
        seen=np.ones(6),
        design=np.ones((1, 1)),
        penalty=np.zeros(1),
    )
    follow_up = FollowUp(np.arange(4), np.array([3, 9, 2, 9]), np.array([1, 0, 1, 0]), 4)
    probability = np.full((1, 5), 0.5)
    found = sequential_contrast(decisions, follow_up, probability, window=2)
    assert found.replicates.shape == (4,)
    # Half start on the first day and one of two has the event; the other half is stood for by the one who acts next.
    assert float(found.estimate) == pytest.approx(0.5 * 1 / 2 + 0.5 * 1)
    cloned = clone_censor_weight(
        decisions, np.where(decisions.interval == 1, MUST, NATURAL), np.full(6, FORBID), follow_up
    )
    fitted = fit_decisions(decisions, follow_up.group, 4).probabilities(decisions.design)[0, 0]
    assert fitted == pytest.approx(0.5)
    assert float(found.estimate) == pytest.approx(float(cloned.difference().estimate))
