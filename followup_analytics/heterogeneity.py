"""What goes with hearing back, in one comparable figure, and whether later attempts work less or have harder cases.

Both are descriptions of who tried what when; neither says what would happen if somebody tried something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.cells import attempts
from followup_analytics.disclosure import require_enough
from followup_analytics.firth import fit_firth
from followup_analytics.log import FollowUpLog, Note, require_column
from followup_analytics.mixed import fit_random_intercept, unit_cells, without_each_group
from followup_analytics.results import Field, LogCounts, Result
from followup_analytics.standardise import design
from followup_analytics.uncertainty import Jackknife, group_rows, t_quantile

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Row = dict[str, Any]

BLOCKS = ("timing", "channel", "attempt")
MISSING = "(missing)"
#: Days of an attempt and numbers of attempts are taken together as in the tables of rates.
_TIMING = ((0, "0"), (1, "1"), (3, "2-3"), (7, "4-7"), (14, "8-14"))
_LAST_ATTEMPT = 6
_FEW_EVENTS = 10

_SELECTION = Note(
    "selection",
    "Who makes a later attempt, or chooses a channel, is not left to chance: these figures describe, not advise.",
)


@dataclass(frozen=True, repr=False)
class Drivers(Result):
    """One comparable figure for each block of an attempt's features; one row a block.

    ``estimate`` is the standard deviation, over the attempts made, of the block's part of the log-odds of a response.
    """

    command: ClassVar[str] = "drivers"
    title: ClassVar[str] = "What goes with hearing back"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("block", "Feature of the attempt"),
        Field("estimate", "Spread of log-odds", "number"),
        Field("conf_low", "95% interval", "number_interval", upper="conf_high"),
        Field("points", "About so many points", "points"),
        Field("status", "Mark"),
    )

    def summary(self) -> str:
        """Name the block that goes most with hearing back, if any can be told from none."""
        clear = [row for row in self.rows if row["conf_low"]]
        if not clear:
            return "None of timing, channel and number of attempts can be told from no difference in these data."
        most = max(clear, key=lambda row: row["estimate"])
        return (
            f"Attempts that differ by a typical amount in {most['block']} differ by about {100 * most['points']:.1f} "
            "points in how often they hear back; no other feature goes with more. This is an association."
        )


@dataclass(frozen=True, repr=False)
class LaterAttempts(Result):
    """Odds ratio of a response for each further attempt: pooled, and within applicants or employers."""

    command: ClassVar[str] = "later attempts"
    title: ClassVar[str] = "Do later attempts work less?"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("model", "Compared"),
        Field("estimate", "Odds ratio per further attempt", "number"),
        Field("conf_low", "95% interval", "number_interval", upper="conf_high"),
        Field("spread", "Spread between them (log-odds)", "number"),
        Field("status", "Mark"),
    )

    def summary(self) -> str:
        """Say how much of the fall from attempt to attempt is left once units may differ."""
        told = [f"{row['model']}: {row['estimate']:.2f}" for row in self.rows if row["estimate"] is not None]
        if not told:
            return "Too few attempts to tell."
        return (
            f"Odds ratio of a response for each further attempt, {'; '.join(told)}. Where the second is nearer to 1, "
            "part of the fall comes from easy cases that leave early, not from attempts that wear out."
        )


def what_drives(
    log: FollowUpLog,
    *,
    blocks: Sequence[str] = BLOCKS,
    outcome: str = "response",
    within: float = 7.0,
    min_cell: int = 10,
) -> Drivers:
    """Give timing, channel and number of attempts each one comparable figure: the sheaf coefficient.

    A logistic model of a response within the window, main effects of all blocks together, fitted by Firth's method to
    counted cells. A block's figure is sqrt(b' S b) with S the covariance of its indicators over attempts. Sampling
    noise makes it too large; the trace of S times the jackknife covariance of b is taken off first, so that a block that
    does nothing has 0 on average.

    Args:
        log: the log.
        blocks: timing, channel, attempt, or columns of contacts or interviews.
        outcome: response or advanced.
        within: days of an attempt's window.
        min_cell: fewest applicants.

    Raises:
        UsageError: for an unknown column.
        WithheldError: for a log of too few applicants.

    Source: D. Heise (1972), Employing nominal variables, induced variables, and block variables in path analyses,
    Sociological Methods and Research 1, 147-173; H. Whitt (1986), same journal 15, 174-189.
    """
    rows, groups, notes = _mature(log, outcome, within, [name for name in blocks if name not in BLOCKS])
    require_enough(rows["applicant_id"].n_unique(), min_cell)
    made = design(rows, [name for name in blocks if rows[name].n_unique() > 1])
    n, y = _counts(made.pattern, rows["y"].to_numpy(), groups, len(made.matrix))
    x = np.column_stack([np.ones(len(made.matrix)), made.matrix])
    fit = _firth_jackknife(x, n, y)
    shares = n.sum(axis=0) / max(n.sum(), 1.0)
    mean = float(y.sum() / max(n.sum(), 1.0))
    told = []
    for block in blocks:
        columns = [place + 1 for place, (name, _) in enumerate(made.names) if name == block]
        told.append(_sheaf_row(block, columns, x, shares, fit, mean, float(y.sum())))
    counts = {
        "n_interviews": rows["interview_id"].n_unique(),
        "n_applicants": rows["applicant_id"].n_unique(),
        "n_events": int(y.sum()),
    }
    return Drivers(tuple(row | counts for row in told), LogCounts.of(log), (*notes, _SELECTION), log.native)


def _mature(
    log: FollowUpLog, outcome: str, within: float, columns: Sequence[str]
) -> tuple[pl.DataFrame, IntArray, list[Note]]:
    """Attempts whose window was not cut by the end of the record, with their bins as text, and their groups."""
    rows = attempts(log, outcome, within, columns=columns)
    cut = rows.filter(pl.col("closed_by") == "censored").height
    rows = rows.filter(pl.col("closed_by") != "censored")
    label = pl.lit("15+")
    for last, name in reversed(_TIMING):
        label = pl.when(pl.col("day") <= last).then(pl.lit(name)).otherwise(label)
    number = pl.col("attempt").clip(1, _LAST_ATTEMPT)
    rows = rows.with_columns(
        timing=label,
        number=number,
        attempt=number.cast(pl.String),
        channel=pl.col("channel").fill_null(MISSING),
        **{name: pl.col(name).cast(pl.String).fill_null(MISSING) for name in columns},
    )
    notes = []
    if cut:
        notes.append(Note("cut_windows", "attempts whose window the end of the record cuts are left out.", cut))
    return rows, group_rows(rows), notes


def _counts(pattern: IntArray, y: IntArray, groups: IntArray, size: int) -> tuple[FloatArray, FloatArray]:
    """Attempts and responses of each pattern in each jackknife group, shape (G, P)."""
    total = int(groups.max(initial=0)) + 1
    index = groups * size + pattern
    n = np.bincount(index, minlength=total * size).reshape(total, size)
    s = np.bincount(index, weights=y, minlength=total * size).reshape(total, size)
    return n.astype(np.float64), s.astype(np.float64)


def _firth_jackknife(x: FloatArray, n: FloatArray, y: FloatArray) -> Jackknife:
    groups = len(n)
    whole = fit_firth(x, n.sum(axis=0), y.sum(axis=0))
    if groups < 2:
        return Jackknife(whole, np.empty((0, len(whole))), np.empty(0), 0)
    left = np.stack([fit_firth(x, n.sum(axis=0) - n[g], y.sum(axis=0) - y[g], whole) for g in range(groups)])
    return Jackknife(whole, left, np.full(groups, (groups - 1) / groups), groups - 1)


def _sheaf_row(
    block: str, columns: list[int], x: FloatArray, shares: FloatArray, fit: Jackknife, mean: float, events: float
) -> Row:
    none: Row = {"block": block, "estimate": None, "conf_low": None, "conf_high": None, "points": None}
    if not columns:
        return none | {"status": "not_estimable", "reason": f"All attempts have the same {block}."}
    if fit.df < 1:
        return none | {"status": "not_estimable", "reason": "One applicant alone shows no spread between people."}
    part = x[:, columns]
    middle = shares @ part
    spread = (part * shares[:, None]).T @ part - np.outer(middle, middle)
    b = fit.estimate[columns]
    covariance = fit.covariance()[np.ix_(columns, columns)]
    noise = spread @ covariance
    square = float(b @ spread @ b - np.trace(noise))
    # Variance of a quadratic form of a normal vector: 4 m'SCSm + 2 tr(SCSC), with the noise in m'SCSm taken off.
    slope = max(float(b @ spread @ covariance @ spread @ b - np.trace(noise @ noise)), 0.0)
    half = float(t_quantile(0.95, fit.df)) * np.sqrt(4 * slope + 2 * float(np.trace(noise @ noise)))
    estimate, low, high = (float(np.sqrt(max(v, 0.0))) for v in (square, square - half, square + half))
    reason = None
    if events < _FEW_EVENTS * x.shape[1]:
        reason = "There are fewer than 10 responses for each number in the model."
    return {
        "block": block,
        "estimate": estimate,
        "conf_low": low,
        "conf_high": high,
        "points": estimate * mean * (1 - mean),
        "status": "use_with_care" if reason else "ok",
        "reason": reason,
    }


def later_attempts(
    log: FollowUpLog,
    *,
    unit: str = "applicant_id",
    outcome: str = "response",
    within: float = 7.0,
    min_cell: int = 10,
) -> LaterAttempts:
    """Check whether later attempts work less, or are made for harder cases.

    The log-odds of a response in the attempt's window as a line in the number of attempts (6 for six and more): first
    pooled over all attempts, then with a normal random intercept for each ``unit``. Intervals: jackknife.

    Args:
        log: the log.
        unit: applicant_id, employer, interview_id or another column of the interviews.
        outcome, within, min_cell: as in :func:`what_drives`.

    Raises:
        UsageError: for an unknown column.
        WithheldError: for a log of too few applicants.
    """
    require_column(log, unit, "unit")
    further = [unit] if unit not in ("applicant_id", "interview_id") else []
    rows, groups, notes = _mature(log, outcome, within, further)
    require_enough(rows["applicant_id"].n_unique(), min_cell)
    counts = {
        "n_interviews": rows["interview_id"].n_unique(),
        "n_applicants": rows["applicant_id"].n_unique(),
        "n_events": int(rows["y"].sum()),
    }
    told = [row | counts for row in _later_rows(rows, groups, unit)]
    return LaterAttempts(tuple(told), LogCounts.of(log), (*notes, _SELECTION), log.native)


def _later_rows(rows: pl.DataFrame, groups: IntArray, unit: str) -> list[Row]:
    word = unit.removesuffix("_id")
    names = ("all attempts together", f"attempts of one {word}")
    if rows.height == 0 or rows["number"].n_unique() < 2 or not 0 < rows["y"].sum() < rows.height:
        why = "There are no later attempts to compare, or all or none of them were answered."
        return [_slope_row(name, None, None, why) for name in names]
    x = np.column_stack([np.ones(_LAST_ATTEMPT), np.arange(_LAST_ATTEMPT, dtype=np.float64)])
    pattern = rows["number"].to_numpy().astype(np.int64) - 1
    y = rows["y"].to_numpy().astype(np.int64)
    pooled = _firth_jackknife(x, *_counts(pattern, y, groups, _LAST_ATTEMPT))
    units = np.unique(rows[unit].to_numpy(), return_inverse=True)[1].astype(np.int64)
    within, spread = _mixed_jackknife(units, pattern, y, x, groups)
    return [
        _slope_row(names[0], _part(pooled, 1), None, None),
        _slope_row(names[1], _part(within, 1), spread, None),
    ]


def _part(fit: Jackknife, place: int) -> Jackknife:
    return Jackknife(fit.estimate[place], fit.replicates[:, place], fit.factors, fit.df)


def _mixed_jackknife(
    units: IntArray, pattern: IntArray, y: IntArray, x: FloatArray, groups: IntArray
) -> tuple[Jackknife, float]:
    """Random-intercept coefficients with replicates, and the spread of the intercepts."""
    cells, by_group = unit_cells(units, pattern, y, x, groups)
    whole = fit_random_intercept(cells)
    total = len(by_group)
    if total < 2:
        return Jackknife(whole.beta, np.empty((0, len(whole.beta))), np.empty(0), 0), whole.spread
    replicates = without_each_group(cells, whole, by_group)
    return Jackknife(whole.beta, replicates, np.full(total, (total - 1) / total), total - 1), whole.spread


def _slope_row(model: str, slope: Jackknife | None, spread: float | None, why: str | None) -> Row:
    row: Row = {"model": model, "estimate": None, "conf_low": None, "conf_high": None, "spread": spread}
    if slope is None:
        return row | {"status": "not_estimable", "reason": why}
    low, high = slope.limits()
    ends = [None if np.isnan(v) else float(np.exp(np.clip(v, -50, 50))) for v in (slope.estimate, low, high)]
    row |= dict(zip(("estimate", "conf_low", "conf_high"), ends, strict=True))
    reason = None if ends[1] is not None else "One applicant alone shows no spread between people."
    return row | {"status": "use_with_care" if reason else "ok", "reason": reason}
