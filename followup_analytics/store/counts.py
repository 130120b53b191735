"""What adding rows to a store did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Counts:
    """How many rows of one frame the store took.

    `accepted`: new keys and new versions together. `new_versions`: those whose key was known with other content.
    `already_known`: same key, same content. `forgotten`: about people who were forgotten, so not stored.
    `accepted + already_known + forgotten` is the height of the frame.
    """

    accepted: int = 0
    already_known: int = 0
    new_versions: int = 0
    forgotten: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.accepted + other.accepted,
            self.already_known + other.already_known,
            self.new_versions + other.new_versions,
            self.forgotten + other.forgotten,
        )
