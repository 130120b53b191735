"""The rule from a claim's numbers to its verdict and label, as tables that stand on both sides of every limit.

Margins are five points. `two-sided` claims say that something helps; a `gain` claim that trying again brings less than
the margin, a `harm` claim that asking costs less than it.
"""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from followup_analytics.claims import own_catalogue
from followup_analytics.claims.controls import Control
from followup_analytics.claims.definition import Claim, SecondLine
from followup_analytics.claims.diagnostic_rows import SecondWayRow
from followup_analytics.claims.estimates import Effect
from followup_analytics.claims.finding import ArmWeights, Finding
from followup_analytics.claims.gates import Distance
from followup_analytics.claims.judging import judge, smallest_found
from followup_analytics.claims.verdict import (
    WEAK,
    Test,
    choose_label,
    deciding_limit,
    is_confounded,
    test_difference,
    verdict_of,
)
from followup_analytics.results.disclosure import HIDDEN_REASON, is_hidden
from followup_analytics.statistics import EValue
from followup_analytics.statistics.clusters import Estimated

KINDS = {"two-sided": "smile", "gain": "move-on", "harm": "ask-when-positive"}


def claim_of(identifier: str) -> Claim:
    """A claim of the package."""
    found = own_catalogue().claim(identifier)
    assert found is not None
    return found


def rows_of(table: str) -> list[list[str]]:
    """The rows of a table in text, without its head."""
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[1:]]


# ------------------------------------------------------------------------------------------------------------ verdicts

VERDICTS = """
kind      | estimate | low90  | high90 | p      | verdict
two-sided |  0.05    |  0.01  |  0.09  | 0.0499 | supported
two-sided |  0.05    |  0.01  |  0.09  | 0.05   | inconclusive
two-sided |  0.0499  |  0.01  |  0.09  | 0.0001 | inconclusive
two-sided | -0.05    | -0.09  | -0.01  | 0.0499 | contradicted
two-sided | -0.0499  | -0.09  | -0.01  | 0.0001 | inconclusive
two-sided |  0.0499  |  0.0498|  0.0499| 0.0001 | no_meaningful_difference
two-sided |  0.03    |  0.01  |  0.05  | 0.9    | inconclusive
two-sided | -0.03    | -0.05  | -0.01  | 0.9    | inconclusive
gain      |  0.01    | -0.03  |  0.0499| 0.9    | supported
gain      |  0.01    | -0.03  |  0.05  | 0.9    | inconclusive
gain      |  0.05    |  0.01  |  0.09  | 0.0499 | contradicted
gain      |  0.05    |  0.01  |  0.09  | 0.05   | inconclusive
gain      |  0.0499  |  0.01  |  0.09  | 0.0001 | inconclusive
gain      | -0.09    | -0.12  | -0.06  | 0.9    | supported
harm      | -0.01    | -0.0499|  0.03  | 0.9    | supported
harm      | -0.01    | -0.05  |  0.03  | 0.9    | inconclusive
harm      | -0.05    | -0.09  | -0.01  | 0.0499 | contradicted
harm      | -0.05    | -0.09  | -0.01  | 0.05   | inconclusive
harm      | -0.0499  | -0.09  | -0.01  | 0.0001 | inconclusive
harm      |  0.09    |  0.06  |  0.12  | 0.9    | supported
"""


@pytest.mark.parametrize("row", rows_of(VERDICTS), ids=" ".join)
def test_verdicts_on_both_sides_of_their_limits(row: list[str]) -> None:
    """A difference that reaches the margin beyond chance decides; an interval within the margins rules it out."""
    kind, (estimate, low, high, p), verdict = row[0], map(float, row[1:5]), row[5]
    claim = claim_of(KINDS[kind])
    test = Test(estimate, p, low, high, inside=low > -claim.margin and high < claim.margin)
    assert verdict_of(claim, test, p, enough_people=True) == verdict
    assert verdict_of(claim, test, p, enough_people=False) == "inconclusive"


def test_without_a_p_value_nothing_is_decided() -> None:
    """Where there is no error there is no verdict, whatever the interval looks like."""
    test = Test(0.0, float("nan"), -0.01, 0.01, inside=True)
    assert verdict_of(claim_of("smile"), test, float("nan"), enough_people=True) == "inconclusive"


