"""Each command as a person types it: its answer, its faces, its exit code, and where its words go."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import time

import pytest

ANALYSES = ["rates", "curve", "outcomes", "model", "claims", "plan"]
ESTIMATE = {"estimate", "conf_low", "conf_high", "n_interviews", "n_applicants", "n_events", "status", "reason"}


@pytest.mark.parametrize("command", [*ANALYSES, "next"])
def test_every_answer_is_one_json_object_with_the_same_frame(followup, simulated_folder, command):
    """schema_version, command, log, results and notes; stdout holds nothing else."""
    answer = followup(command, simulated_folder, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["schema_version"] == 1
    assert answer.json["command"] == command
    assert answer.json["log"]["interviews"] == 300
    assert answer.json["log"]["simulated"] is True
    assert answer.results
    assert all(set(note) == {"code", "n", "text"} for note in answer.json["notes"])


@pytest.mark.parametrize("command", ["rates", "curve"])
def test_estimates_have_their_eight_fields(followup, simulated_folder, command):
    """Every estimate has its interval, counts, status and reason; hidden ones have nulls and say why."""
    rows = followup(command, simulated_folder, "--json").results
    assert rows
    for row in rows:
        assert set(row) >= ESTIMATE
        assert row["status"] in {"ok", "use_with_care", "suppressed", "not_estimable"}
        if row["status"] == "suppressed":
            assert {row[name] for name in ESTIMATE - {"status", "reason"}} == {None}
            assert row["reason"]
        elif row["estimate"] is not None:
            assert 0 <= row["conf_low"] <= row["estimate"] <= row["conf_high"] <= 1


@pytest.mark.parametrize("command", ANALYSES)
def test_tables_say_that_data_are_simulated(followup, simulated_folder, command):
    """The table face of simulated data says so."""
    answer = followup(command, simulated_folder)
    assert answer.code == 0, answer.err
    assert "simulated" in answer.out


def test_csv_and_xlsx_faces_hold_the_same_rows(followup, simulated_folder, tmp_path):
    """CSV goes to stdout, a workbook needs a file."""
    wanted = followup("rates", simulated_folder, "--by", "channel", "--json").results
    rows = list(
        csv.DictReader(io.StringIO(followup("rates", simulated_folder, "--by", "channel", "--format", "csv").out))
    )
    assert [row["channel"] for row in rows] == [row["channel"] for row in wanted]
    assert followup("rates", simulated_folder, "--format", "xlsx").code == 2
    book = tmp_path / "rates.xlsx"
    assert followup("rates", simulated_folder, "--by", "channel", "--format", "xlsx", "-o", book).code == 0
    import python_calamine

    sheet = python_calamine.CalamineWorkbook.from_path(book).get_sheet_by_name("rates").to_python()
    assert len(sheet) == len(wanted) + 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["rates", "{log}", "--by", "chanel"], 2, "did you mean 'channel'"),
        (["rates", "{log}", "--cohort", "nobody"], 2, "no cohort is called"),
        (["rates", "{log}", "--where", "industry"], 2, "COLUMN=VALUE"),
        (["rates", "{log}", "--where", "industry=none such"], 4, "withheld"),
        (["rates", "{log}", "--where", "industry=helth"], 4, "did you mean 'health'"),
        (["rates", "{log}", "--where", "industry=helth", "--min-cell", "1"], 3, "did you mean 'health'"),
        (["rates", "{log}", "--where", "employer=Employer 9999"], 4, "did you mean 'Employer"),
        (["rates", "{log}", "--within", "soon"], 2, "--within': this is no number: write one such as 7"),
        (["rates", "{log}", "--within", "7d"], 2, "--within': this is no number: write 7"),
        (["rates", "{log}", "--min-cell", "0"], 2, "give 1 or more"),
        (["rates", "{log}x"], 1, "did you mean"),
        (["{log}"], 2, "the command comes first, such as  followup rates"),
        (["next", "{log}", "--today", "02/03/2026"], 2, "write it as 2026-03-02 or 2026-02-03"),
        (["ingest", "{log}/interviews.csv", "--into", "office.db"], 2, "did you mean  sqlite:///office.db?"),
        (["claims", "{log}", "--claim", "wait-2-3-day"], 2, "did you mean 'wait-2-3-days'"),
        (["rates", "{nowhere}"], 1, "no such file"),
        (["report", "{log}"], 2, "-o report.pdf"),
        (["predict", "{log}", "--model", "{nowhere}"], 1, "no such file"),
        (["frobnicate"], 2, "No such command"),
        (["track", "sqlite:///{nowhere}.db", "undo"], 1, "no store"),
    ],
)
def test_refusals_are_one_sentence_with_the_fixed_exit_code(followup, simulated_folder, tmp_path, words, code, said):
    """Nothing on stdout, a sentence on stderr, never a traceback."""
    places = {"log": str(simulated_folder), "nowhere": str(tmp_path / "nowhere")}
    answer = followup(*(word.format(**places) for word in words))
    assert answer.code == code
    assert said in answer.err
    assert answer.out == ""
    assert "Traceback" not in answer.err


def test_a_model_is_saved_and_used(followup, simulated_folder, tmp_path):
    """model --save, then predict for each open interview; a working paper, exempt from hiding."""
    saved = tmp_path / "model.json"
    assert followup("model", simulated_folder, "--save", saved, "--json").code == 0
    answer = followup("predict", simulated_folder, "--model", saved, "--json")
    assert answer.code == 0, answer.err
    for row in answer.results:
        assert 0 <= row["conf_low"] <= row["probability"] <= row["conf_high"] <= 1
        assert row["probability"] <= row["probability_14"]


def test_simulate_makes_a_log_with_its_truth(followup, tmp_path):
    """log.toml says simulated, truth.json has the claims' contrasts."""
    folder = tmp_path / "world"
    assert followup("simulate", "--interviews", 60, "--world", "null", "--seed", 3, "-o", folder).code == 0
    assert "simulated = true" in (folder / "log.toml").read_text()
    assert (folder / "truth.json").stat().st_size > 100
    assert followup("rates", folder, "--json").json["log"]["interviews"] == 60


