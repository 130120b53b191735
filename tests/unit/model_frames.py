"""Frames of attempts with a known truth, for the tests of the callback model."""

from __future__ import annotations

import numpy as np
import polars as pl

TRUTH = {
    "channel": {"call": 0.5, "email": -0.3, "text": -0.7},
    "timing": {"0": -0.4, "1": 0.0, "2-3": 0.6, "4-7": 0.2},
    "self_rating": {"1": -0.8, "3": 0.0, "5": 0.8},
}
INTERCEPT = -1.0


def attempt_frame(applicants: int, seed: int, *, signal: float = 1.0, spread: float = 0.0) -> pl.DataFrame:
    """Three attempts for each applicant, answered by a logistic model; `spread` is that of applicants' own odds."""
    rng = np.random.default_rng(seed)
    n = 3 * applicants
    person = np.repeat(np.arange(applicants), 3)
    levels = {name: np.array(list(effects)) for name, effects in TRUTH.items()}
    drawn = {name: rng.integers(len(values), size=n) for name, values in levels.items()}
    drawn["self_rating"] = rng.integers(3, size=applicants)[person]
    eta = np.full(n, INTERCEPT) + (rng.standard_normal(applicants) * spread)[person]
    for name, effects in TRUTH.items():
        eta += signal * np.array(list(effects.values()))[drawn[name]]
    y = (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(int)
    return pl.DataFrame(
        {
            "interview_id": [f"i{k}" for k in person],
            "applicant_id": [f"a{k}" for k in person],
            "bucket": (person * 7919) % 1000,
            "start_us": person * 86_400_000_000,
            "at_us": person * 86_400_000_000 + 1,
            "y": y,
            **{name: values[drawn[name]] for name, values in levels.items()},
        }
    )
