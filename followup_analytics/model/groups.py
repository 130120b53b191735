"""Predicted against observed: by height of the prediction, and by cohort or channel, small groups hidden."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from followup_analytics.log.shared_words import MISSING
from followup_analytics.model.nested_rows import CalibrationRow, ReliabilityRow
from followup_analytics.results.disclosure import Cells, DisclosurePolicy, hidden_row, places_to_hide
from followup_analytics.results.values import finite, known
from followup_analytics.statistics import korn_graubard

_BINS = 10


def reliability(judged: pl.DataFrame, *, policy: DisclosurePolicy) -> list[ReliabilityRow]:
    """Up to ten groups of attempts of about equal size by their out-of-fold prediction, lowest first.

    judged: interview_id, applicant_id, y, p. Rows: bin, predicted (mean), estimate (observed share), limits and counts.
    A group with fewer applicants than the policy's `min_cell` joins the one below it.
    """
    ranked = judged.sort("p", "interview_id").with_row_index("_rank")
    tenths = (pl.col("_rank") * _BINS // max(judged.height, 1)).cast(pl.Int64)
    # Equal predictions belong together: a base-rate model has one group.
    ranked = ranked.with_columns(bin=tenths.min().over("p"))
    ranked = ranked.with_columns(
        bin=pl.col("bin").replace_strict(_merged(ranked, policy.min_cell), return_dtype=pl.Int64)
    )
    return [ReliabilityRow(**row | {"bin": place + 1}) for place, row in enumerate(_observed(ranked, "bin"))]


def by_group(judged: pl.DataFrame, by: str, *, policy: DisclosurePolicy) -> list[CalibrationRow]:
    """Predicted and observed shares of each level of a column; rows of too few applicants are hidden.

    Rows: by, group, predicted, estimate (observed), conf_low, conf_high, difference (observed minus predicted), counts.
    """
    named = judged.with_columns(group=pl.col(by).cast(pl.String).fill_null(MISSING))
    rows = [
        CalibrationRow(by=by, difference=row["estimate"] - row["predicted"], **row) for row in _observed(named, "group")
    ]
    cells = Cells(
        keys=[(row.group,) for row in rows],
        people=[known(row.n_applicants) for row in rows],
        counts={name: [row[name] for row in rows] for name in ("n_interviews", "n_attempts")},
        events=[known(row.n_events) for row in rows],
        # How many were answered in all stands beside these rows.
        total_of_events=True,
    )
    hidden = places_to_hide(cells, policy)
    return [hidden_row(row) if place in hidden else row for place, row in enumerate(rows)]


def _merged(ranked: pl.DataFrame, min_cell: int) -> dict[int, int]:
    """Bins joined from below until each has enough applicants."""
    target: dict[int, int] = {}
    current: int | None = None
    seen: set[str] = set()
    for number in sorted(ranked["bin"].unique().to_list()):
        if current is None or len(seen) >= min_cell:
            current, seen = number, set()
        seen |= set(ranked.filter(pl.col("bin") == number)["applicant_id"].to_list())
        target[number] = current
    if current is not None and len(seen) < min_cell:
        below = [place for place in target.values() if place != current]
        target = {number: (max(below) if place == current and below else place) for number, place in target.items()}
    return target


def _observed(rows: pl.DataFrame, key: str) -> list[dict[str, Any]]:
    people = rows.group_by(key, "applicant_id").agg(n=pl.len().cast(pl.Float64), s=pl.col("y").sum().cast(pl.Float64))
    sums = people.group_by(key).agg(
        m=pl.len(), n=pl.col("n").sum(), s=pl.col("s").sum(),
        ss=(pl.col("s") ** 2).sum(), sn=(pl.col("s") * pl.col("n")).sum(), nn=(pl.col("n") ** 2).sum(),
    )  # fmt: skip
    means = rows.group_by(key).agg(predicted=pl.col("p").mean(), interviews=pl.col("interview_id").n_unique())
    table = sums.join(means, on=key).sort(key)
    found = korn_graubard(*(table[name].to_numpy().astype(np.float64) for name in ("s", "n", "m", "ss", "sn", "nn")))
    return [
        {
            key: row[key],
            "predicted": row["predicted"],
            "estimate": row["s"] / row["n"],
            "conf_low": finite(found.low[place]),
            "conf_high": finite(found.high[place]),
            "n_attempts": int(row["n"]),
            "n_interviews": row["interviews"],
            "n_applicants": row["m"],
            "n_events": int(row["s"]),
        }
        for place, row in enumerate(table.iter_rows(named=True))
    ]
