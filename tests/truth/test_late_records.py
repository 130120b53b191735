"""Records that begin late: claims with `entry` are right where ignoring it is wrong by an amount that is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from late_worlds import smiling_late, smiling_truth, waiting_late, waiting_truth
from scipy.stats import binom

import followup_analytics as fa
from followup_analytics.claims import own_catalogue
from followup_analytics.claims.context import Context
from followup_analytics.claims.definition import Catalogue
from followup_analytics.claims.trial import run_trial
from followup_analytics.errors import UsageError
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.trials.incidence import incidence_of_sums
from followup_analytics.trials.steps import FollowUp
from followup_analytics.trials.weighing import seen_weight, weigh_arm


def alone(identifier: str) -> Catalogue:
    """A catalogue of one claim of the package."""
    claim = own_catalogue().claim(identifier)
    assert claim is not None
    return Catalogue("one", "1", (claim,), "0", "one.toml")


def row_of(log: FollowUpLog, identifier: str, entry: str | None) -> Any:
    """A claim's row, tested by itself."""
    return fa.test_claims(log, claims=alone(identifier), entry=entry, min_cell=1).rows[0]


def test_ignoring_late_records_is_wrong_by_what_theory_says() -> None:
    """Smiling is worth 24 points; of the interviews that are left it seems 35: entry finds the one, none the other."""
    truth, seeming = smiling_truth()
    assert seeming - truth > 0.1
    log = smiling_late(4_000, 1)
    found, ignored = (row_of(log, "smile", entry) for entry in ("logged_from", None))
    assert found.conf_low < truth < found.conf_high < seeming
    # Three standard errors of this log, and what weights leave of the ratings that are left.
    assert ignored.estimate == pytest.approx(seeming, abs=0.05)
    assert truth < ignored.conf_low


def test_waiting_in_late_records_is_what_it_is() -> None:
    """Calling on day 2 or 3 is worth 28 points, though a third of all interviews are in no log, the quickest first."""
    truth = waiting_truth()
    log = waiting_late(6_000, 1)
    found, ignored = (row_of(log, "wait-2-3-days", entry) for entry in ("logged_from", None))
    assert found.conf_low < truth < found.conf_high
    assert found.estimate_weighted == pytest.approx(truth, abs=0.06)
    assert ignored.conf_low > truth


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "identifier", "truth"),
    [(smiling_late, "smile", smiling_truth()[0]), (waiting_late, "wait-2-3-days", waiting_truth())],
)
def test_intervals_of_late_records_hold_the_truth_as_often_as_they_say(
    make: Any, identifier: str, truth: float
) -> None:
    """Of 100 logs of 1,500 drawn interviews no fewer intervals hold it than chance allows once in 500 times."""
    held = tested = 0
    for seed in range(300, 400):
        row = row_of(make(1_500, seed), identifier, "logged_from")
        tested += row.estimate is not None
        held += row.estimate is not None and row.conf_low <= truth <= row.conf_high
    # At this size one log in eight has too few calls to be tested.
    assert tested > 70
    assert held >= binom.ppf(0.002, tested, 0.95)


def test_without_decisions_an_arm_is_the_product_limit_of_delayed_entry() -> None:
    """Risk sets hold those whose record has begun; what each stands for gives the same risk again."""
    # Day of entry, day of the end, and how: worked out by hand.
    entry = np.array([0, 0, 0, 1, 2, 2])
    ends = np.array([0, 2, 3, 1, 2, 3])
    kind = np.array([1, 1, 0, 1, 2, 0])
    follow_up = FollowUp(ends, kind, 3, entry, np.zeros(6))
    arm = weigh_arm((), (), (), follow_up)
    risk, _ = incidence_of_sums(np.array([3.0, 3.0, 4.0]), np.array([1.0, 1.0, 1.0]), np.array([0.0, 0.0, 1.0]))
    assert arm.at_risk.tolist() == [3.0, 3.0, 4.0]
    assert arm.risk == pytest.approx(risk)
    counted = seen_weight(arm, follow_up)
    assert counted @ follow_up.happened / counted.sum() == pytest.approx(risk[-1])


def test_a_day_in_which_a_record_begins_counts_in_part() -> None:
    """Whose record begins at noon is half at risk on that day."""
    follow_up = FollowUp(np.array([1, 2]), np.array([1, 0]), 2, np.array([0, 0]), np.array([0.0, 0.5]))
    assert weigh_arm((), (), (), follow_up).at_risk.tolist() == [1.5, 2.0]


