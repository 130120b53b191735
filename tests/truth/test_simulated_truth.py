"""Truth of simulated worlds: none where nothing matters, the known effects elsewhere, and naive tables that lie."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from followup_analytics.simulate import SimulatedLog, load_world, simulate_log, world_names
from followup_analytics.simulate.draws import Draws
from followup_analytics.simulate.people import invite
from followup_analytics.simulate.strategies import CONTRASTS
from followup_analytics.simulate.teller import tell
from followup_analytics.simulate.truth import true_contrast, world_key, world_truth

CLAIMS = tuple(CONTRASTS)


def contrast(world: str, claim: str, interviews: int = 4000) -> dict[str, float]:
    """A claim's truth in a small run of a world."""
    made = load_world(world)
    return true_contrast(made, invite(made, Draws(1), interviews), CONTRASTS[claim], seed=1)


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if claim != "tone-tells"])
def test_nothing_matters_in_the_null_world(claim: str) -> None:
    """With the same luck under both strategies the difference is exactly 0 for every interview."""
    found = contrast("null", claim, 2000)
    assert found["estimate"] == 0
    assert found["mc_error"] == 0
    assert found["eligible"] > 0.02


def test_every_claim_of_the_catalogue_has_a_truth() -> None:
    """All 24 claims have their contrast, and in the null world none has an effect."""
    truth = world_truth(load_world("null"))
    assert len(truth["claims"]) == 24
    for claim, found in truth["claims"].items():
        assert abs(found["estimate"]) <= 3 * found["mc_error"] + 1e-9, claim


@pytest.mark.parametrize("name", world_names())
def test_shipped_truths_are_of_these_worlds(name: str) -> None:
    """Whoever changes a world must run data/make_truths.py: the shipped truth carries the world's hash."""
    world = load_world(name)
    assert world_truth(world)["key"] == world_key(world)
    assert world_truth(world)["interviews"] >= 50_000


def test_the_advice_is_right_in_one_world_and_wrong_in_another() -> None:
    """Every claim has a world where it is true by more than the margin, and one where it is false or idle."""
    right, wrong = (world_truth(load_world(name))["claims"] for name in ("etiquette", "contrary"))
    for claim in CLAIMS:
        if claim in ("move-on", "ask-when-positive"):
            continue
        assert right[claim]["estimate"] > 0.05, claim
        assert wrong[claim]["estimate"] < -0.05, claim
    # One-sided claims: no gain from trying on and no harm from asking, against a large gain and a real harm.
    assert right["move-on"]["estimate"] < 0.02
    assert wrong["move-on"]["estimate"] > 0.1
    assert right["ask-when-positive"]["estimate"] > 0
    assert wrong["ask-when-positive"]["estimate"] < -0.05


@pytest.mark.parametrize("name", ["unmeasured", "unmeasured_quiet"])
def test_hidden_diligence_changes_nothing_by_itself(name: str) -> None:
    """Where only a hidden trait makes the diligent succeed, no act has any effect."""
    claims = world_truth(load_world(name))["claims"].items()
    assert claims
    for claim, found in claims:
        assert abs(found["estimate"]) <= 3 * found["mc_error"] + 1e-9, claim


def advanced_by_30(log: SimulatedLog) -> pl.DataFrame:
    """Interviews with `good`: whether they went further by day 30."""
    ends = log.outcomes.select("interview_id", "outcome", end="_day")
    joined = log.interviews.join(ends, on="interview_id", how="left")
    good = pl.col("outcome").is_in(["advanced", "offer"]) & (pl.col("end") - pl.col("_day") <= 30)
    return joined.with_columns(good=good.fill_null(value=False))


def naive_note(log: SimulatedLog) -> float:
    """What a table says of thank-you notes: by day 1 against none by day 7."""
    notes = (
        log.contacts.filter(pl.col("purpose") == "thank_you").group_by("interview_id").agg(note=pl.col("_day").min())
    )
    table = (
        advanced_by_30(log).join(notes, on="interview_id", how="left").with_columns(day=pl.col("note") - pl.col("_day"))
    )
    sent, none = pl.col("day") <= 1, (pl.col("day") > 7).fill_null(value=True)
    return float(table.filter(sent)["good"].mean() - table.filter(none)["good"].mean())  # type: ignore[operator]


def first_conversations(log: SimulatedLog) -> pl.DataFrame:
    """Each interview's first conversation with what became of it."""
    talks = log.contacts.filter(pl.col("said_thanks").is_not_null()).sort("_at_us").unique("interview_id", keep="first")
    return talks.join(advanced_by_30(log).select("interview_id", "good", "self_rating"), on="interview_id")


