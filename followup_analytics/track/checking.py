"""One entry checked as a file's row would be, with the option at fault named, and the ids that entries get."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics.errors import UsageError
from followup_analytics.log.checks import check_table
from followup_analytics.log.schema import CLOCKS, Table
from followup_analytics.text import nearest
from followup_analytics.track.vocabulary import in_vocabulary

if TYPE_CHECKING:
    from followup_analytics.store import Store

#: Letters and digits that nobody mistakes for one another; five of them make 28 million ids.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_ID_LENGTH = 5
#: What to do in words of this command, where a file's reader would be told otherwise.
_MENDED = {
    "no_zone": "the time has no offset and the store no time zone yet; add --time-zone with yours, such as "
    "--time-zone Europe/Berlin (the store keeps the first one), or write the time as 2026-03-05T14:00+01:00.",
    "unparsable": "is not a day or a time; write it as 2026-03-05, '2026-03-05 14:00', 'yesterday 14:00' or today.",
}
#: Among more ids than these none is looked for that resembles a misspelt one.
_FEW_ENOUGH = 5_000


def checked_entry(table: Table, row: Mapping[str, Any], zone: str | None, zones: pl.DataFrame | None) -> pl.DataFrame:
    """One entry as a typed frame, by the same checks that files pass; the first broken rule as a UsageError."""
    unknown = [name for name in row if name not in table.names]
    if unknown:
        guess = nearest(unknown[0], table.names)
        raise UsageError(f"{table.name} have no column {unknown[0]!r}" + (f"; is {guess!r} meant?" if guess else "."))
    given = in_vocabulary(table, row)
    cells = {name: None if value is None else str(value) for name, value in given.items()}
    raw = pl.DataFrame({name: pl.Series([cell], dtype=pl.String) for name, cell in cells.items()})
    raw = raw.with_columns(pl.lit(None, pl.String).alias(name) for name in table.names if name not in cells)
    checked = check_table(
        raw.with_columns(_row=pl.lit(2, pl.Int64)), table, file="", time_zone=zone, interview_zones=zones
    )
    problems = checked.problems(1)
    if problems:
        raise UsageError(f"{_option(table, problems[0].column)}: {_MENDED.get(problems[0].rule, problems[0].message)}")
    return checked.frame


def _option(table: Table, column: str | None) -> str:
    """The option of `followup track` that gives a column."""
    if column == CLOCKS[table.name]:
        return "--at"
    if column == "applicant_id":
        return "--applicant"
    return "--" + (column or table.name).replace("_", "-")


def require_interview(store: Store, interview_id: str) -> pl.DataFrame:
    """The interview's row; UsageError with the nearest id where there is none."""
    found = store.find("interviews", [interview_id])
    if found.height:
        return found
    known = store.known_ids("interviews")
    guess = nearest(interview_id, known) if known.len() <= _FEW_ENOUGH else None
    hint = f"; is {guess} meant?" if guess else "; `followup track STORE interview` records one."
    raise UsageError(f"{store.address.shown}: there is no interview {interview_id!r}{hint}")


def new_id(store: Store, prefix: str, table_name: str) -> str:
    """A short id that nothing in the store has, had, or had before it was forgotten."""
    while True:
        made = prefix + "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))
        if not store.ever_had(table_name, made):
            return made
