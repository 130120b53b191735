"""The roster: which numbers and addresses belong to which interview, and who answers them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from followup_analytics.errors import DataError, UnreadableError
from followup_analytics.ingest.linking.directory import directory_lines, is_directory, read_directory
from followup_analytics.ingest.linking.names import folded_name
from followup_analytics.ingest.linking.vcards import Card
from followup_analytics.ingest.parsing.telephone import contact_key, home_region, tail_key
from followup_analytics.log.checks import CheckedTable, check_table
from followup_analytics.log.schema import INTERVIEWS, PARTIES
from followup_analytics.log.zones import country_of_zone
from followup_analytics.sheets.tabular import (
    PARQUET_SUFFIXES,
    ROW,
    WORKBOOK_SUFFIXES,
    RawTable,
    header_key,
    read_raw_tables,
    require_regular,
)
from followup_analytics.text import nearest, undo_formula_safe

#: Headers as offices write them, for each thing that a roster says.
ALIASES: dict[str, tuple[str, ...]] = {
    "interview_id": ("interview", "id"),
    "applicant_id": ("applicant", "student_id", "student", "candidate_id", "candidate"),
    "employer": ("company", "organisation", "organization"),
    "interviewed_at": ("interview_date", "interview_at", "interview_time", "date_of_interview"),
    "numbers": (
        "number",
        "phone",
        "phones",
        "phone_number",
        "phone_numbers",
        "telephone",
        "telephones",
        "tel",
        "mobile",
        "mobile_phone",
        "mobile_number",
        "cell",
        "cell_phone",
        "office_phone",
        "work_phone",
        "business_phone",
        "direct_line",
        "direct_phone",
        "contact_phone",
        "contact_number",
        "recruiter_phone",
        "hr_phone",
        "employer_phone",
        "company_phone",
        "telefon",
        "telefonnummer",
        "rufnummer",
        "handy",
        "mobil",
        "teléfono",
        "telefono",
        "móvil",
        "téléphone",
        "portable",
    ),
    "addresses": (
        "address",
        "email",
        "emails",
        "e_mail",
        "e_mails",
        "email_address",
        "email_addresses",
        "domain",
        "domains",
        "contact_email",
        "recruiter_email",
        "hr_email",
        "employer_email",
        "company_email",
        "mail",
        "e_mail_adresse",
        "correo",
        "courriel",
    ),
    "names": ("name", "contact_name", "contact_names", "contact", "contacts", "person"),
    "party": ("role",),
    "own_numbers": ("applicant_number", "applicant_numbers", "applicant_phone", "own_number"),
    "own_addresses": ("applicant_address", "applicant_addresses", "applicant_email", "own_address"),
    "calendar_uid": ("uid", "calendar_uids"),
}
_LINES = {
    f"{party}_{kind}": party
    for party in PARTIES
    if party != "none"
    for kind in ("numbers", "addresses", "number", "address")
}
#: A semicolon before `ext=` belongs to the number, and a comma before few digits is a pause that is dialled.
_SEPARATORS = re.compile(
    r"[|\n\r\t]+|;(?!\s*ext=)|\s//\s|&amp;|(?<!,),(?!,)\s*(?=[+(@A-Za-z]|\d[\d\s().\-]{6,})|"
    r"\s(?:or|and|und|oder|et|ou|o|y|&)\s+(?=[+(\d])",
    re.IGNORECASE,
)
_WHOLE_NUMBER = 7
#: What may stand in several columns of a roster: all of them count.
_SEVERAL_COLUMNS = ("numbers", "addresses", "names", "own_numbers", "own_addresses")
#: What a roster says about people and lines is used for linking and never stored.
_NOT_STORED = ("numbers", "addresses", "names", "party", "own_numbers", "own_addresses", "calendar_uid", *_LINES)

LINES_SCHEMA = {"key": pl.String, "interview_id": pl.String, "party": pl.String}
INTERVIEW_SCHEMA = {
    "interview_id": pl.String,
    "applicant_id": pl.String,
    "start_us": pl.Int64,
    "start_day": pl.Int32,  # its local date, in days since 1970-01-01
    "end_us": pl.Int64,
    "by_day": pl.Boolean,
}


@dataclass(frozen=True)
class Roster:
    """Lines (key, interview_id, party) and what is known of the interviews they lead to.

    `interviews`: the roster's own interviews, checked, where it has what the table needs; `own` maps the key of an
    applicant's own number or address to the applicant_id; `region` is where numbers without a country code belong.
    """

    lines: pl.DataFrame
    interviews: CheckedTable | None
    own: dict[str, str]
    region: str | None
    region_from: str
    employers: pl.DataFrame  # lines by the employer's name, which count where no other line does
    unreadable: Sequence[int]  # rows whose numbers or addresses are none


def read_roster(paths: Sequence[Path], *, time_zone: str | None = None, region: str | None = None) -> Roster:
    """Read one or several roster files: spreadsheets of any kind, and address books that add lines by employer.

    Raises DataError when a file has no interview_id, or neither numbers nor addresses.
    """
    for path in paths:
        _require_table(path)
    books = [card for path in paths if is_directory(path) for card in read_directory(path)]
    tables = [
        _named(table, lines_elsewhere=bool(books))
        for path in paths
        if not is_directory(path)
        for table in read_raw_tables(path, _words())
    ]
    if not tables:
        raise DataError(f"{paths[0].name}: an address book has no interviews; give the roster itself too (--roster).")
    frames = [table.frame for table in tables]
    found, how = _region(frames, books, time_zone, region)
    lines, unreadable = _lines(frames, found)
    entries = [entry for frame in frames for entry in directory_lines(books, frame, found)]
    further = pl.DataFrame(entries, schema=LINES_SCHEMA, orient="row")
    lines = pl.concat([lines, further]).unique(["key", "interview_id"], keep="first", maintain_order=True)
    own = {key: who for frame in frames for key, who in _own(frame, found)}
    checked = [one for table in tables if (one := _interviews(table, time_zone)) is not None]
    return Roster(lines, _merged(checked), own, found, how, _employers(frames), unreadable)


def _require_table(path: Path) -> None:
    """Raise UnreadableError for a roster that is JSON or XML: a table or an address book is meant."""
    require_regular(path)
    if not path.is_file() or path.suffix.lower() in (*WORKBOOK_SUFFIXES, *PARQUET_SUFFIXES):
        return
    with path.open("rb") as file:
        start = file.read(1024).lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    if start in (b"{", b"[", b"<"):
        raise UnreadableError(
            f"{path.name}: the roster is {'XML' if start == b'<' else 'JSON'}, where a table (.csv, .xlsx) or an "
            "address book (.vcf) was meant; export it as one of these."
        )


def _words() -> set[str]:
    return {*ALIASES, *(alias for names in ALIASES.values() for alias in names), *_LINES, *INTERVIEWS.names}


def _named(table: RawTable, *, lines_elsewhere: bool = False) -> RawTable:
    """The roster with the contract's headers for the aliases that people use."""
    keys = {name: header_key(name) for name in table.columns}
    names: dict[str, str] = {}
    further: dict[str, list[str]] = {}
    for wanted, aliases in ALIASES.items():
        fitting = [name for alias in (wanted, *aliases) for name, key in keys.items() if key == alias]
        if fitting:
            names[fitting[0]] = wanted
        if len(fitting) > 1 and wanted in _SEVERAL_COLUMNS:
            further[wanted] = [name for name in fitting[1:] if keys[name] not in INTERVIEWS.names]
    names.update({name: key for name, key in keys.items() if key in (*_LINES, *INTERVIEWS.names) and name not in names})
    frame = table.frame.rename(names).with_columns(
        pl.concat_str([pl.col(wanted), *(pl.col(name) for name in others)], separator="\n", ignore_nulls=True)
        for wanted, others in further.items()
    )
    frame = frame.drop(name for others in further.values() for name in others)
    if "interview_id" not in frame.columns:
        guess = nearest("interview_id", table.columns)
        hint = f"; {guess!r} looks like it: rename it" if guess else "; add it, so that calls can be tied to interviews"
        raise DataError(f"{table.place}: the roster has no column interview_id{hint}.")
    if not lines_elsewhere and not any(
        name in frame.columns for name in ("numbers", "addresses", "names", "calendar_uid", *_LINES)
    ):
        raise DataError(
            f"{table.place}: the roster has neither numbers nor addresses, so no call can be tied to an interview; "
            "add a column numbers or addresses."
        )
    return replace(table, frame=frame)


