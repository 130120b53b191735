"""Calls to interviews: by line and date, one contact to one interview, with the doubtful ones written down."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from followup_analytics.errors import DataError
from followup_analytics.ingest.linking.linking import Lines, Linked, link
from followup_analytics.ingest.linking.roster import INTERVIEW_SCHEMA, LINES_SCHEMA, read_roster
from followup_analytics.ingest.parsing.calls import calls_frame
from followup_analytics.ingest.parsing.parts import SEVERAL
from followup_analytics.log.pseudonyms import Pseudonyms

KEY = Pseudonyms(b"k" * 32)
DAY = 86_400_000_000
MAIN, DIRECT = "+12025550143", "+12025550144"


def lines(*rows: tuple[str, str, str | None], interviews: dict[str, tuple[int, int | None]], **more: object) -> Lines:
    """Lines (key, interview, party) and interviews (start day, end day)."""
    table = pl.DataFrame(
        [
            (one, f"a-{one}", start * DAY, start, None if end is None else end * DAY, False)
            for one, (start, end) in interviews.items()
        ],
        schema=INTERVIEW_SCHEMA,
        orient="row",
    )
    return Lines(
        pl.DataFrame(rows, schema=LINES_SCHEMA, orient="row"),
        table,
        more.get("own", {}),
        more.get("decisions", {}),
        "US",
    )  # type: ignore[arg-type]


def calls(*given: tuple[float, str | None], **columns: list[object]) -> pl.DataFrame:
    """Outbound calls at (day, number)."""
    n = len(given)
    usual = {"direction": ["outbound"] * n, "channel": ["phone"] * n, "duration_s": [60.0] * n}
    frame = {
        "_row": range(1, n + 1),
        "at_us": [int(day * DAY) for day, _ in given],
        "number": [number for _, number in given],
    }
    return calls_frame(frame | usual | columns)


def result(made: Linked) -> list[str | None]:
    """The interview of each call in order of rows, None for those without."""
    found = dict(made.contacts.select("_row", "interview_id").rows())
    rows = sorted([*found, *made.problems["_row"]])
    return [found.get(row) for row in rows]


def test_the_most_recent_open_interview(tmp_path: Path) -> None:
    """One line, three interviews: a call goes to the latest that was open; the others are listed."""
    known = lines(
        (MAIN, "i1", None),
        (MAIN, "i2", None),
        (MAIN, "i3", None),
        interviews={"i1": (10, None), "i2": (20, 25), "i3": (40, None)},
    )
    made = link(calls((12, MAIN), (22, MAIN), (30, MAIN), (41, MAIN)), known, KEY, "x")
    assert result(made) == ["i1", "i2", "i1", "i3"]
    assert made.ambiguous == 4
    alternatives = made.review.filter(pl.col("call").is_not_null())["alternatives"].to_list()
    assert alternatives == ["i2; i3", "i1; i3", "i2; i3", "i1; i2"]


def test_one_contact_never_has_two_interviews() -> None:
    """However many lines and interviews meet, each call ends in exactly one place."""
    known = lines(
        *[(MAIN, f"i{n}", None) for n in range(5)],
        *[(DIRECT, f"i{n}", None) for n in range(5)],
        interviews={f"i{n}": (n, None) for n in range(5)},
    )
    made = link(calls((9, f"{MAIN}{SEVERAL}{DIRECT}"), (9, MAIN), (9, "+4930123456"), (9, None)), known, KEY, "x")
    assert made.contacts.height + made.problems.height == 4
    assert made.contacts["_row"].is_unique().all()
    assert made.unmatched == 2


def test_before_the_interview_and_long_before() -> None:
    """A call some days before belongs to the interview to come; one long before belongs to none."""
    known = lines((MAIN, "i1", None), interviews={"i1": (100, None)})
    assert result(link(calls((95, MAIN), (30, MAIN)), known, KEY, "x")) == ["i1", None]


@pytest.mark.parametrize(
    "written",
    [
        "+1 202 555 0143",
        "(202) 555-0143",
        "202.555.0143",
        "12025550143",
        "0012025550143",
        "tel:+1-202-555-0143",
        "2025550143.0",
        '="2025550143"',
        "sip:+12025550143@trunk.example",
    ],
)
def test_ways_of_writing_one_number(written: str) -> None:
    """However a number is written, it is one line."""
    assert result(link(calls((12, written)), lines((MAIN, "i1", None), interviews={"i1": (10, None)}), KEY, "x")) == [
        "i1"
    ]


@pytest.mark.parametrize("damaged", ["1.20256E+10", "2.03E+09", "########"])
def test_damaged_numbers_are_rejected(damaged: str) -> None:
    """Digits that a spreadsheet has rounded away are not made up again."""
    made = link(calls((12, damaged)), lines((MAIN, "i1", None), interviews={"i1": (10, None)}), KEY, "x")
    assert made.problems["rule"].to_list() == ["damaged_number"]


def test_a_number_that_kept_its_digits_is_restored() -> None:
    """1.2025550143E+10 has all its digits."""
    made = link(calls((12, "1.2025550143E+10")), lines((MAIN, "i1", None), interviews={"i1": (10, None)}), KEY, "x")
    assert result(made) == ["i1"]


def test_extensions() -> None:
    """An extension tells two lines of one number apart; without one, the number's own lines count."""
    known = lines(
        (MAIN + ";ext=12", "i1", "interviewer"),
        (MAIN + ";ext=13", "i2", "receptionist"),
        interviews={"i1": (10, None), "i2": (11, None)},
    )
    made = link(calls((12, "+1 202 555 0143 x12"), (12, "+12025550143,,13"), (12, MAIN)), known, KEY, "x")
    assert made.contacts.sort("_row").select("interview_id", "party").rows() == [
        ("i1", "interviewer"),
        ("i2", "receptionist"),
        ("i2", "receptionist"),
    ]


