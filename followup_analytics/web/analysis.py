"""The analyst's pages: overview, rates, curves, cohorts, verdicts, and the report to sign."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from followup_analytics.errors import UsageError
from followup_analytics.languages import spoken
from followup_analytics.web.faces import face_of
from followup_analytics.web.roles import FIRST, may
from followup_analytics.web.setting import go, house_of, page, telling_faults, worked

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.web.desk import Desk

#: Keys of rates that every log has, with their words.
RATE_KEYS = (
    ("timing", "day of the attempt"),
    ("channel", "channel"),
    ("attempt", "number of the attempt"),
    ("party", "who was reached"),
    ("weekday", "weekday"),
    ("hour", "hour"),
)
OUTCOMES = (("response", "a response"), ("advanced", "a further round or an offer"))


@telling_faults
async def overview(request: Request) -> Response:
    """What is open, how large it is, and what its notes say."""
    house = house_of(request)
    if not may(house.visitor.role, "/"):
        return go(FIRST[house.visitor.role])
    desk = house.desk
    if desk.source is None or await worked(desk.is_empty):
        return page(request, "welcome.html", title="Start here")
    log = await worked(desk.log)
    return page(
        request, "overview.html", title="Overview", log=log, sizes=_sizes(log), cohorts=cohorts_of(log),
        stored=_stored(request.query_params.get("stored")),
    )  # fmt: skip


@telling_faults
async def rates(request: Request) -> Response:
    """Response rates by the chosen key, window, outcome and cohort."""
    desk, asked = house_of(request).desk, request.query_params
    by, outcome = asked.get("by") or "timing", asked.get("outcome") or "response"
    within, cohort = _number(asked.get("within") or "7"), asked.get("cohort") or None

    def make(log: FollowUpLog) -> Any:
        from followup_analytics import response_rates

        part = part_of(log, cohort)
        return face_of(response_rates(part, by=by, outcome=outcome, within=within, min_cell=desk.min_cell))

    face = await worked(desk.answer, ("rates", by, outcome, within, cohort, spoken()), make)
    return page(
        request, "rates.html", title="How often people hear back", face=face, keys=RATE_KEYS, outcomes=OUTCOMES, by=by,
        outcome=outcome, within=f"{within:g}", cohort=cohort, cohorts=cohorts_of(await worked(desk.log)),
        command=command_of(desk, "rates", "--by", by, *_unless(outcome, "response", "--outcome"),
                         *_unless(f"{within:g}", "7", "--within"), *_unless(cohort, None, "--cohort")),
    )  # fmt: skip


@telling_faults
async def curve(request: Request) -> Response:
    """The share that has heard back by each day."""
    desk, asked = house_of(request).desk, request.query_params
    outcome, cohort = asked.get("outcome") or "response", asked.get("cohort") or None

    def make(log: FollowUpLog) -> Any:
        from followup_analytics import incidence_curve

        return face_of(incidence_curve(part_of(log, cohort), outcome=outcome, min_cell=desk.min_cell))

    face = await worked(desk.answer, ("curve", outcome, cohort, spoken()), make)
    return page(
        request, "curve.html", title="How soon people hear back", face=face, outcomes=OUTCOMES, outcome=outcome,
        cohort=cohort, cohorts=cohorts_of(await worked(desk.log)),
        command=command_of(
            desk, "curve", *_unless(outcome, "response", "--outcome"), *_unless(cohort, None, "--cohort")
        ),
    )  # fmt: skip


@telling_faults
async def outcomes(request: Request) -> Response:
    """What became of the cohorts side by side."""
    desk = house_of(request).desk

    def make(log: FollowUpLog) -> Any:
        from followup_analytics import cohort_outcomes

        return face_of(cohort_outcomes(log, min_cell=desk.min_cell))

    face = await worked(desk.answer, ("outcomes", spoken()), make)
    return page(
        request, "answer.html", title="What became of the cohorts", face=face, command=command_of(desk, "outcomes")
    )


@telling_faults
async def quality(request: Request) -> Response:
    """What in the record depends on what was done, and what its notes say."""
    from followup_analytics import recording_findings

    desk = house_of(request).desk
    log = await worked(desk.log)
    found = await worked(recording_findings, log, min_cell=desk.min_cell)
    return page(
        request, "quality.html", title="Can these data be trusted?", log=log, findings=[one.sentence for one in found],
        command=command_of(desk, "check"),
    )  # fmt: skip


def _stored(said: str | None) -> str | None:
    """How many rows were stored just now, in words."""
    return (
        f"{int(said):,} new {'row' if said == '1' else 'rows'}"
        if said and said.isdecimal() and len(said) < 12
        else None
    )


def part_of(log: FollowUpLog, cohort: str | None) -> FollowUpLog:
    """The log of one cohort, or the whole."""
    if cohort is None:
        return log
    from followup_analytics.log.subsets import subset

    return subset(log, cohort=(cohort,))


def cohorts_of(log: FollowUpLog) -> Sequence[str]:
    """The cohorts that interviews have."""
    if "cohort" not in log.interviews.columns:
        return ()
    return sorted(log.interviews["cohort"].drop_nulls().unique().to_list())


def _sizes(log: FollowUpLog) -> tuple[tuple[str, str], ...]:
    from followup_analytics.results.result import LogCounts

    counts = LogCounts.of(log)
    return (
        ("Interviews", f"{counts.interviews:,}"),
        ("Applicants", f"{counts.applicants:,}"),
        ("Contacts", f"{counts.contacts:,}"),
        ("Known up to", counts.data_date),
    )


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise UsageError(f"{text!r} is no number of days: write one such as 7.") from None


def _unless(value: str | None, usual: str | None, option: str) -> tuple[str, ...]:
    return () if value is None or value == usual else (option, value)


def command_of(desk: Desk, name: str, *options: str) -> str:
    """What gives the same in a terminal; a path or password never stands in it."""
    return shlex.join(["followup", name, desk.name, *options])
