"""Parts of a log: a cohort, interviews with given values, the log as it stood on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

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
    where = tuple(where.items()) if isinstance(where, Mapping) else where
    keep = log.interviews
    cohorts = [cohort] if isinstance(cohort, str) else list(cohort or ())
    if cohorts:
        for name in cohorts:
            _require_cohort(log, name)
        keep = keep.filter(pl.col("cohort").is_in(cohorts))
    for column, value in ((asked(name).column, value) for name, value in where):
        require_column(log, column, "--where")
        text = pl.col(column).cast(pl.String)
        keep = keep.filter(text.is_null() if value == MISSING else text.str.to_lowercase() == value.casefold())
    if not cohorts and not where:
        return log
    if cohorts and where:
        return subset(subset(log, cohort=cohorts), where=where)
    ids = keep.select("interview_id")
    applicants = log.applicants
    if applicants is not None:
        if cohorts:
            applicants = applicants.filter(pl.col("cohort").is_in(cohorts))
        if where:
            applicants = applicants.join(keep.select("applicant_id").unique(), on="applicant_id", how="semi")
    outcomes = log.outcomes.join(ids, on="interview_id", how="semi", maintain_order="left")
    return replace(
        log,
        interviews=keep,
        contacts=log.contacts.join(ids, on="interview_id", how="semi", maintain_order="left"),
        outcomes=outcomes,
        applicants=applicants,
        title=listed(cohorts, "and") if cohorts else log.title,
        outcomes_recorded=log.outcomes_recorded and (outcomes.height > 0 or not _lacks_outcomes(log, ids)),
    )


def _lacks_outcomes(log: FollowUpLog, ids: pl.DataFrame) -> bool:
    """Whether a part of a log without any outcome has none since nobody wrote them down: the rest tells."""
    part = log.interviews.join(
        ids.with_columns(part=pl.lit("part")), on="interview_id", how="left", maintain_order="left"
    )
    return "part" in unrecorded_groups(lambda _: part["part"].fill_null("rest"), log)


def _require_cohort(log: FollowUpLog, cohort: str) -> None:
    known = set(log.interviews["cohort"].drop_nulls())
    if log.applicants is not None:
        known |= set(log.applicants["cohort"].drop_nulls())
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
    if not interviews.height:
        raise UsageError(f"--as-of {str(date)[:10]}: no interview had taken place by then; give a later date.")
    return assemble(
        frames,
        time_zone=log.time_zone,
        data_date=min(moment, log.data_date),
        simulated=log.simulated,
        notes=log.notes,
        native=log.native,
        title=log.title,
    )
