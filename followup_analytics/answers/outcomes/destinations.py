"""First destinations of graduates: the knowledge rate and the career outcomes rate of the NACE survey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from followup_analytics.results.disclosure import DisclosurePolicy, shares_shown

SETTLED = ("employed", "service", "military", "continuing_education")
UNKNOWN = "unknown"
#: Who is above the line and who below it; those that are to be shown before the others come first.
_SHARES: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "career_outcomes_rate": (("settled",), ("settled", "seeking")),
    "knowledge_rate": (("settled", "seeking", "not_seeking"), ("settled", "seeking", "not_seeking", UNKNOWN)),
    "career_outcomes_rate_low": (("settled",), ("settled", "seeking", UNKNOWN)),
    "career_outcomes_rate_high": (("settled", UNKNOWN), ("settled", "seeking", UNKNOWN)),
}


def destination_counts(destinations: pl.Series) -> dict[str, int]:
    """How many graduates are settled, seeking, not seeking or unknown, from the column of their destinations."""
    known = destinations.fill_null(UNKNOWN)
    unknown, settled = int((known == UNKNOWN).sum()), int(known.is_in(SETTLED).sum())
    seeking = int((known == "seeking").sum())
    rest = len(known) - unknown - settled - seeking
    return {"settled": settled, "seeking": seeking, UNKNOWN: unknown, "not_seeking": rest}


def destination_rates(counts: Mapping[str, int], policy: DisclosurePolicy) -> dict[str, float | None]:
    """Rates of one group of graduates.

    knowledge = known / graduates; career outcomes = settled / (settled + seeking): who is not seeking leaves the
    denominator, and so do the unknown. ``_low`` and ``_high`` are bounds, not confidence limits: all unknown are
    seeking, or all are settled. The knowledge rate itself is a full count, so its bounds are equal to it.

    Args:
        counts: as `destination_counts` gives them.
        policy: a rate is left out where it would tell, alone or with those before it, how many of few applicants are
            of one kind: settled, seeking, not seeking or unknown.

    Returns:
        knowledge_rate, career_outcomes_rate, each with ``_low`` and ``_high``; None where nobody is left to divide
        by, or too few could be worked out.

    Source: National Association of Colleges and Employers, First-Destination Survey standards and protocols (class of
    2024), "Summary calculations".
    """
    shown = shares_shown(counts, sum(counts.values()), _SHARES, policy)
    found = {name: _share(counts, *_SHARES[name]) if name in shown else None for name in _SHARES}
    return found | {f"knowledge_rate{end}": found["knowledge_rate"] for end in ("_low", "_high")}


def _share(counts: Mapping[str, int], above: Sequence[str], below: Sequence[str]) -> float | None:
    whole = sum(counts[part] for part in below)
    return sum(counts[part] for part in above) / whole if whole else None
