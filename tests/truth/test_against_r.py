"""Curves, intervals and errors against R, on simulated people (tests/fixtures/oracles; the R calls are in oracles.R).

The figures are frozen; where R and its packages are installed they are made anew and compared with the frozen ones.
Agreement is asked to 1e-8 where the definition is the same; where it is not, the test says why.
"""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from oracles.clustered import clustered_covariance

from followup_analytics.answers.drivers import fit_firth
from followup_analytics.statistics import benjamini_hochberg, holm, jackknife, korn_graubard
from followup_analytics.statistics.incidence import (
    aalen_johansen,
    clustered_se,
    jackknife_incidence,
    quantile_of,
    risk_blocks,
)
from followup_analytics.statistics.logistic import fit_logistic

FOLDER = Path(__file__).parents[1] / "fixtures" / "oracles"
SAME = {"rtol": 0, "atol": 1e-8}
PACKAGES = ("survival", "cmprsk", "survey", "sandwich", "brglm2", "geepack", "jsonlite")


@pytest.fixture(scope="module")
def oracle() -> dict[str, Any]:
    """R's frozen figures."""
    return json.loads((FOLDER / "oracles.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    """Simulated interviews, simulated answers."""
    return pl.read_csv(FOLDER / "people.csv")


def r_is_here() -> bool:
    """Whether R and every package of the script are installed."""
    program = shutil.which("Rscript")
    if program is None:
        return False
    asked = "cat(all(sapply(commandArgs(TRUE), requireNamespace, quietly = TRUE)))"
    answer = subprocess.run([program, "-e", asked, *PACKAGES], capture_output=True, text=True, check=False)
    return answer.stdout.endswith("TRUE")


def numbers(value: Any, path: str = "") -> dict[str, float]:
    """All numbers of a nested answer by their path."""
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = ((str(place), one) for place, one in enumerate(value))
    else:
        return {path: float(value)} if isinstance(value, int | float) else {}
    return {name: one for key, part in parts for name, one in numbers(part, f"{path}/{key}").items()}


def test_the_frozen_figures_are_what_r_says_today(oracle: dict[str, Any], tmp_path: Path) -> None:
    """Running oracles.R again gives the frozen figures."""
    if not r_is_here():
        pytest.skip("R or one of its packages is not installed: the figures frozen from R 4.2.2 are used as they are.")
    target = tmp_path / "again.json"
    subprocess.run(["Rscript", "oracles.R", str(target)], cwd=FOLDER, check=True, capture_output=True)
    again = numbers({k: v for k, v in json.loads(target.read_text(encoding="utf-8")).items() if k != "versions"})
    frozen = numbers({k: v for k, v in oracle.items() if k != "versions"})
    assert again.keys() == frozen.keys()
    worst = max(abs(again[name] - frozen[name]) for name in frozen)
    assert worst < 1e-9


@pytest.mark.parametrize("group", ["a", "b"])
@pytest.mark.parametrize("cause", [1, 2])
def test_incidences_and_errors_of_survfit(oracle: dict[str, Any], people: pl.DataFrame, group: str, cause: int) -> None:
    """Two causes with ties and events on day 0: estimate, influence error alone and by applicant, numbers at risk."""
    expected = oracle["aalen_johansen"][group][cause - 1]
    part = people.filter(pl.col("group") == group)
    time, code, at = part["time"].to_numpy(), part["cause"].to_numpy(), expected["at"]
    found = aalen_johansen(time, code, at)
    blocks = risk_blocks(time, code, at=at)
    clustered = clustered_se(blocks, at, part["applicant"].to_numpy())
    np.testing.assert_allclose(found.estimate[cause - 1], expected["estimate"], **SAME)
    np.testing.assert_allclose(clustered_se(blocks, at)[cause - 1], expected["se"], **SAME)
    np.testing.assert_allclose(clustered[cause - 1], expected["se_cluster"], **SAME)
    assert found.n_at_risk.tolist() == expected["n_at_risk"]


@pytest.mark.parametrize("cause", [1, 2])
def test_left_truncation_of_survfit(oracle: dict[str, Any], people: pl.DataFrame, cause: int) -> None:
    """Records that begin late enter the risk set late; R's Surv(entry, time, event) agrees, errors included."""
    expected = oracle["left_truncated"][cause - 1]
    time, code, entry = (people[name].to_numpy() for name in ("time", "cause", "entry"))
    found = aalen_johansen(time, code, expected["at"], entry=entry)
    blocks = risk_blocks(time, code, entry=entry, at=expected["at"])
    np.testing.assert_allclose(found.estimate[cause - 1], expected["estimate"], **SAME)
    np.testing.assert_allclose(clustered_se(blocks, expected["at"])[cause - 1], expected["se"], **SAME)


def test_incidences_of_cmprsk(oracle: dict[str, Any], people: pl.DataFrame) -> None:
    """cmprsk's estimates agree; its variance is Aalen's, another definition, and lies within 8% of ours."""
    expected = oracle["cmprsk"]
    for name, estimates, variances in zip(expected["curves"], expected["estimate"], expected["variance"], strict=True):
        group, cause = name.split()
        part = people.filter(pl.col("group") == group)
        time, code = part["time"].to_numpy(), part["cause"].to_numpy()
        # Beyond the last exit cmprsk says NA where we hold the last value.
        known = [place for place, value in enumerate(estimates) if isinstance(value, int | float)]
        at = np.array(expected["at"])[known]
        k = int(cause) - 1
        found = aalen_johansen(time, code, at).estimate[k]
        np.testing.assert_allclose(found, np.array(estimates, dtype=object)[known].astype(float), **SAME)
        ours = clustered_se(risk_blocks(time, code, at=at), at)[k]
        theirs = np.sqrt(np.array(variances, dtype=object)[known].astype(float))
        np.testing.assert_allclose(ours, theirs, rtol=0.08)


def test_the_group_jackknife_is_near_the_clustered_influence_error(people: pl.DataFrame) -> None:
    """Fifty groups of applicants give the clustered error within the 30% that fifty squared deviations leave open."""
    at = [3, 7, 14]
    time, code, applicant = (people[name].to_numpy() for name in ("time", "cause", "applicant"))
    exact = clustered_se(risk_blocks(time, code, at=at), at, applicant)
    found = jackknife_incidence(time, code, at, applicant % 50).se
    np.testing.assert_allclose(found, exact, rtol=0.3)


@pytest.mark.parametrize("which", ["all", "email", "letter", "phone"])
def test_korn_graubard_of_svyciprop(oracle: dict[str, Any], people: pl.DataFrame, which: str) -> None:
    """svyciprop(method = "beta") to 1e-10 where the design effect exceeds 1; below 1 we floor it and are wider."""
    expected = oracle["korn_graubard"][which]
    part = people if which == "all" else people.filter(pl.col("channel") == which)
    sums = part.group_by("applicant").agg(y=pl.col("answered").sum(), n=pl.len())
    y, n = sums["y"].to_numpy().astype(float), sums["n"].to_numpy().astype(float)
    found = korn_graubard(y.sum(), n.sum(), len(n), (y * y).sum(), (y * n).sum(), (n * n).sum())
    p = expected["estimate"]
    effect = expected["se"] ** 2 / (p * (1 - p) / expected["n"])
    assert found.estimate == pytest.approx(p, abs=1e-12)
    if effect > 1:
        assert found.design_effect == pytest.approx(effect, abs=1e-9)
        assert (float(found.low), float(found.high)) == pytest.approx((expected["low"], expected["high"]), abs=1e-10)
    else:
        assert found.design_effect == 1
        assert found.low < expected["low"] < expected["high"] < found.high


def design_of(people: pl.DataFrame) -> np.ndarray[Any, Any]:
    """R's default coding: email is the reference of channel."""
    columns = [pl.lit(1.0), (pl.col("channel") == "letter"), (pl.col("channel") == "phone"), pl.col("number")]
    return people.select(one.cast(pl.Float64).alias(str(place)) for place, one in enumerate(columns)).to_numpy()


def test_logistic_errors_of_sandwich(oracle: dict[str, Any], people: pl.DataFrame) -> None:
    """Coefficients of glm; clustered errors of vcovCL with and without G/(G-1), and HC1's further (n-1)/(n-k)."""
    expected, x = oracle["logistic"], design_of(people)
    y, n, k = people["answered"].to_numpy().astype(float), people.height, x.shape[1]
    clusters = np.unique(people["applicant"].to_numpy(), return_inverse=True)[1]
    g = clusters.max() + 1
    beta = fit_logistic(x, np.ones(n), y)
    cr0 = np.sqrt(np.diag(clustered_covariance(x, y, np.ones(n), beta, clusters)))
    np.testing.assert_allclose(beta, expected["coef"], **SAME)
    np.testing.assert_allclose(cr0, expected["se_cr0"], **SAME)
    np.testing.assert_allclose(cr0 * math.sqrt(g / (g - 1)), expected["se_cr0_adjusted"], **SAME)
    np.testing.assert_allclose(cr0 * math.sqrt(g / (g - 1) * (n - 1) / (n - k)), expected["se_hc1"], **SAME)
    # geepack stops iterating earlier: the same sandwich without any factor, to its own tolerance.
    np.testing.assert_allclose(cr0, expected["se_gee"], rtol=1e-4)


def test_firth_of_brglm2(oracle: dict[str, Any], people: pl.DataFrame) -> None:
    """A channel without a single event has a finite coefficient, R's to 1e-8."""
    expected = oracle["firth"]
    assert expected["events_by_channel"]["letter"] == 0
    found = fit_firth(design_of(people), np.ones(people.height), people["rare"].to_numpy().astype(float))
    np.testing.assert_allclose(found, expected["coef"], **SAME)


def test_jackknife_of_survey(oracle: dict[str, Any], people: pl.DataFrame) -> None:
    """JK1 with an applicant a group, JKn in strata: mean, ratio, logistic slope (R centres on the replicates' mean)."""
    expected = oracle["jackknife"]
    y, number = people["answered"].to_numpy().astype(float), people["number"].to_numpy().astype(float)
    applicant = people["applicant"].to_numpy()
    x = np.column_stack([np.ones(len(y)), number])
    cell = people.with_columns(pl.int_range(pl.len()).over("group").alias("cell"))["cell"].to_numpy() % 10
    strata = people["group"].to_numpy()

    def mean(w: np.ndarray[Any, Any]) -> float:
        return float(w @ y / w.sum())

    def ratio(w: np.ndarray[Any, Any]) -> float:
        return float(w @ y / (w @ number))

    found = {
        "jk1_mean": jackknife(mean, applicant, centre="mean").se,
        "jk1_ratio": jackknife(ratio, applicant, centre="mean").se,
        "jk1_logit": jackknife(lambda w: fit_logistic(x, w, w * y), applicant, centre="mean").se,
        "jkn_mean": jackknife(mean, cell, strata=strata, centre="mean").se,
        "jkn_ratio": jackknife(ratio, cell, strata=strata, centre="mean").se,
    }
    for name in ("jk1_mean", "jk1_ratio", "jkn_mean", "jkn_ratio"):
        assert found[name] == pytest.approx(expected[name], abs=1e-9), name
    # svyglm stops its iterations at 1e-8 of the deviance in every replicate.
    np.testing.assert_allclose(found["jk1_logit"], expected["jk1_logit"], rtol=1e-5)


def test_adjusted_p_values_of_p_adjust(oracle: dict[str, Any]) -> None:
    """Holm and Benjamini-Hochberg as p.adjust has them."""
    expected = oracle["p_adjust"]
    np.testing.assert_allclose(holm(expected["p"]), expected["holm"], atol=1e-14)
    np.testing.assert_allclose(benjamini_hochberg(expected["p"]), expected["bh"], atol=1e-14)


@pytest.mark.parametrize("group", ["a", "b"])
def test_quantiles_are_read_off_the_curve(oracle: dict[str, Any], people: pl.DataFrame, group: str) -> None:
    """The first day at which the curve reaches a quarter and a half."""
    part = people.filter(pl.col("group") == group)
    days = np.arange(61)
    curve = aalen_johansen(part["time"].to_numpy(), part["cause"].to_numpy(), days).estimate[0]
    expected = oracle["quantile"][group]
    assert (quantile_of(days, curve, 0.5), quantile_of(days, curve, 0.25)) == (expected["half"], expected["quarter"])
