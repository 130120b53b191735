"""From numbers to a verdict: the rule of the protocol, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.special import bdtrc, stdtr

from followup_analytics.claims.definition import Claim
from followup_analytics.statistics import EValue, two_one_sided_tests, two_sided_p
from followup_analytics.statistics.clusters import FEW_CLUSTERS, Estimated
from followup_analytics.text import listed

Verdict = Literal["supported", "contradicted", "no_meaningful_difference", "inconclusive", "not_testable"]
Label = Literal["causal by design", "causal under stated assumptions", "association"]

BY_DESIGN: Label = "causal by design"
CAUSAL: Label = "causal under stated assumptions"
ASSOCIATION: Label = "association"
ALPHA = 0.05
LEAST_E_VALUE = 1.5
#: Where so many controls of a log come out below ALPHA by themselves, and chance alone would bring so many less often
#: than this, the log itself is confounded.
LEAST_BELOW, BY_CHANCE = 3, 0.005


@dataclass(frozen=True)
class Test:
    """What the rule reads of a claim's numbers.

    Attributes:
        estimate: the difference; p_value: two-sided against 0, or one-sided for one-sided claims.
        low90, high90: limits of the 90% interval (two one-sided tests at .05).
        inside: whether that interval lies within the margins.
    """

    __test__ = False

    estimate: float
    p_value: float
    low90: float
    high90: float
    inside: bool


def test_difference(claim: Claim, difference: Estimated) -> Test:
    """Test a claim's difference by Student's t with clusters - 1 degrees of freedom."""
    estimate, se = float(difference.estimate), float(difference.se)
    equivalence = two_one_sided_tests(estimate, se, difference.df, claim.margin)
    if claim.direction == "more":
        p = two_sided_p(estimate, se, difference.df)
    else:
        # move-on: is there any gain? ask-when-positive: is there any harm?
        sign = 1.0 if claim.direction == "gain_below_margin" else -1.0
        p = _one_sided_p(sign * estimate, se, difference.df)
    return Test(estimate, p, equivalence.low, equivalence.high, equivalence.equivalent)


test_difference.__test__ = False  # type: ignore[attr-defined]


def _one_sided_p(estimate: float, se: float, df: float) -> float:
    if df < 1 or se != se:
        return float("nan")
    if se <= 0:
        return 0.0 if estimate > 0 else 1.0
    return float(stdtr(df, -estimate / se))


def verdict_of(claim: Claim, test: Test, p_adjusted: float, *, enough_people: bool) -> Verdict:
    """The verdict on a claim that passed its gates.

    Args:
        claim: the claim; test: its tests; p_adjusted: Holm's, over the family.
        enough_people: at least 100 applicants; else nothing but inconclusive can be said.
    """
    if not enough_people or test.p_value != test.p_value:
        return "inconclusive"
    found = p_adjusted < ALPHA
    if claim.direction == "gain_below_margin":
        if test.high90 < claim.margin:
            return "supported"
        return "contradicted" if found and test.estimate >= claim.margin else "inconclusive"
    if claim.direction == "harm_below_margin":
        if test.low90 > -claim.margin:
            return "supported"
        return "contradicted" if found and test.estimate <= -claim.margin else "inconclusive"
    if test.inside:
        return "no_meaningful_difference"
    if found and abs(test.estimate) >= claim.margin:
        return "supported" if test.estimate > 0 else "contradicted"
    return "inconclusive"


def deciding_limit(claim: Claim, test: Test) -> float | None:
    """Of a one-sided claim the 90% limit that decides: the upper one of a gain, the lower one of a harm; else None."""
    if claim.direction == "gain_below_margin":
        return test.high90
    return test.low90 if claim.direction == "harm_below_margin" else None


def is_confounded(below: int, run: int) -> bool:
    """Whether so many controls of a log fail by themselves that something unmeasured must be at work in all of it.

    A claim whose own control passes is then no safer than the rest: each alone may be too weak to fail in a small log,
    or miss what works otherwise.

    Args:
        below: controls with p below .05, unadjusted; run: controls of the log's claims.

    Source: as many or more than a binomial number of `run` trials with .05 would be in one of 200 logs. Controls of one
    log hang together; how often clean logs are taken for confounded is counted in docs/verdicts.md.
    """
    return below >= LEAST_BELOW and float(bdtrc(below - 1, run, ALPHA)) < BY_CHANCE


#: Why a difference that is found is called an association where its E-value is small.
WEAK = "A weak unmeasured cause could explain the difference away."


@dataclass(frozen=True)
class Labelled:
    """How a claim's difference may be read, and why it may not be read as an effect where it may not."""

    label: Label
    why: str


def choose_label(
    claim: Claim,
    *,
    rated: bool,
    controls_pass: bool,
    controls_run: int,
    e_value: EValue,
    few_clusters: Sequence[str] = (),
) -> Labelled:
    """Decide whether a difference may be called causal under the stated assumptions.

    Args:
        claim: the claim; rated: how well the interview went was known and adjusted for.
        controls_pass: none of the claim's controls fails; controls_run: how many there were.
        e_value: of the estimate and of its limit.
        few_clusters: kinds of clusters (applicant, employer) of which there are fewer than 20.
    """
    if claim.association or claim.design == "prediction":
        return Labelled(ASSOCIATION, f"An association: {claim.association or 'it predicts'}.")
    if claim.assigned is None and not rated:
        return Labelled(
            ASSOCIATION,
            "An association: how well most of the interviews went was not recorded in time to adjust for it.",
        )
    if few_clusters:
        return Labelled(
            ASSOCIATION,
            f"An association: fewer than {FEW_CLUSTERS} {listed([f'{kind}s' for kind in few_clusters], 'and')}.",
        )
    if controls_run and not controls_pass:
        return Labelled(ASSOCIATION, "A negative control fails: the arms differ in something that was not measured.")
    if claim.assigned is not None:
        # Chance gave the arms: nothing that was not measured can have.
        return Labelled(BY_DESIGN, "")
    if e_value.limit is None or e_value.limit < LEAST_E_VALUE:
        return Labelled(ASSOCIATION, WEAK)
    return Labelled(CAUSAL, "")
