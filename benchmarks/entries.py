"""Time a coach's commands from shell to shell: an entry, the list, the day's steps, on a store of 200,000 contacts.

    python benchmarks/entries.py [--contacts 200000] [--out benchmarks/results/entries.json]

Each command is a process of its own; the least of three runs counts, by the clock and of the processor. Entries are
timed on a small store too, since they should take the same on any. The log is simulated.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from followup_analytics.simulate import simulate_log
from followup_analytics.store import open_store
from followup_analytics.track import track_interview

RUNS = 3


def run(*arguments: str, store: str) -> tuple[float, float]:
    """Seconds that one command takes, by the clock and of the processor."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "followup_analytics", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "FOLLOWUP_STORE": store},
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, spent


def best(store: str, *arguments: str) -> dict[str, float]:
    """The least of some runs."""
    told = [run(*arguments, store=store) for _ in range(RUNS)]
    return {"wall_s": round(min(one[0] for one in told), 3), "processor_s": round(min(one[1] for one in told), 3)}


def large_store(folder: Path, contacts: int) -> str:
    """A store of a simulated log of about so many contacts."""
    interviews = 1_000
    per = simulate_log(interviews=interviews, world="office", seed=1).contacts.height / interviews
    log = simulate_log(interviews=round(contacts / per), world="office", seed=1)
    place = folder / "log"
    place.mkdir()
    for name, frame in (("interviews", log.interviews), ("contacts", log.contacts), ("outcomes", log.outcomes)):
        plain = frame.select([one for one in frame.columns if not one.startswith("_")])
        plain.write_parquet(place / f"{name}.parquet")
    url = f"sqlite:///{folder}/large.db"
    run("ingest", *(str(place / f"{name}.parquet") for name in ("interviews", "contacts", "outcomes")), "--into", url,
        store=url)  # fmt: skip
    return url


def measured(url: str, *, lists: bool) -> dict[str, dict[str, float]]:
    """All commands on one store."""
    interview = track_interview(url, "bench-ben", employer="Benchworks", at="2026-03-02T10:00+01:00").id
    commands: dict[str, Sequence[str]] = {
        "log": ("log", "bench-ben called, no answer"),
        "log_with_time": ("log", "bench-ben called, no answer yesterday 3pm"),
        "track_contact": ("track", url, "contact", interview, "--channel", "phone", "--party", "none"),
    }
    if lists:
        run("next", url, "--renew", store=url)
        commands |= {
            "list": ("track", url, "list"),
            "next_due": ("next", url, "--due"),
            "next": ("next", url),
        }
    return {name: best(url, *words) for name, words in commands.items()}


def main() -> None:
    """Run the benchmark and print, or write, what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=200_000)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # An installed package runs from byte code, also where this environment keeps none.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = f"{folder}/bytecode"
        small = f"sqlite:///{folder}/small.db"
        track_interview(small, "ada", employer="Acme", at="2026-03-02T10:00+01:00", time_zone="Europe/Berlin")
        large = large_store(Path(folder), asked.contacts)
        answer = {
            "contacts": open_store(large).sizes()["contacts"],
            "interviews": open_store(large).sizes()["interviews"],
            "small_store": measured(small, lists=False),
            "large_store": measured(large, lists=True),
            "imports_of_polars_and_sqlalchemy": _imports(),
            "python": platform.python_version(),
            "polars": pl.__version__,
        }
    text = json.dumps(answer, indent=1) + "\n"
    if asked.out:
        asked.out.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


def _imports() -> dict[str, float]:
    """What the two libraries alone take, for comparison on another machine."""
    told = []
    for _ in range(RUNS):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([sys.executable, "-c", "import polars, sqlalchemy"], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        told.append((time.perf_counter() - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    return {"wall_s": round(min(one[0] for one in told), 3), "processor_s": round(min(one[1] for one in told), 3)}


if __name__ == "__main__":
    main()
