"""`followup next`: whom to follow up with, when and why, from a folder or from a store as it stands now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from followup_analytics.cli.country import COUNTRY, country_asked, keep_country
from followup_analytics.cli.options import LogPath, Shared, form_asked, options_of, taking
from followup_analytics.cli.people import book_of, by_name
from followup_analytics.cli.saying import say
from followup_analytics.cli.shared import finish, open_log, writable

if TYPE_CHECKING:
    from followup_analytics.advice.kept import Evidence
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.results.result import LogCounts, Result
    from followup_analytics.store import Store

#: So many rows stand in a table, unless all are asked for.
AT_A_TIME = 25
#: Clocks of employers differ by less from that of a coach.
_ZONES = dt.timedelta(days=2)


def next_(
    log: LogPath,
    context: typer.Context,
    today: Annotated[
        str | None,
        typer.Option("--today", metavar="DATE", help="Plan for this day (default: the data date; now for a store)."),
    ] = None,
    policy: Annotated[Path | None, typer.Option("--policy", help="The office's policy file (TOML).")] = None,
    ics: Annotated[Path | None, typer.Option("--ics", help="Also write the steps as a calendar file.")] = None,
    due: Annotated[bool, typer.Option("--due", help="Only what is to be done by that day.")] = False,
    sheet: Annotated[bool, typer.Option("--sheet", help="As a coach's day sheet, one line a client.")] = False,
    script: Annotated[bool, typer.Option("--script", help="Also print what to say in each call.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Print all rows of a long table.")] = False,
    working_days: Annotated[
        str | None, typer.Option("--working-days", metavar="COUNTRY", help="Whose holidays count, such as DE; or zone.")
    ] = None,
    no_claims: Annotated[bool, typer.Option("--no-claims", help="Don't test the advice on this log first.")] = False,
    renew: Annotated[
        bool, typer.Option("--renew", help="Test the advice anew, whatever a store has kept of the last time.")
    ] = False,
) -> None:
    """Whom to follow up with, when, why, and how sure that advice is (confidential).

    Of a store the verdicts of the last time serve, with their date, until --renew or `followup claims STORE`.

    Example:  followup next sqlite:///followup.db --due
    """
    list_steps(
        log, options_of(context, Shared), today=today, policy=policy, ics=ics, due=due, sheet=sheet, script=script,
        every=every, working_days=working_days, no_claims=no_claims, renew=renew,
    )  # fmt: skip


def list_steps(
    log: str,
    shared: Shared,
    *,
    today: str | None = None,
    policy: Path | None = None,
    ics: Path | None = None,
    due: bool = False,
    sheet: bool = False,
    script: bool = False,
    every: bool = False,
    working_days: str | None = None,
    no_claims: bool = False,
    renew: bool = False,
) -> None:
    """Print the steps, with whatever else was asked for; the parameters are the options of `followup next`."""
    from followup_analytics.advice.next_steps import next_steps
    from followup_analytics.advice.reach import reaches_of
    from followup_analytics.results.exports import private

    given = _given(log, shared, today, due=due, examine=not no_claims, renew=renew)
    if working_days is not None and given.store is not None and given.store.setting(COUNTRY) is None:
        keep_country(log, working_days)
    country = working_days or country_asked(log, given.store, ask=policy is None and not shared.json)
    steps = next_steps(
        given.log,
        today=today,
        policy=policy,
        verdicts={} if given.evidence is None else given.evidence.verdicts,
        test=False,
        country=country,
        meaning=given.meaning,
        counts=given.counts,
        reached_at=reaches_of(book_of(log), given.log),
        examined_on=given.evidence.on if given.evidence is not None and given.evidence.kept else None,
        due=due,
    )
    shown = steps if every else steps.at_most(AT_A_TIME)
    if form_asked(shared, "next") == "table":
        shown = replace(shown, rows=by_name(log, shown.rows))
    finish(shown.day_sheet() if sheet else shown, shared)
    if ics is not None:
        private(writable(ics)).write_text(steps.to_ics(book_of(log).names()), encoding="utf-8", newline="")
        say(f"The steps are in {ics.name}.")
    if script:
        typer.echo(steps.scripts_text())


@dataclass(frozen=True)
class _Given:
    """What advice is made of: the log or its open stories alone, what is known of the advice, and the whole's size."""

    log: FollowUpLog
    evidence: Evidence | None = None
    meaning: Any = None
    counts: LogCounts | None = None
    store: Store | None = None


