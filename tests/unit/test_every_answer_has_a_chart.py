"""The contract's promise that every answer draws itself: each gives axes with alt text, on new or given axes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from matplotlib.figure import Figure

from followup_analytics import (
    cohort_outcomes,
    compare_cohorts,
    fit_callback_model,
    incidence_curve,
    next_steps,
    predict_callbacks,
    read_log,
    response_rates,
)
from followup_analytics.answers.curves import silence
from followup_analytics.answers.drivers import later_attempts, what_drives
from followup_analytics.answers.outreach import aapor_rates, level_of_effort
from followup_analytics.charts import Chart, Mark, count_chart, number_chart
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.model import compare_models
from followup_analytics.results.result import Result

ANALYSES: dict[str, Callable[[FollowUpLog], Result]] = {
    "rates": lambda log: response_rates(log, by="timing,cohort"),
    "effort": level_of_effort,
    "curve": lambda log: incidence_curve(log, by="cohort"),
    "aapor": aapor_rates,
    "outcomes": cohort_outcomes,
    "comparison": lambda log: compare_cohorts(log, "autumn 2025", "autumn 2024"),
    "drivers": what_drives,
    "later": later_attempts,
    "silence": lambda log: silence(log, 10, by="cohort"),
    "next": next_steps,
    "model": fit_callback_model,
    "predict": lambda log: predict_callbacks(log, fit_callback_model(log)),
}


@pytest.fixture(scope="module")
def sample() -> FollowUpLog:
    """The sample log."""
    return read_log("data/log")


@pytest.mark.parametrize("name", ANALYSES)
def test_an_answer_draws_itself(name: str, sample: FollowUpLog) -> None:
    """With numbers in the alt text, the notice that data are simulated, and on the user's own axes where given."""
    found = ANALYSES[name](sample)
    chart = Chart.of(found.plot())
    assert any(letter.isdigit() for letter in chart.alt)
    assert "simulated" in chart.alt
    assert chart.caption
    assert chart.svg().startswith("<?xml")
    mine = Figure().add_subplot()
    assert found.plot(ax=mine) is mine


@pytest.mark.parametrize("name", ["next", "predict"])
def test_nothing_open_draws_an_empty_chart_and_an_empty_frame(name: str, sample: FollowUpLog) -> None:
    """No open interview: a chart that says so, and a frame with the same columns and types."""
    found = ANALYSES[name](sample)
    empty = replace(found, rows=())
    assert Chart.of(empty.plot()).alt
    assert empty.to_frame().schema == found.to_frame().schema
    assert empty.to_frame().height == 0


def test_compared_models_are_drawn(sample: FollowUpLog) -> None:
    """One dot a model, with its log loss in the alt text."""
    found = compare_models(sample)
    assert f"base_rate {found.rows[0]['estimate']:.2f}" in Chart.of(found.plot()).alt


def test_a_number_that_may_not_be_shown_keeps_its_line() -> None:
    """The words hidden or not estimable stand where the dot would."""
    marks = [
        Mark(values={"name": "a"}, estimate=0.5, conf_low=0.25, conf_high=1.0),
        Mark(values={"name": "b"}, estimate=None, status="suppressed"),
        Mark(values={"name": "c"}, estimate=None, status="not_estimable"),
    ]
    chart = Chart.of(number_chart(marks, what="Odds ratio", reference=1.0, ratio=True))
    assert "a 0.50 (0.25 to 1.00)" in chart.alt
    assert ">hidden<" in chart.svg()
    assert ">not estimable<" in chart.svg()


def test_counts_are_bars_from_nought() -> None:
    """The scale starts at nought and the alt text has every number."""
    axes = count_chart({"call": 3, "wait": 0}, what="Open interviews", of="next steps")
    assert axes.get_xlim()[0] == 0
    assert Chart.of(axes).alt == "Bar chart of next steps, 3 in all: call 3 and wait 0."
