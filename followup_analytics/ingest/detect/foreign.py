"""Files that no reader of tables or exports should look into: pictures, documents, programs."""

from __future__ import annotations

from followup_analytics.errors import UnreadableError
from followup_analytics.ingest.detect.sample import Sample

#: What files begin with, and what such a file is.
_STARTS = (
    (b"\x89PNG\r\n", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"BM", "a picture (BMP)"),
    (b"%PDF", "a PDF document: ask for the table itself, as a workbook or CSV"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"Rar!", "an archive of a kind that followup doesn't open: unpack it"),
    (b"7z\xbc\xaf", "an archive of a kind that followup doesn't open: unpack it"),
)
#: Beginnings that are letters only count in files that are no text.
_PLAIN = (b"BM", b"MZ")
_DOCUMENTS = {"word/document.xml": "a text document (Word)", "ppt/presentation.xml": "slides (PowerPoint)"}
_PROGRAMS = (
    ".py",
    ".r",
    ".sh",
    ".bat",
    ".ps1",
    ".java",
    ".c",
    ".h",
    ".cpp",
    ".go",
    ".rs",
    ".rb",
    ".php",
    ".css",
    ".ipynb",
)


def refuse_foreign(sample: Sample) -> None:
    """Raise UnreadableError with a plain sentence when a file is none that tables or calls could be in."""
    what = _foreign(sample)
    if what is not None:
        raise UnreadableError(
            f"{sample.name}: this is not a table or export that followup reads: it is {what}. "
            "`followup ingest --sources` lists what can be read."
        )


def _foreign(sample: Sample) -> str | None:
    if sample.container == "folder":
        return None
    head = sample.head
    for start, what in _STARTS:
        if head.startswith(start) and (start not in _PLAIN or b"\0" in head[:512]):
            return what
    if sample.container == "archive":
        return next((what for name, what in _DOCUMENTS.items() if name in sample.members), None)
    if sample.path.suffix.lower() in _PROGRAMS and sample.container == "file":
        return f"a program's text ({sample.path.suffix})"
    return None
