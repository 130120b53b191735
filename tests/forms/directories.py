"""Address books for the roster: Google Contacts (CSV) and vCards, with a roster that has names and no lines."""

from __future__ import annotations

import csv
import io

import polars as pl

from followup_analytics.log.followup_log import FollowUpLog
from forms.lines import PARTIES, roster

#: What stands in a card's title; a card that says nothing more leaves the party open.
TITLES = {"interviewer": "Interviewer", "hiring_team": "Recruiter", "receptionist": "Reception", "other": ""}
#: Whose lines an address book can tell.
TELLING = tuple(party for party in PARTIES if TITLES[party])


def _cards(log: FollowUpLog) -> list[tuple[str, str, str, str]]:
    """Name, title, number and address of everybody at the employers."""
    rows = roster(log).sort("interview_id").to_dicts()
    return [
        (_name(row["interview_id"], party), TITLES[party], row[f"{party}_numbers"], row[f"{party}_addresses"])
        for row in rows
        for party in PARTIES
    ]


def _name(interview: str, party: str) -> str:
    return f"Simulated {party.replace('_', ' ').title()} of {interview}".replace("Interviewer", "Person")


def google_contacts(log: FollowUpLog) -> bytes:
    """Everybody's card as Google Contacts exports them (CSV)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    headings = ["First Name", "Last Name", "Organization Name", "Organization Title"]
    writer.writerow([*headings, "E-mail 1 - Label", "E-mail 1 - Value", "Phone 1 - Label", "Phone 1 - Value"])
    for name, title, number, address in _cards(log):
        first, _, last = name.partition(" ")
        writer.writerow([first, last, "", title, "* Work", address, "Work", number])
    return out.getvalue().encode()


def vcards(log: FollowUpLog) -> bytes:
    """Everybody's card as a telephone exports them (vCard 3.0)."""
    made = []
    for name, title, number, address in _cards(log):
        first, _, last = name.partition(" ")
        said = [f"TITLE:{title}"] if title else []
        made += ["BEGIN:VCARD", "VERSION:3.0", f"N:{last};{first};;;", f"FN:{name}", *said]
        made += [f"TEL;TYPE=WORK:{number}", f"EMAIL;TYPE=WORK:{address}", "END:VCARD"]
    return ("\r\n".join(made) + "\r\n").encode()


def named_roster(log: FollowUpLog) -> bytes:
    """The roster with the names of people in place of their numbers and addresses (CSV)."""
    rows = roster(log)
    lines = [f"{party}_{kind}" for party in PARTIES for kind in ("numbers", "addresses")]
    names = ["; ".join(_name(interview, party) for party in PARTIES) for interview in rows["interview_id"]]
    return rows.drop(lines).with_columns(names=pl.Series(names, dtype=pl.String)).write_csv().encode()
