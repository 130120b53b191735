"""Groups, jackknife, intervals, badges and plans on small cases worked out by hand, and on bad input."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import polars as pl
import pytest

from followup_analytics.statistics import (
    applicant_groups,
    assign_groups,
    benjamini_hochberg,
    bias_factor,
    cloglog_limits,
    cluster_number,
    design_effect,
    detectable_from_se,
    e_value,
    e_value_from_risks,
    equivalence_sample_size,
    group_rows,
    holm,
    jackknife,
    jackknife_of_sums,
    korn_graubard,
    korn_graubard_from_se,
    log_limits,
    logit_limits,
    minimum_detectable_effect,
    presentation_badge,
    sample_size,
    t_quantile,
    two_one_sided_tests,
    two_sided_p,
    wilson,
    worse_badge,
)
from followup_analytics.statistics.presentation import Badge

# ------------------------------------------------------------------------------------------------------- groups


def test_the_number_of_an_applicant_is_the_digest_modulo_1000() -> None:
    """SHA-256 of the UTF-8 bytes as an integer, modulo 1000."""
    for name in ("a1", "Ångström", "张"):
        assert cluster_number(name) == int(hashlib.sha256(name.encode()).hexdigest(), 16) % 1000


def test_few_applicants_are_dealt_out_in_the_order_of_their_numbers() -> None:
    """Below 1,000 applicants: round-robin by number, ties by the smallest interview id, one group each up to 50."""
    rows = pl.DataFrame(
        {
            "applicant_id": ["p", "q", "r", "p"],
            "bucket": [500, 7, 500, 500],
            "interview_id": ["i4", "i9", "i2", "i1"],
        }
    )
    found = dict(applicant_groups(rows).iter_rows())
    assert found == {"q": 0, "p": 1, "r": 2}  # p's smallest interview i1 goes before r's i2
    assert group_rows(rows).tolist() == [1, 0, 2, 1]


def test_sixty_applicants_make_fifty_groups_of_one_or_two() -> None:
    """min(applicants, 50) groups, as even as can be."""
    groups = assign_groups(np.arange(60)[::-1], np.arange(60))
    assert np.bincount(groups).tolist() == [2] * 10 + [1] * 40
    assert groups[59] == 0  # the smallest number comes first


def test_a_thousand_applicants_go_by_the_remainder() -> None:
    """From 1,000 applicants on the group is the number modulo 50; empty groups are closed up."""
    number = np.repeat([3, 53, 8], 400)
    assert set(assign_groups(number, np.arange(1_200))) == {0, 1}
    rows = pl.DataFrame({"applicant_id": [str(k) for k in range(1_200)], "bucket": number})
    assert group_rows(rows).tolist() == assign_groups(number, np.arange(1_200)).tolist()
    assert applicant_groups(rows).height == 1_200


def test_nobody_has_no_group() -> None:
    """An empty frame has no groups, and no error."""
    empty = pl.DataFrame(schema={"applicant_id": pl.String, "bucket": pl.Int64, "interview_id": pl.String})
    assert group_rows(empty).tolist() == []


# ---------------------------------------------------------------------------------------------------- jackknife


def test_the_jackknife_of_a_mean_is_its_standard_error() -> None:
    """One value a group: exactly s / sqrt(n), with t(n - 1)."""
    values = np.array([1.0, 4.0, 2.0, 7.0])
    found = jackknife(lambda w: w @ values / w.sum(), np.arange(4))
    assert float(found.se) == pytest.approx(values.std(ddof=1) / 2)
    assert found.df == 3
    low, high = found.limits()
    assert float(high - low) / 2 == pytest.approx(float(t_quantile(0.95, 3)) * float(found.se))


def test_both_ways_to_jackknife_agree() -> None:
    """Sums by group give the same replicates as weights by row."""
    rng = np.random.default_rng(1)
    y, n, groups = rng.integers(0, 3, 40).astype(float), np.ones(40), np.arange(40) % 7
    sums = np.stack([np.bincount(groups, weights=y), np.bincount(groups, weights=n)], axis=1)
    by_rows = jackknife(lambda w: w @ y / (w @ n), groups)
    by_sums = jackknife_of_sums(sums, lambda s: s[:, 0] / s[:, 1])
    np.testing.assert_allclose(by_rows.replicates, by_sums.replicates)
    assert by_rows.se == pytest.approx(by_sums.se)


def test_a_function_is_carried_through_the_replicates() -> None:
    """The error of a difference takes the covariance into account: of x - x it is 0."""
    values = np.array([1.0, 4.0, 2.0, 7.0])
    both = jackknife(lambda w: np.array([w @ values / w.sum()] * 2), np.arange(4))
    assert float(both.map(lambda v: v[0] - v[1]).se) == 0
    assert both.covariance()[0, 1] == pytest.approx(float(both.se[0]) ** 2)


def test_one_group_has_an_estimate_and_no_error() -> None:
    """One applicant: a number, no limits, no warning."""
    for found in (
        jackknife(lambda w: w.sum(), np.zeros(3, dtype=int)),
        jackknife_of_sums(np.array([[2.0, 4.0]]), lambda s: s[:, 0] / s[:, 1]),
    ):
        assert not math.isnan(float(found.estimate))
        assert math.isnan(float(found.se))
        assert all(math.isnan(float(v)) for v in found.limits())


def test_a_replicate_without_a_number_leaves_no_error() -> None:
    """Where an estimate does not exist without one of the groups, its error can't be told."""
    found = jackknife(lambda w: 1.0 if w[0] > 0 else math.nan, np.arange(3))
    assert math.isnan(float(found.se))


