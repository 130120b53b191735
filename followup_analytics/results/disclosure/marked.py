"""The mark of rows that went through the gate, and of those that it hid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

#: The status of a hidden row.
SUPPRESSED = "suppressed"
#: The same for every hidden row: which of them is the small one would tell too much.
HIDDEN_REASON = "Hidden: too few applicants, or too few could be worked out from it."

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


def is_hidden(row: Mapping[str, Any]) -> bool:
    """Whether a row is one that may not be shown."""
    return "status" in row and row["status"] == SUPPRESSED
