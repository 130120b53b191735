"""The page on an office's network: a test for every line of docs/threats-of-the-page.md that is about sharing."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import ssl
import stat
import subprocess
import sys
from pathlib import Path
from threading import Semaphore, Thread

import pytest
from postgres_server import a_database, postgres_programs, postgres_server
from shared_page import HOST, OWN, PASSWORDS, Browser, Shared, an_office

from followup_analytics import read_log
from followup_analytics.errors import UnreadableError, UsageError
from followup_analytics.track import OfficeStore
from followup_analytics.web.accounts import (
    Account,
    Accounts,
    accounts_path,
    change_accounts,
    is_password,
    read_accounts,
    write_accounts,
)
from followup_analytics.web.certificate import certificate_for
from followup_analytics.web.crowd import MOST_OF_ONE, FairListener
from followup_analytics.web.server import listener_at
from followup_analytics.web.sessions import FREE_TRIES, IDLE, LIFE, Locks, Sessions, browser_mark, is_marked
from followup_analytics.web.sharing import _host, serve_shared
from followup_analytics.web.works import Works

argon2 = pytest.importorskip("argon2", reason="the extra `share` is not installed")
ANA, BEN, EVA = PASSWORDS


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same hash at less cost: what it costs is the library's affair."""
    cheap = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr("followup_analytics.web.accounts._hasher", lambda: cheap)


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL server of our own."""
    pytest.importorskip("psycopg_pool")
    if postgres_programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres_server() as place:
        yield place


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where a store may be, on either database."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'followup.db'}"
    return a_database(request.getfixturevalue("server"))


@pytest.fixture
def ids(url: str) -> dict[str, str]:
    """The interview of each coach."""
    return an_office(url)


@pytest.fixture
def shared(url: str, ids: dict[str, str], tmp_path: Path):
    """The shared page of the store."""
    made = Shared(url, tmp_path)
    yield made
    made.door.end()


def contacts_of(url: str) -> list[tuple[str, ...]]:
    """What is stored on contacts."""
    return read_log(url).contacts.select("interview_id", "channel").rows()


# ----------------------------------------------------------------------------------------------------- who comes in


@pytest.mark.parametrize("address", ["/", "/today", "/files", "/claims", "/interviews/x", "/job/x/events", "/nothing"])
def test_without_an_account_there_is_the_form_alone(shared: Shared, address: str) -> None:
    """Whoever finds the address is led to the form of name and password, and forms of strangers are refused."""
    stranger = shared.browser()
    asked = stranger.get(address)
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in")
    assert stranger.client.post("/today/entry", data={}, headers=OWN).status_code == 403
    shown = stranger.get("/sign-in").text
    assert "<nav" not in shown
    assert "followup.db" not in shown


def test_the_right_password_opens_the_own_page(shared: Shared) -> None:
    """In any case of the name; a coach comes to the day's cards, an analyst to the overview."""
    for name, first in ((ANA, "/today"), (ANA.upper(), "/today"), (EVA, "/")):
        browser = shared.browser()
        answer = browser.sign_in(name, PASSWORDS.get(name, PASSWORDS[ANA]))
        assert (answer.status_code, answer.headers["location"]) == (303, first)
        assert browser.get(first).status_code == 200


def test_the_cookie_is_for_this_host_over_tls_alone(shared: Shared) -> None:
    """No script reads it, no other site sends it, and no other page sets one of its name."""
    cookie = shared.browser().sign_in(ANA, PASSWORDS[ANA]).headers["set-cookie"]
    assert cookie.startswith("__Host-")
    flags = {one.strip().lower() for one in cookie.split(";")[1:]}
    assert {"secure", "httponly", "samesite=strict", "path=/"} <= flags
    assert not any(one.startswith("domain") for one in flags)


@pytest.mark.parametrize("name", [ANA, "Nobody", "", "x" * 5000, "\u202e\x00"])
def test_a_wrong_password_tells_nothing(shared: Shared, name: str) -> None:
    """The same sentence whether there is such a name or not."""
    answer = shared.browser().sign_in(name, "wrong password")
    assert answer.status_code == 403
    assert "The name or the password is wrong." in answer.text
    assert "set-cookie" not in answer.headers


