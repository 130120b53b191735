"""One connection to either database, in the SQL that both read: no more is imported for it than the driver."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["sqlite", "postgresql"]
_NAMED = re.compile(r":([a-z_]+)")


@dataclass(frozen=True)
class Connection:
    """A driver's connection within a transaction.

    Statements name their values (`:batch`) and are made of our own words and names alone: what comes from users or
    files is always a value. They hold neither `%` nor `::`, which one of the drivers would read otherwise.
    """

    driver: Any
    kind: Kind

    def execute(self, statement: str, values: Mapping[str, Any] | None = None, /, **named: Any) -> Any:
        """Run a statement; the driver's cursor. Values stand in a mapping, by name, or in both."""
        given = {**(values or {}), **named}
        if not given:
            return self.driver.execute(statement)
        return self.driver.execute(self._spelled(statement), given)

    def execute_many(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement for each of some rows."""
        self.driver.cursor().executemany(self._spelled(statement), rows)

    def row(self, statement: str, /, **named: Any) -> tuple[Any, ...] | None:
        """The first row of an answer, None where it has none."""
        found: tuple[Any, ...] | None = self.execute(statement, **named).fetchone()
        return found

    def rows(self, statement: str, /, **named: Any) -> list[tuple[Any, ...]]:
        """All rows of an answer."""
        found: list[tuple[Any, ...]] = self.execute(statement, **named).fetchall()
        return found

    def value(self, statement: str, /, **named: Any) -> Any:
        """The one value that is asked for, None where there is none."""
        row = self.row(statement, **named)
        return None if row is None else row[0]

    def values(self, statement: str, /, **named: Any) -> list[Any]:
        """The first column of all rows of an answer."""
        return [row[0] for row in self.rows(statement, **named)]

    def table_names(self) -> list[str]:
        """The tables of the database (of its present schema, in PostgreSQL), whoever made them."""
        if self.kind == "sqlite":
            return self.values(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_'"
            )
        return self.values("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")

    def _spelled(self, statement: str) -> str:
        return statement if self.kind == "sqlite" else _NAMED.sub(r"%(\1)s", statement)
