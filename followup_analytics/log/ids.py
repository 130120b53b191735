"""Finding ids among ids, exactly and fast: numbers stand in for texts, and the texts are compared where it was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def places_of(values: pl.Series, known: pl.Series) -> pl.Series:
    """The place (Int64, from 0) of each value among the distinct `known` ones, null where it is not among them.

    Joining 64-bit hashes takes half the time of joining texts, the comparison afterwards included. Should two texts
    ever share a hash, the texts themselves are joined.
    """
    places = pl.int_range(len(known), eager=True)
    found = _joined(values.hash(), known.hash(), places)
    if len(found) == len(values) and (found.is_null() | known.gather(found).eq_missing(values)).all():
        return found
    return _joined(values, known, places)


def _joined(values: pl.Series, known: pl.Series, places: pl.Series) -> pl.Series:
    table = pl.LazyFrame({"value": known, "place": places})
    asked = pl.LazyFrame({"value": values})
    joined = asked.join(table, on="value", how="left", nulls_equal=True, maintain_order="left")
    return joined.collect(engine="in-memory")["place"]


def all_distinct(values: pl.Series) -> bool:
    """Whether no value comes twice; sorting hashes takes a tenth of the time of telling texts apart."""
    ordered = values.hash().sort()
    return not bool((ordered == ordered.shift(1)).any()) or values.n_unique() == len(values)


def numbers_of(values: pl.Series) -> NDArray[np.int64]:
    """The values as numbers 0, 1, ... in the order in which they first come; null is a value like any other."""
    return places_of(values, values.unique(maintain_order=True)).to_numpy()
