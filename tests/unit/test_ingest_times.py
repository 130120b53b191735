"""Times as people write them: the order of day and month by the whole column, clock changes, spreadsheets' numbers."""

from __future__ import annotations

import polars as pl
import pytest

from followup_analytics.errors import DataError
from followup_analytics.ingest.parsing.times import read_times
from followup_analytics.sheets.dates import iso_times, order_of


def iso(*texts: str | None, **options: bool) -> list[str | None]:
    """The texts as ISO times."""
    return iso_times(pl.Series(list(texts), dtype=pl.String), file="f", column="c", **options).to_list()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-05", "2024-03-05"),
        ("2024/3/5 9:00", "2024-03-05T09:00:00"),
        ("Tue 3/25/2024 9:00:00 PM", "2024-03-25T21:00:00"),
        ("12/25/24 12:05a", "2024-12-25T00:05:00"),
        ("Mar 5, 2024, 9:41:13\u202fPM", "2024-03-05T21:41:13"),
        ("March 5, 2024 9:00 AM (EST)", "2024-03-05T09:00:00"),
        ("5 March 2024 14:05", "2024-03-05T14:05:00"),
        ("05.03.2024 18:27.16", "2024-03-05T18:27:16"),
        ("Tue, 05 Mar 2024 14:00:00 +0000", "2024-03-05T14:00:00+0000"),
        ("2024-03-05 14:00:00 UTC", "2024-03-05T14:00:00Z"),
        ("45356.375", "2024-03-05T09:00:00"),
        ("45356", "2024-03-05"),
        ("2024-03-05T09:00:00.128-05:00", "2024-03-05T09:00:00.128-05:00"),
        ("soon", None),
        ("31/31/2024", None),
        ("", None),
        (None, None),
    ],
)
def test_ways_of_writing_a_time(text: str | None, expected: str | None) -> None:
    """Each way of writing is read, and what is no time is null rather than a guess."""
    found = iso(text)[0]
    if text == "31/31/2024":
        # It stays a text of the right shape here; the calendar refuses it when it is parsed.
        assert read_times(pl.Series([text]), zone="UTC", file="f", column="c").us[0] is None
    else:
        assert found == expected


def test_the_whole_column_decides() -> None:
    """One 25 tells the order for all; dotted dates are day-first by themselves."""
    assert iso("3/5/2024", "25/3/2024") == ["2024-05-03", "2024-03-25"]
    assert iso("3/5/2024", "3/25/2024") == ["2024-03-05", "2024-03-25"]
    assert iso("03.05.2024") == ["2024-05-03"]
    assert iso("4/4/2024") == ["2024-04-04"]


def test_a_column_that_cannot_tell_is_refused() -> None:
    """Twelve or less in both places throughout: the user has to say."""
    with pytest.raises(DataError, match="--day-first or --month-first"):
        iso("3/5/2024", "4/6/2024")
    assert iso("3/5/2024", "4/6/2024", day_first=True) == ["2024-05-03", "2024-06-04"]


def test_a_column_of_two_orders_is_refused() -> None:
    """Both orders in one column mean that somebody mixed them."""
    with pytest.raises(DataError, match="mixes two orders"):
        iso("25/3/2024", "3/25/2024")


def test_columns_of_one_sheet_help_each_other() -> None:
    """A column that tells decides for one that doesn't; contradictions tell nothing."""
    telling, silent, other = pl.Series(["25/3/2024"]), pl.Series(["3/5/2024"]), pl.Series(["3/25/2024"])
    assert order_of([silent, telling], file="f") is True
    assert order_of([telling, other], file="f") is None
    assert order_of([silent], file="f") is None


def test_clock_changes_are_resolved_by_rule_and_counted() -> None:
    """The hour that comes twice is the earlier one; the hour that never comes is moved on; both are counted."""
    times = read_times(
        pl.Series(["2024-11-03 01:30:00", "2024-03-10 02:30:00", "2024-03-05 09:00:00"]),
        zone="America/New_York",
        file="f",
        column="c",
    )
    assert pl.from_epoch(times.us, time_unit="us").dt.strftime("%m-%dT%H:%M").to_list() == [
        "11-03T05:30",
        "03-10T07:30",
        "03-05T14:00",
    ]
    assert times.counts == {"ambiguous_hour": 1, "missing_hour": 1}


def test_no_zone_is_refused() -> None:
    """Times without a marker are never taken for UTC."""
    with pytest.raises(DataError, match="--time-zone"):
        read_times(pl.Series(["2024-03-05 09:00:00"]), zone=None, file="f", column="c")
