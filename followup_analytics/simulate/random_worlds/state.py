"""What has happened so far in every interview of a running world, and the book in which contacts are written."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from followup_analytics.simulate.random_worlds.world import BoolArray, FloatArray, IntArray

NEVER = np.inf
#: What an attempt was: an e-mail, a call that reached somebody, one that rang out, one that ended in a message.
EMAIL, REACHED, RANG_OUT, MESSAGE = 0, 1, 2, 3


@dataclass
class State:
    """Arrays of shape (n,), changed as the days go by; times are days since the interview's local midnight.

    attempts, voicemails, kept: attempts, messages, and acts of the strategy's kind since the moment. tone: last heard.
    told_when: a receptionist was asked for a good time. given_up: an attempt came after 21 quiet days.
    boost: what acts add to the log-odds of a reply, for now; gain: what they add to those of an advance, for good.
    """

    first_at: FloatArray
    last_at: FloatArray
    last_voicemail: FloatArray
    attempts: IntArray
    voicemails: IntArray
    kept: IntArray
    tone: IntArray
    thanked: BoolArray
    told_when: BoolArray
    given_up: BoolArray
    boost: FloatArray
    gain: FloatArray
    moment: FloatArray
    moment_tone: IntArray
    met: FloatArray
    reply: FloatArray
    end: FloatArray
    filled: BoolArray

    @classmethod
    def fresh(cls, n: int) -> State:
        """Nothing has happened yet."""
        never, past = np.full(n, NEVER), np.full(n, -NEVER)
        none, no = np.zeros(n, np.int64), np.zeros(n, bool)
        return cls(
            first_at=never.copy(),
            last_at=past.copy(),
            last_voicemail=past.copy(),
            attempts=none.copy(),
            voicemails=none.copy(),
            kept=none.copy(),
            tone=none.copy(),
            thanked=no.copy(),
            told_when=no.copy(),
            given_up=no.copy(),
            boost=np.zeros(n),
            gain=np.zeros(n),
            moment=never.copy(),
            moment_tone=none.copy(),
            met=never.copy(),
            reply=never.copy(),
            end=never.copy(),
            filled=no.copy(),
        )


@dataclass
class Book:
    """Columns of the attempts and notes of a world, a part for each day."""

    parts: dict[str, list[FloatArray]] = field(default_factory=dict)

    def write(self, **columns: FloatArray | IntArray | BoolArray) -> None:
        """Add rows; every call names the same columns."""
        for name, values in columns.items():
            self.parts.setdefault(name, []).append(np.asarray(values, dtype=np.float64))

    def columns(self) -> dict[str, FloatArray]:
        """All rows, one array a column; without columns where nothing was written."""
        return {name: np.concatenate(parts) for name, parts in self.parts.items()}
