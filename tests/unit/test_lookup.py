"""Ids found among ids: exact, whatever the texts, and also where hashes would clash."""

from __future__ import annotations

import polars as pl
import pytest

from followup_analytics.log.ids import all_distinct, numbers_of, places_of


def test_places_among_known_ids() -> None:
    """The place of each, null for a stranger, in the order asked."""
    known = pl.Series(["b", "a", "ç", ""])
    assert places_of(pl.Series(["a", "x", "ç", "b", "", "a"]), known).to_list() == [1, None, 2, 0, 3, 1]
    assert places_of(pl.Series([], dtype=pl.String), known).to_list() == []


def test_clashing_hashes_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were all hashes the same, the texts themselves would decide."""
    monkeypatch.setattr(pl.Series, "hash", lambda self: pl.Series([7] * len(self), dtype=pl.UInt64))
    assert places_of(pl.Series(["a", "x", "b"]), pl.Series(["b", "a"])).to_list() == [1, None, 0]
    assert all_distinct(pl.Series(["a", "b"]))
    assert not all_distinct(pl.Series(["a", "b", "a"]))


def test_numbers_in_order_of_appearance() -> None:
    """Null is a value like any other."""
    assert numbers_of(pl.Series(["q", None, "p", "q", None])).tolist() == [0, 1, 2, 0, 1]


def test_distinct() -> None:
    """A repeated id is seen; none and one are distinct."""
    assert all_distinct(pl.Series(["a", "b", "c"]))
    assert not all_distinct(pl.Series(["a", "b", "a"]))
    assert all_distinct(pl.Series([], dtype=pl.String))
