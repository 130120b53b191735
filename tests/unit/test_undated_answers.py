"""Forms that ask whether somebody was reached, and whether something came back, without asking when."""

from __future__ import annotations

from pathlib import Path

from followup_analytics.ingest import check_files, ingest_files
from followup_analytics.ingest.maps.draft import draft_map
from followup_analytics.reading import read_log

FORM = """Timestamp,Email Address,Which company did you interview with?,When was your interview?,\
How did you follow up?,When did you follow up?,Did you reach anyone?,Heard back?,What was the outcome?
3/20/2026 10:11:12,ann@uni.example,Acme,2/26/2026,Phone call,3/4/2026,No,Yes,Final
3/21/2026 11:11:12,bo@uni.example,Beta,2/27/2026,Phone call,3/5/2026,Yes,No,Still waiting
3/21/2026 12:11:12,cy@uni.example,Acme,3/2/2026,Email,3/6/2026,Not sure,Yes,Offer
3/22/2026 13:11:12,di@uni.example,Gamma,3/3/2026,I left a voicemail,3/9/2026,No,Not sure,Rejected
3/22/2026 14:00:00,ed@uni.example,Delta,3/4/2026,,,,No,
"""


def stored(folder: Path, map_: str | None) -> tuple[list[tuple[str, str | None]], dict[str, int | None]]:
    """Channel and party of the touches in their order, and the notes by code."""
    form = folder / "form.csv"
    form.write_text(FORM)
    url = f"sqlite:///{folder / 's.db'}"
    found = ingest_files(form, into=url, map=map_)
    return read_log(url).contacts.sort("at")["channel", "party"].rows(), {note.code: note.n for note in found.notes}


TOUCHES = [("phone", "none"), ("phone", None), ("email", "none"), ("voicemail", "none")]


def test_by_the_shipped_map(tmp_path: Path) -> None:
    """A no is nobody, a yes doesn't tell who, "not sure" is not known; how many came back undated is said."""
    touches, notes = stored(tmp_path, None)
    assert touches == TOUCHES
    assert notes["undated_results"] == 3


def test_by_a_drafted_map(tmp_path: Path) -> None:
    """The same by a map that drafts itself."""
    (tmp_path / "form.csv").write_text(FORM)
    (tmp_path / "map.toml").write_text(draft_map(tmp_path / "form.csv").text)
    touches, notes = stored(tmp_path, str(tmp_path / "map.toml"))
    assert touches == TOUCHES
    assert notes["undated_results"] == 3


def test_a_date_of_the_reply_counts(tmp_path: Path) -> None:
    """Where the day of the reply is asked for, those that have it are told no more."""
    form = tmp_path / "form.csv"
    lines = [f"{line},3/15/2026" if place in (1, 3) else f"{line}," for place, line in enumerate(FORM.splitlines())]
    form.write_text("\n".join([f"{FORM.splitlines()[0]},When did you hear back?", *lines[1:]]) + "\n")
    notes = {note.code: note.n for note in check_files(form).notes}
    assert notes["undated_results"] == 1
