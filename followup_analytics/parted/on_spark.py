"""A log that Spark reads: split by applicant on the cluster, checked and counted there by this package.

What Spark does is read, split and carry; a part's three or four tables go as one group to a Python process of an
executor, and what the package makes of them comes back as bytes. Only results are collected.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl

from followup_analytics.parted.parted_log import CheckedPart, Fault, checked_part
from followup_analytics.parted.session import spark_explained
from followup_analytics.parted.spread import Spread, Step
from followup_analytics.sheets.tabular import ROW

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")
U = TypeVar("U")

#: Contacts and interviews that a part is to have at most, about: some 200 MB in Python.
PART_ROWS = 400_000
_LEAST_PARTS, _MOST_PARTS = 4, 20_000
_SCHEMA = "part long, payload binary"
_MARK = "_reading"


class OnSpark(Spread[T]):
    """Values as bytes in a frame of Spark's, one row a part."""

    def __init__(self, frame: Any, what: str, steps: tuple[Step, ...] = ()) -> None:
        self._frame, self._what, self._steps = frame, what, steps

    def map(self, function: Callable[[T], U]) -> Spread[U]:
        """See Spread."""
        return OnSpark(self._frame, self._what, (*self._steps, function))

    def kept(self) -> Spread[T]:
        """See Spread: in the executors' memory, on their disks where it is too little."""
        with spark_explained(self._what):
            return OnSpark(self._worked().persist(), self._what)

    def __iter__(self) -> Iterator[T]:
        """See Spread."""
        with spark_explained(self._what):
            rows = self._worked().toArrow().sort_by("part")
        for payload in rows["payload"]:
            yield pickle.loads(payload.as_buffer())  # noqa: S301 - made by this package on the executors of this session

    def _worked(self) -> Any:
        steps = self._steps
        return self._frame.mapInArrow(lambda batches: _each(steps, batches), _SCHEMA) if steps else self._frame


