"""What happened in many interviews, as a simulation tells it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from followup_analytics.log.schema import ETIQUETTE_ITEMS
from followup_analytics.simulate.attempts import Contacts
from followup_analytics.simulate.draws import Booleans, Floats, Integers
from followup_analytics.simulate.people import People


@dataclass
class Story:
    """What happened in n interviews; times in office days, infinite where it did not happen.

    reply: of whatever kind; end: filled or withdrawn, also where a reply came first; note: the thank-you note.
    goodwill: log-odds of advancing gathered before the reply. moment: when the strategy's (or claim's) moment came.
    met: the first conversation with an interviewer or the hiring team after that moment. moment_tone: of the moment's
    own conversation. contacts: all attempts, in batches.
    """

    people: People
    reply: Floats
    end: Floats
    filled: Booleans
    note: Floats
    goodwill: Floats
    moment: Floats
    met: Floats
    moment_tone: Integers
    contacts: list[Contacts] = field(default_factory=list)

    def attempts(self) -> pl.DataFrame:
        """All attempts as one frame of codes: who, at, number, channel, party, nobody, duration, tone and the items."""
        parts = [
            {
                "who": one.proposal.who,
                "at": one.at,
                "number": one.number,
                "channel": one.proposal.channel,
                "party": one.proposal.party,
                "nobody": one.proposal.nobody,
                "duration": one.duration,
                "tone": one.tone,
                **one.items,
            }
            for one in self.contacts
        ]
        kinds = {"at": pl.Float64, "duration": pl.Float64, "nobody": pl.Boolean}
        names = ("who", "at", "number", "channel", "party", "nobody", "duration", "tone", *ETIQUETTE_ITEMS)
        joined: dict[str, Any] = {
            name: np.concatenate([part[name] for part in parts]) if parts else [] for name in names
        }
        return pl.DataFrame(joined, schema={name: kinds.get(name, pl.Int64) for name in names})
