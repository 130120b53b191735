"""Terms as columns of a design: which levels have a coefficient of their own, and which are pooled for privacy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.log.shared_words import ATTEMPT_NAMES, MISSING, OTHER, TIMING_NAMES, WEEKDAYS
from followup_analytics.model.terms import NAMES

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: The order in which people read levels; levels of covariates are sorted.
_ORDERS = {
    "timing": TIMING_NAMES,
    "attempt": ATTEMPT_NAMES,
    "channel": ("call", "email", "text", "letter", "social", "video", "in_person"),
    "weekday": WEEKDAYS,
    "hour": ("before 8", "8-10", "10-12", "12-14", "14-17", "17 and later"),
    "gap": ("first attempt", "under 1", "1", "2-3", "4-7", "8+"),
}


@dataclass(frozen=True)
class TermCoding:
    """How one term enters the model.

    levels: those with a coefficient, in order; `(other)` among them stands for all that are too rare to have their own.
    pooled: the rare levels' names are not kept, only whether there were any. cuts: for a number, the inner edges of
    its quarters (a value on an edge belongs to the lower one), else None.
    """

    name: str
    levels: tuple[str, ...]
    pooled: bool = False
    cuts: tuple[float, ...] | None = None

    def labels(self, values: pl.Series) -> pl.Series:
        """The level's name of each value, before pooling."""
        if self.cuts is None:
            return values.cast(pl.String).fill_null(MISSING)
        names = quarter_names(self.cuts)
        # A log in which the column has few values, or none, gives it as text.
        values = values.cast(pl.Float64, strict=False).fill_nan(None)
        places = np.searchsorted(np.asarray(self.cuts), values.fill_null(0.0).to_numpy(), side="left")
        found = pl.Series([names[place] for place in places], dtype=pl.String)
        return found.zip_with(
            values.is_not_null(), pl.Series([MISSING], dtype=pl.String).new_from_index(0, len(values))
        )

    def codes(self, values: pl.Series) -> IntArray:
        """Place of each value among the levels, -1 where it has no coefficient."""
        places = {level: place for place, level in enumerate(self.levels)}
        rest = places.get(OTHER, -1)
        found = self.labels(values).replace_strict(places, default=rest, return_dtype=pl.Int64)
        return found.to_numpy().astype(np.int64)

    def unknown(self, values: pl.Series) -> int:
        """How many values are of a level that the model never met (or met too rarely to keep)."""
        return int((~self.labels(values).is_in(list(self.levels))).sum())


@dataclass(frozen=True)
class Coding:
    """All terms of a model, and those left out because every attempt has the same value of them."""

    terms: tuple[TermCoding, ...]
    constant: tuple[str, ...] = ()
    offsets: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        sizes = [len(term.levels) for term in self.terms]
        object.__setattr__(self, "offsets", tuple(int(sum(sizes[:place])) for place in range(len(sizes) + 1)))

    @property
    def width(self) -> int:
        """Number of columns without the intercept."""
        return self.offsets[-1]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names: `term=level`."""
        return tuple(f"{term.name}={level}" for term in self.terms for level in term.levels)

    def columns(self, name: str) -> slice:
        """The columns of one term, counted without the intercept."""
        place = [term.name for term in self.terms].index(name)
        return slice(self.offsets[place], self.offsets[place + 1])

    def codes(self, frame: pl.DataFrame) -> IntArray:
        """Shape (rows, terms): the column of each row's level in the design, -1 where it has none.

        A term whose column is absent from the frame counts as missing throughout.
        """
        absent = pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)
        made = np.full((frame.height, len(self.terms)), -1, dtype=np.int64)
        for place, term in enumerate(self.terms):
            found = term.codes(frame[term.name] if term.name in frame.columns else absent)
            made[:, place] = np.where(found >= 0, found + self.offsets[place], -1)
        return made


def learn_coding(frame: pl.DataFrame, names: Sequence[str], *, min_cell: int) -> Coding:
    """Decide the columns from the data that train the model.

    frame: one row per attempt, with applicant_id and the terms. A level with fewer than `min_cell` applicants goes into
    `(other)`; where that is still too small it gets no column, and its attempts count as average ones.
    """
    terms, constant = [], []
    for name in names:
        term = _learn(name, frame, min_cell)
        if len(term.levels) < 2:
            constant.append(name)
        else:
            terms.append(term)
    return Coding(tuple(terms), tuple(constant))


def _learn(name: str, frame: pl.DataFrame, min_cell: int) -> TermCoding:
    values = frame[name]
    cuts = quarter_cuts(values) if values.dtype.is_numeric() else None
    labels = TermCoding(name, (), cuts=cuts).labels(values)
    people = pl.DataFrame({"level": labels, "applicant_id": frame["applicant_id"]}).group_by("level")
    sizes = dict(people.agg(pl.col("applicant_id").n_unique()).iter_rows())
    kept = [level for level in sizes if sizes[level] >= min_cell and level != OTHER]
    rare = [level for level in sizes if level not in kept]
    ordered = sorted(kept, key=lambda level: _place(name, level, cuts))
    if rare:
        together = frame.filter(labels.is_in(rare))["applicant_id"].n_unique()
        ordered += [OTHER] if together >= min_cell else []
    return TermCoding(name, tuple(ordered), pooled=bool(rare), cuts=cuts)


def _place(name: str, level: str, cuts: tuple[float, ...] | None) -> tuple[bool, int, str]:
    known = _ORDERS.get(name) if name in NAMES else None
    order = known if known is not None else quarter_names(cuts) if cuts else ()
    return (level == MISSING, order.index(level) if level in order else len(order), level)


def quarter_cuts(values: pl.Series) -> tuple[float, ...]:
    """The inner edges of the quarters of a number, to three figures, so that no single value can be read from them."""
    known = values.drop_nulls().to_numpy()
    if not len(known):
        return ()
    edges = np.quantile(known, [0.25, 0.5, 0.75])
    return tuple(sorted({float(f"{edge:.3g}") for edge in edges}))


def quarter_names(cuts: Sequence[float]) -> tuple[str, ...]:
    """What the parts of a number are called: `up to 3`, `3 to 7`, `above 7`."""
    if not cuts:
        return ("any",)
    middle = [f"{low:g} to {high:g}" for low, high in pairwise(cuts)]
    return (f"up to {cuts[0]:g}", *middle, f"above {cuts[-1]:g}")
