"""A log in parts is the log: its facts, its notes, its rows and its refusals are those of reading it in one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from followup_analytics import read_log, sample_data
from followup_analytics.errors import DataError
from followup_analytics.log.settings import Settings, read_settings
from followup_analytics.parted.parted_log import PartedLog, checked_part, parted_log
from followup_analytics.parted.spread import Here
from followup_analytics.sheets.tabular import ROW

TABLES = ("interviews", "contacts", "outcomes", "applicants")


def frames_of(folder: Path) -> dict[str, pl.DataFrame]:
    """The cells of a folder's tables as text."""
    return {name: pl.read_csv(folder / f"{name}.csv", infer_schema=False) for name in TABLES}


def split(frames: Mapping[str, pl.DataFrame], parts: int) -> list[dict[str, pl.DataFrame]]:
    """The tables by applicant; rows of an interview that is not there go to the first part."""
    of = {id_: sum(id_.encode()) % parts for id_ in frames["interviews"]["applicant_id"]}
    owner = dict(frames["interviews"].select("interview_id", "applicant_id").iter_rows())
    made = []
    for part in range(parts):
        mine = {}
        for name, frame in frames.items():
            ids = frame["applicant_id"] if "applicant_id" in frame.columns else None
            if ids is None:
                places = [of.get(owner.get(one, ""), 0) for one in frame["interview_id"]]
            else:
                places = [of.get(one, sum(one.encode()) % parts) for one in ids]
            chosen = frame.filter(pl.Series(places) == part)
            mine[name] = chosen.with_row_index(ROW, offset=2).with_columns(pl.col(ROW).cast(pl.Int64))
        made.append(mine)
    return made


def in_parts(frames: Mapping[str, pl.DataFrame], parts: int, settings: Settings) -> PartedLog:
    """The log of frames, read in parts."""
    files = {name: name for name in TABLES}
    checked = [
        checked_part(one, files=files, time_zone=settings.time_zone, by_key=True) for one in split(frames, parts)
    ]
    return parted_log(Here(checked), settings, time_zone=None, where="here")


@pytest.mark.parametrize("parts", [1, 2, 7, 50])
def test_the_parts_together_are_the_log(parts: int) -> None:
    """Sizes, notes, the data date and every derived column of every row."""
    folder = Path(sample_data("log"))
    whole = read_log(folder)
    parted = in_parts(frames_of(folder), parts, read_settings(folder / "log.toml"))
    assert parted.sizes["interviews"], parted.sizes["contacts"] == (whole.interviews.height, whole.contacts.height)
    assert parted.n_applicants == whole.n_applicants
    assert parted.data_date == whole.data_date
    assert [n.code for n in parted.notes] == [n.code for n in whole.notes if n.code != "log_notes"]
    logs = list(parted.logs)
    for name, key in (("interviews", "interview_id"), ("contacts", "contact_id"), ("outcomes", "interview_id")):
        together = pl.concat([getattr(log, name) for log in logs], how="diagonal_relaxed").sort(key)
        expected = getattr(whole, name).sort(key)
        assert_frame_equal(together.select(expected.columns), expected)
        assert_frame_equal(getattr(parted.gathered(), name).select(expected.columns), expected)


def test_the_record_of_a_part_ends_where_the_whole_records_does() -> None:
    """Where no interview says its end, the latest time in any part is the data date of all, and the note says so."""
    frames = frames_of(Path(sample_data("log")))
    frames["interviews"] = frames["interviews"].with_columns(observed_until=pl.lit(None, pl.String))
    one, many = (in_parts(frames, parts, Settings()) for parts in (1, 7))
    assert one.data_date == many.data_date
    assert {log.data_date for log in many.logs} == {one.data_date}
    assert "open_end" in {note.code for note in many.notes}
    assert many.notes == one.notes


def test_notes_of_parts_count_together() -> None:
    """Interviews observed beyond a given data date are counted over all parts, once."""
    frames = frames_of(Path(sample_data("log")))
    import datetime as dt

    settings = Settings(data_date=dt.date(2024, 11, 1))
    one, many = (in_parts(frames, parts, settings) for parts in (1, 7))
    assert many.notes == one.notes
    assert [n.code for n in many.notes] == ["observed_after_data_date"]
    assert many.data_date == one.data_date


def test_a_bad_row_is_named_by_its_key() -> None:
    """Where rows have no numbers, the refusal says which table, which key, which column and why."""
    frames = frames_of(Path(sample_data("log")))
    contact = frames["contacts"]["contact_id"][5]
    frames["contacts"] = frames["contacts"].with_columns(
        channel=pl.when(pl.col("contact_id") == contact).then(pl.lit("pigeon")).otherwise("channel")
    )
    with pytest.raises(DataError, match=f"contacts, contact_id {contact}, column channel: 'pigeon' is not known here"):
        in_parts(frames, 7, Settings())


def test_a_contact_of_an_unknown_interview_is_refused() -> None:
    """Whatever part it comes to."""
    frames = frames_of(Path(sample_data("log")))
    frames["contacts"] = frames["contacts"].with_columns(
        interview_id=pl.when(pl.int_range(pl.len()) == 3).then(pl.lit("nobody's")).otherwise("interview_id")
    )
    with pytest.raises(DataError, match="no interview has this id"):
        in_parts(frames, 7, Settings())


def test_dates_whose_order_all_rows_tell_are_refused_in_parts() -> None:
    """3/4/2026 may mean another day in each part: nothing is guessed."""
    frames = frames_of(Path(sample_data("log")))
    frames["contacts"] = frames["contacts"].with_columns(at=pl.lit("3/4/2026 10:00"))
    with pytest.raises(DataError, match="read in parts needs its times as 2026-03-05"):
        in_parts(frames, 2, Settings())


def test_faults_of_all_parts_are_counted() -> None:
    """The first one is told, and how many more there are, whatever the number of parts."""
    frames = frames_of(Path(sample_data("log")))
    bad = pl.col("contact_id").is_in(frames["contacts"]["contact_id"].head(20).implode())
    frames["contacts"] = frames["contacts"].with_columns(
        direction=pl.when(bad).then(pl.lit("sideways")).otherwise("direction")
    )
    for parts in (1, 7):
        with pytest.raises(DataError, match="and 19 more problems"):
            in_parts(frames, parts, Settings())
