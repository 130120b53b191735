"""Kill a writer at random moments, a thousand times, and look at what the store says afterwards.

    python benchmarks/store_faults.py [--injections 1000] [--seconds 540] [--out benchmarks/results/store_faults.json]

On SQLite and on a private PostgreSQL server in turn, a child process enters, ingests, brings a store of version 1 up to
date or copies one, and is killed by a signal that nothing handles after a random amount of processor time, so that a
busy machine moves no kill to the beginning; on PostgreSQL one time in ten the server is stopped
without notice (`pg_ctl stop -m immediate`) and started again instead. Afterwards every acknowledged entry has to be
there, every file whole or absent, every store of one version or the other, and `verify` has to find nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from followup_analytics.store import open_store
from followup_analytics.store.upkeep import copy_store
from followup_analytics.store.verifying import verify
from followup_analytics.track import track_contact, track_interview

ROOT = Path(__file__).parents[1]
ROWS = 40
#: The longest life of a child, in seconds of the processor, by what it does: somewhat longer than a migration or a copy
#: takes, and some entries or files long.
LIVES = {"entry": 0.25, "ingest": 0.25, "migration": 0.7, "copy": 0.4}
#: A child that waits rather than works is killed after so many seconds by the clock.
PATIENCE = 30.0
Work = Callable[[Callable[[str], None]], None]
DONE: Counter[str] = Counter()
KINDS = ("entry", "entry", "ingest", "ingest", "migration", "copy")


@dataclass(frozen=True)
class Place:
    """Where stores are made: URLs of fresh ones, a way to break the server (None where there is none), and a name."""

    name: str
    fresh: Callable[[], str]
    break_server: Callable[[], None] | None = None


def in_child(work: Callable[[], Any]) -> Any:
    """What work gives, done in a process of its own: the parent starts no threads, so that it may be copied always."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        try:
            answer: Any = {"answer": work()}
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is a finding
            answer = {"error": f"{type(error).__name__}: {error}"}
        # Where the study itself was ended nobody reads the answer, and the child must not go on in its place.
        with suppress(OSError), os.fdopen(write, "w") as stream:
            json.dump(answer, stream)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as stream:
        answer = json.load(stream)
    os.waitpid(child, 0)
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["answer"]


def killed(
    work: Callable[[Callable[[str], None]], None], seconds: float, instead: Callable[[], None] | None
) -> list[str]:
    """Run work in a child that is killed after a time; what it acknowledged. instead: break something else then.

    The time counts from when the child is ready to work: its own on the processor, of the clock for what is done
    instead.
    """
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        if instead is None:
            signal.signal(signal.SIGPROF, signal.SIG_DFL)

        def told(text: str) -> None:
            os.write(write, f"{text}\n".encode())
            if text == "ready" and instead is None:
                signal.setitimer(signal.ITIMER_PROF, seconds)

        with suppress(BaseException):
            work(told)
        os._exit(0)
    os.close(write)
    stream = os.fdopen(read)
    stream.readline()
    if instead is not None:
        time.sleep(seconds)
        instead()
    else:
        _await(child)
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(child, 0)
    with stream:
        # A line that was cut off was not acknowledged.
        return [line.strip() for line in stream if line.endswith("\n")]


def begun(url: str) -> str:
    """A store with one interview and one contact; the interview's id."""
    interview = track_interview(url, "ada", employer="Acme", at="2026-03-02T10:00+01:00").id
    track_contact(url, interview, channel="phone")
    return interview


