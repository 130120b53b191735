"""The catalogue of claims: complete, checked field by field, registered by its hash."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from followup_analytics.claims import IN_CIRCULATION, Choices, Run, own_catalogue, preregistration_text, protocol_text
from followup_analytics.claims import test_claims as claims_of
from followup_analytics.claims.catalogue import parse_catalogue
from followup_analytics.claims.registration import why_post_hoc
from followup_analytics.errors import DataError, UsageError
from followup_analytics.simulate import simulate_log

ONE = """[[claim]]
id = "early"
advice = "Call early."
source = "a poster"
population = "all interviews"
outcome = "response"
horizon = 14
direction = "more"
design = "clone-censor-weight"
moment = { kind = "interview" }
strategy = { words = "day 0", act = "attempt", some_in = [0, 0] }
alternative = { words = "day 1 or 2", act = "attempt", none_in = [0, 0], some_in = [1, 2] }
"""


def test_all_24_claims_are_there_in_their_order() -> None:
    """The package's own catalogue holds the 24 claims, from the thank-you note to the question when positive."""
    ids = [claim.id for claim in own_catalogue().claims]
    assert len(ids) == len(set(ids)) == 24
    assert (ids[0], ids[1], ids[-1]) == ("thank-you-note", "wait-2-3-days", "ask-when-positive")
    assert [claim.id for claim in own_catalogue().claims if claim.one_sided] == ["move-on", "ask-when-positive"]
    assert [claim.id for claim in own_catalogue().claims if claim.second_way] == [
        "max-two-voicemails",
        "move-on",
        "keep-following-up",
    ]


def test_claims_in_circulation_contradict_each_other() -> None:
    """The second catalogue names its sources, and what each entry contradicts is in it too."""
    catalogue = own_catalogue(IN_CIRCULATION)
    assert all(claim.source for claim in catalogue.claims)
    named = {other for claim in catalogue.claims for other in claim.contradicts}
    assert named
    assert named <= {claim.id for claim in catalogue.claims}


def test_a_users_file_of_the_same_form() -> None:
    """A file with the fields that are needed gives a claim, with the usual margin."""
    claim = parse_catalogue(ONE.encode(), "mine.toml").claims[0]
    assert (claim.id, claim.margin, claim.intervals, claim.window) == ("early", 0.05, 15, 3)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("horizon = 14", 'horizon = "14"', 7, "whole number"),
        ('outcome = "response"', 'outcome = "reply"', 6, "none of response, advanced"),
        ('direction = "more"', 'directoin = "more"', 8, "did you mean 'direction'"),
        ("some_in = [0, 0]", "some_in = [2, 1]", 11, "first and last interval"),
        ('kind = "interview"', 'kind = "dream"', 10, "none of interview"),
    ],
)
def test_errors_name_line_and_field(old: str, new: str, line: int, words: str) -> None:
    """A field that is wrong is refused with the file, the line and what to put there."""
    with pytest.raises(DataError) as refused:
        parse_catalogue(ONE.replace(old, new).encode(), "mine.toml")
    problem = next(one for one in refused.value.problems if words in one.message)
    assert (problem.file, problem.row) == ("mine.toml", line)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('adjust = ["applicant_id"]', "an id or a time"),
        ('second_way = "sequential"', r"none_in = \[0, k\]"),
    ],
)
def test_what_fields_must_be_to_each_other(more: str, words: str) -> None:
    """Ids are no covariates, and sequential trials set acting within a window against not acting in it."""
    with pytest.raises(DataError, match=words):
        parse_catalogue(ONE.replace("horizon = 14", f"horizon = 14\n{more}").encode(), "mine.toml")


def test_strategies_must_differ() -> None:
    """Two courses that ask the same are refused, whatever their words."""
    course = re.compile(r"^(strategy|alternative) = .*$", re.MULTILINE)
    same = course.sub(r'\1 = { words = "\1", act = "attempt", some_in = [0, 0] }', ONE)
    with pytest.raises(DataError, match="ask the same"):
        parse_catalogue(same.encode(), "mine.toml")


def test_what_is_not_toml_is_refused_in_a_sentence() -> None:
    """Neither bytes that are no text nor text that is no TOML gives a traceback."""
    for data in (b"\xff\xfe", b"[[claim]\n"):
        with pytest.raises(DataError, match=r"mine\.toml: not"):
            parse_catalogue(data, "mine.toml")


#: The numbers of TARGET's 39 parts.
PARTS = ["1a", "1b", "1c", "2", "3", "4", "5"]
PARTS += [f"6{letter}" for letter in "abcdefgh"]
PARTS += ["7a", "7b", "7c", "7d", "7e", "7f", "7g(i)", "7g(ii)", "7h(i)", "7h(ii)"]
PARTS += [str(number) for number in range(8, 22)]


def test_protocols_cover_the_39_parts_of_the_21_items() -> None:
    """Every claim's protocol sets trial and emulation side by side and goes through all of TARGET, in its order."""
    for claim in own_catalogue().claims:
        text = protocol_text(claim.id)
        assert "| Eligibility |" in text
        assert re.findall(r"^- \*\*(\S+)\. ", text, re.MULTILINE) == PARTS
    with pytest.raises(UsageError, match="did you mean 'wait-2-3-days'"):
        protocol_text("wait-2-3-day")


