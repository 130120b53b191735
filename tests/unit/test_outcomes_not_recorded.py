"""Nothing recorded is not nought: without outcomes, advances and offers are "not recorded" in every face."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import followup_analytics as fa
from followup_analytics.answers.drivers.drivers import what_drives
from followup_analytics.errors import DataError
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.unrecorded import NOT_RECORDED
from followup_analytics.simulate.random_worlds import random_log


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 240 interviews as a folder without a table of outcomes."""
    log = random_log(12, interviews=240, family="proportional", null=True)
    object.__setattr__(log, "truth", {})
    place = log.write(tmp_path_factory.mktemp("log"))
    (place / "outcomes.csv").unlink()
    return place


@pytest.fixture(scope="module")
def log(folder: Path) -> FollowUpLog:
    """The same, read."""
    return fa.read_log(folder)


def assert_not_recorded(row: Any) -> None:
    """The row has no number, and says why."""
    assert (row["estimate"], row["conf_low"], row["conf_high"], row["n_events"]) == (None, None, None, None)
    assert (row["status"], row["reason"]) == ("not_estimable", NOT_RECORDED)


def test_rates_of_advancing_are_not_recorded(log: FollowUpLog) -> None:
    """No rate of advancing, no cumulative share; rates of responses stand."""
    rows = fa.response_rates(log, by="attempt", outcome="advanced", min_cell=1).rows
    assert rows
    for row in rows:
        assert_not_recorded(row)
        assert row["cumulative"] is None
        assert row["n_attempts"] > 0
    assert fa.response_rates(log, by="attempt").rows[0]["estimate"] > 0


def test_hidden_rows_stay_hidden(log: FollowUpLog) -> None:
    """A small group is hidden for privacy, not for want of outcomes: it tells no number of attempts either."""
    rows = fa.response_rates(log, by="party", outcome="advanced", min_cell=40).rows
    hidden = [row for row in rows if row["status"] == "suppressed"]
    assert hidden
    assert all(row["n_attempts"] is None for row in hidden)


def test_curves_know_responses_and_nothing_that_needs_outcomes(log: FollowUpLog) -> None:
    """Of a response's curve the response is known, filled and withdrawn aren't; of an advance's nothing is."""
    for row in fa.incidence_curve(log, min_cell=1).rows:
        if row["event"] == "response":
            assert row["estimate"] is not None
        else:
            assert_not_recorded(row)
    found = fa.incidence_curve(log, outcome="advanced", by="cohort", min_cell=1)
    for row in found.rows:
        assert_not_recorded(row)
    assert all(row["median_day"] is None for row in found.quantiles)
    assert all(row["estimate"] is None for row in found.differences)
    assert NOT_RECORDED in found.summary()


def test_cohorts_have_graduates_and_no_advances(log: FollowUpLog) -> None:
    """Who had an interview is known; offers, advances, their days and their differences are not."""
    found = fa.cohort_outcomes(log, against="spring", min_cell=1)
    for row in found.rows:
        assert_not_recorded(row)
        assert row["n_with_interview"] > 0
        assert (row["n_with_offer"], row["n_advanced"], row["n_offers"]) == (None, None, None)
        assert row["median_days_to_advanced"] is None
        assert row["difference"] is None
    assert NOT_RECORDED in found.summary()
    by_outcome = {row["outcome"]: row for row in fa.compare_cohorts(log, "summer", "spring", min_cell=1).rows}
    assert_not_recorded(by_outcome["advanced"])
    assert by_outcome["response"]["estimate"] is not None


def test_no_model_of_advances_is_fitted(log: FollowUpLog) -> None:
    """The model has no numbers, and what goes with advancing is refused."""
    row = fa.fit_callback_model(log, outcome="advanced", min_cell=1).rows[0]
    assert (row["status"], row["reason"], row["base_rate"]) == ("not_estimable", NOT_RECORDED, None)
    with pytest.raises(DataError, match="not recorded"):
        what_drives(log, outcome="advanced", min_cell=1)


def test_effort_and_charts_bear_rows_without_numbers(log: FollowUpLog) -> None:
    """What is made of these rows shows no nought either."""
    effort = fa.level_of_effort(log, outcome="advanced", min_cell=1)
    assert all(row["estimate"] is None for row in effort.rows)
    for found in (
        fa.response_rates(log, outcome="advanced", min_cell=1),
        fa.incidence_curve(log, outcome="advanced", min_cell=1),
        fa.cohort_outcomes(log, min_cell=1),
    ):
        found.plot()
        text = f"{found!r} {found.summary()} {found._repr_html_()} {json.dumps(found.to_json())}"
        assert "0.0%" not in text
        assert "outcomes_not_recorded" in {note.code for note in found.notes}


@pytest.mark.parametrize("outcome", ["response", "advanced"])
def test_reports_say_so_on_the_first_page(log: FollowUpLog, tmp_path: Path, outcome: str) -> None:
    """A report is made, and nowhere says that 0% advanced."""
    from followup_analytics.report.findings import Options
    from followup_analytics.report.typecase import TypeCase
    from followup_analytics.report.write import drafts

    path = fa.write_report(log, tmp_path / "report.pdf", outcome=outcome)
    assert path.stat().st_size > 10_000
    document = drafts(log, kind="cohort", options=Options(outcome=outcome), case=TypeCase(None))[0]
    told = f"{document.lead}{document.sections[0]}"
    assert NOT_RECORDED in told
    assert not re.search(r"\b0(?:\.0)?% (?:had )?advanced|\b0 in 100\b", told)
