"""Figures of real data reached through the package's own functions.

Data whose licence allows it lie in tests/fixtures/real; the rest is read from ../shared/data beside the repository, and
the test says so and is skipped where that folder is absent.
"""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from oracles.clustered import clustered_covariance

from followup_analytics.answers.curves import incidence_curve
from followup_analytics.answers.rates import response_rates
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.statistics import jackknife, korn_graubard, wilson
from followup_analytics.statistics.incidence import aalen_johansen, clustered_se, influence, risk_blocks
from followup_analytics.statistics.logistic import fit_logistic

REAL = Path(__file__).parents[1] / "fixtures" / "real"
SHARED = Path(__file__).parents[3] / "shared" / "data"
Rows = list[dict[str, str]]


def shared(name: str) -> Path:
    """A file beside the repository, or a skip that says what is not tested."""
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"{name} lies beside the repository only (its licence keeps it out): its figures are not checked.")
    return path


def rows_of(name: str) -> Rows:
    """Rows of a CSV beside the repository."""
    with shared(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def figures_of(name: str) -> dict[str, Any]:
    """Oracle figures beside the repository."""
    return json.loads(shared(name).read_text(encoding="utf-8"))


# ------------------------------------------------------------------------------------------------ the bank's calls


@pytest.fixture(scope="module")
def clients() -> pl.DataFrame:
    """One row a client: calls, channel, whether the last call brought a yes."""
    counted = pl.read_csv(REAL / "bank_calls.csv.gz")
    rows = counted.select(pl.exclude("clients").repeat_by("clients").explode(empty_as_null=True))
    return rows.with_row_index("client").with_columns(yes=pl.col("y") == "yes")


@pytest.fixture(scope="module")
def bank(clients: pl.DataFrame) -> FollowUpLog:
    """The campaign as a log: a call a day, the yes an hour after the last."""
    start = pl.datetime(2026, 1, 5, 9, time_zone="UTC")
    people = clients.select(
        interview_id=pl.format("i{}", "client"),
        applicant_id=pl.format("a{}", "client"),
        interviewed_at=start,
        calls=pl.when(pl.col("campaign") <= 3).then(pl.col("campaign").cast(pl.String)).otherwise(pl.lit("4+")),
        device="contact",
    )
    calls = clients.select("client", "campaign", "yes", nth=pl.int_ranges(1, pl.col("campaign") + 1)).explode("nth")
    at = start + pl.duration(days=pl.col("nth"))
    outbound = calls.select("client", at=at, direction=pl.lit("outbound"))
    inbound = calls.filter(pl.col("yes"), pl.col("nth") == pl.col("campaign")).select(
        "client", at=at + pl.duration(hours=1), direction=pl.lit("inbound")
    )
    contacts = pl.concat([outbound, inbound]).with_row_index("contact_id")
    contacts = contacts.with_columns(
        contact_id=pl.format("c{}", "contact_id"), interview_id=pl.format("i{}", "client"), channel=pl.lit("phone")
    ).drop("client")
    return build_log(interviews=people, contacts=contacts, time_zone="UTC", data_date="2026-06-01")


def test_the_banks_hazard_by_call_is_not_its_naive_table(bank: FollowUpLog) -> None:
    """5.58, 5.14, 4.42, 3.26, 2.41, 2.22% of attempts 1 to 6, cumulative to 20.98%; by calls made 13.04% and on."""
    found = response_rates(bank, by="attempt", bins="attempt=1,2,3,4,5,6,7+", min_cell=1).rows
    hazards = [round(100 * row["estimate"], 2) for row in found[:6]]
    reached = [round(100 * row["cumulative"], 2) for row in found[:6]]
    assert hazards == [5.58, 5.14, 4.42, 3.26, 2.41, 2.22]
    assert reached == [5.58, 10.44, 14.40, 17.19, 19.19, 20.98]
    naive = incidence_curve(bank, by="calls", horizon=60, min_cell=1)
    last = [row for row in naive.rows if row["event"] == "response" and row["day"] == 60]
    assert [round(100 * row["estimate"], 2) for row in last[:3]] == [13.04, 11.46, 10.75]


def test_the_banks_shares_by_channel(bank: FollowUpLog) -> None:
    """4,640 of 41,188; cellular 14.738%, telephone 5.231%."""
    everybody = incidence_curve(bank, horizon=60, min_cell=1).rows[60]
    assert (everybody["n_events"], everybody["n_interviews"]) == (4_640, 41_188)
    assert everybody["estimate"] == pytest.approx(4_640 / 41_188, abs=1e-12)
    by_channel = incidence_curve(bank, by="device", horizon=60, min_cell=1).rows
    last = {row["device"]: row["estimate"] for row in by_channel if row["event"] == "response" and row["day"] == 60}
    assert {name: round(100 * value, 3) for name, value in last.items()} == {"cellular": 14.738, "telephone": 5.231}


def test_the_banks_error_is_sixteen_times_larger_by_month(clients: pl.DataFrame) -> None:
    """Clustered by the 26 months the error of the overall rate is .0244 (CR0), not .00156."""
    sums = clients.group_by("month").agg(y=pl.col("yes").sum(), n=pl.len())
    y, n = sums["y"].to_numpy().astype(float), sums["n"].to_numpy().astype(float)
    found = korn_graubard(y.sum(), n.sum(), len(n), (y * y).sum(), (y * n).sum(), (n * n).sum())
    p, independent = float(found.estimate), math.sqrt(found.estimate * (1 - found.estimate) / n.sum())
    assert (len(n), round(p, 5), round(independent, 5)) == (26, 0.11265, 0.00156)
    # Ours has the factor G / (G - 1) of R's survey package; CR0 has none.
    assert round(independent * math.sqrt(found.design_effect * 25 / 26), 4) == 0.0244


def test_the_banks_hazard_model(clients: pl.DataFrame) -> None:
    """Discrete hazard by attempt, channel and earlier result, clustered by month: R's glm and vcovCL (CR0), to 1e-7."""
    capped = clients.with_columns(calls=pl.min_horizontal("campaign", 20))
    rows = capped.select(
        "month", "contact", "poutcome", "yes", "campaign", nth=pl.int_ranges(1, pl.col("calls") + 1)
    ).explode("nth")
    cells = rows.group_by("month", "contact", "poutcome", "nth").agg(
        n=pl.len(), y=(pl.col("yes") & (pl.col("nth") == pl.col("campaign"))).sum()
    )
    x = np.column_stack(
        [
            np.ones(cells.height),
            np.log(cells["nth"].to_numpy()),
            (cells["contact"] == "cellular").to_numpy(),
            (cells["poutcome"] == "success").to_numpy(),
            (cells["poutcome"] == "failure").to_numpy(),
        ]
    ).astype(float)
    n, y = cells["n"].to_numpy().astype(float), cells["y"].to_numpy().astype(float)
    beta = fit_logistic(x, n, y)
    month = cells["month"].rank("dense").to_numpy().astype(np.int64) - 1
    errors = np.sqrt(np.diag(clustered_covariance(x, y / n, n, beta, month)))
    assert n.sum() == 104_682
    expected = [-3.736100276914, -0.3792240819416, 0.9539025255771, 2.426960405819, 0.4425670073952]
    expected_errors = [0.2060624493303, 0.03631609627266, 0.2733636413453, 0.2640444244863, 0.3746982924554]
    np.testing.assert_allclose(beta, expected, atol=1e-7)
    np.testing.assert_allclose(errors, expected_errors, atol=1e-7)


# ---------------------------------------------------------------------------------------- the e-mail invitations


def test_the_invitations_by_group() -> None:
    """63,905 invitations, 1,241 answers: 1.9419% [1.838, 2.052], by group 0.998 to 4.063%; Wilson's intervals."""
    counted = pl.read_csv(REAL / "invitations.csv")
    rows = counted.select("wave", nth=pl.int_ranges(1, pl.col("sent") + 1), responded="responded").explode("nth")
    rows = rows.with_row_index("i").with_columns(answered=pl.col("nth") <= pl.col("responded"))
    start = pl.datetime(2026, 1, 5, 9, time_zone="UTC")
    people = rows.select(
        interview_id=pl.format("i{}", "i"), applicant_id=pl.format("a{}", "i"), interviewed_at=start, wave="wave"
    )
    sent = rows.select(at=start + pl.duration(hours=1), direction=pl.lit("outbound"), i="i")
    came = rows.filter("answered").select(at=start + pl.duration(hours=20), direction=pl.lit("inbound"), i="i")
    contacts = (
        pl.concat([sent, came])
        .with_row_index("k")
        .select(
            "at",
            "direction",
            contact_id=pl.format("c{}", "k"),
            interview_id=pl.format("i{}", "i"),
            channel=pl.lit("email"),
        )
    )
    log = build_log(interviews=people, contacts=contacts, time_zone="UTC", data_date="2026-03-01")
    found = {row["wave"]: row for row in response_rates(log, by="wave", min_cell=1).rows}
    shares = sorted(round(100 * row["estimate"], 3) for row in found.values())
    assert (shares[0], shares[-1]) == (0.998, 4.063)
    total = response_rates(log, by="channel", min_cell=1).rows[0]
    assert (total["n_attempts"], total["n_events"]) == (63_905, 1_241)
    low, high = wilson(total["estimate"], total["n_attempts"])
    assert [round(100 * float(v), 3) for v in (low, high)] == [1.838, 2.052]
    # One attempt a person: Korn-Graubard is Clopper-Pearson then, a little wider than Wilson.
    assert total["conf_low"] < low < high < total["conf_high"] + 2e-5


# ---------------------------------------------------------------------------------------------- the résumé audit


def test_the_resume_audits_clustered_difference() -> None:
    """9.651% against 6.448%: 3.2033 points; error .006195 clustered on the advertisement (CR1), .007785 without."""
    rows = rows_of("resume_audit/resume_openintro.csv")
    ad = np.unique([row["job_ad_id"] for row in rows], return_inverse=True)[1]
    call = np.array([row["received_callback"] == "1" for row in rows], dtype=float)
    white = np.array([row["race"] == "white" for row in rows])

    def difference(w: np.ndarray[Any, Any]) -> float:
        return float(w[white] @ call[white] / w[white].sum() - w[~white] @ call[~white] / w[~white].sum())

    found = jackknife(difference, ad)
    assert (int(call[white].sum()), int(white.sum()), int(call[~white].sum())) == (235, 2_435, 157)
    assert float(found.estimate) == pytest.approx(0.03203285420945, abs=1e-12)
    assert float(found.se) == pytest.approx(0.006194125936971, abs=1e-10)
    # The influence of each résumé on its arm, summed over the advertisement: R's CR0, and CR1 with its factors.
    values = np.empty(len(call))
    for sign, arm in ((1, white), (-1, ~white)):
        blocks = risk_blocks(np.where(call[arm] == 1, 0, 1), call[arm].astype(int), at=[0])
        values[arm] = sign * influence(blocks, [0])[:, 0, 0]
    cr0 = math.sqrt(np.sum(np.bincount(ad, weights=values) ** 2))
    n, g = len(call), ad.max() + 1
    assert cr0 == pytest.approx(0.006191554417651, abs=1e-10)
    assert cr0 * math.sqrt(g / (g - 1) * (n - 1) / (n - 2)) == pytest.approx(0.006194531864838, abs=1e-10)
    assert math.sqrt(np.sum(values**2)) == pytest.approx(0.007783370586677, abs=1e-10)


# ------------------------------------------------------------------------------------------------- R's data sets


@pytest.mark.parametrize("sex", ["F", "M"])
def test_mgus2(sex: str) -> None:
    """Progression against death by sex: estimates, influence errors, and these clustered by the year of diagnosis."""
    rows = [row for row in rows_of("oracles/mgus2_competing.csv") if row["sex"] == sex]
    expected = [row for row in figures_of("oracles/oracles.json")["mgus2"]["clustered_by_dxyr"] if row["group"] == sex]
    at = [row["time"] for row in expected]
    time, cause = (np.array([float(row[name]) for row in rows]) for name in ("etime", "code"))
    year = np.array([row["dxyr"] for row in rows])
    blocks = risk_blocks(time, cause, at=at)
    alone, by_year = clustered_se(blocks, at), clustered_se(blocks, at, year)
    found = aalen_johansen(time, cause, at)
    assert found.n_at_risk.tolist() == [row["n_at_risk"] for row in expected]
    for k, name in enumerate(("pcm", "death")):
        np.testing.assert_allclose(found.estimate[k], [row[f"cif_{name}"] for row in expected], atol=1e-10)
        np.testing.assert_allclose(alone[k], [row[f"se_ij_{name}"] for row in expected], atol=1e-10)
        np.testing.assert_allclose(by_year[k], [row[f"se_cluster_{name}"] for row in expected], atol=1e-10)


@pytest.mark.parametrize("arm", ["1", "2"])
def test_pbc(arm: str) -> None:
    """Transplant against death by treatment, in days."""
    rows = [row for row in rows_of("oracles/pbc_competing.csv") if row["trt"] == arm]
    expected = [
        row for row in figures_of("oracles/oracles.json")["pbc"]["aalen_johansen_by_trt"] if row["group"] == arm
    ]
    at = [row["time"] for row in expected]
    time, cause = (np.array([float(row[name]) for row in rows]) for name in ("time", "status"))
    found = aalen_johansen(time, cause, at)
    errors = clustered_se(risk_blocks(time, cause, at=at), at)
    for k, name in enumerate(("transplant", "death")):
        np.testing.assert_allclose(found.estimate[k], [row[f"cif_{name}"] for row in expected], atol=1e-10)
        np.testing.assert_allclose(errors[k], [row[f"se_ij_{name}"] for row in expected], atol=1e-10)


def test_retinopathy() -> None:
    """Two eyes of a person: errors alone and clustered on the person; a logistic model with clustered errors."""
    rows, expected = rows_of("oracles/retinopathy.csv"), figures_of("oracles/oracles.json")["retinopathy"]
    time, cause = (np.array([float(row[name]) for row in rows]) for name in ("futime", "status"))
    person = np.unique([row["id"] for row in rows], return_inverse=True)[1]
    at = [row["time"] for row in expected["km_pooled"]]
    blocks = risk_blocks(time, cause, at=at)
    event_free = aalen_johansen(time, cause, at).event_free
    np.testing.assert_allclose(event_free, [row["surv"] for row in expected["km_pooled"]], atol=1e-10)
    np.testing.assert_allclose(clustered_se(blocks, at)[0], [row["se_ij"] for row in expected["km_pooled"]], atol=1e-10)
    by_person = clustered_se(blocks, at, person)[0]
    np.testing.assert_allclose(by_person, [row["se_cluster_id"] for row in expected["km_pooled"]], atol=1e-10)
    x = np.array(
        [[1, float(r["trt"]), float(r["age"]), r["laser"] == "argon", float(r["risk"])] for r in rows], dtype=float
    )
    beta = fit_logistic(x, np.ones(len(x)), cause)
    errors = np.sqrt(np.diag(clustered_covariance(x, cause, np.ones(len(x)), beta, person)))
    np.testing.assert_allclose(beta, list(expected["logit"]["coef"].values()), atol=1e-8)
    np.testing.assert_allclose(errors, list(expected["logit"]["se_cluster_CR0"].values()), atol=1e-8)


def test_jackknife_examples() -> None:
    """survey's apistrat (JKn, 3 strata of 10 groups) and apiclus1 (JK1, 15 districts), and svyciprop on the latter."""
    expected = figures_of("oracles/oracles.json")
    strat, clus = rows_of("oracles/apistrat_groups.csv"), rows_of("oracles/apiclus1.csv")

    def column(rows: Rows, name: str) -> np.ndarray[Any, Any]:
        return np.array([float(row[name]) for row in rows])

    weights, groups = column(strat, "pw"), column(strat, "grp").astype(int)
    stype = np.array([row["stype"] for row in strat])
    wide = np.array([row["sch.wide"] == "Yes" for row in strat], dtype=float)
    quantities = {
        "mean_api00": lambda w: w @ column(strat, "api00") / w.sum(),
        "ratio_apistu_enroll": lambda w: w @ column(strat, "api.stu") / (w @ column(strat, "enroll")),
        "prop_schwide": lambda w: w @ wide / w.sum(),
    }
    for name, quantity in quantities.items():
        found = jackknife(quantity, groups, weights=weights, strata=stype, centre="mean")
        assert len(found.replicates) == 30
        assert float(found.estimate) == pytest.approx(expected["apistrat_JKn"][name]["est"], abs=1e-9)
        assert float(found.se) == pytest.approx(expected["apistrat_JKn"][name]["se"], abs=1e-9)
    district = column(clus, "dnum").astype(int)
    yes = np.array([row["sch.wide"] == "Yes" for row in clus], dtype=float)
    mean = jackknife(lambda w: w @ column(clus, "api00") / w.sum(), district, centre="mean")
    assert float(mean.se) == pytest.approx(expected["apiclus1_JK1"]["mean_api00"]["se_JK1"], abs=1e-9)
    x = np.column_stack([np.ones(len(clus)), column(clus, "meals"), column(clus, "ell")])
    slopes = jackknife(lambda w: fit_logistic(x, w, w * yes), district, centre="mean")
    logit = expected["apiclus1_JK1"]["logit_schwide"]
    np.testing.assert_allclose(slopes.estimate, list(logit["coef"].values()), rtol=1e-6)
    np.testing.assert_allclose(
        slopes.se, list(logit["se_JK1"].values()), rtol=1e-4
    )  # svyglm stops at 1e-8 of the deviance
    places = np.unique(district, return_inverse=True)[1]
    y, n = np.bincount(places, weights=yes), np.bincount(places).astype(float)
    sums = (y.sum(), n.sum(), 15, (y * y).sum(), (y * n).sum(), (n * n).sum())
    # The design effect is below 1 here: without our floor the interval is R's, with it a little wider.
    share, floored = korn_graubard(*sums, least_design_effect=0), korn_graubard(*sums)
    proportion = expected["apiclus1_JK1"]["prop_schwide"]
    assert (float(share.low), float(share.high)) == pytest.approx(tuple(proportion["ci_beta"]), abs=1e-10)
    assert floored.low < share.low < share.high < floored.high


def test_the_swedish_level_of_effort_curve() -> None:
    """12.8% after call 1 and 60.4% after call 25, as published: the incidence on the attempt scale gives them back."""
    calls = [1, 3, 5, 7, 9, 11, 13, 15, 25]
    reached = np.array([12.8, 32.8, 44.3, 50.9, 54.6, 56.8, 58.3, 59.1, 60.4])
    answered = np.diff(reached, prepend=0.0)
    time, cause = [*calls, 25], [*([1] * len(calls)), 0]
    found = aalen_johansen(time, cause, calls, count=[*answered, 100 - reached[-1]])
    np.testing.assert_allclose(100 * found.estimate[0], reached, atol=1e-10)
    assert found.n_at_risk[1] == pytest.approx(87.2)