def test_a_name_is_locked_for_longer_each_time() -> None:
    """Known or not; after the lock one more try; who gave the right password begins anew; others are not locked."""
    now = [0.0]
    locks = Locks(clock=lambda: now[0])
    waits = []
    for _ in range(FREE_TRIES + 9):
        assert locks.begin("Ana Ruiz") == 0.0
        left = locks.begin(" ana  RUIZ")
        waits.append(left)
        now[0] += left
    locked = [one for one in waits if one]
    assert locked[:3] == [30.0, 60.0, 120.0]
    assert locked == sorted(locked)
    assert locked[-1] == 3600.0
    assert locks.begin("Ben Kim") == 0.0
    locks.passed("Ana Ruiz")
    assert [locks.begin("Ana Ruiz") for _ in range(FREE_TRIES)] == [0.0] * FREE_TRIES


def test_a_flood_of_names_makes_no_lock_forgotten() -> None:
    """Names are counted in a fixed number of places."""
    locks = Locks(clock=lambda: 0.0)
    for _ in range(FREE_TRIES):
        locks.begin("Ana Ruiz")
    for number in range(20_000):
        locks.begin(f"name {number}")
    assert locks.begin("Ana Ruiz") > 0
    assert len(locks._failed) <= 4096


def test_a_locked_name_is_not_looked_at(shared: Shared) -> None:
    """Also with the right password, until the time is over; the page says how long."""
    browser = shared.browser()
    for _ in range(FREE_TRIES):
        browser.sign_in(ANA, "wrong password")
    answer = browser.sign_in(ANA, PASSWORDS[ANA])
    assert answer.status_code == 429
    assert "try again in 1 minute" in answer.text
    assert shared.browser().sign_in(BEN, PASSWORDS[BEN]).status_code == 303


def test_many_at_once_are_no_way_around_the_lock(shared: Shared) -> None:
    """A try counts as a wrong one until it was right."""
    counted = [shared.door.locks.begin(ANA) for _ in range(FREE_TRIES + 5)]
    assert counted.count(0.0) == FREE_TRIES


def test_signing_out_ends_the_session(shared: Shared) -> None:
    """The cookie opens nothing any more, also where somebody kept it."""
    browser = shared.signed_in(ANA)
    kept = dict(browser.client.cookies)
    assert browser.post("/sign-out", {}).headers["location"] == "/sign-in"
    again = shared.browser()
    again.client.cookies.update(kept)
    assert again.get("/today").headers["location"] == "/sign-in"


def test_a_session_ends_by_itself() -> None:
    """Without a request for two hours, and after twelve whatever comes."""
    now = [0.0]
    sessions, account = Sessions(clock=lambda: now[0]), Account("Ana", "coach", "")
    token = sessions.begin(account)
    now[0] = IDLE - 1
    assert sessions.of(token) == account
    now[0] += IDLE
    assert sessions.of(token) is None
    token, begun = sessions.begin(account), now[0]
    while now[0] < begun + LIFE - IDLE / 2:
        now[0] += IDLE / 2
        assert sessions.of(token) == account or now[0] >= begun + LIFE
    now[0] = begun + LIFE
    assert sessions.of(token) is None
    assert sessions.of("guess") is None
    assert sessions.of(None) is None


@pytest.mark.parametrize("change", ["removed", "new password", "other role"])
def test_an_account_that_is_changed_is_out_at_once(shared: Shared, url: str, change: str) -> None:
    """Whoever is signed in with it has to sign in anew, if that is possible still."""
    browser = shared.signed_in(ANA)
    held = read_accounts(url)
    role = "analyst" if change == "other role" else "coach"
    write_accounts(url, held.without(ANA) if change == "removed" else held.with_account(ANA, role, "another password"))
    assert browser.get("/today").headers["location"] == "/sign-in"


# ----------------------------------------------------------------------------------------- the guards of the loopback


