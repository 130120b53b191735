"""What was known before the decision, as small whole numbers: the covariates that weights adjust for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.claims.definition import NO_COVARIATES
from followup_analytics.errors import UsageError
from followup_analytics.log import clock
from followup_analytics.log.asked import asked
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.text import nearest

IntArray = NDArray[np.int64]
#: Places among a covariate's few levels: a quarter of the memory of whole numbers, of which trials hold millions.
Codes = NDArray[np.int16]
FloatArray = NDArray[np.float64]

MISSING, OTHER = "(missing)", "(other)"
#: The column that says how well an interview went in the applicant's own view.
RATING = "self_rating"
#: Levels with fewer interviews than this share, or than this number, are taken together.
RARE_SHARE, RARE_NUMBER = 0.02, 15
_MOST_LEVELS = 12
_FIFTHS = (0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True)
class Covariate:
    """One covariate of m rows.

    Attributes:
        name: of the column, or of what it says about the call history.
        codes: shape (m,), places in `levels`.
        levels: what each code means, in words.
        history: part of the call history, not of the person.
        line: shape (levels,), where each level of a number stands, NaN for one that stands nowhere (missing, other);
            None where levels are names.
        later, since: shape (m,), the code that holds from an interval on, and which interval that is; None where
            `codes` hold from time zero on.
    """

    name: str
    codes: Codes
    levels: tuple[str, ...]
    history: bool = False
    line: FloatArray | None = None
    later: Codes | None = None
    since: IntArray | None = None

    @classmethod
    def of(
        cls,
        name: str,
        codes: NDArray[Any],
        levels: Sequence[str],
        *,
        history: bool = False,
        line: FloatArray | None = None,
    ) -> Covariate:
        """A covariate of whole numbers of any size."""
        return cls(name, codes.astype(np.int16), tuple(levels), history, line)

    def take(self, rows: NDArray[Any]) -> Covariate:
        """The covariate of these rows alone."""
        if self.later is None or self.since is None:
            return replace(self, codes=self.codes[rows])
        return replace(self, codes=self.codes[rows], later=self.later[rows], since=self.since[rows])

    def during(self, rows: NDArray[Any], interval: NDArray[Any]) -> Covariate:
        """The covariate of these rows as it was known in an interval of each."""
        if self.later is None or self.since is None:
            return self.take(rows)
        known = interval >= self.since[rows]
        return replace(self, codes=np.where(known, self.later[rows], self.codes[rows]), later=None, since=None)

    def varies(self) -> bool:
        """Whether there is anything to adjust for: more than one level among these rows."""
        held = [self.codes] if self.later is None else [self.codes, self.later]
        return any(len(codes) > 0 and bool(codes.min() < codes.max()) for codes in held)

    def share_known(self) -> float:
        """Share of the rows of which it is known at time zero."""
        missing = [place for place, level in enumerate(self.levels) if level == MISSING]
        return float(np.mean(~np.isin(self.codes, missing))) if len(self.codes) else 0.0

    def hidden_until(self, since: IntArray) -> Covariate:
        """The covariate as missing before interval `since`, shape (m,), of each row, when it came to be known."""
        if (since <= 0).all():
            return self
        levels, line = self.levels, self.line
        if MISSING not in levels:
            levels = (*levels, MISSING)
            line = None if line is None else np.append(line, np.nan)
        codes = np.where(since <= 0, self.codes, np.int16(levels.index(MISSING)))
        return replace(self, codes=codes, levels=levels, line=line, later=self.codes, since=since)


def baseline_covariates(log: FollowUpLog, names: Sequence[str], response_us: IntArray) -> tuple[Covariate, ...]:
    """The interviews' columns of these names as covariates.

    Args:
        log: the log; names: columns of its interviews (unknown ones raise UsageError).
        response_us: shape (n,), when the response came: a self-rating made after it is not used.

    Returns:
        Text and yes/no by level, numbers with more than nine values by fifths; rare levels taken together, missing
        values a level of their own. A column without variation has one level. Since when a rating is known is for
        `rating_known_since` to say.
    """
    made = []
    for name in dict.fromkeys(asked(one).column for one in names):
        if name in NO_COVARIATES:
            raise UsageError(f"--adjust: {name} is an id or a time, and nothing to adjust for.")
        if name not in log.interviews.columns or name.startswith("_"):
            guess = nearest(name, [column for column in log.interviews.columns if not column.startswith("_")])
            hint = f"; did you mean {guess!r}?" if guess else "."
            raise UsageError(f"--adjust: interviews have no column {name!r}{hint}")
        values = log.interviews[name]
        if name == RATING:
            values = _rated_before(log, response_us)
        made.append(_levels(name, values))
    return tuple(made)


#: Before anything that is logged: a rating without a time is taken to be made at the interview.
_AT_INTERVIEW = np.int64(-(2**62))


def rated_us(log: FollowUpLog) -> IntArray:
    """When each interview was rated, in microseconds; before everything where no time was written down."""
    rated = log.interviews["self_rated_at"].dt.epoch("us").fill_null(int(_AT_INTERVIEW))
    return np.asarray(rated.to_numpy(), dtype=np.int64)


def rating_known_since(log: FollowUpLog, start_day: IntArray) -> IntArray:
    """First local day after the interview on which a rating is known, shape (n,).

    0 for one made on the interview's own day, else the day after it was made: within a day nobody knows whether a call
    was before the rating or its reason. `start_day`: shape (n,), local day of the interview.
    """
    us = rated_us(log)
    later = us > _AT_INTERVIEW
    since = np.zeros(len(us), dtype=np.int64)
    if later.any():
        kept = np.flatnonzero(later)
        local = clock.local_times(pl.Series(us[kept]), log.interviews["_zone"].gather(kept))
        gone = local.dt.date().cast(pl.Int32).fill_null(0).to_numpy() - start_day[kept]
        since[kept] = np.where(gone <= 0, 0, gone + 1)
    return since


def _rated_before(log: FollowUpLog, response_us: IntArray) -> pl.Series:
    """Ratings made before the response; one made after it may be its echo."""
    late = pl.Series(rated_us(log) >= response_us)
    return log.interviews["self_rating"].set(late, None)


def _levels(name: str, values: pl.Series) -> Covariate:
    if values.dtype.is_numeric() and values.n_unique() > 9:
        cuts = sorted({float(cut) for share in _FIFTHS if (cut := values.quantile(share)) is not None})
        text = values.cut(cuts).cast(pl.String)
    else:
        text = values.cast(pl.String)
    text = text.fill_null(MISSING).alias("level")
    counts = text.value_counts().sort(by=["count", text.name], descending=[True, False])
    floor = max(RARE_NUMBER, RARE_SHARE * len(text))
    common = counts.filter(pl.col("count") >= floor)[text.name].to_list()[:_MOST_LEVELS]
    levels = sorted(set(common) | ({OTHER} if len(common) < len(counts) else set()))
    place = {level: code for code, level in enumerate(levels)}
    codes = text.replace_strict(place, default=place.get(OTHER, 0), return_dtype=pl.Int16).to_numpy()
    return Covariate.of(name, codes, levels, line=_line(values, codes, levels))


def _line(values: pl.Series, codes: Codes, levels: Sequence[str]) -> FloatArray | None:
    """Each level's mean value."""
    if not values.dtype.is_numeric():
        return None
    number = values.cast(pl.Float64).fill_null(np.nan).to_numpy()
    known = np.isfinite(number)
    count = np.bincount(codes[known], minlength=len(levels))
    total = np.bincount(codes[known], weights=number[known], minlength=len(levels))
    named = np.array([level in (MISSING, OTHER) for level in levels], dtype=bool)
    return np.where(named | (count == 0), np.nan, total / np.maximum(count, 1))