# ---------------------------------------------------------------------------------------------------- intervals


def test_limits_stay_where_they_belong() -> None:
    """Ratios stay positive, shares between 0 and 1, whatever the error; at the edges there are none."""
    for limits in (logit_limits, cloglog_limits):
        low, high = limits([0.0, 0.02, 0.5, 0.98, 1.0], [0.1, 5.0, 0.1, 5.0, 0.1], 10)
        assert np.isnan(low[[0, 4]]).all()
        assert ((low[1:4] >= 0) & (low[1:4] < high[1:4]) & (high[1:4] <= 1)).all()
    low, high = log_limits([2.0, -1.0], [50.0, 1.0], 5)
    assert 0 <= low[0] < 2 < high[0]
    assert np.isnan(low[1])


def test_korn_graubard_at_the_edges_assumes_that_one_persons_answers_are_alike() -> None:
    """0 of 30 from 10 applicants with 3 each: design effect 1 + 2 x .3, and an upper limit above the rule of three."""
    none = korn_graubard(0, 30, 10, 0, 0, 90)
    every = korn_graubard(30, 30, 10, 90, 90, 90)
    assert (float(none.low), float(none.design_effect)) == (0.0, pytest.approx(1.6))
    assert float(none.high) > 3 / 30
    assert (float(every.high), float(every.low)) == (1.0, pytest.approx(1 - float(none.high)))


def test_one_applicant_falls_back_on_wilson() -> None:
    """With one applicant no design effect can be estimated: Wilson's interval on one unit."""
    found = korn_graubard(2, 5, 1, 4, 10, 25)
    low, high = wilson(0.4, 1)
    assert bool(found.by_applicants)
    assert (float(found.low), float(found.high)) == (float(low), float(high))


def test_no_trials_have_no_rate() -> None:
    """Nothing attempted: no estimate, no limits, no warning; the rows beside it are not disturbed."""
    found = korn_graubard([0, 3], [0, 6], [0, 3], [0, 5], [0, 7], [0, 14])
    assert np.isnan([found.estimate[0], found.low[0], found.high[0]]).all()
    assert 0 < found.low[1] < 0.5 < found.high[1] < 1


def test_an_error_found_otherwise_gives_the_same_interval() -> None:
    """Korn-Graubard from a standard error equals Korn-Graubard from the sums that it comes from."""
    y, n = np.array([1, 0, 3, 2, 0.0]), np.array([2, 1, 3, 4, 2.0])
    direct = korn_graubard(y.sum(), n.sum(), 5, y @ y, y @ n, n @ n)
    p = y.sum() / n.sum()
    se = math.sqrt(5 / 4 * np.sum((y - p * n) ** 2)) / n.sum()
    other = korn_graubard_from_se(p, se, n.sum(), 4)
    assert (float(other.low), float(other.high)) == pytest.approx((float(direct.low), float(direct.high)))
    assert np.isnan(korn_graubard_from_se(math.nan, 0.1, 5, 4).low)
    assert korn_graubard_from_se(0.5, math.nan, 5, 4).design_effect == 1


# ------------------------------------------------------------------------------------- multiplicity, sensitivity


def test_adjusted_p_values_skip_who_is_not_in_the_family() -> None:
    """Holm and Benjamini-Hochberg by hand, with one claim that was not tested."""
    np.testing.assert_allclose(holm([0.01, np.nan, 0.04, 0.03]), [0.03, np.nan, 0.06, 0.06])
    np.testing.assert_allclose(benjamini_hochberg([0.01, np.nan, 0.04, 0.03]), [0.03, np.nan, 0.04, 0.04])
    assert holm([]).tolist() == []


def test_e_values() -> None:
    """The limit counts, not the estimate; an interval that holds 1 has 1; protective ratios are turned over."""
    assert e_value(1.3, 0.9, 1.8).limit == 1
    assert e_value(0.5, 0.3, 0.8).estimate == pytest.approx(2 + math.sqrt(2))
    assert e_value(0.5, 0.3, 0.8).limit == pytest.approx(1.25 + math.sqrt(1.25 * 0.25))
    assert e_value(math.nan).estimate is None
    assert e_value_from_risks(0.39, 0.30, 0.01, 0.17).limit == pytest.approx(e_value(1.3, 0.31 / 0.3, 1.5).limit)
    assert e_value_from_risks(0.3, 0.0, -0.1, 0.2).estimate is None
    assert e_value_from_risks(0.0, 0.3, -0.4, -0.2).estimate is None


