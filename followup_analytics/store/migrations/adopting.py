"""New columns of the log in a store: users' own columns of the same names become them, where they can be read as such.

What can't stays the user's, under the name `<column>_as_given`. The rows' content keys are made anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

#: The new columns of each table with their types.
New = Mapping[str, Sequence[tuple[str, sa.types.TypeEngine[Any]]]]
#: The columns of each table that a row's content key is made of, in the version's order.
Said = Mapping[str, Sequence[str]]
_YES_NO = {"true": 1, "1": 1, "yes": 1, "false": 0, "0": 0, "no": 0}


def add_columns(new: New, said: Said) -> None:
    """Add columns to tables and their histories, and fill them with what the users' own of these names held."""
    for name, columns in new.items():
        for table in (name, f"{name}_history"):
            for column, kind in columns:
                op.add_column(table, sa.Column(column, kind))
        theirs = [column for column, _ in columns if column in _covariates(name)]
        if theirs:
            left = {one for table in (name, f"{name}_history") for one in _move(new, said, name, table, theirs)}
            _rename_covariates(name, theirs, left)


def _covariates(name: str) -> dict[str, str]:
    rows = op.get_bind().execute(
        sa.text("SELECT name, type FROM covariates WHERE table_name = :table"), {"table": name}
    )
    return {str(one): str(kind) for one, kind in rows}


def _move(new: New, said: Said, name: str, table: str, columns: list[str]) -> Iterator[str]:
    """Move users' columns of one table into ours; gives the names of those of which something could not be read."""
    bind, kinds, types = op.get_bind(), _covariates(name), dict(new[name])
    # Floats of the row are read as the database gives them: a content key is made of their shortest spelling.
    told = ", ".join(f'"{one}"' for one in said[name])
    rows = bind.execute(sa.text(f"SELECT record, {told} FROM {table} WHERE covariates IS NOT NULL")).mappings().all()  # noqa: S608
    for row in rows:
        held: dict[str, str] = json.loads(row["covariates"])
        moved: dict[str, Any] = {}
        for column in columns:
            if column not in held:
                continue
            given = held.pop(column)
            value = _read(given, kinds[column], types[column])
            if value is None:
                held[f"{column}_as_given"] = given
                yield column
            else:
                moved[column] = value
        text = json.dumps(dict(sorted(held.items())), ensure_ascii=False, separators=(",", ":")) if held else None
        now = {**row, **moved, "covariates": text}
        changed = {**moved, "covariates": text, "content": _content_key(said[name], now)}
        assignments = ", ".join(f'"{one}" = :{one}' for one in changed)
        bind.execute(
            sa.text(f"UPDATE {table} SET {assignments} WHERE record = :record"),  # noqa: S608
            {**changed, "record": row["record"]},
        )


def _read(given: str, kind: str, wanted: sa.types.TypeEngine[Any]) -> str | int | None:
    """A user's value as the column has it; None where it can't be read as such."""
    if isinstance(wanted, sa.Text):
        return given
    return _YES_NO.get(given.strip().lower()) if isinstance(wanted, sa.SmallInteger) else _moment(given, kind)


def _moment(given: str, kind: str) -> int | None:
    """A user's time as microseconds since 1970; None where its zone, or the time itself, is not told."""
    if kind == "Datetime":
        return int(given)
    try:
        moment = datetime.fromisoformat(given.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    elapsed = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds


def _content_key(said: Sequence[str], row: dict[str, Any]) -> int:
    """The 64-bit key of what a row says: BLAKE2b of its filled columns with their names."""
    text = "".join(f"\x1f{one}={row[one]}" for one in said if row[one] is not None)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def _rename_covariates(name: str, columns: list[str], left: set[str]) -> None:
    bind = op.get_bind()
    for column in columns:
        bind.execute(
            sa.text("DELETE FROM covariates WHERE table_name = :table AND name = :name"),
            {"table": name, "name": column},
        )
        if column in left:
            bind.execute(
                sa.text("INSERT INTO covariates (table_name, name, type) VALUES (:table, :name, 'String')"),
                {"table": name, "name": f"{column}_as_given"},
            )
    setting = f"filled:{name}"
    filled = bind.execute(sa.text("SELECT value FROM settings WHERE name = :name"), {"name": setting}).scalar() or ""
    known = ",".join(sorted({*str(filled).split(","), *columns} - {""}))
    bind.execute(sa.text("UPDATE settings SET value = :value WHERE name = :name"), {"value": known, "name": setting})
