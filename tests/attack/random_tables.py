"""Random records of small offices: applicants in programmes in schools, their interviews, and how often each called."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl


@dataclass(frozen=True)
class Shape:
    """How a random record is cut, and which counts add up over the rows: a person may have interviews in several
    formats, an interview attempts by several channels."""

    columns: tuple[str, ...]
    adding_up: tuple[str, ...]


_ALL = ("people", "interviews", "attempts")
SHAPES = {
    "one column": Shape(("school",), _ALL),
    "nested": Shape(("school", "programme"), _ALL),
    "crossed": Shape(("school", "format"), _ALL[1:]),
    "nested and crossed": Shape(("school", "programme", "format"), _ALL[1:]),
    "contacts": Shape(("channel",), _ALL[2:]),
    "contacts by school": Shape(("school", "channel"), _ALL[2:]),
}


def random_record(seed: int) -> pl.DataFrame:
    """One row an attempt: person, interview, school, programme, format, channel, answered; 30 to 500 applicants."""
    draw = np.random.default_rng(seed)
    people = int(draw.integers(30, 501))
    schools = int(draw.integers(2, 8))
    size = draw.dirichlet(np.full(schools, draw.uniform(0.3, 3)))
    school = draw.choice(schools, people, p=size)
    programme = school * 10 + draw.integers(0, draw.integers(1, 6, schools)[school])
    interviews = draw.integers(1, 4, people)
    person = np.repeat(np.arange(people), interviews)
    shape = draw.dirichlet(np.full(3, draw.uniform(0.3, 2)))
    held = draw.choice(3, len(person), p=shape)
    tries = draw.integers(1, 4, len(person))
    attempt = np.repeat(np.arange(len(person)), tries)
    channels = draw.dirichlet(np.full(6, draw.uniform(0.2, 2)))
    rate = draw.uniform(0.02, 0.5)
    return pl.DataFrame(
        {
            "person": person[attempt],
            "interview": attempt,
            "school": [f"s{one}" for one in school[person[attempt]]],
            "programme": [f"p{one}" for one in programme[person[attempt]]],
            "format": [f"f{one}" for one in held[attempt]],
            "channel": [f"c{one}" for one in draw.choice(6, len(attempt), p=channels)],
            "answered": draw.random(len(attempt)) < rate,
        }
    )


def counted(record: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """The table by some columns: people, interviews, attempts and events of each row."""
    return (
        record.group_by(columns)
        .agg(
            people=pl.col("person").n_unique(),
            interviews=pl.col("interview").n_unique(),
            attempts=pl.len(),
            events=pl.col("answered").sum(),
        )
        .sort(columns)
    )
