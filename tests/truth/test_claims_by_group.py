"""Claims by group, in worlds whose truth is known: an effect in one group alone, the same in all, and none at all."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom, ttest_ind
from smiling_worlds import smiling_log

import followup_analytics as fa
from followup_analytics.claims import own_catalogue
from followup_analytics.claims.definition import Catalogue
from followup_analytics.errors import UsageError, WithheldError
from followup_analytics.results.disclosure import is_hidden
from followup_analytics.statistics.clusters import Clusters
from followup_analytics.statistics.heterogeneity import homogeneity_test

#: A catalogue of one claim, so that each world is about nothing else.
SMILE = Catalogue("smiling", "1", tuple(one for one in own_catalogue().claims if one.id == "smile"), "0", "smile.toml")


def test_an_effect_in_one_group_alone_is_found_there_and_nowhere_else() -> None:
    """Smiling is worth 25 points in group a and nothing in b: a is supported, b is not, and they differ."""
    found = fa.test_claims(smiling_log(4_000, 1, {"a": 0.25, "b": 0.0}), claims=SMILE, by="group")
    one, other = found.row("smile", "a"), found.row("smile", "b")
    assert (one.verdict, other.verdict in ("inconclusive", "no_meaningful_difference")) == ("supported", True)
    for row, truth in ((one, 0.25), (other, 0.0)):
        assert row.conf_low is not None
        assert row.conf_high is not None
        assert row.conf_low < truth < row.conf_high
    assert one.interaction == other.interaction == "differs"
    (told,) = found.interactions
    assert told["groups"] == ["a", "b"]
    # The second group less the first.
    assert told["conf_low"] < -0.25 < told["conf_high"] < 0
    assert "This one differs" in found.summary()


def test_groups_of_one_effect_do_not_differ() -> None:
    """Where smiling is worth 20 points everywhere both groups hold, and neither is said to hold less."""
    found = fa.test_claims(smiling_log(4_000, 2, {"a": 0.2, "b": 0.2, "c": 0.2}), claims=SMILE, by="group")
    assert [row.verdict for row in found.rows] == ["supported"] * 3
    assert {row.interaction for row in found.rows} == {"inconclusive"}
    assert found.interactions[0]["df"] == 2


@pytest.mark.parametrize("logs", [20, pytest.param(300, marks=pytest.mark.slow)])
def test_comparisons_of_groups_are_wrong_as_seldom_as_they_say(logs: int) -> None:
    """Nothing has an effect, applicants like it or not in all groups: no more are below .05 than chance brings.

    Two, three or four groups in turn; limits are those that chance passes once in 500 times.
    """
    compared = below = 0
    for seed in range(logs):
        effects = dict.fromkeys("abcd"[: 2 + seed % 3], 0.0)
        log = smiling_log(300 * len(effects), 1_000 + seed, effects, liked=0.15)
        p = fa.test_claims(log, claims=SMILE, by="group").interactions[0]["p_value"]
        compared += p is not None
        below += p is not None and p < 0.05
    assert compared > logs / 2
    assert below <= binom.ppf(0.998, compared, 0.05)


@pytest.mark.slow
def test_intervals_by_group_hold_the_truth_as_often_as_they_say() -> None:
    """Smiling is worth 20 points in a, nothing in b: intervals in each group and of the difference, 150 logs.

    Limits are those that chance passes once in 500 times.
    """
    truths = {"a": 0.2, "b": 0.0}
    held = dict.fromkeys((*truths, "apart"), 0)
    tested = dict.fromkeys(held, 0)
    for seed in range(500, 650):
        found = fa.test_claims(smiling_log(1_200, seed, truths, liked=0.1), claims=SMILE, by="group", min_cell=1)
        told: dict[str, Any] = {name: found.row("smile", name) for name in truths}
        told["apart"] = found.interactions[0]
        for name, row in told.items():
            if row["conf_low"] is not None:
                truth = truths["b"] - truths["a"] if name == "apart" else truths[name]
                tested[name] += 1
                held[name] += row["conf_low"] < truth < row["conf_high"]
    assert min(tested.values()) > 140
    for name, number in tested.items():
        assert binom.ppf(0.001, number, 0.95) <= held[name] <= binom.ppf(0.999, number, 0.95), (name, held)


def test_two_groups_are_compared_by_the_square_of_students_t() -> None:
    """Of independent rows the test of two means is Welch's, up to how variances count one row."""
    rng = np.random.default_rng(3)
    one, other = rng.normal(0, 1, 400), rng.normal(0.2, 2, 500)
    influence = np.zeros((900, 2))
    influence[:400, 0] = (one - one.mean()) / 400
    influence[400:, 1] = (other - other.mean()) / 500
    clusters = Clusters(("applicant",), (np.arange(900),))
    found = homogeneity_test(np.array([one.mean(), other.mean()]), influence, clusters)
    welch = ttest_ind(one, other, equal_var=False)
    assert found.statistic == pytest.approx(float(welch.statistic) ** 2, rel=0.01)
    assert found.p_value == pytest.approx(float(welch.pvalue), rel=0.05)


