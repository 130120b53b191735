"""What stands around every report: titles, running lines, dates, and the page of contents and terms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from followup_analytics import __version__
from followup_analytics.log.followup_log import Note
from followup_analytics.log.record_end import OPEN_END
from followup_analytics.report.document import Meta
from followup_analytics.report.facts import long_date
from followup_analytics.report.findings import Findings, Options
from followup_analytics.report.logo import logo_data
from followup_analytics.report.office import Office
from followup_analytics.results.result import LogCounts
from followup_analytics.text import counted, shorten

#: A running line has room for so many letters beside the page number.
_RUNNING_LETTERS = 70
_KICKERS = {
    "bulletin": "Bulletin",
    "cohort": "Follow-up report",
    "claims": "Report on the usual advice",
    "methods": "Methods",
    "handout": "For coaches",
    "applicant": "For you",
}


def meta_of(found: Findings, *, kind: str, title: str, subtitle: str) -> Meta:
    """Titles and running lines of a report on findings."""
    size = f"{counted(found.counts.interviews, 'interview')} of {counted(found.counts.applicants, 'applicant')}"
    return frame_meta(
        found.counts, found.options, kind=kind, title=title, subtitle=subtitle, size=size, notes=found.notes
    )


def record_words(day: date, notes: Sequence[Note]) -> str:
    """`record complete to 3 March 2026`, or only what its last entry is where nobody said how far it is complete."""
    if any(note.code == OPEN_END for note in notes):
        return f"last entry {long_date(day)}"
    return f"record complete to {long_date(day)}"


def frame_meta(
    counts: LogCounts,
    options: Options,
    *,
    kind: str,
    title: str,
    subtitle: str,
    size: str,
    notes: Sequence[Note] = (),
) -> Meta:
    """Titles and running lines; a cohort is named as it is written, and simulated data are named such.

    A report in which nothing is hidden (`min_cell` 1) is confidential on every page.
    """
    day = date.fromisoformat(counts.data_date[:10])
    cohort = options.cohort
    name = f"{title}: {cohort}" if cohort else title
    until = record_words(day, notes)
    dateline = f"{size}; {until}"
    return Meta(
        kind=kind,
        kicker=_KICKERS[kind],
        title=title,
        document_title=name,
        subtitle=subtitle,
        cohort=cohort,
        running=shorten(name, _RUNNING_LETTERS),
        dateline=dateline,
        footer=f"followup_analytics {__version__}",
        description=f"{subtitle}. {dateline}." + (" Simulated data." if counts.simulated else ""),
        simulated=counts.simulated,
        day=day,
        keywords=("job interview", "follow-up", "response rate"),
        paper=options.paper,
        confidential=options.min_cell <= 1,
        imprint=_imprint(options.office),
        logo=logo_data(options.office.logo, options.office.name),
    )


def _imprint(office: Office) -> dict[str, Any] | None:
    """What the title page says of who publishes the report; nothing where no office gave its words."""
    lines = [
        ("Published by", office.name),
        ("Author", office.author),
        ("Contact", office.contact),
        ("Date of issue", None if office.issued is None else long_date(office.issued)),
    ]
    told = [{"label": label, "text": text} for label, text in lines if text]
    return {"lines": told, "signature": office.signature} if told or office.signature else None