@pytest.mark.parametrize("host", ["evil.example", "192.168.1.20", "127.0.0.1:8443", "localhost:8443", ""])
def test_a_foreign_host_is_refused(shared: Shared, host: str) -> None:
    """The chosen address and its port, nothing else."""
    browser = shared.signed_in(ANA)
    assert browser.client.get("/today", headers={"host": host}).status_code == 400
    assert browser.client.get("/sign-in", headers={"host": host}).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
        {"sec-fetch-site": "same-origin", "origin": f"http://{HOST}"},
        {"origin": "null"},
        {},
    ],
    ids=["cross-site", "not over TLS", "null origin", "nothing said"],
)
def test_forms_of_other_sites_are_refused(shared: Shared, headers: dict[str, str]) -> None:
    """The form of name and password too, so that nobody is signed in as somebody else without knowing."""
    browser = shared.signed_in(ANA)
    assert browser.client.post("/sign-out", data={}, headers=headers).status_code == 403
    form = {"name": BEN, "password": PASSWORDS[BEN]}
    assert shared.browser().client.post("/sign-in", data=form, headers=headers).status_code == 403


def test_a_form_needs_the_token_of_its_own_account(shared: Shared, ids: dict[str, str], url: str) -> None:
    """One of another account's page changes nothing."""
    ana, ben = shared.signed_in(ANA), shared.signed_in(BEN)
    token = re.search(r'name="form_token" value="([^"]+)"', ben.get("/today").text)
    assert token is not None
    fields = {"form_token": token[1], "interview": ids[ANA], "press": "voicemail"}
    assert ana.client.post("/today/entry", data=fields, headers=OWN).status_code == 403
    assert contacts_of(url) == []


def test_every_answer_carries_the_headers(shared: Shared) -> None:
    """The form of name and password too."""
    answers = [shared.browser().get("/sign-in"), shared.browser().get("/"), shared.signed_in(ANA).get("/today")]
    assert len(answers) == 3
    for answer in answers:
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"


def test_a_stranger_sends_little(shared: Shared) -> None:
    """A name and a password fit into 16 kB; more is refused before it is read, or cut off."""
    stranger = shared.browser()
    assert stranger.client.post("/sign-in", content=b"a" * 20_000, headers=OWN).status_code == 413


def test_nobody_closes_the_program_from_afar(shared: Shared) -> None:
    """It is ended where it was started."""
    for name in PASSWORDS:
        assert shared.signed_in(name).post("/close", {}).status_code == 403


# ------------------------------------------------------------------------------------------------ who sees what


def test_a_coach_sees_the_own_clients_alone(shared: Shared, ids: dict[str, str]) -> None:
    """On the cards, in a story's address, in the calendar, and in no word of another's client."""
    ana = shared.signed_in(ANA)
    shown = ana.get("/today?show=all").text + ana.get("/today.ics").text + ana.get(f"/interviews/{ids[ANA]}").text
    assert "Ada Ford" in shown
    assert "Acme" in shown
    other = ana.get(f"/interviews/{ids[BEN]}")
    assert other.status_code == 400
    for secret in ("Bea", "Gray", "Beta", "hush"):
        assert secret not in shown + other.text


def test_a_coach_writes_to_the_own_interviews_alone(shared: Shared, ids: dict[str, str], url: str) -> None:
    """By button, line, outcome and undo; nothing of another's is changed, named or taken back."""
    ana, ben = shared.signed_in(ANA), shared.signed_in(BEN)
    assert ben.post("/today/entry", {"interview": ids[BEN], "press": "spoke"}).status_code == 303
    theirs = read_log(url).contacts["contact_id"][0]
    before = contacts_of(url)
    tries = [
        ana.post("/today/entry", {"interview": ids[BEN], "press": "voicemail"}),
        ana.post("/today/entry", {"interview": "bea", "press": "voicemail"}),
        ana.post("/today/entry", {"interview": ids[BEN], "press": "snooze", "until": "2090-01-04"}),
        ana.post("/today/entry", {"interview": theirs, "press": "promised", "until": "2090-01-04"}),
        ana.post("/today/outcome", {"interview": ids[BEN], "outcome": "offer"}),
        ana.post("/today/quick", {"line": "bea beta voicemail today"}),
        ana.post("/today/quick", {"line": "voicemail today", "interview": ids[BEN]}),
        ana.post("/today/undo", {"key": theirs}),
        ana.post("/today/undo", {"key": ids[BEN]}),
        ana.post("/today/undo", {}),
    ]
    assert [one.status_code for one in tries] == [400] * len(tries)
    assert not any(secret in one.text for one in tries for secret in ("Gray", "hush"))
    assert contacts_of(url) == before
    assert read_log(url).outcomes.height == 0
    assert ana.post("/today/quick", {"line": "ada acme voicemail today"}).status_code == 303
    assert len(contacts_of(url)) == len(before) + 1


