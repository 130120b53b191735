"""The survey researchers' response, contact and cooperation rates, from a map of what became of each interview.

Each interview with an attempt is a case with one final disposition: I (a substantive answer), P (partial: spoken with,
no answer), R (refusal: told not to call), NC (no contact), O (other), U (eligibility unknown: the post may have been
filled). The rates ignore time, so only cases followed for the whole period count, as they stood at its end, whatever
came of them.

Source: American Association for Public Opinion Research, Standard Definitions (RR1 to RR6, CON1 to CON3, COOP1 to
COOP4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.cells.counted import attempts, episodes
from followup_analytics.errors import UsageError
from followup_analytics.log.followup_log import Note
from followup_analytics.results import columns as col
from followup_analytics.results.disclosure import (
    Disclosure,
    DisclosurePolicy,
    disclosed_except,
    n_applicants_of,
    policy_of,
    require_enough,
    sets_shown,
)
from followup_analytics.results.formatting import cell_text
from followup_analytics.results.result import LogCounts, Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.results.scope import scope
from followup_analytics.statistics import group_rows, jackknife_of_sums, korn_graubard_from_se, presentation_badge
from followup_analytics.text import listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from followup_analytics.log.followup_log import FollowUpLog

FloatArray = NDArray[np.float64]

CODES = ("I", "P", "R", "NC", "O", "U")

#: What became of a case, in the order in which the first that holds decides, and its usual code.
DISPOSITIONS: Mapping[str, str] = {
    "answer": "I",  # an inbound contact that is not automatic
    "advanced": "I",
    "offer": "I",
    "rejected": "I",
    "refused": "R",  # the employer asked not to be called
    "filled": "U",
    "withdrawn": "O",
    "spoken_with": "P",  # a call that reached the interviewer or the hiring team, without an answer since
    "reached_other": "O",  # a receptionist or somebody else
    "no_contact": "NC",
}

_NEEDS_E = "It needs e, the share of cases of unknown eligibility that were eligible, and its source."

_FORMULAS: Mapping[str, tuple[str, str, tuple[str, ...], tuple[str, ...], str]] = {
    # name: label, meaning of U in the denominator, numerator, denominator without U
    "RR1": ("Response rate 1 (lowest)", "all", ("I",), ("I", "P", "R", "NC", "O"), "I/(I+P+R+NC+O+U)"),
    "RR2": ("Response rate 2", "all", ("I", "P"), ("I", "P", "R", "NC", "O"), "(I+P)/(I+P+R+NC+O+U)"),
    "RR3": ("Response rate 3", "e", ("I",), ("I", "P", "R", "NC", "O"), "I/(I+P+R+NC+O+eU)"),
    "RR4": ("Response rate 4", "e", ("I", "P"), ("I", "P", "R", "NC", "O"), "(I+P)/(I+P+R+NC+O+eU)"),
    "RR5": ("Response rate 5", "none", ("I",), ("I", "P", "R", "NC", "O"), "I/(I+P+R+NC+O)"),
    "RR6": ("Response rate 6 (highest)", "none", ("I", "P"), ("I", "P", "R", "NC", "O"), "(I+P)/(I+P+R+NC+O)"),
    "CON1": ("Contact rate 1", "all", ("I", "P", "R", "O"), ("I", "P", "R", "NC", "O"), "(I+P+R+O)/(I+P+R+O+NC+U)"),
    "CON2": ("Contact rate 2", "e", ("I", "P", "R", "O"), ("I", "P", "R", "NC", "O"), "(I+P+R+O)/(I+P+R+O+NC+eU)"),
    "CON3": ("Contact rate 3", "none", ("I", "P", "R", "O"), ("I", "P", "R", "NC", "O"), "(I+P+R+O)/(I+P+R+O+NC)"),
    "COOP1": ("Cooperation rate 1", "none", ("I",), ("I", "P", "R", "O"), "I/(I+P+R+O)"),
    "COOP2": ("Cooperation rate 2", "none", ("I", "P"), ("I", "P", "R", "O"), "(I+P)/(I+P+R+O)"),
    "COOP3": ("Cooperation rate 3", "none", ("I",), ("I", "P", "R"), "I/(I+P+R)"),
    "COOP4": ("Cooperation rate 4", "none", ("I", "P"), ("I", "P", "R"), "(I+P)/(I+P+R)"),
}


@answer_row
class AaporRow(Row):
    """One rate of the survey researchers."""

    measure: str = col.column("text", "", "Name of the rate: RR1 to RR6, CON1 to CON3, COOP1 to COOP4.", role="key")
    label: str = col.column("text", "Rate", "The rate in words.", importance=col.ALWAYS)
    formula: str = col.column("text", "Formula", "How it is counted.", importance=col.RARELY)
    estimate: float | None = col.estimate("Estimate", about="The rate.")
    conf_low: float | None = col.lower()
    conf_high: float | None = col.higher()
    n_interviews: int | None = col.interviews("Cases in the denominator.", "Cases")
    n_applicants: int | None = col.applicants("Their applicants.")
    n_events: int | None = col.events("Cases in the numerator.")
    status: str = col.status(default="ok")
    reason: str | None = col.reason(default=None)

    in_table = ("label", "formula", "n_interviews", "estimate", "conf_low", "status")


@dataclass(frozen=True, repr=False)
class AaporResult(Result):
    """Response, contact and cooperation rates of the cases, an AaporRow each; RR1 and RR6 bound all the others.

    `dispositions` counts the cases by code (None where small groups are hidden).
    """

    rows: tuple[AaporRow, ...]
    dispositions: Mapping[str, int] | None = None
    followed_for: int = 28

    command: ClassVar[str] = "aapor"
    title: ClassVar[str] = "Response, contact and cooperation rates (AAPOR)"
    row_type: ClassVar[type[Row]] = AaporRow

    def summary(self) -> str:
        """The two bounds between which every way of counting lies, or the one of them that may be shown."""
        told = {
            name: f"{cell_text(row, 'estimate')} ({name})"
            for name in ("RR1", "RR6")
            for row in self.rows
            if row.measure == name and row.estimate is not None
        }
        start = f"Of the interviews followed for {self.followed_for} days,"
        tail = "according to whether partial answers count and to how many posts were still open."
        if len(told) == 2:
            return f"{start} between {told['RR1']} and {told['RR6']} were answered, {tail}"
        if not told:
            return "Neither of the bounds RR1 and RR6 can be shown: a small group could be worked out from them."
        (one,) = told.values()
        if "RR1" in told:
            return f"{start} at least {one} were answered; the upper bound (RR6) is hidden to protect a small group."
        return f"{start} at most {one} were answered; the lower bound (RR1) is hidden to protect a small group."

    def plot(self, ax: Axes | None = None) -> Axes:
        """Dots with 95% intervals, one for each rate, the lower and the upper bound among them."""
        from followup_analytics.charts import Mark, rate_chart

        marks = [Mark.of(row, {"rate": row.label}, row.n_interviews) for row in self.rows]
        return rate_chart(
            marks, keys=("rate",), what=f"Share of cases after {self.followed_for} days", n_of="cases",
            simulated=self.counts.simulated,
            title=None if ax is not None else "Response, contact and cooperation rates", ax=ax,
        )  # fmt: skip


def aapor_rates(
    log: FollowUpLog,
    *,
    dispositions: Mapping[str, str] | None = None,
    e: float | None = None,
    e_source: str | None = None,
    followed_for: int = 28,
    cohort: str | Sequence[str] | None = None,
    min_cell: int | None = None,
    disclosure: Disclosure = None,
) -> AaporResult:
    """AAPOR's rates of the interviews that were followed up, as they stood `followed_for` days after the interview.

    Parameters: `dispositions` changes codes of `DISPOSITIONS` (answer, advanced, offer, rejected, refused, filled,
    withdrawn, spoken_with, reached_other, no_contact to I, P, R, NC, O, U); `e` the share of cases of unknown
    eligibility that were eligible, between 0 and 1, with `e_source`, where it comes from: without them RR3, RR4 and
    CON2 are not estimable; `cohort` only that cohort of the log, or these. Intervals: delete-a-group jackknife over
    applicants, Korn and Graubard's limits.

    Where a disposition has fewer than `min_cell` people, rates are hidden until neither it nor any other small part of
    the cases could be worked out from those that stay (RR1 and RR6 stay before the others).

    Returns an AaporResult, one row a rate, with shares between 0 and 1. Raises UsageError for an unknown disposition or
    code, or an e without its source; WithheldError for fewer than `min_cell` applicants, or where every rate is hidden;
    DataError where there is no case at all.

    Example:
        >>> [(row.measure, row.estimate) for row in aapor_rates(log).rows][:1]
        [('RR1', 0.694)]
    """
    policy = policy_of(disclosure, min_cell)
    log = scope(log, cohort, policy)
    codes = _checked(dispositions, e, e_source)
    cases = dispositions_of(log, codes, followed_for)
    nothing = (
        f"There is nothing to estimate: no interview with an attempt has a record of {followed_for} days. Ask for a "
        "shorter time with followed_for."
    )
    require_enough(n_applicants_of(cases), policy, nothing)
    sums = _sums(cases)
    rows = [_row(name, sums, cases, e) for name in _FORMULAS]
    gone = _telling(rows, cases, policy)
    if all(row.estimate is None or place in gone for place, row in enumerate(rows)):
        require_enough(0, policy, nothing)
    small = any(0 < people(cases, [code]) < policy.min_cell for code in CODES)
    totals = {code: int(sums[:, k].sum()) for k, code in enumerate(CODES)}
    return AaporResult(
        rows=disclosed_except(rows, gone, policy),
        counts=LogCounts.of(log),
        notes=(*log.notes, *_notes(log, followed_for, e, e_source)),
        native=log.native,
        dispositions=None if policy.hides and small else totals,
        followed_for=followed_for,
    )


def dispositions_of(log: FollowUpLog, codes: Mapping[str, str], followed_for: int) -> pl.DataFrame:
    """One row per case: interview_id, applicant_id, bucket, disposition, code.

    Cases are interviews with an attempt at risk in the period and a record that covers it, whatever came of them.
    """
    within = pl.col("day") <= followed_for
    spoken = pl.col("party").is_in(["interviewer", "hiring_team"]) & pl.col("channel").is_in(
        ["phone", "video", "in_person"]
    )
    tried = (
        attempts(log)
        .filter(within)
        .group_by("interview_id")
        .agg(spoken=spoken.any(), other=pl.col("party").is_in(["receptionist", "other"]).any())
    )
    stories = episodes(log).filter(pl.col("until_day") - pl.col("start_day") >= followed_for)
    cases = stories.join(tried, on="interview_id", maintain_order="left").join(
        log.interviews.select("interview_id", "do_not_contact"), on="interview_id", how="left", maintain_order="left"
    )
    answered = pl.col("response_day") - pl.col("start_day") <= followed_for
    ended = pl.col("end_day") - pl.col("start_day") <= followed_for
    kind = (
        pl.when((pl.col("exit_kind") == "response") & answered)
        .then(pl.col("response_kind").replace("contact", "answer"))
        .when(pl.col("do_not_contact"))
        .then(pl.lit("refused"))
        .when(ended)
        .then(pl.col("end_kind"))
        .when(pl.col("spoken"))
        .then(pl.lit("spoken_with"))
        .when(pl.col("other"))
        .then(pl.lit("reached_other"))
        .otherwise(pl.lit("no_contact"))
    )
    named = cases.with_columns(disposition=kind)
    return named.select(
        "interview_id",
        "applicant_id",
        "bucket",
        "disposition",
        code=pl.col("disposition").replace_strict(codes, return_dtype=pl.String),
    )


def _checked(dispositions: Mapping[str, str] | None, e: float | None, e_source: str | None) -> dict[str, str]:
    given = dict(dispositions or {})
    for name, code in given.items():
        if name not in DISPOSITIONS:
            raise UsageError(f"There is no disposition {name!r}: choose among {listed(DISPOSITIONS)}.")
        if code not in CODES:
            raise UsageError(f"The disposition {name!r} has no code {code!r}: choose among {listed(CODES)}.")
    if e is not None and not 0 <= e <= 1:
        raise UsageError("e is a share of the cases of unknown eligibility: give a number from 0 to 1.")
    if (e is None) != (not e_source):
        raise UsageError("e and its source belong together: say where the share comes from, or give neither.")
    return {**DISPOSITIONS, **given}


def people(cases: pl.DataFrame, codes: Iterable[str]) -> int:
    """How many applicants have a case of one of the codes."""
    return cases.filter(pl.col("code").is_in(list(codes)))["applicant_id"].n_unique()


def _sums(cases: pl.DataFrame) -> FloatArray:
    """Cases by jackknife group and code, (G, 6)."""
    groups = group_rows(cases)
    number = cases["code"].replace_strict({code: k for k, code in enumerate(CODES)}, return_dtype=pl.Int64).to_numpy()
    size = int(groups.max(initial=-1)) + 1
    sums = np.bincount(groups * len(CODES) + number, minlength=size * len(CODES)).astype(np.float64)
    return sums.reshape(size, len(CODES))


def _row(name: str, sums: FloatArray, counted: pl.DataFrame, e: float | None) -> AaporRow:
    label, unknown, upper, lower, formula = _FORMULAS[name]
    row = AaporRow(measure=name, label=label, formula=formula, **_ABSENT)
    weight = {"all": 1.0, "none": 0.0, "e": e}[unknown]
    if weight is None:
        return row.having(status="not_estimable", reason=_NEEDS_E)
    top = np.array([float(code in upper) for code in CODES])
    bottom = np.array([float(code in lower) + weight * (code == "U") for code in CODES])

    def share(values: FloatArray) -> FloatArray:
        below = values @ bottom
        out = np.full(len(values), np.nan)
        np.divide(values @ top, below, out=out, where=below > 0)
        return out

    found = jackknife_of_sums(sums, share)
    cases, events = float((sums @ bottom).sum()), float((sums @ top).sum())
    if np.isnan(found.estimate):
        return row.having(status="not_estimable", reason="No case can be counted below the line.")
    limits = korn_graubard_from_se(found.estimate, found.se, cases, found.df)
    badge = presentation_badge(
        float(found.estimate),
        float(limits.low),
        float(limits.high),
        n=cases,
        n_effective=float(limits.n_effective),
        df=found.df,
    )
    below = [code for code, weight_of in zip(CODES, bottom, strict=True) if weight_of]
    return row.having(
        estimate=float(found.estimate),
        conf_low=float(limits.low),
        conf_high=float(limits.high),
        n_interviews=round(cases),
        n_applicants=people(counted, below),
        n_events=round(events),
        status=badge.status,
        reason=badge.reason,
    )


_ABSENT: Mapping[str, Any] = dict.fromkeys(AaporRow.hidden_with_row())


#: In this order rates are kept where some have to go: the bounds first, then those that say most beside them.
_KEPT_FIRST = ("RR1", "RR6", "RR2", "RR5", "CON1", "CON3", "COOP1", "COOP2", "COOP3", "COOP4", "RR3", "RR4", "CON2")


def _telling(rows: Sequence[AaporRow], cases: pl.DataFrame, policy: DisclosurePolicy) -> set[int]:
    """The places of the rates from which, together with those that stay, some small part of the cases could be had.

    A rate that is shown is taken to tell how many cases lie above its line, how many lie only below it, how many of
    unknown eligibility are counted in part, and so how many are left: whole numbers make more of a share than one
    equation does (0.55 of 60 cases is 33).
    """
    told = {row.measure: () if row.reason == _NEEDS_E else _told_sets(row.measure) for row in rows}
    kept = sets_shown({name: told[name] for name in _KEPT_FIRST}, CODES, lambda part: people(cases, part), policy)
    return {place for place, row in enumerate(rows) if row.measure not in kept}


def _told_sets(name: str) -> list[frozenset[str]]:
    """The codes above the line, those only below it, and, where they count in part, those of unknown eligibility."""
    _, unknown, upper, lower, _ = _FORMULAS[name]
    below = frozenset(lower) | (frozenset("U") if unknown == "all" else frozenset())
    return [frozenset(upper), below - frozenset(upper), *([frozenset("U")] if unknown == "e" else [])]


def _notes(log: FollowUpLog, followed_for: int, e: float | None, e_source: str | None) -> list[Note]:
    notes = [
        Note(
            "frozen",
            f"Cases are interviews with an attempt whose record covers {followed_for} days, as they stood at their "
            f"end (data date {log.data_date:%Y-%m-%d}).",
        ),
        Note("bounds", "RR1 and RR6 bound the other response rates; these rates ignore when an answer came."),
    ]
    if e is not None:
        notes.append(
            Note("e", f"e = {e:g} of the cases of unknown eligibility are taken as eligible. Source: {e_source}.")
        )
    return notes
