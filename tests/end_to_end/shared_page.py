"""A page that is shared on an office's network, as the browsers of its coaches and its analyst see it."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.testclient import TestClient

from followup_analytics.track import OfficeStore
from followup_analytics.web.accounts import Accounts, write_accounts
from followup_analytics.web.desk import Desk
from followup_analytics.web.sharing import SignInDoor, shared_app

HOST = "192.168.1.20:8443"
HOME = f"https://{HOST}"
OWN = {"sec-fetch-site": "same-origin", "origin": HOME}
PASSWORDS = {"Ana Ruiz": "correct horse battery", "Ben Kim": "staple of the day 77", "Eva Lind": "nine quiet rivers"}


def an_office(url: str) -> dict[str, str]:
    """Make a store with an interview of each of two coaches, and accounts of both and of an analyst; the ids."""
    store = OfficeStore(url, create=True)
    made = {}
    for coach, client, name, employer in (
        ("Ana Ruiz", "ada", "Ada Ford", "Acme"),
        ("Ben Kim", "bea", "Bea Gray", "Beta Works"),
    ):
        made[coach] = store.interview(
            client, at="4 days ago 10:00", employer=employer, coach=coach, time_zone="Europe/Berlin"
        ).id
        store.person(client, name=name)
    accounts = Accounts()
    for name, password in PASSWORDS.items():
        accounts = accounts.with_account(name, "analyst" if name == "Eva Lind" else "coach", password)
    write_accounts(url, accounts)
    return made


class Shared:
    """The shared page of one run."""

    def __init__(self, url: str, home: Path) -> None:
        self.door = SignInDoor(Desk(url, home, min_cell=1))
        self.app = shared_app(self.door, hosts=frozenset({HOST}))

    def browser(self) -> Browser:
        """A browser that nobody has signed in with."""
        return Browser(TestClient(self.app, base_url=HOME, follow_redirects=False))

    def signed_in(self, name: str) -> Browser:
        """A browser in which somebody is signed in."""
        made = self.browser()
        assert made.sign_in(name, PASSWORDS[name]).status_code == 303
        return made


class Browser:
    """One browser."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def sign_in(self, name: str, password: str):  # type: ignore[no-untyped-def]
        """Send the form of the sign-in page."""
        return self.client.post("/sign-in", data={"name": name, "password": password}, headers=OWN)

    def get(self, address: str):  # type: ignore[no-untyped-def]
        """Ask for a page."""
        return self.client.get(address)

    def post(self, address: str, fields: dict[str, str], **more: object):  # type: ignore[no-untyped-def]
        """Send a form with the token of a page of this browser's own."""
        shown = self.client.get("/interviews/new").text + self.client.get("/files").text
        token = re.search(r'name="form_token" value="([^"]+)"', shown)
        assert token is not None
        return self.client.post(address, data={"form_token": token[1], **fields}, headers=OWN, **more)
