"""Hostile and clumsy inputs, made from a seed: what people and programs leave in folders, and what they might."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import xlsxwriter

Maker = Callable[[Path, random.Random], tuple[Path, tuple[str, ...]]]

HEADS = (
    "interview_id,applicant_id,interviewed_at",
    "contact_id,interview_id,at,direction,channel",
    "interview_id,outcome,decided_at",
    "From,To,Direction,Start Time,Duration,Status",
    "hs_timestamp,hs_call_direction,hs_call_disposition,hs_call_duration",
    "Ref,Student no,Interview date,1st follow-up,Heard back",
)
ROW = "i1,a1,2024-03-04T10:00-05:00,x,y"
ROSTER = "interview_id,applicant_id,interviewed_at,phone\ni1,a1,2024-03-04T10:00:00-05:00,+12025550143\n"


def text_file(name: str, make: Callable[[random.Random], str | bytes]) -> Maker:
    """A file of this name whose content comes from chance."""

    def made(folder: Path, chance: random.Random) -> tuple[Path, tuple[str, ...]]:
        content = make(chance)
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        return path, ()

    return made


def head(chance: random.Random) -> str:
    return chance.choice(HEADS)


def open_quote(chance: random.Random) -> str:
    rows = [ROW] * chance.randrange(1, 2000)
    rows.insert(chance.randrange(len(rows) + 1), 'i2,"a2,2024-03-04T10:00-05:00,x,y')
    return "\n".join([head(chance), *rows])


def huge_cell(chance: random.Random) -> str:
    size = chance.choice([131_071, 131_072, 131_073, 1_000_001, 3_000_000])
    quote = chance.choice(["", '"'])
    return f"{head(chance)}\n{ROW}\n{quote}{'x' * size}{quote},a,b\n"


def huge_header(chance: random.Random) -> str:
    return ",".join(["x" * chance.choice([131_073, 500_000]), *head(chance).split(",")]) + f"\n{ROW}\n"


def many_columns(chance: random.Random) -> str:
    n = chance.choice([2_000, 20_000])
    return ",".join([*head(chance).split(","), *(f"c{k}" for k in range(n))]) + f"\n{ROW}\n"


def ragged(chance: random.Random) -> str:
    return head(chance) + "\n" + "\n".join("," * chance.randrange(20) + "x" for _ in range(50))


def binary(chance: random.Random) -> bytes:
    return bytes(chance.randrange(256) for _ in range(chance.randrange(1, 5000)))


def nuls(chance: random.Random) -> bytes:
    return head(chance).encode() + b"\n" + b"\0" * chance.randrange(1, 5000) + ROW.encode()


def deep_json(chance: random.Random) -> str:
    depth = chance.choice([500, 5_000, 100_000])
    return chance.choice(['{"calls":', "[", '{"vcon":"0","parties":[],"dialog":']) + "[" * depth + "]" * depth


def deep_toml(chance: random.Random) -> str:
    depth = chance.choice([200, 2_000, 20_000])
    return chance.choice(["a = " + "[" * depth + "]" * depth, "a = " + "{a=" * depth + "1" + "}" * depth])


def odd_json(chance: random.Random) -> str:
    values = [None, True, 5, "x", [], {}, [[]], {"calls": 5}, {"calls": [None, 5, "x", []]}, 1e999]
    record = {"sid": "CA" + "0" * 32, "from": chance.choice(values), "to": chance.choice(values),
              "status": chance.choice(values), "direction": chance.choice(values),
              "start_time": chance.choice(values), "duration": chance.choice(values)}  # fmt: skip
    return json.dumps(chance.choice([values[chance.randrange(len(values))], {"calls": [record]}, [record]]))


def odd_vcon(chance: random.Random) -> str:
    odd = [None, 5, "x", [], {}, [None], [[[[0]]]], -1, 1e300]
    dialog = {"type": chance.choice(odd), "start": chance.choice(odd), "parties": chance.choice(odd),
              "duration": chance.choice(odd), "originator": chance.choice(odd)}  # fmt: skip
    return json.dumps({"vcon": "0.0.1", "parties": chance.choice([odd, [{"tel": 5}], None]), "dialog": [dialog]})


def odd_xml(chance: random.Random) -> str:
    bodies = (
        "<calls>" + "<a>" * 50_000,
        '<calls count="' + "9" * 5000 + '"><call date="' + "9" * 400 + '" type="2"/></calls>',
        '<calls><call number="' + "1" * 100_000 + '" date="1709647200123" type="2" duration="1e400"/></calls>',
        '<!DOCTYPE a [<!ENTITY b "c">]><calls>&b;</calls>',
        "<calls><call/></calls>" * 3,
        '<?xml version="1.0" encoding="utf-99"?><calls/>',
        "<smses>" + '<mms date="1" msg_box="1"><addrs>' * 1000 + "</smses>",
    )
    return chance.choice(bodies)


def odd_calendar(chance: random.Random) -> str:
    starts = (
        "DTSTART:99999999T999999Z", "DTSTART;TZID=" + "x" * 50_000 + ":20240305T090000", "DTSTART:", "DTSTART;:;",
        "DTSTART;VALUE=PERIOD:20240305T090000/PT1H", 'DTSTART;TZID="a:b":20240305T090000', "DTSTART:00000000",
        "DTSTART;TZID=Europe/Berlin:20240331T023000",
    )  # fmt: skip
    body = f"BEGIN:VEVENT\nUID:{chance.randrange(9)}\nSUMMARY:Interview - {'é' * chance.randrange(3000)}\n"
    extra = chance.choice(["", "SEQUENCE:x\n", "RECURRENCE-ID:bad\n", "ATTENDEE:\n", "BEGIN:VALARM\n", "STATUS\n"])
    zone = "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:bad\nTZOFFSETTO:+99\nEND:STANDARD\nEND:VTIMEZONE\n"
    ends = chance.choice(["END:VEVENT\nEND:VCALENDAR\n", "", "END:VCALENDAR\n", "END:VEVENT\n" * 5])
    return f"BEGIN:VCALENDAR\n{chance.choice(['', zone])}{body}{chance.choice(starts)}\n{extra}{ends}"


def odd_mail(chance: random.Random) -> str:
    dates = ("", "x" * 100_000, "Thu, 99 Foo 99999 99:99:99 +9999", "0", "=?utf-8?q?=00?=", "1 Jan 0000 00:00 Z")
    sender = chance.choice(["a@b.example", "<" * 10_000, '"' * 999, "a@[", "=?x?q?" + "=" * 5000, ""])
    first = chance.choice(["From x Tue Mar 05 22:34:43 2024", "From ", "From - 2024", "From x 99999"])
    return f"{first}\nDate: {chance.choice(dates)}\nFrom: {sender}\nTo: {sender}\n\nhi\n" * chance.randrange(1, 4)


def odd_page(chance: random.Random) -> str:
    opened = '<div class="haudio"><abbr class="published" title="' + chance.choice(["", "9" * 9999, "2024"]) + '">'
    return chance.choice([opened + "<a class='tel' href='tel:'>" * 2000, '<div class="hChatLog">' * 5000, opened])


def odd_markdown(chance: random.Random) -> str:
    lines = ["| # | App# | Date | Company | Role | Channel |", "|---|---|", "|" * chance.randrange(1, 5000)]
    lines += ["| 1 | 42 | " + "9" * 5000 + " | \\| | | Email |", "- 2026-99-99 · #42 x", "\\|" * 1000]
    return "\n".join(lines)


def numbers(chance: random.Random) -> str:
    odd = ["1e999", "NaN", "-inf", "９", "1,2,3", "0x10", "1.2E+10", "∞", "--5", "9" * 400]
    cells = ",".join(chance.choice(odd) for _ in range(8))
    return f"contact_id,interview_id,at,direction,channel,duration_s,party,tone\n{cells}\n{cells}\n"


def dates(chance: random.Random) -> str:
    odd = ["99999-01-01", "0000-00-00", "2024-02-30", "1e5", "45000.99999", "31/12/0000", "24:00", "2024-W10", "now",
           "-1", "2024-03-10T02:30", "2024-03-04T10:00+99:99", "١٢/٠٣/٢٠٢٤"]  # fmt: skip
    rows = "\n".join(f"i{k},a,{chance.choice(odd)}" for k in range(20))
    return f"interview_id,applicant_id,interviewed_at\n{rows}\n"


def workbook(folder: Path, chance: random.Random) -> tuple[Path, tuple[str, ...]]:
    """A workbook with a stray far cell, an empty or an odd sheet, or damage."""
    path = folder / f"book{chance.choice(['.xlsx', '.xlsm', '.xls', '.ods', '.xlsb'])}"
    book = xlsxwriter.Workbook(str(path) if path.suffix in (".xlsx", ".xlsm") else str(folder / "book.tmp.xlsx"))
    sheet = book.add_worksheet(chance.choice(["interviews", "Sheet1", "😀", "contacts"]))
    if chance.random() < 0.9:
        sheet.write_row(0, 0, head(chance).split(","))
        sheet.write_row(1, 0, ROW.split(","))
    for _ in range(chance.randrange(3)):
        far = chance.choice([9, 70_000, 1_048_575]), chance.choice([3, 900, 16_383])
        sheet.write(*far, "x" * chance.choice([1, 32_767]))
    book.close()
    made = path if path.exists() else folder / "book.tmp.xlsx"
    data = bytearray(made.read_bytes())
    if chance.random() < 0.3:
        data[chance.randrange(len(data))] = chance.randrange(256)
    if chance.random() < 0.1:
        data = data[: chance.randrange(len(data))]
    path.write_bytes(data)
    return path, ()


def spreadsheet_bomb(folder: Path, chance: random.Random) -> tuple[Path, tuple[str, ...]]:
    """An OpenDocument sheet that repeats a filled cell over rows and columns."""
    path = folder / "bomb.ods"
    rows, columns = chance.choice([(1_000_000, 1_000), (60_000, 60_000), (10, 10)])
    content = (
        '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="interviews"><table:table-row table:number-rows-repeated="{rows}">'
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{columns}"><text:p>x</text:p>'
        "</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return path, ()


def parquet(folder: Path, chance: random.Random) -> tuple[Path, tuple[str, ...]]:
    """Parquet with columns of lists, records, bytes and dates far away; or damaged."""
    path = folder / "interviews.parquet"
    cells = {
        "list": [["a", None]], "lists": [[[1]]], "record": [{"a": 1}], "bytes": [b"\xff\x00"], "none": [None],
        "text": ["i1"], "number": [float("nan")],
    }  # fmt: skip
    names = head(chance).split(",")
    frame = pl.DataFrame({name: cells[chance.choice(list(cells))] for name in names})
    frame.write_parquet(path)
    if chance.random() < 0.3:
        data = path.read_bytes()
        path.write_bytes(data[: chance.randrange(4, len(data))])
    return path, ()


def database(folder: Path, chance: random.Random) -> tuple[Path, tuple[str, ...]]:
    """An SQLite file of something else, damaged, or with odd values where the calls' should be."""
    import sqlite3

    path = folder / "CallHistory.storedata"
    connection = sqlite3.connect(path)
    connection.execute(
        "CREATE TABLE ZCALLRECORD (Z_PK INTEGER PRIMARY KEY, ZDATE, ZDURATION, ZADDRESS, ZORIGINATED, ZANSWERED)"
    )
    odd = [None, 1e308, -1e308, "x", b"\xff\xfe", 731340000.5, 2**60]
    for _ in range(5):
        cells = [chance.choice(odd) for _ in range(5)]
        connection.execute("INSERT INTO ZCALLRECORD VALUES (NULL, ?, ?, ?, ?, ?)", cells)
    connection.commit()
    connection.close()
    if chance.random() < 0.4:
        data = bytearray(path.read_bytes())
        for _ in range(20):
            data[chance.randrange(100, len(data))] = chance.randrange(256)
        path.write_bytes(data)
    if chance.random() < 0.3:
        Path(f"{path}-wal").write_bytes(binary(chance))
    return path, ()


