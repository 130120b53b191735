"""An office's folder: two commands from the office's own sheets to a PDF, and the next term beside it."""

from __future__ import annotations

import datetime as dt
import re
import shlex
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from command_line import CommandLine
from PIL import Image

from followup_analytics.errors import DataError, UsageError
from followup_analytics.office import init_office, run_office
from followup_analytics.office.settings import read_office_settings
from followup_analytics.office.starter import write_starter
from followup_analytics.office.template import SETTINGS, headings
from followup_analytics.reading.logs import read_log
from followup_analytics.report.office import read_office
from followup_analytics.sheets.tabular import read_raw_tables

ROOT = Path(__file__).parents[2]
FIRST = dt.datetime(2026, 3, 2)  # noqa: DTZ001 - a cell of a workbook has no zone
PEOPLE = [f"Person {chr(65 + k)}{chr(97 + k)}" for k in range(20)]


def fill(workbook: Path, **settings: Any) -> None:
    """Fill in the workbook as a person does: other cases of names, dates and times in cells, words from the lists."""
    days = [FIRST + dt.timedelta(days=k) for k in range(40)]
    h = headings()
    interviews = [
        [
            who,
            "Acme Ltd",
            days[k],
            dt.time(10, 30),
            ("2026", "Class of 2026")[k % 2],
            "in person",
            "retail",
            "entry",
            4,
            "no",
        ]
        for k, who in enumerate(PEOPLE)
    ]
    follow_ups = [
        [
            who.upper(),
            "ACME",
            days[k + 3],
            dt.time(9),
            "us to them",
            ("telephone call", "voicemail left")[k % 2],
            "nobody",
            "follow-up",
        ]
        for k, who in enumerate(PEOPLE)
    ] + [
        [who, "Acme", days[k + 5], None, "them to us", "telephone call", "hiring team", None]
        for k, who in enumerate(PEOPLE[:6])
    ]
    sheets = {
        "Settings": [
            ["Setting", "Value", "What it is for"],
            *([one.name, settings.get(one.key), one.about] for one in SETTINGS),
        ],
        "Cohorts": [["Written as", "Means"], ["Class of 2026", "2026"]],
        "Interviews": [h["Interviews"], *interviews],
        "Follow-ups": [h["Follow-ups"], *follow_ups],
        "Results": [h["Results"], *([who, "Acme", "offer", days[k + 12]] for k, who in enumerate(PEOPLE[:8]))],
        "Graduates": [h["Graduates"], *([who, "2026", "employed", days[30]] for who in PEOPLE)],
    }
    with xlsxwriter.Workbook(workbook) as book:
        day, clock = (book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "hh:mm"))
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for place, cell in enumerate(cells):
                    if isinstance(cell, dt.datetime | dt.time):
                        page.write_datetime(row, place, cell, clock if isinstance(cell, dt.time) else day)
                    elif cell is not None:
                        page.write(row, place, cell)


def test_a_term_from_the_workbook_alone(tmp_path: Path) -> None:
    """What is filled in is stored and reported on; names are tied however they are written, cohorts are one."""
    init_office(tmp_path / "o")
    Image.new("RGB", (60, 20), (0, 90, 140)).save(tmp_path / "o" / "logo.png")
    said = {"term": "2026 spring", "name": "Careers", "logo": "logo.png", "language": "Deutsch"}
    fill(tmp_path / "o" / "office.xlsx", time_zone="America/New_York", min_cell=5, **said)
    result = run_office(tmp_path / "o")
    log = read_log(f"sqlite:///{tmp_path}/o/store.db")
    assert (log.interviews.height, log.contacts.height, log.outcomes.height) == (20, 26, 8)
    assert set(log.interviews["cohort"]) == {"2026"}
    assert log.applicants is not None
    assert set(log.applicants["applicant_id"]) == set(log.interviews["applicant_id"])
    out = tmp_path / "o" / "out" / "2026 spring"
    assert {"report.pdf", "tables.xlsx", "fingerprint.json", "settings.json"} <= {path.name for path in out.iterdir()}
    assert (out / "report.pdf").read_bytes().startswith(b"%PDF")
    page = (out / "report.html").read_text("utf-8")
    assert '<html lang="de">' in page
    assert 'alt="Logo: Careers"' in page
    assert {"rates by timing", "curve", "outcomes", "claims"} <= {
        raw.sheet for raw in read_raw_tables(out / "tables.xlsx")
    }
    assert stat.S_IMODE((tmp_path / "o" / "to mend.xlsx").stat().st_mode) == 0o600
    assert result.to_json()["log"] is None
    assert read_office(tmp_path / "o" / "office.xlsx").name == "Careers"


