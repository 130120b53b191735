"""Time the callback model's fit on counted cells against scikit-learn on one row per attempt, same penalty.

    python benchmarks/model.py --attempts 10000000 [--out benchmarks/results/model.json]

Both start from the codes of six terms per attempt. Ours counts cells (time "cells") and fits them (time "fit");
scikit-learn gets the dense one-hot columns ready made, which is not counted against it, and a tolerance of 1e-10: with
1e-8 its lbfgs stopped some 1e-5 from the answer. The ratios are to the quicker of its solvers that agrees with ours to
1e-5.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from followup_analytics.model.coding import Coding, TermCoding
from followup_analytics.model.counts import group_cells
from followup_analytics.model.ridge import design_of, fit

SIZES = {"timing": 6, "attempt": 6, "channel": 7, "weekday": 7, "hour": 6, "self_rating": 5}
C = 0.1
SOLVERS = ("lbfgs", "newton-cholesky")
AGREED = 1e-5


def attempts(n: int, seed: int) -> tuple[Coding, np.ndarray, np.ndarray, np.ndarray]:
    """Coding, codes (n, terms), responses (n,) and applicant groups (n,)."""
    rng = np.random.default_rng(seed)
    coding = Coding(tuple(TermCoding(name, tuple(map(str, range(size)))) for name, size in SIZES.items()))
    codes = np.stack([rng.integers(size, size=n) for size in SIZES.values()], axis=1) + np.array(coding.offsets[:-1])
    effects = rng.normal(0, 0.4, coding.width)
    y = rng.random(n) < 1 / (1 + np.exp(1.2 - effects[codes].sum(axis=1)))
    return coding, codes, y.astype(np.float64), rng.integers(50, size=n)


def clocks() -> tuple[float, float]:
    """Seconds by the clock, and of the processor: on a machine with other work only the second say something."""
    return time.perf_counter(), time.process_time()


def ours(coding: Coding, codes: np.ndarray, y: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, dict[str, float]]:
    """Coefficients, seconds for cells and for the fit, and the number of cells."""
    start = clocks()
    counts, _ = group_cells(codes, coding, pl.DataFrame({"group": group, "n": np.ones(len(y)), "y": y}))
    counted = clocks()
    design = design_of(counts)
    beta = fit(design, *counts.totals(), C)
    done = clocks()
    return beta, {
        "cells_s": counted[0] - start[0],
        "fit_s": done[0] - counted[0],
        "cells_processor_s": counted[1] - start[1],
        "fit_processor_s": done[1] - counted[1],
        "cells": len(counts.n),
        "patterns": counts.patterns,
    }


def scikit(
    coding: Coding, codes: np.ndarray, y: np.ndarray, beta: np.ndarray, solvers: Sequence[str]
) -> list[dict[str, Any]]:
    """Seconds of scikit-learn's solvers on raw rows, and the largest difference of their coefficients from `beta`."""
    from sklearn.linear_model import LogisticRegression

    x = np.zeros((len(y), coding.width))
    x[np.arange(len(y))[:, None], codes] = 1.0
    told = []
    for solver in solvers:
        start = clocks()
        made = LogisticRegression(C=C, solver=solver, tol=1e-10, max_iter=1_000).fit(x, y)
        done = clocks()
        theirs = np.concatenate([made.intercept_, made.coef_[0]])
        told.append(
            {
                "solver": solver,
                "seconds": done[0] - start[0],
                "processor_seconds": done[1] - start[1],
                "largest_difference": float(np.abs(beta - theirs).max()),
            }
        )
    return told


def main() -> None:
    """Run once and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attempts", type=int, default=1_000_000)
    parser.add_argument("--solvers", default=",".join(SOLVERS))
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    coding, codes, y, group = attempts(asked.attempts, 1)
    beta, figures = ours(coding, codes, y, group)
    peers = scikit(coding, codes, y, beta, asked.solvers.split(","))
    agreed = min((one for one in peers if one["largest_difference"] <= AGREED), key=lambda one: one["seconds"])
    both = figures["cells_s"] + figures["fit_s"]
    both_processor = figures["cells_processor_s"] + figures["fit_processor_s"]
    figures |= {
        "attempts": asked.attempts,
        "scikit_learn": peers,
        "times_faster_fit": agreed["seconds"] / figures["fit_s"],
        "times_faster_with_cells": agreed["seconds"] / both,
        "times_less_processor_fit": agreed["processor_seconds"] / figures["fit_processor_s"],
        "times_less_processor_with_cells": agreed["processor_seconds"] / both_processor,
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "python": platform.python_version(),
    }
    text = json.dumps(figures, indent=1)
    print(text)
    if asked.out:
        asked.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
