"""The store's tables, their columns and what is in them, made from the log's schema.

Timestamps are microseconds since 1970 in UTC and booleans are 0 and 1 on either database: the same integers go in and
come out, so that both give the same log to the last digit. Each table of the log has a twin `<name>_history` that
holds superseded versions; what stands in the table itself is what is known now.

`migrations/` makes them, and `definitions.py` says the same in SQLAlchemy's terms, to which a test holds them. Nothing
here imports it: an entry speaks SQL with the driver alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from followup_analytics.log.schema import TABLES, Table

#: Marks an SQLite file as a store ("FoUp"); shown by `file` and checked before anything is touched.
APPLICATION_ID = 0x466F5570
FORMAT = "followup_analytics store"
VERSION_TABLE = "followup_version"
#: The newest migration; a test holds it equal to the files in migrations/versions.
HEAD = "0004"

#: Worked out at reading and kept beside the contract's columns, by the name that frames give them.
DERIVED = {
    "interviews": {"_bucket": "applicant_bucket", "_zone": "zone_at_reading"},
    "contacts": {},
    "outcomes": {},
    "applicants": {"_bucket": "applicant_bucket"},
}
#: What the store adds to each row.
BOOKKEEPING = ("covariates", "content", "recorded_at", "batch")
#: In what a column of the log is stored.
_KINDS = {
    "text": "text",
    "enum": "text",
    "zone": "text",
    "timestamp": "long",
    "boolean": "short",
    "number": "double",
    "integer": "integer",
}


@dataclass(frozen=True)
class StoredColumn:
    """A column: `kind` is text, double, or a whole number (short, integer, long); `record` numbers rows by itself."""

    name: str
    kind: str
    needed: bool = False
    key: bool = False


@dataclass(frozen=True)
class StoredTable:
    """A table of the store."""

    name: str
    columns: tuple[StoredColumn, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names in order."""
        return tuple(one.name for one in self.columns)

    @property
    def numbers_rows(self) -> bool:
        """Whether its rows have numbers, as those of the log have; the store's own records have none."""
        return self.columns[0].kind == "record"


def _needed(name: str, kind: str) -> StoredColumn:
    return StoredColumn(name, kind, needed=True)


def _key(name: str, kind: str) -> StoredColumn:
    return StoredColumn(name, kind, needed=True, key=True)


batches = StoredTable(
    "batches",
    (
        _key("batch", "integer"),
        _needed("recorded_at", "long"),
        _needed("kind", "text"),
        StoredColumn("source", "text"),
        StoredColumn("table_name", "text"),
        StoredColumn("record_key", "text"),
        StoredColumn("undone_by", "integer"),
    ),
)
settings = StoredTable("settings", (_key("name", "text"), _needed("value", "text")))
covariates = StoredTable("covariates", (_key("table_name", "text"), _key("name", "text"), _key("type", "text")))
forgotten = StoredTable("forgotten", (_key("mark", "text"), _needed("forgotten_at", "long")))


def _rows_of(table: Table) -> tuple[StoredColumn, ...]:
    return (
        _key("record", "record"),
        *(StoredColumn(one.name, _KINDS[one.type], needed=one.required) for one in table.columns),
        *(
            StoredColumn(name, "short" if source == "_bucket" else "text")
            for source, name in DERIVED[table.name].items()
        ),
        StoredColumn("covariates", "text"),
        _needed("content", "long"),
        _needed("recorded_at", "long"),
        _needed("batch", "integer"),
    )


def _past_of(table: Table) -> tuple[StoredColumn, ...]:
    return (*_rows_of(table), _needed("superseded_at", "long"), _needed("superseded_by", "integer"))


current = {name: StoredTable(name, _rows_of(table)) for name, table in TABLES.items()}
history = {name: StoredTable(f"{name}_history", _past_of(table)) for name, table in TABLES.items()}
#: All tables, those that others point at first.
all_tables = (batches, settings, covariates, forgotten, *current.values(), *history.values())


def row_columns(name: str) -> tuple[str, ...]:
    """The columns of a table's rows in order, without the row number: contract, derived, bookkeeping."""
    return (*TABLES[name].names, *DERIVED[name].values(), *BOOKKEEPING)
