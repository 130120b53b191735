"""The fit of the callback model: equal to raw rows, unmoved by what should not move it, defined where data are poor."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from model_frames import TRUTH, attempt_frame
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder

from followup_analytics.log.shared_words import OTHER
from followup_analytics.model.coding import learn_coding
from followup_analytics.model.counts import count_cells
from followup_analytics.model.evaluate import FoldPredictions, evaluate
from followup_analytics.model.fitting import fit_counts, train, unseen
from followup_analytics.model.ridge import design_of, fit, fit_many
from followup_analytics.model.tuning import folds_of_groups
from followup_analytics.statistics import group_rows

NAMES = tuple(TRUTH)


def by_name(frame: pl.DataFrame, c: float = 0.1, names: tuple[str, ...] = NAMES) -> dict[str, float]:
    """Coefficients by column name, the intercept as (intercept)."""
    found = train(frame, names, min_cell=1, c=c).fit
    return dict(zip(("(intercept)", *found.coding.names), found.beta.tolist(), strict=True))


def test_cells_give_the_coefficients_of_raw_rows() -> None:
    """Counted cells and scikit-learn on one row per attempt agree to 1e-6 (its solver's own tolerance set to 1e-12)."""
    frame = attempt_frame(400, 1)
    encoder = OneHotEncoder(sparse_output=False)
    x = encoder.fit_transform(frame.select(NAMES).to_numpy())
    raw = LogisticRegression(C=0.3, tol=1e-12, solver="newton-cholesky", max_iter=500).fit(x, frame["y"].to_numpy())
    names = [f"{name}={level}" for name, levels in zip(NAMES, encoder.categories_, strict=True) for level in levels]
    wanted = dict(zip(names, raw.coef_[0], strict=True)) | {"(intercept)": raw.intercept_[0]}
    found = by_name(frame, c=0.3)
    assert found.keys() == wanted.keys()
    assert max(abs(found[name] - wanted[name]) for name in wanted) < 1e-6


def test_many_fits_at_once_equal_single_fits() -> None:
    """Leaving out each group by shared Newton steps ends where a fit of its own ends."""
    frame = attempt_frame(120, 2)
    coding = learn_coding(frame, NAMES, min_cell=1)
    counts, _ = count_cells(frame, coding, group_rows(frame))
    design = design_of(counts)
    n, s = counts.without(np.arange(counts.groups), counts.groups)
    whole = fit(design, *counts.totals(), 0.1)
    many = fit_many(design, n, s, 0.1, whole)
    alone = np.stack([fit(design, n[:, g], s[:, g], 0.1) for g in range(counts.groups)], axis=1)
    assert np.abs(many - alone).max() < 1e-8


def test_counting_in_place_and_by_name_give_the_same_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many patterns could occur, the cells and their order are the same, rows without a level included."""
    frame = attempt_frame(2_000, 5)
    coding = learn_coding(frame, NAMES, min_cell=1)
    frame = frame.with_columns(pl.when(pl.col("y") == 1).then(pl.lit("unheard of")).otherwise(NAMES[0]).alias(NAMES[0]))
    told = []
    for room in (0, 2**24):
        monkeypatch.setattr("followup_analytics.model.counts._ROOM", room)
        monkeypatch.setattr("followup_analytics.model.counts._PLACES_PER_ROW", 1_000)
        told.append(count_cells(frame, coding, group_rows(frame)))
    (by_sorting, rows), (in_place, same_rows) = told
    assert np.array_equal(rows, same_rows)
    for name in ("codes", "pattern", "group", "n", "s"):
        assert np.array_equal(getattr(by_sorting, name), getattr(in_place, name)), name


def test_known_coefficients_are_recovered() -> None:
    """With 60,000 attempts every difference between levels is within .12 of the truth that made the data."""
    found = by_name(attempt_frame(20_000, 3), c=10.0)
    for name, effects in TRUTH.items():
        first, *others = effects
        for level in others:
            gap = found[f"{name}={level}"] - found[f"{name}={first}"]
            assert gap == pytest.approx(effects[level] - effects[first], abs=0.12)


def test_intervals_cover_the_truth_of_a_clustered_world() -> None:
    """Over 60 logs of 150 applicants with odds of their own, 95% intervals of a contrast hold its limit 52 times."""
    limit = by_name(attempt_frame(60_000, 99, spread=1.0), c=10.0)
    wanted = limit["self_rating=5"] - limit["self_rating=1"]
    held = 0
    for seed in range(60):
        found = train(attempt_frame(150, 1_000 + seed, spread=1.0), NAMES, min_cell=1, c=10.0).fit
        place = {name: 1 + k for k, name in enumerate(found.coding.names)}
        low, high = found.jackknife.map(lambda b, p=place: b[p["self_rating=5"]] - b[p["self_rating=1"]]).limits()
        held += float(low) <= wanted <= float(high)
    assert held >= 52


def test_order_of_rows_changes_nothing() -> None:
    """Shuffled rows give the same coefficients to the last digit."""
    frame = attempt_frame(150, 4)
    assert by_name(frame) == by_name(frame.sample(fraction=1.0, shuffle=True, seed=5))


def test_a_constant_column_changes_nothing() -> None:
    """A column with one value is left out, named, and moves no coefficient."""
    frame = attempt_frame(150, 4).with_columns(office=pl.lit("north"))
    found = train(frame, (*NAMES, "office"), min_cell=1, c=0.1).fit
    assert found.coding.constant == ("office",)
    assert dict(zip(found.coding.names, found.beta[1:], strict=True)) == {
        name: value for name, value in by_name(frame).items() if name != "(intercept)"
    }


def test_names_of_levels_change_nothing() -> None:
    """Renamed levels keep their coefficients."""
    frame = attempt_frame(150, 4)
    renamed = frame.with_columns(pl.col("self_rating").replace({"1": "zebra", "3": "apple", "5": "mango"}))
    old, new = by_name(frame), by_name(renamed)
    for before, after in (("1", "zebra"), ("3", "apple"), ("5", "mango")):
        assert new[f"self_rating={after}"] == pytest.approx(old[f"self_rating={before}"], abs=1e-9)


def test_doubling_every_attempt_moves_only_the_penalty() -> None:
    """Each attempt twice, with half the freedom C, is the same fit."""
    frame = attempt_frame(100, 6)
    once, twice = by_name(frame, c=0.2), by_name(pl.concat([frame, frame]), c=0.1)
    assert max(abs(once[name] - twice[name]) for name in once) < 1e-8


def test_rare_levels_are_pooled_and_not_named() -> None:
    """A level of fewer applicants than min_cell joins (other), or has no column where even that is too small."""
    frame = attempt_frame(60, 7).with_columns(
        town=pl.when(pl.int_range(pl.len()) < 6).then(pl.lit("hamlet")).otherwise(pl.lit("city")),
        firm=pl.when(pl.int_range(pl.len()) < 90)
        .then(pl.format("firm {}", pl.int_range(pl.len()) // 9))
        .otherwise(pl.lit("big")),
    )  # fmt: skip
    coding = learn_coding(frame, ("town", "firm"), min_cell=10)
    assert coding.constant == ("town",)
    assert coding.terms[0].levels == ("big", OTHER)


def test_separated_levels_stay_finite() -> None:
    """A level that was always answered gets a finite coefficient, with a penalty and without."""
    frame = attempt_frame(60, 8).with_columns(y=pl.when(pl.col("channel") == "call").then(1).otherwise("y"))
    for c in (0.1, float("inf")):
        assert all(np.isfinite(value) for value in by_name(frame, c=c).values())


def test_seeds_move_folds_and_keep_applicants_whole() -> None:
    """Each group of applicants is in one fold; another seed deals them differently."""
    assert sorted(np.bincount(folds_of_groups(50)).tolist()) == [10] * 5
    assert (folds_of_groups(50, 1) != folds_of_groups(50)).any()
    assert folds_of_groups(3).tolist() == [0, 1, 2]


def test_one_kind_of_outcome_is_the_base_rate() -> None:
    """Where all were answered, or none, nothing is learnt and the base rate stays inside 0 and 1."""
    for y in (0, 1):
        made = train(attempt_frame(30, 9).with_columns(y=pl.lit(y)), NAMES, min_cell=1)
        assert made.fit.one_kind
        assert 0 < made.fit.rate < 1
        assert not evaluate(unseen(made)[0]).beats_base_rate


def test_area_is_averaged_within_folds() -> None:
    """A model that only knows its fold's base rate has area one half; pooled over folds it would seem to know less."""
    rng = np.random.default_rng(0)
    fold = np.repeat(np.arange(5), 40)
    y = (rng.random(200) < 0.3).astype(float)
    p = np.array([(y.sum() - y[fold == k].sum()) / 160 for k in range(5)])[fold]
    found = evaluate(FoldPredictions(p, p, np.ones(200), y, np.arange(200) % 50, fold))
    assert found.metrics["auc"]["estimate"] == pytest.approx(0.5)
    assert not found.beats_base_rate


def test_measures_equal_scikit_learns() -> None:
    """Log loss, Brier score and area are those of scikit-learn on one fold of raw rows."""
    from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

    rng = np.random.default_rng(1)
    p = rng.uniform(0.05, 0.95, 500).round(2)
    y = (rng.random(500) < p).astype(float)
    zero = np.zeros(500, dtype=np.int64)
    found = evaluate(FoldPredictions(p, np.full(500, y.mean()), np.ones(500), y, np.arange(500) % 50, zero)).metrics
    assert found["log_loss"]["estimate"] == pytest.approx(log_loss(y, p), abs=1e-12)
    assert found["brier"]["estimate"] == pytest.approx(brier_score_loss(y, p), abs=1e-12)
    assert found["auc"]["estimate"] == pytest.approx(roc_auc_score(y, p), abs=1e-12)


def test_events_per_column_count_free_columns() -> None:
    """The rule of ten divides the rarer kind of outcome by the columns that are free to differ."""
    frame = attempt_frame(100, 10)
    coding = learn_coding(frame, NAMES, min_cell=1)
    counts, _ = count_cells(frame, coding, group_rows(frame))
    free = coding.width - len(coding.terms)
    assert fit_counts(counts, coding, c=0.1).events_per_column == pytest.approx(
        min(frame["y"].sum(), (1 - frame["y"]).sum()) / free
    )
