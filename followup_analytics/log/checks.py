"""The rules of the follow-up log applied to a raw table: good rows on one side, bad rows with reasons on the other.

Casting comes first (timestamps need zones, booleans have six spellings), then the schema's own rules, run by
dataframely in one pass. A row that breaks any rule is set aside whole; every rule that it breaks is named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics.errors import DataError, Problem
from followup_analytics.log import clock
from followup_analytics.log.casting import POLARS_TYPES, cast_simple, clean_covariate
from followup_analytics.log.pseudonyms import applicant_buckets
from followup_analytics.log.resaved import with_iso_cells
from followup_analytics.log.schema import CLOCKS, INTERVIEWS, TABLES, Column, Table
from followup_analytics.log.timestamps import cast_times, rows_set_aside
from followup_analytics.log.zone_names import zone_named
from followup_analytics.sheets.tabular import ROW, header_key
from followup_analytics.text import counted, listed, nearest

if TYPE_CHECKING:
    import dataframely as dy

_WANTED = {"boolean": "true, false, 1, 0, yes or no", "integer": "a whole number", "number": "a number"}
#: Rows of the second part of a table are numbered from here on, those of the third from twice as much.
PART_ROWS = 1 << 32
_REJECT_SCHEMA = {ROW: pl.Int64, "column": pl.String, "rule": pl.String, "message": pl.String}


@dataclass(frozen=True)
class CheckedTable:
    """What checking made of one table.

    `frame`: the good rows, typed as the contract says, all its columns present, further columns after them; also
    `_row`, for interviews `_zone`, and for tables with an applicant_id `_bucket`.
    `rejects`: one row per broken rule (`_row`, `column`, `rule`, `message`).
    `ambiguous_hours`, `missing_hours`: local times at a clock change that a rule resolved. `parts`: the files that the
    table lies in where there are several; `_row` then counts on by PART_ROWS from one to the next.
    """

    table: str
    file: str
    frame: pl.DataFrame
    rejects: pl.DataFrame
    rows_read: int
    ambiguous_hours: int = 0
    missing_hours: int = 0
    parts: tuple[str, ...] = ()

    @property
    def n_rejected(self) -> int:
        """How many rows were set aside."""
        return self.rejects[ROW].n_unique()

    def problems(self, limit: int | None = None) -> tuple[Problem, ...]:
        """The broken rules as problems with their places, in the order of rows."""
        rows = self.rejects.sort(ROW, maintain_order=True).head(limit or self.rejects.height)
        return tuple(
            Problem(row["message"], *self._place(row[ROW]), row["column"], row["rule"])
            for row in rows.iter_rows(named=True)
        )

    def _place(self, row: int | None) -> tuple[str, int | None]:
        """The file that a row stands in, and its number there."""
        if not self.parts or row is None:
            return self.file, row
        part, row_there = divmod(row, PART_ROWS)
        return self.parts[part], row_there


def recognise(columns: list[str]) -> Table | None:
    """The canonical table whose required columns are all there, whatever the file is called; None if there is none."""
    present = {header_key(name) for name in columns}
    fitting = [table for table in TABLES.values() if present.issuperset(table.required)]
    # An applicants table has only one needed column, which interviews have too: the fuller match wins.
    return max(fitting, key=lambda table: len(table.required), default=None)


def check_table(
    raw: pl.DataFrame,
    table: Table,
    *,
    file: str,
    time_zone: str | None = None,
    interview_zones: pl.DataFrame | None = None,
    structural: tuple[Problem, ...] = (),
    day_first: bool | None = None,
) -> CheckedTable:
    """Check one canonical table.

    raw: the cells, as text or typed, with `_row`. time_zone: for timestamps without an offset. interview_zones: frame
    of interview_id and _zone, for the local days of contacts and outcomes. structural: rows that had no shape.
    day_first: the order of 03/04/2026, as a spreadsheet program may have written dates that were ISO before; else it is
    told by all dates of the table together.
    Raises DataError when a needed column is missing, OrderUnknownError where nothing tells the order.
    """
    renamed = _canonical_header(raw, table, file)
    cast = _cast(with_iso_cells(renamed, table, file, day_first), table, time_zone, interview_zones)
    good, broken = _apply_schema(cast.frame, table)
    unreadable = {(row, column) for row, column in zip(cast.rejects[ROW], cast.rejects["column"], strict=True)}
    if unreadable:
        pairs = cast.rejects.select(ROW, "column").unique()
        broken = broken.join(pairs, on=[ROW, "column"], how="anti", maintain_order="left")
        good = good.join(cast.rejects.select(ROW).unique(), on=ROW, how="anti", maintain_order="left")
    shapeless = pl.DataFrame(
        [(problem.row, problem.column, problem.rule, problem.message) for problem in structural],
        schema=_REJECT_SCHEMA,
        orient="row",
    )
    rejects = pl.concat([shapeless, cast.rejects, broken])
    return CheckedTable(
        table.name, file, good, rejects, raw.height + len(structural), cast.ambiguous_hours, cast.missing_hours
    )


def reject_unknown_interviews(checked: CheckedTable, known: pl.Series) -> CheckedTable:
    """Set aside rows whose interview is not among the known ids."""
    stray = ~checked.frame["interview_id"].is_in(known.implode())
    if not stray.any():
        return checked
    rejects = checked.frame.filter(stray).select(
        ROW,
        column=pl.lit("interview_id"),
        rule=pl.lit("unknown_interview"),
        message=pl.lit("no interview has this id; add the interview, or correct the id."),
    )
    return replace(checked, frame=checked.frame.filter(~stray), rejects=pl.concat([checked.rejects, rejects]))


def covariates(frame: pl.DataFrame, table: Table) -> list[str]:
    """The user's own columns: those that are neither the contract's nor derived."""
    return [name for name in frame.columns if name not in table.names and not name.startswith("_")]


# ---------------------------------------------------------------------------------------------------------- header


def _canonical_header(raw: pl.DataFrame, table: Table, file: str) -> pl.DataFrame:
    names: dict[str, str] = {}
    taken: dict[str, str] = {}
    for column in raw.columns:
        key = header_key(column)
        if key not in table.names:
            # A leading underscore marks what the package derives.
            names[column] = column if column in (ROW, "_bucket") else column.lstrip("_") or "column"
            continue
        if key in taken:
            raise DataError(f"{file}: the columns {taken[key]!r} and {column!r} are both {key}; keep one of them.")
        names[column], taken[key] = key, column
    missing = [name for name in table.required if name not in taken]
    if missing:
        _refuse_missing(
            missing[0],
            [column for column in raw.columns if column not in taken.values() and column != ROW],
            file,
            table,
        )
    return raw.rename(names).with_columns(
        pl.lit(None, POLARS_TYPES[column.type]).alias(column.name)
        for column in table.columns
        if column.name not in taken
    )


def _refuse_missing(name: str, others: list[str], file: str, table: Table) -> None:
    guess = nearest(name, others)
    hint = f"; {guess!r} looks like it: rename it" if guess else "; add it, or map your own columns with --map"
    raise DataError(
        f"{file}: the column {name} of the table {table.name} is missing{hint}.",
        (Problem(f"the column {name} is missing{hint}.", file, 1, name, "missing_column"),),
    )


# ---------------------------------------------------------------------------------------------------------- casting


@dataclass(frozen=True)
class _Cast:
    frame: pl.DataFrame
    rejects: pl.DataFrame
    ambiguous_hours: int
    missing_hours: int


def _cast(frame: pl.DataFrame, table: Table, time_zone: str | None, interview_zones: pl.DataFrame | None) -> _Cast:
    frame, rejects = _cast_columns(frame, table)
    if "applicant_id" in table.names:
        known = pl.col("_bucket").cast(pl.Int16, strict=False) if "_bucket" in frame.columns else pl.lit(None, pl.Int16)
        frame = frame.with_columns(_bucket=pl.coalesce(known, applicant_buckets(frame["applicant_id"])))
    if table.name in CLOCKS or any(column.type == "timestamp" for column in table.columns):
        zones = _row_zones(frame, table, time_zone, interview_zones)
        frame, bad, ambiguous, missing = cast_times(frame, table, zones)
        rejects.extend(bad)
    order = [
        ROW,
        *table.names,
        *covariates(frame, table),
        *(name for name in ("_zone", "_bucket") if name in frame.columns),
    ]
    return _Cast(frame.select(order), pl.concat([pl.DataFrame(schema=_REJECT_SCHEMA), *rejects]), ambiguous, missing)


def _cast_columns(frame: pl.DataFrame, table: Table) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Every column but the timestamps."""
    rejects: list[pl.DataFrame] = []
    made = []
    for column in table.columns:
        if column.type == "timestamp":
            continue
        cast, bad = cast_simple(frame[column.name], column)
        made.append(cast.alias(column.name))
        if column.type in _WANTED:
            wanted = f"must be {_WANTED[column.type]}; correct it or leave it empty."
            rejects += rows_set_aside(frame, bad, column.name, "not_" + column.type, wanted)
    made += [clean_covariate(frame[name]) for name in covariates(frame, table) if frame.schema[name] == pl.String]
    frame = frame.with_columns(made)
    if "time_zone" in table.names:
        frame = frame.with_columns(_zones_by_words(frame["time_zone"]))
        rejects += _unknown_zones(frame, "time_zone")
    return frame, rejects


