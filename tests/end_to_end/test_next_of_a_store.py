"""`followup next` and `track list` on a store: its open stories alone, kept verdicts, lists that fit, steps put off."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from typing import Any

import pytest

from followup_analytics.store import open_store


@pytest.fixture
def store(followup: Any, simulated_folder: Any, tmp_path: Any) -> str:
    """A store of the simulated log."""
    url = f"sqlite:///{tmp_path / 'office.db'}"
    assert followup("ingest", simulated_folder, "--into", url).code == 0
    return url


def test_what_is_due_of_a_store_is_that_of_all_its_stories(followup: Any, store: str) -> None:
    """--due reads the open stories alone, and gives the rows, counts and sentence that the whole store gives."""
    for today in ("2025-11-20", "2025-12-01"):
        everything = followup("next", store, "--today", today, "--renew", "--json")
        due = followup("next", store, "--today", today, "--due", "--json")
        rows = [row for row in everything.results if row["due"]]
        assert rows
        told = [{**row, "silence": None, "silence_means": None} for row in due.results]
        assert told == [{**row, "silence": None, "silence_means": None} for row in rows]
        assert due.json["log"] == everything.json["log"]
        assert (due.json["open"], due.json["next_on"]) == (everything.json["open"], everything.json["next_on"])


def test_the_last_verdicts_serve_with_their_date(followup: Any, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once worked out, verdicts stay for the next call, which says of when they are; --renew works them out anew."""
    assert followup("claims", store, "--min-cell", "1").code == 0

    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("claims were tested")

    with monkeypatch.context() as patch:
        patch.setattr("followup_analytics.claims.test_claims", never)
        answer = followup("next", store, "--today", "2025-11-20", "--json")
    assert answer.code == 0, answer.err
    verdicts = {one["verdict"] for row in answer.results for one in row["evidence"]}
    assert verdicts
    assert "not_examined" not in verdicts
    (note,) = [note["text"] for note in answer.json["notes"] if note["code"] == "verdicts_of"]
    assert f"{dt.datetime.now(dt.UTC).year}" in note
    assert open_store(store).setting("evidence") is not None


