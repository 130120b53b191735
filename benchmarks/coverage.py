"""How often the 95% intervals hold the truth: rates, incidences and differences, from 30 to 5,000 applicants.

Every applicant has one to five interviews or several attempts, and what comes back to one applicant is alike (a shared
chance, or a shared hazard), so that intervals which take attempts as independent would fail. The truth is known in
closed form or by Gauss-Hermite quadrature. The intervals are the package's own, called as the commands call them.

    nice python benchmarks/coverage.py [--runs 2000]

writes benchmarks/coverage.json and docs/coverage.md. At 2,000 runs a coverage of 95% has a Monte
Carlo error of half a point.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.answers.outcomes.comparison import Pair, contrast
from followup_analytics.answers.outcomes.standardise import design
from followup_analytics.answers.rates.cumulative import Tries, cumulative_incidence
from followup_analytics.answers.rates.estimate import Windows, group_rates
from followup_analytics.answers.rates.keys import Bin
from followup_analytics.cells.windows import CUT_OFF, END, NEXT_ATTEMPT, RESPONSE, WINDOW
from followup_analytics.statistics import assign_groups
from followup_analytics.statistics.clusters import Clusters
from followup_analytics.statistics.designs import Design, Term
from followup_analytics.statistics.incidence import (
    difference,
    difference_limits,
    incidence_limits,
    jackknife_incidence,
)
from followup_analytics.trials.acting import fit_acting
from followup_analytics.trials.contrast import contrast_of
from followup_analytics.trials.steps import COMPETING, EVENT, FORBID, NATURAL, WITHIN, FollowUp, Grace, Step

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Row = dict[str, Any]

HERE = Path(__file__).parent
SIZES = (30, 60, 500, 5_000)
DAYS = (7, 14, 30)
DAY_US = 86_400_000_000
WITHIN_US = 7 * DAY_US
#: Days on which people of the emulated trial may act.
TRIAL_DAYS = 4
#: The aim for every interval; rates may be conservative.
TARGET = (0.935, 0.975)


# ---------------------------------------------------------------------------------------------------------- rates


def rates(n: int, runs: int, p: float, icc: float, rng: np.random.Generator) -> Row:
    """Rates of attempts: beta-distributed chances of applicants, one to seven attempts each; Korn-Graubard."""
    trials = rng.integers(1, 8, (runs, n))
    shape = (1 - icc) / icc
    chance = rng.beta(p * shape, (1 - p) * shape, (runs, n))
    answered = rng.binomial(trials, chance)
    cluster = np.repeat(np.arange(n), runs).reshape(n, runs).T
    attempts = np.repeat(np.arange(runs * n), trials.ravel())
    order = np.arange(len(attempts)) - np.repeat(np.cumsum(trials.ravel()) - trials.ravel(), trials.ravel())
    closed = np.where(order < answered.ravel()[attempts], RESPONSE, WINDOW)
    windows = Windows(
        group=attempts // n,
        cluster=cluster.ravel()[attempts],
        elapsed=np.full(len(attempts), WITHIN_US),
        closed=closed,
    )
    found = group_rates(windows, runs, WITHIN_US).interval
    what = f"rate {p:g}, answers of one applicant alike (ICC {icc:g})"
    return _row("rate", what, n, found.low, found.high, p)


def cut_rates(n: int, runs: int, rng: np.random.Generator) -> Row:
    """Rates where the record's end cuts a third of the windows, with next attempts and ends of the story competing."""
    trait = rng.normal(0, 0.7, (runs, n, 3))[:, :, :1] + np.zeros((1, 1, 3))
    hazard = 0.05 * np.exp(trait)
    other = np.array([0.06, 0.01])
    wait = rng.exponential(1 / hazard)
    following, ended = (rng.exponential(1 / rate, hazard.shape) for rate in other)
    cut = np.where(rng.random(hazard.shape) < 0.33, rng.uniform(0, 7, hazard.shape), np.inf)
    times = np.stack([np.full(hazard.shape, 7.0), cut, wait, ended, following])
    closed = np.array([WINDOW, CUT_OFF, RESPONSE, END, NEXT_ATTEMPT])[times.argmin(axis=0)]
    elapsed = np.round(times.min(axis=0) * DAY_US).astype(np.int64)
    run, person, _ = np.indices(hazard.shape)
    found = group_rates(Windows(run.ravel(), person.ravel(), elapsed.ravel(), closed.ravel()), runs, WITHIN_US).interval
    truth = _expected(lambda u: _share(0.05 * np.exp(0.7 * u), float(other.sum()), 7.0))
    return _row("rate", "a third of the windows cut by the end of the record", n, found.low, found.high, truth)


