"""Maps that draft themselves: sheets of unlike offices are understood as they are, and what isn't sure is asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from foreign_sheets import SHEETS, american, german, two_sheets, write_book, write_csv

from followup_analytics.errors import DataError
from followup_analytics.ingest import check_files, ingest_files
from followup_analytics.ingest.maps.draft import draft_map
from followup_analytics.ingest.maps.draft.lexicon import load_lexicon
from followup_analytics.ingest.maps.draft.questions import column_id, word_id
from followup_analytics.ingest.maps.draft.sections import Use
from followup_analytics.ingest.maps.mapping import load_map
from followup_analytics.reading.logs import read_log


@pytest.mark.parametrize("name", SHEETS)
def test_a_draft_reads_its_sheet(tmp_path: Path, name: str) -> None:
    """The drafted map, written as TOML and read back, gives every row of the sheet, and no row is rejected."""
    write, tables = SHEETS[name]
    sheet = write(tmp_path)
    draft = draft_map(sheet, time_zone="Europe/London")
    (tmp_path / "map.toml").write_text(draft.text, "utf-8")
    result = check_files(sheet, map=tmp_path / "map.toml", time_zone="Europe/London")
    assert {row["table"]: row["accepted"] for row in result.rows} == tables
    assert result.exit_code == 0


def means(draft: object) -> dict[str, str | None]:
    """What each column means."""
    return {row["column"]: row["means"] for row in draft.rows}  # type: ignore[attr-defined]


def test_what_an_american_sheet_means(tmp_path: Path) -> None:
    """Every column and word has its meaning, with a certainty; names of recruiters have none."""
    draft = draft_map(american(tmp_path))
    assert means(draft) == {
        "Student": "applicant_id",
        "Company": "employer",
        "Interview": "interviewed_at",
        "F/U 1": "at",
        "F/U 1 Result": "channel",
        "F/U 2": "at",
        "F/U 2 Result": "channel",
        "Heard back?": None,
        "Heard back on": "at",
        "Outcome": "outcome",
        "Recruiter name": None,
    }
    words = {
        one["value"]: one["means"] for row in draft.rows if row["column"] == "F/U 1 Result" for one in row["values"]
    }
    assert words == {
        "LVM": "voicemail",
        "left msg": "voicemail",
        "spoke w/ recruiter": "phone",
        "no answer": "phone",
        "emailed": "email",
    }
    assert all(0 <= row["certainty"] <= 1 for row in draft.rows)


def test_the_log_of_an_american_sheet(tmp_path: Path) -> None:
    """The year comes from the title, the recruiter was reached, a voicemail reached nobody, replies are inbound."""
    sheet = american(tmp_path)
    ingest_files(sheet, into=f"sqlite:///{tmp_path}/log.db", map=draft_map(sheet).map)
    log = read_log(f"sqlite:///{tmp_path}/log.db")
    assert set(log.interviews["interviewed_at"].dt.year()) == {2026}
    assert set(log.interviews["cohort"]) == {"Spring 2026"}
    said = {(row["channel"], row["party"], row["direction"]) for row in log.contacts.iter_rows(named=True)}
    assert {
        ("voicemail", "none", "outbound"),
        ("phone", "hiring_team", "outbound"),
        ("phone", "none", "outbound"),
        ("email", "none", "outbound"),
        ("email", None, "inbound"),
    } == said


def test_touches_are_tied_by_folded_names(tmp_path: Path) -> None:
    """Capitals, legal forms and shortened names don't keep a call from its interview; a call back is inbound."""
    sheet = two_sheets(tmp_path)
    ingest_files(sheet, into=f"sqlite:///{tmp_path}/log.db", map=draft_map(sheet).map)
    contacts = read_log(f"sqlite:///{tmp_path}/log.db").contacts
    assert contacts.group_by("interview_id").len()["len"].sort().to_list() == [1] * 5 + [2] * 4
    assert contacts["direction"].value_counts(sort=True).rows() == [("outbound", 9), ("inbound", 4)]


def test_json_has_no_log_and_five_rows_as_understood(tmp_path: Path) -> None:
    """One result a column, the sample is marked confidential, the map's text is in it, and no log is claimed."""
    made = json.loads(json.dumps(draft_map(german(tmp_path)).to_json()))
    assert made["log"] is None
    assert made["command"] == "map"
    assert len(made["results"]) == 9
    assert {"column", "means", "certainty", "values"} <= set(made["results"][0])
    assert len(made["sample"]) == 5
    assert "confidential" in [note["code"] for note in made["notes"]]
    assert made["sample"][0]["interviews"][0]["employer"] == "Müller GmbH"


