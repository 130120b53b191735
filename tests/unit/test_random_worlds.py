"""Random worlds: drawn from a seed, in keeping with the contract, and with a truth that intervening finds."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import followup_analytics.simulate.random_worlds as package
from followup_analytics.errors import UsageError
from followup_analytics.reading import read_log
from followup_analytics.simulate.random_worlds import FAMILIES, claim_truths, draw_world, random_log
from followup_analytics.simulate.random_worlds.course import Course, live
from followup_analytics.simulate.random_worlds.crowd import Crowd, crowd_of
from followup_analytics.simulate.random_worlds.hazards import Hazards
from followup_analytics.simulate.random_worlds.observed import true_curve, true_rates
from followup_analytics.simulate.random_worlds.strategies import CONTRASTS, PREDICTION
from followup_analytics.simulate.random_worlds.world import DAYS, RandomWorld


def test_there_are_families_enough() -> None:
    """At least twelve families whose causes are all recorded, and some that are honest about what they lack."""
    recorded = [name for name, family in FAMILIES.items() if family.recorded]
    assert len(recorded) >= 12
    assert {"where_called", "diligence"} == set(FAMILIES) - set(recorded)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_makes_logs_that_the_checks_accept(family: str) -> None:
    """A log of any family is read without a refusal, says that it is simulated, and has acts and answers in it."""
    log = random_log(11, interviews=150, family=family)
    assert log.simulated
    assert set(log.contacts["direction"]) == {"outbound", "inbound"}
    assert log.outcomes.height > 0
    assert log.random_world is not None
    assert log.random_world.all_causes_recorded == FAMILIES[family].recorded


def test_a_log_depends_on_its_seeds_alone() -> None:
    """The same seeds give the same log; another log seed other people in the same world; another world other habits."""
    one, same, other = (random_log(3, interviews=80, family="clipped", seed=seed) for seed in (1, 1, 2))
    assert one.contacts.equals(same.contacts)
    assert not one.contacts.equals(other.contacts)
    assert one.random_world == other.random_world
    assert draw_world(4, "clipped") != draw_world(3, "clipped")


def test_a_family_is_drawn_where_none_is_named() -> None:
    """Without a name the seed decides, and many seeds visit many families."""
    assert len({draw_world(seed).family for seed in range(80)}) > 12


def test_an_unknown_family_is_refused_with_a_guess() -> None:
    """A slip of the pen is told what was meant."""
    with pytest.raises(UsageError, match="did you mean 'season'"):
        draw_world(1, "seasn")


@pytest.fixture(scope="module")
def nothing_matters() -> tuple[RandomWorld, Crowd, Hazards]:
    """A null world of all complications, with its crowd."""
    world = draw_world(8, "mixed", null=True)
    crowd = crowd_of(world, 3_000, 1)
    return world, crowd, Hazards.of(world, crowd)


@pytest.mark.parametrize("claim", CONTRASTS)
def test_where_nothing_matters_no_strategy_changes_anything(
    claim: str, nothing_matters: tuple[RandomWorld, Crowd, Hazards]
) -> None:
    """In a null world every interview hears the same on the same day, whatever it is made to do."""
    world, crowd, hazards = nothing_matters
    contrast = CONTRASTS[claim]
    one, other = (
        live(world, crowd, 5, moment=contrast.moment, strategy=strategy, hazards=hazards)
        for strategy in (contrast.strategy, contrast.alternative)
    )
    assert np.array_equal(one.state.moment, other.state.moment)
    for name in ("reply", "end"):
        assert np.array_equal(getattr(one.state, name), getattr(other.state, name))
    assert np.array_equal(one.advanced, other.advanced)


def attempts_in(course: Course, claim: str) -> pl.DataFrame:
    """Attempts after the moment and before any answer, with the days since the moment."""
    frame = pl.DataFrame(course.attempts).with_columns(pl.col("who").cast(pl.Int64))
    who = frame["who"].to_numpy()
    since = frame["at"].to_numpy() - course.state.moment[who]
    with np.errstate(invalid="ignore"):  # who has no moment hears nothing since
        until = np.minimum(course.state.reply, course.state.end) - course.state.moment
    return frame.with_columns(since=pl.Series(since), until=pl.Series(until[who]), kind=pl.col("kind").cast(pl.Int64))


@pytest.mark.parametrize(
    ("claim", "arm", "kinds", "span", "least", "most"),
    [
        ("wait-2-3-days", "strategy", (0, 1, 2, 3), (0, 2), 0, 0),
        ("wait-2-3-days", "strategy", (0, 1, 2, 3), (2, 4), 1, 2),
        ("wait-not-longer", "alternative", (0, 1, 2, 3), (4, 8), 1, 4),
        ("follow-up-at-all", "alternative", (0, 1, 2, 3), (0, 15), 0, 0),
        ("person-not-machine", "strategy", (1, 2), (0.0001, 3), 1, 3),
        ("max-two-voicemails", "strategy", (3,), (0.0001, 7), 0, 0),
        ("max-two-voicemails", "alternative", (3,), (0.0001, 7), 1, 7),
        ("spread-voicemails", "alternative", (3,), (0.0001, 2), 1, 2),
        ("move-on", "strategy", (0, 1, 2, 3), (0, 7), 1, 7),
        ("keep-following-up", "strategy", (0, 1, 2, 3), (0, 5), 1, 5),
        ("keep-following-up", "alternative", (0, 1, 2, 3), (0, 5), 0, 0),
        ("not-pushy", "strategy", (0, 1, 2, 3), (0.0001, 10), 0, 2),
        ("not-pushy", "alternative", (0, 1, 2, 3), (0.0001, 10), 4, 10),
    ],
)
def test_strategies_are_kept(
    claim: str,
    arm: str,
    kinds: tuple[int, ...],
    span: tuple[float, float],
    least: int,
    most: int,
    nothing_matters: tuple[RandomWorld, Crowd, Hazards],
) -> None:
    """Whoever reaches the moment and hears nothing through the window has made as many such acts as is asked."""
    world, crowd, hazards = nothing_matters
    contrast = CONTRASTS[claim]
    course = live(world, crowd, 5, moment=contrast.moment, strategy=getattr(contrast, arm), hazards=hazards)
    rows = attempts_in(course, claim)
    inside = rows.filter(
        pl.col("since") >= span[0], pl.col("since") < span[1], pl.col("kind").is_in(kinds), pl.col("until") >= span[1]
    )
    count = np.bincount(inside["who"].to_numpy(), minlength=len(crowd))
    until = np.minimum(course.state.reply, course.state.end)
    bound = (course.state.moment + span[1] < DAYS) & (until >= course.state.moment + span[1])
    assert bound.sum() > 50
    assert count[bound].min() >= least
    assert count[bound].max() <= most


def test_days_of_a_grace_period_are_those_of_people_who_act_in_it() -> None:
    """Under "first attempt on day 4 to 7" the days are chosen as by those who act then by themselves."""
    world = draw_world(8, "proportional", null=True)
    # Nobody ever answers, and nobody differs, so that plain shares can be compared.
    silent = replace(
        world.answering, by_day=(-30.0,), filled=0.0, withdrawn=0.0, weekday=(0.0,) * 7, promise=(0.0, 0.0)
    )
    same = replace(world.acting, first=type(world.acting.first)(), habit=(0.0, 0.0), weekday=(0.0,) * 7, thanked=0.0)
    world = replace(world, answering=silent, acting=replace(same, promise=(0.0, 0.0)))
    crowd = crowd_of(world, 20_000, 1)
    natural, forced = (
        live(world, crowd, seed, strategy=strategy)
        for seed, strategy in ((1, None), (2, CONTRASTS["wait-not-longer"].alternative))
    )
    day = [np.floor(course.state.first_at) for course in (natural, forced)]
    shares = [np.bincount(d[(d >= 4) & (d < 8)].astype(int) - 4, minlength=4) for d in day]
    assert shares[1].sum() == len(crowd)
    assert shares[0] / shares[0].sum() == pytest.approx(shares[1] / shares[1].sum(), abs=0.02)


@pytest.mark.parametrize(("family", "sign"), [("right_advice", 1), ("wrong_advice", -1)])
def test_advice_is_right_or_wrong_as_its_family_says(family: str, sign: int) -> None:
    """By intervening, advice of a right world does good and of a wrong world harm."""
    claims = ("thank-you-note", "wait-2-3-days", "say-thanks", "no-credentials", "keep-following-up")
    truths = claim_truths(draw_world(2, family), claims, n=6_000)
    assert set(truths) == set(claims)
    for claim, truth in truths.items():
        assert sign * truth["estimate"] > 2 * truth["mc_error"], claim


def test_null_worlds_have_a_truth_of_nought() -> None:
    """All contrasts of a null world are nought, and the prediction too unless the family is about tones."""
    truths = claim_truths(draw_world(2, "fridays", null=True))
    assert set(truths) == {*CONTRASTS, PREDICTION}
    assert {truth["estimate"] for truth in truths.values()} == {0.0}
    told = claim_truths(draw_world(2, "tones", null=True), [PREDICTION], n=4_000)
    assert told[PREDICTION]["estimate"] > 0.05


def test_a_written_log_is_the_log_with_its_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder reads back as the same log, and holds the truth in the form of the contract."""
    monkeypatch.setattr("followup_analytics.simulate.random_worlds.truth.TRUTH_INTERVIEWS", 500)
    log = random_log(6, interviews=120, family="bare", null=True)
    back = read_log(log.write(tmp_path / "world"))
    for name in ("interviews", "contacts", "outcomes"):
        assert getattr(back, name).equals(getattr(log, name)), name
    truth = json.loads((tmp_path / "world" / "truth.json").read_text(encoding="utf-8"))
    assert set(truth["claims"]["smile"]) >= {"risk_strategy", "risk_alternative", "estimate"}
    assert {row["by"] for row in truth["rates"]} == {"timing", "channel", "attempt", "party"}
    assert {row["day"] for row in truth["curve"]} == set(range(31))


