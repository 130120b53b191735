"""Mending what `track` or a file stored: correct, undo by id, undo of an ingest, and the list to pick from."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from followup_analytics.advice.overview import overview
from followup_analytics.errors import UsageError
from followup_analytics.ingest import ingest_files
from followup_analytics.store import open_store, read_store_log
from followup_analytics.track import (
    track_contact,
    track_correct,
    track_history,
    track_interview,
    track_outcome,
    track_reassign,
    track_undo,
)

START = "2026-03-02T10:00"
HEADER = "contact_id,interview_id,at,direction,channel\n"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a store that is not there yet."""
    return f"sqlite:///{tmp_path}/followup.db"


def _interview(url: str, **fields: object) -> str:
    return track_interview(url, "ana", **({"at": START, "time_zone": "Europe/Berlin"} | fields)).id


def _row(url: str, table: str) -> dict[str, Any]:
    return getattr(read_store_log(url), table).row(0, named=True)


def _file(tmp_path: Path, *lines: str, name: str = "calls.csv") -> Path:
    path = tmp_path / name
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines))
    return path


# -------------------------------------------------------------------------------------------------------- correct


def test_a_contact_is_corrected_and_its_past_kept(url: str) -> None:
    """Only what is named changes; the earlier version stays in the history, and undo puts it back."""
    one = _interview(url)
    contact = track_contact(url, one, channel="phone", at="2026-03-03T10:00", asked_status=True).id
    track_correct(url, contact, channel="vm", at="2026-03-04 11:00")
    row = _row(url, "contacts")
    assert (row["channel"], row["asked_status"]) == ("voicemail", True)
    assert row["at"] == datetime(2026, 3, 4, 10, tzinfo=UTC)
    assert any("replaced" in line for line in track_history(url, one))
    track_undo(url)
    assert _row(url, "contacts")["channel"] == "phone"


def test_an_interview_keeps_its_person_zone_and_covariates(url: str, tmp_path: Path) -> None:
    """What the package worked out, and columns of the user's own, outlive a correction."""
    (tmp_path / "i.csv").write_text(f"interview_id,applicant_id,interviewed_at,sector\niv-1,ana,{START},retail\n")
    ingest_files([tmp_path / "i.csv"], into=url, time_zone="Europe/Berlin")
    before = _row(url, "interviews")
    track_correct(url, "iv-1", employer="Mill", decision_promised_at="2026-12-01", do_not_contact=True)
    after = _row(url, "interviews")
    changed = {name for name in after if after[name] != before[name]} - {"_until_us", "_until_day"}
    assert changed == {"employer", "decision_promised_at", "do_not_contact"}
    assert after["sector"] == "retail"


def test_a_bare_date_stays_one_until_a_time_is_given(url: str) -> None:
    """Precision follows what is known."""
    one = _interview(url, at="2026-03-02")
    track_correct(url, one, employer="Mill")
    assert _row(url, "interviews")["at_precision"] == "day"
    track_correct(url, one, at="2026-03-02 15:00")
    assert _row(url, "interviews")["at_precision"] == "instant"


def test_an_outcome_is_corrected_through_its_interview(url: str) -> None:
    """With --outcome the time is that of the decision."""
    one = _interview(url)
    with pytest.raises(UsageError, match="no outcome yet"):
        track_correct(url, one, outcome="offer")
    track_outcome(url, one, "rejected", at="2026-03-05T10:00")
    track_correct(url, one, outcome="offer", at="2026-03-06")
    row = _row(url, "outcomes")
    assert (row["outcome"], row["at_precision"]) == ("offer", "day")


def test_a_column_is_cleared_unless_it_is_needed(url: str) -> None:
    """--clear empties a column."""
    one = _interview(url, employer="Mill", cohort="2026")
    track_correct(url, one, clear=["cohort"])
    assert _row(url, "interviews")["cohort"] is None
    contact = track_contact(url, one, channel="phone").id
    with pytest.raises(UsageError, match="--clear channel"):
        track_correct(url, contact, clear=["channel"])


