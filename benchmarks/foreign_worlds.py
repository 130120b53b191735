"""Worlds by another hand than the simulator's: small, vectorised, every cause of acting recorded, the truth known.

Each world makes interviews with applicants, employers, a self-rating, a referral, industry, level, format and a date; a
first attempt by daily hazards (or by a plan that is clipped at day 0), answers by daily hazards, and, where an effect
is asked for, a change of the answers' odds after an attempt by the day on which it was made.

    null     plans that are clipped at day 0, by rating and referral
    prop     one hazard a day, the covariates' effects the same on all days
    cross    covariates' effects that change sign by the day
    drift    a season in both acting and answering
    inter    rating x referral in both
    emp12, emp40   few employers with habits and answers of their own
    friday   acting in batches on Fridays

    nice python benchmarks/foreign_worlds.py [--worlds null,inter] [--sizes 300,600,2000] [--seeds 40]

writes benchmarks/results/foreign_worlds.json: what wait-2-3-days finds where nothing has an effect.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.special import expit

from followup_analytics.claims import own_catalogue
from followup_analytics.claims.context import Context
from followup_analytics.claims.trial import run_trial
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog

WORLDS = ("null", "prop", "cross", "drift", "inter", "emp12", "emp40", "friday")
DAYS = 35
START = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


def foreign_log(
    world: str, interviews: int, seed: int, effect: float = 0.0, first_day: tuple[int, int] = (2, 3)
) -> FollowUpLog:
    """A log of a world; `effect` is added to the log odds of a daily answer after an attempt on days `first_day`."""
    rng = np.random.default_rng(seed * 7919 + len(world))
    n = interviews
    people = max(n // 3, 2)
    applicant = rng.integers(0, people, n)
    liked = rng.normal(0, 0.4, people)[applicant]
    rating = np.clip(np.rint(3 + rng.normal(0, 1.1, n)), 1, 5).astype(int)
    referral = rng.random(n) < 0.3
    industry = rng.integers(0, 5, n)
    level, form = rng.integers(0, 3, n), rng.integers(0, 3, n)
    day0 = rng.integers(0, 180, n)
    # Interviews are on working days, at some hour.
    weekday = day0 % 7
    day0 = np.where(weekday >= 5, day0 - 2, day0)
    hour = rng.uniform(9, 17, n)
    employers = {"emp12": 12, "emp40": 40}.get(world, max(n // 4, 2))
    employer = rng.integers(0, employers, n)
    z = (rating - 3) / 1.1
    habit = rng.normal(0, 1.0, employers)[employer] if world.startswith("emp") else 0.0
    answering = rng.normal(0, 1.0, employers)[employer] * 0.9 if world.startswith("emp") else 0.0
    season = np.sin(day0 / 180 * np.pi * 1.3) * 1.5 if world == "drift" else 0.0
    act = np.full((n, DAYS), -1.9)
    answer = -3.2 + 0.45 * z + 0.5 * referral + 0.25 * (industry - 2) * 0.6 + liked + answering
    if world == "drift":
        answer = answer - season + 0.7
    crossed = np.array([1.0, 0.8, -0.8, -1.0, 0.4, 0.2, 0.0, -0.3])
    for t in range(DAYS):
        if world == "cross":
            slope = crossed[min(t, 7)]
            act[:, t] = -1.2 + slope * z + 0.7 * slope * (referral - 0.3)
        elif world == "inter":
            act[:, t] = -1.5 + 1.2 * z * np.where(referral, 1, -1) * (1 if t < 2 else -0.5)
        else:
            act[:, t] = (
                -1.7
                + 0.35 * z
                + 0.4 * referral
                + habit * (1 if t < 2 else -0.4)
                + 0.5 * season * (1 if t < 2 else -0.5)
            )
        if world == "friday":
            friday = (day0 + t) % 7 == 4
            act[:, t] += np.where(friday, 1.8, -0.8)
        weekend = (day0 + t) % 7 >= 5
        act[:, t] -= 1.2 * weekend
    if world == "inter":
        answer = answer + 0.9 * z * np.where(referral, 1, -1)
    acts_on = np.full(n, DAYS)
    if world == "null":
        plan = np.rint(1.2 - 1.1 * z - 0.9 * referral + rng.normal(0, 2.2, n)).astype(int)
        never = rng.random(n) < 0.25
        acts_on = np.where(never, DAYS, np.maximum(plan, 0))
    else:
        drawn = rng.random((n, DAYS)) < expit(act)
        acts_on = np.where(drawn.any(axis=1), drawn.argmax(axis=1), DAYS)
    act_hour = np.where(acts_on == 0, np.minimum(hour + rng.uniform(0.5, 6, n), 23.5), rng.uniform(8, 20, n))
    helped = (acts_on >= first_day[0]) & (acts_on <= first_day[1])
    replied = np.full(n, DAYS)
    reply_hour = np.zeros(n)
    for t in range(DAYS):
        boost = effect * (helped & (acts_on < t))
        working = (day0 + t) % 7 < 5
        p = expit(answer + boost) * np.where(working, 1.2, 0.2)
        comes = (replied == DAYS) & (rng.random(n) < p) & ((t > 0) | (rng.random(n) < 0.4))
        replied[comes] = t
        reply_hour[comes] = np.where(
            t == 0, np.minimum(hour[comes] + rng.uniform(0.2, 8, comes.sum()), 23.9), rng.uniform(8, 19, comes.sum())
        )
    base = [START + dt.timedelta(days=int(day)) for day in day0]
    ids = [f"i{k}" for k in range(n)]

    def at(k: int, day: float, part: float) -> dt.datetime:
        return base[k] + dt.timedelta(days=int(day), hours=float(part))

    before = (acts_on < DAYS) & ((acts_on < replied) | ((acts_on == replied) & (act_hour <= reply_hour)))
    contacts = [
        *((f"a{k}", ids[k], at(k, acts_on[k], act_hour[k]), "outbound", "phone") for k in np.flatnonzero(before)),
        *(
            (f"r{k}", ids[k], at(k, replied[k], reply_hour[k]), "inbound", "email")
            for k in np.flatnonzero(replied < DAYS)
        ),
    ]
    frame = pl.DataFrame(contacts, schema=["contact_id", "interview_id", "at", "direction", "channel"], orient="row")
    return build_log(
        interviews=pl.DataFrame(
            {
                "interview_id": ids,
                "applicant_id": [f"p{k}" for k in applicant],
                "interviewed_at": [b + dt.timedelta(hours=float(h)) for b, h in zip(base, hour, strict=True)],
                "employer": [f"e{k}" for k in employer],
                "self_rating": rating,
                "referral": referral,
                "industry": [f"ind{k}" for k in industry],
                "job_level": [f"lev{k}" for k in level],
                "interview_format": [f"for{k}" for k in form],
            }
        ),
        contacts=frame,
        time_zone="UTC",
        data_date="2026-09-01",
    )


# --------------------------------------------------------------------------------------------------------- the study

RESULTS = Path(__file__).parent / "results" / "foreign_worlds.json"
CLAIM = "wait-2-3-days"


def one_log(task: tuple[str, int, int]) -> dict[str, float]:
    """One log's difference, doubly robust and by weights alone, with its errors and what the gates read."""
    world, interviews, seed = task
    claim = own_catalogue().claim(CLAIM)
    assert claim is not None
    trial = run_trial(claim, Context.of(foreign_log(world, interviews, seed), [claim]), extras=False)
    assert trial.estimate is not None
    effect, arms = trial.estimate.effect, trial.estimate.arms
    return {
        "estimate": float(effect.difference.estimate),
        "se": float(effect.difference.se),
        "half": float(effect.difference.limits()[1] - effect.difference.estimate),
        "weighted": float(effect.weighted.estimate),
        "weighted_se": float(effect.weighted.se),
        "p_value": 1.0 if trial.test is None else trial.test.p_value,
        "testable": float(trial.test is not None),
        "effective": min(arm.effective_size() for arm in arms),
    }


