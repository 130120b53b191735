"""Google Voice Takeout: each kind of call, threads of texts, names in other places; a folder, an archive or a page."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from source_reading import read_source, short

AT = "2024-03-05T14:00:00"
US = "+12025550143"


def page(
    kind: str,
    *,
    number: str = US,
    name: str = "Acme HR",
    duration: str | None = "PT1M4S",
    title: str = "Placed call to",
) -> str:
    """A page about one call, with the style sheet and the narrow blanks that the service writes."""
    length = f'<abbr class="duration" title="{duration}">(00:01:04)</abbr>' if duration else ""
    return (
        '<?xml version="1.0" ?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">'
        f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>{title}\n{name}</title><style>.haudio > .fn {{ display: none; }}</style></head>'  # noqa: E501
        f'<body><div class="haudio"><span class="album">Call Log for\n</span><span class="fn">{title}\n{name}</span>'
        f'<div class="contributor vcard">{title}\n<a class="tel" href="tel:{number}"><span class="fn">{name}</span></a></div>'  # noqa: E501
        '<abbr class="published" title="2024-03-05T09:00:00.000-05:00">Mar 5, 2024, 9:00:00\u202fAM\nEastern Time</abbr><br />'  # noqa: E501
        f'{length}<div class="tags">Labels:\n<a rel="tag" href="http://www.google.com/voice#{kind}">x</a>, '
        '<a rel="tag" href="http://www.google.com/voice#inbox">Inbox</a></div></div></body></html>'
    )


def thread(*messages: tuple[str | None, str], participants: str = "") -> str:
    """A thread of (number of the sender or None for the applicant, text); breaks are not closed, as in real files."""
    body = ""
    for place, (sender, text) in enumerate(messages):
        who = '<a class="tel" href="tel:+12025550101"><abbr class="fn" title="">Me</abbr></a>'
        if sender is not None:
            who = f'<a class="tel" href="tel:{sender}"><span class="fn">Acme</span></a>'
        body += (
            f'<div class="message"><abbr class="dt" title="2024-03-05T09:00:{place:02d}.000-05:00">x</abbr>:\n'
            f'<cite class="sender vcard">{who}</cite>:\n<q>{text}<br>more</q>\n</div> '
        )
    return f'<html><head><title>Me to\nAcme</title></head><body><div class="hChatLog hfeed">{participants}{body}</div></body></html>'  # noqa: E501


@pytest.mark.parametrize(
    ("kind", "duration", "expected"),
    [
        ("placed", "PT1M4S", (AT, "outbound", "phone", None, US, 64.0, "unclear")),
        ("placed", "PT0S", (AT, "outbound", "phone", "none", US, None, "stated")),
        ("placed", None, (AT, "outbound", "phone", None, US, None, "unclear")),
        ("received", "PT1H0M4S", (AT, "inbound", "phone", None, US, 3604.0, "stated")),
        ("missed", None, (AT, "inbound", "phone", "none", US, None, "stated")),
        ("voicemail", "PT4S", (AT, "inbound", "voicemail", None, US, 4.0, "stated")),
        ("recorded", "PT4S", (AT, "inbound", "phone", None, US, 4.0, "unclear")),
    ],
)
def test_kinds_of_calls(tmp_path: Path, kind: str, duration: str | None, expected: tuple[object, ...]) -> None:
    """The label's own name decides, also where title and labels are in another language."""
    path = tmp_path / "anything.html"
    path.write_text(page(kind, duration=duration, title="Appel"), "utf-8")
    name, rows, problems, _ = read_source(path)
    assert (name, problems.height, short(rows)) == ("google_voice", 0, [expected])


def test_an_archive_and_a_folder(tmp_path: Path) -> None:
    """The whole Takeout, packed or not; the kind may stand in the file's name alone."""
    inside = {
        f"Takeout/Voice/Calls/{US} - Placed - 2024-03-05T14_00_00Z.html": page("placed"),
        "Takeout/Voice/Calls/Acme - HR - Missed - 2024-03-05T14_00_00Z.html": page(
            "unread", title="Anruf", duration=None
        ),
        "Takeout/Voice/Calls/ - Voicemail - 2024-03-05T14_00_00Z.html": page("voicemail", number="", name=""),
        "Takeout/Voice/Calls/Group Conversation - 2024-03-05T14_00_00Z.html": thread((None, "hello")),
        "Takeout/Voice/Greetings/x.html": "<html></html>",
        "Takeout/Voice/Calls/x.mp3": "x",
    }
    packed = tmp_path / "takeout.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in inside.items():
            archive.writestr(name, text)
            (tmp_path / "out" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "out" / name).write_text(text, "utf-8")
    results = [read_source(path)[:2] for path in (packed, tmp_path / "out")]
    assert [name for name, _ in results] == ["google_voice", "google_voice"]
    assert sorted(map(str, short(results[0][1]))) == sorted(map(str, short(results[1][1])))
    assert sorted(str(row[2:5]) for row in short(results[0][1])) == sorted(
        map(str, [("phone", None, US), ("phone", "none", US), ("voicemail", None, None), ("text", "none", None)])
    )


def test_threads_of_texts(tmp_path: Path) -> None:
    """Who is `Me` wrote out; the other side of that is whoever else writes."""
    path = tmp_path / f"{US} - Text - 2024-03-05T14_00_00Z.html"
    path.write_text(thread((None, "Thank you"), (US, "You are welcome")), "utf-8")
    _, rows, _, _ = read_source(path)
    assert [row[1:5] for row in short(rows)] == [("outbound", "text", "none", US), ("inbound", "text", "none", US)]
    assert rows["own"].to_list() == ["+12025550101", None]


def test_the_number_of_an_unanswered_thread_is_in_its_name(tmp_path: Path) -> None:
    """A thread that only the applicant wrote has the other number in the file's name, or a name in the title."""
    path = tmp_path / f"{US} - Text - 2024-03-05T14_00_00Z.html"
    path.write_text(thread((None, "Thank you")), "utf-8")
    assert read_source(path)[1].select("number", "name").rows() == [(US, "Acme")]


def test_groups(tmp_path: Path) -> None:
    """A text to a group goes to all of its members."""
    members = "".join(
        f'<cite class="sender vcard"><a class="tel" href="tel:{n}"><span class="fn">{n}</span></a></cite>, '
        for n in (US, "+12025550144")
    )
    path = tmp_path / "Group Conversation - 2024-03-05T14_00_00Z.html"
    path.write_text(
        thread((None, "Hello"), participants=f'<div class="participants">Group conversation with:\n{members}</div>'),
        "utf-8",
    )
    assert read_source(path)[1]["number"].to_list() == [f"{US}\x1f+12025550144"]
