"""Who the local page talks to: a test for every line of docs/threats-of-the-page.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from followup_analytics.web.desk import Desk
from followup_analytics.web.house import House
from followup_analytics.web.safety import Keys
from followup_analytics.web.server import local_app

HOST = "127.0.0.1:8000"
HOME = f"http://{HOST}"
COOKIE = "followup_session"
OWN = {"sec-fetch-site": "same-origin", "origin": HOME}


class Page:
    """The page of one run, as a browser on this machine sees it."""

    def __init__(self, source: str | None, home: Path) -> None:
        self.keys, self.closed = Keys(), []
        self.house = House(Desk(source, home))
        self.app = local_app(
            self.house, hosts=frozenset({HOST}), keys=self.keys, close=lambda: self.closed.append(True)
        )
        self.client = TestClient(self.app, base_url=HOME, follow_redirects=False)

    def enter(self) -> TestClient:
        """Open the link, as the person does who started the page."""
        assert self.client.get(f"/open?token={self.keys.link}").status_code == 303
        return self.client

    def post(self, address: str, fields: dict[str, str], **more: object):  # type: ignore[no-untyped-def]
        """Send a form as a page of ours does."""
        return self.client.post(address, data={"form_token": self.house.form, **fields}, headers=OWN, **more)


@pytest.fixture
def page(simulated_folder: Path, tmp_path: Path):
    """The page on a simulated log."""
    made = Page(str(simulated_folder), tmp_path)
    with made.client:
        yield made


@pytest.fixture
def empty(tmp_path: Path):
    """The page with nothing open yet."""
    made = Page(None, tmp_path)
    with made.client:
        yield made


def test_the_link_works_once(page: Page) -> None:
    """The first who opens it gets the cookie, a second gets none."""
    link = f"/open?token={page.keys.link}"
    first = page.client.get(link)
    assert first.status_code == 303
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert page.client.get(link).status_code == 403


@pytest.mark.parametrize("token", ["", "wrong", "\u00e9", "x" * 5000])
def test_a_wrong_link_opens_nothing(page: Page, token: str) -> None:
    """And it leaves the right one as it is."""
    assert page.client.get("/open", params={"token": token}).status_code == 403
    page.enter()


@pytest.mark.parametrize("address", ["/", "/rates", "/today", "/files", "/interviews/x", "/nothing"])
def test_nothing_is_shown_without_the_cookie(page: Page, address: str) -> None:
    """Another program of this machine that finds the port gets one sentence."""
    answer = page.client.get(address)
    assert answer.status_code == 403
    assert "<" not in answer.text
    assert page.client.get(address, cookies={COOKIE: "guess"}).status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:9", "localhost.evil.example:8000", ""])
def test_a_foreign_host_is_refused(page: Page, host: str) -> None:
    """A name that was made to lead here (DNS rebinding) is answered with 400."""
    page.enter()
    assert page.client.get("/", headers={"host": host}).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
        {"sec-fetch-site": "same-site", "origin": HOME},
        {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
        {"origin": "null"},
        {},
    ],
    ids=["cross-site", "same-site", "origins that disagree", "null origin", "nothing said"],
)
def test_forms_of_other_sites_are_refused(page: Page, headers: dict[str, str]) -> None:
    """Also where they know the form's token."""
    page.enter()
    answer = page.client.post("/close", data={"form_token": page.house.form}, headers=headers)
    assert answer.status_code == 403
    assert page.closed == []


@pytest.mark.parametrize("token", [None, "", "wrong"])
def test_a_form_needs_the_token_of_this_run(page: Page, token: str | None) -> None:
    """A form of an earlier run, or one that was made up, changes nothing."""
    page.enter()
    fields = {} if token is None else {"form_token": token}
    assert page.client.post("/close", data=fields, headers=OWN).status_code == 403
    assert page.closed == []