def test_verdicts_of_a_large_folder_are_kept_until_it_changes(
    followup: Any, simulated_folder: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second call on the same files tests nothing and says of when its verdicts are; changed files are tested."""
    import shutil

    from followup_analytics.advice import kept

    folder = tmp_path / "log"
    shutil.copytree(simulated_folder, folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(kept, "SOON_DONE", 10)
    tested: list[int] = []
    real = kept.evidence_of
    monkeypatch.setattr(kept, "evidence_of", lambda *given, **more: tested.append(1) or real(*given, **more))
    first, second = (followup("next", folder, "--json") for _ in range(2))
    assert len(tested) == 1
    assert first.results == second.results
    assert [note["code"] for note in second.json["notes"]].count("verdicts_of") == 1
    (folder / "contacts.csv").write_text((folder / "contacts.csv").read_text() + "\n", encoding="utf-8")
    followup("next", folder, "--json")
    assert len(tested) == 2
    assert {path.suffix for path in (tmp_path / "cache").rglob("*") if path.is_file()} == {".json"}


def test_an_entry_after_the_end_of_its_record_is_questioned(followup: Any, store: str) -> None:
    """Where a file said until when an interview was observed, a later call would count nowhere: that is said."""
    row = followup("track", store, "list", "--json").results[-1]
    told = followup("track", store, "contact", row["interview_id"], "--channel", "phone")
    assert "counts nowhere" in told.err
    assert f"correct {row['interview_id']} --clear observed-until" in told.err
    assert followup("track", store, "correct", row["interview_id"], "--clear", "observed-until").code == 0
    again = followup("track", store, "contact", row["interview_id"], "--channel", "email")
    assert "counts nowhere" not in again.err


def test_an_interview_years_ahead_is_questioned(followup: Any, tmp_path: Any) -> None:
    """A date more than a year ahead is stored, and asked about."""
    url = f"sqlite:///{tmp_path / 'mine.db'}"
    told = followup("track", url, "interview", "--applicant", "ada", "--at", "2062-03-01T10:00Z")
    assert told.code == 0
    assert "is the date right?" in told.err
    notes = {note["code"] for note in followup("next", url, "--no-claims", "--json").json["notes"]}
    assert "far_ahead" in notes


def test_a_store_asks_about_today(followup: Any, store: str) -> None:
    """Without --today the day is the present one for a store, and the data date for a folder."""
    answer = followup("next", store, "--no-claims", "--json")
    assert answer.json["today"] in {
        (dt.datetime.now(dt.UTC) + dt.timedelta(days=days)).date().isoformat() for days in (-1, 0, 1)
    }


def test_nothing_due_says_what_is_open(followup: Any, store: str) -> None:
    """On a Sunday nothing is due; the open interviews are still counted."""
    told = followup("next", store, "--no-claims", "--due", "--today", "2025-11-23").out
    assert "Nothing is due on Sunday 23 November 2025:" in told
    assert "are open, and the next step falls on Monday 24 November 2025" in told


def test_a_long_table_is_cut_and_says_so(followup: Any, store: str) -> None:
    """A table has the 25 most urgent rows, --all has all; programs always get all."""
    rows = followup("next", store, "--no-claims", "--today", "2025-12-01", "--json").results
    assert len(rows) > 25
    short = followup("next", store, "--no-claims", "--today", "2025-12-01")
    assert sum(row["interview_id"] in short.out for row in rows) == 25
    assert "--all prints them all" in short.err
    full = followup("next", store, "--no-claims", "--today", "2025-12-01", "--all").out
    assert all(row["interview_id"] in full for row in rows)


def test_the_day_sheet_has_a_line_for_each_client(followup: Any, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On 80 columns each client has one line, with the most urgent step and how many more there are."""
    monkeypatch.setenv("COLUMNS", "80")
    sheet = followup("next", store, "--no-claims", "--today", "2025-12-01", "--sheet", "--all").out
    rows = list(
        csv.DictReader(
            io.StringIO(
                followup("next", store, "--no-claims", "--today", "2025-12-01", "--sheet", "--format", "csv").out
            )
        )
    )
    first: dict[str, str] = {}
    for row in rows:
        first.setdefault(row["applicant_id"], row["interview_id"])
    lines = [line for line in sheet.splitlines() if any(one in line for one in first.values())]
    assert len(lines) == len(first)
    assert max(len(line) for line in sheet.splitlines()) <= 80


def test_lists_are_of_open_interviews_a_page_at_a_time(followup: Any, store: str) -> None:
    """Closed interviews are left out; 25 stand in a table; --page goes on; --all and --state ask for the others."""
    rows = followup("track", store, "list", "--json").results
    assert {row["state"] for row in rows} <= {"open", "still ahead"}
    assert len(rows) > 25
    first, second = (followup("track", store, "list", *page) for page in ((), ("--page", "2")))
    assert [row["interview_id"] in first.out for row in rows[:26]] == [True] * 25 + [False]
    assert rows[25]["interview_id"] in second.out
    assert f"1 to 25 of {len(rows)}" in first.err
    every = followup("track", store, "list", "--all", "--json").results
    assert {"offer", "rejected"} <= {row["state"] for row in every}
    offers = followup("track", store, "list", "--state", "offer", "--json").results
    assert offers == [row for row in every if row["state"] == "offer"]
    refused = followup("track", store, "list", "--state", "ofer")
    assert (refused.code, "is 'offer' meant?" in refused.err) == (2, True)


def test_lists_are_of_one_coach_or_client(followup: Any, tmp_path: Any) -> None:
    """--coach and --client show theirs alone, whatever the case of the coach's name."""
    url = f"sqlite:///{tmp_path / 'mine.db'}"
    ids = [
        followup("track", url, "interview", "--applicant", who, "--coach", coach).out.strip()
        for who, coach in (("ada", "ines"), ("ben", "Omar"), ("ada", "Omar"))
    ]
    listed = followup("track", url, "list", "--coach", "omar", "--json").results
    assert {row["interview_id"] for row in listed} == {ids[1], ids[2]}
    listed = followup("track", url, "list", "--client", "ada", "--json").results
    assert {row["interview_id"] for row in listed} == {ids[0], ids[2]}
    due = followup("next", url, "--no-claims", "--where", "coach=ines", "--json").results
    assert [row["interview_id"] for row in due] == [ids[0]]


def test_a_step_is_put_off_and_taken_back(followup: Any, tmp_path: Any) -> None:
    """A snoozed interview isn't due before its day; undo brings it back; the history tells of it."""
    url = f"sqlite:///{tmp_path / 'mine.db'}"
    one = followup("track", url, "interview", "--applicant", "ada", "--employer", "Acme").out.strip()
    assert len(followup("next", url, "--no-claims", "--due", "--json").results) == 1
    told = followup("track", url, "snooze", one, "tomorrow")
    assert (told.code, told.out.strip()) == (0, one)
    assert re.search(rf"Put off {one} until \d{{4}}-\d{{2}}-\d{{2}}", told.err)
    assert followup("next", url, "--no-claims", "--due", "--json").results == []
    (row,) = followup("next", url, "--no-claims", "--json").results
    assert row["snoozed_until"] == row["on"]
    assert "snoozed_until" in followup("track", url, "history", one).out
    assert followup("track", url, "undo").code == 0
    assert len(followup("next", url, "--no-claims", "--due", "--json").results) == 1
    assert followup("track", url, "snooze", "iv-none", "tomorrow").code == 2


def test_the_office_country_is_kept(followup: Any, tmp_path: Any) -> None:
    """A country given once holds from then on: no call on Christmas Day."""
    url = f"sqlite:///{tmp_path / 'mine.db'}"
    followup(
        "track", url, "interview", "--applicant", "ada", "--at", "2026-12-21 10:00", "--time-zone", "Europe/Berlin"
    )
    options = ("--no-claims", "--today", "2026-12-24", "--json")
    assert followup("next", url, *options).results[0]["on"] == "2026-12-24"
    followup("next", url, "--working-days", "DE", *options)
    told = followup("next", url, "--no-claims", "--today", "2026-12-25", "--json")
    assert told.results[0]["on"] == "2026-12-28"
    assert "those of DE" in told.json["notes"][-1]["text"]
