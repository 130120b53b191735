"""The local page as its users take it: an analyst from a sheet to a report, a coach with one press."""

from __future__ import annotations

import datetime as dt
import html
import re
from pathlib import Path

import pytest
from test_web_safety import Page

from followup_analytics import read_log, response_rates, simulate_log


@pytest.fixture
def coach(tmp_path: Path):
    """A coach's page with one interview of yesterday."""
    made = Page(None, tmp_path)
    with made.client:
        made.enter()
        made.post(
            "/interviews/new",
            {"applicant": "ada", "at": "yesterday 10:00", "time_zone": "Europe/Berlin", "employer": "Acme"},
        )
        yield made


def one_interview(page: Page) -> str:
    """The id of the one interview that the page shows."""
    found = re.findall(r'href="/interviews/(iv-[^"]+)"', page.client.get("/today?show=all").text)
    assert len(set(found)) == 1
    return str(found[0])


def test_a_press_records_a_contact(coach: Page, tmp_path: Path) -> None:
    """`Left a voicemail` is a voicemail that nobody took, and `undo` takes it back."""
    name = one_interview(coach)
    assert coach.post("/today/entry", {"interview": name, "press": "voicemail"}).status_code == 303
    log = read_log(f"sqlite:///{tmp_path / 'followup.db'}")
    assert log.contacts.select("channel", "party", "direction").rows() == [("voicemail", "none", "outbound")]
    coach.post("/today/undo", {})
    assert read_log(f"sqlite:///{tmp_path / 'followup.db'}").contacts.height == 0


def test_a_line_is_understood_and_its_entry_taken_back(coach: Page, tmp_path: Path) -> None:
    """As `followup log` understands it; what it said stands beside the button that takes this very entry back."""
    went = coach.post("/today/quick", {"line": "acme voicemail today"}).headers["location"]
    key = went.partition("done=")[2]
    assert f'name="key" value="{key}"' in coach.client.get(went).text
    coach.post("/today/entry", {"interview": one_interview(coach), "press": "no_answer"})
    coach.post("/today/undo", {"key": key})
    assert read_log(f"sqlite:///{tmp_path / 'followup.db'}").contacts["channel"].to_list() == ["phone"]


def test_a_line_that_may_be_meant_otherwise_is_recorded_by_a_press(coach: Page, tmp_path: Path) -> None:
    """The nearest reading stands under the line, with a button that records it; another line is read anew."""
    asked = coach.post("/today/quick", {"line": "acme called yesterday at 3"})
    assert asked.status_code == 400
    assert "The nearest reading: their call of" in asked.text
    assert "followup track" not in asked.text.split("<main", 1)[1].split("<form", 2)[1]
    assert coach.post("/today/quick", {"line": "acme called yesterday at 4", "accept": "another"}).status_code == 400
    went = coach.post("/today/quick", {"line": "acme called yesterday at 3", "accept": "acme called yesterday at 3"})
    assert went.headers["location"].startswith("/today?done=ct-")


def test_a_line_that_is_not_understood_stays_in_its_field(coach: Page) -> None:
    """With a sentence at it."""
    answer = coach.post("/today/quick", {"line": "acme hmm"})
    assert answer.status_code == 400
    assert 'value="acme hmm"' in answer.text
    assert 'aria-describedby="line-problem"' in answer.text


@pytest.mark.parametrize(
    ("press", "table", "column"),
    [
        ("asked", "contacts", "callback_at"),
        ("promised", "interviews", "decision_promised_at"),
        ("snooze", "interviews", "snoozed_until"),
    ],
)
def test_a_later_day_is_written_down(coach: Page, tmp_path: Path, press: str, table: str, column: str) -> None:
    """A callback asked for, a decision promised, or the coach's own wish; each is taken back as any entry is."""
    name, later = one_interview(coach), (dt.datetime.now(dt.UTC) + dt.timedelta(10)).date().isoformat()
    went = coach.post("/today/entry", {"interview": name, "press": press, "until": later})
    url = f"sqlite:///{tmp_path / 'followup.db'}"

    def noted() -> int:
        frame = getattr(read_log(url), table)
        return int(frame[column].count()) if column in frame.columns else 0

    assert noted() == 1
    coach.post("/today/undo", {"key": went.headers["location"].partition("done=")[2]})
    assert noted() == 0


