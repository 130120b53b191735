"""Streams of a PDF that every reader measures alike.

A stream's data may end in a carriage return by chance. The line feed that the typesetter writes behind it then looks
like the second half of one end of line, and a reader that looks for `endstream`, as some validators do, counts a byte
less than the stream's length says. With an end of line of both signs (ISO 32000-1, 7.3.8.1) both count the same.
"""

from __future__ import annotations

import re
from bisect import bisect_left

_HEAD = re.compile(
    rb"\d+ \d+ obj\n<<(?:(?!>>\nstream\n|endobj).)*?/Length (\d+)(?:(?!endobj).)*?>>\nstream\n", re.DOTALL
)
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) n\r\n")
_TABLE = re.compile(rb"xref\n0 \d+\n")
_START = re.compile(rb"startxref\n(\d+)\n%%EOF\s*$")
_RETURN, _END = b"\r", b"\nendstream"


def measured_alike(pdf: bytes) -> bytes:
    """The file with an end of line of two signs after each stream that ends in a carriage return.

    The table of references is put right; a file without such streams, or without a plain table, is given back as it
    is.
    """
    start = _START.search(pdf)
    if start is None or not _TABLE.match(pdf, int(start[1])):
        return pdf
    table = int(start[1])
    offsets = [int(entry[1]) for entry in _ENTRY.finditer(pdf, table)]
    places = sorted(place for offset in offsets if (place := _after_return(pdf, offset)) is not None)
    if not places:
        return pdf

    def moved(offset: int) -> int:
        return offset + bisect_left(places, offset)

    pieces = [pdf[before:after] for before, after in zip((0, *places), (*places, table), strict=True)]
    tail = _ENTRY.sub(lambda entry: b"%010d %s n\r\n" % (moved(int(entry[1])), entry[2]), pdf[table : start.start()])
    return _RETURN.join(pieces) + tail + b"startxref\n%d\n%%%%EOF" % moved(table) + pdf[start.end(1) + len("\n%%EOF") :]


def _after_return(pdf: bytes, offset: int) -> int | None:
    """Where the data of the object's stream end, if they end in a carriage return."""
    head = _HEAD.match(pdf, offset)
    if head is None:
        return None
    end = head.end() + int(head[1])
    return end if pdf[end - 1 : end] == _RETURN and pdf.startswith(_END, end) else None
