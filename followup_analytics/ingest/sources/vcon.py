"""vCon, the IETF's container for conversations (draft-ietf-vcon-vcon-core): who spoke with whom, when, how long.

Headers only: recordings, transcripts and analyses pass by unread. Who called is the dialog's originator, else the first
of its parties; which of them is the applicant is told by their own numbers and addresses, else by the roster's. An
`incomplete` dialog was not taken; of a recording alone nobody can tell a mailbox from a conversation.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from followup_analytics.errors import UnreadableError
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.call_results import MESSAGE, UNANSWERED, telephone_call
from followup_analytics.ingest.parsing.calls import calls_frame, complete, is_withheld
from followup_analytics.ingest.parsing.parts import SEVERAL, Rejected, set_aside
from followup_analytics.ingest.parsing.records import json_records
from followup_analytics.ingest.parsing.telephone import contact_key
from followup_analytics.ingest.registry import CERTAIN, LIKELY, Batch, Match, ReadOptions, Source
from followup_analytics.log.clock import parse_times
from followup_analytics.sheets.tabular import ROW

_MESSAGES = {"message/rfc822": "email", "text/html": "email"}


def detect(sample: Sample) -> Match | None:
    """JSON with the member `vcon`, or a signed or encrypted container that may hold one."""
    start = sample.json_start
    if '"vcon"' in start and ('"parties"' in start or '"dialog"' in start):
        return Match(CERTAIN, "it is a vCon: it has parties and a dialog")
    sealed = '"signatures"' in start and '"payload"' in start
    if sample.name.lower().endswith((".vcon", ".vcon.json")) and (
        sealed or '"ciphertext"' in start or '"vcon"' in start
    ):
        return Match(LIKELY, "its name and its seal are those of a vCon")
    return None


def read(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
    """The dialogs of one or several vCons, by headers alone."""
    first = 0
    for records, _ in json_records(sample, ("vcons",)):
        dialogs = [one for record in records for one in _dialogs(sample, record, options)]
        yield _batch(dialogs, first)
        first += len(dialogs)


def _unsealed(sample: Sample, record: Mapping[str, Any]) -> Mapping[str, Any]:
    """A signed vCon's content; whether the signature holds is for whoever keeps the recordings."""
    if "ciphertext" in record:
        raise UnreadableError(f"{sample.name}: the vCon is encrypted; export it again without encryption.")
    payload = record.get("payload")
    if not isinstance(payload, str) or "signatures" not in record:
        return record
    try:
        found = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        found = None
    if not isinstance(found, Mapping):
        raise UnreadableError(f"{sample.name}: the signed vCon's payload can't be read; export it again.")
    return found


def _dialogs(sample: Sample, record: Mapping[str, Any], options: ReadOptions) -> Iterator[dict[str, Any]]:
    whole = _unsealed(sample, record)
    parties = [one if isinstance(one, Mapping) else {} for one in _listed(whole.get("parties"))]
    for place, dialog in enumerate(_listed(whole.get("dialog"))):
        if isinstance(dialog, Mapping) and dialog.get("type") != "transfer":
            yield _record(whole, dialog, place, parties, options)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _places(value: Any, n: int) -> list[int]:
    """The parties that a dialog names: a number, a list of them, or lists for several channels."""
    found = [place for one in _listed(value) for place in (_places(one, n) if isinstance(one, list) else [one])]
    return [one for one in found if isinstance(one, int) and not isinstance(one, bool) and 0 <= one < n]


def _lines(party: Mapping[str, Any]) -> list[str]:
    texts = [str(party[name]) for name in ("tel", "sip", "mailto") if party.get(name)]
    return [text.partition(":")[2] if text.lower().startswith(("tel:", "mailto:")) else text for text in texts]


def _is_one_of(party: Mapping[str, Any], keys: frozenset[str], options: ReadOptions) -> bool:
    return any(contact_key(line, options.region) in keys for line in _lines(party))


