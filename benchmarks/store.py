"""How long a store takes for a million contacts, beside the plain driver's way on the same machine in the same run.

    python benchmarks/store.py [--contacts 1000000] [--postgres URL] [--write]

Baselines put the same rows in by one `executemany` on a table with the same key, index and foreign key, and read them
with `fetchmany` into polars: no versions, no history, no content keys. Seconds are wall and processor time of this
process; on a busy machine the second says more. `--write` renews results/store.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
from make_contacts import write

from followup_analytics.log.checks import applicant_buckets
from followup_analytics.store import open_store, read_store_log
from followup_analytics.track import track_forget

Timing = tuple[str, str, float, float]


def main() -> None:
    """Run all measurements and print them as a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--postgres", metavar="URL", help="an empty database, measured too")
    parser.add_argument("--write", action="store_true", help="renew results/store.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        frames = tables(Path(place), options.contacts)
        timings = driver(Path(place) / "plain.db", frames)
        timings += store("SQLite", f"sqlite:///{place}/followup.db", frames)
        if options.postgres:
            timings += store("PostgreSQL", options.postgres, frames)
    text = report(timings, frames)
    print(text)
    if options.write:
        (Path(__file__).parent / "results" / "store.md").write_text(text + "\n")


def tables(folder: Path, contacts: int) -> dict[str, pl.DataFrame]:
    """A random log as checked frames."""
    write(folder / "log", contacts)
    frames = {
        name: pl.read_parquet(folder / "log" / f"{name}.parquet") for name in ("interviews", "contacts", "outcomes")
    }
    interviews = frames["interviews"]
    buckets = applicant_buckets(interviews["applicant_id"])
    frames["interviews"] = interviews.with_columns(_bucket=buckets, _zone=pl.lit("America/New_York"))
    return frames


def timed(kind: str, what: str, work: Callable[[], object]) -> Timing:
    """One measurement."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return kind, what, time.perf_counter() - wall, time.process_time() - processor


def store(kind: str, url: str, frames: dict[str, pl.DataFrame]) -> list[Timing]:
    """What ingest and analyses do with a store."""
    opened = open_store(url, create=True)
    names = frames["interviews"]["applicant_id"].unique().sort()
    secret = opened.pseudonyms()
    known = dict(zip(names, (secret.applicant(name) for name in names), strict=True))
    hidden = frames["interviews"]["applicant_id"].replace_strict(list(known), list(known.values()))
    frames = frames | {"interviews": frames["interviews"].with_columns(applicant_id=hidden)}

    def add(tables: dict[str, pl.DataFrame]) -> None:
        with opened.transaction("benchmark") as transaction:
            for name, frame in tables.items():
                transaction.add(name, frame)

    contacts = frames["contacts"]
    changed = contacts.head(contacts.height // 10).with_columns(channel=pl.lit("letter"))
    three = contacts.head(3).with_columns(contact_id=pl.lit("new-") + pl.col("contact_id"))
    return [
        timed(kind, "all three tables in, first time", lambda: add(frames)),
        timed(kind, "the same again: nothing new", lambda: add(frames)),
        timed(kind, "three further contacts", lambda: add({"contacts": three})),
        timed(kind, "a tenth of the contacts changed: new versions", lambda: add({"contacts": changed})),
        timed(kind, "all tables back as typed frames", opened.read_tables),
        timed(kind, "all tables back as a log, local days worked out", lambda: read_store_log(url)),
        timed(kind, "one applicant forgotten, files rewritten", lambda: track_forget(url, names[0])),
    ]


def driver(path: Path, frames: dict[str, pl.DataFrame]) -> list[Timing]:
    """The same contacts by the plain driver."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=wal", "foreign_keys=on", "synchronous=full"):
        connection.execute(f"PRAGMA {pragma}")
    contacts = frames["contacts"].with_columns(pl.col("at").dt.epoch("us"))
    connection.execute("CREATE TABLE interviews (interview_id TEXT PRIMARY KEY)")
    connection.execute(
        f"CREATE TABLE contacts ({', '.join(contacts.columns)}, PRIMARY KEY (contact_id), "
        "FOREIGN KEY (interview_id) REFERENCES interviews)"
    )
    connection.execute("CREATE INDEX contacts_interview ON contacts (interview_id)")

    def put_in() -> None:
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO interviews VALUES (?)", frames["interviews"].select("interview_id").rows())
        marks = ", ".join("?" * contacts.width)
        connection.executemany(f"INSERT INTO contacts VALUES ({marks})", contacts.rows())
        connection.execute("COMMIT")

    def read_back() -> None:
        cursor = connection.execute("SELECT * FROM contacts")
        parts = []
        while rows := cursor.fetchmany(100_000):
            parts.append(pl.DataFrame(rows, schema=contacts.schema, orient="row"))
        pl.concat(parts)

    timings = [
        timed("plain driver", "contacts and interview ids in", put_in),
        timed("plain driver", "contacts back", read_back),
    ]
    connection.close()
    return timings


def report(timings: list[Timing], frames: dict[str, pl.DataFrame]) -> str:
    """The measurements as Markdown."""
    rows = ", ".join(f"{frame.height:,} {name}" for name, frame in frames.items())
    machine = (
        f"{os.cpu_count()} processors, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"polars {pl.__version__}; other work on the machine: load {os.getloadavg()[0]:.1f}."
    )
    lines = [
        f"Store: {rows}, all simulated.",
        machine,
        "",
        "| way | work | wall s | processor s |",
        "|---|---|---:|---:|",
    ]
    return "\n".join(
        lines + [f"| {kind} | {what} | {wall:.2f} | {processor:.2f} |" for kind, what, wall, processor in timings]
    )


if __name__ == "__main__":
    main()
