"""The mark of rows that went through the gate."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Item = TypeVar("Item")


class Disclosed(tuple[Item, ...]):
    """Rows that may be shown; only the gate makes them."""

    __slots__ = ()

    def each(self, change: Callable[[Item], Item]) -> Disclosed[Item]:
        """The rows with a change in each that adds no number: words, a mark."""
        return Disclosed(change(row) for row in self)

    def where(self, keep: Callable[[Item], bool]) -> Disclosed[Item]:
        """Some of the rows."""
        return Disclosed(row for row in self if keep(row))
