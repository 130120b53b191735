"""All 24 claims with their jackknife on large logs: seconds and peak memory.

Run:  python benchmarks/claims.py 100000 1000000
Each log is simulated and written as Parquet by one process, and read and tested by another, whose memory is measured.
Writes benchmarks/results/claims.json. Goals: 100,000 interviews under 20 s, a million under 3 minutes and 4 GB on 2
cores.
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
from typing import Any

import followup_analytics as fa

RESULTS = Path(__file__).parent / "results" / "claims.json"


def make(interviews: int, folder: str) -> None:
    """Write a simulated log of the office's world."""
    fa.write_log(fa.simulate_log(interviews=interviews, world="office", seed=1), folder, format="parquet")


def run(folder: str) -> dict[str, Any]:
    """Read a log and test the claims on it."""
    started, busy = time.perf_counter(), time.process_time()
    log = fa.read_log(folder)
    read = time.perf_counter()
    found = fa.test_claims(log)
    done = time.perf_counter()
    verdicts = [row["verdict"] for row in found.rows]
    return {
        "interviews": log.interviews.height,
        "contacts": log.contacts.height,
        "reading_seconds": round(read - started, 2),
        "claims_seconds": round(done - read, 2),
        "processor_seconds": round(time.process_time() - busy, 2),
        "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        "tested": sum(verdict != "not_testable" for verdict in verdicts),
    }


def in_a_process(*words: str) -> str:
    """What this script prints when it is run with these words."""
    return subprocess.run([sys.executable, __file__, *words], check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Make and test a log of each size, or do one of the two for the process that asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("interviews", nargs="*", type=int, default=[100_000])
    parser.add_argument("--make", help=argparse.SUPPRESS)
    parser.add_argument("--run", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.make:
        make(given.interviews[0], given.make)
        return
    if given.run:
        print(json.dumps(run(given.run)))
        return
    found = []
    for interviews in given.interviews:
        with tempfile.TemporaryDirectory() as folder:
            in_a_process(str(interviews), "--make", folder)
            found.append(json.loads(in_a_process("--run", folder)))
        print(json.dumps(found[-1]), flush=True)
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
