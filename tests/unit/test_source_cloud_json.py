"""RingCentral's and Zoom's APIs: results, directions and pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from source_reading import read_source, short

AT = "2024-03-05T14:00:00"
US, HR = "+12025550101", "+12025550143"

MEANINGS = [
    ("outbound", "connected", 64, ("outbound", "phone", None, HR, 64.0, "unclear")),
    ("outbound", "missed", 20, ("outbound", "phone", "none", HR, None, "stated")),
    ("outbound", "voicemail", 30, ("outbound", "voicemail", "none", HR, 30.0, "stated")),
    ("inbound", "connected", 64, ("inbound", "phone", None, HR, 64.0, "stated")),
    ("inbound", "missed", 20, ("inbound", "phone", "none", HR, None, "stated")),
    ("inbound", "voicemail", 30, ("inbound", "voicemail", None, HR, 30.0, "stated")),
]


@pytest.mark.parametrize(("direction", "result", "seconds", "expected"), MEANINGS)
def test_ringcentral(tmp_path: Path, direction: str, result: str, seconds: int, expected: tuple[object, ...]) -> None:
    """Words of the service's interface mean what the contract says of them."""
    ends = [{"phoneNumber": US}, {"phoneNumber": HR}]
    outbound = direction == "outbound"
    words = {"connected": "Call connected" if outbound else "Accepted", "missed": "No Answer" if outbound else "Missed"}
    record = {
        "id": "1",
        "sessionId": "2",
        "startTime": f"{AT}.534Z",
        "duration": seconds,
        "type": "Voice",
        "direction": direction.capitalize(),
        "action": "VoIP Call",
        "result": words.get(result, "Voicemail"),
        "from": ends[0 if outbound else 1],
        "to": ends[1 if outbound else 0],
    }
    path = tmp_path / "log.json"
    path.write_text(json.dumps({"records": [record]}), "utf-8")
    name, rows, _, _ = read_source(path)
    assert name == "ringcentral_json"
    assert short(rows)[0][1:] == expected


@pytest.mark.parametrize("form", ["call_logs", "call_history"])
@pytest.mark.parametrize(("direction", "result", "seconds", "expected"), MEANINGS)
def test_zoom(
    tmp_path: Path, form: str, direction: str, result: str, seconds: int, expected: tuple[object, ...]
) -> None:
    """Old and new records of the API mean the same, however results are written."""
    old = form == "call_logs"
    outbound = direction == "outbound"
    ends = (US, HR) if outbound else (HR, US)
    word = {"connected": "call_connected", "missed": "no_answer", "voicemail": "voicemail"}[result]
    record = {
        "id": "1",
        "call_id": "2",
        "direction": direction,
        "caller_number" if old else "caller_did_number": ends[0],
        "callee_number" if old else "callee_did_number": ends[1],
        "date_time" if old else "start_time": f"{AT}Z",
        "duration": seconds,
        "result" if old else "call_result": word if old else word.replace("_", " ").capitalize(),
    }
    path = tmp_path / "log.json"
    path.write_text(json.dumps({"next_page_token": "more", form: [record]}), "utf-8")
    name, rows, _, counts = read_source(path)
    assert (name, counts) == ("zoom_json", {"more_pages": 1})
    assert short(rows)[0] == (AT, *expected)
