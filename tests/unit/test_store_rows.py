"""Rows in and out of a store: what is new, known or changed, and that what comes out is what went in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from followup_analytics.errors import DataError, UnreadableError
from followup_analytics.log.checks import check_table
from followup_analytics.log.schema import TABLES
from followup_analytics.store import Counts, Store, open_store, read_store_log

INTERVIEWS = """
interview_id  applicant_id  interviewed_at             cohort  employer     gpa   major
i1            ana           2026-03-02T10:00+01:00     spring  Baker's      3.5   "fine" arts, Ü
i2            ana           2026-03-04                 spring  -            -     -
i3            bob           2026-03-05T09:30:15.25Z    -       Mill         2.0   physics
"""
CONTACTS = """
contact_id  interview_id  at                       direction  channel  duration_s          asked_status
c1          i1            2026-03-03T09:00+01:00   outbound   phone    0.1                 yes
c2          i1            2026-03-04T09:00+01:00   inbound    email    -                   -
c3          i3            2026-03-06T09:00Z        outbound   phone    33.333333333333336  no
"""


def table(text: str, name: str) -> pl.DataFrame:
    """A checked frame of a small written table; a hyphen is an empty cell."""
    header, *lines = text.strip().splitlines()
    starts = [header.index(column) for column in header.split()]
    ends = [*starts[1:], None]
    rows = [[line[a:b].strip() for a, b in zip(starts, ends, strict=True)] for line in lines]
    raw = pl.DataFrame(rows, schema=dict.fromkeys(header.split(), pl.String), orient="row")
    raw = raw.with_columns(pl.when(pl.all() != "-").then(pl.all())).with_row_index("_row", offset=2)
    checked = check_table(raw.with_columns(pl.col("_row").cast(pl.Int64)), TABLES[name], file="t", time_zone="UTC")
    assert not checked.rejects.height, checked.rejects
    return checked.frame


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store whose clock moves on by a day with each look at it."""
    ticks = iter(datetime(2026, 4, 1, 12, tzinfo=UTC) + timedelta(days=n) for n in range(1000))
    return open_store(f"sqlite:///{tmp_path}/followup.db", create=True, clock=lambda: next(ticks))


def add(store: Store, **frames: pl.DataFrame) -> dict[str, Counts]:
    """Add frames in one transaction."""
    with store.transaction("file.csv") as tx:
        return {name: tx.add(name, frame) for name, frame in frames.items()}


def test_what_comes_out_is_what_went_in(store: Store) -> None:
    """Every typed column, covariate, bucket and zone survives, floats to the last bit."""
    frames = {"interviews": table(INTERVIEWS, "interviews"), "contacts": table(CONTACTS, "contacts")}
    add(store, **frames)
    found = store.read_tables()
    assert frames
    for name, frame in frames.items():
        key = TABLES[name].key
        assert found[name].sort(key).equals(frame.drop("_row").sort(key).select(found[name].columns))


def test_covariates_keep_their_types(store: Store) -> None:
    """Numbers, booleans, dates and times of the user's own columns are not made text."""
    own = pl.DataFrame(
        {
            "gpa": [3.5, None, 0.1],
            "credits": [1, 2, None],
            "veteran": [True, None, False],
            "born": [date(2000, 1, 2), None, date(1999, 12, 31)],
            "met": [None, datetime(2026, 1, 1, 1, 1, 1, 5, tzinfo=UTC), None],
            "word": ["a\nb", '{"x":1}', "\\ü"],
        },
        schema_overrides={"met": pl.Datetime("us", "UTC")},
    )
    interviews = table(INTERVIEWS, "interviews").drop("gpa", "major").hstack(own)
    add(store, interviews=interviews)
    found = store.read_tables()["interviews"].sort("interview_id")
    assert found.select(own.columns).equals(own)


def test_a_covariate_of_two_types_is_read_as_text(store: Store) -> None:
    """A column that came as numbers once and as words later loses nothing."""
    rows = table(INTERVIEWS, "interviews")
    add(store, interviews=rows.head(1).with_columns(gpa=pl.lit(3)))
    add(store, interviews=rows.tail(1).with_columns(gpa=pl.lit("high")))
    assert sorted(store.read_tables()["interviews"]["gpa"]) == ["3", "high"]


