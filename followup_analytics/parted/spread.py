"""One value for each part of a log, wherever the parts lie; functions go to the parts, and only results come back."""

from __future__ import annotations

import pickle
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

from followup_analytics.errors import UnreadableError

T = TypeVar("T")
U = TypeVar("U")
Step = Callable[[Any], Any]


class Spread(ABC, Generic[T]):
    """One value for each part; iterating brings the values here, in the order of the parts."""

    @abstractmethod
    def map(self, function: Callable[[T], U]) -> Spread[U]:
        """What a function makes of each part's value, worked out where the part is when it is asked for."""

    @abstractmethod
    def kept(self) -> Spread[T]:
        """The same values, worked out once and kept where they are: later functions begin with these."""

    @abstractmethod
    def __iter__(self) -> Iterator[T]:
        """The values, part by part."""


class Here(Spread[T]):
    """Values in this process's memory: a log that fits is a single part."""

    def __init__(self, values: Iterable[T]) -> None:
        self._values = list(values)

    def map(self, function: Callable[[T], U]) -> Spread[U]:
        """See Spread; worked out at once."""
        return Here(function(value) for value in self._values)

    def kept(self) -> Spread[T]:
        """See Spread."""
        return self

    def __iter__(self) -> Iterator[T]:
        """See Spread."""
        return iter(self._values)


class Spooled(Spread[T]):
    """Values in files of a folder that is this run's own, one part in memory at a time."""

    def __init__(self, folder: Path, files: Iterable[Path], read: Step, steps: tuple[Step, ...] = ()) -> None:
        self._folder, self._files, self._read, self._steps = folder, tuple(files), read, steps

    def map(self, function: Callable[[T], U]) -> Spread[U]:
        """See Spread."""
        return Spooled(self._folder, self._files, self._read, (*self._steps, function))

    def kept(self) -> Spread[T]:
        """See Spread. Raises UnreadableError where the folder has no room for them."""
        number = sum(1 for one in self._folder.iterdir() if one.name.startswith("kept-"))
        place = self._folder / f"kept-{number}"
        place.mkdir()
        files = []
        for part, value in enumerate(self):
            files.append(place / f"{part:06}.pickle")
            try:
                with files[-1].open("wb") as stream:
                    pickle.dump(value, stream, protocol=5)
            except OSError as error:
                raise no_room(self._folder, error) from None
        return Spooled(self._folder, files, read_pickle)

    def __iter__(self) -> Iterator[T]:
        """See Spread."""
        for file in self._files:
            value = self._read(file)
            for step in self._steps:
                value = step(value)
            yield value


def read_pickle(file: Path) -> Any:
    """What `kept` wrote in this very run, in a folder that nobody else can read or write."""
    with file.open("rb") as stream:
        return pickle.load(stream)  # noqa: S301 - our own file, mode 700, of this run


def no_room(folder: Path, error: OSError) -> UnreadableError:
    """That the temporary folder can't take what has to lie there."""
    free = shutil.disk_usage(folder).free / 1e9
    return UnreadableError(
        f"{folder.parent}: temporary files can't be written ({error.strerror}; {free:.1f} GB free); name another "
        "folder with --temp."
    )