def _await(child: int) -> None:
    """Wait until a child has ended, for a while."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if os.waitpid(child, os.WNOHANG)[0]:
            return
        time.sleep(0.005)


def entries(url: str, seconds: float, instead: Callable[[], None] | None) -> list[str]:
    """Entries one after the other; whoever was told an id has it."""
    interview = in_child(lambda: begun(url))

    def work(told: Callable[[str], None]) -> None:
        open_store(url, write=True)
        told("ready")
        while True:
            told(track_contact(url, interview, channel="phone").id)

    acknowledged = killed(work, seconds, instead)
    held = set(in_child(lambda: open_store(url).known_ids("contacts").to_list()))
    DONE["acknowledged entries"] += len(acknowledged)
    faults = [f"lost {one}" for one in acknowledged if one not in held]
    # One more may have been stored and not told yet; the first is of the beginning.
    return faults + (
        [f"{len(held)} entries where {len(acknowledged)} were told"] if len(held) > len(acknowledged) + 2 else []
    )


def files(url: str, seconds: float, instead: Callable[[], None] | None) -> list[str]:
    """Files of interviews with a contact each: all of a file or nothing."""
    in_child(lambda: begun(url))

    def work(told: Callable[[str], None]) -> None:
        store = open_store(url, write=True)
        told("ready")
        for number in range(1_000):
            ids = [f"{number}-{row}" for row in range(ROWS)]
            start = pl.lit(datetime(2026, 3, 1, tzinfo=UTC)).cast(pl.Datetime("us", "UTC"))
            interviews = pl.DataFrame({"interview_id": ids, "applicant_id": ids}).with_columns(interviewed_at=start)
            contacts = pl.DataFrame({"contact_id": ids, "interview_id": ids}).with_columns(
                at=start, direction=pl.lit("outbound"), channel=pl.lit("phone")
            )
            with store.transaction(f"{number}.csv") as transaction:
                transaction.add("interviews", interviews)
                transaction.add("contacts", contacts)
            told(str(number))

    acknowledged, faults = killed(work, seconds, instead), []
    DONE["acknowledged files"] += len(acknowledged)
    for name in ("interviews", "contacts"):
        ids = in_child(lambda name=name: open_store(url).known_ids(name).to_list())
        found = Counter(one.partition("-")[0] for one in ids if one[:2] not in ("iv", "ct"))
        faults += [f"lost file {one} of {name}" for one in acknowledged if found[one] != ROWS]
        faults += [f"half a file {one} of {name}" for one, n in found.items() if n != ROWS]
    return faults


def migration(url: str, seconds: float, instead: Callable[[], None] | None) -> list[str]:
    """A store of version 1 is opened: afterwards it is of one version, with all rows, and the next opening finishes."""
    in_child(lambda: make_version_1(url))

    def work(told: Callable[[str], None]) -> None:
        told("ready")
        open_store(url, write=True)
        told("done")

    DONE["migrations that ended before the kill"] += len(killed(work, seconds, instead))
    sizes = in_child(lambda: open_store(url, write=True).sizes())
    return [] if sizes["interviews"] == 3 and sizes["contacts"] == 5 else [f"rows after the migration: {sizes}"]


def copies(url: str, other: str, seconds: float, instead: Callable[[], None] | None) -> list[str]:
    """A copy that is cut off can be made again, and then says what the first store says."""
    in_child(lambda: begun(url))

    def work(told: Callable[[str], None]) -> None:
        store = open_store(url)
        told("ready")
        copy_store(store, other)
        told("done")

    DONE["copies that ended before the kill"] += len(killed(work, seconds, instead))
    return [] if in_child(lambda: _copied_anew(url, other)) else ["the copy differs"]


def _copied_anew(url: str, other: str) -> bool:
    store = None
    with suppress(Exception):
        store = open_store(other)
    if store is None or not store.sizes()["contacts"]:
        copy_store(open_store(url), other)
    return open_store(other).sizes() == open_store(url).sizes()


def make_version_1(url: str) -> None:
    """A store as version 1 left it."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    from followup_analytics.store import tables

    config = Config()
    config.set_main_option("script_location", str(Path(tables.__file__).parent / "migrations"))
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    text = (ROOT / "tests" / "fixtures" / "store_version_1.sql").read_text(encoding="utf-8")
    rows = re.findall(r"^INSERT INTO .*?;$", text, re.MULTILINE | re.DOTALL)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("DELETE FROM settings")
        for row in rows:
            if "followup_version" not in row and "key_mark" not in row:
                connection.exec_driver_sql(row.replace("%", "%%") if engine.dialect.name == "postgresql" else row)
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA application_id={tables.APPLICATION_ID}")
    engine.dispose()


def injection(place: Place, kind: str, draw: random.Random) -> list[str]:
    """One kill, and what is wrong after it."""
    breaks = place.break_server is not None and draw.random() < 0.1
    instead = place.break_server if breaks else None
    seconds, url = draw.uniform(0.0, LIVES[kind]), place.fresh()
    if kind == "copy":
        faults = copies(url, other := place.fresh(), seconds, instead)
        urls = [url, other]
    else:
        work = {"entry": entries, "ingest": files, "migration": migration}[kind]
        faults, urls = work(url, seconds, instead), [url]
    for one in urls:
        faults += in_child(lambda one=one: _verified(one))
    return faults


def _verified(url: str) -> list[str]:
    return [f"verify: {one.check}: {one.text}" for one in verify(open_store(url)) if not one.ok]


def main() -> None:
    """Run the study and print, or write, what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--injections", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=540.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=sorted(LIVES), help="this kind of work alone")
    parser.add_argument("--place", choices=("SQLite", "PostgreSQL"), help="this database alone")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    draw, began = random.Random(asked.seed), time.monotonic()
    done: Counter[str] = Counter()
    faults: list[str] = []
    text = ""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["XDG_CONFIG_HOME"] = str(folder / "keys")
        for number in range(asked.injections):
            if time.monotonic() - began > asked.seconds:
                break
            if not number:
                places = [one for one in (_sqlite(folder), *_postgres(stack)) if asked.place in (None, one.name)]
            place, kind = places[number % len(places)], asked.kind or KINDS[number // len(places) % len(KINDS)]
            try:
                found = injection(place, kind, draw)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
                found = [f"{type(error).__name__}: {error}"]
            faults += [f"{place.name}, {kind}: {one}" for one in found]
            done[f"{place.name}, {kind}"] += 1
            text = _told(done, faults, asked.seed, time.monotonic() - began)
            if asked.out:
                # After each: a study that is cut off has said what it found.
                asked.out.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


def _told(done: Counter[str], faults: list[str], seed: int, seconds: float) -> str:
    """What was done and found so far, as JSON."""
    answer: dict[str, Any] = {
        "injections": sum(done.values()),
        "by_kind": dict(sorted(done.items())),
        "besides": dict(sorted(DONE.items())),
        "faults": len(faults),
        "first_faults": faults[:5],
        "seed": seed,
        "seconds": round(seconds),
    }
    return json.dumps(answer, indent=1) + "\n"


def _sqlite(folder: Path) -> Place:
    numbers = iter(range(10**6))
    return Place("SQLite", lambda: f"sqlite:///{folder}/{next(numbers)}.db")


def _postgres(stack: ExitStack) -> list[Place]:
    import psycopg

    sys.path.insert(0, str(ROOT / "tests" / "engines"))
    from postgres_server import postgres_programs, restartable_server

    if postgres_programs() is None:
        return []
    url, restart = stack.enter_context(restartable_server())
    numbers = iter(range(10**6))

    def fresh() -> str:
        name = f"study_{next(numbers)}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return url.rsplit("/", 1)[0] + f"/{name}"

    return [Place("PostgreSQL", fresh, restart)]


if __name__ == "__main__":
    main()