def test_what_is_put_off_is_not_due(coach: Page) -> None:
    """Nothing is to be done about it before its day."""
    later = (dt.datetime.now(dt.UTC) + dt.timedelta(10)).date().isoformat()
    coach.post("/today/entry", {"interview": one_interview(coach), "press": "snooze", "until": later})
    assert "0 of 1 open" in coach.client.get("/today").text


def test_a_later_day_without_a_day_is_asked_for(coach: Page) -> None:
    """In a sentence at the field."""
    answer = coach.post("/today/entry", {"interview": one_interview(coach), "press": "snooze"})
    assert answer.status_code == 400
    assert fault_at(answer.text, "until") == "Say until when, such as Thursday 14:00 or 2026-03-05."


def fault_at(text: str, field: str) -> str | None:
    """What a page says is wrong with a field; None where the field isn't marked or doesn't lead to a sentence."""
    marked = re.search(rf'<input name="{field}"[^>]* aria-invalid="true" aria-describedby="([^"]+)"', text)
    said = marked and re.search(rf'<p id="{marked[1]}" role="alert"[^>]*>([^<]+)</p>', text)
    return html.unescape(said[1]) if said else None


@pytest.mark.parametrize("place", ["today", "interview"])
def test_a_time_that_is_none_is_said_at_its_field(coach: Page, place: str) -> None:
    """On the page that it was typed on, with what was typed; nothing is stored."""
    typed = {"interview": one_interview(coach), "press": "spoke", "at": "the week after", "from": place}
    answer = coach.post("/today/entry", typed)
    assert answer.status_code == 400
    assert str(fault_at(answer.text, "at")).startswith("'the week after' is not a day")
    assert 'value="the week after"' in answer.text
    assert ("How it ended" in answer.text) == (place == "interview")


def test_an_outcome_at_no_time_is_said_at_its_field(coach: Page) -> None:
    """And the outcome that was chosen stays chosen."""
    answer = coach.post("/today/outcome", {"interview": one_interview(coach), "outcome": "filled", "ended": "99"})
    assert answer.status_code == 400
    assert str(fault_at(answer.text, "ended")).startswith("This is not a day or a time")
    assert '<option value="filled" selected>' in answer.text


def test_a_new_interview_keeps_what_was_typed(coach: Page) -> None:
    """Where one field is wrong, the others are as they were."""
    fields = {"applicant": "eve", "at": "yesterday 10:00", "time_zone": "Mars/Olympus", "employer": "Gamma & Sons"}
    answer = coach.post("/interviews/new", fields)
    assert answer.status_code == 400
    assert "Mars/Olympus" in str(fault_at(answer.text, "time_zone"))
    assert 'value="Gamma &amp; Sons"' in answer.text
    assert fault_at(coach.post("/interviews/new", {"employer": "Gamma"}).text, "applicant")


def test_names_come_from_the_contact_book_alone(coach: Page, tmp_path: Path) -> None:
    """A card shows them, and the store's file doesn't hold them."""
    fields = {
        "applicant": "42",
        "at": "yesterday 09:00",
        "employer": "Beta",
        "name": "Benita Bosch",
        "phone": "+49 1",
    }
    coach.post("/interviews/new", fields)
    assert "Benita Bosch" in coach.client.get("/today?show=all").text
    held = b"".join(one.read_bytes() for one in tmp_path.glob("followup.db*") if one.suffix != ".book")
    assert b"Benita" not in held


def test_the_steps_come_as_a_calendar(coach: Page) -> None:
    """To put beside one's own."""
    assert coach.client.get("/today.ics").text.startswith("BEGIN:VCALENDAR")


def test_an_outcome_closes_the_story(coach: Page) -> None:
    """After it no card is left."""
    name = one_interview(coach)
    coach.post("/today/outcome", {"interview": name, "outcome": "offer"})
    assert "0 of 0 open" in coach.client.get("/today").text


