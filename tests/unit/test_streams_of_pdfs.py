"""Streams that end in a carriage return: every reader measures them alike, and no object is lost."""

from __future__ import annotations

import io

import pikepdf
import pytest

from followup_analytics.report.streams import measured_alike

BODIES = (
    b"plain text",
    b"ends in a return\r",
    b"\r",
    b"of two\r\n",
    b"stream\nendstream\r",
    b"1 0 obj\n<</Length 3>>\r",
)


def made_pdf(bodies: tuple[bytes, ...]) -> bytes:
    """A PDF in the typesetter's form: one page, and a stream object of each body."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    ]
    objects += [b"<</Length %d>>\nstream\n%s\nendstream" % (len(body), body) for body in bodies]
    out, offsets = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n\r\n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f\r\n" % (len(objects) + 1)
    return (
        out + head + table + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    )


def test_every_stream_keeps_its_data_and_length() -> None:
    """Read by its table of references, the mended file has every stream as it was, to the byte."""
    mended = measured_alike(made_pdf(BODIES))
    # Without repairs: a table that is wrong by a byte is an error.
    with pikepdf.open(io.BytesIO(mended), attempt_recovery=False) as pdf:
        found = tuple(pdf.get_object(number, 0).read_raw_bytes() for number in range(4, 4 + len(BODIES)))
    assert found == BODIES


@pytest.mark.parametrize("body", BODIES)
def test_a_reader_that_looks_for_the_end_counts_the_same(body: bytes) -> None:
    """Counted from `stream` to the end of line before `endstream`, the length is the one that the stream declares."""
    mended = measured_alike(made_pdf((body,)))
    data = mended[mended.index(b"stream\n") + len(b"stream\n") : mended.rindex(b"endstream")]
    assert data.removesuffix(b"\r\n" if data.endswith(b"\r\n") else b"\n") == body


def test_a_file_that_needs_nothing_stays_as_it_is() -> None:
    """No stream ends in a return: same bytes; so does what is no such file."""
    plain = made_pdf((b"a", b"b"))
    assert measured_alike(plain) == plain
    assert measured_alike(b"no PDF at all") == b"no PDF at all"
