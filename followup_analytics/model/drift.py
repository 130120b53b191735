"""Whether a log looks like the one that trained the model: shares of levels, and responses against predictions."""

from __future__ import annotations

import numpy as np
import polars as pl

from followup_analytics.log.followup_log import Note
from followup_analytics.model.evaluate import FoldPredictions, grouped_means
from followup_analytics.model.saved import FittedModel
from followup_analytics.statistics import group_rows, t_quantile

#: A term has drifted when this share of attempts would have to change level to look as before.
_MUCH = 0.20
_FEWEST = 30


def drift_notes(fitted: FittedModel, frame: pl.DataFrame) -> tuple[Note, ...]:
    """Notes on terms whose mix has moved, on levels that the model never met, and on predictions that run high or low.

    frame: the terms of the log's attempts. Fewer than 30 attempts show no drift, but for new levels.
    """
    notes = list(_new_levels(fitted, frame))
    if frame.height >= _FEWEST:
        notes += _moved(fitted, frame)
        notes += _off(fitted, frame)
    return tuple(notes)


def _new_levels(fitted: FittedModel, frame: pl.DataFrame) -> list[Note]:
    notes = []
    for term in fitted.coding.terms:
        if term.name not in frame.columns:
            continue
        count = term.unknown(frame[term.name])
        if count:
            text = (
                f"attempts have a {term.name} that the model has not seen often enough: they are predicted without it."
            )
            notes.append(Note("new_level", text, count))
    return notes


def _moved(fitted: FittedModel, frame: pl.DataFrame) -> list[Note]:
    codes = fitted.coding.codes(frame)
    moved = []
    for place, term in enumerate(fitted.coding.terms):
        here = fitted.coding.columns(term.name)
        known = codes[:, place][codes[:, place] >= 0] - here.start
        if not len(known):
            continue
        now = np.bincount(known, minlength=here.stop - here.start) / len(known)
        distance = float(np.abs(now - fitted.shares[here]).sum()) / 2
        if distance >= _MUCH:
            moved.append(f"{term.name} ({100 * distance:.0f}% of attempts)")
    if not moved:
        return []
    return [
        Note(
            "drift_mix",
            f"The attempts differ from those that trained the model in {', '.join(moved)}: take predictions with care.",
        )
    ]


def _off(fitted: FittedModel, frame: pl.DataFrame) -> list[Note]:
    """Whether the attempts that can be judged were answered as often as predicted (a two-sided test at .05)."""
    judged = frame.filter("in_full")
    if judged.height < _FEWEST or fitted.base_rate is None:
        return []
    ones = np.ones(judged.height)
    p = fitted.predict(judged)
    y = judged["y"].to_numpy().astype(np.float64)
    found = FoldPredictions(p, ones, ones, y, group_rows(judged), np.zeros(judged.height, dtype=np.int64))
    excess = grouped_means(found, lambda sums: ((sums[:, 1] - sums[:, 2]) / np.maximum(sums[:, 0], 1.0))[:, None])
    estimate, se = float(excess.estimate[0]), float(excess.se[0])
    if not np.isfinite(se) or abs(estimate) <= float(t_quantile(0.95, excess.df)) * se:
        return []
    word = "more" if estimate > 0 else "less"
    text = (
        f"Attempts of this log that can be judged ({judged.height:,}) were answered {word} often than predicted "
        f"({100 * float(y.mean()):.0f}% against {100 * float(p.mean()):.0f}%): fit the model again."
    )
    return [Note("drift_rate", text)]
