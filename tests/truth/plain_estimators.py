"""Every claim once more, as plainly as it goes: pandas, scikit-learn, person-days in long form, one model a day.

No code is shared with the package, and none is clever: what takes the package a second may take minutes here. The rules
are read off the contract (terms) and the table of claims. A log is given by its three tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import SplineTransformer

ITEMS = {
    "ask-when-available": ("asked_when_available",),
    "no-credentials": ("recited_credentials",),
    "express-interest": ("expressed_interest",),
    "ask-status": ("asked_status",),
    "ask-timeline": ("asked_timeline",),
    "say-thanks": ("said_thanks",),
    "stand-up": ("stood",),
    "smile": ("smiled",),
    "vary-approach": ("new_approach",),
    "company-news": ("company_news",),
    "ask-when-positive": ("asked_status", "asked_timeline"),
}
RESPONSE_WITHIN = {"ask-status": 14, "ask-timeline": 14, "vary-approach": 14, "company-news": 14}


# ------------------------------------------------------------------------------------------------ the log, in days


@dataclass
class Log:
    """Interviews by row; all times in days since the local midnight of the interview's day, infinite for never.

    x: baseline covariates, a row an interview. attempts: who, at, number, channel, party, tone, items, duration_s.
    """

    x: np.ndarray
    weekday: np.ndarray
    promised: np.ndarray
    start: np.ndarray
    until: np.ndarray
    response: np.ndarray
    end: np.ndarray
    advanced: np.ndarray
    closed: np.ndarray
    attempts: pd.DataFrame
    notes: pd.DataFrame
    met: pd.DataFrame
    applicant: np.ndarray


def read(interviews: pd.DataFrame, contacts: pd.DataFrame, outcomes: pd.DataFrame) -> Log:
    """Lay a log out; times are local ones without a zone, `at_precision` says where only the day is known."""
    interviews = interviews.reset_index(drop=True)
    row = pd.Series(interviews.index, index=interviews["interview_id"])
    midnight = interviews["interviewed_at"].dt.normalize()

    def days(who: pd.Series, at: pd.Series, bare: pd.Series, at_day_end: bool) -> np.ndarray:
        since = (at.to_numpy() - midnight.to_numpy()[who]) / np.timedelta64(1, "D")
        return np.where(bare, np.floor(since) + (0.9999 if at_day_end else 0.0), since)

    contacts = contacts.assign(who=contacts["interview_id"].map(row).to_numpy())
    inbound = contacts["direction"] == "inbound"
    bare = contacts["at_precision"] == "day"
    contacts["time"] = np.where(
        inbound,
        days(contacts["who"], contacts["at"], bare, at_day_end=True),
        days(contacts["who"], contacts["at"], bare, at_day_end=False),
    )
    n = len(interviews)
    start = days(interviews.index, interviews["interviewed_at"], interviews["at_precision"] == "day", False)
    until = days(interviews.index, interviews["observed_until"], pd.Series(False, index=interviews.index), True)
    contacts = contacts[(contacts["time"] >= np.floor(start)[contacts["who"]])]
    contacts = contacts[contacts["time"] <= until[contacts["who"]]]
    automatic = contacts["automatic"].astype("boolean").fillna(False).to_numpy(dtype=bool)

    def first(rows: pd.DataFrame) -> np.ndarray:
        return rows.groupby("who")["time"].min().reindex(range(n)).fillna(np.inf).to_numpy()

    outcomes = outcomes.assign(who=outcomes["interview_id"].map(row).to_numpy())
    outcomes["time"] = days(outcomes["who"], outcomes["decided_at"], outcomes["at_precision"] == "day", True)
    outcomes = outcomes[outcomes["time"] <= until[outcomes["who"]]]
    told = {name: first(outcomes[outcomes["outcome"] == name]) for name in outcomes["outcome"].unique()}
    never = np.full(n, np.inf)
    advanced = np.minimum(told.get("advanced", never), told.get("offer", never))
    rejected = told.get("rejected", never)
    end = np.minimum(told.get("filled", never), told.get("withdrawn", never))
    heard = first(contacts[(contacts["direction"] == "inbound") & ~automatic])
    response = np.minimum.reduce([heard, advanced, rejected])
    tries = contacts[(contacts["direction"] == "outbound") & contacts["purpose"].fillna("follow_up").eq("follow_up")]
    tries = tries.sort_values(["who", "time"], kind="stable").rename(columns={"time": "at_day"})
    tries = tries[tries["at_day"] <= np.minimum(response, end)[tries["who"]]]
    tries["number"] = tries.groupby("who").cumcount() + 1
    notes = contacts[(contacts["direction"] == "outbound") & (contacts["purpose"] == "thank_you")]
    return Log(
        x=baseline(interviews),
        weekday=interviews["interviewed_at"].dt.weekday.to_numpy(),
        promised=np.floor((interviews["decision_promised_at"] - midnight) / pd.Timedelta(days=1)).to_numpy(),
        start=start,
        until=until,
        response=response,
        end=end,
        advanced=advanced,
        closed=np.minimum(end, rejected),
        attempts=tries.reset_index(drop=True),
        notes=notes.rename(columns={"time": "at_day"}),
        met=contacts[contacts["party"].isin(["interviewer", "hiring_team"]) & ~automatic],
        applicant=pd.factorize(interviews["applicant_id"])[0],
    )


def baseline(interviews: pd.DataFrame) -> np.ndarray:
    """Levels of all that is recorded, rating by referral, and a smooth line of calendar time."""
    names = ["self_rating", "referral", "industry", "job_level", "interview_format"]
    levels = pd.get_dummies(interviews[names].astype("string").fillna("none"), drop_first=True).astype(float)
    weekday = pd.get_dummies(interviews["interviewed_at"].dt.weekday, drop_first=True).astype(float)
    rating = interviews["self_rating"].astype(float)
    line = ((rating - rating.mean()) / rating.std()).fillna(0.0).to_numpy()
    referred = interviews["referral"].astype("boolean").astype("float").fillna(interviews["referral"].mean())
    product = line * (referred - referred.mean()).to_numpy()
    day = interviews["interviewed_at"].dt.normalize().astype("int64").to_numpy().reshape(-1, 1) / 86_400e9
    smooth = SplineTransformer(n_knots=6, degree=3, include_bias=False).fit_transform(day - day.min())
    return np.column_stack([levels, weekday, product, smooth])


def chance(x: np.ndarray, y: np.ndarray, new: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    """Fitted probabilities of a ridge logistic regression, at new rows."""
    known = np.ones(len(y)) if weight is None else weight
    if (y * known).sum() < 1 or ((1 - y) * known).sum() < 1:
        return np.full(len(new), np.clip((y * known).sum() / max(known.sum(), 1e-9), 1e-4, 1 - 1e-4))
    model = LogisticRegression(C=1.0, solver="newton-cholesky", max_iter=200)
    return model.fit(x, y, sample_weight=weight).predict_proba(new)[:, 1].clip(1e-4, 1 - 1e-4)


# -------------------------------------------------------------------------------------------------- time zero, acts


@dataclass
class Zero:
    """Time zero of m interviews: `who`, `at` (days), `place` of the moment's own attempt (-1: none), arm chosen."""

    who: np.ndarray
    at: np.ndarray
    place: np.ndarray
    chosen: np.ndarray | None = None