def test_parties_come_from_the_roster() -> None:
    """Whose line it is tells who was spoken to, unless the source says that nobody was."""
    known = lines((DIRECT, "i1", "hiring_team"), interviews={"i1": (10, None)})
    made = link(calls((12, DIRECT), (13, DIRECT), party=[None, "none"]), known, KEY, "x")
    assert made.contacts.sort("_row")["party"].to_list() == ["hiring_team", "none"]


def test_addresses_and_domains() -> None:
    """An address links before its domain does."""
    known = lines(
        ("hr@acme.example", "i1", None), ("@acme.example", "i2", None), interviews={"i1": (10, None), "i2": (11, None)}
    )
    made = link(
        calls((12, "HR@Acme.example"), (12, "boss@acme.example"), (12, "x@acme.example.net"), channel=["email"] * 3),
        known,
        KEY,
        "x",
    )
    assert result(made) == ["i1", "i2", None]


def test_own_numbers_tell_applicants_apart() -> None:
    """Two applicants at one employer: the caller's own line decides, where it is known."""
    known = lines(
        (MAIN, "i1", None),
        (MAIN, "i2", None),
        interviews={"i1": (10, None), "i2": (11, None)},
        own={"+12025550101": "a-i1"},
    )
    made = link(calls((12, MAIN), (12, MAIN), own=["202-555-0101", "+12025550177"]), known, KEY, "x")
    assert result(made) == ["i1", "i2"]


def test_the_same_call_has_the_same_id_however_it_is_written() -> None:
    """Overlapping exports that write a number differently give the same contact; another key gives another id."""
    known = lines((MAIN, "i1", None), interviews={"i1": (10, None)})
    ids = {link(calls((12, written)), known, KEY, "x").contacts["contact_id"][0] for written in (MAIN, "202 555 0143")}
    assert len(ids) == 1
    assert link(calls((12, MAIN)), known, Pseudonyms(b"q" * 32), "x").contacts["contact_id"][0] not in ids


