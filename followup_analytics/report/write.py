"""Write a report: the log is analysed once, its findings composed, set in type and put in place in one step."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from followup_analytics.charts import joined
from followup_analytics.errors import UnreadableError, UsageError
from followup_analytics.languages import LANGUAGES, Catalogue, catalogue, speaking
from followup_analytics.report.applicant import applicant_documents
from followup_analytics.report.bulletin import bulletin_documents
from followup_analytics.report.claims_report import claims_document
from followup_analytics.report.cohort import cohort_document
from followup_analytics.report.document import Document, paragraph
from followup_analytics.report.findings import Options
from followup_analytics.report.fit import aired
from followup_analytics.report.gather import gather
from followup_analytics.report.handout import handout_document
from followup_analytics.report.methods_report import methods_document
from followup_analytics.report.office import Office, read_office
from followup_analytics.report.page import html_page
from followup_analytics.report.people import People
from followup_analytics.report.press import n_pages, press, press_pages
from followup_analytics.report.translation import in_language, own_strings
from followup_analytics.report.typecase import TypeCase
from followup_analytics.report.workbook import workbook
from followup_analytics.results.disclosure import Disclosure, policy_of, release_sentence
from followup_analytics.results.exports import private
from followup_analytics.results.scope import scope
from followup_analytics.text import listed

if TYPE_CHECKING:
    from followup_analytics.claims.result import ClaimsResult
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.results.result import Result
    from followup_analytics.store.book import ContactBook

KINDS = ("bulletin", "cohort", "claims", "methods", "handout", "day-sheet")
#: Working papers about single interviews: nothing is hidden in them, and none is published.
WORKING_PAPERS = ("handout", "day-sheet")
#: Papers by the names that people give them, and by the typesetter's.
_PAPERS = {"a4": "a4", "letter": "us-letter", "us-letter": "us-letter"}
_MOST_CODES = 12
#: Dots per inch of pictures of pages.
_PREVIEW = 60


def write_report(
    log: FollowUpLog,
    path: str | os.PathLike[str],
    *,
    kind: str = "cohort",
    within: float = 7.0,
    outcome: str = "response",
    min_cell: int | None = None,
    disclosure: Disclosure = None,
    publish_as: str | None = None,
    enter: Callable[[Sequence[Result]], None] | None = None,
    horizon: int = 30,
    by: Sequence[str] = ("timing", "channel", "attempt"),
    cohort: str | None = None,
    whole: FollowUpLog | None = None,
    claims: ClaimsResult | None = None,
    today: date | str | None = None,
    applicant: str | None = None,
    against: str | None = None,
    seed: int = 0,
    font_path: str | os.PathLike[str] | None = None,
    paper: str = "a4",
    language: str = "en",
    office: str | os.PathLike[str] | None = None,
    book: ContactBook | None = None,
    pages: Callable[[Sequence[bytes]], None] | None = None,
) -> Path:
    """Write a report about a log and give its path: an accessible PDF, or its HTML twin or its tables as a workbook.

    Args:
        log: the log, already cut down to the cohort in question.
        path: where it goes; a name that ends in .html or .xlsx gives the page or the workbook. An older file there is
            replaced in one step, or left as it was if anything fails.
        kind: bulletin (the findings on one page), cohort (the same page, then rates, curve and advice), claims (the
            verdicts with their methods), methods (how the numbers were worked out, with the model card), day-sheet (the
            day's next steps for a coach) or handout (one page for one `applicant`; without one the day sheet). The last
            two are confidential and exempt from `min_cell`.
        publish_as: the name under which the report is published; without one it says that it is no release yet.
        enter: enters the answers that the report tells in the ledger, before anything is written; what it raises
            leaves no report.
        within: length of an attempt's window in days.
        outcome: response or advanced.
        min_cell: groups of fewer applicants are hidden; disclosure: the policy, its name or its file.
        horizon: last day of the curve.
        by: the keys of the tables of rates.
        cohort: the cohort's name, printed as it is written; else the log's title.
        whole: the log that the cohort was taken from, so that the cohort before it can stand beside it.
        claims: a result of `test_claims` on this log; None runs it where enough applicants are there.
        today: the day of a handout or day sheet; else the log's data date.
        applicant: whose handout it is.
        against: the cohort to set beside this one; by default the one before it.
        seed: of what is drawn at random in fitting.
        font_path: a folder with further fonts for characters that ours lack.
        paper: a4 or letter.
        language: en, de or es; names and the office's own words stay as they are.
        office: a TOML file with what the office puts on the title page and adds to the model card.
        book: the contact book of the log's store, whose names and numbers a handout or day sheet tells; no other
            report does.
        pages: is given pictures (PNG) of the report's pages, to look at before it is passed on.

    Raises:
        UsageError: unknown kind, paper, language, key, cohort or applicant.
        DataError: the office's file has a line that can't be used.
        WithheldError: fewer than `min_cell` applicants; nothing is written.
        UnreadableError: the file can't be written.

    Same log, options and version, same bytes: the file's time is the log's data date.

    Example:
        >>> write_report(log, "bulletin.pdf", kind="bulletin").name
        'bulletin.pdf'
    """
    log = scope(log, within=within)
    _check_language(language)
    options = Options(
        within=within,
        outcome=outcome,
        policy=policy_of(disclosure, min_cell),
        horizon=horizon,
        cohort=cohort or log.title,
        by=tuple(by),
        paper=_paper(paper),
        against=against,
        seed=seed,
        office=Office() if office is None else read_office(Path(office)),
    )
    is_workbook = Path(path).suffix.lower() == ".xlsx"
    case = TypeCase(Path(font_path) if font_path is not None else None)
    people = People(book if kind in WORKING_PAPERS else None)
    words = _words(language, whole or log, options.office, case, people.names())
    with speaking(words):
        composed = drafts(
            log, kind=kind, options=options, case=case, whole=whole, claims=claims, today=today, applicant=applicant,
            enter=enter, people=people,
        )  # fmt: skip

    def finished(draft: Document) -> Document:
        ended = draft if draft.meta.confidential else _ending(draft, release_sentence(publish_as))
        complete = _with_missing_signs(ended, case)
        return complete if words is None or is_workbook else in_language(complete, words)

    document = _on_one_page([finished(one) for one in composed], case)
    if Path(path).suffix.lower() not in (".html", ".xlsx"):
        document = aired(document, case)
    if pages is not None:
        pages(press_pages(document, case, ppi=_PREVIEW))
    content = workbook(document, words) if is_workbook else _as_file(document, case, Path(path))
    return _put(content, Path(path), confidential=document.meta.confidential)


def _paper(name: str) -> str:
    if name not in _PAPERS:
        raise UsageError(f"There is no paper {name!r} here: choose a4 or letter.")
    return _PAPERS[name]


def _check_language(name: str) -> None:
    if name not in LANGUAGES:
        raise UsageError(f"There is no language {name!r} here: choose {listed(LANGUAGES, 'or')}.")


def _words(language: str, log: FollowUpLog, office: Office, case: TypeCase, people: frozenset[str]) -> Catalogue | None:
    """The language's catalogue, which knows names as they were written and as they are printed; None for English."""
    if language == "en":
        return None
    names, printing = own_strings(log, office) | people, TypeCase(case.font_path)
    return catalogue(language, names | {printing.printable(name) for name in names})


def _on_one_page(found: Sequence[Document], case: TypeCase) -> Document:
    """The first document, or of several versions of one page the fullest that fits on it (else the shortest)."""
    for document in found[:-1]:
        if n_pages(document, case) == 1:
            return document
    return found[-1]


def drafts(
    log: FollowUpLog,
    *,
    kind: str,
    options: Options,
    case: TypeCase,
    whole: FollowUpLog | None = None,
    claims: ClaimsResult | None = None,
    today: date | str | None = None,
    applicant: str | None = None,
    enter: Callable[[Sequence[Result]], None] | None = None,
    people: People | None = None,
) -> tuple[Document, ...]:
    """The report as a document; one that has to fit on a page in several versions, each shorter than the one before.

    `enter` is told the answers in it. `people`: names and numbers for a handout or day sheet.
    """
    if kind not in KINDS:
        raise UsageError(f"There is no report of kind {kind!r}: choose {listed(KINDS, 'or')}.")
    if applicant is not None and kind != "handout":
        raise UsageError(f"Only a handout is about one applicant; for a report of kind {kind} leave the applicant out.")
    if applicant is not None:
        return applicant_documents(log, options, case, applicant=applicant, today=today, verdicts=claims, people=people)
    if kind in WORKING_PAPERS:
        return (handout_document(log, options, case, today=today, verdicts=claims, people=people),)
    found = gather(log, options, case, kind=kind, whole=whole, claims=claims)
    if enter is not None:
        enter(found.answers)
    if kind == "bulletin":
        return bulletin_documents(found)
    made = {"claims": claims_document, "methods": methods_document}.get(kind, cohort_document)
    return (made(found),)


def _as_file(document: Document, case: TypeCase, path: Path) -> bytes:
    """The document in the form that the file's name asks for: .html, else a PDF."""
    if path.suffix.lower() == ".html":
        return html_page(document).encode("utf-8")
    return press(document, case)


def _with_missing_signs(document: Document, case: TypeCase) -> Document:
    """Say at the end which characters no font has, if any: their codes stand in the text instead."""
    case.clean_all(document.as_data())
    if not case.missing:
        return document
    codes = joined([f"U+{ord(letter):04X}" for letter in sorted(case.missing)[:_MOST_CODES]])
    more = f" and {len(case.missing) - _MOST_CODES} more" if len(case.missing) > _MOST_CODES else ""
    return _ending(
        document,
        f"Characters that have no sign in the fonts of this report are shown by their Unicode numbers: {codes}{more}. "
        "A folder of further fonts can be given.",
    )


def _ending(document: Document, sentence: str) -> Document:
    """The document with a sentence more on its last page."""
    last = document.sections[-1]
    blocks = (*last.blocks, paragraph(sentence))
    return replace(document, sections=(*document.sections[:-1], replace(last, blocks=blocks)))


def _put(content: bytes, path: Path, *, confidential: bool) -> Path:
    """Write beside the target and rename, so that no half file is ever seen; a confidential one by its owner alone."""
    draft = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        if confidential:
            private(draft)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as failed:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise UnreadableError(
            f"{path} can't be written ({failed.strerror or 'no reason given'}): choose a folder that exists and is "
            "yours."
        ) from None
    return path