def _zones_by_words(zones: pl.Series) -> pl.Series:
    """The zones by their names in the zone database, where somebody wrote `Eastern Time`."""
    called = {one: zone_named(one) for one in zones.drop_nulls().unique() if not clock.is_zone(one)}
    return zones.replace({one: zone for one, zone in called.items() if zone is not None}) if called else zones


def _unknown_zones(frame: pl.DataFrame, name: str) -> list[pl.DataFrame]:
    wrong = [zone for zone in frame[name].drop_nulls().unique() if not clock.is_zone(zone)]
    if not wrong:
        return []
    return rows_set_aside(
        frame,
        frame[name].is_in(wrong),
        name,
        "unknown_zone",
        "is not an IANA time zone; write one such as Europe/Berlin or America/New_York.",
    )


def _row_zones(
    frame: pl.DataFrame, table: Table, time_zone: str | None, interview_zones: pl.DataFrame | None
) -> pl.Series:
    default = pl.lit(time_zone, pl.String)
    if table.name == INTERVIEWS.name:
        # A zone that nobody knows is refused below, row by row: until then its row is read as if it had none.
        strange = [zone for zone in frame["time_zone"].drop_nulls().unique() if not clock.is_zone(zone)]
        own = pl.when(~pl.col("time_zone").is_in(strange)).then("time_zone") if strange else pl.col("time_zone")
        return frame.select(pl.coalesce(own, default).alias("_zone"))["_zone"]
    if interview_zones is not None and "interview_id" in frame.columns:
        found = clock.zones_of(frame["interview_id"], interview_zones).to_frame("_zone")
        return found.select(pl.coalesce("_zone", default).alias("_zone"))["_zone"]
    return pl.Series("_zone", [time_zone], dtype=pl.String).new_from_index(0, frame.height)


