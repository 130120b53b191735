"""Connections to a PostgreSQL server that the stores of a process share: opened when needed, closed when nobody works.

A process that was forked has its own, since a connection can't serve two.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Mapping
from typing import Any

#: Connections of one process to one server at a time.
MOST = 10
#: Seconds after which a connection that nobody uses is closed, and after which any is opened anew.
_IDLE, _LIFE = 60.0, 1_800.0

_lock = threading.Lock()
_pools: dict[tuple[int, str, float], Any] = {}


def has_pool(place: str, wait_seconds: float) -> bool:
    """Whether this process has reached a server already."""
    return (os.getpid(), place, wait_seconds) in _pools


def pool_of(place: str, wait_seconds: float, manners: Mapping[str, Any]) -> Any:
    """The pool of this process for a server; a connection is tried before it is given out.

    place: the URL. wait_seconds: how long to wait for a free connection. manners: how connections are opened.
    """
    from psycopg_pool import ConnectionPool

    key = (os.getpid(), place, wait_seconds)

    def tried(connection: Any) -> None:
        """Try a connection; where it is dead the others probably are too, and each would be waited for longer."""
        try:
            ConnectionPool.check_connection(connection)
        except Exception:
            _pools[key].drain()
            raise

    with _lock:
        if key not in _pools:
            _pools[key] = ConnectionPool(
                place,
                kwargs=dict(manners),
                min_size=0,
                max_size=MOST,
                timeout=max(2.0, wait_seconds),
                max_idle=_IDLE,
                max_lifetime=_LIFE,
                check=tried,
                num_workers=1,
                open=True,
                name="followup",
            )
        return _pools[key]


@atexit.register
def close_pools() -> None:
    """Close all connections of this process that are idle; the next work opens new ones."""
    with _lock:
        own = [key for key in _pools if key[0] == os.getpid()]
        for key in own:
            _pools.pop(key).close(timeout=1.0)