def test_records_that_begin_by_the_interview_change_nothing() -> None:
    """A column of begins that are all before the interviews, or empty, gives the claims without it."""
    log = smiling_late(700, 3)
    early = log.interviews.with_columns(logged_from=pl.col("interviewed_at").dt.offset_by("-1d"))
    tables = {"interviews": early, "contacts": log.contacts, "outcomes": log.outcomes}
    whole = fa.read_log(tables, time_zone="UTC")
    found, plain = (row_of(whole, "smile", entry) for entry in ("logged_from", None))
    assert found.estimate == pytest.approx(plain.estimate, abs=1e-12)
    # Errors go through risk sets there, which are the same up to where fits end.
    assert found.conf_low == pytest.approx(plain.conf_low, abs=1e-5)


def test_who_was_heard_from_before_is_counted_nowhere_and_said() -> None:
    """Answers that came before a record began are in no risk set, and a note says how many there were."""
    log = waiting_late(1_500, 4)
    heard = log.contacts.filter(pl.col("direction") == "inbound").select("interview_id", heard="at")
    later = (
        log.interviews.join(heard, on="interview_id", how="left", maintain_order="left")
        .with_columns(moved=pl.int_range(pl.len()) < 100)
        .with_columns(
            logged_from=pl.when("moved").then(pl.col("heard") + pl.duration(hours=1)).otherwise("logged_from")
        )
        .drop("heard", "moved")
    )
    tables = {"interviews": later, "contacts": log.contacts}
    changed = fa.read_log(tables, time_zone="UTC")
    found = fa.test_claims(changed, claims=alone("wait-2-3-days"), entry="logged_from")
    gone = later.head(100)["logged_from"].is_not_null().sum()
    assert {note.code: note.n for note in found.notes}["never_observed"] == gone
    assert found.rows[0].n_interviews == later.height - gone


def test_records_that_all_begin_too_late_are_told() -> None:
    """Where nobody was followed from the start nothing can be said of the first days."""
    log = waiting_late(1_500, 5)
    begin = pl.max_horizontal(pl.col("interviewed_at") + pl.duration(days=2), pl.col("logged_from"))
    tables = {"interviews": log.interviews.with_columns(logged_from=begin), "contacts": log.contacts}
    row = row_of(fa.read_log(tables, time_zone="UTC"), "wait-2-3-days", "logged_from")
    assert row.verdict == "not_testable"
    assert "begins in time" in row.reason


def test_influences_with_late_records_are_those_of_leaving_people_out() -> None:
    """Errors by influence are near what leaving each applicant out gives: each moves others' risk sets, too."""
    from dataclasses import replace

    from followup_analytics.trials.contrast import estimate_contrast

    claim = own_catalogue().claim("smile")
    assert claim is not None
    trial = run_trial(claim, Context.of(smiling_late(1_000, 6), [claim], entry="logged_from"), extras=False)
    assert trial.estimate is not None
    emulation = trial.estimate.emulation
    full = estimate_contrast(emulation.steps, emulation.graces, emulation.follow_up, emulation.zero)
    size = len(emulation.row)
    without = []
    for one in range(size):
        keep = np.arange(size) != one
        place = np.cumsum(keep) - 1
        steps = [
            replace(
                step,
                person=place[step.person[rows]],
                acted=step.acted[rows],
                seen=step.seen[rows],
                before=step.before[rows],
                asks=(step.asks[0][rows], step.asks[1][rows]),
                design=step.design.take(rows),
                watched=None if step.watched is None else step.watched[rows],
            )
            for step in emulation.steps
            for rows in [keep[step.person]]
        ]
        follow_up = emulation.follow_up
        assert follow_up.entry is not None
        assert follow_up.entry_part is not None
        left = FollowUp(
            follow_up.exit_interval[keep],
            follow_up.exit_kind[keep],
            follow_up.horizon,
            follow_up.entry[keep],
            follow_up.entry_part[keep],
        )
        without.append(estimate_contrast(steps, emulation.graces, left, emulation.zero).difference())
    spread = np.array(without) - np.array(full.difference())
    jackknife = np.sqrt((size - 1) / size * (spread**2).sum(axis=0))
    ours = trial.estimate.clusters.errors(full.moves())
    assert np.all((ours / jackknife > 0.85) & (ours / jackknife < 1.15))


def test_a_column_that_holds_no_times_is_refused() -> None:
    """`--entry` needs times, of a column that there is."""
    log = smiling_late(300, 7)
    with pytest.raises(UsageError, match="dates or times"):
        fa.test_claims(log, entry="self_rating")
    with pytest.raises(UsageError, match="no column"):
        fa.test_claims(log, entry="began")