def archive(folder: Path, chance: random.Random) -> tuple[Path, tuple[str, ...]]:
    """An archive that leads out of its folder, holds bombs or odd names, or is damaged."""
    path = folder / "takeout.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name in ("../out.csv", "/abs.csv", "a" * 300 + ".csv", "x\x01.csv", "Takeout/Voice/Calls/a.html", "b.ics"):
            if chance.random() < 0.5:
                made.writestr(name, chance.choice([head(chance), "x" * 3_000_000, odd_page(chance), "BEGIN:VCALENDAR"]))
    data = bytearray(path.read_bytes())
    if chance.random() < 0.3:
        data[chance.randrange(len(data))] ^= 0xFF
        path.write_bytes(data)
    return path, ()


def odd_name(folder: Path, chance: random.Random) -> tuple[Path, tuple[str, ...]]:
    """A file whose name is no UTF-8, or holds control characters."""
    names = [b"caf\xe9.csv", b"\xff\xfe.xml", b"new\nline.csv", b"esc\x1b[31m.csv", "\u202egnp.csv".encode()]
    path = folder / os.fsdecode(chance.choice(names))
    path.write_text(f"{head(chance)}\n{ROW}\n", "utf-8")
    return path, ()


def special_file(folder: Path, chance: random.Random) -> tuple[Path, tuple[str, ...]]:
    """A pipe, a device, a folder, a loop of links, or a file without rights."""
    kind = chance.randrange(5)
    path = folder / chance.choice(["interviews.csv", "calls.xml", "book.xlsx", "log.toml", "x"])
    if kind == 0:
        os.mkfifo(path)
    elif kind == 1:
        path = Path("/dev/null")
    elif kind == 2:
        path.symlink_to(path)
    elif kind == 3:
        path.mkdir()
        (path / "x.csv").mkdir()
        os.mkfifo(path / "y.xml")
    else:
        path.symlink_to("/dev/zero")
    return path, ()