def split_cell(cell: str) -> list[str]:
    """The numbers or addresses of one cell, which people separate by semicolon, bar, line, stroke, comma or a word."""
    pieces = [part for piece in _SEPARATORS.split(cell) for part in _strokes(piece)]
    return [part for piece in pieces if (part := undo_formula_safe(piece.strip()))]


def _strokes(text: str) -> list[str]:
    """The parts of a text with strokes: two numbers, or one whose area code is parted by it, as in 030/23125001."""
    parts = [part for part in text.split("/") if part.strip()]
    whole = len(parts) > 1 and all(sum(letter.isdigit() for letter in part) >= _WHOLE_NUMBER for part in parts)
    return parts if whole else [text]


def _entries(frame: pl.DataFrame) -> Iterable[tuple[str, str, str | None, str, int]]:
    """(interview_id, text, party, kind, row) for every number, address, name and calendar uid of a roster."""
    columns = [name for name in ("numbers", "addresses", "names", "calendar_uid", *_LINES) if name in frame.columns]
    party_column = ["party"] if "party" in frame.columns else []
    for row in frame.select(ROW, "interview_id", *party_column, *columns).iter_rows(named=True):
        if not row["interview_id"]:
            continue
        default = header_key(row.get("party") or "") or None
        for column in columns:
            party = _LINES.get(column, default)
            for text in split_cell(str(row[column] or "")):
                yield row["interview_id"].strip(), text, party if party in PARTIES else None, column, row[ROW]


