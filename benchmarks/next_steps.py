"""Time the advice on a log of 10,000 open interviews: the rules, and testing the claims that they rest on.

    python benchmarks/next_steps.py [--out benchmarks/results/next_steps.json]

The log is simulated and cut at a day, so that its open interviews have every length of silence and number of attempts.
`next --no-claims`, or with a saved answer of `claims`, takes the first time; `next` alone takes both.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from followup_analytics.advice import next_steps
from followup_analytics.claims import test_claims
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.subsets import as_of
from followup_analytics.simulate import simulate_log

OPEN, RUNS = 10_000, 3


def open_log() -> FollowUpLog:
    """A log that holds 10,000 open interviews and no other."""
    log = as_of(simulate_log(interviews=60_000, world="office", seed=1), "2025-12-01")
    keep = [row["interview_id"] for row in next_steps(log, test=False).rows][:OPEN]
    frames = {
        name: frame.filter(frame["interview_id"].is_in(keep))
        for name, frame in (("interviews", log.interviews), ("contacts", log.contacts), ("outcomes", log.outcomes))
    }
    return replace(log, **frames)


def best(work: Callable[[], object]) -> tuple[float, float]:
    """The least seconds of three runs: by the clock, and of the processor."""
    told = []
    for _ in range(RUNS):
        start, used = time.perf_counter(), time.process_time()
        work()
        told.append((time.perf_counter() - start, time.process_time() - used))
    return min(one[0] for one in told), min(one[1] for one in told)


def main() -> None:
    """Run and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    log = open_log()
    rules, claims = best(lambda: next_steps(log, test=False)), best(lambda: test_claims(log, min_cell=1))
    figures = {
        "open_interviews": len(next_steps(log, test=False).rows),
        "contacts": log.contacts.height,
        "rules_s": round(rules[0], 3),
        "rules_processor_s": round(rules[1], 3),
        "claims_s": round(claims[0], 3),
        "claims_processor_s": round(claims[1], 3),
        "python": platform.python_version(),
    }
    text = json.dumps(figures, indent=1)
    print(text)
    if asked.out:
        asked.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