def beside(option: str, name: str, make: Callable[[random.Random], str | bytes]) -> Maker:
    """A sound file with a hostile one given by an option."""

    def made(folder: Path, chance: random.Random) -> tuple[Path, tuple[str, ...]]:
        other = folder / name
        content = make(chance)
        other.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        path = folder / "interviews.csv"
        path.write_text(f"{HEADS[0]}\ni1,a1,2024-03-04T10:00-05:00\n", "utf-8")
        return path, (option, str(other))

    return made


def packed(folder: Path, chance: random.Random) -> tuple[Path, tuple[str, ...]]:
    """A gzipped file, cut off or grown far beyond its size."""
    path = folder / chance.choice(["interviews.csv.gz", "calls.xml.gz"])
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb") as out:
        out.write((head(chance) + "\n").encode() + b"x" * chance.choice([10, 30_000_000]))
    data = buffer.getvalue()
    path.write_bytes(data[: len(data) - chance.choice([0, 0, 9])])
    return path, ()


def odd_settings(folder: Path, chance: random.Random) -> tuple[Path, tuple[str, ...]]:
    """A sound table with an odd log.toml beside it."""
    odd = [deep_toml(chance), "time_zone = 5", "\0", "data_date = [1]"]
    (folder / "log.toml").write_text(chance.choice(odd), "utf-8")
    path = folder / "interviews.csv"
    path.write_text(f"{HEADS[0]}\ni1,a1,2024-03-04T10:00-05:00\n", "utf-8")
    return path, ()