@pytest.mark.usefixtures("reports_without_models")
def test_a_trial_on_the_sample_says_that_it_is_simulated(tmp_path: Path) -> None:
    """The sheets that come with the package are nobody's: whatever an office makes of them says so, its own doesn't."""
    sheet = ROOT / "data" / "forms" / "office" / "follow_ups.xlsx"
    told = init_office(tmp_path / "o", files=[sheet], time_zone="America/New_York")
    assert "The data are simulated" in told.said
    assert run_office(tmp_path / "o").counts.simulated
    own = tmp_path / "own.xlsx"
    own.write_bytes(sheet.read_bytes())
    told = init_office(tmp_path / "p", files=[own], time_zone="America/New_York")
    assert "simulated" not in told.said
    assert not run_office(tmp_path / "p").counts.simulated


@pytest.mark.usefixtures("reports_without_models")
def test_what_was_made_is_never_written_over(tmp_path: Path) -> None:
    """The same again changes nothing; another term has its own folder; new rows in a term keep what was there."""
    init_office(tmp_path / "o")
    fill(tmp_path / "o" / "office.xlsx", term="one", time_zone="America/New_York", min_cell=5)
    run_office(tmp_path / "o")
    first = (tmp_path / "o" / "out" / "one" / "report.pdf").read_bytes()
    run_office(tmp_path / "o")
    assert not (tmp_path / "o" / "out" / "one" / "earlier-1").exists()
    fill(tmp_path / "o" / "office.xlsx", term="two", time_zone="America/New_York", min_cell=5)
    run_office(tmp_path / "o")
    assert (tmp_path / "o" / "out" / "one" / "report.pdf").read_bytes() == first
    fill(tmp_path / "o" / "office.xlsx", term="one", time_zone="America/New_York", min_cell=5, author="Somebody")
    run_office(tmp_path / "o")
    assert (tmp_path / "o" / "out" / "one" / "earlier-1" / "report.pdf").read_bytes() == first
    assert (tmp_path / "o" / "out" / "one" / "report.pdf").read_bytes() != first