def test_a_mistake_is_a_sentence_on_a_page(coach: Page) -> None:
    """An interview that isn't there is told at once, in words, with status 400."""
    answer = coach.post("/today/entry", {"interview": "iv-none", "press": "voicemail"})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_an_analyst_gets_from_files_to_a_report(simulated_folder: Path, tmp_path: Path) -> None:
    """Drop the tables, look, store, read rates, and get the PDF."""
    made = Page(None, tmp_path)
    with made.client:
        made.enter()
        names = [one for one in sorted(simulated_folder.iterdir()) if one.suffix in (".csv", ".parquet")]
        dropped = [("files", (one.name, one.read_bytes(), "text/csv")) for one in names]
        drop = made.post("/files", {"time_zone": "Europe/Berlin"}, files=dropped).headers["location"]
        assert "What becomes of each column" in made.client.get(drop).text
        assert not (tmp_path / "followup.db").exists()
        assert made.post(f"{drop}/store", {}).status_code == 303
        assert "interviews" in made.client.get("/").text
        report = through(made, made.post("/report", {"kind": "bulletin"}).headers["location"])
        assert made.client.get(f"{report}/report.pdf").content.startswith(b"%PDF")
        assert made.client.get(f"{report}/1.png").content.startswith(b"\x89PNG")
        assert through(made, made.client.get(f"{report}/report.html").headers["location"]) == report
        assert b"<h1" in made.client.get(f"{report}/report.html").content
        through(made, made.post(f"{report}/publish", {"name": "spring"}).headers["location"])
        assert "Entered in the ledger" in made.client.get(report).text
        assert "spring" in made.client.get("/releases").text


def test_numbers_of_a_page_are_those_of_the_command(simulated_folder: Path, tmp_path: Path) -> None:
    """The rates shown are the answer's own cells, hidden ones included."""
    made = Page(str(simulated_folder), tmp_path)
    with made.client:
        made.enter()
        text = made.client.get("/rates?by=channel").text
    _, body = response_rates(read_log(simulated_folder), by="channel").printed()
    cells = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", text[text.index("<tbody>") :])
    assert cells == [cell for line in body for cell in line]


def test_forms_have_labels_and_pages_a_heading(simulated_folder: Path, tmp_path: Path) -> None:
    """Every field has words of its own, every page one first heading and a way past the menu."""
    made = Page(str(simulated_folder), tmp_path)
    with made.client:
        made.enter()
        pages = [made.client.get(one).text for one in ("/", "/files", "/rates", "/today", "/report", "/interviews/new")]
    assert len(pages) == 6
    for text in pages:
        assert text.count("<h1>") == 1
        assert 'href="#main"' in text
        fields = re.findall(r'<(?:input|select)(?![^>]*type="hidden")[^>]*name="', text)
        assert text.count("<label") >= len(fields)


FOREIGN = (
    "Name;Company;Interviewed;Rang;How\n"
    "Ada Roth;Acme;3/4/2026 10:00;3/7/2026 09:15;vm\n"
    "Ben Bosch;Beta;3/5/2026 11:00;3/9/2026 16:10;spoke w/ HR\n"
    "Cem Gul;Gamma;3/6/2026 12:30;soonish;vm\n"
)


@pytest.fixture
def dropped(tmp_path: Path):
    """A page on which a foreign sheet with one bad date was dropped, and the address of what was found."""
    made = Page(None, tmp_path)
    with made.client:
        made.enter()
        files = [("files", ("tracker 2026.csv", FOREIGN.encode(), "text/csv"))]
        yield made, made.post("/files", {"time_zone": "Europe/Berlin"}, files=files).headers["location"]


def test_a_foreign_sheet_is_asked_about_and_shown_as_understood(dropped: tuple[Page, str]) -> None:
    """Questions carry their default, the first rows stand there as they would be stored, and answers are kept."""
    page, address = dropped
    text = page.client.get(address).text
    assert "Which comes first in dates such as 3/4/2026?" in text
    assert "2026-03-04T10:00:00" in text
    page.post(f"{address}/answers", {"file": "0", "q:order": "day"})
    assert "2026-04-03T10:00:00" in page.client.get(address).text


