"""The log's rules on small tables: what is accepted, what is set aside, and the sentence that says why."""

from __future__ import annotations

import polars as pl
import pytest

from followup_analytics.errors import DataError
from followup_analytics.log.assembling import build_log
from followup_analytics.log.checks import check_table, recognise
from followup_analytics.log.schema import CONTACTS, INTERVIEWS, OUTCOME_TABLE

INTERVIEW = {"interview_id": "i1", "applicant_id": "a", "interviewed_at": "2026-03-02T10:00:00+01:00"}
CONTACT = {
    "contact_id": "c1",
    "interview_id": "i1",
    "at": "2026-03-04T10:00:00+01:00",
    "direction": "outbound",
    "channel": "phone",
}


def checked(row: dict[str, object], table=INTERVIEWS, **options):
    """One row of text through the checks of its table."""
    frame = pl.DataFrame([row]).with_row_index("_row", offset=2).with_columns(pl.col("_row").cast(pl.Int64))
    return check_table(frame, table, file="sheet.csv", **options)


@pytest.mark.parametrize(
    ("changed", "column", "rule", "words"),
    [
        ({"applicant_id": ""}, "applicant_id", "nullability", "fill it in"),
        ({"self_rating": "6"}, "self_rating", "max", "between 1 and 5"),
        ({"self_rating": "good"}, "self_rating", "not_integer", "a whole number"),
        ({"referral": "maybe"}, "referral", "not_boolean", "yes or no"),
        ({"interviewed_at": "last Monday"}, "interviewed_at", "unparsable", "2026-03-05T14:00+01:00"),
        ({"interviewed_at": "2026-03-02T10:00"}, "interviewed_at", "no_zone", "--time-zone"),
        ({"interviewed_at": "0206-03-02T10:00Z"}, "interviewed_at", "beyond_reason", "1990"),
        ({"time_zone": "Berlim"}, "time_zone", "unknown_zone", "Europe/Berlin"),
        ({"observed_until": "2026-03-01"}, "observed_until", "before_interview", "before interviewed_at"),
        (
            {"interviewed_at": "2026-03-02", "at_precision": "instant"},
            "interviewed_at",
            "date_without_time",
            "add the time",
        ),
    ],
)
def test_a_bad_interview_is_set_aside_with_its_place_and_remedy(changed, column, rule, words):
    """A row that breaks a rule is rejected, naming row, column, rule and what to do."""
    found = checked({**INTERVIEW, **changed})
    assert found.frame.height == 0
    [problem] = found.problems()
    assert (problem.file, problem.row, problem.column, problem.rule) == ("sheet.csv", 2, column, rule)
    assert words in problem.message


def test_an_unknown_value_is_refused_with_the_known_ones():
    """A value outside the vocabulary is quoted, and the vocabulary is listed."""
    [problem] = checked({**CONTACT, "channel": "fax"}, CONTACTS).problems()
    assert problem.message.startswith("'fax' is not known here; use phone, voicemail")


def test_vocabularies_forgive_case_blanks_and_hyphens():
    """`In-Person` and `thank you` are read as the contract's words."""
    found = checked({**CONTACT, "channel": "In-Person", "purpose": " thank you "}, CONTACTS).frame
    assert found.select("channel", "purpose").row(0) == ("in_person", "thank_you")


@pytest.mark.parametrize(("text", "value"), [("Yes", True), ("0", False), ("TRUE", True), ("no", False), ("", None)])
def test_booleans_have_six_spellings_and_null_is_not_no(text, value):
    """true, false, 1, 0, yes, no in any case; an empty cell is not recorded."""
    assert checked({**INTERVIEW, "referral": text}).frame["referral"][0] is value


def test_a_bare_date_makes_a_row_of_day_precision():
    """A date without a time is the local day, and the row says so."""
    row = checked({**INTERVIEW, "interviewed_at": "2026-03-02"}, time_zone="Europe/Berlin").frame.row(0, named=True)
    assert row["at_precision"] == "day"
    assert row["interviewed_at"].isoformat() == "2026-03-01T23:00:00+00:00"


def test_a_rows_own_zone_goes_before_the_default():
    """time_zone of the row, then the given zone, then the offset of interviewed_at."""
    naive = {**INTERVIEW, "interviewed_at": "2026-03-02 10:00"}
    assert checked({**naive, "time_zone": "Asia/Tokyo"}, time_zone="Europe/Berlin").frame["_zone"][0] == "Asia/Tokyo"
    assert checked(naive, time_zone="Europe/Berlin").frame["_zone"][0] == "Europe/Berlin"
    assert checked(INTERVIEW).frame["_zone"][0] == "+01:00"


