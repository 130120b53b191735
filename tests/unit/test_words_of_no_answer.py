"""What came of a touch, in the words of offices: no answer is an attempt, "no" is no reply, "not sure" is not known."""

from __future__ import annotations

from pathlib import Path

import pytest

from followup_analytics.ingest import ingest_files
from followup_analytics.ingest.maps.draft import draft_map
from followup_analytics.ingest.maps.draft.lexicon import load_lexicon
from followup_analytics.reading import read_log

PEOPLE = [(f"P{k}", f"Firm {k}", f"2026-03-{k:02d}") for k in range(1, 9)]


Made = dict[int, list[tuple[str | None, ...]]]


def read(folder: Path, headings: str, cells: list[str]) -> tuple[Made, dict[str, int]]:
    """Direction, channel and party of the contacts of each row of a sheet, by its number, and the notes by code."""
    lines = [f"{','.join(who)},{told}" for who, told in zip(PEOPLE, cells, strict=False)]
    sheet = folder / "s.csv"
    sheet.write_text("\n".join([f"Student,Employer,Interview date,{headings}", *lines]) + "\n", encoding="utf-8")
    (folder / "m.toml").write_text(draft_map(sheet, time_zone="UTC").text, encoding="utf-8")
    url = f"sqlite:///{folder / 's.db'}"
    found = ingest_files(sheet, into=url, map=folder / "m.toml", time_zone="UTC")
    log = read_log(url)
    days = {str(row[0])[:10]: row[1] for row in log.interviews["interviewed_at", "interview_id"].rows()}
    made: Made = {k: [] for k in range(1, len(cells) + 1)}
    for k, (_, _, day) in enumerate(PEOPLE[: len(cells)], start=1):
        mine = log.contacts.filter(interview_id=days[day]).sort("at", "contact_id")
        made[k] = mine["direction", "channel", "party"].rows()
    told = {note.code: note.n or 0 for note in found.notes}
    told["rejected"] = sum(row.rejected for row in found.rows)
    return made, told


NOBODY, CALL = ("outbound", "phone", "none"), ("outbound", "phone", None)


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (("no reply", "no response", "called, no reply"), NOBODY),
        (("keine Rückmeldung", "keine Reaktion", "angerufen, keine Reaktion"), NOBODY),
        (("sin noticias", "no hay respuesta", "llamada, sin noticias"), NOBODY),
        (("pas de retour", "aucune réponse", "appel, pas de retour"), NOBODY),
        (("N/A", "none", "pending"), CALL),
        (("k.A.", "nichts", "offen"), CALL),
        (("nada", "ninguno", "pendiente"), CALL),
        (("rien", "néant", "en attente"), CALL),
    ],
)
def test_a_result_of_nothing_with_a_date_is_an_attempt(
    tmp_path: Path, words: tuple[str, ...], known: tuple[str | None, ...]
) -> None:
    """With its date it is an attempt by the commonest way; without a date it is no row, unless it names a way."""
    cells = [f'2026-03-1{place},"{word}"' for place, word in enumerate(words)]
    cells += ["2026-03-14,LVM", "2026-03-15,LVM", *[f',"{word}"' for word in words]]
    made, told = read(tmp_path, "Contact 1 date,Contact 1 result", cells)
    assert [made[k] for k in (1, 2, 3)] == [[known]] * 3
    assert [made[k] for k in (6, 7, 8)] == [[], [], []]
    assert told["rejected"] == (1 if known == NOBODY else 0)
    assert "dated_and_skipped" not in told


def test_a_way_beside_the_result_is_used(tmp_path: Path) -> None:
    """Short forms of ways count beside a column of what happened, whose results of calls say more than "call"."""
    cells = [
        "2026-03-10,ph,LVM",
        "2026-03-11,em,no reply",
        "2026-03-12,LI,",
        "2026-03-13,txt,none",
        "2026-03-14,ph,spoke w/ mgr",
        "2026-03-15,ph,no resp",
        "2026-03-16,em,n/a",
        ",ph,no reply",
    ]
    made, told = read(tmp_path, "Touch date,How,What happened", cells)
    assert [made[k] for k in range(1, 8)] == [
        [("outbound", "voicemail", "none")],
        [("outbound", "email", "none")],
        [("outbound", "social", "none")],
        [("outbound", "text", "none")],
        [("outbound", "phone", "interviewer")],
        [NOBODY],
        [("outbound", "email", "none")],
    ]
    assert told["rejected"] == 1


