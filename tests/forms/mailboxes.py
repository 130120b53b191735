"""E-mails as mail programs keep them (mbox, .eml, Maildir), and calls as an iPhone does (CallHistory.storedata)."""

from __future__ import annotations

import datetime as dt
import sqlite3
from email.utils import format_datetime

import polars as pl

from followup_analytics.log.followup_log import FollowUpLog
from forms.lines import OWN_ADDRESS
from forms.telling import Tells, held

MAIL = Tells(channels=("email",), talk=False)
#: One person's folder, and one message of it.
MAILDIR = Tells(channels=("email",), talk=False, one_applicant=True)
ONE_MESSAGE = Tells(channels=("email",), talk=False, one_applicant=True, most=1)
#: A message received is not among an iPhone's calls.
IPHONE = Tells(received_messages=False)
_APPLE_EPOCH = 978_307_200
_SQLITE_VERSION, _SOME_VERSION = slice(96, 100), 3_040_000


def mbox(log: FollowUpLog) -> bytes:
    """E-mails in both directions, without bodies, as one mbox file."""
    rows = held(log, MAIL).with_columns(stamp=pl.col("at").dt.to_string("%a %b %e %H:%M:%S %Y"))
    return "".join(
        f"From {_ends(row)[0]} {row['stamp']}\n{_message(row)}\n" for row in rows.iter_rows(named=True)
    ).encode()


def eml(log: FollowUpLog) -> bytes:
    """The first e-mail of the applicant with most interviews, as a mail program saves a message by itself."""
    return "".join(_message(row) for row in held(log, ONE_MESSAGE).iter_rows(named=True)).encode()


def maildir(log: FollowUpLog) -> dict[str, bytes]:
    """The e-mails of the applicant with most interviews, a file each: what was read in `cur`, the last in `new`."""
    rows = held(log, MAILDIR).to_dicts()
    names = [f"cur/{row['at_us'] // 1_000_000}.{place}.simulated:2,S" for place, row in enumerate(rows)]
    if names:
        names[-1] = "new/" + names[-1].removeprefix("cur/").removesuffix(":2,S")
    return {name.replace(":", "_"): _message(row).encode() for name, row in zip(names, rows, strict=True)}


def _ends(row: dict[str, object]) -> tuple[str, str]:
    """Who wrote, and to whom."""
    return (OWN_ADDRESS, str(row["address"])) if row["direction"] == "outbound" else (str(row["address"]), OWN_ADDRESS)


def _message(row: dict[str, object]) -> str:
    sender, recipient = _ends(row)
    machine = "Auto-Submitted: auto-replied\n" if row["automatic"] else ""
    sent = format_datetime(dt.datetime.fromtimestamp(int(str(row["at_us"])) // 1_000_000, dt.UTC))
    return (
        f"Date: {sent}\nFrom: {sender}\nTo: {recipient}\nMessage-ID: <{row['contact_id']}@simulated.example.org>\n"
        f"Subject: (simulated)\n{machine}\n(simulated)\n"
    )


def iphone_database(log: FollowUpLog) -> bytes:
    """Calls as the SQLite database of an iPhone's call history."""
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE TABLE ZCALLRECORD (Z_PK INTEGER PRIMARY KEY, ZUNIQUE_ID TEXT, ZADDRESS BLOB, ZDATE REAL,"
        " ZDURATION REAL, ZORIGINATED INTEGER, ZANSWERED INTEGER, ZCALLTYPE INTEGER, ZSERVICE_PROVIDER TEXT)"
    )
    for row in held(log, IPHONE).iter_rows(named=True):
        talk, outbound = float(row["duration_s"] or 0.0), row["direction"] == "outbound"
        connection.execute(
            "INSERT INTO ZCALLRECORD VALUES (NULL, ?, ?, ?, ?, ?, ?, 1, 'com.apple.Telephony')",
            (
                row["contact_id"],
                row["line"].encode(),
                row["at_us"] / 1e6 - _APPLE_EPOCH,
                talk,
                int(outbound),
                int(talk > 0 and not outbound),
            ),
        )
    connection.commit()
    content = bytearray(connection.serialize())
    connection.close()
    # The library's version in the file's head would make other bytes on another machine.
    content[_SQLITE_VERSION] = _SOME_VERSION.to_bytes(4, "big")
    return bytes(content)