def test_every_column_is_accounted_for_before_anything_is_stored(dropped: tuple[Page, str], tmp_path: Path) -> None:
    """A name becomes a code, and there is no store yet."""
    page, address = dropped
    text = page.client.get(address).text
    row = re.search(r'<th scope="row"[^>]*>Name</th><td[^>]*>tracker 2026.csv</td><td[^>]*>([^<]+)</td>', text)
    assert row is not None
    assert row.group(1) == "replaced by a code"
    assert list(tmp_path.iterdir()) == []


def test_a_row_is_mended_in_place(dropped: tuple[Page, str], tmp_path: Path) -> None:
    """The bad cell stands in a field with its reason; put right, the row goes into the store with the others."""
    page, address = dropped
    text = page.client.get(address).text
    assert 'value="soonish" aria-invalid="true"' in text
    revision = re.search(r'name="revision" value="(\d+)"', text)
    assert revision is not None
    page.post(f"{address}/mend", {"revision": revision.group(1), "cell:0:3": "3/8/2026 10:00"})
    assert "aria-invalid" not in page.client.get(address).text
    page.post(f"{address}/store", {})
    assert read_log(f"sqlite:///{tmp_path / 'followup.db'}").contacts.height == 3


def test_rows_mended_in_another_tab_are_not_written_over(dropped: tuple[Page, str]) -> None:
    """A form of before the last change is refused with a sentence."""
    page, address = dropped
    answer = page.post(f"{address}/mend", {"revision": "0", "cell:0:3": "3/8/2026"})
    assert answer.status_code == 400
    assert "in another tab" in answer.text


def test_what_is_to_be_mended_comes_as_a_workbook(dropped: tuple[Page, str]) -> None:
    """The same workbook as of an office's folder."""
    page, address = dropped
    assert page.client.get(f"{address}/mend.xlsx").content.startswith(b"PK")


@pytest.mark.parametrize(
    "address", ["/quality", "/plan?baseline=20&effect=15", "/claims/follow-up-at-all", "/releases"]
)
def test_pages_of_a_log_answer(simulated_folder: Path, tmp_path: Path, address: str) -> None:
    """Data quality, plans, one claim and releases, each with the command that gives the same."""
    made = Page(str(simulated_folder), tmp_path)
    with made.client:
        made.enter()
        if "claims" in address:
            address = re.findall(r'href="(/claims/[^"]+)"', made.client.get("/claims").text)[0]
        answer = made.client.get(address)
    assert answer.status_code == 200
    assert "The same in a terminal" in answer.text


def test_a_claim_gives_its_protocol_registration_and_trace(simulated_folder: Path, tmp_path: Path) -> None:
    """As files, to take elsewhere."""
    made = Page(str(simulated_folder), tmp_path)
    with made.client:
        made.enter()
        texts = [
            made.client.get(f"/claims/spread-voicemails/{one}").text
            for one in ("protocol.txt", "registration.txt", "interviews.csv")
        ]
    assert "time zero" in texts[0].lower()
    assert "sha" in texts[1].lower()
    assert "interview_id" in texts[2].splitlines()[0]


def through(page: Page, address: str, ends: str = "done") -> str:
    """Follow a piece of long work from the page that began it to the one that shows its result."""
    assert re.fullmatch(r"/job/[\w-]+", address)
    with page.client.stream("GET", f"{address}/events") as told:
        heard = [line for line in told.iter_lines() if line.startswith("data:")]
    assert f'"state": "{ends}"' in heard[-1], heard[-1]
    return str(page.client.get(address).headers["location"])