# ------------------------------------------------------------------------------------------------------ incidences


def exits(n: int, base: float, rng: np.random.Generator) -> tuple[IntArray, IntArray, IntArray]:
    """Day, cause (1 answer, 2 filled) and applicant of the interviews of n applicants, some records ending early."""
    person = np.repeat(np.arange(n), rng.integers(1, 6, n))
    hazard = base * np.exp(0.8 * rng.normal(0, 1, n))[person]
    answer, filled = rng.exponential(1 / hazard), rng.exponential(1 / 0.004, len(person))
    stop = rng.integers(8, 70, len(person))
    day = np.floor(np.minimum(answer, filled)).astype(np.int64)
    cause = np.where(answer <= filled, 1, 2)
    return np.minimum(day, stop), np.where(day <= stop, cause, 0), person


def incidences(n: int, runs: int, base: float, rng: np.random.Generator) -> list[Row]:
    """Cumulative incidence of an answer and of being filled by days 7, 14 and 30; group jackknife, cloglog scale."""
    low, high = np.empty((runs, 2, len(DAYS))), np.empty((runs, 2, len(DAYS)))
    for run in range(runs):
        day, cause, person = exits(n, base, rng)
        groups = assign_groups(rng.integers(0, 1_000, n), np.arange(n))
        curve = jackknife_incidence(day, cause, DAYS, groups[person], n_causes=2)
        sizes = np.bincount(person).astype(float)
        spread = float((sizes**2).sum() / sizes.sum())
        low[run], high[run] = incidence_limits(curve, len(day), cluster_size=spread)
    rows = []
    for k, name in enumerate(("answer", "filled")):
        for place, last in enumerate(DAYS):
            truth = _truth(base, k, last)
            what = f"incidence of {name} by day {last} ({truth:.3f})"
            rows.append(_row("incidence", what, n, low[:, k, place], high[:, k, place], truth))
    return rows


def differences(n: int, runs: int, rng: np.random.Generator) -> Row:
    """Difference of two groups' incidences by day 14, the same applicants in both; one assignment of groups."""
    low, high = np.empty(runs), np.empty(runs)
    for run in range(runs):
        groups = assign_groups(rng.integers(0, 1_000, n), np.arange(n))
        person = np.repeat(np.arange(n), rng.integers(1, 6, n))
        second = rng.random(len(person)) < 0.4
        hazard = np.where(second, 0.06, 0.04) * np.exp(0.8 * rng.normal(0, 1, n))[person]
        answer, filled = rng.exponential(1 / hazard), rng.exponential(1 / 0.004, len(person))
        day = np.floor(np.minimum(answer, filled)).astype(np.int64)
        stop = rng.integers(8, 70, len(person))
        cause = np.where(day <= stop, np.where(answer <= filled, 1, 2), 0)
        day = np.minimum(day, stop)
        total = int(groups.max()) + 1
        curves = [
            jackknife_incidence(day[arm], cause[arm], [14], groups[person[arm]], n_causes=2, n_groups=total)
            for arm in (second, ~second)
        ]
        sides = [
            (c.estimate, *incidence_limits(c, int(arm.sum()))) for c, arm in zip(curves, (second, ~second), strict=True)
        ]
        ends = difference_limits(difference(*curves), sides[0], sides[1])
        low[run], high[run] = ends[0][0, 0], ends[1][0, 0]
    truth = _truth(0.06, 0, 14) - _truth(0.04, 0, 14)
    return _row("difference", f"difference of two groups by day 14 ({truth:.3f})", n, low, high, truth)