def test_the_tipping_table() -> None:
    """A trait doubling replies, 60 against 40% common, bends the ratio by 1.14; 70 against 30% by 1.31."""
    assert round(bias_factor(0.6, 0.4, 2), 2) == 1.14
    assert round(bias_factor(0.7, 0.3, 2), 2) == 1.31


# ------------------------------------------------------------------------------------------------------ planning


def test_sizes_of_studies() -> None:
    """Per arm at 80%: 2,198, 566 and 256 for 5, 10 and 15 points at base .30, deff 1.6; 2,302 for equivalence at 5."""
    assert [sample_size(0.3, effect) for effect in (0.05, 0.10, 0.15)] == [2 * 2_198, 2 * 566, 2 * 256]
    assert equivalence_sample_size(0.3, 0.05) == 2 * 2_302
    assert sample_size(0.3, 0.0) is None
    assert sample_size(0.95, 0.10) is None
    assert equivalence_sample_size(0.3, 0.0) is None


def test_detectable_effects() -> None:
    """A 30/70 split of 60, 500 and 5,000 at base .30: .457, .158, .050; and the size's own inverse."""
    found = [minimum_detectable_effect(0.3, 0.3 * n, 0.7 * n, same_variance=True) for n in (60, 500, 5_000)]
    assert [round(value or 0, 3) for value in found] == [0.457, 0.158, 0.05]
    assert minimum_detectable_effect(0.3, 566, 566) == pytest.approx(0.1, abs=2e-4)
    assert minimum_detectable_effect(0.3, 2, 2) is None
    assert minimum_detectable_effect(0.3, 0, 10) is None
    assert detectable_from_se(0.05) == pytest.approx(0.05 * 2.8016, abs=1e-4)
    assert (detectable_from_se(0.05, 10) or 0) > 0.05 * 2.8016
    assert detectable_from_se(math.nan, 10) is None
    assert (design_effect(3, 0.3), design_effect(0.5, 0.3)) == (1.6, 1.0)


def test_two_one_sided_tests() -> None:
    """The interval of level 90% decides, p and interval agree, and without an error nothing is equivalent."""
    inside = two_one_sided_tests(0.01, 0.02, 49, 0.05)
    assert inside.equivalent
    assert inside.p_value < 0.05
    outside = two_one_sided_tests(0.03, 0.02, 49, 0.05)
    assert not outside.equivalent
    assert outside.p_value > 0.05
    assert not two_one_sided_tests(0.0, math.nan, 49, 0.05).equivalent
    assert two_one_sided_tests(0.0, 0.0, 49, 0.05).equivalent
    assert math.isnan(two_sided_p(0.1, 0.1, 0))
    assert (two_sided_p(0.0, 0.0, 5), two_sided_p(0.1, 0.0, 5)) == (1.0, 0.0)
    assert two_sided_p(1.96, 1.0, math.inf) == pytest.approx(0.05, abs=1e-4)


# -------------------------------------------------------------------------------------------------------- badges


@pytest.mark.parametrize(
    ("estimate", "low", "high", "n", "effective", "df", "status", "word"),
    [
        (0.40, 0.35, 0.45, 400, 300, 80, "ok", None),
        (0.40, 0.20, 0.60, 29, 29, 20, "use_with_care", "30 observations"),
        (0.40, 0.30, 0.50, 100, 28, 20, "use_with_care", "several times"),
        (0.30, 0.16, 0.45, 30, 29, 29, "ok", None),
        (0.40, 0.25, 0.55, 100, 80, 20, "use_with_care", "30 points"),
        (0.06, 0.03, 0.12, 100, 80, 20, "use_with_care", "1.3 times"),
        (0.02, 0.01, 0.05, 300, 250, 20, "ok", None),
        (0.40, 0.35, 0.45, 400, 300, 7, "use_with_care", "fewer than nine"),
        (0.00, 0.00, 0.04, 400, 300, 80, "use_with_care", "Nobody or everybody"),
        (0.40, None, None, 400, None, 0, "use_with_care", "cannot be worked out"),
        (None, None, None, 0, None, 0, "not_estimable", "no such number"),
        (math.nan, None, None, 0, None, 0, "not_estimable", "no such number"),
    ],
)
def test_the_badge_follows_the_presentation_standard(
    estimate: float | None,
    low: float | None,
    high: float | None,
    n: int,
    effective: float | None,
    df: int,
    status: str,
    word: str | None,
) -> None:
    """Every line of the standard has its own sentence."""
    found = presentation_badge(estimate, low, high, n=n, n_effective=effective, df=df)
    assert found.status == status
    assert (found.reason is None) if word is None else word in (found.reason or "")


def test_the_more_cautious_badge_wins() -> None:
    """Two reasons for care keep the first."""
    ok, care, none = Badge("ok", None), Badge("use_with_care", "a"), Badge("not_estimable", "b")
    assert worse_badge(ok, care) == care
    assert worse_badge(none, care) == none
    assert worse_badge(care, Badge("use_with_care", "c")) == care
