"""The rule from numbers to a verdict, and the estimators' small parts."""

from __future__ import annotations

import numpy as np
import pytest

from followup_analytics.claims import own_catalogue, plan_study
from followup_analytics.claims.definition import Course
from followup_analytics.claims.gates import too_uneven
from followup_analytics.claims.layout import rules_of
from followup_analytics.claims.result import ClaimRow, ClaimsResult
from followup_analytics.claims.tipping import forgotten_share
from followup_analytics.claims.verdict import WEAK, Labelled, Test, is_confounded, verdict_of
from followup_analytics.claims.words import counted_words, effect_words, with_label
from followup_analytics.errors import UsageError
from followup_analytics.results.disclosure import working_paper
from followup_analytics.results.result import NO_LOG
from followup_analytics.simulate import simulate_log
from followup_analytics.statistics import detectable_from_se
from followup_analytics.statistics.designs import Design
from followup_analytics.trials.acting import Acting
from followup_analytics.trials.incidence import incidence_of_sums
from followup_analytics.trials.sequential import sequential_contrast
from followup_analytics.trials.steps import FORBID, NATURAL, WITHIN, FollowUp, Step
from followup_analytics.trials.weighing import weigh_arm


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
    assert verdict_of(claim(identifier), test, p, enough_people=True) == verdict
    assert verdict_of(claim(identifier), test, p, enough_people=False) == "inconclusive"


@pytest.mark.parametrize(
    ("below", "run", "confounded"),
    [(0, 18, False), (2, 3, False), (3, 3, True), (3, 9, False), (4, 9, True), (4, 18, False), (5, 18, True)],
)
def test_when_a_whole_log_is_confounded(below: int, run: int, confounded: bool) -> None:
    """Three controls at least must be below .05, and more than chance would bring about in one of 200 logs."""
    assert is_confounded(below, run) is confounded


def test_a_size_just_below_a_gate_is_not_rounded_up_to_it() -> None:
    """9.97 is not "10, fewer than 10"."""
    assert "only 9.9 interviews, fewer than 10" in too_uneven("a call", 9.97)
    assert "only 4 interviews" in too_uneven("a call", 4.2)


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


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([("supported", "association")], "The one verdict given rests on an association, not shown to be a cause."),
        ([("supported", "association")] * 2, "Both verdicts given rest on associations, not shown to be causes."),
        (
            [("supported", "association"), ("contradicted", "causal under stated assumptions")],
            "Of the 2 verdicts given 1 rests on an association",
        ),
        ([("supported", "causal under stated assumptions")], ""),
        ([("inconclusive", "association")], ""),
    ],
    ids=["one", "all", "some", "none", "nothing found"],
)
def test_a_summary_tells_associations_from_causes(found: list[tuple[str, str]], said: str) -> None:
    """Whoever reads only the sentence learns which differences found were not shown to be causes."""
    empty = {one.name: None for one in ClaimRow.declared()}
    rows = [
        ClaimRow(**{**empty, "claim": f"c{place}", "advice": f"Advice {place}.", "verdict": verdict, "label": label})
        for place, (verdict, label) in enumerate([*found, ("not_testable", None)])
    ]
    summary = ClaimsResult(rows=working_paper(rows), counts=NO_LOG).summary()
    assert said in summary
    assert ("association" in summary) is bool(said)


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


def test_what_a_course_asks() -> None:
    """Acts are asked for within their grace period until there are enough; beyond the most allowed, none may follow."""
    four = Course("four by the end", "attempt", some_in=(0, 9), at_least=4)
    interval, before = np.array([0, 6, 9, 10, 9]), np.array([0, 1, 3, 3, 4])
    assert rules_of(four, interval, before).tolist() == [WITHIN, WITHIN, WITHIN, NATURAL, NATURAL]
    two = Course("two at most", "attempt", none_in=(0, 9), at_most=2)
    assert rules_of(two, interval[:3], np.array([1, 2, 3])).tolist() == [NATURAL, FORBID, FORBID]


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
    """Ten points from 30% take 566 interviews in each arm (design effect 1.6), each claim tested alone.

    One-sided claims are planned to rule their margin of five points out: 1.6 (1.645 + .842)^2 2 (.3) (.7) / .05^2.
    """
    plan = plan_study()
    sizes = {row.claim: row.n_interviews for row in plan.rows}
    assert {sizes.pop("move-on"), sizes.pop("ask-when-positive")} == {2 * 1_662}
    assert set(sizes.values()) == {1_132}
    assert {row.family for row in plan.rows} == {1}
    assert [note.code for note in plan.notes] == ["family_of_one"]


