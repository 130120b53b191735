"""Random numbers that depend only on what they are for: the same interview meets the same luck under any strategy.

A draw is a hash of (seed, stream, interview, counter), so that a world run twice, once as it is and once under
intervention, differs only where the intervention makes it differ (common random numbers). The hash is the finaliser
of SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators", section 5).
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Booleans: TypeAlias = npt.NDArray[np.bool_]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_COUNTER = np.uint64(0xD1342543DE82EF95)
_TO_UNIT = 2.0**-53


def _mixed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    values = (values ^ (values >> np.uint64(30))) * _MIX_1
    values = (values ^ (values >> np.uint64(27))) * _MIX_2
    return values ^ (values >> np.uint64(31))


class Draws:
    """A source of random numbers for one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = _mixed(np.array([seed], dtype=np.int64).astype(np.uint64) * _GOLDEN + _GOLDEN)
        self._starts: dict[str, npt.NDArray[np.uint64]] = {}

    def _start(self, stream: str) -> npt.NDArray[np.uint64]:
        start = self._starts.get(stream)
        if start is None:
            name = np.array([int.from_bytes(stream.encode()[:32], "little") % (2**64 - 59)], dtype=np.uint64)
            start = self._starts[stream] = _mixed(self._seed + name)
        return start

    def uniform(self, stream: str, ids: Integers, counter: Any = 0) -> Floats:
        """Numbers in (0, 1), one for each id.

        stream: what the number is for. ids: n integers. counter: the how-manieth of its kind, one or n integers.
        """
        # Arrays of unsigned integers wrap around in silence, as the hash needs; single numbers would warn.
        count = np.atleast_1d(np.asarray(counter, dtype=np.int64)).astype(np.uint64) * _COUNTER
        state = _mixed(_mixed(self._start(stream) + ids.astype(np.uint64) * _GOLDEN) + count)
        return ((state >> np.uint64(11)).astype(np.float64) + 0.5) * _TO_UNIT

    def exponential(self, stream: str, ids: Integers, counter: Any = 0) -> Floats:
        """Waiting times of mean 1, one for each id."""
        return -np.log(self.uniform(stream, ids, counter))

    def normal(self, stream: str, ids: Integers, counter: Any = 0) -> Floats:
        """Standard normal numbers, one for each id."""
        from scipy.special import ndtri

        return np.asarray(ndtri(self.uniform(stream, ids, counter)), dtype=np.float64)

    def choice(self, stream: str, ids: Integers, weights: Floats, counter: Any = 0) -> Integers:
        """Indices drawn with given weights.

        weights: shape (k,) for all alike, or (n, k). Returns n indices in 0..k-1.
        """
        weights = np.atleast_2d(weights)
        edges = np.cumsum(weights, axis=1)
        chosen = self.uniform(stream, ids, counter)[:, None] * edges[:, -1:] >= edges[:, :-1]
        return np.asarray(chosen.sum(axis=1), dtype=np.int64)


def logistic(values: Floats) -> Floats:
    """Log-odds to probabilities, without overflow."""
    from scipy.special import expit

    return np.asarray(expit(values), dtype=np.float64)
