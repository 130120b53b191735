"""What of a world's stories reaches the log: office days become timestamps, forgotten and unseen things fall away."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from followup_analytics.schema import CHANNELS, ETIQUETTE_ITEMS, OUTCOMES, PARTIES
from followup_analytics.simulate.attempts import NO_TONE
from followup_analytics.simulate.decisions import NO_OUTCOME, Decisions
from followup_analytics.simulate.draws import Booleans, Draws, Floats, Integers
from followup_analytics.simulate.people import FORMATS, INDUSTRIES, JOB_LEVELS
from followup_analytics.simulate.story import Story
from followup_analytics.simulate.world import World

OPENING_S, OPEN_S = int(8.5 * 3600), int(9.0 * 3600)
_UTC = pl.Datetime("us", "UTC")
_EMAIL, _PHONE, _LETTER = CHANNELS.index("email"), CHANNELS.index("phone"), CHANNELS.index("letter")
_NOBODY = PARTIES.index("none")


@dataclass(frozen=True)
class Tables:
    """A simulated log's frames, typed as the log wants them, and the end of the record."""

    interviews: pl.DataFrame
    contacts: pl.DataFrame
    outcomes: pl.DataFrame
    applicants: pl.DataFrame
    data_date: dt.datetime


class Calendar:
    """Turns office days of interviews into seconds since 1970 on the local clock, and those into instants."""

    def __init__(self, world: World, story: Story) -> None:
        self._world, self._day, self._zone = world, story.people.day, story.people.zone

    def local(self, who: Integers, times: Floats) -> Integers:
        """Local seconds since 1970-01-01 of times in office days; infinite ones become the largest integer."""
        known = np.isfinite(times)
        whole = np.floor(np.where(known, times, 0.0))
        part = np.where(known, times, 0.0) - whole
        seconds = (self._day[who] + whole.astype(np.int64)) * 86_400 + OPENING_S + (part * OPEN_S).astype(np.int64)
        return np.where(known, seconds, np.iinfo(np.int64).max // 2_000_000)

    def instant(self, who: Integers, local: Integers) -> pl.Series:
        """Local seconds of interviews as UTC timestamps; office hours are never touched by a change of the clocks."""
        naive = pl.Series(local * 1_000_000).cast(pl.Datetime("us"))
        frame = pl.DataFrame({"naive": naive, "zone": self._zone[who]})
        pick = pl.lit(None, _UTC)
        for code, zone in enumerate(self._world.people.zones):
            there = pl.col("naive").dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
            pick = pl.when(pl.col("zone") == code).then(there.dt.convert_time_zone("UTC")).otherwise(pick)
        return frame.select(pick.alias("at"))["at"]


@dataclass(frozen=True)
class Touches:
    """m contacts of all kinds before they become a table: codes index the schema's vocabularies, -1 is not recorded.

    who: the interview. at: local seconds. back_at: when the employer asked to be called again, else 0.
    """

    who: Integers
    at: Integers
    inbound: Booleans
    channel: Integers
    party: Integers
    purpose: tuple[str, Integers] | Integers
    duration: Floats
    items: dict[str, Integers]
    tone: Integers
    automatic: Booleans
    back_at: Integers


PURPOSES = ("thank_you", "follow_up", "answer")
_THANKS, _FOLLOW_UP, _ANSWER = range(3)


def write_down(world: World, story: Story, decisions: Decisions, seed: int) -> Tables:
    """The log that a world's applicants kept."""
    draws, calendar = Draws(seed), Calendar(world, story)
    everyone = story.people.ids
    starts = calendar.local(everyone, story.people.start)
    until, data_date = _observed(world, story, draws, starts)
    touches = _seen(_all_touches(world, story, decisions, draws, calendar), until)
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


# ------------------------------------------------------------------------------------------------------- contacts


def _all_touches(
    world: World, story: Story, decisions: Decisions, draws: Draws, calendar: Calendar
) -> list[Touches]:
    parts = [_attempts(world, story, draws, calendar)]
    parts.append(_machine_answers(world, story, draws, parts[0]))
    parts.append(_thanks(story, decisions, draws, calendar))
    parts.extend(_replies(story, decisions, draws, calendar))
    return parts


def _attempts(world: World, story: Story, draws: Draws, calendar: Calendar) -> Touches:
    batches = story.contacts
    who = _joined([one.proposal.who for one in batches])
    at, number = _joined([one.at for one in batches], float), _joined([one.number for one in batches])
    channel = _joined([one.proposal.channel for one in batches])
    party = _joined([one.proposal.party for one in batches])
    nobody = _joined([one.proposal.nobody for one in batches], bool)
    items = {name: _joined([one.items[name] for one in batches]) for name in ETIQUETTE_ITEMS}
    tone = _joined([one.tone for one in batches])
    ids = story.people.ids[who]
    noted = draws.uniform("logs items", story.people.applicant[who]) < world.people.items_logged
    local = calendar.local(who, at)
    asked_back = (draws.uniform("call back", ids, number) < 0.06) & (tone != NO_TONE)
    kept = ~nobody | (draws.uniform("forgotten", ids, number) >= world.record.forgotten)
    whole = Touches(
        who=who,
        at=local,
        inbound=np.zeros(len(who), dtype=bool),
        channel=channel,
        party=party,
        purpose=np.full(len(who), _FOLLOW_UP),
        duration=_joined([one.duration for one in batches], float),
        items={name: np.where(noted, value, -1) for name, value in items.items()},
        tone=np.where(noted, tone, NO_TONE),
        automatic=np.zeros(len(who), dtype=bool),
        back_at=np.where(asked_back, _working_day_after(local, 2), 0),
    )
    return _chosen(whole, kept)


def _working_day_after(local: Integers, days: int) -> Integers:
    day = local // 86_400 + days
    weekday = (day + 3) % 7
    return (day + np.where(weekday >= 5, 7 - weekday, 0)) * 86_400 + 10 * 3600


def _plain(who: Integers, at: Integers, *, inbound: bool, channel: Integers, party: Integers, purpose: int) -> Touches:
    size = len(who)
    return Touches(
        who=who,
        at=at,
        inbound=np.full(size, inbound),
        channel=channel,
        party=party,
        purpose=np.full(size, purpose),
        duration=np.full(size, np.nan),
        items={name: np.full(size, -1) for name in ETIQUETTE_ITEMS},
        tone=np.full(size, NO_TONE),
        automatic=np.zeros(size, dtype=bool),
        back_at=np.zeros(size, dtype=np.int64),
    )


def _machine_answers(world: World, story: Story, draws: Draws, attempts: Touches) -> Touches:
    """Automatic replies, minutes after an e-mail: never a response."""
    ids = story.people.ids[attempts.who]
    comes = (attempts.channel == _EMAIL) & (draws.uniform("machine", ids, attempts.at) < world.replies.automatic)
    who, at = attempts.who[comes], attempts.at[comes] + 60
    answers = _plain(
        who, at, inbound=True, channel=np.full(len(who), _EMAIL), party=np.full(len(who), _NOBODY), purpose=_ANSWER
    )
    return Touches(**{**answers.__dict__, "automatic": np.full(len(who), True)})


def _thanks(story: Story, decisions: Decisions, draws: Draws, calendar: Calendar) -> Touches:
    """Thank-you notes: mostly e-mails, some cards; none once the answer is there."""
    who = np.flatnonzero(story.note < np.minimum(story.reply, decisions.decided_at))
    card = draws.uniform("card", story.people.ids[who]) < 0.25
    return _plain(
        who,
        calendar.local(who, story.note[who]),
        inbound=False,
        channel=np.where(card, _LETTER, _EMAIL),
        party=np.full(len(who), _NOBODY),
        purpose=_THANKS,
    )


def _replies(story: Story, decisions: Decisions, draws: Draws, calendar: Calendar) -> list[Touches]:
    """The employer's reply where it is a contact, the applicant's answer, and now and then an attempt after it."""
    who = np.flatnonzero(np.isfinite(decisions.contact_at))
    ids, replied = story.people.ids[who], decisions.contact_at[who]
    channel = np.array([_PHONE, _EMAIL, CHANNELS.index("voicemail")])[
        draws.choice("reply channel", ids, np.array([0.45, 0.45, 0.10]))
    ]
    back = _plain(
        who,
        calendar.local(who, replied),
        inbound=True,
        channel=channel,
        party=decisions.contact_party[who],
        purpose=_ANSWER,
    )
    talk = np.where(channel == _EMAIL, np.nan, np.floor(30 + 300 * draws.uniform("reply talk", ids)))
    back = Touches(**{**back.__dict__, "duration": talk})
    parts = [back]
    for stream, share, delay, purpose in (("answers", 0.5, 0.4, _ANSWER), ("asks again", 0.08, 4.0, _FOLLOW_UP)):
        when = replied + 0.05 + delay * draws.exponential(f"{stream} at", ids)
        goes = (draws.uniform(stream, ids) < share) & (when < decisions.decided_at[who]) & (when < replied + 20)
        some = who[goes]
        mail = _plain(
            some,
            calendar.local(some, when[goes]),
            inbound=False,
            channel=np.full(len(some), _EMAIL),
            party=np.full(len(some), _NOBODY),
            purpose=purpose,
        )
        parts.append(mail)
    return parts


def _joined(arrays: list[np.ndarray], kind: type = int) -> np.ndarray:  # type: ignore[type-arg]
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=np.int64 if kind is int else kind)


