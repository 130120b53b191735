"""What a release is made of: the rows of an answer as published, with the units behind them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Units:
    """A table on its way into the ledger.

    Attributes:
        name: the table's, such as `rates by timing`.
        level: what its counts are of: attempts, or interviews.
        keys: its rows in words; n, events: their counts as published, None where hidden.
        frame: unit, person (texts), cell (place of the row), happened (bool), one row a unit.
    """

    name: str
    level: str
    keys: tuple[str, ...]
    n: tuple[int | None, ...]
    events: tuple[int | None, ...]
    frame: pl.DataFrame


def release_sentence(name: str | None) -> str:
    """What a report says on its last page about being published; `name` is the release's, None where it is none yet."""
    if name is not None:
        return f"Published as {name!r}: the ledger of releases keeps what this report told."
    return (
        "This report is no release yet: before it leaves the office it is entered in the ledger of releases under a "
        "name, so that a later one can't give away what this one hides."
    )