def cumulative(n: int, runs: int, rng: np.random.Generator) -> list[Row]:
    """Share that heard back by the k-th attempt: chances alike within applicants, a third stops after each attempt."""
    low, high = np.empty((runs, 5)), np.empty((runs, 5))
    bins = [Bin(str(k), k, k) for k in range(1, 6)]
    for run in range(runs):
        groups = assign_groups(rng.integers(0, 1_000, n), np.arange(n))
        person = np.repeat(np.arange(n), rng.integers(1, 6, n))
        chance = rng.beta(0.8, 3.2, n)[person]
        waiting, parts = np.arange(len(person)), []
        for k in range(1, 6):
            heard = rng.random(len(waiting)) < chance[waiting]
            parts.append((np.full(len(waiting), k), np.where(heard, RESPONSE, WINDOW), groups[person[waiting]]))
            waiting = waiting[~heard & (rng.random(len(waiting)) < 0.67)]
        number, closed, group = (np.concatenate(column) for column in zip(*parts, strict=True))
        found = cumulative_incidence(Tries(number, np.full(len(number), WITHIN_US), closed, group), bins, WITHIN_US)
        low[run], high[run] = found.low, found.high
    truth = 1 - np.cumprod([1 - 0.8 / (4 + k) for k in range(5)])
    return [
        _row(
            "incidence",
            f"heard back by attempt {k} ({truth[k - 1]:.3f})",
            n,
            low[:, k - 1],
            high[:, k - 1],
            truth[k - 1],
        )
        for k in (2, 5)
    ]


def standardised(n: int, runs: int, rng: np.random.Generator) -> Row:
    """Difference of two cohorts for the same mix of three industries; weights fitted again in every replicate."""
    chances, mixes = np.array([0.15, 0.30, 0.50]), {1: [0.2, 0.3, 0.5], 0: [0.5, 0.3, 0.2]}
    low, high = np.empty(runs), np.empty(runs)
    for run in range(runs):
        person = np.repeat(np.arange(n), rng.integers(1, 6, n))
        arm = rng.integers(0, 2, n)[person]
        industry = np.where(arm == 1, rng.choice(3, len(arm), p=mixes[1]), rng.choice(3, len(arm), p=mixes[0]))
        trait = rng.normal(0, 0.15, n)[person]
        heard = rng.random(len(arm)) < np.clip(chances[industry] + 0.05 * arm + trait * chances[industry], 0, 1)
        rows = pl.DataFrame({"arm": arm, "industry": industry.astype(str), "day": np.where(heard, 5, 40)})
        rows = rows.with_columns(time=pl.col("day") * DAY_US, cause=pl.Series(heard.astype(np.int64)))
        groups = assign_groups(rng.integers(0, 1_000, n), np.arange(n))[person]
        pair = Pair(rows, ("industry",), groups, design(rows, ["industry"]))
        ends = contrast(pair, "response", 30, standardised=True).limits()
        low[run], high[run] = ends[0][2], ends[1][2]
    return _row("difference", "difference of two cohorts for the same mix (0.050)", n, low, high, 0.05)


def contrasts(n: int, runs: int, rng: np.random.Generator, truth: float | None = None) -> Row:
    """An emulated trial: acting on day 0 or 1 against not acting by day 3, answers by day 14, one measured confounder.

    Chances are alike within applicants; filling the post competes; strong candidates (the confounder) act sooner.
    """
    truth = _trial_truth() if truth is None else truth
    low, high = np.empty(runs), np.empty(runs)
    for run in range(runs):
        person = np.repeat(np.arange(n), rng.integers(1, 6, n))
        acted, exit_day, kind, strong = _trial(rng.normal(0, 0.7, n)[person], rng, None)
        last = np.minimum(np.minimum(acted, exit_day), TRIAL_DAYS - 1)
        follow_up = FollowUp(exit_day, kind, 15)
        steps = tuple(_trial_step(day, np.flatnonzero(last >= day), acted, strong) for day in range(TRIAL_DAYS))
        found = contrast_of(steps, fit_acting(steps), (Grace(1), None), follow_up)
        applicant = np.unique(person, return_inverse=True)[1].ravel()
        ends = Clusters(("applicant",), (applicant,)).estimated(found.difference()[0], found.moves()[:, 0]).limits()
        low[run], high[run] = float(ends[0]), float(ends[1])
    return _row(
        "difference", f"emulated trial, acting by day 1 against none by day 3 ({truth:.3f})", n, low, high, truth
    )


