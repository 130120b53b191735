"""The analyst's pages: overview, rates, curves, cohorts, verdicts, and the report to sign."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from followup_analytics.errors import UsageError
from followup_analytics.web.faces import face_of
from followup_analytics.web.setting import form_of, house_of, page, told, words, worked

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
REPORT_FORMS = (("pdf", "PDF to sign"), ("html", "web page"), ("xlsx", "all tables as a workbook"))
_TYPES = {
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@told
async def overview(request: Request) -> Response:
    """What is open, how large it is, and what its notes say."""
    desk = house_of(request).desk
    if desk.source is None:
        return page(request, "welcome.html", title="Start here")
    log = await worked(desk.log)
    return page(
        request, "overview.html", title="Overview", log=log, sizes=_sizes(log), cohorts=_cohorts(log),
        stored=_stored(request.query_params.get("stored")),
    )  # fmt: skip


@told
async def rates(request: Request) -> Response:
    """Response rates by the chosen key, window, outcome and cohort."""
    desk, asked = house_of(request).desk, request.query_params
    by, outcome = asked.get("by") or "timing", asked.get("outcome") or "response"
    within, cohort = _number(asked.get("within") or "7"), asked.get("cohort") or None

    def make(log: FollowUpLog) -> Any:
        from followup_analytics import response_rates

        part = _part(log, cohort)
        return face_of(response_rates(part, by=by, outcome=outcome, within=within, min_cell=desk.min_cell))

    face = await worked(desk.answer, ("rates", by, outcome, within, cohort), make)
    return page(
        request, "rates.html", title="How often people hear back", face=face, keys=RATE_KEYS, outcomes=OUTCOMES, by=by,
        outcome=outcome, within=f"{within:g}", cohort=cohort, cohorts=_cohorts(await worked(desk.log)),
        command=_command(desk, "rates", "--by", by, *_unless(outcome, "response", "--outcome"),
                         *_unless(f"{within:g}", "7", "--within"), *_unless(cohort, None, "--cohort")),
    )  # fmt: skip


@told
async def curve(request: Request) -> Response:
    """The share that has heard back by each day."""
    desk, asked = house_of(request).desk, request.query_params
    outcome, cohort = asked.get("outcome") or "response", asked.get("cohort") or None

    def make(log: FollowUpLog) -> Any:
        from followup_analytics import incidence_curve

        return face_of(incidence_curve(_part(log, cohort), outcome=outcome, min_cell=desk.min_cell))

    face = await worked(desk.answer, ("curve", outcome, cohort), make)
    return page(
        request, "curve.html", title="How soon people hear back", face=face, outcomes=OUTCOMES, outcome=outcome,
        cohort=cohort, cohorts=_cohorts(await worked(desk.log)),
        command=_command(desk, "curve", *_unless(outcome, "response", "--outcome"), *_unless(cohort, None, "--cohort")),
    )  # fmt: skip


@told
async def outcomes(request: Request) -> Response:
    """What became of the cohorts side by side."""
    desk = house_of(request).desk

    def make(log: FollowUpLog) -> Any:
        from followup_analytics import cohort_outcomes

        return face_of(cohort_outcomes(log, min_cell=desk.min_cell))

    face = await worked(desk.answer, ("outcomes",), make)
    return page(
        request, "answer.html", title="What became of the cohorts", face=face, command=_command(desk, "outcomes")
    )


@told
async def claims(request: Request) -> Response:
    """A verdict on each piece of the usual advice."""
    desk = house_of(request).desk
    tested = await worked(_tested, desk)
    return page(
        request, "claims.html", title="Is the usual advice right?", face=await worked(face_of, tested),
        groups=_grouped(_verdicts(tested)),
        command=_command(desk, "claims"),
    )  # fmt: skip


@told
async def claim(request: Request) -> Response:
    """One piece of advice taken apart: the target trial beside its emulation."""
    from followup_analytics.claims import own_catalogue, protocol_text

    desk, name = house_of(request).desk, request.path_params["claim"]
    catalogue = own_catalogue()
    known = {one.id for one in catalogue.claims}
    if name not in known:
        raise UsageError("There is no claim of this name: choose one from the list.")
    rows = _verdicts(await worked(_tested, desk))
    return page(
        request, "claim.html", title=next(row["words"] for row in rows if row["id"] == name),
        verdict=next(row for row in rows if row["id"] == name), protocol=protocol_text(name, catalogue),
        command=_command(desk, "claims", "--claim", name, "--protocol"),
    )  # fmt: skip


@told
async def report(request: Request) -> Response:
    """The form of the report, and the report itself as a file."""
    desk = house_of(request).desk
    if request.method != "POST":
        log = await worked(desk.log)
        return page(
            request, "report.html", title="The report", cohorts=_cohorts(log), forms=REPORT_FORMS,
            command=_command(desk, "report", "-o", "report.pdf"),
        )  # fmt: skip
    form = await form_of(request)
    kind, end = words(form, "kind") or "cohort", words(form, "form") or "pdf"
    if end not in _TYPES:
        raise UsageError("Choose a PDF, a web page or a workbook.")
    content = await worked(_written, desk, kind, end, words(form, "cohort"))
    from starlette.responses import Response as Plain

    name = f"report-{kind}.{end}"
    return Plain(content, media_type=_TYPES[end], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _written(desk: Desk, kind: str, end: str, cohort: str | None) -> bytes:
    from followup_analytics import write_report

    log = desk.log()
    with tempfile.TemporaryDirectory(prefix="followup-") as folder:
        file = Path(folder) / f"report.{end}"
        whole = log if cohort is not None else None
        write_report(_part(log, cohort), file, kind=kind, min_cell=desk.min_cell, whole=whole)
        return file.read_bytes()


def _tested(desk: Desk) -> Any:
    """The verdicts, worked out once for the log as it is."""
    from followup_analytics import test_claims

    return desk.answer(("claims",), lambda log: test_claims(log, min_cell=desk.min_cell))


def _verdicts(result: Any) -> list[dict[str, Any]]:
    """The verdicts as cards: words of the advice, the verdict and its reason; numbers stay in the table."""
    from followup_analytics.claims import own_catalogue
    from followup_analytics.log.shared_words import VERDICT_WORDS

    by_id = {one.id: one for one in own_catalogue().claims}
    return [
        {
            "id": row["claim"],
            "words": by_id[row["claim"]].advice,
            "verdict": VERDICT_WORDS.get(row["verdict"], row["verdict"]),
            "reason": row["reason"],
        }
        for row in result.rows
    ]


def _grouped(verdicts: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The verdicts by what they say, in the order in which they first come; those that say something first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in verdicts:
        found.setdefault(str(one["verdict"]), []).append(one)
    return sorted(found.items(), key=lambda item: item[0].startswith("can"))


def _stored(said: str | None) -> str | None:
    """How many rows were stored just now, in words."""
    return (
        f"{int(said):,} new {'row' if said == '1' else 'rows'}" if said and said.isdigit() and len(said) < 12 else None
    )


def _part(log: FollowUpLog, cohort: str | None) -> FollowUpLog:
    if cohort is None:
        return log
    from followup_analytics.log.followup_log import subset

    return subset(log, cohort=(cohort,))


def _cohorts(log: FollowUpLog) -> Sequence[str]:
    if "cohort" not in log.interviews.columns:
        return ()
    return sorted(log.interviews["cohort"].drop_nulls().unique().to_list())


def _sizes(log: FollowUpLog) -> tuple[tuple[str, str], ...]:
    from followup_analytics.results.result import LogCounts

    counts = LogCounts.of(log)
    return (
        ("interviews", f"{counts.interviews:,}"),
        ("applicants", f"{counts.applicants:,}"),
        ("contacts", f"{counts.contacts:,}"),
        ("known up to", counts.data_date),
    )


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise UsageError(f"{text!r} is no number of days: write one such as 7.") from None


def _unless(value: str | None, usual: str | None, option: str) -> tuple[str, ...]:
    return () if value is None or value == usual else (option, value)


def _command(desk: Desk, name: str, *options: str) -> str:
    """What gives the same in a terminal; a path or password never stands in it."""
    return shlex.join(["followup", name, desk.name, *options])