def test_a_roster_as_offices_write_it(tmp_path: Path) -> None:
    """Their headers, several numbers in a cell, several rows an interview, the country taken from other numbers."""
    (tmp_path / "roster.csv").write_text(
        "Interview;Student ID;Company;Phone numbers;Email;Reception numbers;Interview date;Applicant phone\n"
        'i1;s1;Acme;"+1 202 555 0143; (202) 555-0144 ext. 5";hr@acme.example;;2024-03-05T10:00-05:00;202 555 0101\n'
        "i1;s1;Acme;not known;@acme.example;;2024-03-05T10:00-05:00;\n",
        "utf-8",
    )
    roster = read_roster([tmp_path / "roster.csv"])
    assert sorted(roster.lines["key"]) == ["+12025550143", "+12025550144;ext=5", "@acme.example", "hr@acme.example"]
    assert (roster.region, len(roster.unreadable)) == ("US", 1)
    assert roster.own == {"+12025550101": "s1"}
    assert roster.interviews is not None
    assert roster.interviews.frame.select("interview_id", "applicant_id", "employer").rows() == [("i1", "s1", "Acme")]


def test_a_roster_without_its_columns(tmp_path: Path) -> None:
    """The missing column is named, with the one that looks like it."""
    (tmp_path / "roster.csv").write_text("interveiw_id,numbers\ni1,1\n", "utf-8")
    with pytest.raises(DataError, match="no column interview_id; 'interveiw_id' looks like it"):
        read_roster([tmp_path / "roster.csv"])
    (tmp_path / "roster.csv").write_text("interview_id,employer\ni1,Acme\n", "utf-8")
    with pytest.raises(DataError, match="neither numbers nor addresses"):
        read_roster([tmp_path / "roster.csv"])


@pytest.mark.parametrize("form", ["vcf", "csv"])
def test_address_books_add_lines_by_employer(tmp_path: Path, form: str) -> None:
    """Contacts of a telephone or of Google are joined by the employer's or a person's name; titles tell the party."""
    (tmp_path / "roster.csv").write_text(
        "interview_id,applicant_id,employer,names,interviewed_at\ni1,a,Acme Ltd.,,2024-03-05T10:00Z\ni2,a,Beta,Dana "
        "Dee,2024-03-06T10:00Z\n",
        "utf-8",
    )
    vcf = (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Rae Roe\r\nORG:Acme;HR\r\nTITLE:Recruiter\r\nTEL;TYPE=WORK:+1 "
        "202-555-\r\n 0143\r\nitem1.EMAIL:hr@acme.example\r\n"
        "END:VCARD\r\nBEGIN:VCARD\r\nFN:Dana "
        "Dee\r\nTEL:+12025550144\r\nEND:VCARD\r\nBEGIN:VCARD\r\nFN:Mum\r\nTEL:+12025550199\r\nEND:VCARD\r\n"
    )
    csv = (
        "First Name,Last Name,Organization Name,Organization Title,E-mail 1 - Value,Phone 1 - Value\n"
        "Rae,Roe,Acme,Recruiter,hr@acme.example,+1 202-555-0143\nDana,Dee,,,,+12025550144\nMum,,,,,+12025550199\n"
    )
    (tmp_path / f"contacts.{form}").write_text(vcf if form == "vcf" else csv, "utf-8", newline="")
    roster = read_roster([tmp_path / "roster.csv", tmp_path / f"contacts.{form}"], region="US")
    assert sorted(roster.lines.rows()) == [
        ("+12025550143", "i1", "hiring_team"),
        ("+12025550144", "i2", None),
        ("hr@acme.example", "i1", "hiring_team"),
        *([("name:dana dee", "i2", None)]),
    ]


@pytest.mark.parametrize(
    ("written", "region", "keys"),
    [
        ("(202) 555-0143", "US", "+12025550143"),
        ("2025550143", None, "tail:025550143"),
        ("030 1234567", None, "tail:301234567"),
    ],
)
def test_a_roster_of_national_numbers_alone(tmp_path: Path, written: str, region: str | None, keys: str) -> None:
    """The North American way of writing tells the country; of other numbers the last nine digits are compared."""
    (tmp_path / "roster.csv").write_text(f"interview_id,numbers\ni1,{written}\n", "utf-8")
    roster = read_roster([tmp_path / "roster.csv"])
    assert (roster.region, roster.lines["key"].to_list()) == (region, [keys])
    known = lines(*roster.lines.rows(), interviews={"i1": (10, None)})  # type: ignore[arg-type]
    international = "+" + ("1" if "555" in written else "49") + written.lstrip("0")
    assert result(link(calls((12, written), (12, international), (12, "+4930999")), known, KEY, "x")) == [
        "i1",
        "i1",
        None,
    ]