def nth(log: Log, fits: pd.Series | np.ndarray, number: int = 1) -> np.ndarray:
    """Places of the nth fitting attempt of each interview."""
    mine = log.attempts[np.asarray(fits, dtype=bool)]
    return mine.index[mine.groupby("who").cumcount().to_numpy() == number - 1].to_numpy()


def at_attempt(log: Log, places: np.ndarray, chosen: np.ndarray | None = None) -> Zero:
    """Time zero at these attempts."""
    rows = log.attempts.loc[places]
    return Zero(rows["who"].to_numpy(), rows["at_day"].to_numpy(), places, chosen)


def at_silence(log: Log, length: float, after_interview: bool) -> Zero:
    """Time zero after so many days without attempt, response or end since the last attempt (or the interview)."""
    since = log.attempts[["who", "at_day"]].assign(place=log.attempts.index)
    if after_interview:
        began = pd.DataFrame({"who": np.arange(len(log.start)), "at_day": log.start, "place": -1})
        since = pd.concat([began, since]).sort_values(["who", "at_day"], kind="stable")
    following = since.groupby("who")["at_day"].shift(-1).fillna(np.inf).to_numpy()
    who, at = since["who"].to_numpy(), since["at_day"].to_numpy()
    quiet = np.minimum.reduce([following, log.response[who], log.end[who]]) > at + length
    found = since[quiet & (log.until[who] >= at + length)].groupby("who").head(1)
    return Zero(found["who"].to_numpy(), found["at_day"].to_numpy() + length, found["place"].to_numpy())