def _record(
    whole: Mapping[str, Any],
    dialog: Mapping[str, Any],
    place: int,
    parties: list[Mapping[str, Any]],
    options: ReadOptions,
) -> dict[str, Any]:
    taking_part = _places(dialog.get("parties"), len(parties)) or list(range(len(parties)))
    begun_by = next(iter(_places(dialog.get("originator"), len(parties)) or taking_part), None)
    own, theirs = options.own_numbers | options.own_addresses, options.their_numbers | options.their_addresses
    mine = [one for one in taking_part if _is_one_of(parties[one], own, options)]
    if not mine:
        foreign = [one for one in taking_part if _is_one_of(parties[one], theirs, options)]
        mine = [one for one in taking_part if one not in foreign] if foreign else []
    others = [parties[one] for one in taking_part if one not in mine]
    direction = None if not mine or not others else "outbound" if begun_by in mine else "inbound"
    kind = str(dialog.get("type") or "").lower()
    mime = str(dialog.get("mediatype") or dialog.get("mimetype") or "").lower()
    return {
        "at_text": _start(dialog.get("start") or whole.get("created_at")),
        "direction": direction,
        "number": SEVERAL.join(line for one in others for line in _lines(one)),
        "name": next((str(one["name"]) for one in others if one.get("name")), None),
        "own": next((line for one in mine for line in _lines(parties[one])), None),
        "duration_s": _number(dialog.get("duration")),
        "native_id": f"{whole['uuid']}/{place}" if whole.get("uuid") else None,
        "result": _result(kind, str(dialog.get("disposition") or "").lower()),
        "written": _MESSAGES.get(mime, "text") if kind == "text" else None,
        "video": mime.startswith("video/"),
    }


def _number(value: Any) -> float | None:
    """A number, which some programs write as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _start(value: Any) -> str | None:
    """A start as ISO text; older drafts write seconds since 1970."""
    seconds = _number(value)
    if seconds is None:
        return str(value) if value else None
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return None


def _result(kind: str, disposition: str) -> str | None:
    if kind != "incomplete":
        return None
    return MESSAGE if "voicemail" in disposition and "no-message" not in disposition else UNANSWERED


def _batch(dialogs: list[dict[str, Any]], first: int) -> Batch:
    texts = pl.Series([one["at_text"] for one in dialogs], dtype=pl.String)
    times = parse_times(texts, pl.Series([None] * len(dialogs), dtype=pl.String))
    names = ("at_text", "direction", "number", "name", "own", "duration_s", "native_id")
    frame = calls_frame(
        {
            ROW: range(first + 1, first + len(dialogs) + 1),
            "at_us": times.us,
            **{name: [one[name] for one in dialogs] for name in names},
        }
    ).with_columns(
        number=pl.when(~is_withheld(pl.col("number"))).then("number"),
        _result=pl.Series([one["result"] for one in dialogs], dtype=pl.String),
        _written=pl.Series([one["written"] for one in dialogs], dtype=pl.String),
        _video=pl.Series([one["video"] for one in dialogs], dtype=pl.Boolean),
    )
    usable, problems = set_aside(
        frame,
        Rejected("start", "no_time", pl.col("at_us").is_null(), "the dialog has no readable start with its offset."),
        Rejected(
            "parties",
            "unknown_direction",
            pl.col("direction").is_null(),
            "nobody of the dialog is known, so who called whom isn't either; give --own-address with your own number.",
        ),
    )
    told = telephone_call(pl.col("direction"), pl.col("duration_s"), pl.col("_result"))
    rows = usable.with_columns(**told)
    written = pl.col("_written").is_not_null()
    rows = rows.with_columns(
        channel=pl.coalesce("_written", pl.when("_video").then(pl.lit("video")), "channel"),
        party=pl.when(written).then(pl.lit("none")).otherwise("party"),
        duration_s=pl.when(~written).then("duration_s"),
        certainty=pl.when(written).then(pl.lit("stated")).otherwise("certainty"),
    )
    return Batch("calls", complete(rows), len(dialogs), problems)


SOURCE = Source("vcon", "vCon, the IETF's container for conversations (JSON, headers only)", detect, read, calls=True)