def test_a_protocol_holds_the_numbers_of_its_log() -> None:
    """Sizes, both estimates and the verdict of a run stand in its parts, and nothing points elsewhere."""
    log = simulate_log(interviews=900, world="etiquette", seed=3)
    found = claims_of(log, claim="wait-2-3-days", min_cell=1)
    row = found.rows[0]
    text = protocol_text("wait-2-3-days", runs={row.claim: Run(row, found.counts)})
    parts = {line.split(". ")[0].removeprefix("- **"): line for line in text.splitlines() if line.startswith("- **")}
    assert f"{row.n_interviews:,} eligible interviews" in parts["8"]
    assert f"{100 * row.estimate:+.1f} in 100" in parts["13"]
    assert f"{100 * row.estimate_weighted:+.1f} in 100" in parts["13"]
    assert row.verdict_words in parts["15"]
    assert "self_rating" in parts["9"]
    assert "Not run" not in text


def test_a_protocol_tells_who_was_in_the_arms_and_what_is_missing() -> None:
    """TARGET's parts 9 and 11 hold shares of levels by arm and of missing values, counted from the log itself."""
    log = simulate_log(interviews=900, world="etiquette", seed=3)
    unknown = pl.when(pl.int_range(pl.len()) % 5 > 0).then(pl.col("referral"))
    log = replace(log, interviews=log.interviews.with_columns(referral=unknown))
    found = claims_of(log, claim="wait-2-3-days", min_cell=1)
    row = found.rows[0]
    did = found.trace("wait-2-3-days").join(log.interviews, on="interview_id")
    shares = [
        part["referral"].is_null().mean()
        for part in (did, did.filter(pl.col("did_strategy")), did.filter(pl.col("did_alternative")))
    ]
    told = [f"{100 * share:.1f}%" for share in shares if isinstance(share, float)]
    text = protocol_text("wait-2-3-days", runs={row.claim: Run(row, found.counts)})
    parts = {line.split(". ")[0].removeprefix("- **"): line for line in text.splitlines() if line.startswith("- **")}
    assert f"referral (missing) {told[0]} ({told[1]} against {told[2]};" in parts["9"]
    assert f"referral: {told[0]}; {told[1]} (strategy), {told[2]} (alternative)" in parts["11"]
    assert "industry" in parts["11"]


def test_shares_of_few_applicants_take_those_of_their_covariate_along() -> None:
    """Standardised differences, which stay, would give them away: no share of the covariate is told."""
    log = simulate_log(interviews=400, world="etiquette", seed=3)
    found = claims_of(log, claim="ask-status")
    rows = found.table("baseline")
    hidden = rows.filter(pl.col("status") == "suppressed")
    assert set(hidden["covariate"]) & set(rows.filter(pl.col("status") == "ok")["covariate"]) == set()
    assert hidden.select(pl.col("^(share|weighted).*$").is_null().all()).row(0) == (True,) * 5
    assert "self_rating" in set(hidden["covariate"])
    assert "referral" in set(rows["covariate"]) - set(hidden["covariate"])


def test_a_preregistration_says_when_the_record_ends_and_what_was_seen() -> None:
    """It never says by itself that nothing was seen, and that its own date proves nothing."""
    silent = preregistration_text(date=dt.date(2026, 1, 1))
    assert "does not say what was seen" in silent
    assert "needs proof from outside" in silent
    told = preregistration_text(record_ends="2026-03-01", seen="response rates of the first term")
    assert "ends on 2026-03-01" in told
    assert "The author says: response rates of the first term." in told


def test_a_registration_is_verified(tmp_path: Path) -> None:
    """Verdicts are post hoc when the file differs from the registered one, or was registered after the record ended."""
    place = tmp_path / "registration.txt"
    place.write_text(preregistration_text(date=dt.date(2026, 1, 1)), encoding="utf-8")
    after = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    assert why_post_hoc(own_catalogue(), None, after) is None
    assert why_post_hoc(own_catalogue(), place, after) == ""
    assert "claims' file" in str(why_post_hoc(own_catalogue(IN_CIRCULATION), place, after))
    assert "adjusted for" in str(why_post_hoc(own_catalogue(), place, after, Choices(("employer",))))
    assert "after the record" in str(why_post_hoc(own_catalogue(), place, dt.datetime(2025, 6, 1, tzinfo=dt.UTC)))


@pytest.mark.parametrize(
    "choices",
    [Choices(("employer",)), Choices(only=("self_rating", "cohort")), Choices(only=()), Choices(cluster="employer")],
    ids=["besides", "alone", "nothing", "clusters"],
)
def test_what_the_analyst_chose_is_registered(tmp_path: Path, choices: Choices) -> None:
    """A registration fits verdicts that adjust for what it names and cluster as it says, and no others."""
    place = tmp_path / "registration.md"
    place.write_text(preregistration_text(choices=choices, date=dt.date(2026, 1, 1)), encoding="utf-8")
    after = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    assert why_post_hoc(own_catalogue(), place, after, choices) == ""
    assert "adjusted for" in str(why_post_hoc(own_catalogue(), place, after))


def test_the_protocol_names_what_every_claim_is_adjusted_for() -> None:
    """Calendar time, weekday and promised day are named; what is chosen besides too, what is chosen alone alone."""
    usual = protocol_text("wait-2-3-days")
    for name in ("interviewed_at", "weekday", "days to decision_promised_at", "mix of days"):
        assert name in usual
    assert "cohort" in protocol_text("wait-2-3-days", choices=Choices(("cohort",)))
    alone = protocol_text("wait-2-3-days", choices=Choices(only=("cohort",)))
    assert "given cohort and thanked (call history)" in alone
