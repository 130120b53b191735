"""Address books for the roster: Google Contacts (CSV) and vCards add the numbers and addresses of employers.

An address book doesn't know interviews. Its entries are joined to the roster's interviews by the employer's name, or
by the name of a person that the roster gives; titles such as Recruiter or Reception tell whose line it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from followup_analytics.ingest.detect.sample import decode_head
from followup_analytics.ingest.linking.names import folded_name
from followup_analytics.ingest.linking.vcards import Card, read_vcards
from followup_analytics.ingest.parsing.telephone import contact_key, tail_key
from followup_analytics.sheets.tabular import header_key, read_raw_tables

_HEAD_BYTES = 65_536
_GOOGLE = (
    {"given_name", "phone_1_value"},
    {"first_name", "phone_1_value"},
    {"name", "phone_1_value"},
    {"first_name", "organization_name", "e_mail_1_value"},
    {"first_name", "last_name", "business_phone"},
    {"first_name", "last_name", "mobile_phone"},
    {"first_name", "last_name", "company", "e_mail_address"},
    {"vorname", "nachname", "firma"},
    {"prénom", "nom", "société"},
    {"nombre", "apellidos", "organización"},
    {"nombre", "apellidos", "empresa"},
)
_COMPANY = ("company", "firma", "société", "organización", "empresa")
_LINE_COLUMN = re.compile(
    r"(?:phone|e_mail)_\d+_value|\w*_phone(?:_\d)?|e_mail(?:_\d)?_address|company_main_phone|"
    r"(?:\w+_)?(?:telefon|mobiltelefon|téléphone|tél|teléfono|móvil)(?:_\w+)?|"
    r"e_mail(?:_\d)?_adresse|adresse_(?:de_messagerie|e_mail|électronique)\w*|dirección_de_correo\w*|correo\w*"
)


def is_directory(path: Path) -> bool:
    """Whether a file given as roster is an address book, by its first line."""
    if not path.is_file() or path.suffix.lower() not in (".vcf", ".vcard", ".csv", ".txt", ""):
        return False
    with path.open("rb") as file:
        first = decode_head(file.read(_HEAD_BYTES), path.name).lstrip("\ufeff \r\n\t").splitlines()[:1]
    if not first:
        return False
    if first[0].strip().upper() == "BEGIN:VCARD":
        return True
    cells = (first[0].split(mark) for mark in (",", ";", "\t"))
    headers = ({header_key(cell.strip().strip('"')) for cell in row} for row in cells)
    return any(signature <= header for header in headers for signature in _GOOGLE)


def read_directory(path: Path) -> list[Card]:
    """The entries of a vCard or Google Contacts file that have a number or an address."""
    with path.open("rb") as file:
        is_card = b"BEGIN:VCARD" in file.read(_HEAD_BYTES).replace(b"\0", b"").upper()
    return [card for card in (read_vcards(path) if is_card else _google(path)) if card.lines]


def directory_lines(cards: list[Card], roster: pl.DataFrame, region: str | None) -> list[tuple[str, str, str | None]]:
    """(key, interview_id, party) for every entry whose employer or person the roster names.

    roster: interview_id with employer and, where there are, names.
    """
    by_name: dict[str, list[str]] = {}
    for column in ("employer", "names"):
        if column in roster.columns:
            for interview, cell in roster.select("interview_id", column).iter_rows():
                for name in re.split(r"[;|]", cell or ""):
                    if folded_name(name) and interview:
                        by_name.setdefault(folded_name(name), []).append(interview.strip())
    found = []
    for card in cards:
        names = (folded_name(card.organisation), folded_name(card.name))
        interviews = dict.fromkeys(interview for name in names for interview in by_name.get(name, []))
        keys = [
            key for line in card.lines if (key := contact_key(line, region) or (tail_key(line) if not region else None))
        ]
        found += [(key, interview, card.party) for interview in interviews for key in keys]
    return found


def _key(line: str, region: str | None) -> str | None:
    """The key of a line; where nobody says which country's it is, a weak one."""
    key = contact_key(line, region)
    return tail_key(line) if key is None and region is None and "@" not in line else key


def _google(path: Path) -> Iterator[Card]:
    for table in read_raw_tables(path):
        keys = {name: header_key(name) for name in table.columns}
        lines = [name for name, key in keys.items() if _LINE_COLUMN.fullmatch(key)]
        for row in table.frame.iter_rows(named=True):
            said = {keys[name]: str(row[name] or "").strip() for name in table.columns}
            # The service writes several values of one kind into a cell, with three colons between them.
            values = [part.strip() for name in lines for part in str(row[name] or "").split(":::")]
            yield Card(
                said.get("name")
                or _joined(said, "first_name", "last_name")
                or _joined(said, "given_name", "family_name")
                or _joined(said, "vorname", "nachname")
                or _joined(said, "prénom", "nom")
                or _joined(said, "nombre", "apellidos"),
                said.get("organization_name")
                or said.get("organization_1_name")
                or next((said[name] for name in _COMPANY if said.get(name)), ""),
                said.get("organization_title") or said.get("organization_1_title") or said.get("job_title", ""),
                tuple(value for value in values if value),
            )


def _first(said: Mapping[str, str], *names: str) -> str:
    return next((said[name] for name in names if said.get(name)), "")


def _joined(said: Mapping[str, str], *names: str) -> str:
    return " ".join(said[name] for name in names if said.get(name))
