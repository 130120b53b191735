"""The same cells from every engine: attempts, episodes and rates of a simulated log, to the last count."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from followup_analytics import simulate_log
from followup_analytics.answers.rates import response_rates
from followup_analytics.cells.counted import attempt_cells, attempts, episodes, trajectory_cells
from followup_analytics.cells.engine import ENGINES, choose_engine
from followup_analytics.errors import MissingExtraError, UsageError
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog

TIMES = ["2026-03-03", "2026-03-05T09:30", "2026-03-04", "2026-03-07", "2026-03-08T23:59", "2026-03-20T00:00"]
PARTIES = [None, "interviewer", None, "none", "other", None]
OPTIONAL = {"duckdb": "duckdb", "spark": "pyspark"}


#: Spark's bridge to Java leaves sockets to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def log() -> FollowUpLog:
    """Some 1,500 simulated contacts, with cut records, decisions and automatic replies."""
    return simulate_log(interviews=600, world="office", seed=7)


@pytest.fixture(
    params=[
        pytest.param(name, marks=[pytest.mark.spark] if name == "spark" else [])
        for name in ENGINES
        if name not in ("auto", "polars")
    ]
)
def engine(request: pytest.FixtureRequest) -> str:
    """Every other engine; one whose library is not installed is skipped."""
    if request.param in OPTIONAL:
        pytest.importorskip(OPTIONAL[request.param])
    return str(request.param)


@pytest.mark.parametrize("outcome", ["response", "advanced"])
def test_attempts_and_episodes_are_identical(log: FollowUpLog, engine: str, outcome: str) -> None:
    """Row by row and column by column, types included."""
    assert_frame_equal(attempts(log, outcome, engine=engine), attempts(log, outcome))
    assert_frame_equal(episodes(log, outcome, engine=engine), episodes(log, outcome))


def test_cells_are_identical(log: FollowUpLog, engine: str) -> None:
    """Counts by keys and applicant group, and trajectories by stratum."""
    keys = ["channel", "attempt", "weekday"]
    assert_frame_equal(attempt_cells(attempts(log, engine=engine), keys), attempt_cells(attempts(log), keys))
    assert_frame_equal(trajectory_cells(log, keys=["cohort"], engine=engine), trajectory_cells(log, keys=["cohort"]))


@pytest.mark.parametrize("by", ["timing,channel,attempt", "cohort,attempt", "party,weekday,hour", "self_rating"])
def test_rates_are_identical(log: FollowUpLog, engine: str, by: str) -> None:
    """The whole answer, rows and notes, down to the last digit of every limit."""
    found, expected = (response_rates(log, by=by, engine=one, min_cell=1) for one in (engine, "polars"))
    assert found.rows == expected.rows
    assert found.notes == expected.notes


@pytest.mark.parametrize("by", ["hour,party", "timing,weekday", "score"])
def test_missing_values_and_bare_dates_are_alike(engine: str, by: str) -> None:
    """An hour, a party and a covariate that are not there stay missing, whatever an engine calls missing."""
    rows = [(f"c{k}", f"i{k // 2}", at, party) for k, (at, party) in enumerate(zip(TIMES, PARTIES, strict=True))]
    log = build_log(
        interviews=pl.DataFrame(
            {
                "interview_id": ["i0", "i1", "i2"],
                "applicant_id": ["a", "b", "b"],
                "interviewed_at": ["2026-03-02T10:00", "2026-03-02", "2026-03-02T10:00"],
                "score": [2, None, 10],
            }
        ),
        contacts=pl.DataFrame(rows, schema=["contact_id", "interview_id", "at", "party"], orient="row").with_columns(
            direction=pl.lit("outbound"), channel=pl.lit("phone")
        ),
        time_zone="UTC",
        data_date="2026-06-01",
    )
    found, expected = (response_rates(log, by=by, engine=one, min_cell=1) for one in (engine, "polars"))
    assert found.rows == expected.rows
    assert found.notes == expected.notes


@pytest.mark.parametrize("name", sorted(OPTIONAL))
def test_an_engine_that_is_not_installed_names_its_extra(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1, and how to install it."""
    monkeypatch.setattr("followup_analytics.cells.engine.find_spec", lambda module: None)
    with pytest.raises(MissingExtraError, match=rf"optional part '{name}'.*pip install '\.\[{name}\]'") as caught:
        choose_engine(name)
    assert caught.value.exit_code == 1


def test_an_unknown_engine_is_refused() -> None:
    """A wrong name is a wrong command line."""
    with pytest.raises(UsageError, match="choose one of"):
        choose_engine("abacus")
