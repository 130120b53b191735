"""Eight people at once on one shared page, on either database: nothing is lost, and nobody sees a fault."""

from __future__ import annotations

import http.client
import re
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from local_page import program
from postgres_server import a_database, postgres_programs, postgres_server

from followup_analytics import open_store
from followup_analytics.web.accounts import Accounts, write_accounts

pytestmark = pytest.mark.slow
argon2 = pytest.importorskip("argon2", reason="the extra `share` is not installed")
COACHES, SECONDS, PASSWORD = 7, 20.0, "a password for all"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A store with accounts of coaches with two interviews each, and of an analyst."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    if request.param == "sqlite":
        yield an_office(f"sqlite:///{tmp_path}/followup.db")
        return
    pytest.importorskip("psycopg_pool")
    if postgres_programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres_server() as server:
        yield an_office(a_database(server))


def an_office(url: str) -> str:
    """Make the store."""
    store, accounts = open_store(url, create=True), Accounts().with_account("Eva", "analyst", PASSWORD)
    for number in range(COACHES):
        accounts = accounts.with_account(f"Coach {number}", "coach", PASSWORD)
        for employer in ("Acme", "Beta"):
            store.interview(
                f"client {number}", employer=f"{employer} {number}", coach=f"Coach {number}", at="4 days ago 10:00",
                time_zone="Europe/Berlin",
            )  # fmt: skip
    write_accounts(url, accounts)
    return url


class Browser:
    """One person's browser: what was stored, and how each request ended."""

    def __init__(self, home: str, name: str, trusting: ssl.SSLContext) -> None:
        self.home, self.name = urlsplit(home), name
        self.connection = http.client.HTTPSConnection(
            str(self.home.hostname), self.home.port, context=trusting, timeout=60
        )
        self.cookie, self.token = "", ""
        self.stored: list[str] = []
        self.ended: list[tuple[int, float]] = []

    def ask(self, address: str, fields: dict[str, str] | None = None) -> tuple[str, str]:
        """Ask for a page or send a form; what came, and where it leads."""
        own = {"sec-fetch-site": "same-origin", "cookie": self.cookie}
        begun = time.perf_counter()
        if fields is None:
            self.connection.request("GET", address, headers=own)
        else:
            own["content-type"] = "application/x-www-form-urlencoded"
            self.connection.request("POST", address, urlencode({"form_token": self.token, **fields}), own)
        answer = self.connection.getresponse()
        text = answer.read().decode("utf-8")
        self.ended.append((answer.status, time.perf_counter() - begun))
        if given := answer.getheader("set-cookie"):
            self.cookie = given.partition(";")[0]
        return text, answer.getheader("location") or ""

    def enter(self) -> None:
        """Sign in."""
        _, leads = self.ask("/sign-in", {"name": self.name, "password": PASSWORD})
        found = re.search(r'name="form_token" value="([^"]+)"', self.ask(leads)[0])
        assert found is not None
        self.token = found[1]

    def coach(self, until: float) -> None:
        """Look at the cards, press a button of each, take one of three back, look at the story."""
        self.enter()
        cards = re.findall(r'href="/interviews/(iv-\w+)"', self.ask("/today?show=all")[0])
        assert len(set(cards)) == 2
        number = 0
        while time.monotonic() < until:
            number += 1
            interview = cards[number % 2]
            if number % 4 == 3:
                fields = {"line": f"acme {self.name[-1]} voicemail today"}
                text, leads = self.ask("/today/quick", fields)
            else:
                text, leads = self.ask("/today/entry", {"interview": interview, "press": "no_answer"})
            assert "done=ct-" in leads, text
            self.stored.append(leads.partition("done=")[2])
            assert "Take it back" in self.ask(leads)[0]
            if number % 3 == 0:
                assert "undone" in self.ask("/today/undo", {"key": self.stored[-1]})[1]
                self.stored.pop()
            story = self.ask(f"/interviews/{interview}")[0]
            assert not any(f"Acme {one}" in story for one in range(COACHES) if str(one) != self.name[-1])

    def analyst(self, until: float) -> None:
        """Look at answers of the log as it grows."""
        self.enter()
        while time.monotonic() < until:
            for address in ("/", "/rates?by=channel", "/curve", "/quality"):
                text = self.ask(address)[0]
                assert "<h1>" in text


def test_eight_people_lose_nothing(url: str, tmp_path: Path) -> None:
    """Every entry that was acknowledged and not taken back is stored; no fault; the store verifies."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    with program(url, "--share", "127.0.0.2", "--min-cell", "1", folder=tmp_path) as home:
        people = [Browser(home, f"Coach {number}", trusting) for number in range(COACHES)]
        people.append(Browser(home, "Eva", trusting))
        until = time.monotonic() + SECONDS
        with ThreadPoolExecutor(len(people)) as at_once:
            done = [at_once.submit(one.analyst if one.name == "Eva" else one.coach, until) for one in people]
            for one in done:
                one.result()
        for one in people:
            one.connection.close()
    statuses = {status for one in people for status, _ in one.ended}
    assert statuses <= {200, 303}
    told = {key for one in people for key in one.stored}
    store = open_store(url)
    assert set(store.rows.known_ids("contacts")) == told
    assert len(told) > COACHES
    assert all(check.ok for check in store.verify())