def test_a_coachs_new_interview_is_the_coachs(shared: Shared, url: str) -> None:
    """Whatever the form says; of another coach's client it is refused, and the contact book stays as it is."""
    ana = shared.signed_in(ANA)
    new = {"applicant": "cem", "at": "yesterday 10:00", "employer": "Gamma", "coach": BEN, "name": "Cem Ito"}
    assert ana.post("/interviews/new", new).status_code == 303
    assert sorted(read_log(url).interviews["coach"]) == [ANA, ANA, BEN]
    taken = ana.post("/interviews/new", {"applicant": "bea", "employer": "Gamma", "name": "Somebody Else"})
    assert taken.status_code == 400
    assert "looked after by somebody else" in taken.text
    assert read_log(url).interviews.height == 3
    assert "Bea Gray" in shared.signed_in(BEN).get("/today?show=all").text


def test_the_log_is_read_anew_only_where_it_changed(shared: Shared, ids: dict[str, str], url: str) -> None:
    """On either database: pages are quick while nobody writes, and show at once what somebody wrote."""
    desk = shared.door.whole
    before = desk.log()
    assert desk.log() is before
    shared.signed_in(ANA).post("/today/entry", {"interview": ids[ANA], "press": "spoke"})
    after = desk.log()
    assert after is not before
    assert after.contacts.height == 1
    assert desk.log() is after


def test_a_coach_without_clients_sees_none(url: str, ids: dict[str, str], tmp_path: Path) -> None:
    """And no fault."""
    write_accounts(url, read_accounts(url).with_account("Cleo", "coach", "a long password"))
    browser = Shared(url, tmp_path).browser()
    browser.sign_in("Cleo", "a long password")
    for address in ("/today", "/today?show=all", "/today.ics", "/report", "/interviews/new"):
        answer = browser.get(address)
        assert answer.status_code == 200
        assert "Acme" not in answer.text


@pytest.mark.parametrize(
    ("name", "addresses"),
    [
        (
            ANA,
            ["/rates", "/curve", "/outcomes", "/claims", "/claims/smile", "/quality", "/plan", "/files", "/releases"],
        ),
        (EVA, ["/today", "/today?show=all", "/today.ics", "/interviews/new", "/interviews/x"]),
    ],
    ids=["coach", "analyst"],
)
def test_pages_of_the_other_role_are_refused(shared: Shared, name: str, addresses: list[str]) -> None:
    """And not in the menu."""
    browser = shared.signed_in(name)
    assert [browser.get(one).status_code for one in addresses] == [403] * len(addresses)
    menu = browser.get("/report").text
    assert [one for one in addresses if f'href="{one}"' in menu] == []


@pytest.mark.parametrize(("name", "kind"), [(ANA, "cohort"), (ANA, "claims"), (EVA, "day-sheet"), (EVA, "handout")])
def test_reports_of_the_other_role_are_refused(shared: Shared, name: str, kind: str) -> None:
    """A coach makes those about the own clients, an analyst those of answers."""
    browser = shared.signed_in(name)
    assert browser.post("/report", {"kind": kind, "applicant": "ada"}).status_code == 400
    assert f'value="{kind}"' not in browser.get("/report").text


def test_the_analyst_is_shown_no_names(shared: Shared) -> None:
    """Nothing of the contact book, on any page of the role's menu."""
    eva = shared.signed_in(EVA)
    pages = [eva.get(one) for one in ("/", "/files", "/rates", "/curve", "/outcomes", "/quality", "/report", "/plan")]
    assert [one.status_code for one in pages] == [200] * len(pages)
    assert not any(name in one.text for one in pages for name in ("Ada Ford", "Bea Gray", "followup ingest"))


def test_what_somebody_brought_is_nobody_elses(shared: Shared, url: str) -> None:
    """Files, reports and works lie in a house of each account's own."""
    write_accounts(url, read_accounts(url).with_account("Uma", "analyst", "a long password"))
    eva, uma = shared.signed_in(EVA), shared.browser()
    uma.sign_in("Uma", "a long password")
    drop = eva.post("/files", {}, files=[("files", ("secret list.csv", b"a,b\n1,2\n", "text/csv"))]).headers["location"]
    assert eva.get(drop).status_code == 200
    assert uma.get(drop).status_code == 400
    assert "secret list" not in uma.get("/files").text
    job = eva.post("/report", {"kind": "bulletin"}).headers["location"]
    assert uma.get(job).status_code == 400
    assert job not in uma.get("/").text
    shared.door.end()


