"""Roles of an office on PostgreSQL: a writer, coaches who see their own clients, an analyst who reads without notes.

Three roles without log-in, to which an administrator adds each person's own. Who sees what is decided by the server
(row-level security on the column `coach`), not by this program.
"""

from __future__ import annotations

from followup_analytics.errors import UsageError
from followup_analytics.store import tables
from followup_analytics.store.store import Store

WRITER, COACH, ANALYST = "followup_writer", "followup_coach", "followup_analyst"
#: What a coach may see of an interview: those whose `coach` is the name that the coach logs in by, in any case.
_OWN = "lower(coach) = lower(current_user)"
#: Settings that hold releases and verdicts of the whole office: no business of a coach's.
_OFFICE_ONLY = "name NOT IN ('releases', 'notes')"
_RECORDS = (tables.batches, tables.settings, tables.covariates, tables.forgotten)


def role_statements() -> tuple[str, ...]:
    """The SQL that makes the roles and their rights, in order; it may be run again after an upgrade."""
    return (
        *(_make_role(role) for role in (WRITER, COACH, ANALYST)),
        *_rights(),
        *(statement for table in _guarded() for statement in _policies(table)),
    )


def make_roles(store: Store) -> tuple[str, ...]:
    """Make the roles in the store's database; the statements that were run.

    It needs the owner of the tables, with the right to make roles. Raises UsageError for a store that is no PostgreSQL
    database, UnreadableError where the right is missing.
    """
    if store.address.path is not None:
        raise UsageError(
            f"{store.address.shown}: roles are PostgreSQL's; an SQLite file is guarded by the rights of its file."
        )
    statements = role_statements()
    with store.writing() as connection:
        for statement in statements:
            connection.execute(statement)
    return statements


def _make_role(role: str) -> str:
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
        f"THEN CREATE ROLE {role} NOLOGIN; END IF; END $$"
    )


def _guarded() -> tuple[str, ...]:
    """The tables whose rows are somebody's."""
    kept = (*tables.current.values(), *tables.history.values())
    return tuple(table.name for table in kept)


def _rights() -> tuple[str, ...]:
    everything = ", ".join(table.name for table in tables.all_tables)
    current = ", ".join(table.name for table in tables.current.values())
    records = ", ".join(table.name for table in _RECORDS)
    facts = ", ".join(table.name for table in (tables.settings, tables.covariates, tables.forgotten))
    both = f"{WRITER}, {COACH}"
    return (
        # The rights are given anew each time, so that what an earlier version gave too much is taken back.
        f"REVOKE ALL ON {everything} FROM {both}, {ANALYST}",
        f"GRANT SELECT ON {tables.VERSION_TABLE} TO {both}, {ANALYST}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {everything} TO {both}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {both}",
        # Facts as they stand: no history, no journal, which names files and single entries.
        f"GRANT SELECT ON {current}, {facts} TO {ANALYST}",
        f"REVOKE DELETE ON {records} FROM {COACH}",
        f"ALTER TABLE {tables.settings.name} ENABLE ROW LEVEL SECURITY",
        *_policy(tables.settings.name, WRITER, "true"),
        *_policy(tables.settings.name, COACH, _OFFICE_ONLY),
        *_policy(tables.settings.name, ANALYST, _OFFICE_ONLY, reads_only=True),
    )


def _policies(name: str) -> tuple[str, ...]:
    """Row-level security on one table."""
    return (
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        *_policy(name, WRITER, "true"),
        *_policy(name, ANALYST, "true", reads_only=True),
        *_policy(name, COACH, _is_own(name)),
    )


def _is_own(name: str) -> str:
    if name == "interviews":
        return _OWN
    key = "applicant_id" if name.startswith("applicants") else "interview_id"
    # Old versions too belong to whoever looks after the interview now.
    return f"{key} IN (SELECT {key} FROM interviews WHERE {_OWN})"  # noqa: S608 - names of ours alone


def _policy(table: str, role: str, condition: str, *, reads_only: bool = False) -> tuple[str, str]:
    name = f"{table}_{role.removeprefix('followup_')}"
    kind = "FOR SELECT" if reads_only else "FOR ALL"
    check = "" if reads_only else f" WITH CHECK ({condition})"
    return (
        f"DROP POLICY IF EXISTS {name} ON {table}",
        f"CREATE POLICY {name} ON {table} {kind} TO {role} USING ({condition}){check}",
    )