def _trial_step(day: int, person: IntArray, acted: IntArray, strong: IntArray) -> Step:
    """Those who could still act on a day, and what both arms ask of them."""
    term = Term("strong", ("strong",), np.array([[0.0], [1.0]]), np.ones(1), np.full(1, 5.0), np.empty((2, 0)))
    early = np.full(len(person), WITHIN if day < 2 else NATURAL)
    return Step(
        interval=day,
        rank=0,
        person=person,
        acted=acted[person] == day,
        seen=np.ones(len(person)),
        before=np.zeros(len(person), dtype=np.int64),
        asks=(early, np.full(len(person), FORBID)),
        design=Design.of((term,), (strong[person],), len(person)),
        common=np.array([0.0, 1.0]),
        apart=np.array([0.05, 5.0]),
        family="day",
    )


def _trial(
    trait: FloatArray, rng: np.random.Generator, rule: str | None
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Day acted (15: never by day 3), day and kind of exit (15: none), confounder; under a rule or as people do."""
    m = len(trait)
    strong = (rng.random(m) < 0.4).astype(np.int64)
    acted, exit_day, kind = np.full(m, 15), np.full(m, 15), np.zeros(m, dtype=np.int64)
    for day in range(15):
        free = (exit_day == 15) & (acted == 15)
        if day < TRIAL_DAYS:
            drawn, p = rng.random(m), 1 / (1 + np.exp(1.2 - 0.8 * strong))
            # "early": as those act who do so by day 1.
            early = drawn < p / (1 - (1 - p) ** 2) if day == 0 else np.full(m, day == 1)
            acts = {None: drawn < p, "early": early, "none": np.zeros(m, bool)}[rule]
            acted[free & acts] = day
        waiting = exit_day == 15
        chance = 1 / (1 + np.exp(3.6 - 0.8 * strong - trait - 0.5 * (acted <= day)))
        heard, filled = rng.random(m) < chance, rng.random(m) < 0.01
        kind[waiting & heard], exit_day[waiting & heard] = EVENT, day
        lost = waiting & ~heard & filled
        kind[lost], exit_day[lost] = COMPETING, day
    return acted, exit_day, kind, strong


def _trial_truth(people: int = 2_000_000) -> float:
    """Risk difference under both rules, in two million people each with the same random numbers."""
    shares = []
    for rule in ("early", "none"):
        rng = np.random.default_rng(99)
        shares.append(float(np.mean(_trial(rng.normal(0, 0.7, people), rng, rule)[2] == EVENT)))
    return shares[0] - shares[1]


def _share(hazard: FloatArray, others: float, until: float) -> FloatArray:
    return hazard / (hazard + others) * -np.expm1(-(hazard + others) * until)


def _expected(function: Callable[[FloatArray], FloatArray]) -> float:
    """Mean of a function of a standard normal trait."""
    z, weight = np.polynomial.hermite_e.hermegauss(60)
    return float(weight @ function(z) / weight.sum())


def _truth(base: float, cause: int, day: int) -> float:
    """Incidence of cause 0 (answer) or 1 (filled) by the end of a day."""

    def share(u: FloatArray) -> FloatArray:
        hazard = base * np.exp(0.8 * u)
        everything = -np.expm1(-(hazard + 0.004) * (day + 1))
        return (hazard if cause == 0 else 0.004) / (hazard + 0.004) * everything

    return _expected(share)


def _row(kind: str, what: str, n: int, low: FloatArray, high: FloatArray, truth: float) -> Row:
    return {
        "kind": kind,
        "what": what,
        "applicants": n,
        "runs": len(low),
        "coverage": float(np.mean((low <= truth) & (truth <= high))),
        "below": float(np.mean(high < truth)),
        "above": float(np.mean(low > truth)),
        "width": float(np.mean(high - low)),
        "without_interval": float(np.mean(np.isnan(low) | np.isnan(high))),
    }


# ---------------------------------------------------------------------------------------------------------- report


def study(runs: int, sizes: tuple[int, ...] = SIZES, seed: int = 20260301) -> list[Row]:
    """All rows of the table."""
    rows: list[Row] = []
    for n in sizes:
        rng = np.random.default_rng([seed, n])
        block = max(1, 3_000_000 // (4 * n))
        for p, icc in ((0.05, 0.1), (0.2, 0.1), (0.2, 0.4), (0.5, 0.3)):
            rows.append(_pooled([rates(n, size, p, icc, rng) for size in _blocks(runs, block)]))
        rows.append(_pooled([cut_rates(n, size, rng) for size in _blocks(runs, block)]))
        rows += incidences(n, runs, 0.05, rng)
        rows += incidences(n, runs, 0.008, rng)
        rows += cumulative(n, runs, rng)
        if n >= 500:
            rows += [differences(n, runs, rng), contrasts(n, runs, rng)]
        if n == 500:
            rows.append(standardised(n, runs, rng))
        print(f"{n} applicants done at {time.process_time():.0f} s of CPU", flush=True)
    return rows


def _blocks(runs: int, block: int) -> list[int]:
    return [min(block, runs - start) for start in range(0, runs, block)]


def _pooled(parts: list[Row]) -> Row:
    total = sum(part["runs"] for part in parts)
    shares = ("coverage", "below", "above", "width", "without_interval")
    means = {name: sum(part[name] * part["runs"] for part in parts) / total for name in shares}
    return {**parts[0], "runs": total, **means}


def table(rows: list[Row]) -> str:
    """The committed page."""
    runs = rows[0]["runs"]
    error = 100 * np.sqrt(0.95 * 0.05 / runs)
    lines = [
        "# Do the intervals hold the truth?",
        "",
        f"Coverage of nominal 95% intervals in simulated data with a known truth, {runs:,} runs each (Monte Carlo",
        f"error {error:.1f} points). Applicants have one to seven attempts, or one to five interviews, whose answers",
        "are alike. Made by `benchmarks/coverage.py`; the figures are in `benchmarks/coverage.json`.",
        "",
        f"Aim: between {100 * TARGET[0]:.1f} and {100 * TARGET[1]:.1f}%. Rates use Korn and Graubard's interval,",
        "which is conservative by design where few applicants or few answers stand behind a number. Incidences use the",
        "delete-a-group jackknife on the cloglog scale (at 0 and 1 Korn and Graubard's with an assumed intra-cluster",
        "correlation), differences the same jackknife on the plain scale.",
        "",
    ]
    for kind, title in (("rate", "Rates"), ("incidence", "Incidences"), ("difference", "Differences")):
        lines += [f"## {title}", "", "| what | " + " | ".join(f"{n:,} applicants" for n in SIZES) + " |"]
        lines.append("|---|" + "---|" * len(SIZES))
        for what in dict.fromkeys(row["what"] for row in rows if row["kind"] == kind):
            cells = {row["applicants"]: row for row in rows if row["kind"] == kind and row["what"] == what}
            shown = [
                f"{100 * cells[n]['coverage']:.1f}% (width {100 * cells[n]['width']:.1f})" if n in cells else "–"
                for n in SIZES
            ]
            lines.append(f"| {what} | " + " | ".join(shown) + " |")
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    """Run the study and write its files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2_000)
    parser.add_argument("--dry", action="store_true", help="print the page, write nothing")
    given = parser.parse_args()
    rows = study(given.runs)
    page = table(rows)
    if given.dry:
        print(page)
        return
    text = json.dumps({"runs": given.runs, "results": rows}, indent=1)
    (HERE / "coverage.json").write_text(text + "\n", encoding="utf-8")
    (HERE.parent / "docs" / "coverage.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
