"""Five worlds in plain numpy, which share nothing with the simulator: people act, employers answer, effects are known.

A day goes: before ten a note may be written and a call made, which leaves a voicemail or reaches nobody; at five in the
afternoon an answer may come, or the position be filled. Three days after an answer it is decided. Calls of an interview
come a little earlier each time, so that one k days after another is within k times 24 hours of it. All causes of acting
are recorded (rating, referral, level, weekday, season); who answers also goes by the employer.

The truth of a claim is the same world with the claim's acts made or left undone: who must act within some days does so
today with the chance h / P(acts within what is left of them), h being their own chance of acting today.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics import read_log
from followup_analytics.log.followup_log import FollowUpLog

Floats, Days = NDArray[np.float64], NDArray[np.int64]
#: Chances of an act today by person and day (its number since the interview).
Chances = Callable[["People", int], Floats]
DAYS, DECIDED_AFTER, NEVER = 48, 3, 10_000
#: Of calls so many leave a voicemail.
VOICEMAIL = 0.6
#: A Monday.
MIDNIGHT = dt.datetime(2025, 1, 6, tzinfo=dt.UTC)


def chance(odds: Any) -> Floats:
    """The probability of log odds."""
    return 1 / (1 + np.exp(-np.asarray(odds, dtype=np.float64)))


@dataclass
class People:
    """Interviews with what is recorded of them, and what their employer is like."""

    applicant: NDArray[np.int64]
    employer: NDArray[np.int64]
    rating: Floats
    referral: Floats
    level: Floats
    begins: NDArray[np.int64]
    #: What employers add to the log odds of answering.
    answering: Floats

    @property
    def feeling(self) -> Floats:
        """The rating from -1 to 1."""
        return (self.rating - 3) / 2

    def weekday(self, day: int) -> NDArray[np.int64]:
        """0 for Monday, so many days after the interviews."""
        return (self.begins + day) % 7

    def season(self) -> Floats:
        """From -1 to 1 over the half year in which interviews take place."""
        return self.begins / 90.0 - 1


def nothing(day: Days) -> Floats:
    """A first call that is worth nothing on any day."""
    return np.zeros(len(day))


@dataclass(frozen=True)
class World:
    """What makes people call and write, and employers answer.

    Attributes:
        calls, notes: chances of a first call and of a note; answers: log odds of an answer.
        first_call: what a first call adds to them, by its day; note, third_voicemail: what they add to those of good
            news.
        again: how much rarer later calls are than a first one would be; employers: how many.
    """

    calls: Chances
    notes: Chances
    answers: Chances
    first_call: Callable[[Days], Floats] = nothing
    note: float = 0.0
    third_voicemail: float = 0.0
    again: float = 0.7
    employers: int = 200

    def calls_again(self, who: People, day: int) -> Floats:
        """Chances of a further call."""
        return self.again * self.calls(who, day)


def _planned(who: People, day: int) -> Floats:
    """Hazard of a plan: a normal day, later for those who feel well, rounded, and made day 0 where it lies before."""
    mean = 1.6 + 1.4 * who.feeling + 0.8 * who.referral

    def by(last: float) -> Floats:
        return chance(1.7 * (last + 0.5 - mean) / 1.8)

    left = 1 - (by(day - 1) if day else 0.0)
    return 0.85 * np.clip((by(day) - (by(day - 1) if day else 0.0)) / np.maximum(left, 1e-9), 0, 1)


def _own_way(who: People) -> Floats:
    """The rating, turned round for those who were not referred."""
    return who.feeling * (2 * who.referral - 1)


def _by_weekday(who: People, day: int) -> Floats:
    """Answers on Fridays above all, and hardly any at weekends."""
    weekday = who.weekday(day)
    return -3.0 + 0.6 * who.feeling + np.where(weekday == 4, 0.9, np.where(weekday > 4, -4.0, 0.0)) + who.answering


WORLDS: dict[str, World] = {
    "effects": World(
        calls=lambda who, day: chance(-1.6 + 0.7 * who.feeling - 0.5 * who.referral + 0.04 * day),
        notes=lambda who, day: chance(-1.2 - 0.7 * day + 0.8 * who.feeling),
        answers=lambda who, day: -3.3 + 0.7 * who.feeling + 0.4 * who.referral + who.answering,
        first_call=lambda day: np.select([day < 2, day < 4], [-0.3, 1.0], 0.5),
        note=0.9,
        third_voicemail=-1.5,
    ),
    "weekly": World(
        calls=lambda who, day: chance(
            np.where(np.isin(who.weekday(day), (0, 3)), -0.9, -2.2) + 0.6 * who.feeling + 0.4 * who.level
        ),
        notes=lambda who, day: chance(-1.6 - 0.4 * day + 0.6 * who.referral),
        answers=_by_weekday,
        first_call=lambda day: np.where(day < 2, 0.8, -0.2),
        note=-0.6,
        third_voicemail=0.9,
    ),
    "planned": World(
        calls=_planned,
        notes=lambda who, day: chance(-1.4 - 0.5 * day - 0.6 * who.feeling),
        answers=lambda who, day: -3.1 + 0.9 * who.feeling + 0.5 * who.referral + who.answering,
        again=0.3,
    ),
    "season": World(
        calls=lambda who, day: chance(-1.8 + 1.2 * who.season() + 0.5 * who.feeling),
        notes=lambda who, day: chance(-1.3 + 1.0 * who.season() - 0.5 * day),
        answers=lambda who, day: -3.1 - 1.2 * who.season() + 0.6 * who.feeling + who.answering,
        first_call=lambda day: np.full(len(day), 0.6),
        note=0.7,
    ),
    "together": World(
        calls=lambda who, day: chance(-1.5 + (1.2 if day < 2 else -1.0) * _own_way(who)),
        notes=lambda who, day: chance(-1.4 - 0.5 * day + 0.9 * _own_way(who)),
        answers=lambda who, day: -3.0 + 1.1 * _own_way(who) + who.answering,
        employers=25,
    ),
}


def people_of(world: World, number: int, rng: np.random.Generator) -> People:
    """Interviews of a world, some three an applicant."""
    applicants = max(number // 3, 1)
    likes = rng.normal(0, 0.5, world.employers)
    employer = rng.integers(0, world.employers, number)
    return People(
        applicant=rng.integers(0, applicants, number),
        employer=employer,
        rating=rng.choice(5, number, p=(0.1, 0.2, 0.35, 0.25, 0.1)) + 1.0,
        referral=(rng.random(number) < 0.35).astype(np.float64),
        level=rng.integers(0, 2, number).astype(np.float64),
        begins=rng.integers(0, 180, number),
        answering=likes[employer],
    )


@dataclass(frozen=True)
class Rule:
    """Acts that must be made, or may not be, from one day to another; of a third voicemail days since the second."""

    act: str  # note, call (the first), third (voicemail)
    first: int
    last: int
    made: bool


@dataclass
class Course:
    """What happened by day since the interview, NEVER where it did not; calls: 0 none, 1 no message, 2 voicemail."""

    note: Days
    calls: NDArray[np.int8]
    second_voicemail: Days
    answered: Days
    filled: Days
    good: NDArray[np.bool_]


def live(world: World, who: People, rng: np.random.Generator, rules: Sequence[Rule] = ()) -> Course:
    """Let the days go by; what is drawn is the same under all rules."""
    n = len(who.rating)
    note, first, second, answered, filled = (np.full(n, NEVER) for _ in range(5))
    calls, voicemails, good = np.zeros((n, DAYS), dtype=np.int8), np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool)

    def leaves_another(who: People, day: int) -> Floats:
        return VOICEMAIL * world.calls_again(who, day)

    for day in range(DAYS):
        luck = rng.random((5, n))
        waiting = (answered == NEVER) & (filled == NEVER)
        today = np.full(n, day)
        note[waiting & (note == NEVER) & (luck[0] < ruled("note", world.notes, who, day, today, rules))] = day
        new = first == NEVER
        call = np.where(new, ruled("call", world.calls, who, day, today, rules), world.calls_again(who, day))
        since = np.where(voicemails == 2, day - second, NEVER)
        left = np.where(new, VOICEMAIL * call, ruled("third", leaves_another, who, day, since, rules))
        # Whatever rules say of voicemails, other calls have the chance that they have on days without one.
        without = (1 - VOICEMAIL) * call / (1 - VOICEMAIL * call)
        leaves = waiting & (luck[1] < left)
        calls_at_all = leaves | (waiting & (luck[1] < left + (1 - left) * without))
        calls[calls_at_all, day], calls[leaves, day] = 1, 2
        first[new & calls_at_all] = day
        voicemails += leaves
        second[leaves & (voicemails == 2)] = day
        odds = world.answers(who, day) + np.where(first == NEVER, 0.0, world.first_call(first))
        hears = waiting & (luck[2] < chance(odds))
        answered[hears] = day
        filled[waiting & ~hears & (luck[3] < 0.006)] = day
        news = -0.4 + 0.8 * who.feeling + world.note * (note <= day) + world.third_voicemail * (voicemails > 2)
        good |= hears & (luck[4] < chance(news))
    return Course(note, calls, second, answered, filled, good)


def ruled(act: str, own: Chances, who: People, day: int, clock: Days, rules: Sequence[Rule]) -> Floats:
    """Chances of an act today under the rules; `clock`: each person's day as rules count it."""
    found = own(who, day)
    for rule in rules:
        inside = (clock >= rule.first) & (clock <= rule.last)
        if rule.act != act or not inside.any():
            continue
        if not rule.made:
            found = np.where(inside, 0.0, found)
            continue
        never = np.ones(len(found))
        for ahead in range(rule.last - rule.first + 1):
            never *= np.where(clock + ahead <= rule.last, 1 - own(who, day + ahead), 1.0)
        found = np.where(inside, own(who, day) / np.maximum(1 - never, 1e-12), found)
    return found


