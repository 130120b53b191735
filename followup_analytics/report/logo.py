"""An office's logo on the first page of its reports: read from a picture, made small, and the same bytes every time."""

from __future__ import annotations

import base64
import io
import struct
from pathlib import Path
from typing import Any

from followup_analytics.errors import DataError, UnreadableError

#: Forms of pictures that may be used; drawings (SVG) may hold programs, and are not taken.
_FORMATS = ("PNG", "JPEG")
_MOST_BYTES = 10_000_000
_MOST_POINTS = 50_000_000
#: How large it stands on paper, in millimetres, and in points at 600 an inch.
_WIDEST, _HIGHEST = 48.0, 14.0
_LARGEST = (round(_WIDEST / 25.4 * 600), round(_HIGHEST / 25.4 * 600))


def read_logo(path: Path) -> bytes:
    """The picture as a small PNG without anything but its points.

    Raises UnreadableError where there is no such file, DataError where it is no PNG or JPEG, or too large.
    """
    from PIL import Image

    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise DataError(f"{path.name}: the logo has {size / 1e6:.0f} MB; save it smaller than 10 MB.")
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"{path.name}: the logo can't be read ({error.strerror}).") from None
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            if picture.width * picture.height > _MOST_POINTS:
                raise DataError(
                    f"{path.name}: the logo has {picture.width} by {picture.height} points; save it smaller."
                )
            small = picture.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise DataError(f"{path.name}: the logo is no PNG or JPEG picture; save it as one.") from None
    small.thumbnail(_LARGEST)
    out = io.BytesIO()
    small.save(out, format="PNG", optimize=True)
    return out.getvalue()


def logo_data(logo: bytes | None, name: str | None) -> dict[str, Any] | None:
    """The logo as the templates take it: its bytes as text, and what is said of it to those who don't see it."""
    if logo is None:
        return None
    # A PNG says its size in points after its first 16 bytes.
    width, height = struct.unpack(">II", logo[16:24])
    return {
        "base64": base64.b64encode(logo).decode("ascii"),
        "alt": f"Logo: {name}" if name else "Logo",
        "width_mm": round(min(_WIDEST, _HIGHEST * width / height), 2),
    }
