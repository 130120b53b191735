"""A report for each cohort or a handout for each applicant, written side by side by several processes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from followup_analytics.errors import UnreadableError, UsageError, WithheldError
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.subsets import subset
from followup_analytics.report.write import write_report

if TYPE_CHECKING:
    from followup_analytics.claims.result import ClaimsResult

#: Below so many files a second process costs more than it brings.
_WORTH_SHARING = 4
_NAME = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Written:
    """The files that were written, in the order of those they are about, and how many could not be for privacy."""

    files: tuple[Path, ...]
    withheld: int


@dataclass(frozen=True)
class _Job:
    """What every process needs of a run: the log, where files go, and the options of the report."""

    log: FollowUpLog
    each: str
    folder: Path
    options: Mapping[str, Any]
    claims: ClaimsResult | None = None

    def write(self, named: tuple[str, str]) -> Path | None:
        """Write the report about one, by its name and its file's name; None where it is withheld."""
        who, name = named
        path = self.folder / name
        try:
            if self.each == "applicant":
                return write_report(self.log, path, kind="handout", applicant=who, claims=self.claims, **self.options)
            return write_report(subset(self.log, cohort=(who,)), path, cohort=who, whole=self.log, **self.options)
        except WithheldError:
            return None


def write_each(
    log: FollowUpLog,
    folder: str | os.PathLike[str],
    *,
    each: str,
    workers: int | None = None,
    file_names: Mapping[str, str] | None = None,
    progress: Callable[[], None] | None = None,
    **options: Any,
) -> Written:
    """Write a report for each cohort, or a handout for each applicant with an open interview, into a folder.

    Args:
        log: the whole log.
        folder: where the files go, NAME.pdf by cohort or applicant; it is made where it is not there.
        each: cohort or applicant.
        workers: how many processes write; by default as many as the machine has processors.
        file_names: what the files of some applicants are called, by applicant id; the others by the id.
        progress: is called after each file.
        options: of `write_report`; `kind` for cohorts alone.

    Raises:
        UsageError: another word than cohort and applicant, nobody to write for, a kind that fits not.
        WithheldError: all reports would be about too few applicants.
        UnreadableError: the folder can't be made.

    A cohort of too few applicants gets no report; `withheld` counts them.
    """
    if each == "applicant":
        if options.pop("kind", "handout") != "handout":
            raise UsageError("Each applicant gets a handout; leave the kind of report out.")
    elif each != "cohort":
        raise UsageError(f"There are no reports for each {each!r}: choose cohort or applicant.")
    elif options.get("kind", "cohort") not in ("cohort", "bulletin"):
        raise UsageError("Each cohort gets a report of kind cohort or bulletin.")
    place = Path(folder)
    names = _applicants(log, options) if each == "applicant" else _cohorts(log)
    if not names:
        raise UsageError(_NOBODY[each])
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as failed:
        raise UnreadableError(
            f"{place} can't be made ({failed.strerror or 'no reason given'}): name a folder that is yours."
        ) from None
    claims = _verdicts(log, options) if each == "applicant" else None
    job = _Job(log, each, place, options, claims)
    called = _file_names([(file_names or {}).get(name, name) for name in names])
    made = []
    for one in _written(job, list(zip(names, called, strict=True)), workers):
        made.append(one)
        if progress is not None:
            progress()
    files = tuple(path for path in made if path is not None)
    if not files:
        raise WithheldError("Every report is withheld: each would be about too few applicants. Report on all together.")
    return Written(files, len(made) - len(files))


_NOBODY = {
    "cohort": "This log names no cohort: leave --each out for one report on all.",
    "applicant": "No applicant of this log has an open interview: there is nothing to hand out.",
}


def _written(job: _Job, named: Sequence[tuple[str, str]], workers: int | None) -> Iterator[Path | None]:
    several = min(workers or os.cpu_count() or 1, len(named))
    if several < 2 or len(named) < _WORTH_SHARING:
        yield from map(job.write, named)
        return
    import multiprocessing

    # A process that is begun anew shares no threads with this one, as one that is forked would.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(several, mp_context=context, initializer=_begin, initargs=(job,)) as pool:
        yield from pool.map(_write_one, named)


_BEGUN: dict[str, _Job] = {}


def _begin(job: _Job) -> None:
    _BEGUN["job"] = job


def _write_one(named: tuple[str, str]) -> Path | None:
    return _BEGUN["job"].write(named)


def _cohorts(log: FollowUpLog) -> list[str]:
    return sorted(str(name) for name in log.interviews["cohort"].drop_nulls().unique())


def _applicants(log: FollowUpLog, options: Mapping[str, Any]) -> list[str]:
    """Those with an open interview on the day of the handouts."""
    from followup_analytics.advice import next_steps

    found = next_steps(log, today=options.get("today"), test=False)
    return list(dict.fromkeys(str(row.applicant_id) for row in found.rows))


def _verdicts(log: FollowUpLog, options: Mapping[str, Any]) -> ClaimsResult | None:
    """The evidence that all handouts rest on, worked out once; None where there are too few applicants for any."""
    from followup_analytics.claims import test_claims

    try:
        return test_claims(log, seed=options.get("seed", 0))
    except WithheldError:
        return None


def _file_names(names: Sequence[str]) -> list[str]:
    """A file's name for each: letters, digits and dashes alone, numbered where two would be alike."""
    taken: dict[str, int] = {}
    made = []
    for name in names:
        plain = _NAME.sub("-", name).strip("-.")[:_LONGEST_NAME] or "report"
        taken[plain.casefold()] = taken.get(plain.casefold(), 0) + 1
        number = taken[plain.casefold()]
        made.append(f"{plain}.pdf" if number == 1 else f"{plain}-{number}.pdf")
    return made
