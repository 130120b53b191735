"""An attacker who reads one whole report, and the random records of small offices that such reports are about.

It shares no code with the package: it takes the rows as they are printed, writes the parts of the record that a reader
can name (programme in school by channel) as whole numbers, and asks an integer programme for the least and the most of
each hidden row. `by_trying` counts all records that fit instead, for records small enough, and checks the programme.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import polars as pl
from scipy.optimize import Bounds, LinearConstraint, milp

from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog

START = dt.datetime(2026, 1, 5, 10, tzinfo=dt.UTC)
#: A statement: these atoms add up to this.
Statement = tuple[Sequence[int], int]


@dataclass(frozen=True)
class Record:
    """A random record with what its office knows: for each interview its person, cohort and day of the first answer."""

    log: FollowUpLog
    person: tuple[str, ...]
    cohort: tuple[str, ...]
    #: Day of the answer, a large number where none came.
    day: tuple[int, ...]


def random_office(seed: int) -> Record:
    """20 to 140 applicants in programmes in schools and in cohorts of very different sizes."""
    draw = np.random.default_rng(seed)
    people = int(draw.integers(20, 141))
    schools = int(draw.integers(2, 5))
    school = draw.choice(schools, people, p=draw.dirichlet(np.full(schools, draw.uniform(0.4, 3))))
    programme = school * 10 + draw.integers(0, draw.integers(1, 5, schools)[school])
    cohorts = int(draw.integers(1, 5))
    cohort = draw.choice(cohorts, people, p=draw.dirichlet(np.full(cohorts, draw.uniform(0.4, 3))))
    shares = draw.dirichlet(np.full(4, draw.uniform(0.3, 2)))
    interviews, contacts, ends = [], [], []
    kept: dict[str, list] = {"person": [], "cohort": [], "day": []}
    for one in range(people):
        for _ in range(int(draw.integers(1, 4))):
            name = f"i{len(interviews)}"
            held = START + dt.timedelta(days=int(150 * cohort[one] + draw.integers(0, 40)))
            interviews.append(
                {
                    "interview_id": name, "applicant_id": f"a{one}", "interviewed_at": held.isoformat(),
                    "cohort": f"year {cohort[one]}", "school": f"s{school[one]}", "programme": f"p{programme[one]}",
                    "observed_until": (held + dt.timedelta(days=60)).isoformat(),
                }
            )  # fmt: skip
            at = held
            for attempt in range(int(draw.integers(0, 4))):
                at += dt.timedelta(days=int(draw.integers(1, 6)))
                channel = str(draw.choice(["phone", "email", "voicemail", "letter"], p=shares))
                contacts.append(_contact(f"c{name}-{attempt}", name, at, "outbound", channel))
            wait = int(draw.exponential(12)) + 1
            if draw.random() < 0.6:
                contacts.append(_contact(f"r{name}", name, held + dt.timedelta(days=wait), "inbound", "phone"))
            else:
                wait = 10_000
                ends.append(
                    {
                        "interview_id": name, "outcome": "filled",
                        "decided_at": (held + dt.timedelta(days=55)).isoformat(),
                    }
                )  # fmt: skip
            kept["person"].append(f"a{one}")
            kept["cohort"].append(f"year {cohort[one]}")
            kept["day"].append(wait)
    log = build_log(
        interviews=pl.DataFrame(interviews), contacts=pl.DataFrame(contacts) if contacts else None,
        outcomes=pl.DataFrame(ends) if ends else None, time_zone="UTC", simulated=True,
    )  # fmt: skip
    return Record(log, *(tuple(kept[name]) for name in ("person", "cohort", "day")))


def _contact(key: str, interview: str, at: dt.datetime, direction: str, channel: str) -> dict[str, str]:
    return {
        "contact_id": key, "interview_id": interview, "at": at.isoformat(), "direction": direction, "channel": channel,
    }  # fmt: skip


def between(n_atoms: int, statements: Iterable[Statement], wanted: Sequence[int]) -> tuple[int, int]:
    """The least and the most that some atoms can be together, all statements and whole numbers being known."""
    known = list(statements)
    rows = np.zeros((len(known), n_atoms))
    for place, (atoms, _) in enumerate(known):
        rows[place, list(atoms)] = 1
    sums = np.array([total for _, total in known], dtype=float)
    cost = np.zeros(n_atoms)
    cost[list(wanted)] = 1
    limits = Bounds(0, float(max(sums, default=0)))
    ends = []
    for sign in (1, -1):
        found = milp(
            sign * cost, constraints=LinearConstraint(rows, sums, sums), bounds=limits, integrality=np.ones(n_atoms)
        )
        assert found.success, "the published numbers contradict each other"
        ends.append(round(sign * found.fun))
    return ends[0], ends[1]


def by_trying(n_atoms: int, statements: Sequence[Statement], wanted: Sequence[int], most: int) -> tuple[int, int]:
    """The same by trying every whole number up to `most` for each atom."""
    fitting = [
        sum(values[atom] for atom in wanted)
        for values in product(range(most + 1), repeat=n_atoms)
        if all(sum(values[atom] for atom in atoms) == total for atoms, total in statements)
    ]
    return min(fitting), max(fitting)


@dataclass(frozen=True)
class Hidden:
    """A row that a report hides, with what is true of it and between what the attacker puts it."""

    table: str
    key: str
    measure: str
    people: int
    truth: int
    low: int
    high: int

    @property
    def found(self) -> bool:
        """Whether it is known, or closer than two groups of ten people together can be hidden."""
        return self.people < 10 and self.high - self.low < max(1, min(self.truth, 8))


def attack_rates(
    behind: pl.DataFrame, tables: Mapping[str, Mapping[str, tuple[int, int] | None]], total: int
) -> list[Hidden]:
    """Attack the tables of rates of one report together.

    Args:
        behind: one row an attempt, with its person and its value of each table's column (what is true).
        tables: by column the attempts and answers of each row as printed, None where it is hidden.
        total: all attempts, as the first page has them.
    """
    columns = list(tables)
    atoms = {key: place for place, key in enumerate(behind.select(columns).unique(maintain_order=True).iter_rows())}
    inside = {
        (column, value): [place for key, place in atoms.items() if key[number] == value]
        for number, column in enumerate(columns)
        for value in tables[column]
    }
    statements: list[Statement] = [(list(atoms.values()), total)]
    statements += [
        (inside[column, value], row[0])
        for column in columns
        for value, row in tables[column].items()
        if row is not None
    ]
    made = []
    for column in columns:
        for value, row in tables[column].items():
            if row is None:
                part = behind.filter(pl.col(column) == value)
                low, high = between(len(atoms), statements, inside[column, value])
                made.append(Hidden(column, value, "attempts", part["person"].n_unique(), part.height, low, high))
    return made


def rests(
    behind: pl.DataFrame, tables: Mapping[str, Mapping[str, tuple[int, int] | None]], outer: str, inner: str
) -> list[str]:
    """Rows of an outer table whose shown inner rows leave a rest of fewer than ten people, and some."""
    wrong = []
    for value, row in tables[outer].items():
        mine = behind.filter(pl.col(outer) == value)
        shown = [name for name in mine[inner].unique() if tables[inner].get(name) is not None]
        rest = mine.filter(~pl.col(inner).is_in(shown))["person"].n_unique()
        if row is not None and 0 < rest < 10:
            wrong.append(f"{outer} {value}: a rest of {rest}")
    return wrong