def _each(steps: tuple[Step, ...], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """What the functions make of the parts of a batch, on an executor."""
    for batch in batches:
        for part, payload in zip(batch.column("part").to_pylist(), batch.column("payload"), strict=True):
            value = pickle.loads(payload.as_buffer())  # noqa: S301 - made by this package in this session
            for step in steps:
                value = step(value)
            yield _row(part, value).to_batches()[0]


def _row(part: int, value: Any) -> pa.Table:
    import pyarrow as pa

    return pa.table(
        {"part": pa.array([part], pa.int64()), "payload": pa.array([pickle.dumps(value, protocol=5)], pa.binary())}
    )


def spread_by_applicant(
    tables: Mapping[str, Any], *, what: str, time_zone: str | None
) -> tuple[Spread[CheckedPart], int]:
    """The checked parts of a log, and how many there are.

    tables: frames of Spark's, interviews among them, with the contract's names of columns. An interview, its contacts
    and its outcome go to the part of its applicant; rows of an interview that nobody knows go to some part, which
    refuses them. Raises UnreadableError where Spark can't read them.
    """
    from pyspark.sql import functions as sql

    with spark_explained(what):
        rows = sum(int(one["n"]) for one in _together([_counted(sql, frame) for frame in tables.values()]).collect())
        n = min(max(-(-rows // PART_ROWS), _LEAST_PARTS), _MOST_PARTS)

        def part_of(*ids: str) -> Any:
            cell = sql.coalesce(*(_plain_id(sql, name) for name in ids), sql.lit(""))
            return sql.pmod(sql.xxhash64(cell), sql.lit(n))

        owners = (
            tables["interviews"]
            .select(_plain_id(sql, "interview_id").alias("_of"), part_of("applicant_id").alias("_part"))
            .dropDuplicates(["_of"])
        )
        placed_tables, mark = [], token_hex(8)
        for name, frame in tables.items():
            if name in ("contacts", "outcomes"):
                placed = frame.withColumn("_of", _plain_id(sql, "interview_id")).join(owners, on="_of", how="left")
                placed = placed.withColumn("_part", sql.coalesce("_part", sql.lit(0)))
            else:
                placed = frame.withColumn("_part", part_of("applicant_id"))
            # The mark keeps Spark from taking what it keeps of an earlier reading of files that have changed since.
            row = sql.struct(sql.lit(mark).alias(_MARK), *(sql.col(f"`{column}`") for column in frame.columns))
            placed_tables.append(placed.select("_part", row.alias(name)))
        fault = _repeated(sql, tables)
        names = tuple(tables)
        grouped = _together(placed_tables).repartition(n, "_part").groupBy("_part")
        # Without annotations: PySpark 4.1 and later choose the kind of call by them, and fail on those of a partial.
        frame = grouped.applyInArrow(lambda group: _check(names, time_zone, group), _SCHEMA).persist()
    spread: Spread[CheckedPart] = OnSpark(frame, what)
    if fault is not None:
        # Two rows of one key may lie in different parts, where neither knows of the other.
        spread = spread.map(partial(_also, fault))
    return spread, n


def _together(frames: Sequence[Any]) -> Any:
    found = frames[0]
    for one in frames[1:]:
        found = found.unionByName(one, allowMissingColumns=True)
    return found


def _counted(sql: Any, frame: Any) -> Any:
    return frame.select(sql.count(sql.lit(1)).alias("n"))


#: Keys that no other row of their table may have; parts see those of their own applicants only.
_KEYS = {"interviews": "interview_id", "contacts": "contact_id"}


def _plain_id(sql: Any, name: str) -> Any:
    """An id as the log will have it: without blanks around it."""
    return sql.trim(sql.col(name).cast("string"))


def _repeated(sql: Any, tables: Mapping[str, Any]) -> Fault | None:
    """That a key comes twice, be it in rows of different applicants."""
    keys = {name: key for name, key in _KEYS.items() if name in tables}
    ids = _together(
        [tables[name].select(sql.lit(name).alias("of"), _plain_id(sql, key).alias("id")) for name, key in keys.items()]
    )
    twice = ids.where(sql.col("id").isNotNull()).groupBy("of", "id").count().where(sql.col("count") > 1)
    found = twice.orderBy("of", "id").limit(1).collect()
    if not found:
        return None
    name, key = found[0]["of"], keys[found[0]["of"]]
    return Fault(
        "data",
        f"{name}, {key} {found[0]['id']}, column {key}: this {key} stands in another row already; give each row its "
        "own, or delete the repetition.",
    )


def _also(fault: Fault, part: CheckedPart) -> CheckedPart:
    return part if part.fault is not None else CheckedPart({}, fault=Fault(fault.kind, fault.sentence, 0))


def _check(names: tuple[str, ...], time_zone: str | None, group: pa.Table) -> pa.Table:
    """A part's rows as its tables, checked, on an executor."""
    part = group.column("_part")[0].as_py()
    raw = {}
    for name in names:
        rows = group.column(name).combine_chunks()
        there = rows.filter(rows.is_valid())
        raw[name] = _as_raw(there)
    return _row(part, checked_part(raw, files={name: name for name in raw}, time_zone=time_zone, by_key=True))


def _as_raw(rows: Any) -> pl.DataFrame:
    import pyarrow as pa

    table = pa.Table.from_struct_array(rows)
    frame = pl.DataFrame(pl.from_arrow(table)).drop(_MARK)
    plain = [
        pl.col(name).cast(pl.Float64) if isinstance(kind, pl.Decimal) else pl.col(name).cast(pl.String)
        for name, kind in frame.schema.items()
        if isinstance(kind, pl.Decimal | pl.Categorical | pl.Enum)
    ]
    return frame.with_columns(plain).with_row_index(ROW, offset=2).with_columns(pl.col(ROW).cast(pl.Int64))
