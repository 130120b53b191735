"""A log carries what was prepared from it: each question is worked out once, however many answers rest on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from followup_analytics import read_log, response_rates, simulate_log, write_log, write_report
from followup_analytics.cells import counted, inputs, instants
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.subsets import subset

WORK = {
    counted: ("_episodes", "_attempts", "_numbers_left_out"),
    inputs: ("_prepared",),
    instants: ("_touches", "_tries"),
}


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[Any, ...]]:
    """How often each piece of work was done, by its name and the question."""
    done: Counter[tuple[Any, ...]] = Counter()

    def watched(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def counting(log: FollowUpLog, *question: Any) -> Any:
            done[name, id(log.held("contacts")), str(question)] += 1
            return work(log, *question)

        return counting

    for module, names in WORK.items():
        for name in names:
            monkeypatch.setattr(module, name, watched(name, getattr(module, name)))
    return done


def with_days(log: FollowUpLog, tmp_path: Path) -> FollowUpLog:
    """The same log, of which some contacts have no time of day."""
    folder = write_log(log, tmp_path / "days")
    contacts = pl.read_csv(folder / "contacts.csv", infer_schema=False)
    at = pl.when(pl.int_range(pl.len()) % 9 == 0).then(pl.col("at").str.slice(0, 10)).otherwise("at")
    contacts.with_columns(at=at).drop("at_precision", strict=False).write_csv(folder / "contacts.csv")
    return read_log(folder)


@pytest.mark.parametrize("by_day", [False, True], ids=["instants", "days"])
def test_a_report_prepares_once(counts: Counter[tuple[Any, ...]], tmp_path: Path, by_day: bool) -> None:
    """A whole report asks the log, and the two cohorts that stand side by side in it, each question once."""
    log = simulate_log(interviews=120, seed=4)
    log = with_days(log, tmp_path) if by_day else log
    write_report(log, tmp_path / "report.pdf", min_cell=5)
    names = Counter(name for name, _, _ in counts.elements())
    assert names["_prepared"] == 1
    assert names["_episodes"] >= 2
    assert names["_attempts"] >= 1
    assert max(counts.values()) == 1


def test_rates_by_several_keys_share_their_work(counts: Counter[tuple[Any, ...]]) -> None:
    """The attempts at risk are found once for all tables of rates."""
    log = simulate_log(interviews=80, seed=4)
    for by in ("timing", "channel", "attempt", "cohort"):
        response_rates(log, by=by)
    assert {name: n for (name, _, _), n in counts.items()} == {"_touches": 1, "_tries": 1}


def test_a_part_of_a_log_knows_nothing_of_the_whole() -> None:
    """What was worked out for the log isn't taken for a log that was cut: the part is prepared anew."""
    log = simulate_log(interviews=200, seed=4)
    whole = response_rates(log, by="timing", min_cell=1)
    cohort = log.interviews["cohort"].drop_nulls()[0]
    part = subset(log, cohort=cohort)
    afresh = subset(simulate_log(interviews=200, seed=4), cohort=cohort)
    assert response_rates(part, by="timing", min_cell=1).rows == response_rates(afresh, by="timing", min_cell=1).rows
    assert response_rates(log, by="timing", min_cell=1).rows == whole.rows


def test_reports_on_one_cohort_after_another_ask_for_each_cohort_once(tmp_path: Path, monkeypatch: Any) -> None:
    """Two hundred reports tell the cohorts before theirs, and nobody works one out twice."""
    from report_logs import made_log

    from followup_analytics.answers import outcomes

    whole = made_log(160, cohorts=("2023", "2024", "2025", "2026"))
    asked: list[str | None] = []

    def counted(log: Any, **given: Any) -> Any:
        asked.append(log.title)
        return cohort_outcomes(log, **given)

    cohort_outcomes = outcomes.cohort_outcomes
    monkeypatch.setattr(outcomes, "cohort_outcomes", counted)
    for name in ("2024", "2025", "2026"):
        write_report(subset(whole, cohort=name), tmp_path / f"{name}.html", kind="bulletin", cohort=name, whole=whole)
    assert set(asked) >= {"2024", "2025", "2026"}
    assert len(asked) == len(set(asked))
