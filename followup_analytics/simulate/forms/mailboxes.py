"""E-mails as a mail program keeps them (mbox), and calls as an iPhone does (CallHistory.storedata)."""

from __future__ import annotations

import sqlite3

import polars as pl

from followup_analytics.log import FollowUpLog
from followup_analytics.simulate.forms.lines import OWN_ADDRESS
from followup_analytics.simulate.forms.telling import Tells, held

MAIL = Tells(channels=("email",), talk=False, written_by_nobody=True)
#: A message received is not among an iPhone's calls.
IPHONE = Tells(received_messages=False)
_APPLE_EPOCH = 978_307_200
_SQLITE_VERSION, _SOME_VERSION = slice(96, 100), 3_040_000


def mbox(log: FollowUpLog) -> bytes:
    """E-mails in both directions, without bodies, as one mbox file."""
    rows = held(log, MAIL).with_columns(
        sent=pl.col("at").dt.to_string("%a, %d %b %Y %H:%M:%S +0000"),
        stamp=pl.col("at").dt.to_string("%a %b %e %H:%M:%S %Y"),
    )
    return "".join(_message(row) for row in rows.iter_rows(named=True)).encode()


def _message(row: dict[str, object]) -> str:
    outbound = row["direction"] == "outbound"
    sender, recipient = (OWN_ADDRESS, row["address"]) if outbound else (row["address"], OWN_ADDRESS)
    machine = "Auto-Submitted: auto-replied\n" if row["automatic"] else ""
    return (
        f"From {sender} {row['stamp']}\nDate: {row['sent']}\nFrom: {sender}\nTo: {recipient}\n"
        f"Message-ID: <{row['contact_id']}@simulated.example.org>\nSubject: (simulated)\n{machine}\n(simulated)\n\n"
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