#: Of each claim what both arms ask for.
CLAIMS: dict[str, tuple[tuple[Rule, ...], tuple[Rule, ...]]] = {
    "thank-you-note": ((Rule("note", 0, 1, True),), (Rule("note", 0, 7, False),)),
    "wait-2-3-days": ((Rule("call", 0, 1, False), Rule("call", 2, 3, True)), (Rule("call", 0, 1, True),)),
    "follow-up-at-all": ((Rule("call", 0, 7, True),), (Rule("call", 0, 14, False),)),
    "max-two-voicemails": ((Rule("third", 1, 7, False),), (Rule("third", 1, 7, True),)),
}


def truth(name: str, claim: str, number: int = 100_000, seed: int = 5) -> float:
    """The difference between the arms of a claim, had everybody who is eligible kept to the one or to the other."""
    world, risks = WORLDS[name], []
    for rules in CLAIMS[claim]:
        rng = np.random.default_rng(seed)
        who = people_of(world, number, rng)
        course = live(world, who, rng, rules)
        risks.append(float(_had_it(claim, course).mean()))
    return risks[0] - risks[1]


def _had_it(claim: str, course: Course) -> NDArray[np.bool_]:
    """Whether the claim's outcome came in time, of those who are eligible."""
    if claim == "wait-2-3-days":
        return course.answered <= 14
    if claim == "follow-up-at-all":
        return course.answered <= 21
    advanced = np.where(course.good, course.answered + DECIDED_AFTER, NEVER)
    if claim == "thank-you-note":
        return advanced <= 30
    # A decision is made at noon, the second voicemail was left in the morning: 30 days later is past 30 times 24 hours.
    there = course.second_voicemail < NEVER
    return (advanced < course.second_voicemail + 30)[there]


