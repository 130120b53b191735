"""Make the counts of data/real again from the public files, which lie elsewhere.

Run  python data/make_real.py FOLDER  with a folder that holds bank_marketing/ and email_experiment/ as their authors
published them; see data/real/README.md for where they are found.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

HERE = Path(__file__).parent / "real"
#: The bank's file has months without years, in the order of time from this year on.
FIRST_YEAR = 2008
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def bank_calls(folder: Path) -> pl.DataFrame:
    """Clients by month, channel, weekday of the last call, earlier result, number of calls and result."""
    path = folder / "bank_marketing" / "bank-additional-full.csv.gz"
    rows = pl.read_csv(path, separator=";", infer_schema=False).with_columns(
        number=pl.col("month").replace_strict(dict(zip(MONTHS, range(1, 13), strict=True)), return_dtype=pl.Int64)
    )
    year = (pl.col("number") < pl.col("number").shift(1)).fill_null(value=False).cum_sum() + FIRST_YEAR
    rows = rows.with_columns(
        campaign=pl.col("campaign").cast(pl.Int64),
        month=pl.format("{}-{}", year, pl.col("number").cast(pl.String).str.zfill(2)),
    )
    keys = ["month", "day_of_week", "contact", "poutcome", "campaign", "y"]
    return rows.group_by(keys).agg(clients=pl.len()).sort(keys)


def invitations_by_day(folder: Path) -> pl.DataFrame:
    """E-mails sent and answers that came, by day."""
    place = folder / "email_experiment"
    sent = (
        pl.read_csv(place / "online_exp_emails_sent.csv.gz")
        .group_by(day=pl.col("dtime").str.head(10))
        .agg(sent=pl.len())
    )
    came = (
        pl.read_csv(place / "online_exp_response_data.csv.gz", infer_schema=False)
        .group_by(day=pl.col("tstamp").str.head(10))
        .agg(answers=pl.len())
    )
    return sent.join(came, on="day", how="full", coalesce=True).fill_null(0).sort("day")


def main(folder: Path, target: Path = HERE) -> None:
    """Write both tables; the bank's is compressed without a time in it, so that the bytes stay the same."""
    import gzip

    bank = bank_calls(folder).write_csv().encode("utf-8")
    (target / "bank_calls.csv.gz").write_bytes(gzip.compress(bank, 9, mtime=0))
    (target / "invitations_by_day.csv").write_text(invitations_by_day(folder).write_csv(), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
