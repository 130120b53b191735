"""The moment from which a strategy holds: which attempts are it, and what the strategy sets in that attempt itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from followup_analytics.log.schema import PARTIES
from followup_analytics.simulate.attempts import IN_PERSON, PHONE, RECEPTIONIST, VOICEMAIL, Contacts, Proposal
from followup_analytics.simulate.draws import Booleans, Floats, Integers
from followup_analytics.simulate.strategies import Moment


def is_moment(moment: Moment | None, proposal: Proposal, number: Integers, messages: Floats) -> Booleans:
    """Which of some attempts are the moment, by party and channel.

    Args:
        moment: which is looked out for.
        proposal: the attempts; number: shape (n,), each one's number within its interview; messages: shape (n,), how
            many were left before it.
    """
    by_name = {
        "first": number == 1,
        "second": number == 2,
        "nobody": proposal.nobody,
        "voicemail_1": proposal.message & (messages == 0),
        "voicemail_2": proposal.message & (messages == 1),
        "conversation": proposal.conversation,
        "spoken": proposal.conversation & (proposal.channel != IN_PERSON),
        "positive": proposal.conversation,
        "receptionist": (proposal.channel == PHONE) & (proposal.party == RECEPTIONIST),
    }
    if moment not in by_name:
        return np.zeros(len(proposal.who), dtype=bool)
    return np.array(by_name[moment])


def put_party(put: Mapping[str, Any], proposal: Proposal, here: Booleans) -> Proposal:
    """The attempts with the party and the channel that the strategy puts (`put`) at the moment (`here`)."""
    channel, party = proposal.channel, proposal.party
    if "party" in put:
        party = np.where(here, PARTIES.index(str(put["party"])), party)
    if "message" in put:
        channel = np.where(here, VOICEMAIL if put["message"] else PHONE, channel)
    return Proposal(proposal.who, channel, party)


def put_items(put: Mapping[str, Any], contacts: Contacts, here: Booleans, either: Callable[[], Integers]) -> None:
    """Set what the strategy puts into the moment's conversations; `either` draws which of two questions are asked."""
    for name, value in put.items():
        if name in contacts.items:
            contacts.items[name] = np.where(here, int(value is True), contacts.items[name])
        elif name == "long_call":
            contacts.long_call = np.where(here, value is True, contacts.long_call)
        elif name == "asked_either":
            _put_either(contacts, here, either() if value is True else None)


def _put_either(contacts: Contacts, here: Booleans, which: Integers | None) -> None:
    """Ask at least one of the two questions (`which`: 0 status, 1 timeline, 2 both), or, without it, neither."""
    status, timeline = contacts.items["asked_status"], contacts.items["asked_timeline"]
    if which is None:
        contacts.items["asked_status"] = np.where(here, 0, status)
        contacts.items["asked_timeline"] = np.where(here, 0, timeline)
        return
    neither = here & (status != 1) & (timeline != 1)
    contacts.items["asked_status"] = np.where(neither, (which != 1).astype(np.int64), status)
    contacts.items["asked_timeline"] = np.where(neither, (which != 0).astype(np.int64), timeline)
