"""Files brought in: looked at first, stored only when asked, and kept in a folder that is gone with the page."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from followup_analytics.errors import UsageError
from followup_analytics.web.faces import face_of
from followup_analytics.web.setting import form_of, go, house_of, page, told, words, worked

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

#: Letters of a file's name that are kept: the kind of a file is told by its ending, nothing else of it is used.
_LONGEST_SUFFIX = 12
_AT_A_TIME = 1 << 20


@dataclass
class Tray:
    """Files that were dropped and not yet stored, under names of our own in a private folder."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="followup-page-")))
    drops: dict[str, tuple[Path, ...]] = field(default_factory=dict)

    def clear(self) -> None:
        """Remove all that was dropped."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.drops.clear()


@told
async def files(request: Request) -> Response:
    """The form that takes files; what was found in those just dropped."""
    if request.method != "POST":
        return page(request, "files.html", title="Bring your files", face=None, drop=None, options={})
    form = await form_of(request)
    tray: Tray = request.app.state.tray
    paths = await _kept(form, tray)
    drop = secrets.token_urlsafe(8)
    tray.drops[drop] = paths
    options = _options(form)
    result = await worked(_checked, paths, options)
    return page(
        request, "files.html", title="What was found", face=face_of(result, drawn=False), drop=drop, options=options,
        command="followup check FILE",
    )  # fmt: skip


@told
async def store(request: Request) -> Response:
    """Store what was looked at."""
    form = await form_of(request)
    tray: Tray = request.app.state.tray
    paths = tray.drops.get(words(form, "drop") or "")
    if paths is None:
        raise UsageError("These files are gone: drop them again.")
    url = house_of(request).desk.use_store_at_home()
    await worked(_stored, paths, url, _options(form))
    return go("/")


async def _kept(form: FormData, tray: Tray) -> tuple[Path, ...]:
    """The dropped files written under our own names; the ending alone is taken from theirs."""
    kept = []
    folder = Path(tempfile.mkdtemp(dir=tray.folder))
    for number, one in enumerate(form.getlist("files")):
        if isinstance(one, str) or not one.filename:
            continue
        suffix = "".join(letter for letter in Path(one.filename).suffix if letter.isalnum() or letter == ".")
        path = folder / f"file-{number + 1}{suffix[:_LONGEST_SUFFIX].lower()}"
        with path.open("wb") as out:
            while piece := await one.read(_AT_A_TIME):
                out.write(piece)
        await one.close()
        kept.append(path)
    if not kept:
        raise UsageError("Choose one file or several.")
    return tuple(kept)


def _options(form: FormData) -> dict[str, Any]:
    """What was said about the files, as the reader's own options."""
    given = {name: words(form, name) for name in ("time_zone", "observed_until", "map")}
    return {name: value for name, value in given.items() if value is not None}


def _checked(paths: tuple[Path, ...], options: dict[str, Any]) -> Any:
    from followup_analytics import check_files

    asked = {name: value for name, value in options.items() if name != "observed_until"}
    return check_files(list(paths), **asked)


def _stored(paths: tuple[Path, ...], url: str, options: dict[str, Any]) -> Any:
    from followup_analytics import ingest_files

    return ingest_files(list(paths), into=url, **options)