def acts(log: Log, zero: Zero, kind: str) -> pd.DataFrame:
    """Acts of a kind after time zero: `m` (place among the moments), `since` (days), `hour`."""
    rows = log.notes if kind == "note" else log.attempts
    if kind in ("phone", "voicemail"):
        rows = rows[rows["channel"] == kind]
    place = pd.Series(np.arange(len(zero.who)), index=zero.who)
    rows = rows[rows["who"].isin(zero.who)]
    m = rows["who"].map(place).to_numpy()
    since = rows["at_day"].to_numpy() - zero.at[m]
    own = (rows.index.to_numpy() == zero.place[m]) if kind != "note" else np.zeros(len(m), bool)
    keep = (since >= 0) & ~own & (rows["at_day"].to_numpy() <= np.minimum(log.response, log.end)[rows["who"]])
    return pd.DataFrame({"m": m, "since": since})[keep]


def history(log: Log, zero: Zero, time: np.ndarray, *, own: bool) -> np.ndarray:
    """What is known of the calls at a time since zero: how many, days since the last, tone, note, promise, weekday.

    own: the moment's own attempt is known, and its answer; not where the choice in question is made at it.
    """
    now = zero.at + time
    out = np.zeros((len(now), 0))
    frame = log.attempts[log.attempts["who"].isin(zero.who)]
    place = pd.Series(np.arange(len(zero.who)), index=zero.who)
    m = frame["who"].map(place).to_numpy()
    before = frame["at_day"].to_numpy() < now[m]
    if own:
        before |= frame.index.to_numpy() == zero.place[m]
    count = np.bincount(m[before], minlength=len(now))
    last = np.full(len(now), -1.0)
    np.maximum.at(last, m[before], frame["at_day"].to_numpy()[before])
    gap = np.where(count > 0, np.floor(now) - np.floor(last), 0)
    toned = frame[before & frame["tone"].notna().to_numpy()]
    tone = np.zeros(len(now))
    tone[toned["who"].map(place)] = toned["tone"].map({"positive": 1.0, "neutral": 0.0, "negative": -1.0}).to_numpy()
    noted = log.notes[log.notes["who"].isin(zero.who)]
    thanked = np.zeros(len(now))
    sent = noted["at_day"].to_numpy() < now[noted["who"].map(place)]
    thanked[noted["who"].map(place)[sent]] = 1.0
    day = np.floor(now)
    left = log.promised[zero.who] - day
    weekday = (log.weekday[zero.who] + day.astype(int)) % 7
    columns = [np.minimum(count, 5.0), tone, thanked, left > 0, (left <= 0) & (left > -5), (left <= -5)]
    columns += [weekday == k for k in range(1, 7)]
    columns += [gap == k for k in range(1, 8)] + [gap >= 8]
    columns += [(day >= a) & (day < b) for a, b in ((1, 2), (2, 4), (4, 8), (8, 15), (15, 99))]
    return np.column_stack([out, *columns]).astype(float)


# ------------------------------------------------------------------------------------------- clone, censor, weight


@dataclass
class Arm:
    """What one arm asks: no act (beyond `at_most`) in `none_in`, `at_least` acts by the end of `some_in`."""

    none_in: tuple[int, int] | None = None
    some_in: tuple[int, int] | None = None
    at_most: int = 0
    at_least: int = 1

    @property
    def last(self) -> int:
        """The last interval of which anything is asked."""
        return max([span[1] for span in (self.none_in, self.some_in) if span], default=-1)


@dataclass
class Decisions:
    """Acts by interval, and the fitted chance of one in each: everything that weights are made of."""

    acted: np.ndarray
    p: np.ndarray
    seen: np.ndarray
    bound: np.ndarray
    ahead: list[np.ndarray] = field(default_factory=list)


