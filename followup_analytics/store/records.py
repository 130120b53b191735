"""The store's own records: settings, batches, and what covariates there are."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from followup_analytics.store import tables

#: A setting for each table: its columns that were ever filled.
FILLED = "filled:"
#: A setting for each id that was merged into another: the id under which its person goes on.
ALIAS = "alias:"


def to_us(moment: datetime) -> int:
    """A moment as microseconds since 1970 in UTC, exactly."""
    elapsed = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds


def read_setting(connection: sa.Connection, name: str) -> str | None:
    """One setting by its name."""
    found = connection.execute(sa.select(tables.settings.c.value).where(tables.settings.c.name == name)).scalar()
    return None if found is None else str(found)


def read_aliases(connection: sa.Connection) -> dict[str, str]:
    """Ids of applicants that were merged into another, with that other."""
    names = tables.settings.c.name
    found = connection.execute(sa.select(names, tables.settings.c.value).where(names.startswith(ALIAS)))
    return {str(name).removeprefix(ALIAS): str(value) for name, value in found}


def write_setting(connection: sa.Connection, name: str, value: str) -> None:
    """Set one setting, whatever it was."""
    changed = connection.execute(tables.settings.update().where(tables.settings.c.name == name).values(value=value))
    if not changed.rowcount:
        connection.execute(tables.settings.insert().values(name=name, value=value))


def begin_batch(connection: sa.Connection, kind: str, source: str, now_us: int) -> tuple[int, int]:
    """A new batch; its moment is later than any before it, even when the computer's clock was set back."""
    last = connection.execute(sa.select(sa.func.max(tables.batches.c.recorded_at))).scalar()
    at = now_us if last is None else max(now_us, int(last) + 1)
    number = (connection.execute(sa.select(sa.func.max(tables.batches.c.batch))).scalar() or 0) + 1
    connection.execute(tables.batches.insert().values(batch=number, recorded_at=at, kind=kind, source=source))
    return number, at


def note_covariate(connection: sa.Connection, table_name: str, name: str, kind: str) -> None:
    """Write down that a covariate came in a type."""
    table = tables.covariates
    row = {"table_name": table_name, "name": name, "type": kind}
    same = sa.and_(*(table.c[column] == value for column, value in row.items()))
    if connection.execute(sa.select(sa.func.count()).select_from(table).where(same)).scalar() == 0:
        connection.execute(table.insert().values(row))


def covariate_types(connection: sa.Connection, table_name: str) -> dict[str, str]:
    """The covariates of a table by name; one that came in several types is read as text."""
    table = tables.covariates
    found = connection.execute(
        sa.select(table.c.name, table.c.type).where(table.c.table_name == table_name).order_by(table.c.name)
    )
    types: dict[str, str] = {}
    for name, kind in found:
        types[name] = kind if types.get(name, kind) == kind else "String"
    return types