def _lines(frames: Sequence[pl.DataFrame], region: str | None) -> tuple[pl.DataFrame, list[int]]:
    rows: list[tuple[str, str, str | None]] = []
    unreadable: list[int] = []
    for frame in frames:
        for interview, text, party, column, row in _entries(frame):
            key = line_key(text, column, region)
            if key is None:
                unreadable.append(row)
            else:
                rows.append((key, interview, party))
    return pl.DataFrame(rows, schema=LINES_SCHEMA, orient="row").unique(
        ["key", "interview_id"], keep="first", maintain_order=True
    ), unreadable


def _employers(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Lines by the employer's name: who writes through an applicant system is known by nothing else."""
    rows = [
        (f"employer:{folded}", interview.strip(), None)
        for frame in frames
        if "employer" in frame.columns
        for interview, name in frame.select("interview_id", "employer").drop_nulls().iter_rows()
        if (folded := folded_name(name))
    ]
    return pl.DataFrame(rows, schema=LINES_SCHEMA, orient="row").unique(maintain_order=True)


def line_key(text: str, column: str, region: str | None) -> str | None:
    """The key under which a roster's entry is looked up."""
    if column == "names":
        return name_key(text)
    if column == "calendar_uid":
        return f"uid:{text}"
    key = contact_key(text, region)
    return tail_key(text) if key is None and region is None else key


def name_key(name: str) -> str:
    """The key of a person's or firm's name, however it is written."""
    return f"name:{folded_name(name)}"


def _own(frame: pl.DataFrame, region: str | None) -> Iterable[tuple[str, str]]:
    columns = [name for name in ("own_numbers", "own_addresses") if name in frame.columns]
    if not columns or "applicant_id" not in frame.columns:
        return
    for row in frame.select("applicant_id", *columns).iter_rows(named=True):
        for text in (text for column in columns for text in split_cell(str(row[column] or ""))):
            key = contact_key(text, region)
            if key and row["applicant_id"]:
                yield key, row["applicant_id"].strip()


def _region(
    frames: Sequence[pl.DataFrame], books: Sequence[Card], time_zone: str | None, given: str | None
) -> tuple[str | None, str]:
    if given is not None:
        return given, "given"
    numbers = [text for frame in frames for _, text, _, column, _ in _entries(frame) if column in ("numbers", *_LINES)]
    found = home_region([*numbers, *(line for card in books for line in card.lines if "@" not in line)])
    if found:
        return found, "the roster's own numbers"
    zone_country = country_of_zone(time_zone) if time_zone else None
    return (zone_country, f"the time zone {time_zone}") if zone_country else (None, "")


def _interviews(table: RawTable, time_zone: str | None) -> CheckedTable | None:
    """The roster's rows as interviews, one for each id, where it has all that the table needs."""
    frame = table.frame
    if not set(INTERVIEWS.required) <= set(frame.columns):
        return None
    kept = frame.drop([name for name in _NOT_STORED if name in frame.columns])
    ordered = kept.group_by("interview_id", maintain_order=True).agg(pl.all().drop_nulls().first())
    return check_table(ordered.select(kept.columns), INTERVIEWS, file=table.place, time_zone=time_zone)


def _merged(checked: Sequence[CheckedTable]) -> CheckedTable | None:
    if len(checked) < 2:
        return checked[0] if checked else None
    frame = pl.concat([one.frame for one in checked], how="diagonal_relaxed").unique(
        "interview_id", keep="first", maintain_order=True
    )
    rejects = pl.concat([one.rejects for one in checked])
    return CheckedTable(INTERVIEWS.name, checked[0].file, frame, rejects, sum(one.rows_read for one in checked))