def _chosen(touches: Touches, keep: Booleans) -> Touches:
    values = {
        name: {item: column[keep] for item, column in value.items()} if name == "items" else value[keep]
        for name, value in touches.__dict__.items()
    }
    return Touches(**values)


def _seen(parts: list[Touches], until: Integers) -> Touches:
    """All parts as one, without what lies beyond the record, in the order of interview and time."""
    names = [name for name in Touches.__dataclass_fields__ if name != "items"]
    values = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    items = {name: np.concatenate([part.items[name] for part in parts]) for name in ETIQUETTE_ITEMS}
    whole = Touches(**values, items=items)
    whole = _chosen(whole, whole.at <= until[whole.who])
    order = np.lexsort((whole.inbound, whole.at, whole.who))
    return Touches(
        **{
            name: {item: column[order] for item, column in value.items()} if name == "items" else value[order]
            for name, value in whole.__dict__.items()
        }
    )


def _contacts(touches: Touches, calendar: Calendar) -> pl.DataFrame:
    size = len(touches.who)
    frame = pl.DataFrame(
        {
            "contact_id": _numbered("c", np.arange(size) + 1, 7),
            "interview_id": _numbered("i", touches.who + 1, 6),
            "at": calendar.instant(touches.who, touches.at),
            "direction": _coded(touches.inbound.astype(np.int64), ("outbound", "inbound")),
            "channel": _coded(touches.channel, CHANNELS),
            "party": _coded(touches.party, PARTIES),
            "purpose": _coded(touches.purpose, PURPOSES),
            "duration_s": pl.Series(touches.duration).fill_nan(None),
            **{name: _coded(touches.items[name], (False, True)) for name in ETIQUETTE_ITEMS},
            "tone": _coded(np.where(touches.tone == NO_TONE, -1, touches.tone + 1), ("negative", "neutral", "positive")),
            "callback_at": calendar.instant(touches.who, touches.back_at),
            "automatic": touches.automatic,
        }
    )
    return frame.with_columns(
        callback_at=pl.when(pl.Series(touches.back_at > 0)).then("callback_at"),
        automatic=pl.when(pl.col("automatic")).then(pl.lit(value=True)),
    )


