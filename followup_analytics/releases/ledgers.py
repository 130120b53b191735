"""Where the ledger of releases of a store or log lies, and how an answer is entered in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from followup_analytics.results.disclosure.released import Units

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.results.disclosure import DisclosurePolicy
    from followup_analytics.results.disclosure.ledger import Ledger
    from followup_analytics.results.result import Result

#: Options that choose how an answer is written, not what it says.
_NOT_ASKED = (
    "log", "format", "json", "output", "publish", "ledger", "trace", "engine", "spark_master", "memory",
    "temp", "disclosure", "min_cell", "paper",
    "font_path", "check", "save", "card",
)  # fmt: skip


def publish(
    name: str,
    results: Sequence[Result],
    log: FollowUpLog,
    ledger: Ledger,
    policy: DisclosurePolicy,
    question: Mapping[str, Any],
) -> str:
    """Enter what is about to be shown in the ledger, and give a sentence about it.

    question: the options of the command. Raises WithheldError where earlier releases and this one together would let a
    hidden number be found.
    """
    earlier = ledger.publish(
        name,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        command=results[0].command if len(results) == 1 else "report",
        question={name: value for name, value in question.items() if name not in _NOT_ASKED and value is not None},
        policy=policy,
        fingerprint=fingerprint(log),
        published={f"{place}": one.to_json() for place, one in enumerate(results)},
        tables=[_whole(log), *(units for one in results for units in one.released())],
    )
    if earlier is not None:
        return f"The same answer is in the ledger already, as {earlier.name!r}: this is no new release."
    return f"Entered in the ledger of releases ({ledger.place.name}) as {name!r}."


def _whole(log: FollowUpLog) -> Units:
    """The part of the record that the answer is about: how many interviews it has is always shown."""
    import polars as pl

    frame = log.interviews.select(
        unit="interview_id", person="applicant_id", cell=pl.lit(0, pl.Int64), happened=pl.lit(value=False)
    )
    return Units("the record", "interviews", ("all",), (frame.height,), (None,), frame)


def fingerprint(log: FollowUpLog) -> str:
    """A digest of the record as it was asked: the same rows give the same one."""
    import hashlib

    found = hashlib.sha256()
    for name in ("interviews", "contacts", "outcomes"):
        frame = getattr(log, name)
        plain = frame.select([one for one in frame.columns if not one.startswith("_")])
        found.update(plain.sort(plain.columns[0]).write_csv().encode())
    return found.hexdigest()


def open_ledger(source: str, elsewhere: Path | None) -> Ledger:
    """The ledger of a store or log, beside it or `elsewhere`."""
    from followup_analytics.results.disclosure.ledger import Ledger, file_place
    from followup_analytics.store import open_store
    from followup_analytics.store.address import is_store_url, parse_address
    from followup_analytics.store.releases import ledger_beside, place_of

    if elsewhere is not None:
        return Ledger(file_place(elsewhere))
    path = parse_address(source).path if is_store_url(source) else Path(source)
    return Ledger(file_place(ledger_beside(path)) if path is not None else place_of(open_store(source, write=True)))
