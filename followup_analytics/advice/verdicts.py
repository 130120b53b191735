"""What the log in hand says about the claims behind a step, and how sure that makes the advice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from followup_analytics.errors import UsageError

VERDICTS = ("supported", "contradicted", "no_meaningful_difference", "inconclusive", "not_testable")
#: The verdict of a claim that nobody asked this log about.
NOT_EXAMINED = "not_examined"

GIVEN = "a fact, not advice"
SUPPORTED = "supported by this log"
NO_DIFFERENCE = "this log shows no meaningful difference"
AGAINST = "this log contradicts it; the rule stays, since no verdict may change it"
CUSTOM = "custom, not evidence"
REPLACED = "replaces the usual advice, which this log contradicts"


def read_verdicts(given: Any) -> dict[str, str]:
    """Verdicts by claim id, from a mapping, a result of `test_claims`, its rows, or None.

    Raises UsageError for a verdict that is none of the catalogue's five.
    """
    if given is None:
        return {}
    rows: Sequence[Mapping[str, Any]]
    if isinstance(given, Mapping):
        rows = [{"claim": claim, "verdict": verdict} for claim, verdict in given.items()]
    else:
        rows = getattr(given, "rows", given)
    found = {str(row["claim"]): str(row["verdict"]) for row in rows if row.get("verdict") is not None}
    for claim, verdict in found.items():
        if verdict not in (*VERDICTS, NOT_EXAMINED):
            raise UsageError(f"The verdict on {claim!r} has to be one of {', '.join(VERDICTS)}, not {verdict!r}.")
    return found


def evidence(claims: Sequence[str], verdicts: Mapping[str, str]) -> list[dict[str, str]]:
    """The verdict of this log on each claim, as rows of `claim` and `verdict`."""
    return [{"claim": claim, "verdict": verdicts.get(claim, NOT_EXAMINED)} for claim in claims]


_TURNED = {"supported": "contradicted", "contradicted": "supported"}


def confidence(
    claims: Sequence[str], verdicts: Mapping[str, str], *, opposite: Sequence[str] = (), untested: bool = False
) -> str:
    """How sure a step is, in words: a fact, this log's verdict, or custom that the log can't judge.

    opposite: claims that speak against the step where they hold. untested: no claim is about this moment.
    """
    if untested:
        return CUSTOM
    if not claims and not opposite:
        return GIVEN
    found = [verdicts.get(claim, NOT_EXAMINED) for claim in claims]
    turned = [verdicts.get(claim, NOT_EXAMINED) for claim in opposite]
    found += [_TURNED.get(verdict, verdict) for verdict in turned]
    if "contradicted" in found:
        return AGAINST
    if "supported" in found:
        return SUPPORTED
    return NO_DIFFERENCE if set(found) == {"no_meaningful_difference"} else CUSTOM