TESTS = """
kind      | estimate | se   | p      | low90   | high90 | inside
two-sided |  0.06    | 0.03 | 0.0482 |  0.0102 | 0.1098 | no
two-sided | -0.06    | 0.03 | 0.0482 | -0.1098 |-0.0102 | no
two-sided |  0.01    | 0.02 | 0.6182 | -0.0232 | 0.0432 | yes
gain      |  0.06    | 0.03 | 0.0241 |  0.0102 | 0.1098 | no
gain      | -0.06    | 0.03 | 0.9759 | -0.1098 |-0.0102 | no
harm      |  0.06    | 0.03 | 0.9759 |  0.0102 | 0.1098 | no
harm      | -0.06    | 0.03 | 0.0241 | -0.1098 |-0.0102 | no
gain      |  0.06    | 0    | 0      |  0.06   | 0.06   | no
gain      |  0       | 0    | 1      |  0      | 0      | yes
"""


@pytest.mark.parametrize("row", rows_of(TESTS), ids=" ".join)
def test_a_difference_is_tested_by_students_t(row: list[str]) -> None:
    """Two-sided against nought, or one-sided the way that would contradict the claim; 100 degrees of freedom.

    Beyond 2 lie .0241 of it, and beyond 1.6602 lies .05.
    """
    estimate, se, p, low, high = map(float, row[1:6])
    found = test_difference(claim_of(KINDS[row[0]]), Estimated(np.float64(estimate), np.float64(se), 100))
    assert (found.p_value, found.low90, found.high90) == pytest.approx((p, low, high), abs=6e-5)
    assert found.inside is (row[6] == "yes")


@pytest.mark.parametrize(("se", "df", "known"), [(0.03, 1, True), (0.03, 0, False), (float("nan"), 100, False)])
@pytest.mark.parametrize("kind", KINDS)
def test_two_clusters_are_the_least_that_give_an_error(kind: str, se: float, df: int, known: bool) -> None:
    """One degree of freedom will do; with none, or without an error, there is no p-value."""
    found = test_difference(claim_of(KINDS[kind]), Estimated(np.float64(0.06), np.float64(se), df))
    assert (found.p_value == found.p_value) is known


def test_the_limit_that_decides_a_one_sided_claim() -> None:
    """The upper one of a gain, the lower one of a harm, none of a two-sided claim."""
    test = Test(0.0, 0.5, -0.02, 0.03, inside=True)
    found = {kind: deciding_limit(claim_of(identifier), test) for kind, identifier in KINDS.items()}
    assert found == {"two-sided": None, "gain": 0.03, "harm": -0.02}


@pytest.mark.parametrize(
    ("below", "run", "confounded"),
    [
        (2, 2, False),
        (3, 3, True),
        (3, 7, True),
        (3, 8, False),
        (4, 14, True),
        (4, 15, False),
        (5, 23, True),
        (5, 24, False),
    ],
)
def test_how_many_failing_controls_tell_of_the_whole_log(below: int, run: int, confounded: bool) -> None:
    """Three at least, and so many by chance in fewer than one of 200 logs.

    A binomial number of 7 trials with .05 is 3 or more in .0038 of logs, of 8 trials in .0058.
    """
    assert is_confounded(below, run) is confounded


# -------------------------------------------------------------------------------------------------------------- labels

LABELS = """
claim               | rated | controls | e-value | few      | label       | because
wait-2-3-days       | yes   | pass     | 1.5     |          | causal      |
wait-2-3-days       | yes   | pass     | 1.49    |          | association | A weak unmeasured cause
wait-2-3-days       | yes   | pass     | none    |          | association | A weak unmeasured cause
wait-2-3-days       | no    | pass     | 9       |          | association | was not recorded in time
wait-2-3-days       | yes   | fail     | 9       |          | association | A negative control fails
wait-2-3-days       | yes   | none     | 9       |          | causal      |
wait-2-3-days       | yes   | pass     | 9       | employer | association | fewer than 20 employers
interviewer-not-other | yes | pass     | 9       |          | association | An association:
"""