@pytest.mark.parametrize(
    ("fields", "words"),
    [({}, "at least one option"), ({"channel": "phone"}, "an interview has no channel"), ({"at": "soon"}, "--at")],
)
def test_a_correction_of_nothing_or_the_wrong_thing_is_refused(url: str, fields: dict[str, str], words: str) -> None:
    """The sentence says what can be corrected."""
    with pytest.raises(UsageError, match=words):
        track_correct(url, _interview(url), **fields)


def test_a_correction_that_changes_nothing_says_so(url: str) -> None:
    """No version is made of the same content."""
    one = _interview(url, employer="Mill")
    assert "says so already" in track_correct(url, one, employer="Mill").sentence
    assert len(track_history(url, one)) == 1


def test_a_contact_may_tell_of_the_interview(url: str) -> None:
    """A promised decision goes to the interview, and is taken back with the contact that told it."""
    one = _interview(url)
    track_contact(url, one, channel="phone", decision_promised_at="2026-12-01", do_not_contact=False)
    assert _row(url, "interviews")["decision_promised_at"] == datetime(2026, 11, 30, 23, tzinfo=UTC)
    track_undo(url)
    assert _row(url, "interviews")["decision_promised_at"] is None
    assert read_store_log(url).contacts.height == 0


def test_a_file_that_says_the_same_again_undoes_no_correction(url: str, tmp_path: Path) -> None:
    """Next week's export holds last week's calls too; one that says something else is a new version."""
    one = _interview(url)
    line = f"c1,{one},2026-03-05T10:00Z,inbound,phone"
    ingest_files([_file(tmp_path, line)], into=url)
    track_correct(url, "c1", channel="video")
    track_contact(url, one, channel="phone", decision_promised_at="2026-12-01")
    again = ingest_files([_file(tmp_path, line, f"c2,{one},2026-03-06T10:00Z,outbound,email")], into=url).rows[0]
    assert (again["accepted"], again["already_known"]) == (1, 1)
    channels = dict(read_store_log(url).contacts.select("contact_id", "channel").iter_rows())
    assert (channels["c1"], channels["c2"]) == ("video", "email")
    ingest_files([_file(tmp_path, line.replace("phone", "in_person"))], into=url)
    track_correct(url, "c1", channel="phone")
    assert dict(read_store_log(url).contacts.select("contact_id", "channel").iter_rows())["c1"] == "phone"


# ----------------------------------------------------------------------------------------------------------- undo


def test_one_entry_is_taken_back_by_its_id(url: str) -> None:
    """Others stay, whatever came after it; an interview stays while something rests on it."""
    one = _interview(url)
    first = track_contact(url, one, channel="phone", at="2026-03-03T10:00").id
    second = track_contact(url, one, channel="email", at="2026-03-04T10:00").id
    assert track_undo(url, first).id == first
    assert read_store_log(url).contacts["contact_id"].to_list() == [second]
    with pytest.raises(UsageError, match="1 contact belongs to it"):
        track_undo(url, one)
    with pytest.raises(UsageError, match="nothing has the id"):
        track_undo(url, first)
    assert track_undo(url).id == second
    assert track_undo(url).id == one


def test_undo_says_that_a_later_file_stays(url: str, tmp_path: Path) -> None:
    """The last entry of `track` goes; what a file brought after it does not."""
    one = _interview(url)
    contact = track_contact(url, one, channel="phone", at="2026-03-03T10:00").id
    ingest_files([_file(tmp_path, f"c1,{one},2026-03-05T10:00Z,inbound,phone")], into=url)
    entry = track_undo(url)
    assert entry.id == contact
    assert "Took back contact" in entry.sentence
    assert "1 file ingested after it stays" in entry.sentence
    assert read_store_log(url).contacts["contact_id"].to_list() == ["c1"]


def test_an_ingest_is_taken_back_as_a_whole(url: str, tmp_path: Path) -> None:
    """New rows go, replaced ones come back, and the file can be ingested again."""
    one = _interview(url)
    lines = [f"c1,{one},2026-03-05T10:00Z,inbound,phone", f"c2,{one},2026-03-06T10:00Z,outbound,email"]
    ingest_files([_file(tmp_path, lines[0])], into=url)
    second = _file(tmp_path, lines[0].replace("phone", "video"), lines[1], name="later.csv")
    ingest_files([second], into=url)
    entry = track_undo(url, ingest=True)
    assert entry.id == "later.csv"
    assert "2 contacts" in entry.sentence
    assert "Once more takes back calls.csv" in entry.sentence
    assert _row(url, "contacts")["channel"] == "phone"
    assert read_store_log(url).contacts.height == 1
    assert ingest_files([second], into=url).rows[0]["accepted"] == 2
    track_undo(url, ingest=True)
    track_undo(url, ingest=True)
    assert read_store_log(url).contacts.height == 0
    with pytest.raises(UsageError, match="no ingest to take back"):
        track_undo(url, ingest=True)


