"""The fit itself: from a frame of terms to coefficients with their clustered errors, and to unseen predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

from followup_analytics.log.clock import DAY_US
from followup_analytics.model.coding import Coding, learn_coding
from followup_analytics.model.counts import Counts, count_cells
from followup_analytics.model.evaluate import FoldPredictions
from followup_analytics.model.ridge import Design, design_of, fit, fit_many
from followup_analytics.model.tuning import OutOfFold, base_rate, choose_c, folds_of_groups, out_of_fold
from followup_analytics.statistics import Jackknife, group_rows

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Replicates fitted at one time are limited by the memory of patterns times replicates.
_CELLS_AT_ONCE = 20_000_000


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    coding: what the columns are. beta: shape (1 + width,), intercept first. c: strength of the penalty.
    jackknife: of beta, refitted without each group at the same strength. rate: responses per attempt. one_kind: all
    attempts ended alike, so that nothing could be learnt. events_per_column: responses (or, where fewer, attempts
    without one) for each column.
    """

    coding: Coding
    beta: FloatArray
    c: float
    jackknife: Jackknife
    rate: float
    one_kind: bool
    events_per_column: float

    def predict(self, frame: pl.DataFrame) -> FloatArray:
        """The chance of a response within the window for each row of a frame of terms, shape (rows,)."""
        if self.one_kind:
            return np.full(frame.height, self.rate)
        return np.asarray(expit(Design(self.coding.codes(frame), self.coding.width).times(self.beta)), dtype=np.float64)


@dataclass(frozen=True)
class Trained:
    """A fit with the cells behind it, for evaluation: patterns of the rows, and the groups of their applicants."""

    fit: Fit
    counts: Counts
    design: Design
    pattern: IntArray
    group: IntArray


def train(
    frame: pl.DataFrame, names: Sequence[str], *, min_cell: int, seed: int = 0, c: float | None = None
) -> Trained:
    """Fit to one row per attempt: columns learnt, counted, strength chosen on folds of applicants, errors clustered.

    frame: with applicant_id, bucket, interview_id, y and the terms `names`; at least one row.
    """
    coding = learn_coding(frame, names, min_cell=min_cell)
    group = group_rows(frame)
    counts, pattern = count_cells(frame, coding, group)
    return Trained(fit_counts(counts, coding, seed=seed, c=c), counts, design_of(counts), pattern, group)


def fit_counts(counts: Counts, coding: Coding, *, seed: int = 0, c: float | None = None) -> Fit:
    """Fit to counted cells."""
    design = design_of(counts)
    n, s = counts.totals()
    total, events = float(n.sum()), float(s.sum())
    one_kind = not 0 < events < total
    strength = c if c is not None else choose_c(counts, design, folds_of_groups(counts.groups, seed))
    beta = fit(design, n, s, strength)
    return Fit(
        coding=coding,
        beta=beta,
        c=strength,
        jackknife=_jackknife(counts, design, beta, strength, one_kind=one_kind),
        rate=base_rate(total, events),
        one_kind=one_kind,
        events_per_column=min(events, total - events) / max(coding.width - len(coding.terms), 1),
    )


def _jackknife(counts: Counts, design: Design, beta: FloatArray, c: float, *, one_kind: bool) -> Jackknife:
    groups = counts.groups
    if groups < 2 or one_kind:
        return Jackknife(beta, np.empty((0, len(beta))), np.empty(0), 0)
    step = max(1, _CELLS_AT_ONCE // max(counts.patterns, 1))
    replicates = []
    for start in range(0, groups, step):
        # Each chunk leaves out its own groups; the rest is a part that is dropped again.
        chunk = np.arange(start, min(start + step, groups))
        members = np.full(groups, len(chunk))
        members[chunk] = np.arange(len(chunk))
        n, s = counts.without(members, len(chunk) + 1)
        replicates.append(fit_many(design, n[:, : len(chunk)], s[:, : len(chunk)], c, beta).T)
    return Jackknife(beta, np.concatenate(replicates), np.full(groups, (groups - 1) / groups), groups - 1)


def unseen(trained: Trained, seed: int = 0) -> tuple[FoldPredictions, OutOfFold]:
    """Out-of-fold predictions of every cell, for `evaluate`."""
    counts = trained.counts
    found = out_of_fold(counts, trained.design, folds_of_groups(counts.groups, seed))
    return FoldPredictions(found.p, found.base, counts.n, counts.s, counts.group, found.fold), found


def unseen_rows(trained: Trained, found: OutOfFold, seed: int = 0) -> FloatArray:
    """The out-of-fold prediction of each row that the model was trained on."""
    members = folds_of_groups(trained.counts.groups, seed)
    return np.asarray(found.by_pattern[trained.pattern, members[trained.group]], dtype=np.float64)


def later(
    frame: pl.DataFrame, names: Sequence[str], *, within: float, min_cell: int, seed: int = 0, share: float = 0.7
) -> FoldPredictions | None:
    """Predictions for the last 30% of interviews by a model of what was known before the first of them.

    The earlier part holds attempts whose windows had closed by then; interviews that straddle the cut are in neither.
    None where either part has fewer than `min_cell` applicants (at least 5), or no attempt of one kind to learn from.
    """
    starts = frame.group_by("interview_id").agg(pl.col("start_us").first())["start_us"].sort()
    cut = starts[int(len(starts) * share)] if len(starts) else None
    if cut is None:
        return None
    window = round(within * DAY_US)
    before = frame.filter(pl.col("at_us") + window < cut)
    after = frame.filter(pl.col("start_us") >= cut)
    fewest = max(min_cell, 5)
    if min(part["applicant_id"].n_unique() for part in (before, after)) < fewest or before["y"].n_unique() < 2:
        return None
    earlier = train(before, names, min_cell=min_cell, seed=seed)
    p = earlier.fit.predict(after)
    rate = np.full(len(p), earlier.fit.rate)
    ones = np.ones(len(p))
    fold = np.zeros(len(p), dtype=np.int64)
    return FoldPredictions(p, rate, ones, after["y"].to_numpy().astype(np.float64), group_rows(after), fold)
