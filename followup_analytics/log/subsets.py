"""Parts of a log: a cohort, interviews with given values, the log as it stood on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import polars as pl

from followup_analytics.errors import UsageError
from followup_analytics.log.asked import asked, in_frames
from followup_analytics.log.assembling import assemble
from followup_analytics.log.followup_log import FollowUpLog, HasTables, Note
from followup_analytics.log.record_end import only_zone, parse_moment
from followup_analytics.log.schema import (
    CONTACTS,
)
from followup_analytics.log.shared_words import MISSING
from followup_analytics.log.unrecorded import unrecorded_groups
from followup_analytics.text import listed, nearest


def subset(
    log: FollowUpLog,
    *,
    cohort: str | Sequence[str] | None = None,
    where: Mapping[str, str] | Sequence[tuple[str, str]] = (),
) -> FollowUpLog:
    """The log of one cohort or several, or of interviews with given values; contacts, outcomes and applicants follow.

    where: values of columns of the interviews, as text, case aside; MISSING for none.
    Raises UsageError for a cohort or a column that the log does not have.

    Example:
        >>> subset(log, cohort="autumn 2025")
        <simulated FollowUpLog: 144 interviews, 323 contacts, 116 outcomes, data date 2026-01-01>
    """
    cohorts, values = chosen_of(log, cohort, where)
    for chosen in steps_to(cohorts, values):
        part = cut_to(chosen, log)
        if log.outcomes_recorded and not part.outcomes.height:
            recorded = PART not in unrecorded_groups(partial(labels_of_part, chosen), log)
            part = replace(part, outcomes_recorded=recorded)
        log = part
    return log


#: Cohorts and values of columns by which a log is cut at once.
Chosen = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]
#: The group of the interviews of a part that was asked for.
PART = "part"


def chosen_of(
    log: HasTables,
    cohort: str | Sequence[str] | None = None,
    where: Mapping[str, str] | Sequence[tuple[str, str]] = (),
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The cohorts and the columns with their values that `subset` was asked for. Raises what it raises."""
    cohorts = (cohort,) if isinstance(cohort, str) else tuple(cohort or ())
    for name in cohorts:
        _require_cohort(log, name)
    pairs = where.items() if isinstance(where, Mapping) else where
    values = tuple((asked(name).column, value) for name, value in pairs)
    for column, _ in values:
        require_column(log, column, "--where")
    return cohorts, values


def steps_to(cohorts: tuple[str, ...], where: tuple[tuple[str, str], ...]) -> list[Chosen]:
    """A cohort first and values of columns then: what the rest has recorded is asked of the cohort."""
    steps: list[Chosen] = [(cohorts, ()), ((), where)]
    return [step for step in steps if any(step)]


def labels_of_part(chosen: Chosen, log: FollowUpLog) -> pl.Series:
    """Of each interview whether it is in the part that was asked for."""
    return log.interviews.select(pl.when(_is_chosen(chosen)).then(pl.lit(PART)).otherwise(pl.lit("rest"))).to_series()


def _is_chosen(chosen: Chosen) -> pl.Expr:
    cohorts, where = chosen
    found = pl.col("cohort").is_in(list(cohorts)) if cohorts else pl.lit(value=True)
    for column, value in where:
        text = pl.col(column).cast(pl.String)
        found &= text.is_null() if value == MISSING else text.str.to_lowercase() == value.casefold()
    return found


def cut_to(chosen: Chosen, log: FollowUpLog) -> FollowUpLog:
    """The log of the interviews that were chosen, which may be none of a part of a log."""
    cohorts, where = chosen
    keep = log.interviews.filter(_is_chosen(chosen))
    applicants = log.applicants
    if applicants is not None:
        if cohorts:
            applicants = applicants.filter(pl.col("cohort").is_in(list(cohorts)))
        if where:
            applicants = _those_of(applicants, keep)
    return replace(
        _with_interviews(log, keep), applicants=applicants, title=listed(cohorts, "and") if cohorts else log.title
    )


def of_coach(log: FollowUpLog, coach: str) -> FollowUpLog:
    """The log of the interviews that a coach looks after, by the column `coach`; an empty one where there are none."""
    named = log.interviews["coach"].unique() if "coach" in log.interviews.columns else ()
    keep = log.interviews.clear()
    if own := [one for one in named if is_coach(one, coach)]:
        keep = log.interviews.filter(pl.col("coach").is_in(own))
    applicants = None if log.applicants is None else _those_of(log.applicants, keep)
    return replace(_with_interviews(log, keep), applicants=applicants)


