"""Files brought in: looked at, understood, mended, and stored only when asked."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from followup_analytics.errors import FollowUpError, UsageError
from followup_analytics.web.drops import MOST_ROWS, Drop, Dropped, Tray, place_for
from followup_analytics.web.faces import face_of, in_page_words
from followup_analytics.web.setting import form_of, go, house_of, page, telling_faults, words, worked

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

_AT_A_TIME = 1 << 20
_OPTIONS = ("time_zone", "observed_until", "map")
#: Files of more bytes than this are stored by a child process, with progress.
_LARGE = 4 << 20
#: What becomes of a column, in words.
_FATES = {"stored": "stored as it is", "pseudonym": "replaced by a code", "dropped": "left out"}


def tray_of(request: Request) -> Tray:
    """The files of whoever asks."""
    return house_of(request).tray


@telling_faults
async def files(request: Request) -> Response:
    """The form that takes files; those that come go to a page of their own."""
    house = house_of(request)
    if request.method != "POST":
        waiting = [(one.id, [held.path.name for held in one.files]) for one in tray_of(request).drops.values()]
        return page(
            request, "files.html", title="Bring your files", waiting=waiting, zones=zones(), maps=_maps(),
            command=f"followup check FILE; followup ingest FILE --into {house.desk.name}",
        )  # fmt: skip
    form = await form_of(request)
    drop = tray_of(request).begin()
    await _keep(form, drop)
    _take_options(drop, form)
    return go(f"/files/{drop.id}")


@telling_faults
async def looked(request: Request) -> Response:
    """What was found in the files of a drop."""
    drop, house = tray_of(request).drop(request.path_params["drop"]), house_of(request)
    if drop.size > _LARGE and not drop.is_checked:

        def take(result: Any) -> None:
            drop.found(result)

        work = house.works.begin(
            ("look", drop.id, drop.revision),
            "Looking at the files",
            checked,
            (drop,),
            then=f"/files/{drop.id}",
            take=take,
        )
        return go(f"/job/{work.id}")
    return page(request, "drop.html", **await worked(_view, drop, tray_of(request), house.desk))


@telling_faults
async def answers(request: Request) -> Response:
    """Take the answers about columns and words of one file."""
    drop, form = tray_of(request).drop(request.path_params["drop"]), await form_of(request)
    place = words(form, "file") or ""
    if not place.isdecimal() or int(place) >= len(drop.files):
        raise UsageError("Choose one of the files.")
    given = {name.removeprefix("q:"): words(form, name) or "" for name in form if name.startswith("q:")}
    drop.files[int(place)].answers |= given
    drop.forget()
    return go(f"/files/{drop.id}#file-{place}")


@telling_faults
async def options(request: Request) -> Response:
    """Take what was said about all files: zone, day, map, columns to keep, cohorts that are the same."""
    drop, form = tray_of(request).drop(request.path_params["drop"]), await form_of(request)
    _take_options(drop, form)
    drop.keep = tuple(str(one) for one in form.getlist("keep"))
    pairs = zip(form.getlist("written"), form.getlist("means"), strict=False)
    drop.same_cohort = tuple(f"{one}={other}" for one, other in pairs if str(one).strip() and str(other).strip())
    return go(f"/files/{drop.id}")


@telling_faults
async def mend(request: Request) -> Response:
    """Take rows as they were put right on the page."""
    drop, form = tray_of(request).drop(request.path_params["drop"]), await form_of(request)
    if words(form, "revision") != str(drop.revision):
        raise UsageError("These rows were mended in another tab meanwhile: look at them again before you go on.")
    await worked(_mended, drop, tray_of(request), form)
    return go(f"/files/{drop.id}#mend")


@telling_faults
async def to_mend(request: Request) -> Response:
    """All findings and rows to mend as a workbook, for whoever would rather mend them there."""
    from starlette.responses import Response as Plain

    drop = tray_of(request).drop(request.path_params["drop"])
    content = await worked(_workbook, drop)
    return Plain(
        content,
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": 'attachment; filename="to mend.xlsx"'},
    )


@telling_faults
async def discard(request: Request) -> Response:
    """Forget the files of a drop."""
    tray = tray_of(request)
    await form_of(request)
    tray.done(tray.drop(request.path_params["drop"]))
    return go("/files")


@telling_faults
async def store(request: Request) -> Response:
    """Store what can be used: at once, or by a child process where the files are large."""
    tray, house = tray_of(request), house_of(request)
    drop = tray.drop(request.path_params["drop"])
    await form_of(request)
    url = house.desk.store_at_home()

    def take(result: Any) -> str:
        # As at a terminal: of several files any that can't be used keeps all of them out, which is said.
        if result.failed or not any(row.accepted or row.already_known for row in result.rows):
            said = result.summary() + "".join(
                f" {note.text}." for note in result.notes if note.code == "nothing_stored"
            )
            raise UsageError(in_page_words(said))
        house.desk.open(url)
        tray.done(drop)
        accepted = sum(row.accepted for row in result.rows)
        return f"/?stored={accepted}"

    if drop.size <= _LARGE:
        return go(take(await worked(drop.store, url)))
    work = house.works.begin(
        ("store", drop.id), "Storing the files", stored, (drop, url), then=f"/files/{drop.id}", take=take
    )
    return go(f"/job/{work.id}")


def checked(drop: Drop, tell: Any) -> Any:
    """Look at a drop, telling how far it is; a function of this module, so that a child process can find it."""
    for one in drop.files:
        # A drafted map is written beside the file, where the check looks for it.
        drop.draft(one)
    return drop.look(lambda name, n, share: tell(f"{name}: {n:,} records read", share))


def stored(drop: Drop, url: str, tell: Any) -> Any:
    """Store a drop, telling how far it is; a function of this module, so that a child process can find it."""
    return drop.store(url, lambda name, n, share: tell(f"{name}: {n:,} records read", share))


def _view(drop: Drop, tray: Tray, desk: Any) -> dict[str, Any]:
    """Everything that the page of a drop shows."""
    with tray.lock:
        return _found(drop, desk)


def _found(drop: Drop, desk: Any) -> dict[str, Any]:
    asked = [_asked(drop, place) for place, one in enumerate(drop.files) if one.of is None]
    problems = [one["problem"] for one in asked if one["problem"]]
    view: dict[str, Any] = {
        "title": "What was found", "drop": drop, "asked": asked, "problem": None, "face": None, "rows": (), "fates": (),
        "broken": (), "zones": zones(), "maps": _maps(), "can_store": False, "cohorts": (), "more_rows": 0,
        "command": f"followup check {'FILE' if len(drop.files) == 1 else 'FILE...'}",
    }  # fmt: skip
    if problems:
        return view
    try:
        result = drop.checked()
    except FollowUpError as error:
        return {**view, "problem": in_page_words(str(error))}
    rows = drop.bad_rows(result)
    drafted = {one.path.name for one in drop.files if one.map_path is not None or one.of is not None}
    failed = [in_page_words(str(one.error)) for one in result.failed]
    accepted = any(row.accepted for row in result.rows)
    return {
        **view,
        "problem": " ".join(failed) or None,
        "face": face_of(result, drawn=False),
        "why": dict.fromkeys((row.file, row.why) for row in result.rows if row.why and row.file not in drafted),
        "rows": rows[:MOST_ROWS],
        "more_rows": max(0, len(rows) - MOST_ROWS),
        "broken": [(one.place, one.heading, f"{one.n:,}", in_page_words(one.message)) for one in result.broken],
        "fates": [
            {
                "file": one.file,
                "sheet": one.sheet,
                "column": one.fate.column,
                "becomes": _FATES[one.fate.becomes],
                "fate": one.fate.becomes,
                "reason": one.fate.reason,
                "kept": one.fate.column in drop.keep,
                "can_keep": one.fate.column in drop.keep
                or (one.fate.becomes == "dropped" and "map" not in one.fate.reason),
            }
            for one in result.columns_become
        ],
        "can_store": accepted and not failed,
        "cohorts": _cohorts(desk),
    }


def _asked(drop: Drop, place: int) -> dict[str, Any]:
    """What is asked about one file, and its first rows as understood."""
    one = drop.files[place]
    asked: dict[str, Any] = {"place": place, "name": one.path.name, "problem": None, "draft": None, "sample": ()}
    try:
        made = drop.draft(one)
    except FollowUpError as error:
        return {**asked, "problem": in_page_words(str(error))}
    if made is None:
        return asked
    used = [row for row in made.rows if row.means]
    return {
        **asked,
        "draft": made,
        "questions": made.questions,
        "used": used,
        "unused": [row for row in made.rows if not row.means],
        "sample": _sample(made.sample),
        "notes": [note.text for note in made.notes if note.code != "confidential"],
    }


def _sample(sample: Any) -> list[tuple[int, list[tuple[str, list[tuple[str, str]]]]]]:
    """The first rows as understood: number, and for each record its kind and cells; keys made of cells are left out."""
    found = []
    for one in sample:
        records = [
            (name.removesuffix("s"), [(ours, str(value)) for ours, value in record.items() if ours not in _KEYS])
            for name, held in one.items()
            if isinstance(held, list)
            for record in held
        ]
        found.append((int(one["row"]), records))
    return found


_KEYS = ("interview_id", "contact_id")


def _mended(drop: Drop, tray: Tray, form: FormData) -> None:
    with tray.lock:
        _mend(drop, form)


def _mend(drop: Drop, form: FormData) -> None:
    rows = drop.bad_rows(drop.checked())
    changes: dict[int, dict[str, str]] = {}
    for place, bad in enumerate(rows[:MOST_ROWS]):
        for number, name in enumerate(bad.cells):
            said = form.get(f"cell:{place}:{number}")
            if isinstance(said, str):
                changes.setdefault(place, {})[name] = said.strip()
    drop.mend(changes, rows)


def _workbook(drop: Drop) -> bytes:
    from followup_analytics.office.mending import write_mending

    path = drop.folder / "to mend.xlsx"
    drafts = {one.path: made for one in drop.files if (made := drop.draft(one)) is not None}
    write_mending(path, drop.checked(), drafts, [])
    return path.read_bytes()


async def _keep(form: FormData, drop: Drop) -> None:
    """Write what was dropped into the private folder."""
    for one in form.getlist("files"):
        if isinstance(one, str) or not one.filename:
            continue
        path = place_for(drop, one.filename)
        with path.open("wb") as out:
            while piece := await one.read(_AT_A_TIME):
                out.write(piece)
        await one.close()
        drop.files.append(Dropped(path))
    if not drop.files:
        raise UsageError("Choose one file or several.")


def _take_options(drop: Drop, form: FormData) -> None:
    """What was said about the files, as the reader's own options."""
    said = {name: words(form, name) for name in _OPTIONS if name in form}
    if said.get("map") is not None and said["map"] not in _maps():
        # A path would read any file of this machine.
        raise UsageError("Choose one of the maps of the list.")
    drop.options = {name: value for name, value in {**drop.options, **said}.items() if value is not None}
    drop.forget()


def _cohorts(desk: Any) -> tuple[str, ...]:
    """The cohorts that the open store has, with which those of the files may be the same."""
    if not desk.is_store:
        return ()
    try:
        frame = desk.log().interviews
    except FollowUpError:
        return ()
    return tuple(sorted(frame["cohort"].drop_nulls().unique().to_list())) if "cohort" in frame.columns else ()


@functools.cache
def zones() -> tuple[str, ...]:
    """The names of time zones that can be chosen."""
    import zoneinfo

    plain = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    return tuple(sorted(one for one in zoneinfo.available_timezones() if one.partition("/")[0] in plain))


@functools.cache
def _maps() -> tuple[str, ...]:
    from followup_analytics.ingest.maps.mapping import shipped_maps

    return tuple(sorted(shipped_maps()))
