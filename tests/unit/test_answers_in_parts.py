"""One text for all sizes: a log in 1, 2, 7 or 50 parts, in memory or on disk, gives the same JSON to the byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from followup_analytics import cohort_outcomes, incidence_curve, read_log, response_rates, silence, simulate_log
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.settings import Settings
from followup_analytics.parted.parted_log import CheckedPart, PartedLog, checked_part, parted_log
from followup_analytics.parted.spread import Here, Spooled, Spread, read_pickle
from followup_analytics.results.exports import to_json_text
from followup_analytics.sheets.tabular import ROW

TABLES = ("interviews", "contacts", "outcomes", "applicants")


@pytest.fixture(scope="module")
def log() -> FollowUpLog:
    """Some 900 applicants' simulated contacts, with cut records, decisions and automatic replies."""
    return simulate_log(interviews=1_400, world="office", seed=16)


@pytest.fixture(scope="module")
def large() -> FollowUpLog:
    """More than 1,000 applicants, whose jackknife group is the remainder of a number."""
    return simulate_log(interviews=4_000, world="office", seed=17)


@pytest.fixture(scope="module")
def late(log: FollowUpLog) -> FollowUpLog:
    """The log with a column that says of each third interview that its record began two days after it."""
    third = pl.when(pl.int_range(pl.len()) % 3 == 0).then(pl.col("interviewed_at") + pl.duration(days=2))
    return replace(log, interviews=log.interviews.with_columns(began=third))


def in_parts(log: FollowUpLog, parts: int, *, folder: Path | None = None) -> PartedLog:
    """A log by applicant, in the order of its ids turned around, so that no order of rows helps."""
    made = parts_of(log, parts)
    settings = Settings(log.time_zone, log.data_date, log.simulated)
    spread: Spread[CheckedPart] = Here(made)
    if folder is not None:
        (folder / "own").mkdir()
        spread = Spooled(folder / "own", _written(made, folder / "own"), read_pickle)
    return parted_log(spread, settings, time_zone=None, where="parts")


#: Parts that were read and checked, with the log that they are of: it takes longer than what is asked of them.
_CHECKED: dict[tuple[int, int], tuple[FollowUpLog, list[CheckedPart]]] = {}


def parts_of(log: FollowUpLog, parts: int) -> list[CheckedPart]:
    """The checked parts of a log, made once."""
    asked = id(log), parts
    if asked not in _CHECKED:
        _CHECKED[asked] = log, _checked_parts(log, parts)
    return list(_CHECKED[asked][1])


def _checked_parts(log: FollowUpLog, parts: int) -> list[CheckedPart]:
    number = pl.col("applicant_id").hash(7) % parts
    owners = log.interviews.select("interview_id", part=number)
    made: list[CheckedPart] = []
    for part in range(parts):
        frames = {}
        for name in TABLES:
            frame = getattr(log, name)
            if frame is None:
                continue
            frame = frame.select(column for column in frame.columns if not column.startswith("_")).reverse()
            if "applicant_id" in frame.columns:
                mine = frame.filter(number == part)
            else:
                mine = frame.join(owners.filter(pl.col("part") == part), on="interview_id", how="semi")
            frames[name] = mine.with_row_index(ROW, offset=2).with_columns(pl.col(ROW).cast(pl.Int64))
        made.append(checked_part(frames, files={name: name for name in frames}, time_zone=log.time_zone))
    return made


def _written(made: list[CheckedPart], folder: Path) -> list[Path]:
    import pickle

    files = []
    for part, one in enumerate(made):
        files.append(folder / f"{part}.pickle")
        files[-1].write_bytes(pickle.dumps(one))
    return files


def json_of(answer: Callable[..., Any], log: Any, asked: dict[str, Any]) -> str:
    """The whole answer as text, without what the log says of itself (it is told from other frames here)."""
    return to_json_text(answer(log, **asked)).replace(" ", "")


RATES = [
    {"by": "timing,channel"},
    {"by": "timing,channel", "min_cell": 1},
    {"by": "attempt", "min_cell": 1},
    {"by": "attempt,cohort", "min_cell": 1},
    {"by": "cohort,attempt"},
    {"by": "attempt", "min_cell": 1, "bins": "attempt=1-2,3+", "within": 2.5},
    {"by": "party,weekday", "min_cell": 1, "outcome": "advanced"},
    {"by": "industry,timing", "cluster": "employer", "min_cell": 1},
    {"by": "attempt", "cluster": "employer", "min_cell": 1, "within": 30},
    {"by": "hour", "working_days": "DE"},
]