def test_a_difference_near_the_margin_takes_a_far_larger_study() -> None:
    """Six points must be found, and found to be five or more: (6 - 5) / .842 is the largest error that may be left."""
    se = 0.01 / 0.8416212
    expected = 1.6 * (0.3 * 0.7 + 0.36 * 0.64) / se**2
    assert plan_study(effect=6, claim="smile").rows[0].n_interviews == pytest.approx(2 * expected, abs=2)


@pytest.mark.parametrize("effect", [5, -5, 3])
def test_an_effect_within_the_margin_is_refused(effect: float) -> None:
    """No size of a study gives a verdict on a difference that the rule takes for too small to matter."""
    with pytest.raises(UsageError, match="below the margin"):
        plan_study(effect=effect, claim="smile")


@pytest.mark.parametrize(
    ("se", "alpha", "margin", "expected"),
    [
        (0.03, 0.05, 0.05, 0.0588 + 0.02525),
        (0.01, 0.05, 0.05, 0.05 + 0.00842),
        (0.03, 0.05 / 20, 0.05, 0.0907 + 0.02525),
    ],
    ids=["chance decides", "the margin decides", "a family of twenty"],
)
def test_the_smallest_difference_that_would_be_found(se: float, alpha: float, margin: float, expected: float) -> None:
    """Beyond chance at what the family leaves of alpha, and beyond the margin, in 8 of 10 studies."""
    assert detectable_from_se(se, alpha=alpha, margin=margin) == pytest.approx(expected, abs=1e-4)


def test_how_many_interviews_must_be_logged() -> None:
    """Of a claim that few interviews speak to many more must be logged than are needed in its arms."""
    rows = {row["claim"]: row for row in plan_study(simulate_log(interviews=1_500, world="etiquette", seed=1)).rows}
    positive = rows["ask-when-positive"]
    assert positive["n_logged"] > 3 * positive["n_interviews"]
    never = rows["spread-voicemails"]
    assert (never["status"], never["mde"]) == ("use_with_care", None)
    assert "can't be tested in this log" in never["reason"]


def test_sequential_trials_reach_the_difference_of_clones() -> None:
    """Four people, two days: half start on the first day and one of two has the event; the other half is stood for."""
    steps = two_days()
    follow_up = FollowUp(np.array([3, 9, 2, 9]), np.array([1, 0, 1, 0]), 4)
    exposure, acted = (np.ones(4), np.ones(2)), tuple(step.acted.astype(float) for step in steps)
    acting = Acting((np.full(4, 0.5), np.full(2, 0.5)), (np.zeros(1),) * 2, (), (), exposure, acted)
    # Those act who act by the second day: of each one's three quarters, two thirds on the first.
    asked = [np.full(4, 2 / 3), np.ones(2)]
    found = sequential_contrast(steps, acting, asked, follow_up, window=2)
    # Of those who start on the first day one in two has the event, and of those who wait all the time none.
    assert found.difference == pytest.approx(2 / 3 * 0.5 + 1 / 3 * 1)
    arms = [
        weigh_arm(steps, acting.probability, each, follow_up, balanced=False)
        for each in (asked, [np.zeros(4), np.zeros(2)])
    ]
    assert found.difference == pytest.approx(float(arms[0].risk[-1] - arms[1].risk[-1]))


def two_days() -> tuple[Step, ...]:
    """Four people could act on day 0, of whom two did; of the other two one acts on day 1."""

    def step(day: int, person: list[int], acted: list[bool]) -> Step:
        none = np.zeros(len(person), dtype=np.int64)
        design = Design.of((), (), len(person))
        return Step(
            day, 0, np.array(person), np.array(acted), np.ones(len(person)), none, (none, none), design, np.zeros(1),
            np.zeros(1), "day",
        )  # fmt: skip

    return step(0, [0, 1, 2, 3], [False, False, True, True]), step(1, [0, 1], [True, False])