def is_coach(cell: str | None, coach: str) -> bool:
    """Whether a cell of the column `coach` names a coach: case and blanks around it don't matter."""
    return cell is not None and cell.strip().casefold() == coach.strip().casefold()


def _with_interviews(log: FollowUpLog, keep: pl.DataFrame) -> FollowUpLog:
    """The log with some of its interviews alone, and what belongs to them."""
    ids = keep.select("interview_id")
    return replace(
        log,
        interviews=keep,
        contacts=log.contacts.join(ids, on="interview_id", how="semi", maintain_order="left"),
        outcomes=log.outcomes.join(ids, on="interview_id", how="semi", maintain_order="left"),
    )


def _those_of(applicants: pl.DataFrame, keep: pl.DataFrame) -> pl.DataFrame:
    return applicants.join(keep.select("applicant_id").unique(), on="applicant_id", how="semi")


def _require_cohort(log: HasTables, cohort: str) -> None:
    tables = ("interviews", "applicants") if log.has_applicants else ("interviews",)
    named = [log.held(table) for table in tables]
    columns = [table.select(["cohort"])["cohort"] for table in named if "cohort" in table.columns]
    known = {name for column in columns for name in column.drop_nulls().unique().to_list()}
    if cohort not in known:
        guess = nearest(cohort, known)
        hint = (
            f"; did you mean {guess!r}?"
            if guess
            else f"; there are {listed(sorted(known), 'and')}."
            if known
            else "; no interview names a cohort."
        )
        raise UsageError(f"no cohort is called {cohort!r}{hint}")


def built_in_note(log: HasTables, key: str) -> Note | None:
    """What to say where a built-in key was asked for and the log has a column of that name; None where it hasn't."""
    theirs = (name for name in log.held("contacts").columns if name not in CONTACTS.names)
    own = [*log.held("interviews").columns, *theirs]
    if key not in own:
        return None
    return Note("built_in_key", f"{key} is built in; the log's column of that name is {in_frames(key)}")


def require_column(log: HasTables, column: str, option: str) -> None:
    """Raise UsageError, with the nearest name, unless interviews have the column."""
    names = [name for name in log.held("interviews").columns if not name.startswith("_")]
    if column not in names:
        guess = nearest(column, names)
        theirs = " It is a column of contacts; set rows side by side with --by." if column in CONTACTS.names else ""
        raise UsageError(
            f"{option}: interviews have no column {column!r}{f'; did you mean {guess!r}?' if guess else '.'}{theirs}"
        )


def as_of(log: FollowUpLog, date: dt.date | dt.datetime | str) -> FollowUpLog:
    """The log as it stood at the end of a day: later rows dropped, observed_until cut to it, later facts unknown."""
    moment = parse_moment(date, log.time_zone or only_zone(log.interviews))
    frames = frames_as_of(log, moment)
    if not frames["interviews"].height:
        raise no_interview_by(date)
    return assemble(
        frames,
        time_zone=log.time_zone,
        data_date=min(moment, log.data_date),
        simulated=log.simulated,
        notes=log.notes,
        native=log.native,
        title=log.title,
    )


def no_interview_by(date: dt.date | dt.datetime | str) -> UsageError:
    """That a log as it stood on a day would be empty."""
    return UsageError(f"--as-of {str(date)[:10]}: no interview had taken place by then; give a later date.")


def frames_as_of(log: FollowUpLog, moment: dt.datetime) -> dict[str, pl.DataFrame]:
    """The tables of a log as they stood at a moment; no rows, where nothing had happened yet."""
    interviews = log.interviews.filter(pl.col("interviewed_at") <= moment).with_columns(
        observed_until=pl.min_horizontal("observed_until", pl.lit(moment)),
        self_rating=pl.when(pl.col("self_rated_at").is_null() | (pl.col("self_rated_at") <= moment)).then(
            "self_rating"
        ),
        self_rated_at=pl.when(pl.col("self_rated_at") <= moment).then("self_rated_at"),
    )
    ids = interviews.select("interview_id")
    frames = {
        "interviews": interviews,
        "contacts": log.contacts.filter(pl.col("at") <= moment).join(ids, on="interview_id", how="semi"),
        "outcomes": log.outcomes.filter(pl.col("decided_at") <= moment).join(ids, on="interview_id", how="semi"),
    }
    if log.applicants is not None:
        late = pl.col("destination_known_at") > moment
        frames["applicants"] = log.applicants.with_columns(
            destination=pl.when(late).then(None).otherwise("destination"),
            destination_known_at=pl.when(~late).then("destination_known_at"),
        )
    return frames
