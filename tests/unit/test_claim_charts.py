"""Charts of an emulated trial: they say what they show, that data are simulated, and refuse what was not tested."""

from __future__ import annotations

from functools import cache

import pytest

import followup_analytics as fa
from followup_analytics.charts import Chart, weights_chart
from followup_analytics.claims import ClaimsResult, power_curve
from followup_analytics.claims.diagnostic_rows import WeightsRow
from followup_analytics.errors import UsageError


@cache
def verdicts() -> ClaimsResult:
    """Verdicts on a small log."""
    return fa.test_claims(fa.simulate_log(interviews=900, world="etiquette", seed=4))


@pytest.mark.parametrize("name", ["balance", "overlap", "weights", "risks"])
def test_diagnostics_are_drawn_with_their_words(name: str) -> None:
    """Each diagnostic has a chart whose alt text carries numbers and says that the data are simulated."""
    chart = Chart.of(getattr(verdicts(), f"plot_{name}")("wait-2-3-days"))
    assert any(letter.isdigit() for letter in chart.alt)
    assert chart.alt.endswith("The data are simulated.")
    assert "simulated data" in chart.svg()
    assert chart.caption


def test_balance_is_better_after_weighting() -> None:
    """Of the covariate that decides who sends a note, weighting leaves less than it found."""
    rows = [
        row for row in verdicts().row("thank-you-note")["diagnostics"]["balance"] if row["covariate"] == "self_rating"
    ]
    assert max(abs(row["after"]) for row in rows) < 0.5 * max(abs(row["before"]) for row in rows)


def test_risk_ratios_stand_beside_differences() -> None:
    """The ratio of both risks, with limits that leave out one where the difference's leave out nought."""
    row = verdicts().row("follow-up-at-all")
    assert row["risk_ratio"] == pytest.approx(row["risk_strategy"] / row["risk_alternative"], rel=0.01)
    assert row["risk_ratio_low"] < row["risk_ratio"] < row["risk_ratio_high"]
    assert (row["risk_ratio_low"] > 1) == (row["conf_low"] > 0)


def test_what_was_not_tested_has_nothing_to_draw() -> None:
    """A claim without an estimate is refused with its reason, an unknown one with the nearest name."""
    untested = next(row["claim"] for row in verdicts().rows if row["verdict"] == "not_testable")
    with pytest.raises(UsageError, match="was not tested here"):
        verdicts().plot_balance(untested)
    with pytest.raises(UsageError, match="did you mean 'smile'"):
        verdicts().plot_balance("smiles")


def small_log(size: int, seed: int) -> fa.FollowUpLog:
    """A log of a world in which the advice is right."""
    return fa.simulate_log(interviews=size, world="etiquette", seed=seed)


def test_power_grows_with_the_log_whatever_the_workers() -> None:
    """More interviews give more verdicts; two processes find what one does, and tell how far they are."""
    seen: list[tuple[int, int]] = []
    alone = power_curve(small_log, [150, 900], claims=["follow-up-at-all"], repeats=1)
    both = power_curve(
        small_log, [150, 900], claims=["follow-up-at-all"], repeats=1, workers=2, progress=lambda *at: seen.append(at)
    )
    assert alone.rows == both.rows
    assert seen == [(1, 2), (2, 2)]
    assert alone.rows[0]["estimate"] <= alone.rows[1]["estimate"] == 1.0
    assert "simulated" in Chart.of(alone.plot()).alt
    assert "too few to name a size" in alone.summary()
    with pytest.raises(UsageError):
        power_curve(small_log, [])


def test_a_size_that_is_not_shown_is_not_drawn_as_nought() -> None:
    """An arm whose effective size is hidden is worth an unknown number of interviews, and not none."""
    rows = [
        WeightsRow(arm="strategy", effective_size=40.0, largest_share=0.05, largest=2.0),
        WeightsRow(arm="alternative", effective_size=None, largest_share=0.05, largest=2.0),
    ]
    alt = Chart.of(weights_chart(rows)).alt
    assert "the strategy is worth 40 interviews" in alt
    assert "the alternative is worth an unknown number of interviews" in alt