def _numbered(letter: str, numbers: Integers, width: int) -> pl.Series:
    return pl.Series(numbers).cast(pl.String).str.zfill(width).str.replace("^", letter)


def _coded(codes: Integers, values: tuple[object, ...]) -> pl.Series:
    """Codes as their values; null where the code is negative."""
    found = pl.Series(list(values)).gather(np.maximum(codes, 0))
    return found.set(pl.Series(codes < 0), None)


# ------------------------------------------------------------------------------------------------- the other tables


def _interviews(
    world: World, story: Story, draws: Draws, calendar: Calendar, starts: Integers, until: Integers
) -> pl.DataFrame:
    people, ids = story.people, story.people.ids
    rated = draws.uniform("rated", ids) >= world.people.rating_missing
    promised = draws.uniform("promised", ids) < world.people.decision_promised
    promise = _working_day_after(starts, 0) // 86_400 + 4 + (draws.uniform("promised at", ids) * 10).astype(np.int64)
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
            "decision_promised_at": calendar.instant(ids, _working_day_after(promise * 86_400, 0) + 7 * 3600),
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


def _applicants(
    world: World, story: Story, decisions: Decisions, draws: Draws, data_date: dt.datetime
) -> pl.DataFrame:
    """One row for each member of a cohort: those of the interviews, and some who had none."""
    applicant = story.people.applicant
    known, where = np.unique(applicant, return_index=True)
    share = world.people.without_interview
    idle = np.arange(len(known), len(known) + round(len(known) * share / max(1.0 - share, 0.01)))
    ids = np.concatenate([known, idle])
    offered = np.isin(known, applicant[decisions.outcome == OUTCOMES.index("offer")])
    hired = np.concatenate([offered, draws.uniform("other job", idle) < 0.3])
    rest = draws.choice("destination", ids, np.array([0.25, 0.03, 0.02, 0.15, 0.35, 0.05, 0.15]))
    names = ("employed", "service", "military", "continuing_education", "seeking", "not_seeking", "unknown")
    cohort = np.concatenate([story.people.cohort[where], _idle_cohorts(world, draws, idle)])
    destination = _coded(np.where(hired, 0, rest), names)
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
