"""Times and memory of ingest: a million contacts and a million calls into SQLite, and files that are mostly of no use.

    python benchmarks/ingest.py [--works tables,rejects,calls,cdr,mbox,sms] [--rows 1000000] [--json FILE]

Each work is done in a process of its own, so that its peak memory is its own; interpreter and libraries take some
130 MB. Of the telephone's calls half belong to numbers of the roster; of the exchange's records (five for each of
--rows) one in a thousand does; mailbox and text messages are made --megabytes large with bodies and pictures that
pass by unread. A second time adds nothing. Goals: contacts from CSV below 20 s and again below 8 s, calls below 25 s,
rejected rows not more than a third slower, the last three below 500 MB.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

NUMBERS = 10_000
RECORDS_PER_ROW = 5


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
    contacts = pl.DataFrame({"contact_id": [f"{k * 2654435761 % 2**32:032x}" for k in range(rows)], "k": order}).select(
        "contact_id",
        interview_id=pl.format("i{}", (pl.col("k") % n).cast(pl.String).str.zfill(7)),
        at=(pl.datetime(2024, 2, 1) + pl.duration(minutes=pl.col("k") // 2)).dt.strftime(stamp),
        direction=pl.lit("outbound"),
        channel=pl.lit("phone"),
        party=pl.lit("none"),
        duration_s=pl.lit(0),
    )
    contacts.write_csv(folder / "contacts.csv")
    contacts.with_columns(channel=pl.lit("telefone")).write_csv(folder / "misspelt.csv")
    contacts.with_columns(interview_id=pl.lit("x") + pl.col("interview_id")).write_csv(folder / "strangers.csv")


def write_roster(folder: Path) -> None:
    """A roster of half of the numbers."""
    lines = [
        f"r{k},a{k},2020-09-{1 + k % 28:02d}T10:00Z,+1202555{k:04d},hr{k}@example.org" for k in range(NUMBERS // 2)
    ]
    header = "interview_id,applicant_id,interviewed_at,numbers,addresses\n"
    (folder / "roster.csv").write_text(header + "\n".join(lines), "utf-8")


def write_calls(folder: Path, rows: int) -> None:
    """An Android backup of as many calls, half of them of numbers of the roster."""
    write_roster(folder)
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


def write_cdr(folder: Path, rows: int) -> None:
    """An exchange's records, nearly all of them of other people's calls."""
    write_roster(folder)
    chance = random.Random(2)
    with (folder / "Master.csv").open("w", encoding="utf-8") as file:
        for k in range(rows):
            ours = k % 1000 == 0
            number = f"1202555{chance.randrange(NUMBERS // 2):04d}" if ours else f"1303{chance.randrange(10**7):07d}"
            day, second = 1 + k // 86_400 % 28, k % 86_400
            clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
            start = f"2021-{1 + k // 86_400 // 28 % 12:02d}-{day:02d} {clock}"
            file.write(
                f'"","1001","{number}","from-internal","""Desk"" <1001>","PJSIP/1001-{k:08x}","PJSIP/trunk-{k:08x}",'
                f'"Dial","PJSIP/{number}@trunk","{start}",,"{start}",30,0,"NO ANSWER","DOCUMENTATION"\n'
            )


def write_mbox(folder: Path, megabytes: int) -> None:
    """A mailbox of messages with bodies of some kilobytes and now and then a large attachment."""
    write_roster(folder)
    body = "Simulated text of a message that nobody wrote.\n" * 60
    attachment = ("QUJD" * 19 + "\n") * 60_000
    k = size = 0
    with (folder / "mail.mbox").open("w", encoding="utf-8") as file:
        while size < megabytes * 1_000_000:
            date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(1_600_000_000 + k * 600))
            sender, to = (f"hr{k % NUMBERS}@example.org", "me@example.org")[:: 1 if k % 2 else -1]
            size += file.write(
                f"From {sender} {time.asctime(time.gmtime(1_600_000_000 + k * 600))}\nDate: {date}\nFrom: {sender}\n"
                f"To: {to}\nMessage-ID: <{k}@example.org>\nSubject: (simulated)\n\n"
                f"{attachment if k % 500 == 499 else body}\n"
            )
            k += 1


