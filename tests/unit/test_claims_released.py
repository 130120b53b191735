"""What claims enter in the ledger of releases: the interviews behind each published number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import followup_analytics as fa
from followup_analytics.errors import WithheldError
from followup_analytics.results.disclosure import Units, policy_of
from followup_analytics.results.disclosure.ledger import Ledger, file_place
from followup_analytics.results.result import Result


@pytest.fixture(scope="module")
def log() -> fa.FollowUpLog:
    """A log with claims of many interviews and of few."""
    return fa.simulate_log(interviews=600, world="etiquette", seed=5)


def _shown(table: Units) -> Iterator[tuple[tuple[int | None, int | None], tuple[int, int]]]:
    """Of each row what was published (interviews, events), and the same of its units."""
    for place, published in enumerate(zip(table.n, table.events, strict=True)):
        own = table.frame.filter(table.frame["cell"] == place)
        yield published, (own.height, int(own["happened"].sum()))


@pytest.mark.parametrize("by", [None, "referral"])
def test_units_are_those_that_the_numbers_count(log: fa.FollowUpLog, by: str | None) -> None:
    """Every shown number of interviews and events is that of its units, and of hidden ones there are units too."""
    tables = fa.test_claims(log, by=by).released()
    assert len({table.name for table in tables}) == len(tables) > 5
    hidden = 0
    for table in tables:
        assert table.frame["unit"].is_unique().all()
        for published, counted in _shown(table):
            hidden += published[0] is None
            assert published[0] in (None, counted[0])
            assert published[1] in (None, counted[1])
    assert hidden == 0 or by is not None


def test_claims_about_the_same_are_entered_once(log: fa.FollowUpLog) -> None:
    """Smiling and standing up are about the same conversations and the same outcome."""
    tables = fa.test_claims(log, claim=["smile", "stand-up", "ask-status"]).released()
    assert [table.name for table in tables] == ["claim ask-status", "claim stand-up"]


def test_a_release_that_gives_a_claim_away_is_refused(log: fa.FollowUpLog, tmp_path: Path) -> None:
    """The same claim of all interviews but those of two applicants."""
    ledger = Ledger(file_place(tmp_path / "releases.json"))
    two = log.interviews["applicant_id"].unique().sort().head(2).to_list()
    named = pl.when(pl.col("applicant_id").is_in(two)).then(pl.lit("2020")).otherwise(pl.lit("2021"))
    fewer = fa.subset(replace(log, interviews=log.interviews.with_columns(cohort=named)), cohort="2021")
    whole, part = (fa.test_claims(one, claim="ask-status") for one in (log, fewer))
    _enter(ledger, "whole", whole)
    with pytest.raises(WithheldError, match="'whole'"):
        _enter(ledger, "part", part)


def test_an_answer_that_gives_itself_away_is_refused(log: fa.FollowUpLog, tmp_path: Path) -> None:
    """Groups in which one claim is about the same interviews as another but for a few applicants."""
    ledger = Ledger(file_place(tmp_path / "releases.json"))
    with pytest.raises(WithheldError, match="its own numbers"):
        _enter(ledger, "by referral", fa.test_claims(log, by="referral"))
    assert ledger.releases == []


def _enter(ledger: Ledger, name: str, answer: Result) -> None:
    ledger.publish(
        name, at="2026-05-01T09:00:00+00:00", command="claims", question={"asked": name}, policy=policy_of(),
        fingerprint="f", published={"0": answer.to_json()}, tables=answer.released(),
    )  # fmt: skip
