"""What a log says about the advice, kept from one computation to the next: in a store, or of a large folder in a cache.

To test the claims takes minutes on a large log, and a coach asks every morning: the last verdicts serve, with their
date, until they are worked out again. Nothing that is kept names anybody.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from followup_analytics.advice.meaning import Meaning, meaning_of
from followup_analytics.advice.verdicts import read_verdicts
from followup_analytics.errors import UnreadableError, UsageError, WithheldError
from followup_analytics.store.kinds import EVIDENCE

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.store import Store

#: A log of no more contacts is examined anew whenever it has changed.
SOON_DONE = 2_000


@dataclass(frozen=True)
class Evidence:
    """What a log says about the advice: when that was worked out, how many contacts it had, verdicts, silences.

    kept: it is of an earlier call.
    """

    on: dt.date
    contacts: int
    verdicts: Mapping[str, str]
    meaning: Meaning
    kept: bool = False

    def serves(self, contacts: int, now: dt.datetime | None = None) -> bool:
        """Whether it may stand for a log that has so many contacts now.

        now: for a list that is asked for many times a day; then that of the same day does, whatever was entered since.
        """
        of_today = now is not None and self.on == now.astimezone(dt.UTC).date()
        return contacts > SOON_DONE or contacts == self.contacts or of_today


def evidence_of(log: FollowUpLog, *, seed: int = 0, verdicts: Any = None) -> Evidence:
    """Test the claims on a log, unless `verdicts` has them already, and work out what silences have meant in it.

    A working paper about one's own clients needs no hiding of what it rests on, so nothing is hidden.
    """
    tested = _tested(log, seed) if verdicts is None else verdicts
    now = log.read_at or dt.datetime.now(dt.UTC)
    return Evidence(now.date(), log.contacts.height, read_verdicts(tested), meaning_of(log))


def _tested(log: FollowUpLog, seed: int) -> Any:
    """This log's verdicts; where it is about too few applicants to test anything, none of the claims can be tested."""
    from followup_analytics.claims import own_catalogue, test_claims

    try:
        return test_claims(log, min_cell=1, seed=seed)
    except WithheldError:
        return {claim.id: "not_testable" for claim in own_catalogue().claims}


def evidence_of_folder(folder: Path, log: FollowUpLog, *, seed: int = 0) -> Evidence:
    """What a folder or workbook says about the advice: examined, or of the last time where it is large and unchanged.

    It is kept in the user's cache, by a fingerprint of the files' names, sizes and times.
    """
    if log.contacts.height <= SOON_DONE:
        return evidence_of(log, seed=seed)
    place = _cache() / f"{_fingerprint(folder, seed)}.json"
    with suppress(OSError):
        held = _from_text(place.read_text(encoding="utf-8"))
        if held is not None:
            return replace(held, meaning=held.meaning.with_employers(log))
    evidence = evidence_of(log, seed=seed)
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = place.with_suffix(f".{os.getpid()}.tmp")
        unfinished.write_text(_as_text(evidence), encoding="utf-8")
        unfinished.replace(place)
    return evidence


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "followup_analytics" / "evidence"


def _fingerprint(folder: Path, seed: int) -> str:
    from followup_analytics import __version__

    files = sorted(folder.iterdir()) if folder.is_dir() else [folder]
    told = [(one.name, one.stat().st_size, one.stat().st_mtime_ns) for one in files if one.is_file()]
    return hashlib.sha256(repr((__version__, seed, str(folder.resolve()), told)).encode()).hexdigest()[:32]


def kept_evidence(store: Store) -> Evidence | None:
    """What was worked out last; None where nothing was."""
    text = store.setting(EVIDENCE)
    return None if text is None else _from_text(text)


def keep_evidence(url: str, evidence: Evidence) -> None:
    """Keep it in the store; where that can't be written, it is worked out again the next time."""
    from followup_analytics.store import open_store

    with suppress(UnreadableError):
        open_store(url, write=True).keep_setting(EVIDENCE, _as_text(evidence))


def _as_text(evidence: Evidence) -> str:
    held = {
        "on": evidence.on.isoformat(),
        "contacts": evidence.contacts,
        "verdicts": dict(evidence.verdicts),
        "silences": evidence.meaning.to_plain(),
    }
    return json.dumps(held, separators=(",", ":"))


def _from_text(text: str) -> Evidence | None:
    """What `_as_text` wrote; None where another version wrote it otherwise."""
    try:
        held = json.loads(text)
        return Evidence(
            dt.date.fromisoformat(held["on"]),
            int(held["contacts"]),
            read_verdicts(held["verdicts"]),
            Meaning.from_plain(held["silences"]),
            kept=True,
        )
    except (ValueError, KeyError, TypeError, UsageError):
        return None