def test_an_ingest_on_which_entries_rest_stays(url: str, tmp_path: Path) -> None:
    """Neither rows that were corrected since nor interviews with later contacts go under people's hands."""
    (tmp_path / "i.csv").write_text(f"interview_id,applicant_id,interviewed_at\niv-1,ana,{START}+01:00\n")
    ingest_files([tmp_path / "i.csv"], into=url)
    contact = track_contact(url, "iv-1", channel="phone").id
    with pytest.raises(UsageError, match="1 contact belongs to it"):
        track_undo(url, ingest=True)
    track_undo(url, contact)
    track_correct(url, "iv-1", employer="Mill")
    with pytest.raises(UsageError, match="1 of its rows was changed since"):
        track_undo(url, ingest=True)
    track_undo(url)
    assert "1 interview" in track_undo(url, ingest=True).sentence


def test_a_files_row_is_taken_back_by_its_id(url: str, tmp_path: Path) -> None:
    """A call linked to the wrong interview goes alone, and the sentence says how it would come back."""
    one = _interview(url)
    ingest_files([_file(tmp_path, f"c1,{one},2026-03-05T10:00Z,inbound,phone")], into=url)
    assert "calls.csv" in track_undo(url, "c1").sentence
    assert read_store_log(url).contacts.height == 0


# ----------------------------------------------------------------------------------------------------------- list


def test_the_list_shows_where_interviews_stand(url: str) -> None:
    """The latest first, with state, attempts and the last touch; it can be one applicant's alone."""
    one = _interview(url, employer="Mill")
    track_contact(url, one, channel="phone", at="2026-03-03T10:00")
    track_contact(url, one, channel="email", purpose="thank you", at="2026-03-02T18:00")
    two = track_interview(url, "ben", at="2026-03-04").id
    track_outcome(url, two, "offer", at="2026-03-05")
    ahead = track_interview(url, "ben", at="2099-03-04T10:00").id
    log = read_store_log(url)
    assert [(row["interview_id"], row["state"], row["attempts"]) for row in overview(log).rows] == [
        (ahead, "still ahead", 0),
        (two, "offer", 0),
        (one, "open", 1),
    ]
    track_outcome(url, one, "offer", at="2099-01-01")
    assert overview(read_store_log(url)).rows[2]["state"] == "open"
    assert overview(log).rows[2]["last_contact"] == "2026-03-03"
    assert overview(log).summary() == "3 interviews, 2 open."
    assert len(overview(log, {_row(url, "interviews")["applicant_id"]}).rows) < 3


def test_open_interviews_go_to_another_coach(url: str) -> None:
    """All open ones of a coach, or one client's; each stays in the history, and is taken back by itself."""
    ids = {
        who: track_interview(url, who, at="2026-03-02T10:00+01:00", coach=coach).id
        for who, coach in (("ana", "Ines"), ("bob", "ines"), ("carl", "omar"), ("dora", "ines"))
    }
    track_outcome(url, ids["dora"], "offer", at="2026-03-03")
    assert "1 open interview is" in track_reassign(url, "ines", "omar", client="ana").sentence
    assert "1 open interview is" in track_reassign(url, "INES", "omar").sentence
    coaches = {row["interview_id"]: row["coach"] for row in open_store(url).read_table("interviews").to_dicts()}
    assert [coaches[ids[who]] for who in ("ana", "bob", "carl", "dora")] == ["omar", "omar", "omar", "ines"]
    track_undo(url)
    assert open_store(url).find("interviews", [ids["bob"]])["coach"][0] == "ines"
    with pytest.raises(UsageError, match="has no open interview"):
        track_reassign(url, "nobody", "omar")
