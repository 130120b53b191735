"""What a store's log says about the advice, kept in the store from one computation to the next.

To test the claims takes minutes on a large log, and a coach asks every morning: the last verdicts serve, with their
date, until they are worked out again. Nothing that is kept names anybody.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from followup_analytics.advice.meaning import Meaning, meaning_of
from followup_analytics.advice.verdicts import read_verdicts
from followup_analytics.errors import UnreadableError, WithheldError

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.store import Store

_SETTING = "evidence"
#: A log of no more contacts is examined anew whenever it has changed.
SOON_DONE = 2_000


@dataclass(frozen=True)
class Evidence:
    """What a log says about the advice: when that was worked out, how many contacts it had, verdicts, silences."""

    on: dt.date
    contacts: int
    verdicts: Mapping[str, str]
    meaning: Meaning

    def serves(self, contacts: int) -> bool:
        """Whether it may stand for a log that has so many contacts now."""
        return contacts > SOON_DONE or contacts == self.contacts


def examine(log: FollowUpLog, *, seed: int = 0, verdicts: Any = None) -> Evidence:
    """Test the claims on a log, unless `verdicts` has them already, and work out what silences have meant in it.

    A working paper about one's own clients needs no hiding of what it rests on, so nothing is hidden.
    """
    tested = _tested(log, seed) if verdicts is None else verdicts
    known = log.read_at or log.data_date
    return Evidence(known.date(), log.contacts.height, read_verdicts(tested), meaning_of(log))


def _tested(log: FollowUpLog, seed: int) -> Any:
    """This log's verdicts; where it is about too few applicants to test anything, none of the claims can be tested."""
    from followup_analytics.claims import own_catalogue, test_claims

    try:
        return test_claims(log, min_cell=1, seed=seed)
    except WithheldError:
        return {claim.id: "not_testable" for claim in own_catalogue().claims}


def kept_evidence(store: Store) -> Evidence | None:
    """What was worked out last, None where nothing was or another version wrote it otherwise."""
    text = store.setting(_SETTING)
    if text is None:
        return None
    try:
        held = json.loads(text)
        return Evidence(
            dt.date.fromisoformat(held["on"]),
            int(held["contacts"]),
            read_verdicts(held["verdicts"]),
            Meaning.from_plain(held["silences"]),
        )
    except (ValueError, KeyError, TypeError):
        return None


def keep_evidence(url: str, evidence: Evidence) -> None:
    """Keep it in the store; where that can't be written, it is worked out again the next time."""
    from followup_analytics.store import open_store
    from followup_analytics.store.records import write_setting

    held = {
        "on": evidence.on.isoformat(),
        "contacts": evidence.contacts,
        "verdicts": dict(evidence.verdicts),
        "silences": evidence.meaning.to_plain(),
    }
    with suppress(UnreadableError), open_store(url, write=True).writing() as connection:
        write_setting(connection, _SETTING, json.dumps(held, separators=(",", ":")))