@pytest.mark.parametrize(
    ("headings", "answers"),
    [
        ("Followed up on,Did they get back to you?,Date they got back", ("Yes", "No", "No", "Not sure", "?", "Yes")),
        ("Nachfrage am,Antwort erhalten?,Antwort am", ("Ja", "Nein", "Nein", "weiß nicht", "?", "Ja")),
        ("Seguimiento el,¿Respondieron?,Fecha de respuesta", ("Sí", "No", "No", "no sé", "?", "Sí")),
        ("Relance le,Réponse reçue ?,Date de réponse", ("Oui", "Non", "Non", "ne sait pas", "?", "Oui")),
    ],
)
def test_a_no_is_no_reply_and_not_sure_is_not_known(tmp_path: Path, headings: str, answers: tuple[str, ...]) -> None:
    """A dated "no" is told and stored as nothing, an undated one is no fault, "not sure" and "?" are counted."""
    days = ["2026-03-20", "2026-03-20", "", "", "", ""]
    made, told = read(
        tmp_path,
        headings,
        [f"2026-03-1{k},{one},{day}" for k, (one, day) in enumerate(zip(answers, days, strict=True))],
    )
    assert [sum(one[0] == "inbound" for one in made[k]) for k in range(1, 7)] == [1, 0, 0, 0, 0, 0]
    assert (told["dated_and_skipped"], told["unknown_replies"], told["undated_results"]) == (1, 2, 1)
    assert told["rejected"] == 0


def test_answers_among_ways_of_replies(tmp_path: Path) -> None:
    """A column of replies that holds ways, a yes, a no and "not sure": each for what it is."""
    replies = [
        "email,2026-03-20",
        "No,2026-03-21",
        "none,",
        "Not sure,",
        "?,",
        "they called,2026-03-22",
        "yes,2026-03-23",
    ]
    cells = [f"2026-03-1{place},{reply}" for place, reply in enumerate([*replies, ",no reply yet"])]
    made, told = read(tmp_path, "Follow-up call,Reply,Reply date", cells)
    inbound = [[one[1] for one in made[k] if one[0] == "inbound"] for k in range(1, 9)]
    assert inbound == [["email"], [], [], [], [], ["phone"], ["email"], []]
    assert (told["rejected"], told["unknown_replies"]) == (0, 2)


def test_no_to_heard_back_is_no_rejection(tmp_path: Path) -> None:
    """Where a column asks about replies and tells results, its "No" says that nobody got back."""
    cells = [
        "offer,2026-03-20",
        "No,",
        "rejected,2026-03-21",
        "next round,2026-03-22",
        "No,",
        "rejected,2026-03-23",
        "No,",
    ]
    _, told = read(tmp_path, "Heard back? (result),Date heard back", cells)
    assert told["rejected"] == 0


@pytest.mark.parametrize(
    ("text", "touch"),
    [
        ("Thank-you note (mailed)", "thanked_letter"),
        ("mailed", "letter"),
        ("posted letter", "letter"),
        ("mailed card", "letter"),
        ("per Post", "letter"),
        ("carta enviada", "letter"),
        ("par la poste", "letter"),
        ("emailed, no reply", "email"),
        ("Mail, keine Rückmeldung", "email"),
        ("LVM, no response", "voicemail_left"),
        ("spoke w/ mgr", "spoke_interviewer"),
        ("spoke w/ HR mgr", "spoke_hiring_team"),
        ("spoke w/ recep.", "spoke_receptionist"),
        ("talked to asst", "spoke_receptionist"),
        ("did not follow up", "nothing"),
        ("LVM w/ HR", "voicemail_left"),
        ("LM w/ receptionist", "spoke_receptionist"),
    ],
)
def test_what_a_cell_says(text: str, touch: str) -> None:
    """Post is no e-mail, whom they spoke with is kept, and what was done says more than that no answer came."""
    found = load_lexicon().meaning("touches", text)
    assert found is not None
    assert found.name == touch