def decide(log: Log, zero: Zero, kind: str, intervals: int, enough: int) -> Decisions:
    """Fit the chance of acting in each interval on those who still decide, day by day."""
    done, m = acts(log, zero, kind), len(zero.who)
    interval = np.floor(done["since"]).astype(int)
    count = np.zeros((m, intervals), int)
    inside = interval < intervals
    np.add.at(count, (done["m"][inside], interval[inside]), 1)
    binding = np.minimum(log.response, log.end)[zero.who] - zero.at
    recorded = log.until[zero.who] - zero.at
    p, seen = np.zeros((m, intervals)), np.ones((m, intervals))
    bound = np.zeros((m, intervals), bool)
    ahead = []
    parts = np.sort(done["since"] % 1)
    for k in range(intervals):
        before = count[:, :k].sum(axis=1)
        bound[:, k] = (binding >= k) & (recorded >= k) & (before < enough)
        cut = bound[:, k] & (np.floor(binding) == k) & (count[:, k] == 0)
        # Of an interval that an answer cut short only a part of the usual hours of acting was seen.
        seen[cut, k] = np.searchsorted(parts, binding[cut] % 1) / max(len(parts), 1)
    for k in range(intervals):
        mine = bound[:, k]
        now = history(log, zero, np.full(m, float(k)), own=True)
        x = np.column_stack([log.x[zero.who], now])
        y = (count[:, k] > 0).astype(int)
        p[:, k] = chance(x[mine], y[mine], x, np.where(y == 1, 1.0, seen[:, k])[mine])
        ahead.append(now)
    return Decisions(count, p, seen, bound, ahead)


def weigh(made: Decisions, arm: Arm, chosen: np.ndarray | None = None) -> np.ndarray:
    """Weights of each interview at the end of each interval, shape (m, intervals); 0 once it has left the arm."""
    m, intervals = made.p.shape
    weight, alive = np.ones((m, intervals)), np.ones(m)
    for k in range(intervals):
        before = made.acted[:, :k].sum(axis=1)
        q = made.p[:, k].copy()
        if arm.some_in and arm.some_in[0] <= k <= arm.some_in[1]:
            missing = arm.at_least - before
            if arm.at_least == 1:
                later = np.prod(1 - made.p[:, k : arm.some_in[1] + 1], axis=1)
                q = np.where(missing > 0, made.p[:, k] / (1 - later), q)
            else:
                q = np.where((missing > 0) & (missing >= arm.some_in[1] - k + 1), 1.0, q)
        if arm.none_in and arm.none_in[0] <= k <= arm.none_in[1]:
            q = np.where(before >= arm.at_most, 0.0, q)
        # More acts than are allowed may come in one interval.
        over = arm.none_in is not None and k <= arm.none_in[1]
        breaks = over & (before + made.acted[:, k] > arm.at_most) & (q == 0 if not arm.at_most else True)
        p, f, did = made.p[:, k], made.seen[:, k], made.acted[:, k] > 0
        factor = np.where(did, q / p, (1 - q * f) / (1 - p * f))
        factor = np.where(made.bound[:, k], factor, 1.0)
        alive = alive * np.where(made.bound[:, k] & breaks, 0.0, factor)
        weight[:, k] = alive
    return weight


def incidence(log: Log, zero: Zero, weight: np.ndarray, event: np.ndarray, other: np.ndarray, horizon: int) -> float:
    """Weighted Aalen-Johansen incidence of an event by the horizon; weights hold on after their last interval."""
    since, competes = event[zero.who] - zero.at, other[zero.who] - zero.at
    out = np.minimum(since, competes)
    recorded = log.until[zero.who] - zero.at
    surviving, risk = 1.0, 0.0
    for k in range(horizon):
        w = weight[:, min(k, weight.shape[1] - 1)]
        there = (out >= k) & (recorded >= k)
        here = there & (out < k + 1)
        total = (w * there).sum()
        if total <= 0:
            return float("nan")
        risk += surviving * (w * (here & (since <= competes))).sum() / total
        surviving *= 1 - (w * here).sum() / total
    return risk


