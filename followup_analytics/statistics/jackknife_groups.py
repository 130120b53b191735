"""Which jackknife group an applicant belongs to: a rule that no engine, version or order of rows can change."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

#: The most groups that a jackknife deletes one by one; 50 leave some 10% noise in a standard error, hence t(49).
GROUPS = 50
#: From so many applicants on, the stable number modulo 50 is even enough; below, a round-robin keeps groups equal.
ROUND_ROBIN_BELOW = 1_000


def cluster_number(identifier: str) -> int:
    """Give the stable number of an id: SHA-256 of its UTF-8 bytes, as an integer, modulo 1000.

    The log holds this for applicants (``_bucket``); the same rule serves where employers are the coarser cluster.
    """
    return int.from_bytes(hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).digest(), "big") % 1_000


def assign_groups(number: IntArray, tie: IntArray) -> IntArray:
    """Assign each applicant (one entry each) to a jackknife group 0..G-1, G = min(applicants, 50).

    Args:
        number: shape (n,), the applicant's stable number in 0..999.
        tie: shape (n,), the rank of the applicant's smallest interview_id: it decides between equal numbers.

    Returns:
        Shape (n,), group of each applicant. Below 1,000 applicants round-robin in the order of (number, tie); from
        1,000 up the number modulo 50, empty groups closed up.

    Source: contract section 2, "applicant group"; P. Kott (2001), The delete-a-group jackknife, J. Official Statistics
    17(4), 521-526.
    """
    n = len(number)
    if n >= ROUND_ROBIN_BELOW:
        groups = np.unique(np.asarray(number, dtype=np.int64) % GROUPS, return_inverse=True)[1]
        return np.asarray(groups, dtype=np.int64)
    order = np.lexsort((tie, number))
    out = np.empty(n, dtype=np.int64)
    out[order] = np.arange(n, dtype=np.int64) % max(min(n, GROUPS), 1)
    return out


def applicant_groups(
    rows: pl.DataFrame, *, applicant: str = "applicant_id", bucket: str = "bucket", interview: str = "interview_id"
) -> pl.DataFrame:
    """Assign every applicant of ``rows`` to a jackknife group.

    Args:
        rows: any frame with the applicant, the applicant's stable number and, below 1,000 applicants, the interview;
            several rows an applicant are welcome. Without the interview column the applicant id decides ties.
        applicant: name of the column with the unit of inference.
        bucket: name of the column with its stable number (0..999).
        interview: name of the column with the interview id.

    Returns:
        One row an applicant, sorted by it: the applicant column and ``group`` (Int64, 0..G-1).
    """
    tie = interview if interview in rows.columns else applicant
    people = rows.group_by(applicant).agg(pl.col(bucket).first(), pl.col(tie).min().alias("_tie")).sort(applicant)
    ranks = people["_tie"].rank("dense").to_numpy().astype(np.int64)
    groups = assign_groups(people[bucket].to_numpy().astype(np.int64), ranks)
    return people.select(applicant).with_columns(pl.Series("group", groups, dtype=pl.Int64))


def group_rows(
    rows: pl.DataFrame, *, applicant: str = "applicant_id", bucket: str = "bucket", interview: str = "interview_id"
) -> IntArray:
    """Give the jackknife group of each row of ``rows``, in the order of the rows (see :func:`applicant_groups`)."""
    if rows.height == 0:
        return np.empty(0, dtype=np.int64)
    if rows.get_column(applicant).n_unique() >= ROUND_ROBIN_BELOW:
        # The whole rule is a remainder here: no need to sort a million ids.
        return assign_groups_of_many(rows.get_column(bucket).to_numpy())
    groups = applicant_groups(rows, applicant=applicant, bucket=bucket, interview=interview)
    joined = rows.select(applicant).join(groups, on=applicant, how="left", maintain_order="left")
    return joined["group"].to_numpy().astype(np.int64)


def assign_groups_of_many(number: NDArray[np.generic]) -> IntArray:
    """Give the group of each row where there are 1,000 applicants or more: number modulo 50, empty groups closed up."""
    remainder = np.asarray(number, dtype=np.int64) % GROUPS
    present = np.bincount(remainder, minlength=GROUPS) > 0
    return np.asarray((np.cumsum(present) - 1)[remainder], dtype=np.int64)


# --------------------------------------------------------------------------------- applicants who lie in several parts


@dataclass(frozen=True)
class Roll:
    """The applicants of a part of a log: how many, which remainders they have, and while they are few who they are.

    Attributes:
        n: number of applicants. present: shape (50,), whether a remainder of the stable number occurs.
        people: where there are fewer than 1,000, a row each: ``number``, and ``tie``, the smallest interview_id.
    """

    n: int
    present: NDArray[np.bool_]
    people: pl.DataFrame | None


@dataclass(frozen=True)
class Assignment:
    """The jackknife group of every applicant of several parts.

    Attributes:
        closed_up: shape (50,), group of each remainder, where there are 1,000 applicants or more.
        by_tie: else ``tie`` and ``group`` of each applicant.
        n_groups: G.
    """

    closed_up: IntArray | None
    by_tie: pl.DataFrame | None
    n_groups: int

    def rows(
        self,
        rows: pl.DataFrame,
        *,
        applicant: str = "applicant_id",
        bucket: str = "bucket",
        interview: str = "interview_id",
    ) -> IntArray:
        """Group of each row of a part's frame, shape (n,)."""
        if self.closed_up is not None or self.by_tie is None:
            table = np.arange(GROUPS) if self.closed_up is None else self.closed_up
            return np.asarray(table[rows[bucket].to_numpy().astype(np.int64) % GROUPS], dtype=np.int64)
        tied = rows.select(applicant, pl.col(interview).min().over(applicant).alias("tie"))
        joined = tied.join(self.by_tie, on="tie", how="left", maintain_order="left")
        return joined["group"].to_numpy().astype(np.int64)


def roll_of(
    rows: pl.DataFrame, *, applicant: str = "applicant_id", bucket: str = "bucket", interview: str = "interview_id"
) -> Roll:
    """The applicants of a part, from rows as `applicant_groups` takes them."""
    present = np.bincount(rows[bucket].to_numpy().astype(np.int64) % GROUPS, minlength=GROUPS) > 0
    n = rows[applicant].n_unique() if rows.height else 0
    if n >= ROUND_ROBIN_BELOW:
        return Roll(n, present, None)
    people = rows.group_by(applicant).agg(number=pl.col(bucket).first(), tie=pl.col(interview).min())
    return Roll(n, present, people.select("number", "tie"))


def assignment(rolls: Sequence[Roll]) -> Assignment:
    """Assign the applicants of all parts together: the rule of `assign_groups`, whatever the number of parts."""
    present = np.logical_or.reduce([one.present for one in rolls]) if rolls else np.zeros(GROUPS, dtype=bool)
    few = [one.people for one in rolls if one.people is not None]
    if sum(one.n for one in rolls) >= ROUND_ROBIN_BELOW or len(few) < len(rolls):
        return Assignment(np.asarray(np.cumsum(present) - 1, dtype=np.int64), None, int(present.sum()))
    people = pl.concat(few) if few else pl.DataFrame(schema={"number": pl.Int64, "tie": pl.String})
    ranks = people["tie"].rank("dense").to_numpy().astype(np.int64)
    groups = assign_groups(people["number"].to_numpy().astype(np.int64), ranks)
    table = people.select("tie").with_columns(pl.Series("group", groups, dtype=pl.Int64))
    return Assignment(None, table, int(groups.max(initial=-1)) + 1)