def log_of(name: str, number: int, seed: int) -> FollowUpLog:
    """A log of one of the worlds."""
    rng, world = np.random.default_rng(seed), WORLDS[name]
    who = people_of(world, number, rng)
    course = live(world, who, rng)
    row, day = np.nonzero(course.calls)
    nth = np.concatenate([np.arange(size) for size in np.unique(row, return_counts=True)[1]]) if len(row) else row
    ids = np.array([f"i{k:06}" for k in range(number)])

    def at(rows: Days, days: Days, hours: Any) -> list[dt.datetime]:
        since = (who.begins[rows] + days) * 24.0 + hours
        return [MIDNIGHT + dt.timedelta(hours=float(one)) for one in since]

    def touches(rows: Days, days: Days, hours: Any, **how: Any) -> pl.DataFrame:
        return pl.DataFrame({"interview_id": ids[rows], "at": at(rows, days, hours)}).with_columns(
            **{key: value if isinstance(value, pl.Series) else pl.lit(value) for key, value in how.items()}
        )

    heard, wrote, gone = (np.flatnonzero(one < NEVER) for one in (course.answered, course.note, course.filled))
    left = pl.Series(np.where(course.calls[row, day] == 2, "voicemail", "phone"))
    call = {"direction": "outbound", "party": "none", "purpose": "follow_up"}
    letter = {"direction": "outbound", "party": "none", "purpose": "thank_you", "channel": "email"}
    answer = letter | {"direction": "inbound", "purpose": "answer"}
    contacts = pl.concat(
        [
            touches(row, day, 10 - nth / 12, **call, channel=left),
            touches(wrote, course.note[wrote], 9.5, **letter),
            touches(heard, course.answered[heard], 17, **answer),
        ]
    ).with_row_index("contact_id")
    decided = pl.Series(np.where(course.good[heard], "advanced", "rejected"))
    outcomes = pl.concat(
        [
            touches(heard, course.answered[heard] + DECIDED_AFTER, 12, outcome=decided),
            touches(gone, course.filled[gone], 17, outcome="filled"),
        ]
    ).rename({"at": "decided_at"})
    everybody = np.arange(number)
    interviews = pl.DataFrame(
        {
            "interview_id": ids,
            "applicant_id": [f"p{k}" for k in who.applicant],
            "employer": [f"e{k}" for k in who.employer],
            "interviewed_at": at(everybody, 0 * everybody, 9),
            "observed_until": at(everybody, 0 * everybody + DAYS + DECIDED_AFTER, 0),
            "self_rating": who.rating.astype(int),
            "referral": who.referral > 0,
            "job_level": np.where(who.level > 0, "experienced", "entry"),
        }
    )
    contacts = contacts.with_columns(pl.col("contact_id").cast(pl.String))
    return read_log({"interviews": interviews, "contacts": contacts, "outcomes": outcomes}, time_zone="UTC")
