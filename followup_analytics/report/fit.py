"""Pages that are worth turning: what stands on them is set closer or wider until none is left half empty."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

from followup_analytics.report.document import Document
from followup_analytics.report.press import press_pages
from followup_analytics.report.typecase import TypeCase

#: How much of a page may be empty at its foot.
MOST_EMPTY = 0.32
#: Airs in the order in which they are tried: as designed, then a little closer or wider, then more.
_AIRS = (1.0, 0.85, 1.2, 0.7, 1.4, 0.55, 1.6, 1.9)
#: Dots per inch of the pages that are looked at, and millimetres of an inch.
_PPI, _INCH = 18, 25.4
#: Millimetres of a page's head and foot; running lines stand in them.
_HEAD, _FOOT = 19.0, 18.0
#: Darker than this is ink, of 255.
_INK = 200


def aired(document: Document, case: TypeCase) -> Document:
    """The document with the air that leaves its emptiest page fullest; that of its design where this is full enough."""
    best, least = document, float("inf")
    for air in _AIRS:
        tried = replace(document, meta=replace(document.meta, air=air))
        empty = emptiest(tried, case)
        if empty <= MOST_EMPTY:
            return tried
        if empty < least - 0.02:
            best, least = tried, empty
    return best


def emptiest(document: Document, case: TypeCase) -> float:
    """The empty share at the foot of the page that has most of it, 0 for a document of one page."""
    pages = press_pages(document, case, ppi=_PPI)
    return max(map(_empty, pages)) if len(pages) > 1 else 0.0


def _empty(picture: bytes) -> float:
    import numpy as np
    from PIL import Image

    rows = np.asarray(Image.open(io.BytesIO(picture)).convert("L")).min(axis=1)
    top, bottom = round(_HEAD * _PPI / _INCH), len(rows) - round(_FOOT * _PPI / _INCH)
    inked: Sequence[int] = np.flatnonzero(rows[top:bottom] < _INK).tolist()
    return 1 - (inked[-1] + 1) / (bottom - top) if inked else 1.0