def clone_censor_weight(
    log: Log, zero: Zero, kind: str, arms: tuple[Arm, Arm], event: np.ndarray, other: np.ndarray, horizon: int
) -> tuple[float, float]:
    """Risks under both arms by the horizon."""
    intervals = max(arm.last for arm in arms) + 1
    enough = max(max(arm.at_least for arm in arms), max(arm.at_most + 1 for arm in arms if arm.none_in))
    made = decide(log, zero, kind, intervals, enough)
    one, two = (incidence(log, zero, weigh(made, arm), event, other, horizon) for arm in arms)
    return one, two


def attempt_contrast(
    log: Log, zero: Zero, event: np.ndarray, other: np.ndarray, horizon: int, *, adjusted: bool = True
) -> tuple[float, float]:
    """Risks under both choices at the moment's own contact, by inverse-probability weighting."""
    assert zero.chosen is not None
    chosen = zero.chosen
    p = np.full(len(chosen), chosen.mean())
    if adjusted:
        x = choice_covariates(log, zero)
        p = chance(x, chosen.astype(int), x)
    risks = []
    for arm, q in ((chosen, p), (~chosen, 1 - p)):
        risks.append(incidence(log, zero, np.where(arm, 1 / q, 0.0)[:, None], event, other, horizon))
    return risks[0], risks[1]


def choice_covariates(log: Log, zero: Zero) -> np.ndarray:
    """What was known before a choice at an attempt: the interview, the calls before it, and its channel."""
    channel = log.attempts.loc[zero.place, "channel"].to_numpy()
    levels = [channel == name for name in np.unique(channel)[1:]]
    return np.column_stack([log.x[zero.who], history(log, zero, np.zeros(len(zero.who)), own=False), *levels])


# --------------------------------------------------------------------------------------------------------- claims


def first_attempt(start: int, stop: int) -> Arm:
    """First attempt on the days start to stop."""
    return Arm(none_in=(0, start - 1) if start else None, some_in=(start, stop))


def everybody(log: Log) -> Zero:
    """All interviews that the record reaches, from the midnight of their day."""
    there = np.flatnonzero(log.until >= log.start)
    return Zero(there, np.zeros(len(there)), np.full(len(there), -1))


Claim = Callable[[Log], tuple[float, float]]


def by_interval(claim: str) -> Claim:
    """Claims about when, how often and whether: clone, censor, weight."""

    def estimate(log: Log) -> tuple[float, float]:
        tries = log.attempts
        voicemail = tries["channel"] == "voicemail"
        advanced, response = (log.advanced, log.closed, 30), (log.response, log.end, 14)
        some, none = Arm(some_in=(0, 6)), Arm(none_in=(0, 6))
        if claim == "thank-you-note":
            arms = Arm(some_in=(0, 1)), Arm(none_in=(0, 7))
            return clone_censor_weight(log, everybody(log), "note", arms, log.advanced, log.closed, 31)
        if claim in ("wait-2-3-days", "wait-not-longer"):
            arms = first_attempt(2, 3), first_attempt(0, 1) if claim == "wait-2-3-days" else first_attempt(4, 7)
            return clone_censor_weight(log, everybody(log), "any", arms, log.response, log.end, 15)
        if claim == "follow-up-at-all":
            arms = Arm(some_in=(0, 7)), Arm(none_in=(0, 14))
            return clone_censor_weight(log, everybody(log), "any", arms, log.response, log.end, 22)
        if claim == "max-two-voicemails":
            zero = at_attempt(log, nth(log, voicemail, 2))
            return clone_censor_weight(log, zero, "voicemail", (none, some), *advanced)
        if claim == "spread-voicemails":
            zero = at_attempt(log, nth(log, voicemail))
            return clone_censor_weight(log, zero, "voicemail", (first_attempt(2, 6), first_attempt(0, 1)), *advanced)
        if claim == "not-pushy":
            zero = at_attempt(log, nth(log, tries["number"] == 1))
            arms = Arm(none_in=(0, 9), at_most=2), Arm(some_in=(0, 9), at_least=4)
            return clone_censor_weight(log, zero, "any", arms, *advanced)
        if claim == "move-on":
            return clone_censor_weight(log, at_silence(log, 21, True), "any", (some, none), *response)
        zero = at_silence(log, 5, False)
        return clone_censor_weight(log, zero, "any", (Arm(some_in=(0, 4)), Arm(none_in=(0, 4))), *response)

    return estimate


