"""Small made-up logs for the tests of reports: enough people for rates, hostile names where asked for."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

import polars as pl

from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog

START = dt.datetime(2026, 1, 5, 10, tzinfo=dt.UTC)
HOSTILE = (
    r"$\frac{1}$ & Söhne",
    '#panic("x") #read("/etc/passwd")',
    '"); #import "@preview/x"',
    "<b>*bold* _it_</b>",
    "شركة مرحبا",
    "nul\x00 and \u202egnp.exe",
    "王芳 株式会社",
    "Σ Жук 😀 \ue000",
)


def made_log(
    n: int = 120,
    *,
    seed: int = 3,
    per_applicant: int = 2,
    channels: Sequence[str] = ("phone", "voicemail", "email"),
    outcomes: Sequence[str] = ("advanced", "offer", "rejected", "filled", "withdrawn"),
    employers: Sequence[str] = ("Acme",),
    simulated: bool = True,
    rare_channel: str | None = None,
    cohorts: Sequence[str] = (),
    answered: float = 0.5,
) -> FollowUpLog:
    """A log of `n` interviews; `rare_channel` is used by two applicants only, so that its row must be hidden.

    Applicants belong to `cohorts` in turn; a share of `answered` of the interviews gets a reply.
    """
    draw = random.Random(seed)
    interviews, contacts, ends = [], [], []
    until = (START + dt.timedelta(days=95)).isoformat()
    for number in range(n):
        name = f"i{number}"
        held = START + dt.timedelta(days=draw.randrange(50), hours=draw.randrange(7))
        interviews.append(
            {
                "interview_id": name,
                "applicant_id": f"a{number // per_applicant}",
                "interviewed_at": held.isoformat(),
                "employer": employers[number % len(employers)],
                "observed_until": until,
                **({"cohort": cohorts[number // per_applicant % len(cohorts)]} if cohorts else {}),
            }
        )
        at = held
        for attempt in range(draw.randrange(4)):
            at += dt.timedelta(days=draw.choice([0.2, 1, 2, 3, 5]))
            used = rare_channel if rare_channel and number < 4 else draw.choice(list(channels))
            contacts.append(_contact(f"c{number}-{attempt}", name, at, "outbound", used))
        reply = held + dt.timedelta(days=draw.expovariate(1 / 9))
        if draw.random() < answered:
            contacts.append(_contact(f"r{number}", name, reply, "inbound", channels[0]))
        elif outcomes:
            ends.append({"interview_id": name, "outcome": draw.choice(list(outcomes)), "decided_at": reply.isoformat()})
    return build_log(
        interviews=pl.DataFrame(interviews),
        contacts=pl.DataFrame(contacts),
        outcomes=pl.DataFrame(ends) if ends else None,
        time_zone="UTC",
        simulated=simulated,
    )


def _contact(key: str, interview: str, at: dt.datetime, direction: str, channel: str) -> dict[str, str]:
    return {
        "contact_id": key,
        "interview_id": interview,
        "at": at.isoformat(),
        "direction": direction,
        "channel": channel,
    }
