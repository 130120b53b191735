"""Answers to forms: questions that say more of the one before, several boxes ticked, answers without a date."""

from __future__ import annotations

from pathlib import Path

import pytest
from foreign_sheets import PEOPLE, write_csv

from followup_analytics.ingest import check_files, ingest_files
from followup_analytics.ingest.maps.draft import draft_map
from followup_analytics.reading.logs import read_log

LEADS = {
    "en": (
        "Did you send a thank-you note?",
        "Did you follow up?",
        "Did they get back to you?",
        "If yes, when?",
        "How?",
    ),
    "plain": ("Thank-you sent?", "Followed up?", "Heard back?", "Date", "Method"),
    "de": ("Hast du dich bedankt?", "Hast du nachgefasst?", "Hat sich jemand gemeldet?", "Wenn ja, wann?", "Wie?"),
    "fr": ("Avez-vous remercié ?", "Avez-vous relancé ?", "Ont-ils répondu ?", "Si oui, quand ?", "Comment ?"),
}


def form(folder: Path, words: str, ways: tuple[str, ...] = ("Email", "Phone")) -> Path:
    """A form with three questions of yes and no, each with a date and a way behind it."""
    thanked, followed, heard, when, how = LEADS[words]
    yes, no = {"de": ("Ja", "Nein"), "fr": ("Oui", "Non")}.get(words, ("Yes", "No"))
    firm, met = {"de": ("Firma", "Gesprächsdatum"), "fr": ("Entreprise", "Date de l'entretien")}.get(
        words, ("Company", "Interview date")
    )
    rows = [["Name", firm, met, thanked, when, how, followed, when, how, heard, when, how]]
    for k, name in enumerate(PEOPLE):
        row = [name, "Acme", f"2026-03-{k + 1:02d}"]
        for place, (answer, later) in enumerate(((k % 2 == 0, 1), (k % 3 != 0, 5), (k % 4 < 2, 8))):
            way = ways[k % len(ways)] if place == 1 else "Email"
            row += [yes, f"2026-03-{k + 1 + later:02d}", way] if answer else [no, "", ""]
        rows.append(row)
    return write_csv(folder / "form.csv", rows)


def stored(folder: Path, sheet: Path) -> list[tuple[str, str, str | None, str]]:
    """Day, direction, purpose and channel of all contacts, in their order."""
    (folder / "map.toml").write_text(draft_map(sheet, time_zone="Europe/London").text, "utf-8")
    url = f"sqlite:///{folder / 's.db'}"
    result = ingest_files(sheet, into=url, map=folder / "map.toml")
    assert result.exit_code == 0
    assert not sum(row.rejected for row in result.rows)
    frame = read_log(url).contacts.sort("at", "channel")
    return [
        (f"{at:%d}", direction, purpose, channel)
        for at, direction, purpose, channel in frame.select("at", "direction", "purpose", "channel").rows()
    ]


@pytest.mark.parametrize("words", LEADS)
def test_a_date_and_a_way_belong_to_the_question_before_them(tmp_path: Path, words: str) -> None:
    """ "If yes, when?" and "How?" say more of the last question, however often they stand there."""
    found = stored(tmp_path, form(tmp_path, words))
    n = range(len(PEOPLE))
    thanks = [one for one in found if one[2] == "thank_you"]
    replies = [one for one in found if one[1] == "inbound"]
    assert len(thanks) == sum(k % 2 == 0 for k in n)
    assert len(replies) == sum(k % 4 < 2 for k in n)
    assert len(found) - len(thanks) - len(replies) == sum(k % 3 != 0 for k in n)
    assert {one[3] for one in replies} == {"email"}


def test_headings_that_stand_twice_are_numbered_in_delimited_files_as_in_workbooks(tmp_path: Path) -> None:
    """The second "How?" is `How? (2)`, whatever the file's kind."""
    columns = [row["column"] for row in draft_map(form(tmp_path, "en")).rows]
    assert [one for one in columns if one.startswith("How?")] == ["How?", "How? (2)", "How? (3)"]