def test_rates_and_curves_meet_the_truth() -> None:
    """What `rates` and `curve` find in a log of 20,000 interviews is what the world holds."""
    import followup_analytics as fa

    log = random_log(9, interviews=20_000, family="clipped")
    assert log.random_world is not None
    course = live(log.random_world, crowd_of(log.random_world, 20_000, 99), 99)
    truth = {"rates": true_rates(course), "curve": true_curve(course)}
    found = {row["timing"]: row for row in fa.response_rates(log, by="timing").rows}
    for row in truth["rates"]:
        if row["by"] == "timing" and row["n_attempts"] > 2_000:
            assert found[row["timing"]]["estimate"] == pytest.approx(row["estimate"], abs=0.02), row
    curve = {(row["event"], row["day"]): row["estimate"] for row in fa.incidence_curve(log).rows}
    for row in truth["curve"]:
        if row["outcome"] == "response":
            assert curve[row["event"], row["day"]] == pytest.approx(row["estimate"], abs=0.015), row


def test_random_worlds_share_nothing_with_what_they_judge() -> None:
    """No module here imports an estimator, or the stories of the declared worlds."""
    allowed = ("errors", "text", "log.", "simulate.random_worlds", "simulate.writing")
    modules = list(Path(str(package.__file__)).parent.glob("*.py"))
    assert len(modules) > 10
    for path in modules:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("followup_analytics."):
                assert str(node.module).removeprefix("followup_analytics.").startswith(allowed), (
                    path.name,
                    node.module,
                )
