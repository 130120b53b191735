"""Times of ingest: a million contacts from CSV, and a million calls of a telephone, each twice, into SQLite.

    python benchmarks/ingest.py [--rows 1000000] [--folder FOLDER] [--json FILE]

Half of the calls belong to numbers of the roster, the other half to nobody's interview. The second time adds nothing.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl

from followup_analytics.ingest import ingest_files

NUMBERS = 10_000


def write_tables(folder: Path, rows: int) -> None:
    """Canonical interviews and contacts in CSV, contacts in random order of their interviews."""
    n = max(rows // 3, 1)
    number = pl.int_range(pl.len())
    stamp = "%Y-%m-%dT%H:%M:%S+00:00"
    pl.DataFrame({"interview_id": [f"i{k:07d}" for k in range(n)]}).with_columns(
        applicant_id=pl.format("a{}", number // 3),
        interviewed_at=(pl.datetime(2024, 1, 1) + pl.duration(minutes=number)).dt.strftime(stamp),
    ).write_csv(folder / "interviews.csv")
    order = pl.int_range(rows, eager=True).shuffle(1)
    pl.DataFrame({"contact_id": [f"{k * 2654435761 % 2**32:032x}" for k in range(rows)], "k": order}).select(
        "contact_id",
        interview_id=pl.format("i{}", (pl.col("k") % n).cast(pl.String).str.zfill(7)),
        at=(pl.datetime(2024, 2, 1) + pl.duration(minutes=pl.col("k") // 2)).dt.strftime(stamp),
        direction=pl.lit("outbound"),
        channel=pl.lit("phone"),
        party=pl.lit("none"),
        duration_s=pl.lit(0),
    ).write_csv(folder / "contacts.csv")


def write_calls(folder: Path, rows: int) -> None:
    """An Android backup of as many calls, and a roster of half of its numbers."""
    chance = random.Random(1)
    with (folder / "calls.xml").open("w", encoding="utf-8") as file:
        file.write(f"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<calls count=\"{rows}\">\n")
        for k in range(rows):
            file.write(
                f'  <call number="+1202555{chance.randrange(NUMBERS):04d}" duration="{chance.randrange(100)}" '
                f'date="{1_600_000_000_000 + k * 60_000}" type="{chance.choice("12223")}" presentation="1" '
                'readable_date="Mar 5, 2024 9:00:00 AM" contact_name="(Unknown)" />\n'
            )
        file.write("</calls>\n")
    lines = [f"r{k},a{k},2020-09-{1 + k % 28:02d}T10:00Z,+1202555{k:04d}" for k in range(NUMBERS // 2)]
    header = "interview_id,applicant_id,interviewed_at,numbers\n"
    (folder / "roster.csv").write_text(header + "\n".join(lines), "utf-8")


def timed(name: str, files: list[Path], **options: Any) -> dict[str, Any]:
    """One ingest: seconds by the clock and of the processor, peak memory so far, and the counts."""
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    result = ingest_files(files, **options)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    counts = {key: sum(row[key] for row in result.rows) for key in ("accepted", "already_known", "rejected")}
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = {"work": name, "seconds": round(wall, 1), "cpu": round(cpu, 1), "peak_mb": after.ru_maxrss // 1024, **counts}
    print("  ".join(f"{key} {value:,}" if isinstance(value, int) else f"{key} {value}" for key, value in told.items()))
    return told


def main() -> None:
    """Make the files, ingest them twice, and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        write_tables(folder, given.rows)
        write_calls(folder, given.rows)
        tables, calls = f"sqlite:///{folder}/tables.db", f"sqlite:///{folder}/calls.db"
        roster = folder / "roster.csv"
        times = [
            timed("interviews from CSV", [folder / "interviews.csv"], into=tables),
            *(
                timed(f"contacts from CSV, {turn}", [folder / "contacts.csv"], into=tables)
                for turn in ("first", "again")
            ),
            *(
                timed(f"Android calls, {turn}", [folder / "calls.xml"], into=calls, roster=roster)
                for turn in ("first", "again")
            ),
        ]
    if given.json:
        given.json.write_text(json.dumps(times, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