def test_same_is_known_other_is_a_new_version(store: Store) -> None:
    """Counts tell new rows, known rows and new versions apart."""
    interviews, contacts = table(INTERVIEWS, "interviews"), table(CONTACTS, "contacts")
    assert add(store, interviews=interviews, contacts=contacts) == {"interviews": Counts(3), "contacts": Counts(3)}
    assert add(store, contacts=contacts.reverse()) == {"contacts": Counts(0, 3)}
    changed = contacts.with_columns(
        channel=pl.when(pl.col("contact_id") == "c2").then(pl.lit("phone")).otherwise("channel")
    )
    assert add(store, contacts=changed) == {"contacts": Counts(1, 2, 1)}
    assert store.read_tables()["contacts"].filter(pl.col("contact_id") == "c2")["channel"].to_list() == ["phone"]


def test_an_absent_column_is_an_empty_one(store: Store) -> None:
    """A file saved again without its empty columns, or with further ones, brings nothing new."""
    contacts = table(CONTACTS, "contacts").drop("asked_status")
    add(store, interviews=table(INTERVIEWS, "interviews"), contacts=contacts)
    fewer = contacts.drop("tone", "callback_at", "purpose")
    more = contacts.with_columns(note=pl.lit(None, pl.String))
    assert add(store, contacts=fewer)["contacts"] == add(store, contacts=more)["contacts"] == Counts(0, 3)


def test_a_known_file_writes_nothing(store: Store, tmp_path: Path) -> None:
    """A second ingest of the same rows leaves the database as it was, byte for byte."""
    frames = {"interviews": table(INTERVIEWS, "interviews"), "contacts": table(CONTACTS, "contacts")}
    add(store, **frames)
    before = (tmp_path / "followup.db").read_bytes()
    add(store, **frames)
    assert (tmp_path / "followup.db").read_bytes() == before


def test_a_file_in_two_parts_makes_the_same_store(tmp_path: Path) -> None:
    """Splitting a file and the order of its parts don't matter."""
    contacts = table(CONTACTS, "contacts")
    logs = []
    for name, parts in (("a", [contacts]), ("b", [contacts.tail(1), contacts.head(2)])):
        one = open_store(f"sqlite:///{tmp_path}/{name}.db", create=True)
        add(one, interviews=table(INTERVIEWS, "interviews"))
        for part in parts:
            add(one, contacts=part)
        logs.append(one.read_tables()["contacts"].sort("contact_id"))
    assert logs[0].equals(logs[1])