def test_rows_that_hang_together_across_groups_are_known_to() -> None:
    """Each person is in both groups with the same luck: their difference is surer than two samples would make it."""
    rng = np.random.default_rng(4)
    luck = np.repeat(rng.normal(0, 1, 300), 2)
    value = luck + rng.normal(0, 0.1, 600)
    group = np.tile([0, 1], 300)
    influence = np.zeros((600, 2))
    for place in (0, 1):
        mine = group == place
        influence[mine, place] = (value[mine] - value[mine].mean()) / 300
    means = np.array([value[group == place].mean() for place in (0, 1)])
    together = homogeneity_test(means, influence, Clusters(("applicant",), (np.arange(600) // 2,)))
    alone = homogeneity_test(means, influence, Clusters(("applicant",), (np.arange(600),)))
    assert together.apart is not None
    assert alone.apart is not None
    assert float(together.apart.se) < 0.2 * float(alone.apart.se)


def test_a_hidden_group_cannot_be_had_by_subtraction() -> None:
    """One group is of nine applicants: it is hidden, and so is another, in every number; more than that is not."""
    log = smiling_log(900, 5, {"a": 0.0, "b": 0.0, "c": 0.0}, each=1)
    column = ["small" if k < 9 else ("a", "b", "c")[k % 3] for k in range(900)]
    interviews = log.interviews.with_columns(group=pl.Series(column))
    small = fa.read_log({"interviews": interviews, "contacts": log.contacts, "outcomes": log.outcomes}, time_zone="UTC")
    found = fa.test_claims(small, claims=SMILE, by="group")
    hidden = [row for row in found.rows if is_hidden(row)]
    assert len(hidden) == 2
    assert "small" in {row.by["group"] for row in hidden}
    for row in hidden:
        assert (row.n_interviews, row.n_events, row.estimate, row.verdict) == (None, None, None, "not_testable")
    assert not {row.by["group"] for row in hidden} & set(found.interactions[0]["groups"])
    shown = json.dumps(found.to_json())
    assert '"flow"' not in shown
    assert '"overlap"' not in shown
    assert '"baseline"' not in shown


def test_a_group_is_asked_for_as_elsewhere() -> None:
    """Values are texts, missing ones a group of their own at the end; unknown columns and ids are refused."""
    log = smiling_log(300, 6, {"a": 0.0, "b": 0.0})
    found = fa.test_claims(log, claims=SMILE, by="self_rating")
    assert [row.by["self_rating"] for row in found.rows] == ["1", "2", "3", "4", "5"]
    frame = found.to_frame()
    assert frame.columns[:2] == ["claim", "self_rating"]
    with pytest.raises(UsageError, match="no column"):
        fa.test_claims(log, by="groop")
    with pytest.raises(UsageError, match="single people"):
        fa.test_claims(log, by="applicant_id")
    with pytest.raises(UsageError, match="fewer values"):
        fa.test_claims(log, by="interviewed_at", min_cell=1)
    with pytest.raises(WithheldError):
        fa.test_claims(smiling_log(12, 7, {"a": 0.0, "b": 0.0}, each=1), claims=SMILE, by="group")


def test_what_is_behind_the_groups_has_their_rows() -> None:
    """The trace of an answer by group is that of all interviews, with the group of each."""
    log = smiling_log(300, 8, {"a": 0.0, "b": 0.0})
    behind = fa.test_claims(log, claims=SMILE, by="group").trace()
    assert behind.height == 300
    assert set(behind["column:group"]) == {"a", "b"}
