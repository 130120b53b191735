"""What a silence of this length has meant in a log: of those that lasted so long, how many still ended in an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics.advice.facts import contacts_of
from followup_analytics.advice.situation import Situation
from followup_analytics.cells.roles import ATTEMPT

# What counts and estimates is imported where it is used: a step of `followup track` needs none of it.
if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog

#: Silences are told up to so many days, and an answer counts that comes within so many days more.
LONGEST, AHEAD = 60, 30
#: Fewer silences than these are no experience to go by: of a log, and of one employer.
_ENOUGH, _ENOUGH_OF_EMPLOYER = 30, 10
#: What a silence follows.
AFTER = {"interview": "after the interview", "attempt": "after an attempt", "heard": "after a reply or a talk"}
_ANSWERED, _TRIED, _ENDED = 1, 2, 3


@dataclass(frozen=True)
class SilenceMeaning:
    """How silences of `days` days `after` something went on.

    share, low, high: of those still silent after so many days, the share answered within 30 days more and before
    another attempt, with 95% limits. n: how many silences lasted so long. employer: whether of this employer alone.
    """

    after: str
    days: int
    share: float
    low: float
    high: float
    n: int
    employer: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain data; shares between 0 and 1."""
        return {
            "after": self.after, "days": self.days, "answered": round(self.share, 3), "conf_low": round(self.low, 3),
            "conf_high": round(self.high, 3), "n": self.n, "employer": self.employer,
        }  # fmt: skip

    def sentence(self) -> str:
        """The figures in words: `Of 100 such silences 28 still ended in an answer within 30 days (24 to 33).`"""
        where = " with this employer" if self.employer else ""
        low, middle, high = (f"{100 * one:.0f}" for one in (self.low, self.share, self.high))
        return f"Of 100 such silences{where} {middle} still ended in an answer within {AHEAD} days ({low} to {high})."


@dataclass(frozen=True)
class Meaning:
    """What silences have meant in a log, by what they follow and their length in days.

    log: of the whole log. spells: its silences, where employers are to be told apart as well. told: what was worked out
    of employers so far: few lengths of silence are ever asked about.
    """

    log: Mapping[tuple[str, int], SilenceMeaning]
    spells: pl.DataFrame | None = None
    told: dict[tuple[str, int], dict[str, SilenceMeaning]] = field(default_factory=dict, compare=False)

    def of(self, now: Situation) -> SilenceMeaning | None:
        """What the present silence of an interview means; None where the log has too few of that length."""
        after = "heard" if now.heard else "attempt" if now.last_contact else "interview"
        days = now.silence if now.silence is not None else now.day
        base = self.log.get((after, days))
        if base is None or now.employer is None or self.spells is None:
            return base
        if (after, days) not in self.told:
            self.told[after, days] = _of_employers(self.spells, base)
        return self.told[after, days].get(now.employer, base)

    def with_employers(self, log: FollowUpLog) -> Meaning:
        """The same figures of a log, with those of its employers."""
        return Meaning(self.log, _spells(log))

    def to_plain(self) -> list[list[Any]]:
        """The log's own figures as JSON takes them; those of employers would name them, and stay out."""
        return [[one.after, one.days, one.share, one.low, one.high, one.n] for one in self.log.values()]

    @classmethod
    def from_plain(cls, rows: list[list[Any]]) -> Meaning:
        """What `to_plain` gave."""
        made = [SilenceMeaning(str(a), int(d), float(s), float(lo), float(hi), int(n)) for a, d, s, lo, hi, n in rows]
        return cls({(one.after, one.days): one for one in made})


def meaning_of(log: FollowUpLog) -> Meaning:
    """What silences have meant in a log: Aalen-Johansen incidence of an answer, conditional on the silence so far.

    A silence begins with the interview, an attempt, a reply or a talk, and ends with an answer (an inbound contact or a
    communicated decision), another attempt, or the end of the story, which compete; the end of the record censors it.
    Limits: delete-a-group jackknife over applicants on the logit scale. Of an employer: a beta-binomial estimate, drawn
    towards the log's by the method of moments (Kleinman 1973, JASA 68), with the 2.5% and 97.5% points of its beta.
    """
    spells = _spells(log)
    of_log = {
        (after, one.days): one for after in AFTER for one in _of_log(after, spells.filter(pl.col("after") == after))
    }
    return Meaning(of_log, spells)


