"""Many connections to a shared page: no one machine takes the place of all others."""

from __future__ import annotations

import socket
from weakref import WeakSet

#: Connections of one address at a time: a browser has six, and a person some tabs and a phone.
MOST_OF_ONE = 64


class FairListener(socket.socket):
    """A listening socket that closes connections of an address that has many open already, before anything is read."""

    def accept(self) -> tuple[socket.socket, object]:
        """The next connection. Raises BlockingIOError, as where there is none, after one that was closed."""
        made, address = super().accept()
        held: dict[str, WeakSet[socket.socket]] = self.__dict__.setdefault("held", {})
        for where in [where for where, known in held.items() if all(one.fileno() == -1 for one in known)]:
            del held[where]
        known = held.setdefault(address[0], WeakSet())
        if sum(one.fileno() != -1 for one in known) >= MOST_OF_ONE:
            made.close()
            raise BlockingIOError
        known.add(made)
        return made, address
