"""The secrets of one run of the local page, and how they are compared."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field


@dataclass
class Keys:
    """The secrets of one run of the local page: the link's token, which is used once, and the session's cookie."""

    link: str | None = field(default_factory=lambda: secrets.token_urlsafe(24))
    session: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def use_link(self, given: str) -> bool:
        """Whether this is the link's token; it works once."""
        if self.link is None or not is_same(given, self.link):
            return False
        self.link = None
        return True

    def knows_session(self, given: str | None) -> bool:
        """Whether a cookie is this run's."""
        return given is not None and is_same(given, self.session)


def is_same(given: str, secret: str) -> bool:
    """Whether a text is a secret, compared in a time that doesn't tell how much of it is right."""
    # Bytes, since the comparison of texts refuses letters beyond ASCII.
    return hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode("utf-8"))