def test_questions_are_answered_by_their_ids(tmp_path: Path) -> None:
    """An unknown word is asked about; its answer is in the next draft, and a column may be left out."""
    rows = [["Student", "Company", "Interview date", "Followed up on", "How"]]
    rows += [[f"P {k}", "Acme", "2026-03-02", "2026-03-05", ("LVM", "zorped")[k % 2]] for k in range(8)]
    sheet = write_csv(tmp_path / "log.csv", rows)
    use = Use("How", None, None, 0.0)
    first = draft_map(sheet)
    assert word_id(use, "zorped") in [one.id for one in first.questions]
    second = draft_map(sheet, answers={word_id(use, "zorped"): "letter"})
    assert word_id(use, "zorped") not in [one.id for one in second.questions]
    assert second.map["tables"][1]["values"]["channel"]["zorped"] == "letter"
    third = draft_map(sheet, answers={column_id(use): "no"})
    assert means(third)["How"] is None


def test_the_order_of_dates_by_what_is_plausible(tmp_path: Path) -> None:
    """Where no date tells day from month, follow-ups that come soon after interviews do; and that is said and asked."""
    rows = [["Student", "Company", "Interview date", "Followed up on"]]
    rows += [[f"P {k}", "Acme", f"0{k}/03/2026", f"0{k + 2}/03/2026"] for k in range(1, 8)]
    draft = draft_map(write_csv(tmp_path / "log.csv", rows))
    assert draft.map["day_first"] is True
    assert "order" in [one.id for one in draft.questions]
    assert "order" in [note.code for note in draft.notes]


def test_a_second_touch_is_known_by_its_number_alone(tmp_path: Path) -> None:
    """Beside the date of the first touch "2nd call" is the second one's; its result is not the first one's."""
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(
        "Student;Company;Interview;Called on;How it went;2nd call;Result of 2nd\n"
        "Ann;Bosch;03.03.2026 14:00;05.03.2026 10:15;LVM;09.03.2026 11:00;spoke w/ recruiter\n"
        "Ben;Acme;04.03.2026 09:30;06.03.2026 15:40;;11.03.2026 16:20;LVM\n",
        "utf-8",
    )
    draft = draft_map(sheet, time_zone="Europe/Berlin")
    assert means(draft)["2nd call"] == "at"
    touches = {row["column"]: row["group"] for row in draft.rows}
    assert touches["2nd call"] == touches["Result of 2nd"] != touches["Called on"] == touches["How it went"]


def test_own_words_count_first(tmp_path: Path) -> None:
    """A list of the user's own beside the shipped ones teaches a word."""
    (tmp_path / "own.toml").write_text('language = "own"\n[touches]\nvoicemail_left = ["zorped"]\n', "utf-8")
    found = load_lexicon(tmp_path / "own.toml").meaning("touches", "Zorped")
    assert found is not None
    assert found.name == "voicemail_left"


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("LVM", "voicemail_left"),
        ("VM - left message w/ front desk", "voicemail_left"),
        ("Spoke with Jane in HR", "spoke_hiring_team"),
        ("called, no answer", "no_answer"),
        ("Rückruf", "called_back"),
        ("Rueckruf", "called_back"),
        ("auf AB gesprochen", "voicemail_left"),
        ("Dejó mensaje", "voicemail_left"),
        ("a laissé un message", "voicemail_left"),
        ("emial", "email"),
        ("Thank-you card sent", "thanked_letter"),
        ("out of office", "automatic"),
    ],
)
def test_words_of_four_languages(word: str, name: str) -> None:
    """Slang, longer texts, umlauts written out and misspellings find their touch."""
    found = load_lexicon().meaning("touches", word)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("word", ["passed", "pass", "they passed"])
def test_a_word_that_means_either_is_no_result(word: str) -> None:
    """Whoever passed an interview, and an employer who passed, are written alike: it is asked, never guessed."""
    assert load_lexicon().meaning("outcomes", word) is None


def test_a_refusal_names_the_nearest_map(tmp_path: Path) -> None:
    """A sheet in which nothing of the log is says so, with the shipped map that comes nearest and what is lacking."""
    sheet = write_csv(
        tmp_path / "jobs.csv", [["Company", "Status", "Salary"], ["Acme", "Applied", "1"], ["Beta", "x", "2"]]
    )
    with pytest.raises(DataError, match=r"job_tracker comes nearest: it lacks 'Interview Date'"):
        draft_map(sheet)


