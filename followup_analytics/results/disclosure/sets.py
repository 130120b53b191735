"""Numbers about overlapping sets of the same cases: which may be shown without any small part being found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from followup_analytics.results.disclosure.attack import Knowledge, Target
from followup_analytics.results.disclosure.policy import DisclosurePolicy


def sets_shown(
    told: Mapping[str, Sequence[frozenset[str]]],
    parts: Collection[str],
    people: Callable[[frozenset[str]], int],
    policy: DisclosurePolicy,
) -> set[str]:
    """The names of the numbers that may be shown.

    All shown numbers together tell every intersection of their sets at most, so each must be empty or have `min_cell`
    people.

    Args:
        told: what sets of parts each number tells the size of; those that are to stay first come first.
        parts: the smallest parts that cases are cut into.
        people: how many applicants a union of parts is about.
    """
    if not policy.hides:
        return set(told)
    known = [frozenset(parts)]
    kept = set()
    for name, sets in told.items():
        finer = _refined(known, sets)
        if all(not 0 < people(part) < policy.min_cell for part in finer):
            known = finer
            kept.add(name)
    return kept


def _refined(parts: list[frozenset[str]], sets: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """The parts cut by each of the sets."""
    for one in sets:
        parts = [piece for part in parts for piece in (part & one, part - one) if piece]
    return parts


def shares_shown(
    counts: Mapping[str, int],
    total: int,
    shares: Mapping[str, tuple[Collection[str], Collection[str]]],
    policy: DisclosurePolicy,
) -> set[str]:
    """Which of several shares of the same people can be shown together without a small part being found.

    Args:
        counts: how many people are in each part; total: all of them, which a reader knows.
        shares: by name the parts above the line and those below it, those that are to stay first come first.

    Returns:
        Names of as many shares, in their order, as leave every part of 1 to `min_cell` - 1 people unknown within the
        policy's width, whole numbers of people and the rounding of the shares being known.
    """
    if not policy.hides:
        return set(shares)
    kept: list[str] = []
    for name in shares:
        if not _found(counts, total, [shares[one] for one in (*kept, name)], policy):
            kept.append(name)
    return set(kept)


def _found(
    counts: Mapping[str, int],
    total: int,
    shares: Sequence[tuple[Collection[str], Collection[str]]],
    policy: DisclosurePolicy,
) -> bool:
    knowledge = Knowledge()
    unknown = {part: knowledge.unknown(number, high=total) for part, number in counts.items()}
    knowledge.state(unknown.values(), total, total)
    half = policy.share_step / 2
    for above, below in shares:
        whole = sum(counts[part] for part in below)
        if whole:
            share = round(sum(counts[part] for part in above) / whole / policy.share_step) * policy.share_step
            knowledge.share(
                [unknown[part] for part in above], [unknown[part] for part in below], share - half, share + half
            )
            knowledge.state([unknown[part] for part in below], 1)
    small = [part for part, number in counts.items() if 0 < number < policy.min_cell]
    targets = [Target(part, (unknown[part],), policy.width_of(counts[part])) for part in small]
    return bool(targets and knowledge.found(targets))
