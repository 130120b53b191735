"""Claims that can't be tested since what was recorded seems to depend on what was done."""

from __future__ import annotations

from followup_analytics.claims.definition import Claim, Moment
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.recording import RecordingFinding, recording_findings

_BY_PHONE = {"phone", "voicemail"}


def bent_record(claim: Claim, log: FollowUpLog) -> str | None:
    """Why a claim that rests on a bent record is not testable; None where it doesn't.

    A claim rests on it where its time zero does not presuppose the act that the record depends on: of "first attempt
    by day 7 against none" the arm without has no replies to count. Where the record lacks the outcomes of groups, all
    claims about advancing do; where it lacks their replies, all claims.
    """
    return next((one.sentence for one in recording_findings(log) if rests_on(claim, one)), None)


def rests_on(claim: Claim, finding: RecordingFinding) -> bool:
    """Whether a claim's numbers are bent by what was found."""
    if finding.column:
        return "reply" in finding.events or claim.outcome == "advanced"
    return not _presupposes(claim.moment, finding.act)


def _presupposes(moment: Moment, act: str) -> bool:
    """Whether whoever reaches the moment has done the act already."""
    if moment.kind == "interview" or (moment.kind == "silence" and moment.after_interview):
        return False
    if act != "phone":
        return True
    return moment.nobody or bool(_BY_PHONE & set(moment.channels))