def test_an_error_leaves_the_store_as_it_was(store: Store) -> None:
    """One file is everything or nothing, whichever table of it fails."""
    with pytest.raises(ZeroDivisionError), store.transaction("file.csv") as tx:
        tx.set("size", str(tx.add("interviews", table(INTERVIEWS, "interviews")).accepted // 0))
    assert store.known_ids("interviews").len() == 0


def test_a_contact_needs_its_interview(store: Store) -> None:
    """The database itself refuses a contact of an interview that is not there."""
    with pytest.raises(DataError, match="belongs to no interview"):
        add(store, contacts=table(CONTACTS, "contacts"))
    assert store.known_ids("contacts").len() == 0


def test_interviews_may_come_after_contacts_within_a_file(store: Store) -> None:
    """References are checked when the transaction ends."""
    add(store, contacts=table(CONTACTS, "contacts"), interviews=table(INTERVIEWS, "interviews"))
    assert store.known_ids("contacts").len() == 3


def test_an_interview_with_contacts_can_change(store: Store) -> None:
    """A new version of an interview keeps its contacts."""
    interviews = table(INTERVIEWS, "interviews")
    add(store, interviews=interviews, contacts=table(CONTACTS, "contacts"))
    counts = add(store, interviews=interviews.with_columns(cohort=pl.lit("autumn")))
    assert counts["interviews"].new_versions == 3
    assert store.known_ids("contacts").len() == 3


def test_as_of_reads_what_was_known_then(store: Store) -> None:
    """Facts are read by when they were recorded, older versions included."""
    contacts = table(CONTACTS, "contacts")
    add(store, interviews=table(INTERVIEWS, "interviews"), contacts=contacts.head(2))  # 1 April
    add(store, contacts=contacts.with_columns(channel=pl.lit("video")))  # 2 April
    seen = {day: store.read_tables(datetime(2026, 4, day, 23, tzinfo=UTC))["contacts"] for day in (1, 2)}
    assert seen[1].sort("contact_id")["channel"].to_list() == ["phone", "email"]
    assert seen[2]["channel"].to_list() == ["video"] * 3
    assert store.read_tables(datetime(2026, 3, 31, tzinfo=UTC))["interviews"].height == 0


def test_a_clock_set_back_keeps_the_order_of_versions(tmp_path: Path) -> None:
    """Versions follow one another even when the computer's clock does not."""
    times = iter([datetime(2026, 4, 2, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)])
    store = open_store(f"sqlite:///{tmp_path}/s.db", create=True, clock=lambda: next(times))
    rows = table(INTERVIEWS, "interviews")
    add(store, interviews=rows)
    add(store, interviews=rows.with_columns(cohort=pl.lit("later")))
    then = store.read_tables(datetime(2026, 4, 2, tzinfo=UTC))["interviews"]
    now = store.read_tables(datetime(2026, 4, 2, 1, tzinfo=UTC))["interviews"]
    assert "later" not in then["cohort"].to_list()
    assert now["cohort"].to_list() == ["later"] * 3


def test_reading_never_writes(store: Store, tmp_path: Path) -> None:
    """A store opened for reading refuses to write."""
    add(store, interviews=table(INTERVIEWS, "interviews"))
    reader = open_store(f"sqlite:///{tmp_path}/followup.db")
    with pytest.raises(UnreadableError, match="reading only"), reader.transaction("x"):
        pass


def test_known_ids_and_chosen_columns(store: Store) -> None:
    """Ingest can ask for keys and a few columns alone."""
    add(store, interviews=table(INTERVIEWS, "interviews"))
    assert sorted(store.known_ids("interviews")) == ["i1", "i2", "i3"]
    few = store.read_table("interviews", ["interview_id", "_zone", "job_level"]).sort("interview_id")
    assert few.columns == ["interview_id", "job_level", "_zone"] or few.columns == [
        "interview_id",
        "_zone",
        "job_level",
    ]
    assert few.filter(pl.col("interview_id") == "i1")["_zone"].item() == "UTC"


def test_settings_are_kept(store: Store) -> None:
    """A setting is the last value that a transaction gave it."""
    for zone in ("UTC", "Europe/Berlin"):
        with store.transaction("x") as tx:
            tx.set("time_zone", zone)
    assert store.setting("time_zone") == "Europe/Berlin"
    assert store.setting("nothing") is None


def test_a_large_load_after_a_small_one(store: Store) -> None:
    """Indexes that are rebuilt for a bulk load are there again and the rows are all found."""
    interviews, contacts = table(INTERVIEWS, "interviews"), table(CONTACTS, "contacts")
    add(store, interviews=interviews, contacts=contacts)
    n = 60_000
    many = pl.concat([contacts.head(1)] * n).with_columns(contact_id=pl.format("m{}", pl.int_range(n, eager=True)))
    assert add(store, contacts=many)["contacts"] == Counts(n)
    assert add(store, contacts=many)["contacts"] == Counts(0, n)
    with store.reading() as connection:
        names = connection.values("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'contacts'")
        assert {"contacts_key", "contacts_interview"} <= set(names)


def test_a_store_as_a_log(store: Store, tmp_path: Path) -> None:
    """read_store_log gives the log: zones, covariates, simulated flag and data date."""
    add(store, interviews=table(INTERVIEWS, "interviews"), contacts=table(CONTACTS, "contacts"))
    with store.transaction("x") as tx:
        tx.set("simulated", "true")
    log = read_store_log(f"sqlite:///{tmp_path}/followup.db")
    assert (log.interviews.height, log.contacts.height, log.simulated, log.applicants) == (3, 3, True, None)
    assert log.data_date == datetime(2026, 3, 6, 9, tzinfo=UTC)
    assert log.interviews.sort("interview_id")["major"].to_list() == ['"fine" arts, Ü', None, "physics"]


def test_a_date_stays_its_date_in_another_zone(store: Store, tmp_path: Path) -> None:
    """Rows of which only the date is known don't slip to the day before when a zone is given at reading."""
    with store.transaction("x") as tx:
        rows = table(INTERVIEWS, "interviews").with_columns(_zone=pl.lit("+02:00"))
        midnight = pl.lit(datetime(2026, 3, 3, 22, tzinfo=UTC)).cast(pl.Datetime("us", "UTC"))
        day = pl.col("at_precision") == "day"
        tx.add("interviews", rows.with_columns(interviewed_at=pl.when(day).then(midnight).otherwise("interviewed_at")))
    for zone in (None, "America/New_York", "Pacific/Auckland"):
        log = read_store_log(f"sqlite:///{tmp_path}/followup.db", time_zone=zone)
        by_day = log.interviews.filter(pl.col("interview_id") == "i2")
        assert by_day["_day"].cast(pl.Date).item() == date(2026, 3, 4)


def test_an_empty_store_is_no_log(store: Store, tmp_path: Path) -> None:
    """A store without interviews is refused with what to do."""
    with pytest.raises(DataError, match="holds no interviews"):
        read_store_log(f"sqlite:///{tmp_path}/followup.db")
