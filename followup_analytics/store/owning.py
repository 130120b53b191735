"""Whose interviews are whose: by the column `coach`, for stores that are opened for one coach.

PostgreSQL has its own guard for coaches who log in to it themselves (`store.roles`); this one is for a program that
several coaches use over one log-in, and for SQLite.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from followup_analytics.errors import UsageError
from followup_analytics.log.subsets import is_coach
from followup_analytics.store import tables
from followup_analytics.store.bulk import bulk_of
from followup_analytics.store.connecting import Connection


def is_looked_after(connection: Connection, coach: str, table_name: str, key: str) -> bool:
    """Whether an interview, or the interview of a contact, is a coach's; one taken back as it last was."""
    interview = key if table_name == "interviews" else _last(connection, table_name, "interview_id", "contact_id", key)
    return interview is not None and is_coach(
        _last(connection, "interviews", "coach", "interview_id", interview), coach
    )


def require_own(connection: Connection, coach: str, table_name: str, frame: pl.DataFrame) -> None:
    """Refuse rows of interviews that are not a coach's. Raises UsageError; nothing is written then."""
    if table_name == "interviews":
        new = frame["coach"].to_list() if "coach" in frame.columns else [None] * frame.height
        held = _coaches(connection, frame["interview_id"].to_list())
        own = all(is_coach(one, coach) for one in (*new, *held.values()))
    else:
        ids = frame["interview_id"].unique().to_list() if "interview_id" in frame.columns else []
        held = _coaches(connection, ids)
        own = bool(ids) and all(is_coach(held.get(one), coach) for one in ids)
    if not own:
        raise _refusal()


def require_own_keys(connection: Connection, coach: str, table_name: str, keys: Sequence[str]) -> None:
    """Refuse to take out rows of interviews that are not a coach's. Raises UsageError."""
    name = "contacts" if table_name == "contacts" else "interviews"
    if table_name == "applicants" or not all(is_looked_after(connection, coach, name, key) for key in keys):
        raise _refusal()


def require_own_client(connection: Connection, coach: str, applicant_id: str) -> None:
    """Refuse an applicant who has interviews, none of which is a coach's. Raises UsageError."""
    found = connection.values("SELECT coach FROM interviews WHERE applicant_id = :who", who=applicant_id)
    if found and not any(is_coach(one, coach) for one in found):
        raise UsageError(
            "This applicant is looked after by somebody else: have the interviews handed over first "
            "(`followup track STORE reassign`)."
        )


def is_shared(connection: Connection, coach: str, is_meant: Callable[[str], bool]) -> bool:
    """Whether interviews at an employer are looked after by others than a coach."""
    found = connection.rows("SELECT DISTINCT employer, coach FROM interviews WHERE employer IS NOT NULL")
    return any(is_meant(employer) and not is_coach(one, coach) for employer, one in found)


def _refusal() -> UsageError:
    return UsageError("This interview is looked after by somebody else; only the own ones are written to here.")


def _coaches(connection: Connection, ids: Sequence[str]) -> dict[str, str | None]:
    """The coaches of interviews in force."""
    types = {"interview_id": pl.String(), "coach": pl.String()}
    found = bulk_of(connection).find(tables.current["interviews"], "interview_id", ids, types)
    return dict(found.select("interview_id", "coach").iter_rows())


def _last(connection: Connection, table_name: str, column: str, key_name: str, key: str) -> str | None:
    """What a row says now, or said last, in a column."""
    for table in (tables.current[table_name], tables.history[table_name]):
        found = connection.row(
            f"SELECT {column} FROM {table.name} WHERE {key_name} = :key ORDER BY record DESC LIMIT 1",  # noqa: S608
            key=key,
        )
        if found is not None:
            return None if found[0] is None else str(found[0])
    return None
