"""What the models of acting adjust for: levels, the straight line of a number, curves of time."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from followup_analytics.claims.covariates import MISSING, Covariate, baseline_covariates, promised_covariate
from followup_analytics.claims.layout import design_and_penalties
from followup_analytics.claims.terms import term_of
from followup_analytics.simulate import simulate_log
from followup_analytics.statistics.shrinkage import fit_rows

RATING = Covariate.of(
    "self_rating", np.array([0, 1, 2, 3, 0, 1]), ("1", "3", "5", MISSING), line=np.array([1, 3, 5, np.nan])
)


def _fitted(line, slope=1.5):
    """Fitted log odds of acting by level where each step of a number adds `slope`, and the ends are rare."""
    people = np.array([12, 120, 400, 120, 12])
    codes = np.arange(5)
    rating = Covariate.of("rating", np.repeat(codes, people), tuple("12345"), line=line)
    design, penalty = design_and_penalties([rating], int(people.sum()))
    share = 1 / (1 + np.exp(-slope * (rating.codes - 2.0)))
    fitted = design.times(fit_rows(design, np.ones(len(share)), share, penalty))
    return fitted[np.cumsum(people) - 1]


def test_a_number_has_its_levels_and_a_line_with_mean_0_and_spread_1():
    """The line stands beside the levels; who has no number is at its mean, and the penalty hardly holds it."""
    term = term_of(RATING, np.bincount(RATING.codes, minlength=4))
    place = term.names.index("self_rating, straight line")
    line = term.basis[RATING.codes, place]
    assert line[3] == 0.0
    known = line[[0, 1, 2, 4, 5]]
    assert known.mean() == pytest.approx(0, abs=1e-12)
    assert known.std() == pytest.approx(1, abs=1e-12)
    assert term.common[place] < term.common[0]


def test_two_levels_need_no_line():
    """Two levels are a line as they are."""
    two = Covariate.of("self_rating", np.array([0, 1, 0, 2]), ("1", "3", MISSING), line=np.array([1, 3, np.nan]))
    assert not any("line" in name for name in term_of(two, np.bincount(two.codes)).names)


def test_rare_levels_keep_more_of_their_confounding_with_the_line():
    """The penalty draws the rare ends of a number to the line on which they lie, and not to the middle."""
    truth = 1.5 * (np.arange(5) - 2.0)
    with_line, without = _fitted(np.arange(5.0)), _fitted(None)
    assert np.abs(with_line - truth).max() < 0.15
    assert np.abs(without - truth).max() > 0.6


def test_only_numbers_lie_on_a_line():
    """A rating has a place for each level; a trade is a name and has none."""
    log = simulate_log(interviews=300, world="null", seed=5)
    rated = pl.when(pl.int_range(pl.len()) >= 60).then("self_rating")
    log = replace(log, interviews=log.interviews.with_columns(self_rating=rated))
    never = np.full(log.interviews.height, 2**62)
    (rating,), (trade,) = (baseline_covariates(log, name, never) for name in ("self_rating", "industry"))
    assert trade.line is None
    known = [level for level in rating.levels if not level.startswith("(")]
    assert [float(level) for level in known] == [rating.line[rating.levels.index(level)] for level in known]
    assert np.isnan(rating.line[rating.levels.index(MISSING)])


def test_a_time_is_a_number_of_days():
    """The time of the interview is a straight line in few interviews, and a curve in many."""
    few, many = (simulate_log(interviews=n, world="null", seed=5) for n in (250, 800))
    for log, degree in ((few, 1), (many, 3)):
        (calendar,) = baseline_covariates(log, "interviewed_at", np.full(log.interviews.height, 2**62))
        assert calendar.degree == degree
        days = log.interviews["interviewed_at"].dt.epoch("us").to_numpy() / 86_400e6
        assert calendar.line[calendar.codes] == pytest.approx(days, abs=3.0)
        term = term_of(calendar, np.bincount(calendar.codes, minlength=len(calendar.levels)))
        gram = term.basis[calendar.codes].T @ term.basis[calendar.codes] / log.interviews.height
        assert gram == pytest.approx(np.eye(degree), abs=1e-9)


@pytest.mark.parametrize(
    ("promised", "today", "words"),
    [
        (-(2**31), 20_000, "none"),
        (20_010, 20_000, "8 or more ahead"),
        (20_003, 20_000, "2-3 ahead"),
        (20_000, 20_000, "today"),
        (19_999, 20_000, "1-2 past"),
        (19_000, 20_000, "8 or more past"),
    ],
)
def test_how_far_off_a_promised_day_is(promised, today, words):
    """The promised day comes nearer as days go by, and may have passed."""
    made = promised_covariate(np.array([promised]), np.array([today]))
    assert made.levels[made.codes[0]] == words
