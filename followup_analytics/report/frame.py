"""What stands around every report: titles, running lines, dates, and the page of contents and terms."""

from __future__ import annotations

from datetime import date
from typing import Any

from followup_analytics import __version__
from followup_analytics.report.document import Meta
from followup_analytics.report.facts import long_date
from followup_analytics.report.findings import Findings, Options
from followup_analytics.results import LogCounts
from followup_analytics.text import counted, shorten

#: A running line has room for so many letters beside the page number.
_RUNNING_LETTERS = 70
_KICKERS = {"cohort": "Follow-up report", "claims": "Report on the usual advice", "handout": "For coaches"}


def meta_of(found: Findings, *, kind: str, title: str, subtitle: str) -> Meta:
    """Titles and running lines of a report on findings."""
    size = f"{counted(found.counts.interviews, 'interview')} of {counted(found.counts.applicants, 'applicant')}"
    return frame_meta(found.counts, found.options, kind=kind, title=title, subtitle=subtitle, size=size)


def frame_meta(counts: LogCounts, options: Options, *, kind: str, title: str, subtitle: str, size: str) -> Meta:
    """Titles and running lines; a cohort is named as it is written, and simulated data are named such."""
    day = date.fromisoformat(counts.data_date[:10])
    cohort = options.cohort
    name = f"{title}: {cohort}" if cohort else title
    dateline = f"{size}; record complete to {long_date(day)}"
    return Meta(
        kind=kind,
        kicker=_KICKERS[kind],
        title=title,
        document_title=name,
        subtitle=subtitle,
        cohort=cohort,
        running=shorten(name, _RUNNING_LETTERS),
        dateline=dateline,
        dateline_short=f"Record to {long_date(day)}",
        footer=f"followup_analytics {__version__}",
        description=f"{subtitle}. {dateline}." + (" Simulated data." if counts.simulated else ""),
        simulated=counts.simulated,
        day=day,
        keywords=("job interview", "follow-up", "response rate"),
        paper=options.paper,
    )


def front(terms: list[dict[str, Any]]) -> dict[str, Any]:
    """The second page: contents, and the words that the numbers rest on."""
    return {"title": "Words used here", "blocks": terms}
