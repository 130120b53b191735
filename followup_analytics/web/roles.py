"""Which pages are for whom."""

from __future__ import annotations

from collections.abc import Mapping

#: By role the first parts of addresses that it may ask for; whoever started the program may see everything.
_PAGES: Mapping[str, frozenset[str]] = {
    "coach": frozenset({"today", "today.ics", "interviews", "report", "job", "sign-out"}),
    "analyst": frozenset(
        (
            "",
            "files",
            "rates",
            "curve",
            "outcomes",
            "claims",
            "quality",
            "plan",
            "simulate",
            "report",
            "releases",
            "job",
            "sign-out",
        )
    ),
}
#: Where each role begins.
FIRST: Mapping[str, str] = {"coach": "/today", "analyst": "/"}


def may(role: str, path: str) -> bool:
    """Whether a role may ask for an address."""
    return role == "owner" or path.split("/")[1] in _PAGES[role]


def may_make(role: str, *, confidential: bool) -> bool:
    """Whether a role may make reports about single interviews, or those about all."""
    return role == "owner" or confidential == (role == "coach")
