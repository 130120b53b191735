"""What of a world's stories reaches the log: the frames that its applicants would have kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from followup_analytics.log.schema import CHANNELS, DESTINATIONS, ETIQUETTE_ITEMS, OUTCOMES, PARTIES, TONES
from followup_analytics.simulate.attempts import NO_TONE
from followup_analytics.simulate.calendar import Calendar, working_day_after
from followup_analytics.simulate.decisions import NO_OUTCOME, Decisions
from followup_analytics.simulate.draws import Draws, Integers
from followup_analytics.simulate.people import FORMATS, INDUSTRIES, JOB_LEVELS
from followup_analytics.simulate.story import Story
from followup_analytics.simulate.touches import PURPOSES, all_touches
from followup_analytics.simulate.world import World

_UTC = pl.Datetime("us", "UTC")


@dataclass(frozen=True)
class Tables:
    """A simulated log's frames, typed as the log wants them, and the end of the record."""

    interviews: pl.DataFrame
    contacts: pl.DataFrame
    outcomes: pl.DataFrame
    applicants: pl.DataFrame
    data_date: dt.datetime


def write_down(world: World, story: Story, decisions: Decisions, seed: int) -> Tables:
    """The log that a world's applicants kept."""
    draws, calendar = Draws(seed), Calendar(world.people.zones, story.people)
    everyone = story.people.ids
    starts = calendar.local(everyone, story.people.start)
    until, data_date = _observed(world, story, draws, starts)
    touches = all_touches(world, story, decisions, draws, calendar, until)
    return Tables(
        interviews=_interviews(world, story, draws, calendar, starts, until),
        contacts=_contacts(touches, calendar),
        outcomes=_outcomes(decisions, calendar, everyone, until),
        applicants=_applicants(world, story, decisions, draws, data_date),
        data_date=data_date,
    )


def _observed(world: World, story: Story, draws: Draws, starts: Integers) -> tuple[Integers, dt.datetime]:
    """Until when (local seconds) each record is complete, and the log's data date: the evening of its last day."""
    ids, record = story.people.ids, world.record
    last_day = int(story.people.day.max()) + int(record.followed_days)
    end = last_day * 86_400 + 20 * 3600
    until = np.minimum(end, starts + int(record.at_most_days * 86_400))
    lost = draws.uniform("lost", ids) < record.lost
    part = 0.1 + 0.9 * draws.uniform("lost at", ids)
    until = np.where(lost, starts + ((until - starts) * part).astype(np.int64), until)
    # Evening in the westernmost zone, so that no record goes beyond it.
    return until, dt.datetime.fromtimestamp(end, dt.UTC) + dt.timedelta(hours=9)


def _contacts(touches: pl.DataFrame, calendar: Calendar) -> pl.DataFrame:
    who, back_at = touches["who"].to_numpy(), touches["back_at"].to_numpy()

    def coded(name: str, values: tuple[object, ...]) -> pl.Series:
        return _coded(touches[name].to_numpy(), values)

    frame = pl.DataFrame(
        {
            "contact_id": _numbered("c", np.arange(touches.height) + 1, 7),
            "interview_id": _numbered("i", who + 1, 6),
            "at": calendar.instant(who, touches["at"].to_numpy()),
            "direction": _coded(touches["inbound"].cast(pl.Int64).to_numpy(), ("outbound", "inbound")),
            "channel": coded("channel", CHANNELS),
            "party": coded("party", PARTIES),
            "purpose": coded("purpose", PURPOSES),
            "duration_s": touches["duration"],
            **{name: coded(name, (False, True)) for name in ETIQUETTE_ITEMS},
            "tone": _tones(touches["tone"].to_numpy()),
            "callback_at": calendar.instant(who, back_at).set(pl.Series(back_at <= 0), None),
            "automatic": touches["automatic"],
        }
    )
    return frame.with_columns(automatic=pl.when(pl.col("automatic")).then(pl.lit(value=True)))


def _tones(codes: Integers) -> pl.Series:
    """Tones -1, 0, 1 as the schema's words, which run from positive to negative."""
    return _coded(np.where(codes == NO_TONE, -1, 1 - codes), TONES)


def _numbered(letter: str, numbers: Integers, width: int) -> pl.Series:
    return pl.Series(numbers).cast(pl.String).str.zfill(width).str.replace("^", letter)


