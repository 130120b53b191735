"""What the models of acting adjust for: levels, and the straight line of a number."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from followup_analytics.claims.covariates import MISSING, Covariate, baseline_covariates, make_patterns
from followup_analytics.simulate import simulate_log
from followup_analytics.trials.logistic import fit_logistic

RATING = Covariate.of(
    "self_rating", np.array([0, 1, 2, 3, 0, 1]), ("1", "3", "5", MISSING), line=np.array([1, 3, 5, np.nan])
)


def _fitted(line, slope=1.5):
    """Fitted log odds of acting by level where each step of a number adds `slope`, and the ends are rare."""
    levels = np.arange(5)
    people = np.array([12, 120, 400, 120, 12])
    codes = np.repeat(levels, people)
    made = make_patterns([Covariate.of("rating", codes, tuple("12345"), line=line)], len(codes))
    n = np.bincount(made.pattern, minlength=len(made.design)).astype(float)
    level = np.array([codes[made.pattern == row][0] for row in range(len(n))])
    s = n / (1 + np.exp(-slope * (level - 2.0)))
    fitted = made.design @ fit_logistic(made.design, n, s, made.penalty)
    return fitted[np.argsort(level)]


def test_a_number_has_its_levels_and_a_line_with_mean_0_and_spread_1():
    """The line stands beside the levels; who has no number is at its mean."""
    made = make_patterns([RATING], 6)
    place = made.names.index("self_rating, straight line")
    line = made.design[made.pattern, place]
    assert line[3] == 0.0
    known = line[[0, 1, 2, 4, 5]]
    assert known.mean() == pytest.approx(0, abs=1e-12)
    assert known.std() == pytest.approx(1, abs=1e-12)
    assert made.penalty[place] < made.penalty[1]


def test_two_levels_need_no_line():
    """Two levels are a line as they are."""
    two = Covariate.of("self_rating", np.array([0, 1, 0, 2]), ("1", "3", MISSING), line=np.array([1, 3, np.nan]))
    assert not any("line" in name for name in make_patterns([two], 4).names)


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
    rating, trade = baseline_covariates(log, ["self_rating", "industry"], never)
    assert trade.line is None
    known = [level for level in rating.levels if not level.startswith("(")]
    assert [float(level) for level in known] == [rating.line[rating.levels.index(level)] for level in known]
    assert np.isnan(rating.line[rating.levels.index(MISSING)])