@pytest.mark.parametrize("row", rows_of(LABELS), ids=" ".join)
def test_when_a_difference_is_called_causal(row: list[str]) -> None:
    """Measured, balanced, with enough clusters, no control failing and no weak cause that would explain it."""
    name, rated, controls, e_value, few, label, because = row
    limit = None if e_value == "none" else float(e_value)
    found = choose_label(
        claim_of(name),
        rated=rated == "yes",
        controls_pass=controls != "fail",
        controls_run=0 if controls == "none" else 1,
        e_value=EValue(2.0, limit),
        few_clusters=tuple(few.split()),
    )
    assert found.label == {"causal": "causal under stated assumptions", "association": "association"}[label]
    assert because in found.why
    assert bool(found.why) == (label == "association")


def test_failing_controls_that_were_not_run_fail_nothing() -> None:
    """A whole log may be in doubt through the controls of others; a claim without any is not accused of its own."""
    found = choose_label(
        claim_of("wait-2-3-days"), rated=True, controls_pass=False, controls_run=0, e_value=EValue(2.0, 2.0)
    )
    assert found.label == "causal under stated assumptions"
    assert WEAK not in found.why


def test_predictions_are_associations() -> None:
    """A claim that predicts says nothing of what acting would do."""
    claim = replace(claim_of("wait-2-3-days"), design="prediction")
    found = choose_label(claim, rated=True, controls_pass=True, controls_run=1, e_value=EValue(9.0, 9.0))
    assert (found.label, found.why) == ("association", "An association: it predicts.")


# ------------------------------------------------------------------------------------------------- a family of claims


def number(estimate: float, se: float = 0.01) -> Estimated:
    """A number with its error, on 200 clusters."""
    return Estimated(np.float64(estimate), np.float64(se), 199)


def finding(
    p: float | None = 0.001,
    *,
    name: str = "wait-2-3-days",
    difference: float = 0.10,
    apart: float = 0.0,
    applicants: int = 200,
    controls: tuple[float, ...] = (),
    distance: float | None = None,
    second_way: SecondWayRow | None = None,
    refusal: str = "",
) -> Finding:
    """What a trial found: .40 against .30, with the p-value given; None: not testable."""
    effect = Effect(
        strategy=number(0.30 + difference), alternative=number(0.30), difference=number(difference),
        tested=number(difference, 0.04), weighted=number(difference - apart), apart=number(apart, 0.0),
        ratio=number(float(np.log((0.30 + difference) / 0.30)), 0.1), naive=0.2,
    )  # fmt: skip
    return Finding(
        claim=claim_of(name), n_interviews=600, n_applicants=applicants, n_events=150, refusal=refusal, rated=True,
        test=None if p is None else Test(difference, p, difference - 0.03, difference + 0.03, inside=False),
        controls=tuple(Control("reply_elsewhere", 0.1, 0.0, 0.2, one) for one in controls),
        second_line=None, second_way=None, per_protocol=None, few_clusters=(),
        farthest=None if distance is None else Distance("self_rating", "strategy", distance),
        effect=effect, weights=(ArmWeights(120.0, 0.02), ArmWeights(90.0, 0.03)),
        diagnostics={} if second_way is None else {"second_way": second_way},
    )  # fmt: skip


def judged(*findings: Finding, dated: str = "", min_cell: int = 10) -> list[dict[str, Any]]:
    """The rows of a family of claims; dated: of attempts or interviews some have a date alone."""

    def instants(name: str) -> SimpleNamespace:
        return SimpleNamespace(instant=np.array([1, 0 if dated == name else 1]))

    histories = SimpleNamespace(attempts=SimpleNamespace(at=instants("attempts")), start=instants("interviews"))
    context: Any = SimpleNamespace(histories=histories)
    return judge(findings, context, min_cell)


def test_each_claim_of_a_family_pays_for_the_others() -> None:
    """Holm: .02, .03 and .04 are .06 together, and none is found; alone .04 is. What was not tested costs nothing."""
    family = judged(finding(0.02), finding(0.03), finding(0.04), finding(None, refusal="Not logged."))
    assert [row["verdict"] for row in family] == ["inconclusive"] * 3 + ["not_testable"]
    assert [row["p_adjusted"] for row in family[:3]] == pytest.approx([0.06, 0.06, 0.06])
    (alone,) = judged(finding(0.04))
    assert (alone["verdict"], alone["p_adjusted"]) == ("supported", 0.04)
    assert (family[3]["reason"], family[3]["status"], family[3]["estimate"]) == ("Not logged.", "not_estimable", None)