@pytest.mark.parametrize("asked", RATES, ids=str)
def test_rates_of_any_number_of_parts_are_the_same_bytes(log: FollowUpLog, asked: dict[str, Any]) -> None:
    """Rows, limits to the last digit, hiding, notes."""
    whole = json_of(response_rates, log, asked)
    for parts in (1, 2, 7, 50):
        assert json_of(response_rates, in_parts(log, parts), asked) == whole, parts


@pytest.mark.parametrize("asked", RATES[1:5], ids=str)
def test_rates_of_a_thousand_applicants_are_the_same_bytes(large: FollowUpLog, asked: dict[str, Any]) -> None:
    """Where the jackknife group is a remainder, too."""
    assert json_of(response_rates, in_parts(large, 7), asked) == json_of(response_rates, large, asked)


def test_parts_are_counted_where_they_are(log: FollowUpLog) -> None:
    """Whatever engine was asked for: nothing starts a session of Spark inside of a part."""
    for answer in (response_rates, incidence_curve):
        assert json_of(answer, in_parts(log, 2), {"engine": "spark"}) == json_of(answer, log, {})


def test_rates_from_disk_are_the_same_bytes(log: FollowUpLog, tmp_path: Path) -> None:
    """What is kept of a part between two passes lies in files then."""
    asked = {"by": "cohort,attempt", "min_cell": 1}
    assert json_of(response_rates, in_parts(log, 7, folder=tmp_path), asked) == json_of(response_rates, log, asked)
    assert list((tmp_path / "own").glob("kept-*/*.pickle"))


CURVES = [
    {},
    {"min_cell": 1},
    {"by": "cohort"},
    {"by": "industry", "min_cell": 1, "horizon": 14},
    {"by": "cohort", "min_cell": 1, "outcome": "advanced"},
    {"by": "cohort", "cluster": "employer", "min_cell": 1},
    {"entry": "began", "min_cell": 1},
]


@pytest.mark.parametrize("asked", CURVES, ids=str)
def test_curves_of_any_number_of_parts_are_the_same_bytes(late: FollowUpLog, asked: dict[str, Any]) -> None:
    """Estimates, limits to the last digit, quantiles, differences, hiding, notes."""
    whole = json_of(incidence_curve, late, asked)
    for parts in (1, 2, 7, 50):
        assert json_of(incidence_curve, in_parts(late, parts), asked) == whole, parts


@pytest.mark.parametrize("asked", CURVES[1:4], ids=str)
def test_curves_of_a_thousand_applicants_are_the_same_bytes(large: FollowUpLog, asked: dict[str, Any]) -> None:
    """Where the jackknife group is a remainder, too."""
    assert json_of(incidence_curve, in_parts(large, 7), asked) == json_of(incidence_curve, large, asked)


OTHERS = [
    (silence, {"days": 10}),
    (silence, {"days": 6.5, "by": "cohort", "min_cell": 1}),
    (silence, {"days": 20, "by": "industry", "outcome": "advanced", "horizon": 40}),
    (cohort_outcomes, {}),
    (cohort_outcomes, {"min_cell": 1, "cluster": "employer"}),
    (cohort_outcomes, {"by": "industry", "min_cell": 1}),
]


@pytest.mark.parametrize(("answer", "asked"), OTHERS, ids=lambda one: getattr(one, "__name__", str(one)))
def test_silence_and_outcomes_of_any_number_of_parts_are_the_same_bytes(
    log: FollowUpLog, answer: Callable[..., Any], asked: dict[str, Any]
) -> None:
    """Shares, limits, medians, destinations, hiding, notes."""
    whole = json_of(answer, log, asked)
    for parts in (1, 2, 7, 50):
        assert json_of(answer, in_parts(log, parts), asked) == whole, parts


def test_a_log_of_interviews_alone_is_the_same_bytes(log: FollowUpLog) -> None:
    """Its notes too: that not one reply is recorded is said of parts as of the whole."""
    names = ["interview_id", "applicant_id", "interviewed_at"]
    alone = read_log(log.interviews.select(names), time_zone="UTC", data_date=log.data_date)
    whole = json_of(incidence_curve, alone, {})
    assert "replies_not_recorded" in str(whole)
    for parts in (2, 7):
        assert json_of(incidence_curve, in_parts(alone, parts), {}) == whole


def test_rows_of_single_interviews_are_not_brought_together(log: FollowUpLog) -> None:
    """What needs them says so: a trace, and a comparison that is made row by row."""
    from followup_analytics.errors import UsageError

    parted = in_parts(log, 2)
    for ask in (
        lambda: response_rates(parted).trace(),
        lambda: incidence_curve(parted).trace(),
        lambda: cohort_outcomes(parted).trace(),
    ):
        with pytest.raises(UsageError, match="rows of single interviews are not brought together"):
            ask()