def binned(name: str, values: NDArray[Any], edges: Sequence[int], words: Sequence[str]) -> Covariate:
    """A count or a day as a covariate of the call history: bins start at `edges`, the first of which is the least."""
    codes = np.searchsorted(np.asarray(edges), values, side="right") - 1
    return Covariate.of(name, np.maximum(codes, 0), words, history=True)


def columns_of(adjust: str | Sequence[str] | None) -> tuple[str, ...]:
    """Names of columns, given as one name, as several or not at all."""
    return (adjust,) if isinstance(adjust, str) else tuple(adjust or ())


@dataclass(frozen=True)
class Patterns:
    """Distinct combinations of covariates as the rows of a design matrix.

    Attributes:
        design: shape (P, k), constant first.
        penalty: shape (k,).
        pattern: shape (m,), the row of each decision.
        names: what each column stands for.
    """

    design: NDArray[np.float64]
    penalty: NDArray[np.float64]
    pattern: NDArray[np.int32]
    names: tuple[str, ...]


#: Ridge penalty of levels and, much weaker, of the intervals' own levels and of a number's straight line.
RIDGE, WEAK_RIDGE = 1.0, 0.05


def make_patterns(covariates: Sequence[Covariate], rows: int) -> Patterns:
    """Merge rows that are alike in every covariate, and code each level but the commonest in a column of its own.

    A number has its straight line besides, so that the penalty draws its levels towards that line and not towards one
    another (docs/decisions/055).
    """
    key = np.zeros(rows, dtype=np.int64)
    for one in covariates:
        key = _compact(key * len(one.levels) + one.codes)
    first, pattern = np.unique(key, return_index=True, return_inverse=True)[1:]
    columns: list[tuple[str, float, Codes, FloatArray]] = []
    for one in covariates:
        counts = np.bincount(one.codes, minlength=len(one.levels))
        here = one.codes[first]
        for level in np.flatnonzero(counts):
            if level != counts.argmax():
                ridge = WEAK_RIDGE if one.name == "interval" else RIDGE
                own = np.eye(len(one.levels))[level]
                columns.append((f"{one.name} = {one.levels[level]}", ridge, here, own))
        line = _standard_line(one, counts)
        if line is not None:
            columns.append((f"{one.name}, straight line", WEAK_RIDGE, here, line))
    design = np.ones((len(first), 1 + len(columns)))
    for place, (_, _, here, value) in enumerate(columns, 1):
        design[:, place] = value[here]
    penalty = np.array([0.0, *(ridge for _, ridge, _, _ in columns)])
    return Patterns(design, penalty, pattern.astype(np.int32), ("constant", *(name for name, *_ in columns)))


def _standard_line(one: Covariate, counts: IntArray) -> FloatArray | None:
    """A number's levels with mean 0 and spread 1 over these rows; None where fewer than three of them have a place."""
    if one.line is None:
        return None
    share = np.where(np.isfinite(one.line), counts, 0)
    if np.count_nonzero(share) <= 2:
        return None
    line = np.nan_to_num(one.line)
    mean = share @ line / share.sum()
    spread = np.sqrt(share @ (line - mean) ** 2 / share.sum())
    if spread <= 0:
        return None
    return np.asarray(np.where(np.isfinite(one.line), (line - mean) / spread, 0.0), dtype=np.float64)


def _compact(key: IntArray) -> IntArray:
    """The same keys as small numbers, before they outgrow 64 bits."""
    if len(key) and int(key.max()) > 2**40:
        return np.unique(key, return_inverse=True)[1].astype(np.int64)
    return key