def test_what_the_family_leaves_of_alpha_sets_the_smallest_difference_found() -> None:
    """Of three claims one is found: the other two share .05, and it had had to pass a third of it."""
    rows = judged(finding(0.001), finding(0.5), finding(0.6))
    claim = claim_of("wait-2-3-days")
    expected = [smallest_found(claim, number(0.10, 0.04), 0.05 / share) for share in (3, 2, 2)]
    assert [row["mde"] for row in rows] == expected
    assert judged(finding(0.001))[0]["mde"] == smallest_found(claim, number(0.10, 0.04), 0.05)
    # .025 of two is .05, which is not found: the other one still has to share.
    assert judged(finding(0.025), finding(0.5))[1]["mde"] == smallest_found(claim, number(0.10, 0.04), 0.025)


@pytest.mark.parametrize(
    ("kind", "se", "found"),
    [
        ("two-sided", 0.02, 0.067),
        ("two-sided", 0.04, 0.113),
        ("gain", 0.04, 0.100),
        ("harm", 0.04, 0.100),
        ("gain", 0.0, 0.05),
    ],
)
def test_the_smallest_difference_is_rounded_up(kind: str, se: float, found: float) -> None:
    """The margin or 1.972 se (one-sided 1.653), whichever is more, and .8434 se; in whole thousandths, rounded up."""
    assert smallest_found(claim_of(KINDS[kind]), number(0.1, se), 0.05) == found


def test_without_an_error_no_smallest_difference_is_told() -> None:
    """Nothing is made up where the clusters are too few for an error."""
    assert smallest_found(claim_of("smile"), Estimated(np.float64(0.1), np.float64(0.02), 0), 0.05) is None


def test_a_hundred_applicants_are_enough() -> None:
    """Of 99 nothing but inconclusive is said, and the row is marked; of 100 a verdict."""
    few, enough = (judged(finding(applicants=number))[0] for number in (99, 100))
    assert (few["verdict"], few["status"]) == ("inconclusive", "use_with_care")
    assert "Fewer than 100 applicants" in few["reason"]
    assert (enough["verdict"], enough["status"]) == ("supported", "ok")


def test_claims_about_few_applicants_are_hidden() -> None:
    """Of nine nothing is told, of ten something; that there is nobody is no secret."""
    rows = judged(*(finding(applicants=number) for number in (9, 10, 1)), finding(None, applicants=0))
    assert [is_hidden(row) for row in rows] == [True, False, True, False]
    assert (rows[0]["reason"], rows[0]["n_applicants"], rows[0]["p_value"]) == (HIDDEN_REASON, None, None)
    assert rows[3]["n_applicants"] == 0


@pytest.mark.parametrize("dated", ["attempts", "interviews"])
def test_an_answer_that_rests_on_dates_alone_says_so(dated: str) -> None:
    """A single attempt or interview without its time of day is enough."""
    assert judged(finding(), dated=dated)[0]["status"] == "use_with_care"
    assert judged(finding())[0]["status"] == "ok"


DOUBTS = """
distance | apart   | verdict      | because
0.1      | 0.02    | supported    |
0.101    | 0       | inconclusive | self rating lies 0.10 standard deviations from everybody's, more than 0.1
none     | 0.0201  | inconclusive | Two estimates part ways: by weights and outcome model together 10 more in 100
none     | -0.0201 | inconclusive | by weights alone 12 more in 100
none     | -0.02   | supported    |
"""


@pytest.mark.parametrize("row", rows_of(DOUBTS), ids=" ".join)
def test_numbers_that_doubt_themselves_support_nothing(row: list[str]) -> None:
    """Arms further than a tenth of a standard deviation apart, or two estimates that differ by more than two points."""
    distance = None if row[0] == "none" else float(row[0])
    (found,) = judged(finding(distance=distance, apart=float(row[1])))
    assert found["verdict"] == row[2]
    assert row[3] in found["reason"]


