"""Power by running the claims: how often simulated logs of several sizes get which verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from followup_analytics.charts import power_chart
from followup_analytics.claims.catalogue import find_claim, own_catalogue
from followup_analytics.claims.evaluate import test_claims
from followup_analytics.errors import UsageError
from followup_analytics.log.followup_log import FollowUpLog, Note
from followup_analytics.log.shared_words import VERDICT_WORDS
from followup_analytics.results import columns as col
from followup_analytics.results.disclosure import working_paper
from followup_analytics.results.result import LogCounts, Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.statistics import clopper_pearson

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MakeLog = Callable[[int, int], FollowUpLog]

_SILENT = ("inconclusive", "not_testable")
_NO_LOG = LogCounts(interviews=0, applicants=0, contacts=0, data_date="", simulated=True)


@answer_row
class PowerRow(Row):
    """How often one claim got which verdict in simulated logs of one size."""

    claim: str = col.column("text", "", "Id of the claim.", role="key")
    advice: str = col.column("text", "Advice", "The advice.", importance=col.ALWAYS)
    n_interviews: int = col.column("count", "Interviews", "Size of the logs.", role="key", importance=col.ALWAYS)
    n_logs: int = col.column("count", "", "Simulated logs of that size.")
    estimate: float | None = col.estimate(
        "Logs with a verdict", about="Share of logs with a verdict that says something."
    )
    conf_low: float | None = col.lower()
    conf_high: float | None = col.higher()
    supported: float = col.column("share", "Holds", "Share of logs in which the claim holds.")
    contradicted: float = col.column("share", "The contrary holds", "Share in which the contrary does.")
    no_meaningful_difference: float = col.column(
        "share", "No difference that matters", "Share with no difference that matters."
    )
    inconclusive: float = col.column("share", "", "Share that can't tell.")
    not_testable: float = col.column("share", "Can't be tested", "Share in which it can't be tested.")
    status: str = col.status(default="ok")
    reason: str | None = col.reason(default=None)

    in_table = (
        "advice", "n_interviews", "estimate", "conf_low", "supported", "contradicted", "no_meaningful_difference",
        "not_testable",
    )  # fmt: skip


#: Of fewer logs no share of verdicts is known well enough to name a size from which on there are enough.
_ENOUGH_LOGS = 20


@dataclass(frozen=True, repr=False)
class PowerResult(Result):
    """How often each claim got a verdict in simulated logs of several sizes; one PowerRow a claim and size.

    `estimate` is the share of logs with a verdict other than inconclusive and not testable, with Clopper and Pearson's
    limits; the shares of the single verdicts stand beside it.
    """

    rows: tuple[PowerRow, ...]

    command: ClassVar[str] = "plan"
    title: ClassVar[str] = "How often logs of this size give a verdict"
    row_type: ClassVar[type[Row]] = PowerRow

    def summary(self) -> str:
        """From which size on most logs give a verdict, by claim."""
        if not self.rows:
            return "No claim was run."
        told = [_told(claim, self.rows) for claim in dict.fromkeys(row.claim for row in self.rows)]
        logs = self.rows[0].n_logs
        if logs < _ENOUGH_LOGS:
            few = f"{logs} {'log' if logs == 1 else 'logs'} of each size"
            return f"{few}: too few to name a size; the table has the shares with their intervals."
        return f"Of {logs} simulated logs of each size, {'; '.join(told)}."

    def plot(self, ax: Axes | None = None) -> Axes:
        """The share of logs with a verdict by the size of the log, one line a claim."""
        return power_chart(self.rows, alt=f"Line chart: {self.summary()}", simulated=True, ax=ax)


def _told(claim: str, rows: Sequence[PowerRow]) -> str:
    mine = [row for row in rows if row.claim == claim]
    enough = [row.n_interviews for row in mine if (row.estimate or 0.0) >= 0.8]
    if enough:
        return f"{claim} gets a verdict in 8 of 10 from {min(enough):,} interviews on"
    most = max(mine, key=lambda row: (row.estimate or 0.0, -row.n_interviews))
    if not most.estimate:
        return f"{claim} gets none in any"
    return f"{claim} gets one in at most {100 * most.estimate:.0f}% ({most.n_interviews:,} interviews)"


def power_curve(
    make_log: MakeLog,
    sizes: Sequence[int],
    *,
    claims: Sequence[str] = (),
    repeats: int = 20,
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> PowerResult:
    """Run claims on simulated logs of several sizes and count their verdicts.

    Args:
        make_log: gives a log of so many interviews from a seed (`simulate_log` of a world). With more than one worker
            it must be a function of a module (or a `functools.partial` of one), as processes are told its name.
        sizes: interviews of the logs; claims: ids to show (none: all); all are judged in the catalogue's one family.
        repeats: logs of each size, with seeds from `seed` on.
        workers: processes that share the work; the answer does not depend on it.
        progress: told of how many logs are done, and of how many.

    Returns:
        One row a claim and size. Raises UsageError for an unknown claim, no size or no repeat.

    Example:
        >>> def make(interviews, seed):
        ...     return simulate_log(interviews=interviews, world="etiquette", seed=seed)
        >>> curve = power_curve(make, [150], claims=["thank-you-note"], repeats=2)
        >>> [(row.n_interviews, row.claim) for row in curve.rows]
        [(150, 'thank-you-note')]
    """
    if not sizes or min(sizes) < 1 or repeats < 1:
        raise UsageError("sizes of the logs and their number are 1 or more.")
    catalogue = own_catalogue()
    shown = [find_claim(catalogue, one) for one in claims] or list(catalogue.claims)
    tasks = [(make_log, size, seed + repeat) for size in dict.fromkeys(sizes) for repeat in range(repeats)]
    counts: dict[tuple[str, int], dict[str, int]] = {}
    with _verdicts(tasks, workers) as found:
        for done, (size, verdicts) in enumerate(found, start=1):
            for claim, verdict in verdicts.items():
                tally = counts.setdefault((claim, size), dict.fromkeys(VERDICT_WORDS, 0))
                tally[verdict] += 1
            if progress is not None:
                progress(done, len(tasks))
    rows = [_row(one.id, one.advice, size, counts[one.id, size]) for one in shown for size in dict.fromkeys(sizes)]
    return PowerResult(
        rows=working_paper(rows), counts=_NO_LOG, notes=(Note("simulated", "Verdicts on simulated logs."),)
    )


Task = tuple[MakeLog, int, int]
Found = tuple[int, dict[str, str]]


@contextmanager
def _verdicts(tasks: Sequence[Task], workers: int) -> Iterator[Iterator[Found]]:
    """What each log gave, as it is done; processes that are still at work are ended when the reader stops."""
    if workers <= 1:
        yield (_one_log(task) for task in tasks)
        return
    from multiprocessing import get_context

    # Processes start afresh: polars and numpy hold threads that a fork would leave without their locks' owners.
    pool = ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn"))
    try:
        yield (one.result() for one in as_completed([pool.submit(_one_log, task) for task in tasks]))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _one_log(task: Task) -> Found:
    make_log, size, seed = task
    rows = test_claims(make_log(size, seed), min_cell=1).rows
    return size, {row.claim: row.verdict for row in rows}


def _row(claim: str, advice: str, size: int, tally: Mapping[str, int]) -> PowerRow:
    logs = sum(tally.values())
    with_verdict = logs - sum(tally[verdict] for verdict in _SILENT)
    low, high = clopper_pearson(with_verdict, logs)
    shares: dict[str, Any] = {verdict: tally[verdict] / logs for verdict in VERDICT_WORDS}
    return PowerRow(
        claim=claim,
        advice=advice,
        n_interviews=size,
        n_logs=logs,
        estimate=with_verdict / logs,
        conf_low=float(low),
        conf_high=float(high),
        **shares,
    )
