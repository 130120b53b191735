"""Speed of a curve with its jackknife on a million interviews, beside scikit-survival's estimator run 51 times.

    python benchmarks/incidence.py [--interviews 1000000]

prints seconds of processor time and peak memory and writes benchmarks/results/incidence.json. Both sides are timed in
one run on one machine; scikit-survival (no clusters, no weights) is run three times and multiplied.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from followup_analytics.answers.curves import EVENTS, day_curve
from followup_analytics.statistics.incidence import incidence_limits

DAY_US = 86_400_000_000
GROUPS = 50


def exits(n: int, *, exact: bool) -> pl.DataFrame:
    """Simulated exits: records that end at one moment, or each interview's at a moment of its own (the worst case)."""
    rng = np.random.default_rng(1)
    wait, end = rng.exponential(12, n), rng.exponential(90, n)
    stop = rng.uniform(5, 60, n)
    if not exact:
        stop = np.floor(stop) + 0.55
    time_, cause = (
        np.minimum(np.minimum(wait, end), stop),
        np.select([wait <= np.minimum(end, stop), end <= stop], [1, 2]),
    )
    person = rng.integers(0, n // 3, n)
    rows = pl.DataFrame(
        {
            "interview_id": np.arange(n), "applicant_id": person, "bucket": person * 7919 % 1000,
            "time": (time_ * DAY_US).astype(np.int64), "cause": cause,
        }
    )  # fmt: skip
    nothing = {"entry": pl.lit(None, pl.Int64), "_employer": pl.lit(None, pl.String)}
    return rows.with_columns(day=pl.col("time") // DAY_US, **nothing)


def seconds(work: Callable[[], Any], times: int = 3) -> float:
    """Processor time of the best of some runs: other work on the machine doesn't count."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def main() -> None:
    """Time both and write the figures."""
    from sksurv.nonparametric import cumulative_incidence_competing_risks

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--interviews", type=int, default=1_000_000)
    n = parser.parse_args().interviews
    found: dict[str, float] = {"interviews": n, "replicates": GROUPS}
    for name, exact in (("one_data_date", False), ("own_end_each", True)):
        rows = exits(n, exact=exact)
        found[f"cells_mb_{name}"] = rows.estimated_size("mb")

        def curve(rows: pl.DataFrame = rows) -> None:
            made = day_curve(rows, EVENTS["response"], 30)
            incidence_limits(made.jackknife, n, cluster_size=made.cluster_size)

        found[f"seconds_{name}"] = seconds(curve)
    cause, time_ = rows["cause"].to_numpy(), rows["time"].to_numpy() / DAY_US
    once = seconds(lambda: cumulative_incidence_competing_risks(cause, time_))
    found["scikit_survival_seconds_once"] = once
    found["scikit_survival_seconds_51_times"] = once * (GROUPS + 1)
    found["times_faster"] = once * (GROUPS + 1) / found["seconds_own_end_each"]
    found["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rounded = {name: round(value, 3) for name, value in found.items()}
    print(json.dumps(rounded, indent=1))
    target = Path(__file__).parent / "results" / "incidence.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