def odd_roster(chance: random.Random) -> str | bytes:
    return chance.choice([binary(chance), huge_cell(chance), "interview_id,phone\ni1," + "1" * 9999])


def odd_cards(chance: random.Random) -> str:
    soft = "FN;ENCODING=QUOTED-PRINTABLE:=" + "\n=" * chance.randrange(999)
    return "BEGIN:VCARD\n" + "TEL;" * chance.randrange(9999) + f":1\n{soft}"


MAKERS: dict[str, Maker] = {
    "open quote": text_file("interviews.csv", open_quote),
    "open quote in a call log": text_file("Master.csv", lambda c: '"","1001","12025550143","from-' + "x" * 200_000),
    "huge cell": text_file("contacts.csv", huge_cell),
    "huge header": text_file("contacts.csv", huge_header),
    "many columns": text_file("contacts.csv", many_columns),
    "ragged": text_file("contacts.csv", ragged),
    "binary": text_file("contacts.csv", binary),
    "binary as a call log": text_file("calls.xml", binary),
    "NULs": text_file("contacts.csv", nuls),
    "deep JSON": text_file("calls.json", deep_json),
    "odd JSON": text_file("calls.json", odd_json),
    "odd vCon": text_file("call.vcon.json", odd_vcon),
    "odd XML": text_file("calls.xml", odd_xml),
    "odd calendar": text_file("c.ics", odd_calendar),
    "odd mail": text_file("m.mbox", odd_mail),
    "odd page": text_file("Acme - Placed - 2024-03-05T14_00_00Z.html", odd_page),
    "odd Markdown": text_file("follow-ups.md", odd_markdown),
    "odd numbers": text_file("contacts.csv", numbers),
    "odd dates": text_file("interviews.csv", dates),
    "surrogates": text_file("contacts.csv", lambda c: head(c) + "\n\udcff,\ud800,x,y,z\n"),
    "workbook": workbook,
    "spreadsheet bomb": spreadsheet_bomb,
    "Parquet": parquet,
    "database": database,
    "archive": archive,
    "odd name": odd_name,
    "special file": special_file,
    "gzipped": packed,
    "odd log.toml": odd_settings,
    "deep TOML as map": beside("--map", "m.toml", deep_toml),
    "odd map": beside("--map", "m.toml", lambda c: c.choice(["tables = 5", "[[tables]]\ntable = []", "\xff"])),
    "JSON as roster": beside("--roster", "roster.json", odd_json),
    "odd roster": beside("--roster", "roster.csv", odd_roster),
    "odd address book": beside("--roster", "b.vcf", odd_cards),
    "workbook as roster": beside("--roster", "roster.xlsx", binary),
}  # fmt: skip


def hostile_inputs(n: int, seed: int, folder: Path) -> Iterator[tuple[str, Path, tuple[str, ...]]]:
    """n inputs, each in a folder of its own: the kind, the file, and further options of the command."""
    chance = random.Random(seed)
    names = list(MAKERS)
    for place in range(n):
        name = names[place % len(names)]
        own = folder / str(place)
        own.mkdir()
        path, options = MAKERS[name](own, chance)
        yield name, path, options
