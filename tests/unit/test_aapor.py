"""AAPOR's rates from a map of dispositions: the formulas by hand, e with its source, the bounds, hiding."""

from __future__ import annotations

import pytest
from log_builder import log_of_attempts

from followup_analytics.aapor import aapor_rates, dispositions_of
from followup_analytics.errors import UsageError
from followup_analytics.log import FollowUpLog


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
    """Five refusals may not be worked out from the table: counts go, the bounds stay."""
    found = aapor_rates(log)
    assert found.dispositions is None
    rows = {row["measure"]: row for row in found.rows}
    assert rows["COOP3"]["status"] == "suppressed"
    assert rows["RR1"]["estimate"] is not None
    assert rows["RR1"]["n_interviews"] is None


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
