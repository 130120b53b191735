"""XML of any size, element by element: no tree is kept, and a document type is refused at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from xml.parsers import expat

from followup_analytics.errors import UnreadableError
from followup_analytics.ingest.detect.sample import Sample

_CHUNK = 1 << 20
#: References to characters that XML forbids; telephone apps write emoji as two halves of a surrogate pair. They stand
#: in message texts only, which are not kept.
_FORBIDDEN = re.compile(
    rb"&#(?:x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]|[dD][89a-fA-F][0-9a-fA-F]{2})|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|5529[6-9]|55[3-9]\d\d|5[67]\d{3}|6553[45])|x[fF]{3}[eEfF]);"
    # The same characters as they are.
    rb"|[\x00-\x08\x0b\x0c\x0e-\x1f]"
)
_NEVER = re.compile(rb"(?!)")
_REPLACEMENT = "\ufffd".encode()
_LONGEST_REFERENCE = 16
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")

StartElement = Callable[[str, dict[str, str]], None]
EndElement = Callable[[str], None]


class _DoctypeError(Exception):
    pass


def feed_elements(sample: Sample, start: StartElement, end: EndElement | None = None) -> Iterator[int]:
    """Call `start` and `end` for each element of a file; yields the bytes read so far after each piece.

    The telephone's own backups are parsed by expat directly: `defusedxml` keeps the tree and is ten times slower, and
    the one thing that it adds, refusing a document type, is one handler here.
    Raises UnreadableError for a document type (the door of entity attacks) and for damage, naming the line.
    """
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    done = 0
    forbidden: re.Pattern[bytes] | None = None
    with sample.open() as file:
        rest = b""
        try:
            while chunk := file.read(_CHUNK):
                done += len(chunk)
                # In UTF-16 every other byte of plain letters is zero.
                forbidden = forbidden or (_NEVER if chunk.startswith(_WIDE) else _FORBIDDEN)
                data = rest + chunk
                cut = data.rfind(b"&", -_LONGEST_REFERENCE)
                data, rest = (data[:cut], data[cut:]) if cut >= 0 else (data, b"")
                parser.Parse(forbidden.sub(_REPLACEMENT, data), False)
                yield done
            parser.Parse((forbidden or _NEVER).sub(_REPLACEMENT, rest), True)
        except _DoctypeError:
            raise UnreadableError(
                f"{sample.name}: the file declares a document type (DOCTYPE), which can hide entities that attack "
                "the reader; files of this kind have none. Export it again from the app."
            ) from None
        except expat.ExpatError as error:
            raise UnreadableError(
                f"{sample.name}: the XML is damaged at line {error.lineno:,} "
                f"({expat.errors.messages.get(error.code, 'unknown')}); "
                "the export was cut off or edited, so make it again."
            ) from None
        except (LookupError, ValueError):
            raise UnreadableError(
                f"{sample.name}: the XML declares an encoding that is not known; the export was damaged or edited, "
                "so make it again."
            ) from None
        except (OSError, EOFError) as error:
            raise UnreadableError(
                f"{sample.name}: the file can't be read to its end ({type(error).__name__}); copy it again."
            ) from None


def _refuse_doctype(*_: object) -> None:
    raise _DoctypeError
