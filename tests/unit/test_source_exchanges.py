"""Call records of Asterisk, FreePBX and FreeSWITCH in all their orders and widths."""

from __future__ import annotations

from pathlib import Path

import pytest
from source_reading import read_source, short

from followup_analytics.errors import DataError

AT = "2024-03-05T14:00:00"
TALK = (AT, "outbound", "phone", None, "12025550143", 64.0, "unclear")
RANG_OUT = (AT, "outbound", "phone", "none", "12025550143", None, "stated")
TO_MAILBOX = (AT, "inbound", "voicemail", None, "12025550143", 20.0, "stated")
MISSED = (AT, "inbound", "phone", "none", "12025550143", None, "stated")
MEANT = [TALK, RANG_OUT, TO_MAILBOX, MISSED]

OUT = '"","1001","12025550143","from-internal","""Applicant"" <1001>","PJSIP/1001-1","PJSIP/trunk-1","Dial","PJSIP/12025550143@trunk,300,T"'  # noqa: E501
IN = '"","12025550143","1001","from-trunk","""Acme"" <+12025550143>","PJSIP/trunk-1","PJSIP/1001-1"'
MASTER = [
    OUT + ',"2024-03-05 09:00:00","2024-03-05 09:00:12","2024-03-05 09:01:16",76,64,"ANSWERED","DOCUMENTATION"',
    OUT + ',"2024-03-05 09:00:00",,"2024-03-05 09:00:30",30,0,"NO ANSWER","DOCUMENTATION"',
    IN
    + ',"VoiceMail","1001@default","2024-03-05 09:00:00","2024-03-05 09:00:12","2024-03-05 09:00:32",32,20,"ANSWERED","DOCUMENTATION"',  # noqa: E501
    IN + ',"Dial","PJSIP/1001","2024-03-05 09:00:00",,"2024-03-05 09:00:32",32,0,"NO ANSWER","DOCUMENTATION"',
]
#: 2024-03-05 14:00:00 UTC, which is 09:00 in New York.
EPOCH = 1709647200


def rows_with(*further: str) -> str:
    """The master rows with further columns; `{n}` stands for the row's number."""
    return "".join(
        f"{row}{''.join(',' + cell.format(n=place) for cell in further)}\n" for place, row in enumerate(MASTER)
    )


def custom() -> str:
    """The same calls in the order of cdr-custom, all in quotation marks."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    for place, row in enumerate(csv.reader(MASTER)):
        account, src, dst, context, clid, *rest = row
        writer.writerow([clid, src, dst, context, *rest, account, f"{EPOCH}.{place}", ""])
    return out.getvalue()


def freepbx() -> str:
    """The same calls as FreePBX exports them, with a header."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        [
            "calldate",
            "clid",
            "src",
            "dst",
            "dcontext",
            "channel",
            "dstchannel",
            "lastapp",
            "lastdata",
            "duration",
            "billsec",
            "disposition",
            "amaflags",
            "accountcode",
            "uniqueid",
            "userfield",
            "did",
        ]
    )
    for place, row in enumerate(csv.reader(MASTER)):
        account, src, dst, context, clid, channel, to, app, data, start, _, _, duration, billsec, disposition, _ = row
        writer.writerow(
            [
                start,
                clid,
                src,
                dst,
                context,
                channel,
                to,
                app,
                data,
                duration,
                billsec,
                disposition,
                3,
                account,
                f"{EPOCH}.{place}",
                "",
                "",
            ]
        )
    return out.getvalue()


FORMS = {
    "16": rows_with(),
    "17": rows_with(f'"{EPOCH}.{{n}}"'),
    "18": rows_with(f'"{EPOCH}.{{n}}"', '""'),
    "19": rows_with('""', f'"{EPOCH}.{{n}}"', '"{n}"'),
    "21": rows_with(f'"{EPOCH}.{{n}}"', '""', '""', f'"{EPOCH}.{{n}}"', '"{n}"'),
    "custom": custom(),
    "freepbx": freepbx(),
}