def _coded(codes: Integers, values: tuple[object, ...]) -> pl.Series:
    """Codes as their values; null where the code is negative."""
    found = pl.Series(list(values)).gather(np.maximum(codes, 0))
    return found.set(pl.Series(codes < 0), None)


def _interviews(
    world: World, story: Story, draws: Draws, calendar: Calendar, starts: Integers, until: Integers
) -> pl.DataFrame:
    people, ids = story.people, story.people.ids
    rated = draws.uniform("rated", ids) >= world.people.rating_missing
    promised = draws.uniform("promised", ids) < world.people.decision_promised
    promise = working_day_after(starts, 0) // 86_400 + 4 + (draws.uniform("promised at", ids) * 10).astype(np.int64)
    blocked = draws.uniform("do not contact", ids) < world.people.do_not_contact
    frame = pl.DataFrame(
        {
            "interview_id": _numbered("i", ids + 1, 6),
            "applicant_id": _numbered("a", people.applicant + 1, 6),
            "interviewed_at": calendar.instant(ids, starts),
            "observed_until": calendar.instant(ids, until),
            "cohort": _coded(people.cohort, world.people.cohorts),
            "employer": _numbered("Employer ", people.employer + 1, 4),
            "industry": _coded(people.industry, INDUSTRIES),
            "job_level": _coded(people.job_level, JOB_LEVELS),
            "interview_format": _coded(people.format, FORMATS),
            "self_rating": pl.Series(people.rating),
            "self_rated_at": calendar.instant(ids, starts + 600),
            "referral": people.referral == 1,
            "decision_promised_at": calendar.instant(ids, working_day_after(promise * 86_400, 0) + 7 * 3600),
            "time_zone": _coded(people.zone, world.people.zones),
            "do_not_contact": blocked,
        }
    )
    return frame.with_columns(
        self_rating=pl.when(pl.Series(rated)).then("self_rating"),
        self_rated_at=pl.when(pl.Series(rated)).then("self_rated_at"),
        decision_promised_at=pl.when(pl.Series(promised)).then("decision_promised_at"),
        do_not_contact=pl.when(pl.col("do_not_contact")).then(pl.lit(value=True)),
    )


def _outcomes(decisions: Decisions, calendar: Calendar, ids: Integers, until: Integers) -> pl.DataFrame:
    decided = calendar.local(ids, decisions.decided_at)
    who = np.flatnonzero((decisions.outcome != NO_OUTCOME) & (decided <= until))
    return pl.DataFrame(
        {
            "interview_id": _numbered("i", who + 1, 6),
            "outcome": _coded(decisions.outcome[who], OUTCOMES),
            "decided_at": calendar.instant(who, decided[who]),
        }
    )


def _applicants(world: World, story: Story, decisions: Decisions, draws: Draws, data_date: dt.datetime) -> pl.DataFrame:
    """One row for each member of a cohort: those of the interviews, and some who had none."""
    applicant = story.people.applicant
    known, where = np.unique(applicant, return_index=True)
    share = world.people.without_interview
    idle = np.arange(len(known), len(known) + round(len(known) * share / max(1.0 - share, 0.01)))
    ids = np.concatenate([known, idle])
    offered = np.isin(known, applicant[decisions.outcome == OUTCOMES.index("offer")])
    hired = np.concatenate([offered, draws.uniform("other job", idle) < 0.3])
    rest = draws.choice("destination", ids, np.array([0.25, 0.03, 0.02, 0.15, 0.35, 0.05, 0.15]))
    cohort = np.concatenate([story.people.cohort[where], _idle_cohorts(world, draws, idle)])
    destination = _coded(np.where(hired, 0, rest), DESTINATIONS)
    return pl.DataFrame(
        {
            "applicant_id": _numbered("a", ids + 1, 6),
            "cohort": _coded(cohort, world.people.cohorts),
            "destination": destination,
            "destination_known_at": pl.Series([data_date] * len(ids), dtype=_UTC),
        }
    ).with_columns(destination_known_at=pl.when(pl.col("destination") != "unknown").then("destination_known_at"))


def _idle_cohorts(world: World, draws: Draws, idle: Integers) -> Integers:
    return (draws.uniform("cohort", idle) * len(world.people.cohorts)).astype(np.int64)
