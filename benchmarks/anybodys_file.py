"""Rates on logs by other hands than the package's: zones, applicants, further columns, many files; beside DuckDB.

    python benchmarks/anybodys_file.py --contacts 1000000 --files 200

A generator of its own makes the log: interviews over two years in five zones, times to the second, a table of
applicants, further columns, and the contacts in many Parquet files. Then, each in a process of its own, the same counts
(attempts at risk and answers within 7 days, by channel) are made by `response_rates`, whole and in parts, and by DuckDB
SQL written by hand; they have to be equal before any time is told. Times are of the processor, so that a busy machine
changes them little, with imports, reading, checks and intervals in them; memory is the peak of the process.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

ZONES = ("Europe/Berlin", "Europe/London", "America/New_York", "America/Los_Angeles", "Asia/Kolkata")
CHANNELS = ("phone", "voicemail", "email", "text")
SECOND, DAY = 1_000_000, 86_400
START = 1_704_067_200  # 2024-01-01
END = START + 730 * DAY


def make(folder: Path, contacts: int, files: int) -> None:
    """Write a log of about so many contacts."""
    rng = np.random.default_rng(2026)
    interviews = contacts // 3
    people = max(interviews // 4, 1)
    who = np.minimum((rng.pareto(1.3, interviews) * people / 20).astype(np.int64), people - 1)
    who = np.where(rng.random(interviews) < 0.5, rng.integers(0, people, interviews), who)
    at = START + rng.integers(0, 700 * DAY, interviews)
    pl.DataFrame(
        {
            "interview_id": pl.Series(rng.permutation(interviews)).cast(pl.String).str.zfill(9).str.replace("^", "V"),
            "applicant_id": pl.Series(who).cast(pl.String).str.replace("^", "person-"),
            "interviewed_at": pl.from_epoch(pl.Series(at)).dt.replace_time_zone("UTC"),
            "observed_until": pl.from_epoch(pl.Series(np.full(interviews, END))).dt.replace_time_zone("UTC"),
            "time_zone": pl.Series(rng.choice(ZONES, interviews)),
            "cohort": pl.Series(rng.choice(["a", "b", "c"], interviews)),
            "employer": pl.Series(rng.integers(0, 2_000, interviews)).cast(pl.String),
            "office": pl.Series(rng.integers(0, 40, interviews)),
            "remark": pl.Series(rng.integers(0, 10**6, interviews)).cast(pl.String),
        }
    ).write_parquet(folder / "interviews.parquet")
    ids = pl.read_parquet(folder / "interviews.parquet", columns=["interview_id"])["interview_id"]
    pl.DataFrame({"applicant_id": pl.Series(np.unique(who)).cast(pl.String).str.replace("^", "person-")}).with_columns(
        cohort=pl.lit("a")
    ).write_parquet(folder / "applicants.parquet")
    of = rng.integers(0, interviews, contacts)
    since = np.minimum(rng.exponential(6 * DAY, contacts).astype(np.int64), END - at[of] - 1)
    inbound = rng.random(contacts) < 0.25
    table = pl.DataFrame(
        {
            "contact_id": pl.Series(rng.permutation(contacts)).cast(pl.String).str.replace("^", "k"),
            "interview_id": ids[of],
            "at": pl.from_epoch(pl.Series(at[of] + since)).dt.replace_time_zone("UTC"),
            "direction": pl.Series(np.where(inbound, "inbound", "outbound")),
            "channel": pl.Series(rng.choice(CHANNELS, contacts)),
            "purpose": pl.Series(np.where(inbound, "answer", "follow_up")),
            "duration_s": pl.Series(rng.integers(0, 900, contacts).astype(np.float64)),
            "agent": pl.Series(rng.integers(0, 500, contacts)).cast(pl.String),
        }
    )
    (folder / "contacts").mkdir()
    for part in range(files):
        low, high = contacts * part // files, contacts * (part + 1) // files
        table[low:high].write_parquet(folder / "contacts" / f"{part:05}.parquet")


SQL = """
with c as (
  select c.interview_id, epoch_us(c.at) t, c.contact_id, c.channel, c.direction = 'outbound' o,
         epoch_us(i.interviewed_at) s, epoch_us(i.observed_until) u
  from read_parquet('{folder}/contacts/*.parquet') c
  join read_parquet('{folder}/interviews.parquet') i using (interview_id)
), first as (select interview_id, min(t) r from c where not o and t between s and u group by 1),
a as (
  select c.*, first.r, lead(c.t) over (partition by interview_id order by c.t, c.contact_id) n
  from c left join first using (interview_id) where o and c.t between s and u and (first.r is null or c.t <= first.r)
)
select channel, count(*) n, count(*) filter (n is null and r is not null and r - t <= 7 * 86400000000) y
from a group by 1 order by 1
"""


def counted(how: str, folder: Path) -> dict[str, list[int]]:
    """Attempts at risk and answers by channel."""
    if how == "duckdb":
        import duckdb

        rows = duckdb.connect().execute(SQL.format(folder=folder)).fetchall()
        return {str(channel): [int(n), int(y)] for channel, n, y in rows}
    from followup_analytics import read_log, response_rates
    from followup_analytics.reading.in_parts import read_in_parts

    log = read_log(folder) if how == "whole" else read_in_parts(folder, memory="1200MB")
    found = response_rates(log, by="channel", min_cell=1)
    return {row["channel"]: [row.n_attempts, row.n_events] for row in found.rows}


def one(how: str, folder: Path) -> None:
    """Run one way in this process and tell what it took."""
    start = time.perf_counter()
    answer = counted(how, folder)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "answer": answer,
                "wall": time.perf_counter() - start,
                "cpu": used.ru_utime + used.ru_stime,
                "gb": used.ru_maxrss / 1e6,
            }
        )
    )


def main() -> None:
    """Make the log, run every way, compare and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--temp", type=Path)
    parser.add_argument(
        "--most", type=float, nargs=2, metavar=("WHOLE", "PARTS"), help="times of DuckDB's processor time to fail above"
    )
    parser.add_argument("--one", nargs=2, metavar=("HOW", "FOLDER"))
    asked = parser.parse_args()
    if asked.one:
        one(asked.one[0], Path(asked.one[1]))
        return
    with tempfile.TemporaryDirectory(dir=asked.temp) as place:
        folder = Path(place)
        make(folder, asked.contacts, asked.files)
        found = {}
        for how in ("duckdb", "whole", "parts"):
            made = subprocess.run(
                [sys.executable, __file__, "--one", how, str(folder)], capture_output=True, text=True, check=False
            )
            if made.returncode:
                raise SystemExit(f"{how}: {made.stderr[-2000:]}")
            found[how] = json.loads(made.stdout.splitlines()[-1])
        answers = {json.dumps(dict(sorted(one["answer"].items()))) for one in found.values()}
        if len(answers) > 1:
            raise SystemExit(f"the answers differ: {answers}")
        base = found["duckdb"]["cpu"]
        print(f"{asked.contacts:,} contacts in {asked.files} files; equal answers")
        for how, one_ in found.items():
            print(f"{how:8} {one_['cpu']:7.1f} s of processor, {one_['cpu'] / base:5.2f} x DuckDB, {one_['gb']:.2f} GB")
        for how, most in zip(("whole", "parts"), asked.most or (), strict=False):
            if found[how]["cpu"] > most * base:
                raise SystemExit(f"{how}: more than {most:g} times DuckDB's processor time")


if __name__ == "__main__":
    main()
