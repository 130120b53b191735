"""Calls as telephones keep them: Android's SMS Backup & Restore, and Google Voice in Google Takeout.

Neither can tell a message left from a conversation: both are outgoing calls with a duration.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import quoteattr

import polars as pl

from followup_analytics.log.followup_log import FollowUpLog
from forms.telling import Tells, held

TELEPHONE = Tells()
TEXTS = Tells(channels=("text",), talk=False)
_SAVED = (2026, 1, 2, 3, 4, 4)
#: What the app writes for the telephone's owner in a picture message.
_SELF = "insert-address-token"


def android_calls(log: FollowUpLog) -> bytes:
    """Calls as a `calls-*.xml` of SMS Backup & Restore."""
    rows = held(log, TELEPHONE).with_columns(type=_android_type())
    lines = [
        f'  <call number={quoteattr(row["line"])} duration="{int(row["duration_s"] or 0)}" '
        f'date="{row["at_us"] // 1000}" type="{row["type"]}" presentation="1" subscription_id="null" '
        'post_dial_digits="" subscription_component_name="null" contact_name="(Unknown)" />'
        for row in rows.iter_rows(named=True)
    ]
    return _backup("calls", lines)


def _android_type() -> pl.Expr:
    inbound = pl.col("direction") == "inbound"
    unanswered = pl.col("duration_s").fill_null(0) <= 0
    return (
        pl.when(~inbound).then(2).when(pl.col("channel") == "voicemail").then(4).when(unanswered).then(3).otherwise(1)
    )


def android_texts(log: FollowUpLog) -> bytes:
    """Text messages as an `sms-*.xml` of SMS Backup & Restore: every third one is an MMS, as a picture makes it one."""
    rows = held(log, TEXTS)
    lines = [_mms(row) if place % 3 == 2 else _sms(row) for place, row in enumerate(rows.iter_rows(named=True))]
    return _backup("smses", lines)


def _sms(row: dict[str, Any]) -> str:
    return (
        f'  <sms protocol="0" address={quoteattr(row["line"])} date="{row["at_us"] // 1000}" '
        f'type="{2 if row["direction"] == "outbound" else 1}" subject="null" body="(simulated)" read="1" status="-1" '
        'locked="0" date_sent="0" contact_name="(Unknown)" />'
    )


def _mms(row: dict[str, Any]) -> str:
    outbound, line = row["direction"] == "outbound", row["line"]
    sender, recipient = (_SELF, line) if outbound else (line, _SELF)
    return (
        f'  <mms date="{row["at_us"] // 1000}" msg_box="{2 if outbound else 1}" address={quoteattr(line)} '
        'm_type="128" read="1" date_sent="0" contact_name="(Unknown)">\n    <parts>'
        '<part seq="-1" ct="application/smil" text="&lt;smil/&gt;" />'
        '<part seq="0" ct="image/gif" text="null" data="R0lGODlhAQABAAAAACwAAAAAAQABAAA=" /></parts>\n'
        f'    <addrs><addr address={quoteattr(sender)} type="137" charset="106" />'
        f'<addr address={quoteattr(recipient)} type="151" charset="106" /></addrs>\n  </mms>'
    )


def _backup(root: str, lines: list[str]) -> bytes:
    head = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<!-- Simulated: nobody made these calls. -->\n"
    body = "\n".join(lines)
    return f'{head}<{root} count="{len(lines)}" backup_set="simulated">\n{body}\n</{root}>\n'.encode()


def google_voice(log: FollowUpLog) -> bytes:
    """Calls as the archive that Google Takeout gives: a page for each under Takeout/Voice/Calls."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, page in _pages(log):
            archive.writestr(zipfile.ZipInfo(f"Takeout/Voice/Calls/{name}", _SAVED), page, zipfile.ZIP_DEFLATED)
    return target.getvalue()


_TITLES = {
    "Placed": "Placed call to",
    "Received": "Received call from",
    "Missed": "Missed call from",
    "Voicemail": "Voicemail from",
}


def _pages(log: FollowUpLog) -> Iterator[tuple[str, str]]:
    seen: dict[str, int] = {}
    local = pl.col("at").dt.to_string("%Y-%m-%dT%H:%M:%S.000")
    rows = held(log, TELEPHONE).with_columns(stamp=pl.col("at").dt.to_string("%Y-%m-%dT%H_%M_%SZ"), published=local)
    for row in rows.iter_rows(named=True):
        kind = _voice_kind(row)
        name = f"{row['line']} - {kind} - {row['stamp']}"
        seen[name] = seen.get(name, 0) + 1
        again = f" ({seen[name]})" if seen[name] > 1 else ""
        yield f"{name}{again}.html", _page(kind, row)


def _voice_kind(row: dict[str, object]) -> str:
    if row["direction"] == "outbound":
        return "Placed"
    if row["channel"] == "voicemail":
        return "Voicemail"
    return "Received" if row["duration_s"] else "Missed"


def _page(kind: str, row: dict[str, object]) -> str:
    seconds = int(float(str(row["duration_s"] or 0)))
    length = f"PT{seconds // 3600}H{seconds % 3600 // 60}M{seconds % 60}S"
    duration = f'<abbr class="duration" title="{length}">({seconds} s)</abbr>' if kind != "Missed" else ""
    title = f"{_TITLES[kind]}\n{row['line']}"
    return (
        '<?xml version="1.0" ?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" '
        '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\n<html><head><meta charset="UTF-8"/>'
        f"<title>{title}</title><!-- Simulated. --></head>\n"
        f'<body><div class="haudio"><span class="album">Call Log for </span>\n<span class="fn">{title}</span>\n'
        f'<div class="contributor vcard"><a class="tel" href="tel:{row["line"]}"><span class="fn"></span></a></div>\n'
        f'<abbr class="published" title="{row["published"]}+00:00">{row["published"]}</abbr>\n{duration}\n'
        f'<div class="tags">Labels: <a rel="tag" href="http://www.google.com/voice#{kind.lower()}">{kind}</a></div>\n'
        "</div></body></html>\n"
    )
