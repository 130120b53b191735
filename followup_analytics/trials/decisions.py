"""Decisions to act or to wait, and the weights that make those who kept to a strategy stand for everybody.

Cloning needs no copies in memory: both arms share one table of decisions, and each arm reads it by its own rules. A
weight depends only on the path of (covariate pattern, what was done) that led to it, so paths are merged into a tree
whose nodes are few, and fifty refits give fifty weights per node instead of per person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from followup_analytics.trials.logistic import ReplicatedFit, Tally, fit_replicates

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
#: Whole numbers of any width: a trial holds millions of decisions.
Ints = NDArray[np.signedinteger[Any]]

#: What an arm asks of a decision. NATURAL: anything goes. FORBID: not to act. MUST: to act now at the latest.
#: CONDITIONAL: to act as those do who act before the grace period ends.
NATURAL, FORBID, MUST, CONDITIONAL = 0, 1, 2, 3

#: Parts into which the usual times of acting within an interval are cut, for decisions that were seen only in part.
SEEN_PARTS = 8
_ACTED = SEEN_PARTS + 1
_KINDS = SEEN_PARTS + 2
_RULES = 4
_ROOT, _LEFT = 0, 1
_LEAST_P = 1e-6
#: Rows of factors made at once: what is needed on the way stays in the processor's cache.
_AT_ONCE = 4096


@dataclass(frozen=True)
class Decisions:
    """Every decision of every person while the strategies bind, in long form.

    Attributes:
        person: shape (m,), row of the person.
        interval: shape (m,), interval of the decision; -1 for a choice made at time zero.
        rank: shape (m,), order of decisions within an interval.
        pattern: shape (m,), row of `design`.
        acted: shape (m,), 1 where the person acted.
        seen: shape (m,), share of the interval's usual times of acting that had passed when the strategy ceased to bind
            (a response came); 1 where the interval was seen whole. Who heard at 9 had no chance to call at 15.
        design: shape (P, k), covariate patterns, the constant included.
        penalty: shape (k,), ridge penalty of each column.
        ahead: shape (P, J) or None, patterns of the decisions left in the grace period from each pattern on (itself
            first, -1 for none): what CONDITIONAL needs.
    """

    person: Ints
    interval: Ints
    rank: Ints
    pattern: Ints
    acted: Ints
    seen: NDArray[np.floating[Any]]
    design: FloatArray
    penalty: FloatArray
    ahead: IntArray | None = None

    def only(self, keep: NDArray[np.bool_]) -> Decisions:
        """The decisions marked in `keep`, shape (m,), with the same patterns."""
        columns = ("person", "interval", "rank", "pattern", "acted", "seen")
        return replace(self, **{name: getattr(self, name)[keep] for name in columns})


def fit_decisions(decisions: Decisions, group: IntArray, groups: int) -> ReplicatedFit:
    """Fit the probability of acting, on everybody and without each applicant group.

    Args:
        decisions: see `Decisions`.
        group: shape (n,), applicant group of each person; groups: how many there are.

    Returns:
        A fit with 1 + groups replicates. A decision seen in part counts as that part of a decision.
    """
    exposure = np.where(decisions.acted == 1, 1.0, _level(decisions) / SEEN_PARTS)
    where = group[decisions.person]
    patterns = len(decisions.design)
    n = Tally.of(decisions.pattern, where, exposure, patterns, groups)
    s = Tally.of(decisions.pattern, where, decisions.acted.astype(np.float64), patterns, groups)
    return fit_replicates(decisions.design, n, s, decisions.penalty)


def _level(decisions: Decisions) -> Ints:
    return np.asarray(np.rint(decisions.seen * SEEN_PARTS), dtype=np.int8)


@dataclass(frozen=True)
class Paths:
    """Where each person stands in the tree of paths, and every node's weight in each replicate.

    Attributes:
        weight: shape (M, 1 + G), product of the factors along the path; node 0 has weight 1, node 1 (left) 0.
        node: shape (n, 1 + D): the node before interval 0 and at the end of each interval with decisions.
    """

    weight: FloatArray
    node: Ints


def follow_paths(decisions: Decisions, rule: Ints, probability: FloatArray, people: int) -> Paths:
    """Weigh every path under one arm's rules.

    Args:
        decisions: see `Decisions`.
        rule: shape (m,), what the arm asks of each decision.
        probability: shape (P, 1 + G), fitted probability of acting.
        people: how many persons there are.

    Returns:
        The tree. With q the probability that the arm asks for and p the fitted one, a decision to act has the factor
        q / p, one not to act (1 - q) / (1 - p), and one that ended unseen after a part f of the usual times
        (1 - q f) / (1 - p f): at the time of the response the same share of each arm has acted as would have.

    Source: Cain and others (2010), Int. J. Biostatistics 6(2), 18 (grace periods); methods.md, section 2.
    """
    bound = np.flatnonzero(rule != NATURAL)
    code = _codes(decisions, rule, bound)
    there = np.zeros(len(decisions.design) * _RULES * _KINDS, dtype=bool)
    there[code] = True
    used = np.flatnonzero(there)
    code = (np.cumsum(there, dtype=np.int32) - 1)[code]
    tree = _Tree(people, _factors(decisions, used, probability))
    last = int(decisions.interval.max(initial=-1))
    at = np.empty((people, last + 2), dtype=np.int32)
    slot = (decisions.interval[bound] + 1).astype(np.int32) * (int(decisions.rank.max(initial=0)) + 1)
    slot += decisions.rank[bound]
    order = np.argsort(slot, kind="stable")
    bounds = np.flatnonzero(np.diff(slot[order])) + 1
    done = 0
    for rows in np.split(order, bounds) if len(order) else []:
        interval = int(decisions.interval[bound[rows[0]]]) + 1
        at[:, done:interval] = tree.node[:, None]
        done = interval
        tree.step(decisions.person[bound[rows]], code[rows])
    at[:, done:] = tree.node[:, None]
    return Paths(tree.weights(), at)


def _codes(decisions: Decisions, rule: Ints, bound: IntArray) -> Ints:
    """Pattern, rule and kind of each bound decision in one number, below patterns * _RULES * _KINDS."""
    kind = np.where(decisions.acted[bound] == 1, np.int8(_ACTED), _level(decisions)[bound])
    return (decisions.pattern[bound].astype(np.int64) * _RULES + rule[bound]) * _KINDS + kind


def _factors(decisions: Decisions, code: Ints, probability: FloatArray) -> FloatArray:
    """Factor of each code in each replicate, shape (U, 1 + G): q / p, (1 - q) / (1 - p), (1 - q f) / (1 - p f)."""
    factor = np.zeros((len(code), probability.shape[1]))
    for begin in range(0, len(code), _AT_ONCE):
        rows = slice(begin, begin + _AT_ONCE)
        _fill_factors(factor[rows], decisions, code[rows], probability)
    return factor


def _fill_factors(factor: FloatArray, decisions: Decisions, code: Ints, probability: FloatArray) -> None:
    kind, rest = code % _KINDS, code // _KINDS
    rule, pattern = rest % _RULES, rest // _RULES
    p = np.clip(probability[pattern], _LEAST_P, 1 - _LEAST_P)
    acted = kind == _ACTED
    seen = (np.minimum(kind, SEEN_PARTS) / SEEN_PARTS)[:, None]
    for asked, mine in ((0.0, rule == FORBID), (1.0, rule == MUST)):
        does, waits = mine & acted, mine & ~acted
        factor[does] = asked / p[does]
        factor[waits] = (1 - asked * seen[waits]) / (1 - p[waits] * seen[waits])
    mine = rule == CONDITIONAL
    if mine.any():
        q = p[mine] / _reach(decisions, pattern[mine], probability)
        factor[mine] = np.where(acted[mine, None], q / p[mine], (1 - q * seen[mine]) / (1 - p[mine] * seen[mine]))


def _reach(decisions: Decisions, pattern: Ints, probability: FloatArray) -> FloatArray:
    """Probability of acting before the grace period ends, from each pattern on."""
    if decisions.ahead is None:
        raise ValueError("conditional grace needs the patterns ahead of each decision")
    ahead = decisions.ahead[pattern]
    waiting = np.ones((len(pattern), probability.shape[1]))
    for column in ahead.T:
        p = np.clip(probability[np.maximum(column, 0)], _LEAST_P, 1 - _LEAST_P)
        waiting *= np.where((column >= 0)[:, None], 1 - p, 1.0)
    return 1 - waiting


class _Tree:
    """The tree of paths while it grows, one batch of nodes for each step."""

    def __init__(self, people: int, factors: FloatArray) -> None:
        self.node = np.full(people, _ROOT, dtype=np.int64)
        self._factors = factors
        self._size = 2
        self._batches: list[tuple[IntArray, IntArray]] = []

    def step(self, person: Ints, code: Ints) -> None:
        """Move these persons on, each along its own code; who has left stays out."""
        inside = self.node[person] != _LEFT
        person, code = person[inside], code[inside]
        leaves = self._factors[code, 0] == 0.0
        self.node[person[leaves]] = _LEFT
        person, code = person[~leaves], code[~leaves]
        width = len(self._factors)
        keys, child = np.unique(self.node[person] * width + code, return_inverse=True)
        self.node[person] = self._size + child
        self._batches.append((keys // width, keys % width))
        self._size += len(keys)

    def weights(self) -> FloatArray:
        """Every node's product of factors, shape (M, 1 + G)."""
        weight = np.empty((self._size, self._factors.shape[1]))
        weight[_ROOT], weight[_LEFT] = 1.0, 0.0
        place = 2
        for parent, code in self._batches:
            weight[place : place + len(parent)] = weight[parent] * self._factors[code]
            place += len(parent)
        return weight
