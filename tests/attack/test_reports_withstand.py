"""Whole reports on random records, attacked with all that stands in them: tables of rates, cohorts, curves, notes."""

from __future__ import annotations

import re

import pytest
from report_attacker import Record, attack_rates, between, by_trying, random_office, rests

from followup_analytics import response_rates
from followup_analytics.errors import WithheldError
from followup_analytics.report import gather as gathering
from followup_analytics.report.findings import Findings, Options
from followup_analytics.report.typecase import TypeCase
from followup_analytics.results.formatting import note_text

BY = ("school", "programme", "channel")
#: One seed in so many, at least, hides something: else nothing is tested.
_SOME = 3


#: What model and claims print is attacked where they are made.
pytestmark = pytest.mark.usefixtures("reports_without_models")


def report_on(record: Record) -> Findings | None:
    """What a cohort report on a record tells, None where it is withheld."""
    try:
        return gathering.gather(record.log, Options(by=BY), TypeCase(), kind="cohort")
    except WithheldError:
        return None


def printed(found: Findings) -> dict[str, dict[str, tuple[int, int] | None]]:
    """The tables of rates as they are printed: attempts and answers by row."""
    return {
        key: {
            str(row[key]): None if row["n_attempts"] is None else (int(row["n_attempts"]), int(row["n_events"]))
            for row in rows
        }
        for key, rows in found.tables.items()
    }


def rates_found(record: Record, found: Findings) -> tuple[list[str], int]:
    """The hidden rows that the attacker finds, and how many there were to find."""
    tables = printed(found)
    if not tables or found.overall is None or found.overall.n_attempts is None:
        return [], 0
    behind = response_rates(record.log, by=list(tables), min_cell=1).trace().rename({"applicant_id": "person"})
    hidden = attack_rates(behind, tables, found.overall.n_attempts)
    told = [f"{one.table} {one.key}: {one.truth} in {one.low} to {one.high}" for one in hidden if one.found]
    if "school" in tables and "programme" in tables:
        told += rests(behind, tables, "school", "programme")
    return told, len(hidden)


def people_waiting(record: Record, day: int, cohorts: set[str]) -> int:
    """Applicants of some cohorts that still wait at the start of a day."""
    return len(
        {
            person
            for person, cohort, answered in zip(record.person, record.cohort, record.day, strict=True)
            if cohort in cohorts and answered >= day
        }
    )


def curves_found(record: Record, found: Findings) -> list[str]:
    """Days on which the curve of all less those of single cohorts, or a later share, is about a few people."""
    told = []
    ends: dict[str, int] = {}
    for row in found.both_curves:
        if row.event == "response" and row.estimate is not None:
            ends[row.by["cohort"]] = max(ends.get(row.by["cohort"], -1), row.day)
    everybody = set(record.cohort)
    for row in found.curve:
        if row.event == "response" and row.estimate is not None:
            others = everybody - {name for name, end in ends.items() if end >= row.day}
            waiting = people_waiting(record, row.day, others)
            if 0 < waiting < 10:
                told.append(f"day {row.day}: {waiting} others wait")
    for row in found.comparison:
        for name, rate in ((row.group, row.rate), (row.against, row.rate_against)):
            if row.outcome == "response" and rate is not None and ends.get(name, 30) < row.day:
                waiting = people_waiting(record, ends[name] + 1, {name})
                if 0 < waiting < 10:
                    told.append(f"{name}: {waiting} wait after day {ends[name]}, and day {row.day} is told")
    return told


def cohorts_found(record: Record, found: Findings) -> list[str]:
    """Small cohorts whose members are known from the others and the total on the first page."""
    shown = {row.group: row.n_graduates for row in found.groups if row.n_graduates is not None}
    hidden = [row.group for row in found.groups if row.n_graduates is None]
    sizes = {name: len({p for p, c in zip(record.person, record.cohort, strict=True) if c == name}) for name in hidden}
    rest = found.counts.applicants - sum(shown.values())
    return [
        f"{name}: {size} of a rest of {rest}"
        for name, size in sizes.items()
        if size < 10 and (len(hidden) == 1 or rest - len(hidden) < min(size, 8))
    ]


def few_in_notes(found: Findings) -> list[str]:
    """Notes that tell how many a few are."""
    said = [note_text(note) for note in found.notes]
    return [text for text in said if any(0 < int(number) < 10 for number in re.findall(r"\((\d+)\)", text))]


def attacked(seeds: range) -> tuple[list[str], int]:
    """All that is found in the reports on some records, and how many rows were hidden in them."""
    told, hidden = [], 0
    for seed in seeds:
        record = random_office(seed)
        found = report_on(record)
        if found is None:
            continue
        rates, number = rates_found(record, found)
        hidden += number
        all_found = [*rates, *curves_found(record, found), *cohorts_found(record, found), *few_in_notes(found)]
        told += [f"seed {seed}: {one}" for one in all_found]
    return told, hidden


def test_a_whole_report_gives_nothing_away() -> None:
    """Some random records: no hidden row, no few people behind a curve, no small cohort, no count of a few is found."""
    told, hidden = attacked(range(6))
    assert told == []
    assert hidden > 6 // _SOME


@pytest.mark.attack
@pytest.mark.parametrize("block", range(8))
def test_many_whole_reports_give_nothing_away(block: int) -> None:
    """The same of a thousand records."""
    told, hidden = attacked(range(1_000 + 125 * block, 1_125 + 125 * block))
    assert told == []
    assert hidden > 125 // _SOME


@pytest.mark.parametrize(
    ("statements", "wanted", "expected"),
    [
        pytest.param([((0, 1, 2), 7), ((0,), 3)], (1,), (0, 4), id="two share a rest"),
        pytest.param([((0, 1), 4), ((1, 2), 4), ((0, 2), 4)], (0,), (2, 2), id="three sums of pairs give all away"),
        pytest.param([((0, 1, 2), 5), ((1, 2), 3)], (0,), (2, 2), id="a total less a part"),
    ],
)
def test_the_attacker_finds_what_can_be_found(statements, wanted, expected) -> None:
    """The programme agrees with trying all numbers, on records whose answer is known."""
    assert between(3, statements, wanted) == expected
    assert by_trying(3, statements, wanted, 7) == expected
