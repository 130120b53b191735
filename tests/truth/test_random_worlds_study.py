"""The study of random worlds: what counts as false, seeds that are used once, the committed figures, a fresh slice."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from followup_analytics.simulate.random_worlds import FAMILIES

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "random_worlds.py"
STUDY: dict[str, Any] = runpy.run_path(str(SCRIPT))


@pytest.mark.parametrize(
    ("claim", "verdict", "truth", "false"),
    [
        ("smile", "s", 0, True),
        ("smile", "s", 20, False),
        ("smile", "c", 80, True),
        ("smile", "c", -80, False),
        ("smile", "n", -60, True),
        ("smile", "n", 0, False),
        ("smile", "i", 300, False),
        ("move-on", "s", 0, False),
        ("move-on", "s", 90, True),
        ("move-on", "c", 0, True),
        ("ask-when-positive", "s", 0, False),
        ("ask-when-positive", "c", 0, True),
    ],
)
def test_what_counts_as_a_false_verdict(claim: str, verdict: str, truth: float, false: bool) -> None:
    """Supported where nothing is, contradicted where it is right, no difference where it reaches the margin."""
    assert STUDY["is_false"](claim, verdict, truth) is false


def test_no_seed_is_shared_or_reported_on_after_choosing() -> None:
    """Seeds for choosing lie below 100,000, those for reporting above, and no two sorts of logs share any."""
    seen: set[int] = set()
    for round_, tuning in ((1, True), (1, False), (2, False)):
        for family in FAMILIES:
            for null, sizes in ((True, STUDY["NULL_LOGS"]), (False, STUDY["LOGS_WITH_EFFECTS"])):
                for size in sizes:
                    seeds = set(STUDY["seeds_of"](family, size, null=null, round_=round_, tuning=tuning))
                    assert not seeds & seen
                    assert (max(seeds) < 100_000) == tuning
                    seen |= seeds


def test_reported_seeds_are_not_used_again_with_other_code() -> None:
    """A seed that was seen with other code, or twice, can't be reported on; what is there is not made again."""
    missing = STUDY["missing_seeds"]
    lines = [{"seed": 7, "code": "a"}, {"seed": 8, "code": "a"}]
    assert missing(lines, range(7, 11), "a", tuning=False, round_=1) == [9, 10]
    with pytest.raises(SystemExit, match="--round 2"):
        missing(lines, range(7, 11), "b", tuning=False, round_=1)
    assert missing(lines, range(7, 11), "b", tuning=True, round_=1) == [7, 8, 9, 10]
    with pytest.raises(SystemExit, match="used twice"):
        missing([*lines, lines[0]], range(7, 11), "a", tuning=False, round_=1)


def test_lines_are_read_back_and_a_cut_one_is_left_out(tmp_path: Path) -> None:
    """What a run wrote is what the next one finds, also where it was ended in the middle of a line."""
    place = tmp_path / "season.jsonl"
    line = {"seed": 1, "n": 500, "null": 1, "code": "a", "s": 1.0, "claims": {"smile": "t", "stand-up": ["i", 1, 0, 2]}}
    STUDY["add_line"](place, line)
    STUDY["add_line"](place, {**line, "seed": 2})
    place.write_text(place.read_text(encoding="utf-8") + '{"seed": 3, "n"', encoding="utf-8")
    assert STUDY["read_lines"](place) == [line, {**line, "seed": 2}]


def test_committed_lines_are_of_seeds_that_the_study_owns() -> None:
    """Every committed line has a seed of its family, size and round, once, and the summary is made of these lines."""
    found = json.loads(STUDY["RESULTS"].read_text(encoding="utf-8"))
    for folder in STUDY["LINES"].glob("round-*"):
        round_ = int(folder.name.removeprefix("round-"))
        for place in folder.glob("*.jsonl"):
            lines = STUDY["read_lines"](place)
            assert len({line["code"] for line in lines}) == 1
            assert len({line["seed"] for line in lines}) == len(lines)
            for line in lines:
                null = bool(line["null"])
                seeds = STUDY["seeds_of"](place.stem, line["n"], null=null, round_=round_, tuning=False)
                assert line["seed"] in seeds
    assert STUDY["summary"](found["round"]) == found
    assert STUDY["PAGE"].read_text(encoding="utf-8") == STUDY["page"](found)


@pytest.mark.slow
def test_hardly_a_verdict_is_false_where_nothing_matters() -> None:
    """A small slice for every change: of eight fresh logs of 500 interviews at most one has a false verdict."""
    families = ("clipped", "crossing", "season", "product", "employers_12", "heavy", "fridays", "where_called")
    lines = [STUDY["one_log"](family, 500, True, "", 90_000 + place) for place, family in enumerate(families)]
    assert sum(bool(STUDY["_wrong"](line)) for line in lines) <= 1
    held, tested = STUDY["_held"](lines[:-1])
    assert tested > 60
    assert held / tested > 0.85


@pytest.mark.study
def test_the_study_meets_its_goals() -> None:
    """Figures of the committed round: false verdicts and coverage, pooled and by family."""
    found = json.loads(STUDY["RESULTS"].read_text(encoding="utf-8"))
    assert found["pooled"]["with_a_false_verdict"]["share"] <= STUDY["MOST_FALSE"]
    low, high = STUDY["COVERAGE"]
    assert low <= found["pooled"]["coverage"]["share"] <= high
    for family, row in found["families"].items():
        if FAMILIES[family].recorded:
            assert row["with_a_false_verdict"]["share"] <= STUDY["MOST_FALSE_IN_A_FAMILY"], family
            assert row["coverage"]["share"] >= STUDY["LEAST_COVERAGE_IN_A_FAMILY"], family
