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
from followup_analytics.log.clock import DAY_US
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.shared_words import MISSING, OTHER
from followup_analytics.text import nearest

IntArray = NDArray[np.int64]
#: Places among a covariate's few levels: a quarter of the memory of whole numbers, of which trials hold millions.
Codes = NDArray[np.int16]
FloatArray = NDArray[np.float64]

#: The column that says how well an interview went in the applicant's own view.
RATING = "self_rating"
#: Levels with fewer interviews than this share, or than this number, are taken together.
RARE_SHARE, RARE_NUMBER = 0.02, 15
_MOST_LEVELS = 12
_FIFTHS = (0.2, 0.4, 0.6, 0.8)
#: Numbers with more values than this are measures, with a line beside their fifths.
_MOST_NUMBERS = 9
#: Fine bins of a number on its curve.
_BINS = 200
_FEW, _MANY = 300, 5_000


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
        degree: of the curve that stands for a number in place of its levels; 0: levels.
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
    degree: int = 0

    @classmethod
    def of(
        cls,
        name: str,
        codes: NDArray[Any],
        levels: Sequence[str],
        *,
        history: bool = False,
        line: FloatArray | None = None,
        degree: int = 0,
    ) -> Covariate:
        """A covariate of whole numbers of any size."""
        return cls(name, codes.astype(np.int16), tuple(levels), history, line, degree=degree)

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


def baseline_covariates(log: FollowUpLog, name: str, response_us: IntArray) -> tuple[Covariate, ...]:
    """A column of the interviews as covariates.

    Args:
        log: the log; name: a column of its interviews (an unknown one raises UsageError).
        response_us: shape (n,), when the response came: a self-rating made after it is not used.

    Returns:
        Text and yes/no by level, rare levels taken together, missing values a level of their own; a number with more
        than nine values by fifths and by its straight line; a time by its curve, and whether it is known. A column
        without variation has one level. Since when a rating is known is for `rating_known_since` to say.
    """
    name = asked(name).column
    if name in NO_COVARIATES:
        raise UsageError(f"--adjust: {name} is an id, and nothing to adjust for.")
    if name not in log.interviews.columns or name.startswith("_"):
        guess = nearest(name, [column for column in log.interviews.columns if not column.startswith("_")])
        hint = f"; did you mean {guess!r}?" if guess else "."
        raise UsageError(f"--adjust: interviews have no column {name!r}{hint}")
    values = log.interviews[name]
    if name == RATING:
        values = _rated_before(log, response_us)
    if values.dtype.is_temporal():
        return _of_time(name, values)
    levels = _levels(name, values)
    if not _is_measure(values):
        return (levels,)
    return replace(levels, line=None), _curve(name, values.cast(pl.Float64).to_numpy(), 1)


def _is_measure(values: pl.Series) -> bool:
    """Whether numbers are too many to be levels."""
    return values.dtype.is_numeric() and values.n_unique() > _MOST_NUMBERS


def _of_time(name: str, values: pl.Series) -> tuple[Covariate, ...]:
    """A column of times, in days: its curve, and where it is not known."""
    if values.dtype == pl.Date:
        values = values.cast(pl.Datetime("us"))
    days = values.dt.epoch("us").cast(pl.Float64).to_numpy() / DAY_US
    known = np.isfinite(days)
    curve = _curve(name, days, curve_degree(int(known.sum())))
    if known.all():
        return (curve,)
    return Covariate.of(name, known.astype(np.int64), (MISSING, "known")), curve


def curve_degree(number: int) -> int:
    """Degree of the curve that stands for a time among so many interviews: a straight line, then bends.

    A season of half a year needs three; fewer than 300 interviews tell no more than a line (docs/decisions/081).
    """
    return 1 if number < _FEW else 3 if number < _MANY else 5


def _curve(name: str, values: NDArray[np.float64], degree: int) -> Covariate:
    """Numbers as fine bins on a curve of this degree; a number that is not known lies nowhere on it."""
    known = np.isfinite(values)
    ordered = np.unique(values[known])
    if len(ordered) > _BINS:
        ordered = np.unique(np.quantile(values[known], np.linspace(0, 1, _BINS)))
    places = np.clip(np.searchsorted(ordered, values, side="right") - 1, 0, max(len(ordered) - 1, 0))
    codes = np.where(known, places, len(ordered))
    count = np.bincount(codes[known], minlength=len(ordered) + 1)
    total = np.bincount(codes[known], weights=values[known], minlength=len(ordered) + 1)
    line = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    words = [f"{one:g}" for one in ordered]
    return Covariate.of(name, codes, (*words, MISSING), line=line, degree=degree)


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
    if _is_measure(values):
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


#: What every log holds and every claim is adjusted for besides: when the interview was, on which day of the week, and
#: how far off the day is that a decision was promised for.
CALENDAR, WEEKDAY, PROMISED = "interviewed_at", "weekday (calendar)", "days to decision_promised_at"
ALWAYS = (CALENDAR, WEEKDAY, PROMISED)
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NO_PROMISE = -(2**31)
_PROMISED_EDGES = (-(2**31) + 1, -7, -2, 0, 1, 2, 4, 8)
_PROMISED_WORDS = (
    "none",
    "8 or more past",
    "3-7 past",
    "1-2 past",
    "today",
    "1 ahead",
    "2-3 ahead",
    "4-7 ahead",
    "8 or more ahead",
)


def weekday_covariate(day: IntArray) -> Covariate:
    """The weekday of local days, counted from 1 January 1970 (a Thursday)."""
    return Covariate.of(WEEKDAY, (day + 3) % 7, _WEEKDAYS)


def promised_days(log: FollowUpLog) -> IntArray:
    """Local day for which a decision was promised, shape (n,); the least number where none was."""
    times = log.interviews["decision_promised_at"]
    day = np.full(len(times), _NO_PROMISE, dtype=np.int64)
    kept = np.flatnonzero(times.is_not_null().to_numpy())
    if len(kept):
        local = clock.local_times(times.gather(kept).dt.epoch("us"), log.interviews["_zone"].gather(kept))
        day[kept] = local.dt.date().cast(pl.Int32).to_numpy()
    return day


def promised_covariate(promised: IntArray, today: IntArray) -> Covariate:
    """How far off the promised day is on each row's day; the day may have passed."""
    ahead = np.where(promised == _NO_PROMISE, _NO_PROMISE, promised - today)
    return binned(PROMISED, ahead, (_NO_PROMISE, *_PROMISED_EDGES), _PROMISED_WORDS)