# ------------------------------------------------------------------------------------------------------ schema rules


@cache
def dataframely_schema(table: Table) -> type[dy.Schema]:
    """The table's declaration as a dataframely schema: needed cells, vocabularies, limits and the key."""
    import dataframely as dy

    members: dict[str, Any] = {ROW: dy.Int64(nullable=False)}
    for column in table.columns:
        members[column.name] = _dataframely_column(dy, column)
    key = table.key
    members["first_of_its_key"] = dy.rule()(lambda cls: pl.col(key).is_null() | pl.col(key).is_first_distinct())  # noqa: ARG005
    return type(table.name.capitalize(), (dy.Schema,), members)


def _dataframely_column(dy: Any, column: Column) -> Any:
    nullable = not column.required
    if column.type == "timestamp":
        return dy.Datetime(nullable=nullable, time_unit="us", time_zone="UTC")
    if column.type == "boolean":
        return dy.Bool(nullable=nullable)
    if column.type == "number":
        return dy.Float64(nullable=nullable, min=column.minimum, max=column.maximum)
    if column.type == "integer":
        low, high = (None if limit is None else int(limit) for limit in (column.minimum, column.maximum))
        return dy.Int64(nullable=nullable, min=low, max=high)
    values = list(column.values)
    return dy.String(nullable=nullable, check={"values": lambda cell: cell.is_in(values)} if values else None)


def _apply_schema(frame: pl.DataFrame, table: Table) -> tuple[pl.DataFrame, pl.DataFrame]:
    core = frame.select(ROW, *table.names)
    if core.height == 1 and table.accepts(core.row(0, named=True)):
        # One entry typed by hand: to load what checks a million rows takes longer than all the rest.
        return frame, pl.DataFrame(schema=_REJECT_SCHEMA)
    good, failure = dataframely_schema(table).filter(core)
    counts = failure.counts()
    if not counts:
        return frame, pl.DataFrame(schema=_REJECT_SCHEMA)
    details = failure.details()
    broken = []
    for rule in counts:
        rows = details.filter(pl.col(rule) == "invalid")
        column, _, kind = rule.rpartition("|")
        message, name = _rule_text(table, column, kind)
        broken.append(rows.select(ROW, column=pl.lit(name), rule=pl.lit(kind.removeprefix("check__")), message=message))
    kept = frame.join(good.select(ROW), on=ROW, how="semi", maintain_order="left")
    return kept, pl.concat(broken)


def _rule_text(table: Table, column: str, kind: str) -> tuple[pl.Expr, str]:
    """The sentence for a broken rule, as an expression over the rejected rows, and the column at fault."""
    if not column:
        return pl.lit(
            f"this {table.key} stands in an earlier row already; give each row its own, or delete the repetition."
        ), table.key
    declared = table.column(column)
    if kind == "nullability":
        return pl.lit("is empty, but is needed; fill it in."), column
    if declared.values:
        return pl.format(
            "'{}' is not known here; use " + listed(declared.values) + ".", pl.col(column).str.slice(0, 40)
        ), column
    limits = (
        f"between {declared.minimum:g} and {declared.maximum:g}"
        if declared.maximum is not None
        else f"{declared.minimum:g} or more"
        if declared.minimum is not None
        else "finite"
    )
    return pl.lit(f"must be {limits}; correct it or leave it empty."), column


def refuse(checked: CheckedTable) -> None:
    """Raise a DataError that names the first bad row, if there is any."""
    if checked.rejects.height:
        first = checked.problems(1)[0].sentence()
        more = checked.n_rejected - 1
        tail = (
            f" ({counted(more, 'further row')} {'is' if more == 1 else 'are'} bad too; `followup check` lists them)"
            if more
            else ""
        )
        raise DataError(first + tail, checked.problems(20))
