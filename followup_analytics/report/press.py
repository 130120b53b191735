"""From a document to PDF bytes: tagged (PDF/UA-1), for the archive (PDF/A-2a), and the same bytes every time."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, time
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Literal

from followup_analytics.report.document import Document
from followup_analytics.report.streams import measured_alike
from followup_analytics.report.typecase import TypeCase, font_folder

#: The two promises that the typesetter itself enforces: it refuses to write a file that breaks them.
STANDARDS = ("ua-1", "a-2a")


def press(document: Document, case: TypeCase, *, template: str | None = None) -> bytes:
    """Set a document and give the PDF's bytes.

    The file's time stamp is midnight UTC of the document's day, packages from elsewhere are not used, and of the
    system's fonts only those that were borrowed for letters which ours lack: same document, same bytes.
    """
    made: bytes = _compile(document, case, template or document.template, "pdf")
    return measured_alike(made)


def press_pages(document: Document, case: TypeCase, *, template: str | None = None, ppi: int = 100) -> list[bytes]:
    """The pages as PNG pictures at `ppi` dots per inch, for previews."""
    made: list[bytes] = _compile(document, case, template or document.template, "png", ppi=ppi)
    return made


def n_pages(document: Document, case: TypeCase) -> int:
    """How many pages the document takes."""
    return len(press_pages(document, case, ppi=8))


def _compile(
    document: Document, case: TypeCase, template: str, kind: Literal["pdf", "png"], ppi: int | None = None
) -> Any:
    import typst

    data = case.clean_all(document.as_data())
    if data["meta"]["logo"] is not None:
        # The templates have no way to decode it.
        data["meta"]["logo"]["bytes"] = list(base64.b64decode(data["meta"]["logo"].pop("base64")))
    midnight = int(datetime.combine(document.meta.day, time(), UTC).timestamp())
    more: dict[str, Any] = {"pdf_standards": list(STANDARDS)} if kind == "pdf" else {"ppi": ppi}
    folders = files("followup_analytics.report") / "templates"
    with as_file(folders) as folder, font_folder(case.font_path, case.lent) as fonts:
        made = typst.compile(
            str(Path(folder) / template),
            root=str(folder),
            font_paths=[str(fonts)],
            ignore_system_fonts=True,
            format=kind,
            timestamp=midnight,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            **more,
        )
    return made if kind == "pdf" or isinstance(made, list) else [made]


@lru_cache(maxsize=1)
def template_sources() -> dict[str, str]:
    """The templates' texts by name; they hold no data and fetch nothing."""
    folder = files("followup_analytics.report") / "templates"
    return {entry.name: entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".typ")}