def person_not_machine(log: Log) -> tuple[float, float]:
    """At the first attempt that reaches nobody: no message and another call within 3 days, against a message."""
    tries = log.attempts
    nobody = (tries["channel"] == "voicemail") | ((tries["channel"] == "phone") & (tries["party"] == "none"))
    zero = at_attempt(log, nth(log, nobody))
    waits = log.attempts.loc[zero.place, "channel"].to_numpy() == "phone"
    x = np.column_stack([log.x[zero.who], history(log, zero, np.zeros(len(zero.who)), own=False)])
    p = chance(x, waits.astype(int), x)
    mine = Zero(zero.who[waits], zero.at[waits], zero.place[waits])
    weight = np.zeros((len(waits), 3))
    weight[waits] = weigh(decide(log, mine, "phone", 3, 1), Arm(some_in=(0, 2))) / p[waits, None]
    one = incidence(log, zero, weight, log.advanced, log.closed, 30)
    other = incidence(log, zero, np.where(waits, 0.0, 1 / (1 - p))[:, None], log.advanced, log.closed, 30)
    return one, other


def by_choice(claim: str) -> Claim:
    """Claims about what is said or done in one contact, and about who was reached."""

    def estimate(log: Log) -> tuple[float, float]:
        tries = log.attempts
        talk = tries["channel"].isin(["phone", "video", "in_person"])
        talk &= tries["party"].isin(["interviewer", "hiring_team"])
        if claim == "interviewer-not-other":
            fits, chosen = talk, tries["party"] == "interviewer"
        elif claim == "keep-it-brief":
            fits, chosen = talk & (tries["duration_s"] > 0), tries["duration_s"] <= 300
        elif claim == "tone-tells":
            fits, chosen = talk & tries["tone"].notna(), tries["tone"] == "positive"
        else:
            items = tries[list(ITEMS[claim])].astype("float")
            done = (items == 1).any(axis=1)
            known = done | items.notna().all(axis=1)
            where = talk
            if claim == "ask-when-available":
                where = (tries["channel"] == "phone") & (tries["party"] == "receptionist")
            elif claim in ("vary-approach", "company-news"):
                where = tries["number"] == 2
            elif claim == "ask-when-positive":
                where = talk & (tries["tone"] == "positive")
            fits, chosen = where & known, done if claim != "no-credentials" else ~done
        places = nth(log, fits)
        zero = at_attempt(log, places, chosen.loc[places].to_numpy(dtype=bool))
        if claim == "ask-when-available":
            return attempt_contrast(log, zero, next_meeting(log, zero), log.end, 7)
        within = RESPONSE_WITHIN.get(claim)
        if within:
            return attempt_contrast(log, zero, log.response, log.end, within)
        return attempt_contrast(log, zero, log.advanced, log.closed, 30, adjusted=claim != "tone-tells")

    return estimate


def next_meeting(log: Log, zero: Zero) -> np.ndarray:
    """The next contact with an interviewer or the hiring team after time zero, by interview."""
    at = pd.Series(zero.at, index=zero.who).reindex(range(len(log.start))).fillna(np.inf).to_numpy()
    later = log.met[log.met["time"] > at[log.met["who"]]]
    return later.groupby("who")["time"].min().reindex(range(len(at))).fillna(np.inf).to_numpy()


INTERVAL_CLAIMS = (
    "thank-you-note",
    "wait-2-3-days",
    "wait-not-longer",
    "follow-up-at-all",
    "max-two-voicemails",
    "spread-voicemails",
    "move-on",
    "not-pushy",
    "keep-following-up",
)
CLAIMS: dict[str, Claim] = {
    **{claim: by_interval(claim) for claim in INTERVAL_CLAIMS},
    "person-not-machine": person_not_machine,
    **{claim: by_choice(claim) for claim in (*ITEMS, "interviewer-not-other", "keep-it-brief", "tone-tells")},
}


def estimate(claim: str, log: Log) -> float:
    """The difference of risks, strategy minus alternative."""
    one, other = CLAIMS[claim](log)
    return one - other