def test_long_work_is_done_by_another_process(
    tmp_path: Path, simulated_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large files are looked at and stored, and the verdicts of a large log worked out, while the page goes on."""
    monkeypatch.setattr("followup_analytics.web.files._LARGE", 0)
    monkeypatch.setattr("followup_analytics.web.research._AT_ONCE", 0)
    made = Page(None, tmp_path)
    with made.client:
        made.enter()
        files = [("files", (path.name, path.read_bytes())) for path in sorted(simulated_folder.glob("*.csv"))]
        drop = made.post("/files", {"time_zone": "America/New_York"}, files=files).headers["location"]
        assert through(made, made.client.get(drop).headers["location"]) == drop
        assert made.client.get(drop).status_code == 200
        stored = through(made, made.post(f"{drop}/store", {}).headers["location"])
        log, whole = read_log(f"sqlite:///{tmp_path / 'followup.db'}"), read_log(simulated_folder)
        assert stored.startswith("/?stored=")
        assert (log.interviews.height, log.contacts.height) == (whole.interviews.height, whole.contacts.height)
        assert through(made, made.client.get("/claims").headers["location"]) == "/claims"
        assert made.client.get("/claims").status_code == 200


def test_a_large_foreign_sheet_is_stored_by_its_drafted_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the other process drafted to look at the sheet is what it is stored by."""
    monkeypatch.setattr("followup_analytics.web.files._LARGE", 0)
    rows = "".join(f"Ann {n},Bosch,2026-03-0{n} 14:00,2026-03-1{n} 10:15,LVM\n" for n in range(1, 8))
    made = Page(None, tmp_path)
    with made.client:
        made.enter()
        file = ("files", ("spring.csv", f"Student,Company,Interview,Called on,How it went\n{rows}".encode()))
        drop = made.post("/files", {"time_zone": "America/New_York"}, files=[file]).headers["location"]
        assert through(made, made.client.get(drop).headers["location"]) == drop
        assert made.client.get(drop).status_code == 200
        through(made, made.post(f"{drop}/store", {}).headers["location"])
        assert read_log(f"sqlite:///{tmp_path / 'followup.db'}").interviews.height == 7


def test_a_researcher_chooses_claims_and_takes_one_to_r(tmp_path: Path) -> None:
    """Two claims make a family of two; the protocol holds this log's numbers; the script is the package's own."""
    log = tmp_path / "log"
    simulate_log(interviews=600, world="office", seed=11).write(log)
    made = Page(str(log), tmp_path)
    with made.client:
        made.enter()
        both = made.client.get("/claims?claim=wait-2-3-days&claim=smile")
        assert both.status_code == 200
        assert both.text.count(" checked") == 2
        assert len(re.findall(r'<li><a href="/claims/', both.text)) == 2
        assert made.client.get("/claims?claim=nothing").status_code == 400
        address = "/claims/follow-up-at-all"
        assert made.client.get(address).text.count("<img ") >= 2
        assert "600" in made.client.get(f"{address}/protocol.txt").text
        assert made.client.get(f"{address}/verdict.R").text.startswith("# Work verdicts out in R")
        rows = made.client.get(f"{address}/interviews.csv").text.splitlines()
        assert len({row.partition(",")[0] for row in rows[1:]}) > 1
        intervals = made.client.get(f"{address}/intervals.csv").text.splitlines()
        assert {row.partition(",")[0] for row in intervals[1:]} == {"follow-up-at-all"}


def test_a_report_that_can_not_be_made_is_told_at_its_field(simulated_folder: Path, tmp_path: Path) -> None:
    """Another process found it out; the form stands there as it was filled in, and may be sent anew."""
    made = Page(str(simulated_folder), tmp_path)
    with made.client:
        made.enter()
        begun = made.post("/report", {"kind": "handout", "applicant": "nobody", "name": "Career Center"})
        address = through(made, begun.headers["location"], ends="failed")
        answer = made.client.get(address)
        assert answer.status_code == 400
        assert str(fault_at(answer.text, "applicant")).startswith("There is no applicant")
        assert 'value="Career Center"' in answer.text


@pytest.mark.slow
def test_a_report_is_refused_to_the_ledger_on_its_own_page(tmp_path: Path) -> None:
    """What the ledger says stands beside the report, which is no release yet."""
    from followup_analytics.store.releases import ledger_beside

    log = tmp_path / "log"
    simulate_log(interviews=300, world="office", seed=11).write(log)
    ledger_beside(log).write_text("no ledger at all")
    made = Page(str(log), tmp_path)
    with made.client:
        made.enter()
        report = through(made, made.post("/report", {"kind": "bulletin"}).headers["location"])
        begun = made.post(f"{report}/publish", {"name": "spring"})
        assert through(made, begun.headers["location"], ends="failed") == report
        assert 'role="alert"' in made.client.get(report).text
        assert "Publish it" in made.client.get(report).text


def test_a_handout_takes_what_was_typed(coach: Page) -> None:
    """The id or the name, as `report --applicant` does; its file is confidential and no release."""
    report = through(coach, coach.post("/report", {"kind": "handout", "applicant": "ada"}).headers["location"])
    shown = coach.client.get(report).text
    assert "Confidential" in shown
    assert "ledger" not in shown


def test_a_researcher_simulates(tmp_path: Path) -> None:
    """Without a log of one's own: rates and verdicts of a world, marked as simulated; the same seed is made once."""
    made = Page(None, tmp_path)
    with made.client:
        made.enter()
        assert "What holds in the world" in made.client.get("/simulate").text
        address = "/simulate?world=null&interviews=120&seed=7"
        assert through(made, made.client.get(address).headers["location"]) == address
        shown = made.client.get(address).text
        assert shown.count("Simulated data: they show how the tool works") == 2
        assert "Verdicts on this log" in shown
        assert "followup simulate --interviews 120 --world null --seed 7" in shown
        assert made.client.get("/simulate/null/truth.json").json()["claims"]["smile"]["estimate"] == 0
        for wrong in ("interviews=0x1&seed=1", "interviews=99999999&seed=1", "interviews=100&seed=-1"):
            assert made.client.get(f"/simulate?world=null&{wrong}").status_code == 400
        assert made.client.get("/simulate?world=../null&interviews=100&seed=1").status_code == 400


def slow(begun: str, seconds: float, tell: object) -> str:
    """A work that says that it has begun, by a file, and takes its time."""
    import time

    Path(begun).write_text("begun")
    time.sleep(seconds)
    return "done"


def waited_for(holds: object) -> None:
    """Wait until something holds."""
    import time

    end = time.monotonic() + 20
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


def test_work_goes_on_without_a_tab_and_is_stopped_when_asked(tmp_path: Path) -> None:
    """Nobody listens to it; any page leads to it; stopped, its process ends at once, and it says so."""
    made = Page(None, tmp_path)
    works = made.house.works
    with made.client:
        made.enter()
        work = works.begin(("slow",), "Slow work", slow, (str(tmp_path / "begun"), 60.0), then="/", take=str)
        waited_for((tmp_path / "begun").exists)
        shown = made.client.get(f"/job/{work.id}").text
        assert '<noscript><meta http-equiv="refresh"' in shown
        assert f'href="/job/{work.id}"' in made.client.get("/files").text
        assert made.post(f"/job/{work.id}/stop", {}).status_code == 303
        waited_for(lambda: not work.process.is_alive())
        assert "Stopped" in made.client.get(f"/job/{work.id}").text


def test_work_waits_for_its_turn(tmp_path: Path) -> None:
    """Two are done at a time; what waits can be stopped before it has begun; the program's end stops them all."""
    made = Page(None, tmp_path)
    works = made.house.works
    files = [tmp_path / str(n) for n in range(4)]
    with made.client:
        ones = [works.begin((n,), "Slow", slow, (str(one), 60.0), then="/", take=str) for n, one in enumerate(files)]
        waited_for(lambda: sum(one.exists() for one in files) == 2)
        waiting = [work for work, one in zip(ones, files, strict=True) if not one.exists()]
        assert {one.said for one in waiting} == {"Waiting for its turn"}
        works.stop(waiting[0].id)
        running = next(work for work, one in zip(ones, files, strict=True) if one.exists())
        works.stop(running.id)
        waited_for(lambda: sum(one.exists() for one in files) == 3)
        assert waiting[0].process is None
    waited_for(lambda: not any(one.process.is_alive() for one in ones if one.process is not None))


def test_work_that_breaks_off_says_so(tmp_path: Path) -> None:
    """A process that is killed, as where memory runs out, is no work that never ends."""
    made = Page(None, tmp_path)
    works = made.house.works
    with made.client:
        work = works.begin(("slow",), "Slow", slow, (str(tmp_path / "begun"), 60.0), then="/", take=str)
        waited_for((tmp_path / "begun").exists)
        work.process.kill()
        waited_for(lambda: work.state == "failed")
        assert "broke off" in work.said
