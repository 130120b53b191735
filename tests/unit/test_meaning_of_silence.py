"""What a silence has meant in a log: counted by hand where nothing is censored, shrunken for employers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from followup_analytics.advice.meaning import AHEAD, Meaning, meaning_of
from followup_analytics.advice.situation import Situation
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.simulate import simulate_log

START = date(2024, 1, 1)


def log_of(answered_after: list[int | None], employers: list[str] | None = None) -> FollowUpLog:
    """Interviews of as many applicants, each called on day 2 and answered so many days after that, or never."""
    ids = [f"i{place}" for place in range(len(answered_after))]
    calls = [(f"c{one}", one, 2, "outbound") for one in ids]
    answers = [
        (f"a{one}", one, 2 + days, "inbound") for one, days in zip(ids, answered_after, strict=True) if days is not None
    ]
    contacts: list[dict[str, Any]] = [
        {"contact_id": key, "interview_id": one, "at": f"{START + timedelta(days=day)}T12:00", "direction": direction,
         "channel": "phone", "party": "none" if direction == "outbound" else None}
        for key, one, day, direction in calls + answers
    ]  # fmt: skip
    return build_log(
        interviews=pl.DataFrame(
            {
                "interview_id": ids,
                "applicant_id": [f"p{place}" for place in range(len(ids))],
                "interviewed_at": [f"{START}T10:00"] * len(ids),
                "observed_until": ["2024-12-31"] * len(ids),
                "employer": employers or ["Acme"] * len(ids),
            }
        ),
        contacts=pl.DataFrame(contacts),
        time_zone="UTC",
    )


def now(days: int, employer: str | None = None) -> Situation:
    """An interview that was called so many days ago, and is silent since."""
    last = START + timedelta(days=2)
    return Situation(
        "i0", "p0", START, last + timedelta(days=days), employer=employer, last_contact=last, attempts_made=1
    )


@pytest.mark.parametrize("days", [0, 3, 9, 20])
def test_share_is_the_count_where_nothing_is_censored(days: int) -> None:
    """Of silences that outlasted so many days, the share answered within 30 days more is what counting gives."""
    after: list[int | None] = [1, 2, 4, 4, 8, 12, 15, 25, 40, 60] * 6 + [None] * 40
    lasting = [one for one in after if one is None or one > days]
    answered = [one for one in lasting if one is not None and one <= days + AHEAD]
    found = meaning_of(log_of(after)).of(now(days))
    assert found is not None
    assert (found.n, found.days, found.after) == (len(lasting), days, "attempt")
    assert found.share == pytest.approx(len(answered) / len(lasting))
    assert found.low < found.share < found.high
    assert found.sentence().startswith(f"Of 100 such silences {100 * found.share:.0f} still ended in an answer")


def test_too_few_silences_say_nothing() -> None:
    """A log with fewer than 30 silences of a length is no experience to go by."""
    assert meaning_of(log_of([3] * 10 + [None] * 19)).of(now(1)) is None
    assert meaning_of(log_of([3] * 40 + [None] * 20)).of(now(10)) is None


def test_an_employer_with_enough_silences_is_told_apart_but_drawn_towards_the_log() -> None:
    """Its share lies between its own and the log's; one with few silences is spoken of by the log alone."""
    after: list[int | None] = [5] * 30 + [None] * 10 + [5] * 10 + [None] * 110 + [5] * 4
    names = ["Quick"] * 40 + ["Slow"] * 120 + ["Rare"] * 4
    meaning = meaning_of(log_of(after, names))
    base = meaning.of(now(1))
    quick, slow, rare = (meaning.of(now(1, name)) for name in ("Quick", "Slow", "Rare"))
    assert base is not None
    assert quick is not None
    assert slow is not None
    assert slow.share < base.share < quick.share < 30 / 40
    assert slow.share > 10 / 120
    assert quick.low < quick.share < quick.high
    assert (quick.employer, rare) == (True, base)
    assert "with this employer" in quick.sentence()


def test_what_is_kept_names_no_employer() -> None:
    """The figures that a store keeps are the log's alone, and come back as they were."""
    meaning = meaning_of(log_of([5] * 40 + [None] * 40))
    plain = meaning.to_plain()
    assert "Acme" not in str(plain)
    assert Meaning.from_plain(plain).log == meaning.log


def test_intervals_cover_what_later_happened() -> None:
    """In simulated logs the share of one half of the applicants lies within the interval of the other about as often
    as the error of both allows."""
    inside = tried = 0
    for seed in range(8):
        log = simulate_log(interviews=3_000, world="office", seed=seed)
        halves = [meaning_of(_part(log, pl.col("_bucket") % 2 == rest)).log for rest in (0, 1)]
        for key in (("attempt", 3), ("attempt", 8), ("interview", 5), ("heard", 4)):
            one, other = (half.get(key) for half in halves)
            if one is not None and other is not None:
                tried += 1
                spread = ((one.high - one.low) ** 2 + (other.high - other.low) ** 2) ** 0.5 / 2
                inside += abs(one.share - other.share) <= spread
    assert tried >= 24
    assert inside / tried >= 0.85


def _part(log: FollowUpLog, chosen: pl.Expr) -> FollowUpLog:
    from dataclasses import replace

    interviews = log.interviews.filter(chosen)
    ids = interviews.select("interview_id")
    return replace(
        log,
        interviews=interviews,
        contacts=log.contacts.join(ids, on="interview_id", how="semi"),
        outcomes=log.outcomes.join(ids, on="interview_id", how="semi"),
    )