def test_lists_and_help_are_no_data(tmp_path: Path) -> None:
    """Sheets of lists are left out; the header is found below titles."""
    rows = [["Careers Office"], ["updated 24/04/2026"], [], ["Ref", "Student no", "Employer", "Interview date"]]
    rows += [[f"r{k}", f"s{k}", "Acme", f"2026-03-{k:02d}"] for k in range(1, 9)]
    book = write_book(tmp_path / "b.xlsx", {"Instructions": [["Read this", "first"], ["a", "b"]], "Data": rows})
    draft = draft_map(book)
    assert means(draft) == {
        "Ref": "interview_id",
        "Student no": "applicant_id",
        "Employer": "employer",
        "Interview date": "interviewed_at",
    }
    assert load_map(draft.map).tables[0].columns["interview_id"] == "Ref"


def read_by_draft(folder: Path, text: str, **options: str) -> list[tuple[str, ...]]:
    """Channel, party and direction of the touches of a sheet by its own draft, in the order of their dates."""
    sheet = folder / "sheet.csv"
    sheet.write_text(text, "utf-8")
    (folder / "map.toml").write_text(draft_map(sheet, **options).text, "utf-8")
    url = f"sqlite:///{folder / 's.db'}"
    ingest_files(sheet, into=url, map=folder / "map.toml")
    return read_log(url).contacts.sort("at")["channel", "party", "direction"].rows()


def test_a_column_belongs_to_the_touch_of_its_number(tmp_path: Path) -> None:
    """ "Art 1" is of "Nachfrage 1", not of the thank-you note before it, which is told by its own heading."""
    sheet = (
        "Name;Firma;Vorstellungsgespräch;Dankesmail;Nachfrage 1;Art 1;Nachfrage 2;Art 2\n"
        "Anna Kurz;Acme GmbH;02.03.2026;03.03.2026;09.03.2026;niemand erreicht;16.03.2026;E-Mail\n"
        "Ben Lang;Beta AG;03.03.2026;;10.03.2026;auf AB gesprochen;;\n"
    )
    assert read_by_draft(tmp_path, sheet) == [
        ("email", "none", "outbound"),
        ("phone", "none", "outbound"),
        ("voicemail", "none", "outbound"),
        ("email", "none", "outbound"),
    ]


def test_columns_named_by_what_was_done(tmp_path: Path) -> None:
    """ "Called on" and "Emailed on" are two touches, each by its own channel."""
    sheet = (
        "Name,Company,Interview date,Called?,Called on,Emailed?,Emailed on\n"
        "Ann Lee,Acme,3/2/2026,Y,3/5/2026,N,\nBo Kim,Beta,3/3/2026,N,,Y,3/16/2026\n"
    )
    assert [row[0] for row in read_by_draft(tmp_path, sheet)] == ["phone", "email"]


def test_two_columns_of_a_touch_know_each_others_words(tmp_path: Path) -> None:
    """ "Call" says nothing of who was reached, and is no unknown word there."""
    sheet = (
        "Activity Date,Activity Type,Direction,Account,Outcome,Interview Date\n"
        "2026-03-05,Call,Outbound,Acme,Left voicemail,2026-03-02\n"
        "2026-03-06,Email,Inbound,Acme,,2026-03-02\n2026-03-09,Call,Outbound,Beta,Connected,2026-03-03\n"
    )
    assert read_by_draft(tmp_path, sheet) == [
        ("voicemail", "none", "outbound"),
        ("email", "none", "inbound"),
        ("phone", None, "outbound"),
    ]


def test_a_way_of_a_touch_without_a_date_is_no_format(tmp_path: Path) -> None:
    """How somebody followed up is not how the interview was held, though no date stands beside it."""
    sheet = tmp_path / "s.csv"
    sheet.write_text(
        "Candidate,Company,Interview Date,Follow-up method\nAnn,Acme,2026-03-02,Phone\nBo,Beta,2026-03-03,Email\n"
    )
    assert means(draft_map(sheet))["Follow-up method"] is None


def test_a_list_of_calls_is_refused_in_words(tmp_path: Path) -> None:
    """A carrier's list names nobody: the refusal says what is lacking, and how such a list is read."""
    sheet = tmp_path / "s.csv"
    sheet.write_text("Date,Time,Number,Type,Duration\n03/05/2026,9:00 AM,(202) 555-0143,Outgoing,2 min\n")
    with pytest.raises(DataError, match="no column tells whose interview"):
        draft_map(sheet)