def test_each_way_that_was_ticked_is_a_contact(tmp_path: Path) -> None:
    """ "Email, Phone call" is an e-mail and a call; "called, left message" is one call; the number is said."""
    ways = ("Email, Phone call", "called, left message", "Email")
    sheet = form(tmp_path, "en", ways)
    found = [one for one in stored(tmp_path, sheet) if one[1] == "outbound" and one[2] != "thank_you"]
    mailed = [k for k in range(len(PEOPLE)) if k % 3 == 2]
    left = [k for k in range(len(PEOPLE)) if k % 3 == 1]
    assert sorted(one[3] for one in found) == ["email"] * len(mailed) + ["voicemail"] * len(left)
    (tmp_path / "two").mkdir()
    sheet = form(tmp_path / "two", "en", ("Email", "Email, Phone call", "Email & LinkedIn"))
    found = [one for one in stored(tmp_path / "two", sheet) if one[1] == "outbound" and one[2] != "thank_you"]
    assert len(found) == 2 * sum(k % 3 != 0 for k in range(len(PEOPLE)))
    assert {one[3] for one in found} == {"email", "phone", "social"}
    again = ingest_files(sheet, into=f"sqlite:///{tmp_path / 'two' / 's.db'}", map=tmp_path / "two" / "map.toml")
    assert not sum(row.accepted for row in again.rows)
    notes = {note.code: note.n for note in again.notes}
    assert notes["several_ways"] == sum(k % 3 != 0 for k in range(len(PEOPLE)))


def test_a_cell_with_a_part_that_is_no_word_is_rejected_and_not_halved(tmp_path: Path) -> None:
    """ "Email, pigeon" that the map doesn't know is a row to mend."""
    sheet = form(tmp_path, "en", ("Email", "Email, Phone call"))
    (tmp_path / "map.toml").write_text(draft_map(sheet, time_zone="Europe/London").text, "utf-8")
    sheet.write_text(sheet.read_text().replace('"Email, Phone call"', '"Email, pigeon"', 1))
    result = check_files(sheet, map=tmp_path / "map.toml")
    assert sum(row.rejected for row in result.rows) == 1


def test_a_yes_without_a_date_is_told(tmp_path: Path) -> None:
    """Whoever says yes and no day is counted in a note, for follow-ups as for replies."""
    sheet = form(tmp_path, "en")
    lines = sheet.read_text().splitlines()
    cells = lines[2].split(",")
    cells[7:9] = ["", ""]
    sheet.write_text("\n".join([*lines[:2], ",".join(cells), *lines[3:]]) + "\n")
    (tmp_path / "map.toml").write_text(draft_map(sheet, time_zone="Europe/London").text, "utf-8")
    notes = {note.code: note for note in check_files(sheet, map=tmp_path / "map.toml").notes}
    assert notes["undated_contacts"].n == 1
    assert "Did you follow up?" in notes["undated_contacts"].text


def test_several_ways_in_a_sheet_that_names_its_interviews(tmp_path: Path) -> None:
    """Where a sheet of contacts finds its interviews by person and employer, a cell of two ways is two contacts too."""
    firms = [f"Firm {chr(65 + k)}" for k in range(6)]
    held = [["interview_id", "applicant_id", "employer", "interviewed_at"]]
    held += [[f"i{k}", f"a{k}", firm, f"2026-03-0{k + 1}"] for k, firm in enumerate(firms)]
    made = [["Who", "Co.", "Date", "How"]]
    made += [[f"a{k}", firm, f"2026-03-1{k}", "LVM + email" if k == 3 else "Email"] for k, firm in enumerate(firms)]
    store = f"sqlite:///{tmp_path / 's.db'}"
    ingest_files([write_csv(tmp_path / "interviews.csv", held)], into=store, time_zone="UTC")
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        'name = "calls"\ndescription = "calls"\n[[tables]]\ntable = "contacts"\n'
        '[tables.columns]\ninterview_id = { match = ["Who", "Co."] }\nat = "Date"\nchannel = "How"\n'
        '[tables.values.channel]\nEmail = "email"\nLVM = "voicemail"\n'
        '[tables.split]\nHow = ["+"]\n[tables.constants]\ndirection = "outbound"\n',
        encoding="utf-8",
    )
    ingest_files([write_csv(tmp_path / "calls.csv", made)], into=store, map=mapping, time_zone="UTC")
    contacts = read_log(store).contacts
    assert sorted(contacts["channel"]) == ["email"] * 6 + ["voicemail"]
    assert contacts["contact_id"].n_unique() == 7
