"""Files inside a folder or archive, read in memory and never unpacked to disk; bombs and escapes are refused."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from followup_analytics.errors import UnreadableError
from followup_analytics.ingest.detect.sample import Sample

#: Endings of files in an archive that could be exports; others, such as recordings, are passed over.
_EXPORTS = {
    ".csv",
    ".tsv",
    ".txt",
    ".json",
    ".ndjson",
    ".jsonl",
    ".xml",
    ".xlsx",
    ".ods",
    ".parquet",
    ".mbox",
    ".eml",
    ".ics",
    ".vcon",
    ".storedata",
    ".html",
    ".toml",
    ".md",
}
#: Files of a telephone's backup have no endings: their names are forty hexadecimal digits.
_BACKED_UP = re.compile(r"^[0-9a-f]{40}$")
#: What lies beside a database and belongs to it.
_COMPANIONS = ("-wal",)
_LARGEST_TOGETHER = 4 * 1024**3
_LARGEST_MEMBER = 64 * 1024**2
#: Text packs 5 to 20 times; a hundred times more than the packed size, beyond a floor, is made to do harm.
_WORST_RATIO = 200
_RATIO_FLOOR = 1024**2


def read_members(
    sample: Sample, wanted: Callable[[str], bool], *, most: int | None = None
) -> Iterator[tuple[str, bytes]]:
    """The wanted files in the order of their names, as name and content; of each at most the first `most` bytes.

    Raises UnreadableError for an archive that is damaged, encrypted, or made to escape its folder or fill the disk.
    """
    names = [name for name in sample.members if wanted(name)]
    if sample.container == "folder":
        for name in names:
            path = sample.path / name
            if most is None and path.stat().st_size > _LARGEST_MEMBER:
                raise _too_large(sample)
            with path.open("rb") as file:
                yield name, file.read(most if most is not None else _LARGEST_MEMBER)
        return
    with zipfile.ZipFile(sample.path) as archive:
        refuse_escapes(sample)
        for name in names:
            yield name, _content(sample, archive, name, most)


def unpack_members(sample: Sample, folder: Path) -> list[Path]:
    """The files of a folder or archive that could be exports; those of an archive are unpacked into a folder of ours.

    Raises UnreadableError as `read_members` does; sizes are counted while unpacking, since headers can lie.
    """
    wanted = [name for name in sample.members if _could_be_export(name)]
    if sample.container == "folder":
        return [sample.path / name for name in wanted]
    refuse_escapes(sample)
    paths: list[Path] = []
    left = _LARGEST_TOGETHER
    with zipfile.ZipFile(sample.path) as archive:
        for place, name in enumerate(wanted):
            path = folder / str(place) / PurePosixPath(name).name
            path.parent.mkdir(parents=True)
            left -= _unpack(sample, archive, name, path, left)
            for beside in (name + ending for ending in _COMPANIONS if name + ending in sample.members):
                left -= _unpack(sample, archive, beside, path.parent / PurePosixPath(beside).name, left)
            paths.append(path)
    return paths


def _could_be_export(name: str) -> bool:
    base = PurePosixPath(name).name
    return PurePosixPath(name).suffix.lower() in _EXPORTS or bool(_BACKED_UP.match(base))


def _unpack(sample: Sample, archive: zipfile.ZipFile, name: str, path: Path, left: int) -> int:
    info = archive.getinfo(name)
    size = 0
    try:
        with archive.open(info) as member, path.open("wb") as out:
            while chunk := member.read(1 << 20):
                size += len(chunk)
                if size > left or (size > _RATIO_FLOOR and size > _WORST_RATIO * max(info.compress_size, 1)):
                    raise _too_large(sample)
                out.write(chunk)
    except RuntimeError:
        raise UnreadableError(
            f"{sample.name}: the archive is protected by a password; unpack it and name the files."
        ) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise UnreadableError(
            f"{sample.name}: a file in the archive is damaged; copy or download the archive again."
        ) from None
    return size


def refuse_escapes(sample: Sample) -> None:
    """Raise UnreadableError when a member's name leads out of the archive's own folder."""
    for name in sample.members:
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or (path.parts and path.parts[0].endswith(":")):
            raise UnreadableError(
                f"{sample.name}: a file in the archive has a path that leads out of it, so it is not what it seems; "
                "download the archive again from its source."
            )


def _content(sample: Sample, archive: zipfile.ZipFile, name: str, most: int | None) -> bytes:
    info = archive.getinfo(name)
    packed = info.file_size > _RATIO_FLOOR and info.file_size > _WORST_RATIO * max(info.compress_size, 1)
    if most is None and (info.file_size > _LARGEST_MEMBER or packed):
        raise _too_large(sample)
    try:
        with archive.open(info) as member:
            data = member.read(_LARGEST_MEMBER + 1 if most is None else most)
    except RuntimeError:
        raise UnreadableError(
            f"{sample.name}: the archive is protected by a password; unpack it and name the files."
        ) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
        raise UnreadableError(
            f"{sample.name}: a file in the archive is damaged; copy or download the archive again."
        ) from None
    if len(data) > _LARGEST_MEMBER:
        raise _too_large(sample)
    return data


def _too_large(sample: Sample) -> UnreadableError:
    return UnreadableError(
        f"{sample.name}: a file inside unpacks to more than {_LARGEST_MEMBER // 1024**2} MiB or far beyond its "
        "packed size; such files have no place here. Unpack the archive and name the files you mean."
    )