def _spells(log: FollowUpLog) -> pl.DataFrame:
    """One row a silence: applicant_id, bucket, employer, after, days (whole local days), closed (0: by the record)."""
    interviews = log.interviews.with_columns(today=pl.col("_until_day").cast(pl.Int64))
    contacts = contacts_of(log, interviews)
    heard = pl.col("talk") | ~pl.col("outbound")
    touches = contacts.filter(heard | (pl.col("role") == ATTEMPT)).select(
        "interview_id", "day", order="order_us", rank=pl.lit(1),
        after=pl.when(heard).then(pl.lit("heard")).otherwise(pl.lit("attempt")),
        closes=pl.when(pl.col("role") == ATTEMPT).then(_TRIED).otherwise(_ANSWERED),
    )  # fmt: skip
    starts = interviews.select(
        "interview_id", day=pl.col("_day").cast(pl.Int64), order="_at_us", rank=pl.lit(0),
        after=pl.lit("interview"), closes=pl.lit(0),
    )  # fmt: skip
    ended = pl.col("outcome").is_in(["filled", "withdrawn"])
    ends = log.outcomes.select(
        "interview_id", day=pl.col("_day").cast(pl.Int64), order="_order_us", rank=pl.lit(2),
        after=pl.lit(None, pl.String), closes=pl.when(ended).then(_ENDED).otherwise(_ANSWERED),
    )  # fmt: skip
    events = pl.concat([starts, touches, ends], how="vertical_relaxed").sort("interview_id", "order", "rank")
    same = pl.col("interview_id") == pl.col("interview_id").shift(-1)
    events = events.with_columns(
        next_day=pl.when(same).then(pl.col("day").shift(-1)), closed=pl.when(same).then(pl.col("closes").shift(-1))
    ).filter(pl.col("after").is_not_null())
    about = interviews.select("interview_id", "applicant_id", "employer", "today", bucket="_bucket")
    spells = events.join(about, on="interview_id", how="inner").with_columns(
        days=pl.coalesce("next_day", "today") - pl.col("day"), closed=pl.col("closed").fill_null(0)
    )
    return spells.filter(pl.col("days") >= 0).select(
        "interview_id", "applicant_id", "bucket", "employer", "after", "days", "closed"
    )


def _of_log(after: str, spells: pl.DataFrame) -> list[SilenceMeaning]:
    import numpy as np

    from followup_analytics.statistics import group_rows
    from followup_analytics.statistics.incidence import jackknife_incidence

    if spells.height < _ENOUGH:
        return []
    days, closed = spells["days"].to_numpy(), spells["closed"].to_numpy()
    at = np.arange(LONGEST + AHEAD + 1, dtype=float)
    curve = jackknife_incidence(days.astype(float), closed, at, group_rows(spells), n_causes=3)

    def still(found: Any) -> Any:
        waiting = 1.0 - found.sum(axis=0)[: LONGEST + 1]
        later = found[0, AHEAD:] - found[0, : LONGEST + 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(waiting > 1e-9, later / waiting, np.nan)

    shares = curve.map(still)
    low, high = shares.limits(scale="logit")
    lasted = (days[None, :] > np.arange(LONGEST + 1)[:, None]).sum(axis=1)
    observed = days.max(initial=0)
    return [
        SilenceMeaning(after, n, float(shares.estimate[n]), float(low[n]), float(high[n]), int(lasted[n]))
        for n in range(LONGEST + 1)
        if lasted[n] >= _ENOUGH and n + AHEAD <= observed and np.isfinite([shares.estimate[n], low[n], high[n]]).all()
    ]


def _of_employers(spells: pl.DataFrame, base: SilenceMeaning) -> dict[str, SilenceMeaning]:
    """Employers with enough silences of a length whose end within 30 days is known."""
    lasting = spells.filter(
        (pl.col("after") == base.after) & (pl.col("days") > base.days) & pl.col("employer").is_not_null()
    )
    known = lasting.filter((pl.col("closed") > 0) | (pl.col("days") >= base.days + AHEAD))
    soon = (pl.col("closed") == _ANSWERED) & (pl.col("days") <= base.days + AHEAD)
    counts = known.group_by("employer").agg(n=pl.len(), y=soon.sum()).filter(pl.col("n") >= _ENOUGH_OF_EMPLOYER)
    return {
        name: SilenceMeaning(base.after, base.days, middle, low, high, n, employer=True)
        for name, n, low, middle, high in _shrunken(counts, base.share)
    }


def _shrunken(counts: pl.DataFrame, share: float) -> list[tuple[str, int, float, float, float]]:
    import numpy as np
    from scipy.special import betaincinv

    if not counts.height:
        return []
    n, y = counts["n"].to_numpy().astype(float), counts["y"].to_numpy().astype(float)
    strength = _strength(n, y, min(max(share, 0.001), 0.999))
    a, b = y + strength * share, n - y + strength * (1 - share)
    a, b = np.maximum(a, 1e-6), np.maximum(b, 1e-6)
    low, high = betaincinv(a, b, 0.025), betaincinv(a, b, 0.975)
    values = zip(counts["employer"], n.astype(int), low, a / (a + b), high, strict=True)
    return [(str(name), int(size), float(lo), float(mid), float(hi)) for name, size, lo, mid, hi in values]


def _strength(n: Any, y: Any, share: float) -> float:
    """How many silences of the whole log weigh as much as an employer's own: the variance between employers says."""
    import numpy as np

    if len(n) < 2:
        return float(n.sum())
    chance = share * (1 - share)
    between = float(np.average((y / n - share) ** 2, weights=n) - chance * len(n) / n.sum())
    # Employers that differ by no more than chance tell nothing of their own.
    return float(np.clip(chance / between - 1, 1.0, 10_000.0)) if between > 0 else 10_000.0
