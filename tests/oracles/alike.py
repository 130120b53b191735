"""People who are alike: of all who went through the same, one is kept, with their number.

A pooled model of sequential trials follows every person from each of their days, which multiplies rows twenty-fold and
more. Whoever had the same covariates, actions and outcome day by day gives the same rows, so that few need expanding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oracles.pooled_trials import PersonPeriods

IntArray = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Column = NDArray[np.int64] | NDArray[np.float64]

_STEP, _FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True)
class Alike:
    """Distinct histories of a study: `study` holds one person of each (numbered from 0), `number` how many had it."""

    study: PersonPeriods
    number: IntArray


def gather_alike(study: PersonPeriods) -> Alike:
    """Keep one of all persons whose rows are the same in everything but the person.

    Args:
        study: sorted by person and period.

    Returns:
        The distinct histories. They are found by a hash of the rows and then compared value by value: where two that
        differ share a hash, all persons are kept as they are, so that the answer is always exact.
    """
    starts = np.flatnonzero(np.concatenate([[True], study.person[1:] != study.person[:-1]]))
    lengths = np.diff(np.append(starts, len(study.person)))
    columns = _packed(study)
    hashes = np.add.reduceat(_row_hashes(columns), starts)
    first, place, number = np.unique(hashes, return_index=True, return_inverse=True, return_counts=True)[1:]
    if not _same(columns, starts, lengths, first[place]):
        first, number = np.arange(len(starts)), np.ones(len(starts), dtype=np.int64)
    rows = _rows_of(starts[first], lengths[first])
    return Alike(_take(study, rows, np.repeat(np.arange(len(first)), lengths[first])), number.astype(np.int64))


def _packed(study: PersonPeriods) -> list[Column]:
    """All of a row but the person in as few columns as hold it exactly: small whole numbers share one."""
    wide: list[Column] = []
    packed, size = np.zeros(len(study.person), dtype=np.int64), 1
    for column in (study.period, study.eligible, study.treated, study.outcome, *study.covariates.T):
        whole = column.astype(np.int64, copy=False)
        least, most = int(whole.min(initial=0)), int(whole.max(initial=0))
        levels = most - least + 1
        if size * levels < 2**62 and (column.dtype.kind != "f" or np.array_equal(column, whole)):
            # In place, and without taking the least off: that only shifts all numbers alike.
            packed *= levels
            packed += whole
            size *= levels
        else:
            wide.append(column)
    return [packed, *wide]


def _row_hashes(columns: list[Column]) -> Hashes:
    """A hash of each row; a person's periods differ, so that the sum of theirs tells histories apart.

    Columns are summed with odd factors and scattered once. Source: S. Vigna's splitmix64, after G. Steele, D. Lea,
    C. Flood (2014), OOPSLA, 453-472.
    """
    value = np.zeros(len(columns[0]), dtype=np.uint64)
    factor = _STEP
    for column in columns:
        value += np.ascontiguousarray(column).view(np.uint64) * factor
        factor = np.uint64((int(factor) * int(_FIRST)) % 2**64)
    value = (value ^ (value >> np.uint64(30))) * _FIRST
    value = (value ^ (value >> np.uint64(27))) * _SECOND
    return np.asarray(value ^ (value >> np.uint64(31)), dtype=np.uint64)


def _same(columns: list[Column], starts: IntArray, lengths: IntArray, keeper: IntArray) -> bool:
    """Whether every person's rows are those of the person kept in their place."""
    if not np.array_equal(lengths, lengths[keeper]):
        return False
    theirs = _rows_of(starts[keeper], lengths)
    return all(np.array_equal(column, column[theirs]) for column in columns)


def _rows_of(starts: IntArray, lengths: IntArray) -> IntArray:
    """Rows of histories that start at `starts`, one after the other."""
    ends = np.cumsum(lengths)
    return np.asarray(np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + lengths, lengths))


def _take(study: PersonPeriods, rows: IntArray, person: IntArray) -> PersonPeriods:
    return PersonPeriods(
        person, study.period[rows], study.eligible[rows], study.treated[rows], study.outcome[rows],
        study.covariates[rows],
    )  # fmt: skip
