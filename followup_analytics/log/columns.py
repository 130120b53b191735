"""A table whose columns are read when they are first asked for, and then kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import polars as pl

#: How a column is come by: an expression over the file, a function of the table (its other columns), or itself.
Maker: TypeAlias = pl.Expr | pl.Series | Callable[["ColumnTable"], pl.Series]


class ColumnTable:
    """A table of `height` rows over a scan of a file, whose columns are made one by one.

    `select` reads the named columns in one pass over the file. Vocabularies are categories (polars Enum) there;
    `whole` is the table as everybody knows it, with texts.
    """

    def __init__(
        self,
        scan: pl.LazyFrame,
        height: int,
        makers: Mapping[str, Maker],
    ) -> None:
        self._scan = scan
        self._makers = dict(makers)
        self._held: dict[str, pl.Series] = {}
        self._whole: pl.DataFrame | None = None
        self.height = height

    @property
    def columns(self) -> list[str]:
        """The names of all columns, in order."""
        return list(self._makers)

    @property
    def kept(self) -> set[str]:
        """The columns that were asked for so far."""
        return set(self._held)

    def with_columns(self, **makers: Maker) -> ColumnTable:
        """The same table with further columns, sharing nothing that was read."""
        return ColumnTable(self._scan, self.height, {**self._makers, **makers})

    def select(self, names: Sequence[str]) -> pl.DataFrame:
        """These columns as a frame; those that were not asked for before are read in one pass."""
        lacking = [name for name in dict.fromkeys(names) if name not in self._held]
        plain = {name: maker for name in lacking if isinstance(maker := self._makers[name], pl.Expr)}
        if plain:
            read = self._scan.select(**plain).collect()
            self._held |= {name: read[name] for name in plain}
        for name in lacking:
            maker = self._makers[name]
            if isinstance(maker, pl.Series):
                self._held[name] = maker.alias(name)
            elif not isinstance(maker, pl.Expr):
                self._held[name] = maker(self).alias(name)
        return pl.DataFrame([self._held[name] for name in names])

    def read(self, expression: pl.Expr) -> pl.Series:
        """An expression over the file, worked out and not kept."""
        return self._scan.select(expression.alias("cell")).collect()["cell"]

    def read_once(self, name: str) -> pl.Series:
        """One column, of which nothing is kept that was not kept before; of texts in the file, their hashes do."""
        maker = self._makers[name]
        if name in self._held or not isinstance(maker, pl.Expr):
            return self.select([name])[name]
        return self.read(maker)

    def whole(self) -> pl.DataFrame:
        """All columns as a frame, vocabularies as texts."""
        if self._whole is None:
            frame = self.select(self.columns)
            words = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Enum)]
            self._whole = frame.with_columns(pl.col(words).cast(pl.String)) if words else frame
        return self._whole
