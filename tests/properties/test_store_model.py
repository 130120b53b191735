"""The store against a dictionary: any order of adding, changing, taking back and forgetting."""

from __future__ import annotations

import shutil
import tempfile
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from followup_analytics.errors import UsageError
from followup_analytics.store import open_store
from followup_analytics.track import track_contact, track_forget, track_interview, track_outcome, track_undo

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
PEOPLE = st.sampled_from(["ana", "bob", "7", "Ünal"])
CHANNELS = st.sampled_from(["phone", "email", "voicemail"])
OUTCOMES = st.sampled_from(["offer", "rejected", "filled"])


class StoreAgainstDictionary(RuleBasedStateMachine):
    """Every rule does one thing to a store and to a model of three dictionaries; after each they must be equal."""

    interviews = Bundle("interviews")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="followup-model-"))
        self.url = f"sqlite:///{self.folder}/s.db"
        self.moment = AT
        self.facts: dict[str, dict[str, object]] = {"interviews": {}, "contacts": {}, "outcomes": {}}
        self.owners: dict[str, str] = {}
        self.undoable: list[tuple[str, str, dict[str, dict[str, object]]]] = []
        self.snapshots: list[tuple[datetime, dict[str, dict[str, object]]]] = []
        open_store(self.url, create=True)

    def tick(self) -> datetime:
        """The next moment."""
        self.moment += timedelta(minutes=1)
        return self.moment

    def done(self) -> None:
        """Remember the facts as they are now, for as_of."""
        self.snapshots.append((self.moment, deepcopy(self.facts)))

    def entry(self, table: str, key: str, value: object) -> None:
        """Model one entry of track."""
        self.undoable.append((table, key, deepcopy(self.facts)))
        self.facts[table][key] = value
        self.done()

    @rule(target=interviews, person=PEOPLE)
    def track_an_interview(self, person: str) -> str:
        """A new interview by hand."""
        made = track_interview(self.url, person, at=AT.isoformat(), employer=f"of {person}", clock=self.tick).id
        self.owners[made] = person
        self.entry("interviews", made, f"of {person}")
        return made

    @rule(interview=interviews, channel=CHANNELS)
    def track_a_contact(self, interview: str, channel: str) -> None:
        """A contact by hand; refused where the interview is no more."""
        if interview not in self.facts["interviews"]:
            with pytest.raises(UsageError):
                track_contact(self.url, interview, channel=channel, clock=self.tick)
            return
        made = track_contact(self.url, interview, channel=channel, at=AT.isoformat(), clock=self.tick).id
        self.entry("contacts", made, (interview, channel))

    @rule(interview=interviews, outcome=OUTCOMES)
    def track_an_outcome(self, interview: str, outcome: str) -> None:
        """An outcome by hand, new, other or the same again."""
        if interview not in self.facts["interviews"]:
            return
        track_outcome(self.url, interview, outcome, at=AT.isoformat(), clock=self.tick)
        if self.facts["outcomes"].get(interview) != outcome:
            self.entry("outcomes", interview, outcome)

    @rule(interview=interviews, numbers=st.sets(st.integers(0, 5), min_size=1), channel=CHANNELS)
    def ingest_contacts(self, interview: str, numbers: set[int], channel: str) -> None:
        """A file of contacts: new keys, known ones, changed ones, and those of forgotten interviews."""
        gone = interview not in self.facts["interviews"]
        if gone and self.owners.get(interview) is not None:
            return  # Taken back, not forgotten: the reader would set the rows aside before the store sees them.
        ids = [f"f-{interview}-{number}" for number in sorted(numbers)]
        frame = pl.DataFrame({"contact_id": ids, "interview_id": interview, "direction": "inbound", "channel": channel})
        frame = frame.with_columns(at=pl.lit(AT).cast(pl.Datetime("us", "UTC")))
        value = (interview, channel)
        known = {key: self.facts["contacts"].get(key) for key in ids}
        with open_store(self.url, write=True, clock=self.tick).transaction("contacts.csv") as tx:
            counts = tx.add("contacts", frame)
        if gone:
            assert (counts.forgotten, counts.accepted) == (len(ids), 0)
            return
        assert counts.already_known == sum(old == value for old in known.values())
        assert counts.new_versions == sum(old is not None and old != value for old in known.values())
        assert counts.accepted + counts.already_known == len(ids)
        self.facts["contacts"].update(dict.fromkeys(ids, value))
        if counts.accepted:
            self.undoable = [entry for entry in self.undoable if entry[0] != "interviews" or entry[1] != interview]
            self.done()

    @rule()
    def undo(self) -> None:
        """Take back the last entry; refused when there is none or a file's rows rest on it."""
        before = deepcopy(self.facts)
        try:
            taken = track_undo(self.url, clock=self.tick).id
        except UsageError:
            assert self.facts == before
            return
        table, key, earlier = self.undoable.pop()
        assert taken == key
        if key in earlier[table]:
            self.facts[table][key] = earlier[table][key]
        else:
            del self.facts[table][key]
        self.done()

    @rule(interview=consumes(interviews))
    def forget(self, interview: str) -> None:
        """Forget whoever had the interview, now and in every earlier view."""
        person = self.owners.get(interview)
        if person is None:
            return
        track_forget(self.url, person, clock=self.tick)
        gone = {one for one, owner in self.owners.items() if owner == person}
        self.owners = {one: owner for one, owner in self.owners.items() if one not in gone}
        for facts in [self.facts, *(facts for _, facts in self.snapshots), *(facts for *_, facts in self.undoable)]:
            for table, rows in facts.items():
                facts[table] = {
                    key: value
                    for key, value in rows.items()
                    if key not in gone and not (table == "contacts" and value[0] in gone)  # type: ignore[index]
                }
        self.undoable = [entry for entry in self.undoable if entry[1] in self.facts[entry[0]]]
        for path in self.folder.iterdir():
            content = path.read_bytes()
            assert not any(one.encode() in content for one in gone)

    @invariant()
    def the_store_holds_what_the_model_holds(self) -> None:
        """The facts now, and as they were recorded up to any earlier moment."""
        store = open_store(self.url)
        for moment, facts in [(None, self.facts), *self.snapshots[-2:], *self.snapshots[:1]]:
            tables = store.read_tables(moment)
            assert dict(tables["interviews"].select("interview_id", "employer").iter_rows()) == facts["interviews"]
            contacts = tables["contacts"].select("contact_id", "interview_id", "channel")
            assert {key: tuple(rest) for key, *rest in contacts.iter_rows()} == facts["contacts"]
            assert dict(tables["outcomes"].select("interview_id", "outcome").iter_rows()) == facts["outcomes"]

    def teardown(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.folder, ignore_errors=True)


class TestStore(StoreAgainstDictionary.TestCase):  # type: ignore[name-defined,misc]
    """A few hundred steps in every run of the tests."""

    settings = settings(
        max_examples=8, stateful_step_count=14, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )


@pytest.mark.study
class TestStoreAtLength(StoreAgainstDictionary.TestCase):  # type: ignore[name-defined,misc]
    """Thousands of steps on demand."""

    settings = settings(
        max_examples=400, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
