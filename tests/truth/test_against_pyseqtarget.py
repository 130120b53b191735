"""A pooled sequential trial of a simulated log against pySEQTarget with its statsmodels backend.

Its answer is frozen with the script that made it (tests/fixtures/sequential); where it is installed it is asked anew.
"""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from oracles.alike import gather_alike
from oracles.pooled_trials import PersonPeriods, expand_trials, fit_sequential

import followup_analytics as fa
from followup_analytics.claims.periods import person_periods

COVARIATES = ("self_rating", "referral")
FROZEN = Path(__file__).parents[1] / "fixtures" / "sequential"


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    """A log in which the advice is right, one row an interview and day."""
    return person_periods(fa.simulate_log(interviews=900, world="etiquette", seed=1), covariates=COVARIATES)


def study_of(rows: pl.DataFrame) -> PersonPeriods:
    """The rows as our study."""
    names = ("person", "day", "eligible", "treated", "outcome")
    covariates = rows.select(COVARIATES).to_numpy().astype(np.float64)
    return PersonPeriods(*(rows[name].to_numpy() for name in names), covariates)


def test_coefficients_are_those_that_pyseqtarget_gave() -> None:
    """All eight coefficients of "the first attempt today, or not today" are its own to 1e-5 (nine digits, in fact)."""
    theirs = json.loads((FROZEN / "coefficients.json").read_text(encoding="utf-8"))
    fit = fit_sequential(expand_trials(study_of(pl.read_csv(FROZEN / "days.csv.gz"))), COVARIATES)
    assert len(theirs["coefficients"]) == len(fit.terms) == 8
    assert fit.coefficients == pytest.approx(theirs["coefficients"], abs=1e-9)


def test_coefficients_are_pyseqtargets(rows: pl.DataFrame) -> None:
    """All eight coefficients of "the first attempt today, or not today" agree to 1e-5."""
    pytest.importorskip("pySEQTarget")
    theirs = runpy.run_path(str(FROZEN / "make_coefficients.py"))["by_the_peer"](rows)
    fit = fit_sequential(expand_trials(study_of(rows)), COVARIATES)
    assert len(theirs) == len(fit.terms) == 8
    assert fit.coefficients == pytest.approx(theirs.to_numpy(), abs=1e-5)


def test_few_distinct_histories_stand_for_all(rows: pl.DataFrame) -> None:
    """Expanding one of those who are alike, with their number, gives the same coefficients and clustered errors."""
    study = study_of(rows)
    alike = gather_alike(study)
    assert alike.number.sum() == len(np.unique(study.person)) > len(alike.number)
    whole = fit_sequential(expand_trials(study), COVARIATES)
    few = fit_sequential(expand_trials(alike.study), COVARIATES, number=alike.number)
    assert few.coefficients == pytest.approx(whole.coefficients, abs=1e-10)
    assert few.errors == pytest.approx(whole.errors, rel=1e-10)


def test_those_who_differ_are_kept_apart() -> None:
    """A covariate that is no whole number, or one more day, makes a history of its own."""
    person = np.array([0, 0, 1, 1, 2, 2, 3, 3, 3])
    period = np.array([0, 1, 0, 1, 0, 1, 0, 1, 2])
    nothing = np.zeros(9, dtype=np.int64)
    level = np.array([0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.5, 0.5, 0.5])[:, None]
    found = gather_alike(PersonPeriods(person, period, nothing + 1, nothing, nothing, level))
    assert sorted(found.number.tolist()) == [1, 1, 2]
    assert len(found.study.person) == 7


def test_days_at_risk() -> None:
    """A reply ends the rows; a call on its day counts when it came before it; nobody is eligible after a call."""
    log = fa.read_log(
        {
            "interviews": pl.DataFrame(
                {
                    "interview_id": ["A", "B"],
                    "applicant_id": ["p", "q"],
                    "interviewed_at": ["2026-03-02T10:00:00"] * 2,
                }
            ),
            "contacts": pl.DataFrame(
                {
                    "contact_id": ["1", "2", "3", "4"],
                    "interview_id": ["A", "A", "B", "B"],
                    "at": ["2026-03-03T09:00", "2026-03-04T10:00", "2026-03-04T08:00", "2026-03-04T15:00"],
                    "direction": ["outbound", "inbound", "inbound", "outbound"],
                    "channel": ["phone", "email", "email", "phone"],
                }
            ),
        },
        time_zone="UTC",
        data_date="2026-04-01",
    )
    found = person_periods(log, days=3)
    assert found.rows() == [
        (0, 0, 1, 0, 0),
        (0, 1, 1, 1, 0),
        (0, 2, 0, 0, 1),
        (1, 0, 1, 0, 0),
        (1, 1, 1, 0, 0),
        (1, 2, 1, 0, 1),
    ]