def _given(source: str, shared: Shared, today: str | None, *, due: bool, examine: bool, renew: bool) -> _Given:
    from followup_analytics.store import is_store_url

    if is_store_url(source) and shared.as_of is None:
        return _of_store(source, shared, today, due=due, examine=examine, renew=renew)
    log = open_log(source, shared, protect=False)
    if not examine:
        return _Given(log)
    from followup_analytics.advice.kept import evidence_of as examined
    from followup_analytics.advice.kept import evidence_of_folder

    part = shared.cohort is not None or shared.where or shared.as_of is not None
    elsewhere = is_store_url(source) or not Path(source).exists()
    if part or renew or elsewhere:
        # What Spark alone sees may have changed since: nothing is kept of it.
        evidence = examined(log, seed=shared.seed)
    else:
        evidence = evidence_of_folder(Path(source), log, seed=shared.seed)
    return _Given(log, evidence, evidence.meaning)


def _of_store(url: str, shared: Shared, today: str | None, *, due: bool, examine: bool, renew: bool) -> _Given:
    """A store as it stands: with the verdicts that were kept, and for what is due its open stories alone."""
    from followup_analytics.advice.kept import SOON_DONE, keep_evidence, kept_evidence
    from followup_analytics.advice.kept import evidence_of as examined
    from followup_analytics.store import open_store

    store = open_store(url)
    contacts = store.sizes()["contacts"]
    evidence = kept_evidence(store) if examine else None
    wanted = examine and (renew or evidence is None or not evidence.serves(contacts, store.now() if due else None))
    if wanted and (renew or not due or contacts <= SOON_DONE):
        whole = open_log(url, Shared(time_zone=shared.time_zone), protect=False)
        evidence = examined(whole, seed=shared.seed)
        keep_evidence(url, evidence)
    part = _open_stories(store, shared, today) if due or not examine else None
    if part is not None:
        log, counts = part
        return _Given(log, evidence, None if evidence is None else evidence.meaning, counts, store)
    log = open_log(url, shared, protect=False)
    return _Given(log, evidence, None if evidence is None else evidence.meaning.with_employers(log), None, store)


def keep_verdicts(source: str, shared: Shared, log: FollowUpLog, verdicts: Result) -> None:
    """Keep the verdicts on a whole store as it stands for the advice of the days to come; none of a part of it."""
    from followup_analytics.results.disclosure import is_hidden
    from followup_analytics.store import is_store_url

    part = shared.cohort is not None or shared.where or shared.as_of is not None
    hidden = any(row["verdict"] is None or is_hidden(row) for row in verdicts.rows)
    if not is_store_url(source) or part or hidden:
        return
    from followup_analytics.advice.kept import evidence_of, keep_evidence

    keep_evidence(source, evidence_of(log, verdicts=verdicts))


def _open_stories(store: Store, shared: Shared, today: str | None) -> tuple[FollowUpLog, LogCounts] | None:
    """The open stories of a store with the whole's size; None where the part asked for needs the users' columns."""
    from followup_analytics.advice.next_steps import read_day
    from followup_analytics.log.schema import INTERVIEWS
    from followup_analytics.log.subsets import subset
    from followup_analytics.results.result import LogCounts
    from followup_analytics.store.logs import read_open_log

    where = _conditions(shared)
    if shared.cohort is not None or any(column not in INTERVIEWS.names for column, _ in where):
        return None
    now = store.now()
    day = read_day(today)
    moment = now if day is None else min(now, dt.datetime.combine(day, dt.time(), dt.UTC))
    log = read_open_log(store, moment - _ZONES, time_zone=shared.time_zone)
    if log is None:
        return None
    part = subset(log, where=where)
    # Where a part was asked for, the counts are of its open interviews: the others were not read.
    return part, LogCounts.of(part) if where else LogCounts.of(log).of_whole(store.sizes())


def _conditions(shared: Shared) -> list[tuple[str, str]]:
    """The `--where` options; what reads them brings numpy along, which a morning's list needs for nothing else."""
    if not shared.where:
        return []
    from followup_analytics.reading.logs import as_sequence

    return as_sequence(shared.where)


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command("next", cls=taking(Shared))(next_)
