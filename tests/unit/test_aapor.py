"""AAPOR's rates from a map of dispositions: the formulas by hand, e with its source, the bounds, hiding."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

import pytest
from log_builder import log_of_attempts

from followup_analytics.answers.outreach.aapor import aapor_rates, dispositions_of
from followup_analytics.charts import Chart
from followup_analytics.errors import DataError, UsageError, WithheldError
from followup_analytics.log.followup_log import FollowUpLog


@pytest.fixture(scope="module")
def log() -> FollowUpLog:
    """20 answered, 10 spoken with, 5 told not to call, 30 not reached, 5 receptionists, 10 filled."""
    entries = [
        *({"answered_after": 30} for _ in range(20)),
        *({"party": "interviewer"} for _ in range(10)),
        *({"interview": {"do_not_contact": True}} for _ in range(5)),
        *({"party": "none"} for _ in range(30)),
        *({"party": "receptionist"} for _ in range(5)),
        *({"ended_after": 50} for _ in range(10)),
    ]
    return log_of_attempts([{"applicant": k, **entry} for k, entry in enumerate(entries)])


def test_formulas_by_hand(log: FollowUpLog) -> None:
    """I 20, P 10, R 5, NC 30, O 5, U 10, and e a half."""
    rows = {row["measure"]: row for row in aapor_rates(log, min_cell=1, e=0.5, e_source="a guess").rows}
    expected = {
        "RR1": 20 / 80, "RR2": 30 / 80, "RR3": 20 / 75, "RR4": 30 / 75, "RR5": 20 / 70, "RR6": 30 / 70,
        "CON1": 40 / 80, "CON2": 40 / 75, "CON3": 40 / 70,
        "COOP1": 20 / 40, "COOP2": 30 / 40, "COOP3": 20 / 35, "COOP4": 30 / 35,
    }  # fmt: skip
    assert {name: row["estimate"] for name, row in rows.items()} == pytest.approx(expected)
    assert all(row["conf_low"] < row["estimate"] < row["conf_high"] for row in rows.values())


def test_without_e_three_rates_have_no_number(log: FollowUpLog) -> None:
    """RR3, RR4 and CON2 need e and its source; RR1 and RR6 are printed as bounds."""
    found = aapor_rates(log, min_cell=1)
    empty = [row["measure"] for row in found.rows if row["status"] == "not_estimable"]
    assert empty == ["RR3", "RR4", "CON2"]
    assert "25.0% (RR1) and 42.9% (RR6)" in found.summary()


def test_a_map_of_ones_own_moves_cases(log: FollowUpLog) -> None:
    """Speaking to somebody may be counted as a full answer."""
    rows = {row["measure"]: row for row in aapor_rates(log, min_cell=1, dispositions={"spoken_with": "I"}).rows}
    assert rows["RR1"]["estimate"] == pytest.approx(30 / 80)


def test_only_closed_cases_count() -> None:
    """A case whose record is shorter than the period is left out, whatever came of it."""
    log = log_of_attempts(
        [
            {"applicant": 1, "answered_after": 3, "until": "2026-03-20"},
            {"applicant": 2, "answered_after": 3},
            {"applicant": 3, "answered_after": 24 * 40},
        ]
    )
    kept = dispositions_of(log, {"answer": "I", "no_contact": "NC"}, 28)
    assert dict(kept.select("applicant_id", "disposition").iter_rows()) == {"2": "answer", "3": "no_contact"}


def test_small_dispositions_hide_what_would_tell_them(log: FollowUpLog) -> None:
    """Five refusals may not be worked out from the table: whichever rate would set them apart goes, the bounds stay."""
    found = aapor_rates(log)
    assert found.dispositions is None
    rows = {row["measure"]: row for row in found.rows}
    assert rows["COOP3"]["status"] == "suppressed"
    assert rows["COOP3"]["n_interviews"] is None
    assert rows["RR1"]["estimate"] == pytest.approx(0.25)
    assert rows["CON1"]["estimate"] == pytest.approx(0.5)


def test_a_bound_that_tells_a_few_is_hidden_too() -> None:
    """30 answered, 3 spoken with, 27 not reached: RR6 of 60 would give away the three; of the two RR1 alone stays."""
    entries = [
        *({"answered_after": 30} for _ in range(30)),
        *({"party": "interviewer"} for _ in range(3)),
        *({"party": "none"} for _ in range(27)),
    ]
    found = aapor_rates(log_of_attempts([{"applicant": k, **entry} for k, entry in enumerate(entries)]))
    shown = {row["measure"]: row["estimate"] for row in found.rows if row["estimate"] is not None}
    assert shown == {"RR1": 0.5, "RR5": 0.5}
    assert "at least 50.0% (RR1) were answered" in found.summary()
    assert "33" not in str(found.to_json()["results"])


@pytest.mark.parametrize("min_cell", [2, 10])
def test_no_part_of_the_cases_that_the_rates_tell_is_small(min_cell: int) -> None:
    """For random logs, every count that the shown rates give (above the line, below it, the rest, and their overlaps)
    is nought or about enough people."""
    rng = random.Random(20261124)
    parts = {"I": {"answered_after": 30}, "P": {"party": "interviewer"}, "R": {"interview": {"do_not_contact": True}}}
    parts |= {"NC": {"party": "none"}, "O": {"party": "receptionist"}, "U": {"ended_after": 50}}
    for _ in range(25):
        sizes = {code: rng.choice([0, 1, 3, 9, 10, 25]) for code in parts}
        entries = [entry for code, entry in parts.items() for _ in range(sizes[code])]
        if len(entries) < min_cell:
            continue
        try:
            found = aapor_rates(
                log_of_attempts([{"applicant": k, **entry} for k, entry in enumerate(entries)]), min_cell=min_cell
            )
        except WithheldError:
            continue
        told = [set(_split(row)) for row in found.rows if row["estimate"] is not None]
        overlaps = _overlaps(told, set(parts))
        assert overlaps
        for kinds in overlaps:
            number = sum(sizes[code] for code in kinds)
            assert number == 0 or number >= min_cell, (sizes, kinds)


def _split(row: Mapping[str, Any]) -> list[frozenset[str]]:
    """The codes above and below the line of a shown rate, read off its formula."""
    above, below = (re.findall(r"NC|[IPROU]", part) for part in row["formula"].split("/"))
    return [frozenset(above), frozenset(below) - frozenset(above)]


def _overlaps(told: list[set[frozenset[str]]], codes: set[str]) -> list[set[str]]:
    """Codes that no shown rate tells apart, together."""
    sets = sorted({one for both in told for one in both}, key=sorted)
    kin: dict[tuple[bool, ...], set[str]] = {}
    for code in codes:
        kin.setdefault(tuple(code in one for one in sets), set()).add(code)
    return list(kin.values())


def test_nothing_to_count_is_said_without_speaking_of_privacy(log: FollowUpLog) -> None:
    """With --min-cell 1 a log without a closed case has nothing to estimate; that is no secret."""
    with pytest.raises(DataError, match="record of 2000 days"):
        aapor_rates(log, min_cell=1, followed_for=2000)
    with pytest.raises(WithheldError, match="fewer than 10"):
        aapor_rates(log, followed_for=2000)


def test_the_chart_draws_every_rate(log: FollowUpLog) -> None:
    """One dot a rate; the alt text has the highest and the lowest."""
    chart = Chart.of(aapor_rates(log, min_cell=1).plot())
    assert "Highest: Cooperation rate 4 86%" in chart.alt
    assert "Response rate 1 (lowest)" in chart.svg()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"dispositions": {"spoken": "I"}}, "no disposition"),
        ({"dispositions": {"answer": "X"}}, "no code"),
        ({"e": 2.0, "e_source": "x"}, "from 0 to 1"),
        ({"e": 0.5}, "belong together"),
    ],
)
def test_wrong_requests_are_refused(log: FollowUpLog, options: dict[str, object], words: str) -> None:
    """A sentence each."""
    with pytest.raises(UsageError, match=words):
        aapor_rates(log, **options)  # type: ignore[arg-type]