def test_report_gives_the_same_bytes_twice(followup, simulated_folder, tmp_path):
    """The same log, options and version make the same file."""
    one, two = tmp_path / "one.pdf", tmp_path / "two.pdf"
    assert followup("report", simulated_folder, "-o", one).code == 0
    assert followup("report", simulated_folder, "-o", two).code == 0
    assert one.read_bytes() == two.read_bytes()


def test_the_demonstration_ends_with_its_report(followup, tmp_path):
    """The core alone: findings, the notice that the data are simulated, and the path of the PDF last."""
    started = time.monotonic()
    answer = followup("demo", "--out", tmp_path / "demo")
    assert answer.code == 0, answer.err
    assert "simulated" in answer.out
    assert answer.out.rstrip().endswith("report.pdf")
    assert (tmp_path / "demo" / "report.pdf").read_bytes().startswith(b"%PDF")
    assert time.monotonic() - started < 60  # the goal is 15 s; a busy machine gets some grace


def test_doctor_finds_this_installation_sound(followup):
    """All that is needed is there, and the self-check's answer is right."""
    answer = followup("doctor", "--json")
    assert answer.code == 0, answer.out
    assert {row["part"]: row["state"] for row in answer.results}["self-check"] == "ok"


def test_track_records_takes_back_and_forgets(followup, tmp_path):
    """Ids on stdout, sentences on stderr; undo takes the last entry back; forget erases."""
    store = f"sqlite:///{tmp_path / 'calls.db'}"
    made = followup(
        "track", store, "interview", "--applicant", "ada", "--employer", "Acme", "--at", "2026-03-02T10:00+01:00"
    )
    interview = made.out.strip()
    assert made.code == 0, made.err
    assert "Next:" in made.err
    contact = followup(
        "track", store, "contact", interview, "--channel", "phone", "--at", "2026-03-04T10:00+01:00", "--json"
    )
    assert contact.results[0]["id"]
    assert contact.results[0]["next"]["step"] in {"thank_you", "call", "email", "wait", "move_on"}
    assert followup("track", store, "undo").out.strip() == contact.results[0]["id"]
    assert followup("track", store, "outcome", interview, "offer").out.strip() == interview
    assert "offer" in followup("track", store, "history", interview).out
    assert followup("track", store, "forget", "ada", "--yes").out == ""
    assert followup("rates", store, "--min-cell", 1).code in (1, 3)


def test_help_is_quick_and_loads_nothing_heavy():
    """`followup --help` imports neither frames nor numbers, and answers at once."""
    code = (
        "import sys; sys.argv = ['followup', '--help']\n"
        "from followup_analytics.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'polars', 'pandas', 'numpy', 'sklearn', 'matplotlib', 'sqlalchemy', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "rates" in done.stdout


def test_ingest_lists_what_it_reads(followup):
    """--sources needs neither file nor store; each kind has a line with its name for --source."""
    answer = followup("ingest", "--sources")
    assert answer.code == 0
    lines = dict(line.split(maxsplit=1) for line in answer.out.splitlines())
    assert "needs --roster" in lines["android_calls"]
    assert lines["mapped"].startswith("any spreadsheet")


@pytest.mark.parametrize("command", [("check",), ("ingest", "--into", "sqlite:///log.db")], ids=["check", "ingest"])
def test_refusals_of_rows_and_files_are_on_stderr(followup, tmp_path, monkeypatch, command):
    """Whoever reads stdout as JSON still sees each refusal: the broken rule with its row, and the file's sentence."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "interviews.csv").write_text("interview_id,applicant_id,interviewed_at\ni1,a,soon\n", "utf-8")
    (tmp_path / "damaged.parquet").write_bytes(b"PAR1 nothing else")
    answer = followup(*command, "interviews.csv", "damaged.parquet", "--json")
    assert answer.code == 1
    assert answer.json["command"] == command[0]
    assert "interviews.csv, interviews, column interviewed_at, 1 row: is not a date" in answer.err
    assert "row 2" in answer.err
    assert "damaged.parquet: the file is damaged" in answer.err


def test_the_page_of_a_check_is_private(followup, tmp_path, monkeypatch):
    """The web page names rows of single people: its owner alone may read it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "interviews.csv").write_text("interview_id,applicant_id,interviewed_at\ni1,a,soon\n")
    assert followup("check", "interviews.csv", "--html", "page.html").code == 3
    assert (tmp_path / "page.html").stat().st_mode & 0o777 == 0o600


def test_help_of_track_is_there_behind_a_store_too(followup, tmp_path):
    """Whoever types the store first and then --help gets the list of commands, and no store is made."""
    said = followup("track", f"sqlite:///{tmp_path / 'calls.db'}", "--help")
    assert (said.code, said.err) == (0, "")
    assert "interview" in said.out
    assert not list(tmp_path.iterdir())