@pytest.mark.slow
def test_a_coachs_handout_is_of_an_own_client(shared: Shared) -> None:
    """Of another's there is no such applicant."""
    ana = shared.signed_in(ANA)
    for client, ends in (("bea", "failed"), ("ada", "done")):
        job = ana.post("/report", {"kind": "handout", "applicant": client}).headers["location"]
        with ana.client.stream("GET", f"{job}/events") as told:
            assert f'"state": "{ends}"' in [line for line in told.iter_lines() if line.startswith("data:")][-1]


# ----------------------------------------------------------------------------------------- accounts and certificate


def test_accounts_are_for_their_owners_eyes(url: str, ids: dict[str, str]) -> None:
    """Mode 600, no password in it, and a file that others may read is refused with what to do."""
    path = accounts_path(url)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text("utf-8")
    assert text.count("$argon2id$") == 3
    assert not any(one in text for one in PASSWORDS.values())
    account = read_accounts(url).find("ana ruiz")
    assert account is not None
    assert is_password(account.hashed, PASSWORDS[ANA])
    assert not is_password("no hash", PASSWORDS[ANA])
    path.chmod(0o644)
    with pytest.raises(UnreadableError, match="chmod 600"):
        read_accounts(url)


@pytest.mark.parametrize(
    ("name", "password"),
    [("", "a long password"), ("a\nb" * 60, "a long password"), ("Ana", "short"), ("Ana Ana Ana", "ana ana ana")],
)
def test_accounts_have_a_name_and_a_long_password(name: str, password: str) -> None:
    """Else a sentence says so."""
    with pytest.raises(UsageError):
        Accounts().with_account(name, "coach", password)


def test_a_certificate_is_kept_for_its_address(tmp_path: Path) -> None:
    """So that a browser asks about it once; another address gets another one; its key is its owner's alone."""
    path = tmp_path / "page.certificate"
    first = certificate_for("192.168.1.20", path)
    assert re.fullmatch(r"[0-9A-F]{2}(:[0-9A-F]{2}){31}", first)
    assert certificate_for("192.168.1.20", path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert certificate_for("office.example", path) != first
    path.write_text("no certificate")
    assert certificate_for("192.168.1.20", path) != first


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "[::]", "", "https://x", "224.0.0.1"])
def test_all_networks_at_once_are_refused(address: str) -> None:
    """One address is chosen."""
    with pytest.raises(UsageError, match="--share"):
        _host(address)


def test_sharing_needs_a_store_and_an_account(tmp_path: Path, simulated_folder: Path) -> None:
    """Nothing is bound before that."""
    options = {"port": 0, "say": print, "home": tmp_path, "min_cell": 10}
    with pytest.raises(UsageError, match="needs a store"):
        serve_shared(str(simulated_folder), "127.0.0.1", **options)
    empty = f"sqlite:///{tmp_path / 'empty.db'}"
    OfficeStore(empty, create=True).interview("ada", at="2026-03-02T10:00+01:00")
    with pytest.raises(UsageError, match="add-account"):
        serve_shared(empty, "127.0.0.1", **options)