def test_no_report_where_a_file_cannot_be_used(tmp_path: Path) -> None:
    """The refusal is in the workbook of what to mend, and the exit code is that of the file."""
    init_office(tmp_path / "o")
    fill(tmp_path / "o" / "office.xlsx", term="one", time_zone="America/New_York", min_cell=5)
    (tmp_path / "o" / "in" / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    result = run_office(tmp_path / "o")
    assert result.exit_code == 1
    assert not list((tmp_path / "o" / "out").iterdir())
    told = read_raw_tables(tmp_path / "o" / "to mend.xlsx")[0].frame
    assert told["File"].to_list() == ["photo.png"]


def test_nothing_to_report_names_what_is_wrong(tmp_path: Path) -> None:
    """Where a file is there and none of its rows can be used, the sentence names sheet, column, row and what to do."""
    init_office(tmp_path / "o")
    rows = ["Student,Company,Interview date,Called on,Result of call"]
    rows += [f"P{k},Acme,2026-02-{30 + k % 2},2026-03-0{k},LVM" for k in range(1, 9)]
    (tmp_path / "o" / "in" / "calls.csv").write_text("\n".join(rows) + "\n")
    settings_book(tmp_path / "o" / "office.xlsx", [["Time zone", "UTC"]])
    with pytest.raises(UsageError, match=r"calls\.csv, column .+, for example row 2: .+to mend\.xlsx"):
        run_office(tmp_path / "o")


def test_settings_that_make_no_sense(tmp_path: Path) -> None:
    """A zone that is none is told with its sheet; a folder that is there already is left alone."""
    init_office(tmp_path / "o")
    with pytest.raises(UsageError, match="is there already"):
        init_office(tmp_path / "o")
    fill(tmp_path / "o" / "office.xlsx", time_zone="Mars/Olympus")
    with pytest.raises(DataError, match="sheet Settings: the time zone 'Mars/Olympus' is not known"):
        run_office(tmp_path / "o")


def test_the_readmes_commands_for_an_office(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two commands of the README, as they stand there, give a PDF from the shipped sheet."""
    text = (ROOT / "README.md").read_text("utf-8").partition("## For career centres")[2]
    lines = re.findall(r"^followup (office .+)$", text.partition("## ")[0], flags=re.MULTILINE)
    assert len(lines) == 2
    followup = CommandLine(capsys, monkeypatch)
    monkeypatch.chdir(tmp_path)
    for line in lines:
        words = [str(ROOT / word) if word.startswith("data/") else word for word in shlex.split(line)]
        done = followup(*words)
        assert done.code == 0, done.err
    assert len(list((tmp_path / "centre" / "out").glob("*/report.pdf"))) == 1


@pytest.mark.usefixtures("reports_without_models")
def test_a_term_that_is_published_is_in_the_ledger(tmp_path: Path) -> None:
    """`publish` enters the report beside the store and says so; without it a note says how; the same is no new one."""
    from followup_analytics.releases import open_ledger

    init_office(tmp_path / "o")
    fill(tmp_path / "o" / "office.xlsx", term="one", time_zone="America/New_York", min_cell=5)
    tried = run_office(tmp_path / "o")
    assert "--publish NAME" in next(note.text for note in tried.notes if note.code == "not_released")
    published = run_office(tmp_path / "o", publish="spring")
    assert "Entered in the ledger of releases" in published.said
    assert all(note.code != "not_released" for note in published.notes)
    assert [one.name for one in open_ledger(f"sqlite:///{tmp_path}/o/store.db", None).releases] == ["spring"]
    assert "no new release" in run_office(tmp_path / "o", publish="spring again").said


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32", "freebsd14"])
def test_a_file_to_double_click_opens_the_folder(tmp_path: Path, platform: str) -> None:
    """It names the interpreter that has the package; on Linux the folder too, elsewhere it stands in it."""
    folder = tmp_path / 'a "b" $c 100%'
    folder.mkdir()
    path = write_starter(folder, platform, "/opt/my python/bin/python")
    text = path.read_bytes().decode()
    assert "my python" in text
    assert "-m followup_analytics open" in text or '"followup_analytics" "open"' in text
    assert path.suffix == {"darwin": ".command", "win32": ".bat"}.get(platform, ".desktop")
    assert ("\r\n" in text) == (platform == "win32")
    if path.suffix == ".desktop":
        # By the Desktop Entry Specification: strings are unescaped first, then arguments are unquoted.
        line = next(one for one in text.splitlines() if one.startswith("Exec=")).replace("\\\\", "\\")
        last = re.findall(r'"((?:[^"\\]|\\.)*)"', line)[-1]
        assert re.sub(r"\\(.)", r"\1", last).replace("%%", "%") == str(folder)


def test_too_few_people_are_told_by_the_setting(tmp_path: Path) -> None:
    """What was stored is said, and the refusal names the setting that decides, with the exit code of privacy."""
    init_office(tmp_path / "o")
    fill(tmp_path / "o" / "office.xlsx", term="one", time_zone="America/New_York", min_cell=50)
    result = run_office(tmp_path / "o")
    assert result.exit_code == 4
    assert "20 new rows of interviews" in result.said
    assert "Smallest group" in result.said
    assert "--min-cell" not in result.said


def settings_book(path: Path, settings: list[list[str]], files: list[list[str]] | None = None) -> Path:
    """A workbook with these lines in the sheets Settings and Files."""
    with xlsxwriter.Workbook(path) as book:
        pages = {"Settings": [["Setting", "Value"], *settings]}
        if files is not None:
            pages["Files"] = [["Files named like", "Map", "Time zone", "Cohort"], *files]
        for name, rows in pages.items():
            page = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                page.write_row(row, 0, cells)
    return path


@pytest.mark.parametrize(
    ("written", "order", "read"),
    [
        ("20 November 2026", "", "2026-11-20"),
        ("Nov 20, 2026", "", "2026-11-20"),
        ("20. November 2026", "", "2026-11-20"),
        ("03/04/2026", "day first", "2026-04-03"),
        ("03/04/2026", "Month comes first", "2026-03-04"),
        ("03/04/2026", "dd/mm", "2026-04-03"),
        ("2026-11-20", "", "2026-11-20"),
    ],
)
def test_settings_as_people_write_them(tmp_path: Path, written: str, order: str, read: str) -> None:
    """A date in words and an order spelled out are taken."""
    lines = [["Complete until", written], *([["Dates such as 3/4", order]] if order else [])]
    assert read_office_settings(settings_book(tmp_path / "office.xlsx", lines)).observed_until == read


def test_a_date_that_may_be_two_days_is_asked_about(tmp_path: Path) -> None:
    """Nothing is guessed where neither the settings nor the date tell the order."""
    book = settings_book(tmp_path / "office.xlsx", [["Complete until", "03/04/2026"]])
    with pytest.raises(DataError, match="either of two days"):
        read_office_settings(book)


def test_zone_and_cohort_of_single_files(tmp_path: Path) -> None:
    """The sheet Files gives some files a zone and a cohort of their own; a file that names none is told."""
    init_office(tmp_path / "o")
    files = [["west*", "", "America/Los_Angeles", "2027"], ["*.csv", "", "", ""]]
    settings_book(tmp_path / "o" / "office.xlsx", [["Time zone", "America/New_York"], ["Smallest group", "2"]], files)
    for name in ("east", "west"):
        rows = [f"{name.title()} {chr(65 + k)}ox,Acme,3/{k + 1}/2026 10:00 AM,3/{k + 5}/2026,LVM" for k in range(12)]
        text = "\n".join(["Student,Company,Interview date,Called on,Result of call", *rows]) + "\n"
        (tmp_path / "o" / "in" / f"{name}.csv").write_text(text)
    result = run_office(tmp_path / "o")
    log = read_log(f"sqlite:///{tmp_path}/o/store.db")
    found = {(cohort, zone) for cohort, zone in log.interviews.select("cohort", "time_zone").rows()}
    assert found == {("2027", "America/Los_Angeles"), (None, "America/New_York")}
    assert any("east.csv: its interviews name no cohort" in note.text for note in result.notes)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_rows_are_mended_in_the_workbook_itself(tmp_path: Path, kind: str) -> None:
    """A cell that is corrected in `to mend.xlsx` is taken at the next run, once; the other row is shown again."""
    init_office(tmp_path / "o")
    settings_book(tmp_path / "o" / "office.xlsx", [["Time zone", "America/New_York"], ["Smallest group", "2"]])
    rows = [["Student", "Company", "Interview date", "Called on", "Result of call"]]
    rows += [[f"Ann {chr(65 + k)}ox", "Acme", f"3/{k + 1}/2026", f"3/{k + 5}/2026", "LVM"] for k in range(12)]
    rows[4][3], rows[6][3] = "31/31/2026", "32/32/2026"
    if kind == "csv":
        text = "\n".join(",".join(row) for row in rows) + "\n"
        (tmp_path / "o" / "in" / "calls.csv").write_text(text)
    else:
        with xlsxwriter.Workbook(tmp_path / "o" / "in" / "calls.xlsx") as book:
            page = book.add_worksheet("Log")
            for place, row in enumerate(rows):
                page.write_row(place, 0, row)
    run_office(tmp_path / "o")
    url = f"sqlite:///{tmp_path}/o/store.db"
    assert read_log(url).contacts.height == 10
    # Nothing was changed: a copy of the folder takes no row for one that somebody mended.
    shutil.copytree(tmp_path / "o", tmp_path / "copy")
    run_office(tmp_path / "copy")
    assert not (tmp_path / "copy" / "mended").exists()
    path = tmp_path / "o" / "to mend.xlsx"
    pages = {raw.sheet: raw.frame.drop("_row") for raw in read_raw_tables(path)}
    with xlsxwriter.Workbook(path) as book:
        for name, frame in pages.items():
            page = book.add_worksheet(str(name))
            page.write_row(0, 0, frame.columns)
            for place, cells in enumerate(frame.rows(), start=1):
                page.write_row(place, 0, ["3/8/2026" if cell == "31/31/2026" else cell or "" for cell in cells])
    run_office(tmp_path / "o")
    assert read_log(url).contacts.height == 11
    left = next(raw for raw in read_raw_tables(path) if raw.sheet == "calls").frame
    assert left["Called on"].to_list() == ["32/32/2026"]
    (finding,) = next(raw for raw in read_raw_tables(path) if raw.sheet == "What to mend").frame.rows(named=True)
    assert (finding["Rows"], finding["For example"]) == ("1", "row 7")
    run_office(tmp_path / "o")
    assert read_log(url).contacts.height == 11
    assert len(list((tmp_path / "o" / "mended").iterdir())) == 1
