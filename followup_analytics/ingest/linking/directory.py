"""Address books for the roster: Google Contacts (CSV) and vCards add the numbers and addresses of employers.

An address book doesn't know interviews. Its entries are joined to the roster's interviews by the employer's name, or
by the name of a person that the roster gives; titles such as Recruiter or Reception tell whose line it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from followup_analytics.ingest.parsing.telephone import contact_key
from followup_analytics.sheets.tabular import decode, header_key, read_raw_tables

_LONGEST_LINE = 100_000
_GOOGLE = (
    {"given_name", "phone_1_value"},
    {"first_name", "phone_1_value"},
    {"name", "phone_1_value"},
    {"first_name", "organization_name", "e_mail_1_value"},
)
_PARTIES = (
    (re.compile(r"(?i)recruit|human resources|\bhr\b|talent|hiring"), "hiring_team"),
    (re.compile(r"(?i)reception|front desk|switchboard|office manager"), "receptionist"),
    (re.compile(r"(?i)interviewer"), "interviewer"),
)


@dataclass(frozen=True)
class Card:
    """One entry of an address book: whose it is, and how to reach them."""

    name: str
    organisation: str
    title: str
    lines: tuple[str, ...]

    @property
    def party(self) -> str | None:
        """Who answers, as far as the title says it."""
        return next((party for pattern, party in _PARTIES if pattern.search(f"{self.title} {self.name}")), None)


def is_directory(path: Path) -> bool:
    """Whether a file given as roster is an address book."""
    if path.suffix.lower() in (".vcf", ".vcard"):
        return True
    if path.suffix.lower() != ".csv" or not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.readline(_LONGEST_LINE).decode("utf-8-sig", "replace")
    header = {header_key(cell.strip().strip('"')) for cell in head.split(",")}
    return any(signature <= header for signature in _GOOGLE)


def read_directory(path: Path) -> list[Card]:
    """The entries of a vCard or Google Contacts file that have a number or an address."""
    cards = _vcards(path) if path.suffix.lower() in (".vcf", ".vcard") else _google(path)
    return [card for card in cards if card.lines]


def directory_lines(cards: list[Card], roster: pl.DataFrame, region: str | None) -> list[tuple[str, str, str | None]]:
    """(key, interview_id, party) for every entry whose employer or person the roster names.

    roster: interview_id with employer and, where there are, names.
    """
    by_name: dict[str, list[str]] = {}
    for column in ("employer", "names"):
        if column in roster.columns:
            for interview, cell in roster.select("interview_id", column).iter_rows():
                for name in re.split(r"[;|]", cell or ""):
                    if name.strip() and interview:
                        by_name.setdefault(_plain(name), []).append(interview.strip())
    found = []
    for card in cards:
        interviews = dict.fromkeys(by_name.get(_plain(card.organisation), []) + by_name.get(_plain(card.name), []))
        keys = [key for line in card.lines if (key := contact_key(line, region))]
        found += [(key, interview, card.party) for interview in interviews for key in keys]
    return found


def _plain(name: str) -> str:
    """A name without case, marks and the words for a kind of company."""
    words = re.sub(r"[^\w\s]", " ", name.casefold()).split()
    return (
        " ".join(word for word in words if word not in ("inc", "ltd", "llc", "gmbh", "ag", "co", "corp", "plc")) or "\0"
    )


def _google(path: Path) -> Iterator[Card]:
    for table in read_raw_tables(path):
        keys = {name: header_key(name) for name in table.columns}
        lines = [name for name, key in keys.items() if re.fullmatch(r"(?:phone|e_mail)_\d+_value", key)]
        for row in table.frame.iter_rows(named=True):
            said = {keys[name]: str(row[name] or "").strip() for name in table.columns}
            # The service writes several values of one kind into a cell, with three colons between them.
            values = [part.strip() for name in lines for part in str(row[name] or "").split(":::")]
            yield Card(
                said.get("name")
                or _joined(said, "first_name", "last_name")
                or _joined(said, "given_name", "family_name"),
                said.get("organization_name") or said.get("organization_1_name", ""),
                said.get("organization_title") or said.get("organization_1_title", ""),
                tuple(value for value in values if value),
            )


def _joined(said: Mapping[str, str], *names: str) -> str:
    return " ".join(said[name] for name in names if said.get(name))


def _vcards(path: Path) -> Iterator[Card]:
    data = path.read_bytes()
    text, _ = decode(data, path.name)
    unfolded = re.sub(r"\r?\n[ \t]", "", text if text is not None else data.decode("utf-8-sig"))
    said: dict[str, list[str]] | None = None
    for line in unfolded.splitlines():
        head, _, value = line[:_LONGEST_LINE].partition(":")
        name = head.split(";")[0].rpartition(".")[2].upper()
        if name == "BEGIN" and value.strip().upper() == "VCARD":
            said = {}
        elif name == "END" and said is not None:
            yield _card(said)
            said = None
        elif said is not None:
            said.setdefault(name, []).append(value.strip())


def _card(said: Mapping[str, list[str]]) -> Card:
    def first(name: str) -> str:
        return said.get(name, [""])[0].replace("\\,", ",").replace("\\;", ";")

    lines = [value.removeprefix("tel:") for value in said.get("TEL", [])] + said.get("EMAIL", [])
    return Card(
        first("FN"), first("ORG").split(";")[0], first("TITLE") or first("ROLE"), tuple(line for line in lines if line)
    )
