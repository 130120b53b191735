"""The store's own records: settings, batches, and what covariates there are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from followup_analytics.store.connecting import Connection

#: A setting for each table: its columns that were ever filled.
FILLED = "filled:"
#: A setting for each id that was merged into another: the id under which its person goes on.
ALIAS = "alias:"


def to_us(moment: datetime) -> int:
    """A moment as microseconds since 1970 in UTC, exactly."""
    elapsed = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds


def read_setting(connection: Connection, name: str) -> str | None:
    """One setting by its name."""
    found = connection.value("SELECT value FROM settings WHERE name = :name", name=name)
    return None if found is None else str(found)


def read_aliases(connection: Connection) -> dict[str, str]:
    """Ids of applicants that were merged into another, with that other."""
    found = connection.rows(
        "SELECT name, value FROM settings WHERE substr(name, 1, :length) = :start", length=len(ALIAS), start=ALIAS
    )
    return {str(name).removeprefix(ALIAS): str(value) for name, value in found}


def write_setting(connection: Connection, name: str, value: str) -> None:
    """Set one setting, whatever it was."""
    changed = connection.execute("UPDATE settings SET value = :value WHERE name = :name", name=name, value=value)
    if not changed.rowcount:
        connection.execute("INSERT INTO settings (name, value) VALUES (:name, :value)", name=name, value=value)


def drop_settings(connection: Connection, names: Iterable[str]) -> int:
    """Take settings out; how many there were."""
    return sum(connection.execute("DELETE FROM settings WHERE name = :name", name=one).rowcount for one in names)


def begin_batch(connection: Connection, kind: str, source: str, now_us: int) -> tuple[int, int]:
    """A new batch; its moment is later than any before it, even when the computer's clock was set back."""
    last, number = connection.rows("SELECT max(recorded_at), coalesce(max(batch), 0) + 1 FROM batches")[0]
    at = now_us if last is None else max(now_us, int(last) + 1)
    connection.execute(
        "INSERT INTO batches (batch, recorded_at, kind, source) VALUES (:batch, :at, :kind, :source)",
        batch=number,
        at=at,
        kind=kind,
        source=source,
    )
    return int(number), at


def note_covariate(connection: Connection, table_name: str, name: str, kind: str) -> None:
    """Write down that a covariate came in a type."""
    row = {"table": table_name, "name": name, "kind": kind}
    held = "SELECT count(*) FROM covariates WHERE table_name = :table AND name = :name AND type = :kind"
    if not connection.execute(held, row).fetchone()[0]:
        connection.execute("INSERT INTO covariates (table_name, name, type) VALUES (:table, :name, :kind)", row)


def covariate_types(connection: Connection, table_name: str) -> dict[str, str]:
    """The covariates of a table by name; one that came in several types is read as text."""
    found = connection.rows(
        "SELECT name, type FROM covariates WHERE table_name = :table ORDER BY name, type", table=table_name
    )
    types: dict[str, str] = {}
    for name, kind in found:
        types[name] = kind if types.get(name, kind) == kind else "String"
    return types
