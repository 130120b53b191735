"""How many threads the library of linear algebra may use."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any


def one_thread_each() -> AbstractContextManager[Any]:
    """Within it, linear algebra runs on one thread in each of ours.

    Small matrices are slower on several threads, and differ in their last digits. It holds for libraries that are
    loaded by then.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    limits: AbstractContextManager[Any] = threadpool_limits(limits=1)
    return limits