def write_sms(folder: Path, megabytes: int) -> None:
    """Text messages of a telephone, every tenth with a picture of half a megabyte."""
    write_roster(folder)
    picture = "QUJD" * 125_000
    k = size = 0
    with (folder / "sms.xml").open("w", encoding="utf-8") as file:
        file.write("<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<smses>\n")
        while size < megabytes * 1_000_000:
            number, date = f"+1202555{k % NUMBERS:04d}", 1_600_000_000_000 + k * 60_000
            size += file.write(
                f'<mms date="{date}" msg_box="2" address="{number}" m_type="128"><parts><part seq="0" ct="image/jpeg" '
                f'data="{picture}" /></parts><addrs><addr address="{number}" type="151" /></addrs></mms>\n'
                if k % 10 == 9
                else f'<sms address="{number}" date="{date}" type="{1 + k % 2}" body="(simulated)" />\n'
            )
            k += 1
        file.write("</smses>\n")


Step = tuple[str, str, list[str], dict[str, Any]]


def steps(works: set[str], folder: Path) -> list[Step]:
    """What is measured: name, store (none: a check), files and options."""
    url = {name: f"sqlite:///{folder}/{name}.db" for name in ("tables", "calls", "cdr", "mbox", "sms")}
    roster: dict[str, Any] = {"roster": str(folder / "roster.csv")}
    tables = ["interviews.csv", "contacts.csv"]
    mine = {**roster, "own_addresses": ["me@example.org"]}
    all_steps: dict[str, list[Step]] = {
        "tables": [
            ("contacts and interviews from CSV, first", url["tables"], tables, {}),
            ("contacts and interviews from CSV, again", url["tables"], tables, {}),
        ],
        "rejects": [
            ("check of good contacts", "", tables, {}),
            ("check, every contact misspelt", "", ["interviews.csv", "misspelt.csv"], {}),
            ("check, every contact of an unknown interview", "", ["interviews.csv", "strangers.csv"], {}),
        ],
        "calls": [
            ("Android calls, first", url["calls"], ["calls.xml"], roster),
            ("Android calls, again", url["calls"], ["calls.xml"], roster),
        ],
        "cdr": [("Asterisk records, one in 1,000 of use", url["cdr"], ["Master.csv"], {**roster, "time_zone": "UTC"})],
        "mbox": [("mailbox", url["mbox"], ["mail.mbox"], mine)],
        "sms": [("text messages with pictures", url["sms"], ["sms.xml"], roster)],
    }
    return [step for name, found in all_steps.items() if name in works for step in found]


def measured(step: Step, folder: Path) -> dict[str, Any]:
    """One ingest or check: seconds by the clock and of the processor, peak memory, megabytes and counts."""
    from followup_analytics.ingest import check_files, ingest_files

    name, into, names, options = step
    os.chdir(folder)
    files = [folder / one for one in names]
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    result = ingest_files(files, into=into, **options) if into else check_files(files, **options)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    counts = {key: sum(row[key] for row in result.rows) for key in ("accepted", "already_known", "rejected")}
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    size = sum(file.stat().st_size for file in files) / 1e6
    told: dict[str, Any] = {"work": name, "seconds": round(wall, 1), "cpu_seconds": round(cpu, 1)}
    return {**told, "peak_mb": after.ru_maxrss // 1024, "file_mb": round(size), **counts}


def in_a_process_of_its_own(place: int, works: str, folder: Path) -> dict[str, Any]:
    """The measurement of one step, by this script started anew."""
    command = [sys.executable, __file__, "--works", works, "--folder", str(folder), "--step", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print("  ".join(f"{key} {value:,}" if isinstance(value, int) else f"{key} {value}" for key, value in told.items()))
    return told


def main() -> None:
    """Make the files, ingest them, and say how long it took and how much memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--works", default="tables,rejects,calls,cdr,mbox,sms")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--step", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    works = set(given.works.split(","))
    if given.step is not None:
        print(json.dumps(measured(steps(works, given.folder)[given.step], given.folder)))
        return
    writers: dict[str, Callable[[Path], None]] = {
        "tables": lambda folder: write_tables(folder, given.rows),
        "rejects": lambda folder: write_tables(folder, given.rows),
        "calls": lambda folder: write_calls(folder, given.rows),
        "cdr": lambda folder: write_cdr(folder, given.rows * RECORDS_PER_ROW),
        "mbox": lambda folder: write_mbox(folder, given.megabytes),
        "sms": lambda folder: write_sms(folder, given.megabytes),
    }
    with tempfile.TemporaryDirectory() as temporary:
        folder = (given.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        for name, write in writers.items():
            if name in works:
                write(folder)
        times = [in_a_process_of_its_own(place, given.works, folder) for place in range(len(steps(works, folder)))]
    if given.json:
        machine = {"processors": os.cpu_count(), "python": platform.python_version(), "polars": pl.__version__}
        load = {"rows": given.rows, "load_average": round(os.getloadavg()[0], 1)}
        given.json.write_text(json.dumps({**machine, **load, "works": times}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