def summary(world: str, interviews: int, rows: list[dict[str, float]]) -> dict[str, Any]:
    """Bias, spread, error, coverage and false findings of so many logs; the truth is nought, in points of 100."""
    found = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    kept = found["testable"] > 0
    return {
        "world": world,
        "interviews": interviews,
        "logs": len(rows),
        "testable": float(kept.mean()),
        "bias": 100 * float(found["estimate"][kept].mean()),
        "sd": 100 * float(found["estimate"][kept].std(ddof=1)),
        "se": 100 * float(np.sqrt((found["se"][kept] ** 2).mean())),
        "coverage": float((np.abs(found["estimate"]) <= found["half"])[kept].mean()),
        "p_below_05": float((found["p_value"][kept] < 0.05).mean()),
        "bias_weighted": 100 * float(found["weighted"][kept].mean()),
        "sd_weighted": 100 * float(found["weighted"][kept].std(ddof=1)),
        "effective_size": float(np.median(found["effective"])),
    }


def main() -> None:
    """Run the study, and write one line a world and size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", default=",".join(WORLDS))
    parser.add_argument("--sizes", default="300,600,2000")
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--first", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else []
    with multiprocessing.get_context("spawn").Pool(asked.jobs) as pool:
        for interviews in map(int, asked.sizes.split(",")):
            for world in asked.worlds.split(","):
                tasks = [(world, interviews, asked.first + seed) for seed in range(asked.seeds)]
                made = summary(world, interviews, pool.map(one_log, tasks, chunksize=2))
                known = [row for row in known if (row["world"], row["interviews"]) != (world, interviews)] + [made]
                RESULTS.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
                print(made, flush=True)


if __name__ == "__main__":
    main()