def test_the_program_answers_over_tls_at_its_address_alone(url: str, ids: dict[str, str], tmp_path: Path) -> None:
    """Started from outside: the certificate is the one whose fingerprint it printed, and plain HTTP gets nothing."""
    import hashlib
    import http.client

    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))}
    running = subprocess.Popen(
        [sys.executable, "-m", "followup_analytics", "open", url, "--share", "127.0.0.2", "--no-browser"],
        stdout=subprocess.PIPE, text=True, env=environment, cwd=tmp_path,
    )  # fmt: skip
    try:
        assert running.stdout is not None
        port = int(re.fullmatch(r"https://127\.0\.0\.2:(\d+)/", running.stdout.readline().strip())[1])
        printed = running.stdout.readline().split()[-1]
        certificate = ssl.get_server_certificate(("127.0.0.2", port))
        assert hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate)).digest().hex(":").upper() == printed
        trusting = ssl.create_default_context(cadata=certificate)
        with contextlib.closing(http.client.HTTPSConnection("127.0.0.2", port, context=trusting, timeout=20)) as asked:
            asked.request("GET", "/sign-in")
            assert asked.getresponse().status == 200
        with socket.create_connection(("127.0.0.2", port), 5) as plain:
            plain.sendall(b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.2\r\n\r\n")
            with contextlib.suppress(OSError):
                assert b"HTTP" not in plain.recv(1000)
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", port), 2)
    finally:
        running.terminate()
        running.wait(10)
        running.stdout.close()


@pytest.mark.parametrize("name", ["chosen", "stranger"])
def test_fuzzed_requests_never_fail(shared: Shared, name: str) -> None:
    """With and without an account: refused or answered, never a fault."""
    import random

    browser: Browser = shared.signed_in(ANA) if name == "chosen" else shared.browser()
    draw = random.Random(7)
    addresses = ["/", "/sign-in", "/today", "/today/entry", "/interviews/", "/report", "/job/x", "/files", "/static/"]
    pieces = ["name", "password", "key", "interview", "%00", "\u202e", "'", "<", "{{1}}", "../", "a" * 99, "="]
    for _ in range(200):
        address = draw.choice(addresses) + "".join(draw.choices(["", "?", "&", "/", "%2f"], k=2))
        fields = {draw.choice(pieces): draw.choice(pieces) for _ in range(2)}
        if draw.random() < 0.6:
            answer = browser.client.get(address, params=fields)
        else:
            answer = browser.client.post(address, data=fields, headers=draw.choice([OWN, {}]))
        assert answer.status_code < 500, (address, fields)


def test_the_commands_keep_accounts(followup, url: str, ids: dict[str, str], tmp_path: Path) -> None:
    """Added from a file, listed, taken away; no password on the command line."""
    secret = tmp_path / "secret"
    secret.write_text("a long password\n")
    made = followup("store", "add-account", url, "Uma Roy", "--role", "analyst", "--password-file", secret)
    assert made.code == 0
    assert "Uma Roy: analyst" in followup("store", "accounts", url).out
    assert {"name": "Uma Roy", "role": "analyst"} in followup("store", "accounts", url, "--json").results
    assert followup("store", "remove-account", url, "uma roy").code == 0
    assert read_accounts(url).find("Uma Roy") is None
    assert followup("store", "remove-account", url, "uma roy").code == 2
    assert followup("store", "add-account", url, "Uma Roy", "--role", "coach").code == 2
    assert followup("open", "--demo", "--share", "127.0.0.1").code == 2
    assert followup("open", url, "--share", "0.0.0.0").code == 2


# ---------------------------------------------------------------------------------------- what words and errors tell


def test_nobody_learns_whom_others_look_after(shared: Shared, ids: dict[str, str], url: str) -> None:
    """A name of the contact book, an id in other capitals and an id nearly right tell nothing of another's client."""
    ana = shared.signed_in(ANA)
    made = ana.post("/interviews/new", {"applicant": "Bea Gray"})
    assert made.status_code == 303
    assert "Bea Gray" not in ana.get(made.headers["location"]).text
    doubted = ana.post("/interviews/new", {"applicant": "BEA"}).headers["location"]
    assert "differs from this one" not in ana.get(doubted).text
    own = doubted.partition("?done=")[2]
    assert ana.post("/today/undo", {"key": own}).status_code == 303
    # An own one that is gone: the nearest of all ids was told.
    theirs = OfficeStore(url, write=True, coach=ANA).rows
    assert theirs.known_ids("interviews").to_list().count(ids[BEN]) == 0
    assert not theirs.find("interviews", [ids[BEN]]).height
    refused = ana.post("/today/entry", {"interview": own, "press": "voicemail"})
    assert refused.status_code == 400
    assert ids[BEN] not in refused.text


def test_a_merged_id_is_no_way_to_anothers_client(shared: Shared, url: str) -> None:
    """Whose id was made one with that of another's client is that client."""
    from followup_analytics.store import open_store
    from followup_analytics.store.persons import merge

    OfficeStore(url, write=True).interview("bea-2", at="3 days ago 10:00", coach=BEN)
    merge(open_store(url, write=True), "bea", "bea-2")
    ana = shared.signed_in(ANA)
    assert ana.post("/interviews/new", {"applicant": "bea-2"}).status_code == 400
    assert "Bea Gray" not in ana.get("/today?show=all").text


def test_no_coach_changes_whom_others_call(shared: Shared, url: str, ids: dict[str, str]) -> None:
    """What the contact book says of an employer where others have interviews too stays; what it lacks is added."""
    OfficeStore(url, write=True).employer("Beta Works", phone="+49 30 1234567")
    ana = shared.signed_in(ANA)
    entered = {"applicant": "cy", "employer": "beta works", "person": "Dr Roth", "phone": "+49 900 666"}
    told = ana.get(ana.post("/interviews/new", entered).headers["location"]).text
    assert "the phone in the contact book stayed as before" in told
    shown = shared.signed_in(BEN).get("/today?show=all").text
    assert "Dr Roth" in shown
    assert "900" not in shown
    entered = {"applicant": "cy", "employer": "Acme", "phone": "+49 900 666"}
    assert ana.post("/interviews/new", entered).status_code == 303
    assert ana.post("/interviews/new", {**entered, "phone": "+49 900 777"}).status_code == 303
    assert "900 777" in ana.get("/today?show=all").text


def test_no_sentence_says_where_the_store_lies(shared: Shared, tmp_path: Path) -> None:
    """Refusals name the store as the page does."""
    ana = shared.signed_in(ANA)
    refused = [ana.get("/interviews/iv-zzzzz"), ana.post("/today/entry", {"interview": "nobody", "press": "spoke"})]
    for answer in refused:
        assert answer.status_code == 400
        assert "there is no interview" in answer.text
        assert str(tmp_path) not in answer.text
        assert "postgresql:" not in answer.text


@pytest.mark.parametrize("name", ["/etc/passwd", "../x.toml", "followup.db.accounts"])
def test_no_map_is_a_path(shared: Shared, name: str) -> None:
    """A file of the machine is read by no field of a form."""
    eva = shared.signed_in(EVA)
    given = [("files", ("list.csv", b"a,b\n1,2\n", "text/csv"))]
    assert eva.post("/files", {"map": name}, files=given).status_code == 400
    drop = eva.post("/files", {}, files=given).headers["location"]
    assert eva.post(f"{drop}/options", {"map": name}).status_code == 400


def test_the_analyst_takes_no_rows_of_single_interviews(shared: Shared) -> None:
    """They have codes of people, and who brings files in could find the code of a person whom they know."""
    eva = shared.signed_in(EVA)
    for file in ("interviews.csv", "intervals.csv"):
        answer = eva.get(f"/claims/thank-you-note/{file}")
        assert answer.status_code == 400
        assert "applicant_id" not in answer.text
    assert eva.get("/claims/thank-you-note/verdict.R").status_code == 200


@pytest.mark.parametrize("address", ["/?stored=%C2%B2", "/report/x/%C2%B2.png"])
def test_figures_that_are_no_numbers_are_no_fault(shared: Shared, address: str) -> None:
    """Such as a raised two."""
    assert shared.signed_in(EVA).get(address).status_code < 500


# ------------------------------------------------------------------------------- who would keep others out, and how far


def test_strangers_lock_nobody_out_of_a_known_browser(shared: Shared) -> None:
    """Where somebody has signed in before, guesses from elsewhere don't count, and those made there do."""
    known, stranger = shared.signed_in(ANA), shared.browser()
    known.post("/sign-out", {})
    for number in range(FREE_TRIES):
        stranger.sign_in(ANA, "wrong password")
        shared.door.locks.begin(f"name {number}")
    assert stranger.sign_in(ANA, PASSWORDS[ANA]).status_code == 429
    assert known.sign_in(ANA, PASSWORDS[ANA]).status_code == 303
    for _ in range(FREE_TRIES):
        known.sign_in(ANA, "wrong password")
    assert known.sign_in(ANA, PASSWORDS[ANA]).status_code == 429


def test_a_known_browser_is_known_for_its_account_and_password(shared: Shared, url: str) -> None:
    """Its mark is no way around the lock of another name, nor of the same one with a new password."""
    ben = shared.signed_in(BEN)
    for _ in range(FREE_TRIES):
        ben.sign_in(ANA, "wrong password")
    assert ben.sign_in(ANA, PASSWORDS[ANA]).status_code == 429
    held = read_accounts(url)
    account = held.find(BEN)
    assert account is not None
    mark = browser_mark(account)
    assert is_marked(account, mark)
    for other in (None, "", "x", f"{mark}0", "\u00e9.\u00e9"):
        assert not is_marked(account, other)
    again = held.with_account(BEN, "coach", PASSWORDS[BEN]).find(BEN)
    assert again is not None
    assert not is_marked(again, mark)


def test_who_signs_in_often_ends_no_sessions_of_others() -> None:
    """Of one account ten last, of which the one that was idle longest goes first."""
    sessions, other = Sessions(clock=lambda: 0.0), Account("Ben", "coach", "")
    first = sessions.begin(other)
    own = [sessions.begin(Account("Ana", "coach", "")) for _ in range(600)]
    assert sessions.of(first) == other
    assert sum(sessions.of(one) is not None for one in own) == 10
    assert sessions.of(own[-1]) is not None


def test_signing_in_ends_the_session_before(shared: Shared) -> None:
    """Of whoever used this browser before, so that no cookie of it is left behind."""
    browser = shared.signed_in(ANA)
    kept = browser.client.cookies["__Host-followup_session"]
    assert browser.sign_in(BEN, PASSWORDS[BEN]).status_code == 303
    assert shared.door.sessions.of(kept) is None


def test_accounts_that_cannot_be_read_tell_nothing(shared: Shared, url: str) -> None:
    """Nobody comes in or goes on, and the answer has the headers of every other."""
    browser = shared.signed_in(ANA)
    accounts_path(url).chmod(0o644)
    for answer in (browser.get("/today"), shared.browser().sign_in(BEN, PASSWORDS[BEN])):
        assert answer.status_code == 503
        assert answer.headers["cache-control"] == "no-store"
        assert "chmod" not in answer.text
    assert shared.browser().get("/sign-in").status_code == 200


def test_a_request_that_grows_is_cut_off_with_a_sentence(shared: Shared) -> None:
    """Where the length was not said; with the headers of every answer."""
    pieces = (b"a" * 1000 for _ in range(40))
    headers = {**OWN, "content-type": "application/x-www-form-urlencoded"}
    answer = shared.browser().client.post("/sign-in", content=pieces, headers=headers)
    assert answer.status_code == 413
    assert answer.headers["cache-control"] == "no-store"


def test_nobody_takes_all_turns_of_long_work() -> None:
    """So many works of one person wait or run; then it is said."""
    works = Works(turns=Semaphore(0))
    begun = [works.begin((number,), "Work", print, (), then="/", take=str) for number in range(4)]
    with pytest.raises(UsageError, match="not done yet"):
        works.begin((9,), "Work", print, (), then="/", take=str)
    works.stop(begun[0].id)
    assert works.begin((9,), "Work", print, (), then="/", take=str).state == "running"
    works.end()
    for _ in range(5):
        works.turns.release()


def test_one_machine_takes_no_others_place() -> None:
    """Connections beyond the limit of one address are closed before anything is read; those that end make room."""
    with listener_at("127.0.0.1", 0, FairListener) as listener:
        port, held, ours = listener.getsockname()[1], [], []
        for _ in range(MOST_OF_ONE):
            ours.append(socket.create_connection(("127.0.0.1", port), 2))
            held.append(listener.accept()[0])
        with socket.create_connection(("127.0.0.1", port), 2), pytest.raises(BlockingIOError):
            listener.accept()
        other = socket.create_connection(("127.0.0.1", port), 2, source_address=("127.0.0.2", 0))
        held.append(listener.accept()[0])
        held.pop(0).close()
        ours.append(socket.create_connection(("127.0.0.1", port), 2))
        held.append(listener.accept()[0])
        for one in (*held, *ours, other):
            one.close()


def test_two_who_change_accounts_at_once_lose_none(url: str, ids: dict[str, str]) -> None:
    """Each change is made of the accounts as the one before it left them."""
    names = [f"Coach {number}" for number in range(6)]

    def add(name: str) -> None:
        change_accounts(url, lambda held: held.with_account(name, "coach", "a long password"))

    threads = [Thread(target=add, args=(name,)) for name in names]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert {one.name for one in read_accounts(url).by_name.values()} == {*PASSWORDS, *names}