@pytest.mark.parametrize("form", list(FORMS))
def test_every_width_and_order(tmp_path: Path, form: str) -> None:
    """Sixteen to twenty-one columns, the custom order and FreePBX's header all mean the same four calls."""
    path = tmp_path / "Master.csv"
    path.write_text(FORMS[form], "utf-8")
    name, rows, problems, _ = read_source(path, time_zone="America/New_York")
    assert name == "asterisk"
    assert problems.rows() == []
    assert short(rows) == MEANT


@pytest.mark.parametrize("form", ["17", "21", "custom", "freepbx"])
def test_the_unique_id_tells_the_offset(tmp_path: Path, form: str) -> None:
    """Where records have a unique id, its epoch gives exact instants and no zone has to be named."""
    path = tmp_path / "Master.csv"
    path.write_text(FORMS[form], "utf-8")
    _, rows, _, _ = read_source(path)
    assert short(rows) == MEANT


def test_without_a_unique_id_a_zone_is_needed(tmp_path: Path) -> None:
    """Sixteen columns have no marker of their zone, and UTC is not assumed."""
    path = tmp_path / "Master.csv"
    path.write_text(FORMS["16"], "utf-8")
    with pytest.raises(DataError, match="--time-zone"):
        read_source(path)


def test_rows_of_one_linked_id_are_one_call(tmp_path: Path) -> None:
    """Of the legs of a call the one with the most talk counts; the others are counted as legs."""
    legs = [f'{row},"{EPOCH}.{place}","","","{EPOCH}.0","{place}"\n' for place, row in enumerate(MASTER[:2])]
    path = tmp_path / "Master.csv"
    path.write_text("".join(reversed(legs)), "utf-8")
    _, rows, _, counts = read_source(path)
    assert (short(rows), counts) == ([TALK], {"legs": 1})


def test_calls_within_the_house_are_no_contacts(tmp_path: Path) -> None:
    """A call from one extension to another belongs to nobody's interview: passed over once, whatever its rows."""
    path = tmp_path / "Master.csv"
    path.write_text(FORMS["17"] + MASTER[0].replace('"12025550143"', '"1002"') + f',"{EPOCH}.9"\n', "utf-8")
    _, rows, problems, counts = read_source(path)
    assert (rows.height, problems.height, counts) == (4, 0, {"internal": 1})


def test_freeswitch(tmp_path: Path) -> None:
    """FreeSWITCH's file has Asterisk's name and fifteen columns of its own; a b-leg belongs to its call."""
    uuid = "0d1a5a2c-0000-4000-8000-00000000000{}"
    path = tmp_path / "Master.csv"
    path.write_text(
        f'"Applicant","1001","12025550143","default","2024-03-05 09:00:00","2024-03-05 09:00:12","2024-03-05 09:01:16","76","64","NORMAL_CLEARING","{uuid.format(1)}","{uuid.format(2)}","","PCMU","PCMU"\n'  # noqa: E501
        f'"Applicant","1001","12025550143","default","2024-03-05 09:00:00","","2024-03-05 09:01:16","76","0","NO_ANSWER","{uuid.format(3)}","","","PCMU","PCMU"\n'  # noqa: E501
        f'"Applicant","1001","12025550143","default","2024-03-05 09:00:00","","2024-03-05 09:01:16","76","64","NORMAL_CLEARING","{uuid.format(2)}","","","PCMU","PCMU"\n'  # noqa: E501
        f'"Acme","12025550143","1001","public","2024-03-05 09:00:00","","2024-03-05 09:01:16","76","0","ORIGINATOR_CANCEL","{uuid.format(4)}","","","PCMU","PCMU"\n',  # noqa: E501
        "utf-8",
    )
    name, rows, _, counts = read_source(path, time_zone="America/New_York")
    assert name == "freeswitch"
    assert (short(rows), counts) == ([TALK, RANG_OUT, MISSED], {"legs": 1})