def test_a_missing_column_is_refused_with_the_nearest_one():
    """The refusal names the column that is needed and the one that looks like it."""
    row = {"interview_id": "i1", "aplicant_id": "a", "interviewed_at": "2026-03-02T10:00Z"}
    with pytest.raises(DataError, match=r"applicant_id .* is missing; 'aplicant_id' looks like it"):
        checked(row)


def test_the_second_row_of_a_key_is_the_one_rejected():
    """The same key twice: the first stays."""
    frame = pl.DataFrame([INTERVIEW, {**INTERVIEW, "applicant_id": "b"}]).with_row_index("_row", offset=2)
    found = check_table(frame.with_columns(pl.col("_row").cast(pl.Int64)), INTERVIEWS, file="f.csv")
    assert found.frame["applicant_id"].to_list() == ["a"]
    assert found.problems()[0].row == 3


def test_a_contact_without_its_interview_is_refused():
    """A contact must belong to an interview of the log."""
    with pytest.raises(DataError, match="no interview has this id"):
        build_log(interviews=pl.DataFrame([INTERVIEW]), contacts=pl.DataFrame([{**CONTACT, "interview_id": "i9"}]))


def test_tables_are_known_by_their_columns():
    """A canonical table is told by its needed columns; the fuller match wins."""
    assert recognise(list(INTERVIEW)) is INTERVIEWS
    assert recognise(["Interview ID", "Outcome", "Decided At"]) is OUTCOME_TABLE
    assert recognise(["name", "phone"]) is None


def test_frames_of_mixed_kinds_give_the_same_log():
    """pandas with text or typed columns and polars are read alike."""
    polars = pl.DataFrame([{**INTERVIEW, "referral": "yes", "self_rating": "4", "observed_until": "2026-04-01T00:00Z"}])
    typed = polars.to_pandas()
    typed["referral"], typed["self_rating"] = [True], [4.0]
    one, two = build_log(interviews=polars), build_log(interviews=typed)
    assert one.interviews.equals(two.interviews)
    assert (one.native, two.native) == ("polars", "pandas")


def test_groups_are_made_of_the_id_as_first_given():
    """SHA-256 of the id modulo 1000, as the contract fixes it."""
    import hashlib

    expected = int(hashlib.sha256(b"a").hexdigest(), 16) % 1000
    assert checked(INTERVIEW).frame["_bucket"][0] == expected


def test_hours_that_a_clock_change_makes_doubtful_are_counted():
    """A local time that occurs twice is the earlier one, one that never occurs moves on; both are noted."""
    rows = pl.DataFrame(
        [
            {**INTERVIEW, "interviewed_at": "2026-10-25T02:30"},
            {**INTERVIEW, "interview_id": "i2", "interviewed_at": "2026-03-29T02:30"},
        ]
    )
    log = build_log(interviews=rows, time_zone="Europe/Berlin")
    assert [at.isoformat() for at in log.interviews["interviewed_at"]] == [
        "2026-10-25T00:30:00+00:00",
        "2026-03-29T01:30:00+00:00",
    ]
    assert {("ambiguous_hour", 1), ("missing_hour", 1)} <= {(note.code, note.n) for note in log.notes}


def test_a_zone_that_nobody_knows_is_refused_whatever_its_row_holds():
    """A misspelt zone beside times without an offset is one sentence with its row, not a fault of the program."""
    rows = pl.DataFrame([INTERVIEW | {"interviewed_at": "2026-03-02 10:00", "time_zone": "New Yorck"}])
    with pytest.raises(DataError, match="row 2, column time_zone"):
        build_log(interviews=rows)


def test_half_a_rating_is_no_rating():
    """A whole number is asked for: 2.5 in a numeric column is refused, not cut to 2."""
    rows = pl.DataFrame([INTERVIEW | {"self_rating": 2.5}])
    with pytest.raises(DataError, match="self_rating: must be a whole number"):
        build_log(interviews=rows)


def test_what_days_rest_on_is_said_where_it_is_unusual():
    """Fixed offsets, an end of the record that nobody stated, and columns of midnights each give a note."""
    rows = pl.DataFrame([INTERVIEW | {"interviewed_at": "2026-03-02T10:00-05:00"}])
    assert {"fixed_offsets", "open_end"} <= {note.code for note in build_log(interviews=rows).notes}
    typed = rows.with_columns(interviewed_at=pl.lit("2026-03-02").str.to_datetime())
    log = build_log(interviews=typed, time_zone="Europe/Berlin", data_date="2026-04-01")
    assert [note.code for note in log.notes] == ["midnights"]