def naive_thanks(log: SimulatedLog) -> float:
    """What a table says of ending with thanks."""
    table = first_conversations(log)
    return float(
        table.filter(pl.col("said_thanks"))["good"].mean() - table.filter(~pl.col("said_thanks"))["good"].mean()  # type: ignore[operator]
    )


@pytest.fixture(scope="module")
def etiquette() -> SimulatedLog:
    """A large log of the world in which the advice is right."""
    return simulate_log(interviews=20_000, world="etiquette", seed=9)


def test_naive_tables_point_the_wrong_way(etiquette: SimulatedLog) -> None:
    """Where the weak follow good advice a table speaks against it; where nothing matters the strong seem to profit."""
    right = etiquette.truth["claims"]
    assert naive_note(etiquette) < -0.05 < 0.05 < right["thank-you-note"]["estimate"]
    assert naive_thanks(etiquette) < -0.02 < 0.05 < right["say-thanks"]["estimate"]
    assert naive_note(simulate_log(interviews=20_000, world="contrary", seed=9)) > 0.05
    assert naive_note(simulate_log(interviews=20_000, world="null", seed=9)) > 0.04


def test_known_effects_are_recovered_by_stratifying(etiquette: SimulatedLog) -> None:
    """Within self-ratings, which are all that makes people thank, the plain difference is the truth."""
    table = first_conversations(etiquette).drop_nulls("self_rating")
    cells = table.group_by("self_rating", "said_thanks").agg(good=pl.col("good").mean(), n=pl.len())
    wide = cells.pivot(on="said_thanks", index="self_rating", values=["good", "n"])
    weight = (wide["n_true"] + wide["n_false"]).to_numpy()
    difference = (wide["good_true"] - wide["good_false"]).to_numpy()
    adjusted = float(np.average(difference, weights=weight))
    assert adjusted == pytest.approx(etiquette.truth["claims"]["say-thanks"]["estimate"], abs=0.035)


def test_true_rates_and_curves_agree_with_the_stories() -> None:
    """Incidences rise, causes add up to at most 1, and by-attempt rates build the cumulative one."""
    truth = world_truth(load_world("etiquette"))
    days = (
        pl.DataFrame(truth["curve"])
        .filter(pl.col("outcome") == "response")
        .pivot(on="event", index="day", values="estimate")
    )
    assert (days["response"].diff().drop_nulls() >= 0).all()
    assert (days["response"] + days["filled"] + days["withdrawn"] <= 1).all()
    attempts = [row for row in truth["rates"] if row["by"] == "attempt"]
    assert attempts[0]["cumulative"] == attempts[0]["estimate"]
    assert [row["cumulative"] for row in attempts[:5]] == sorted(row["cumulative"] for row in attempts[:5])


@pytest.mark.parametrize("claim", ["wait-2-3-days", "max-two-voicemails", "spread-voicemails", "not-pushy", "move-on"])
def test_strategies_are_kept_to(claim: str) -> None:
    """Under a strategy everybody whose story goes on does what it says, and nothing that it forbids."""
    world = load_world("etiquette")
    people = invite(world, Draws(3), 3000)
    wanted = CONTRASTS[claim]
    for strategy in (wanted.strategy, wanted.alternative):
        story = tell(world, people, 3, moment=wanted.moment, strategy=strategy)
        acts = story.attempts().with_columns(moment=pl.Series(story.moment).gather(pl.Series(story.attempts()["who"])))
        acts = acts.filter(pl.col("moment").is_not_nan()).with_columns(since=pl.col("at") - pl.col("moment"))
        acts = acts.filter((pl.col("since") > 0) | (wanted.moment == "interview"))
        over = np.minimum(story.reply, story.end) - story.moment
        for window, at_least in ((strategy.require, True), (strategy.forbid, False), (strategy.at_most, False)):
            if window is None:
                continue
            kind = pl.col("channel") == 1 if window.kind == "voicemail" else pl.lit(value=True)
            inside = acts.filter(kind & (pl.col("since") >= window.start) & (pl.col("since") < window.stop))
            counts = np.bincount(inside["who"].to_numpy(), minlength=len(people))
            reached = np.isfinite(story.moment) & (story.moment + window.stop < 120)
            if at_least:
                assert (counts[reached & (over > window.stop)] >= window.count).all()
            else:
                assert counts.max() <= (window.count if window is strategy.at_most else 0)