CONTROLS = """
controls of three claims   | verdicts
.9 ; .9 ; .9               | supported supported supported
.049 ;;                    | inconclusive supported supported
.05 ;;                     | supported supported supported
.024 ; .9 ;                | inconclusive supported supported
.026 ; .9 ;                | supported supported supported
.9 .024 ;;                 | inconclusive supported supported
.04 ; .04 ; .9             | supported supported supported
.04 ; .04 ; .04            | inconclusive inconclusive inconclusive
.04 .04 .04 .9 .9 ;;       | inconclusive inconclusive inconclusive
.05 .04 .04 .9 .9 ;;       | supported supported supported
"""


@pytest.mark.parametrize("row", rows_of(CONTROLS), ids=" ".join)
def test_failing_controls_downgrade(row: list[str]) -> None:
    """One that fails after Holm's adjustment over all of the log takes its claim; too many by themselves take all."""
    controls = [tuple(float(p) for p in part.split()) for part in row[0].split(";")]
    rows = judged(*(finding(0.001, controls=one) for one in controls))
    assert " ".join(one["verdict"] for one in rows) == row[1]


def test_a_downgrade_says_whose_control_failed() -> None:
    """A claim's own failure comes before the log's; a claim that names no control stays out of it."""
    uncontrolled = replace(claim_of("wait-2-3-days"), controls=())
    own, others, without = judged(
        finding(controls=(0.0001, 0.04)), finding(controls=(0.04,)), replace(finding(), claim=uncontrolled)
    )
    assert own["reason"].startswith("A negative control fails: the strategy seems to change what it cannot change")
    assert others["reason"].startswith("Of this log's 3 negative controls 3 come out below .05")
    assert without["verdict"] == "supported"


def test_controls_of_untested_claims_say_nothing() -> None:
    """A claim that failed a gate has no weights that a control could go by."""
    rows = judged(finding(0.001), finding(None, controls=(0.0001, 0.0001, 0.0001)))
    assert rows[0]["verdict"] == "supported"


def test_a_reason_tells_of_missing_controls_and_of_a_second_way_that_disagrees() -> None:
    """What stands behind a verdict is said with it."""
    (bare,) = judged(finding())
    assert bare["reason"].endswith("no negative control is possible in this log.")
    (controlled,) = judged(finding(controls=(0.9,)))
    assert "negative control" not in controlled["reason"]
    way = SecondWayRow(method="sequential trials", estimate=0.01, conf_low=0.0, conf_high=0.02, agrees=False)
    assert "the second way, sequential trials, does not agree" in judged(finding(second_way=way))[0]["reason"]
    assert "second way" not in judged(finding(second_way=way.having(agrees=True)))[0]["reason"]


def test_the_numbers_beside_a_verdict() -> None:
    """Limits, ratio, weights and the further outcome stand where the table's columns say."""
    claim = replace(claim_of("wait-2-3-days"), second_line=SecondLine("advanced", 60))
    made = replace(finding(distance=0.05), claim=claim, second_line=number(0.02))
    (row,) = judged(made)
    half = 1.9719565 * 0.01
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((0.10 - half, 0.10 + half), abs=1e-6)
    assert (row["risk_strategy"], row["risk_alternative"]) == pytest.approx((0.40, 0.30))
    assert row["risk_ratio"] == pytest.approx(4 / 3)
    assert row["risk_ratio_low"] < row["risk_ratio"] < row["risk_ratio_high"]
    assert (row["ess_strategy"], row["ess_alternative"], row["max_weight_share"]) == (120.0, 90.0, 0.03)
    assert row["balance"] == {"covariate": "self_rating", "distance": 0.05}
    assert row["second_line"]["outcome"] == "advanced by 60"
    assert (row["second_line"]["conf_low"], row["second_line"]["conf_high"]) == pytest.approx(
        (0.02 - half, 0.02 + half), abs=1e-7
    )
    assert judged(replace(made, second_line=None))[0]["second_line"] is None
    assert judged(replace(made, claim=replace(claim, second_line=None)))[0]["second_line"] is None
