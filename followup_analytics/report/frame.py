"""What stands around every report: titles, running lines, dates, and the page of contents and terms."""

from __future__ import annotations

from datetime import date
from typing import Any

from followup_analytics import __version__
from followup_analytics.plots import count
from followup_analytics.report.document import Meta
from followup_analytics.report.facts import long_date
from followup_analytics.report.findings import Findings

_KICKERS = {"cohort": "Follow-up report", "claims": "Claims report", "handout": "Day sheet"}


def meta_of(found: Findings, *, kind: str, title: str, subtitle: str) -> Meta:
    """Titles and running lines of a report; a cohort is named as it is written."""
    day = date.fromisoformat(found.counts.data_date[:10])
    cohort = found.options.cohort
    name = f"{title}: {cohort}" if cohort else title
    record = f"record complete to {long_date(day)}"
    size = f"{count(found.counts.interviews)} interviews of {count(found.counts.applicants)} applicants"
    return Meta(
        kind=kind,
        kicker=_KICKERS[kind],
        title=title,
        document_title=name,
        subtitle=subtitle,
        cohort=cohort,
        running=name,
        dateline=f"{size}; {record}",
        dateline_short=f"Record to {long_date(day)}",
        footer=f"followup_analytics {__version__}",
        description=f"{subtitle}. {size}; {record}." + (" Simulated data." if found.counts.simulated else ""),
        simulated=found.counts.simulated,
        day=day,
        keywords=("job interview", "follow-up", "response rate"),
        paper=found.options.paper,
    )


def front(terms: list[dict[str, Any]]) -> dict[str, Any]:
    """The second page: contents, and the words that the numbers rest on."""
    return {"title": "Words used here", "blocks": terms}
