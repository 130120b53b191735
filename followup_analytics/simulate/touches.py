"""All contacts of a world's stories, in both directions, as one frame of codes: attempts, notes, replies, answers."""

from __future__ import annotations

import numpy as np
import polars as pl

from followup_analytics.log.schema import CHANNELS, ETIQUETTE_ITEMS, PARTIES
from followup_analytics.simulate.attempts import NO_TONE, UNKNOWN
from followup_analytics.simulate.calendar import Calendar, working_day_after
from followup_analytics.simulate.decisions import Decisions
from followup_analytics.simulate.draws import Draws, Integers
from followup_analytics.simulate.story import Story
from followup_analytics.simulate.world import World

PURPOSES = ("thank_you", "follow_up", "answer")
_THANKS, _FOLLOW_UP, _ANSWER = range(3)
_EMAIL, _PHONE, _VOICEMAIL, _LETTER = (CHANNELS.index(name) for name in ("email", "phone", "voicemail", "letter"))
_NOBODY = PARTIES.index("none")
_MISSING = {
    "duration": pl.lit(None, pl.Float64),
    **{name: pl.lit(UNKNOWN, pl.Int64) for name in ETIQUETTE_ITEMS},
    "tone": pl.lit(NO_TONE, pl.Int64),
    "automatic": pl.lit(value=False),
    "back_at": pl.lit(0, pl.Int64),
}


def all_touches(
    world: World, story: Story, decisions: Decisions, draws: Draws, calendar: Calendar, until: Integers
) -> pl.DataFrame:
    """What the applicants wrote down of what happened before their records end, by interview and time.

    until: local seconds, for each interview. Columns: who (the interview), at (local seconds), inbound, channel, party
    and purpose (codes), duration (s), the items (-1 where not recorded), tone (-9 likewise), automatic, back_at (local
    seconds at which the employer asked to be called, else 0).
    """
    attempts = _attempts(world, story, draws, calendar)
    parts = [
        attempts,
        _machine_answers(world, story, draws, attempts),
        _thanks(story, decisions, draws, calendar),
        *_replies(story, decisions, draws, calendar),
    ]
    whole = pl.concat([part.with_columns(_absent(part)).select(_COLUMNS) for part in parts])
    seen = whole.filter(pl.col("at") <= pl.Series(until).gather(whole["who"]))
    return seen.sort("who", "at", "inbound", maintain_order=True)


_COLUMNS = ("who", "at", "inbound", "channel", "party", "purpose", *_MISSING)


def _absent(part: pl.DataFrame) -> list[pl.Expr]:
    return [value.alias(name) for name, value in _MISSING.items() if name not in part.columns]


def _frame(
    who: Integers, at: Integers, *, inbound: bool, channel: Integers | int, party: Integers | int, purpose: int
) -> pl.DataFrame:
    frame = pl.DataFrame({"who": who, "at": at}, schema={"who": pl.Int64, "at": pl.Int64})
    codes: dict[str, Integers | int] = {"channel": channel, "party": party, "purpose": purpose}
    return frame.with_columns(
        pl.lit(inbound).alias("inbound"),
        *(
            pl.lit(value if isinstance(value, int) else pl.Series(value), pl.Int64).alias(n)
            for n, value in codes.items()
        ),
    )


def _attempts(world: World, story: Story, draws: Draws, calendar: Calendar) -> pl.DataFrame:
    """The attempts that somebody remembered to write down."""
    told = story.attempts()
    who = told["who"].to_numpy()
    ids, number = story.people.ids[who], told["number"].to_numpy()
    local = calendar.local(who, told["at"].to_numpy())
    notes_items = draws.uniform("logs items", story.people.applicant[who]) < world.people.items_logged
    asked_back = (draws.uniform("call back", ids, number) < 0.06) & (told["tone"] != NO_TONE).to_numpy()
    remembered = draws.uniform("forgotten", ids, number) >= world.record.forgotten
    noted = pl.Series(notes_items)
    frame = told.with_columns(
        *(pl.when(noted).then(name).otherwise(UNKNOWN).alias(name) for name in ETIQUETTE_ITEMS),
        at=pl.Series(local),
        inbound=pl.lit(value=False),
        purpose=pl.lit(_FOLLOW_UP, pl.Int64),
        tone=pl.when(noted).then("tone").otherwise(NO_TONE),
        duration=pl.col("duration").fill_nan(None),
        back_at=pl.Series(np.where(asked_back, working_day_after(local, 2), 0)),
    )
    return frame.filter(~pl.col("nobody") | pl.Series(remembered))


def _machine_answers(world: World, story: Story, draws: Draws, attempts: pl.DataFrame) -> pl.DataFrame:
    """Automatic replies, a minute after an e-mail: never a response."""
    mails = attempts.filter(pl.col("channel") == _EMAIL)
    ids = story.people.ids[mails["who"].to_numpy()]
    comes = draws.uniform("machine", ids, mails["at"].to_numpy()) < world.replies.automatic
    mails = mails.filter(pl.Series(comes))
    answers = _frame(
        mails["who"].to_numpy(),
        mails["at"].to_numpy() + 60,
        inbound=True,
        channel=_EMAIL,
        party=_NOBODY,
        purpose=_ANSWER,
    )
    return answers.with_columns(automatic=pl.lit(value=True))


def _thanks(story: Story, decisions: Decisions, draws: Draws, calendar: Calendar) -> pl.DataFrame:
    """Thank-you notes: mostly e-mails, some cards; none once the story is over."""
    who = np.flatnonzero(story.note < np.minimum(story.reply, decisions.decided_at))
    card = draws.uniform("card", story.people.ids[who]) < 0.25
    at = calendar.local(who, story.note[who])
    channel = np.where(card, _LETTER, _EMAIL)
    return _frame(who, at, inbound=False, channel=channel, party=_NOBODY, purpose=_THANKS)


def _replies(story: Story, decisions: Decisions, draws: Draws, calendar: Calendar) -> list[pl.DataFrame]:
    """The employer's reply where it is a contact, the applicant's answer, and now and then an attempt after it."""
    who = np.flatnonzero(np.isfinite(decisions.contact_at))
    ids, replied = story.people.ids[who], decisions.contact_at[who]
    weights = np.array([0.45, 0.45, 0.10])
    channel = np.array([_PHONE, _EMAIL, _VOICEMAIL])[draws.choice("reply channel", ids, weights)]
    party = decisions.contact_party[who]
    back = _frame(who, calendar.local(who, replied), inbound=True, channel=channel, party=party, purpose=_ANSWER)
    talk = pl.Series(np.floor(30 + 300 * draws.uniform("reply talk", ids)))
    back = back.with_columns(duration=pl.when(pl.col("channel") != _EMAIL).then(talk))
    parts = [back]
    for stream, share, delay, purpose in (("answers", 0.5, 0.4, _ANSWER), ("asks again", 0.08, 4.0, _FOLLOW_UP)):
        when = replied + 0.05 + delay * draws.exponential(f"{stream} at", ids)
        goes = (draws.uniform(stream, ids) < share) & (when < np.minimum(decisions.decided_at[who], replied + 20))
        at = calendar.local(who[goes], when[goes])
        parts.append(_frame(who[goes], at, inbound=False, channel=_EMAIL, party=_NOBODY, purpose=purpose))
    return parts