def test_every_answer_carries_the_headers(page: Page) -> None:
    """Refusals too: no script but ours, no frame around it, nothing kept in a cache."""
    answers = [page.client.get("/"), page.enter().get("/"), page.client.get("/nothing"), page.client.get("/static/x")]
    assert len(answers) == 4
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_fault_carries_them_too(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing of what failed but its kind."""

    def broken(self: object) -> None:
        raise RuntimeError("Ada Lovelace")

    page.enter()
    monkeypatch.setattr(Desk, "log", broken)
    answer = page.client.get("/rates")
    assert answer.status_code == 500
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "Ada" not in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(page: Page, method: str) -> None:
    """The page reads and takes forms."""
    page.enter()
    assert page.client.request(method, "/", headers=OWN).status_code == 405


@pytest.mark.parametrize("address", ["/static/../web/server.py", "/static/%2e%2e/server.py", "/static//etc/passwd"])
def test_static_addresses_are_no_paths(page: Page, address: str) -> None:
    """Only the files of the static folder are given."""
    page.enter()
    assert page.client.get(address).status_code in (403, 404)


def test_too_large_a_request_is_refused_before_it_is_read(page: Page) -> None:
    """What says that it is over 100 MB gets 413."""
    page.enter()
    answer = page.client.post("/files", content=b"", headers={**OWN, "content-length": str(101 * 1024 * 1024)})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "name", ["../../evil.csv", "/etc/passwd", "a\x00b.csv", "\u202egnp.csv", "=cmd.csv", "x" * 300]
)
def test_names_of_files_are_never_paths(empty: Page, tmp_path: Path, name: str) -> None:
    """Dropped files lie under names of our own; nothing is written elsewhere, and the answer is a sentence."""
    empty.enter()
    answer = empty.post("/files", {}, files=[("files", (name, b"a,b\n1,2\n", "text/csv"))])
    assert answer.status_code in (303, 400)
    written = [one for one in empty.house.tray.folder.rglob("*") if one.is_file()]
    assert [one.name for one in written if not re.fullmatch(r"[\w -]{1,80}(\.[a-z0-9]{1,12})?", one.name)] == []
    # Each lies in a folder of its own, of the drop.
    assert {len(one.relative_to(empty.house.tray.folder).parts) for one in written} <= {3}
    assert list(tmp_path.iterdir()) == []


def test_what_was_dropped_is_gone_with_the_page(tmp_path: Path) -> None:
    """The folder of dropped files is removed when the page ends."""
    made = Page(None, tmp_path)
    with made.client:
        made.enter()
        made.post("/files", {}, files=[("files", ("a.csv", b"a\n1\n", "text/csv"))])
        folder = made.house.tray.folder
        assert any(folder.rglob("a.csv"))
    assert not folder.exists()


def test_strings_of_a_log_are_never_markup(tmp_path: Path) -> None:
    """An employer called like a script is shown as it is called."""
    hostile = "<script>alert(1)</script>"
    made = Page(None, tmp_path)
    with made.client:
        made.enter()
        fields = {"applicant": "ada", "at": "2026-03-02T10:00+01:00", "employer": hostile}
        assert made.post("/interviews/new", fields).status_code == 303
        text = made.client.get("/today?show=all").text
    assert hostile not in text
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize("requests", [400, pytest.param(2_000, marks=pytest.mark.slow)])
def test_fuzzed_requests_never_fail(page: Page, requests: int) -> None:
    """Hundreds of requests of drawn addresses, fields and headers: refused or answered, never a fault."""
    import random

    page.enter()
    draw = random.Random(7)
    addresses = [
        "/",
        "/rates",
        "/curve",
        "/claims/x",
        "/report",
        "/files/x/store",
        "/today/entry",
        "/today/undo",
        "/static/",
    ]
    pieces = ["by", "within", "cohort", "1e999", "nan", "-1", "%00", "\u202e", "'", "<", "{{1}}", "../", "a" * 99, "="]
    for _ in range(requests):
        address = draw.choice(addresses) + "".join(draw.choices(["", "?", "&", "/", "%2f"], k=2))
        fields = {draw.choice(pieces): draw.choice(pieces) for _ in range(2)}
        if draw.random() < 0.5:
            # Answers of the log are kept, so that this asks for refusals and pages, not for statistics.
            answer = page.client.get(
                address if "rates" not in address and "curve" not in address else "/", params=fields
            )
        else:
            token = draw.choice([page.house.form, "x", ""])
            answer = page.client.post(address, data={"form_token": token, **fields}, headers=draw.choice([OWN, {}]))
        assert answer.status_code < 500, (address, fields)


def test_the_port_is_on_the_loopback_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The socket that is listened on has the loopback's address."""
    import uvicorn

    from followup_analytics.web.server import serve

    seen = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: seen.extend(sockets))
    said: list[str] = []
    serve(None, browser=False, say=said.append)
    assert [one.getsockname()[0] for one in seen] == ["127.0.0.1"]
    seen[0].close()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/open\?token=[\w-]{20,}", said[0])