def test_whom_they_spoke_to_in_a_column_of_its_own(tmp_path: Path) -> None:
    """Where it is empty, nobody was reached by what was written; of a call it isn't known."""
    cells = [
        "2026-03-10,phone,recruiter",
        "2026-03-11,email,",
        "2026-03-12,phone,",
        "2026-03-13,text,",
        "2026-03-14,phone,nobody",
    ]
    made, _ = read(tmp_path, "Follow-up date,Follow-up method,Spoke to", cells)
    assert [made[k][0][2] for k in range(1, 6)] == ["hiring_team", "none", None, "none", "none"]


def test_initials_in_a_column_of_ways(tmp_path: Path) -> None:
    """ "P", "E" and "VM" are ways where nearly all cells under "Type" are such."""
    cells = ["2026-03-10,P", "2026-03-11,E", "2026-03-12,VM", "2026-03-13,P", "2026-03-14,E", ","]
    made, told = read(tmp_path, "1st touch,Type", cells)
    assert [made[k][0][1] for k in range(1, 6)] == ["phone", "email", "voicemail", "phone", "email"]
    assert told["rejected"] == 0


def test_interviews_that_were_not_held_are_passed_over(tmp_path: Path) -> None:
    """A cancelled interview or a no-show is none, and its row no contact; the draft says so."""
    held = ["Completed", "Cancelled", "Completed", "No show", "Completed", "Completed"]
    lines = [f"{','.join(who)},{word}" for who, word in zip(PEOPLE, held, strict=False)]
    lines = [f"{line},2026-03-1{k},call" if "Completed" in line else f"{line},,call" for k, line in enumerate(lines)]
    sheet = tmp_path / "s.csv"
    head = "Student,Employer,Interview date,Interview status,Follow-up date,Follow-up type"
    sheet.write_text("\n".join([head, *lines]))
    draft = draft_map(sheet, time_zone="UTC")
    (tmp_path / "m.toml").write_text(draft.text, encoding="utf-8")
    found = ingest_files(sheet, into=f"sqlite:///{tmp_path / 's.db'}", map=tmp_path / "m.toml", time_zone="UTC")
    assert [(row.table, row.accepted, row.rejected) for row in found.rows] == [("interviews", 4, 0), ("contacts", 4, 0)]
    assert any("wasn't held" in note.text and "No show" in note.text for note in draft.notes)


def test_results_dated_by_replies_that_tell_their_day(tmp_path: Path) -> None:
    """A column of results beside "Reply?" with cells such as "Yes 23 Mar" is dated by these."""
    replies = ["Yes 20 Mar,Offer", "No,", "Yes 21 Mar,Rejected", "No,", "?,", "Yes 22 Mar,Second interview"]
    cells = [f"2026-03-1{k},emailed,{reply}" for k, reply in enumerate(replies)]
    _, told = read(tmp_path, "Chased,Chased how,Reply?,Outcome", cells)
    assert told["rejected"] == 0
    log = read_log(f"sqlite:///{tmp_path / 's.db'}")
    assert sorted(log.outcomes["outcome"]) == ["advanced", "offer", "rejected"]


def test_our_own_calls_in_a_column_of_what_came_back(tmp_path: Path) -> None:
    """ "Message laissé" under "Retour" is no reply whose date was forgotten: nobody is told to fill one in."""
    cells = ["06/03/2026,tél.,message laissé,", "07/03/2026,mail,oui,12/03/2026", "16/03/2026,tél.,eu la RH,"]
    cells += ["17/03/2026,courrier,non,", "18/03/2026,tél.,pas de réponse,", "19/03/2026,mail,oui,24/03/2026"]
    made, told = read(tmp_path, "Relance le,Moyen,Retour,Date du retour", cells)
    assert told["rejected"] == 0
    assert sum(one[0] == "inbound" for rows in made.values() for one in rows) == 2


def test_a_later_date_of_a_cell_tells_the_order(tmp_path: Path) -> None:
    """Where first dates of several in a cell could be either order, a later one of the 13th or after tells."""
    cells = ["LVM 3/5; emailed 3/9", "emailed 3/6", '"called no answer 3/9, LVM 3/11, spoke w/ HR 3/13"', "texted 3/10"]
    made, told = read(tmp_path, "Follow-up history", cells)
    assert (told["rejected"], [len(made[k]) for k in range(1, 5)]) == (0, [2, 1, 3, 1])
