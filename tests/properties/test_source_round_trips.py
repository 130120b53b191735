"""Calls written in a source's form and read back are the same calls, whatever they are; damage is never a traceback."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from forms import FORMS, write_forms
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from source_writers import WRITERS, Call

from followup_analytics.errors import FollowUpError
from followup_analytics.ingest import check_files
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.registry import ReadOptions, detect_source
from followup_analytics.simulate import simulate_log

#: Three winter months, without a change of clocks: local times there are resolved by rule and can't be told apart.
_FIRST, _LAST = 1_701_400_000, 1_708_000_000
CALLS = st.lists(
    st.builds(
        Call,
        at=st.integers(_FIRST, _LAST),
        outbound=st.booleans(),
        talk=st.one_of(st.just(0), st.integers(1, 7200)),
        number=st.integers(0, 99).map(lambda n: f"+1202555{n + 100:04d}"),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda call: call.at,
)


def read(path: Path) -> tuple[str, list[tuple[object, ...]]]:
    """The detected source and what it read, numbers with their plus sign."""
    sample = Sample(path)
    source, _ = detect_source(sample)
    rows = pl.concat([batch.rows for batch in source.read(sample, ReadOptions(time_zone="America/New_York"))])
    rows = rows.with_columns(number=pl.lit("+") + pl.col("number").str.strip_prefix("+"))
    return source.name, rows.select(
        "at_us", "direction", "channel", "party", "number", "duration_s", "certainty"
    ).rows()


@pytest.mark.parametrize("name", list(WRITERS))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(calls=CALLS)
def test_written_and_read_back(name: str, calls: list[Call]) -> None:
    """Every call comes back as the contract says of it, in the order of the file, and the file is known by itself."""
    file, write = WRITERS[name]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file
        path.write_bytes(write(calls))
        found, rows = read(path)
    assert found == name
    assert Counter(rows) == Counter(call.meant() for call in calls)


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The file with one of the damages that happen to files."""
    data = bytearray(content)
    kind = chance.randrange(9)
    place = chance.randrange(len(data))
    if kind == 0:
        data = data[:place]
    elif kind == 1:
        data[place] = chance.randrange(256)
    elif kind == 2:
        data[place:place] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 20)))
    elif kind == 3:
        del data[place : place + chance.randrange(1, 200)]
    elif kind == 4:
        data = bytearray(
            content.decode("utf-8", "replace").encode(
                chance.choice(["utf-16", "utf-16-le", "utf-8-sig", "cp1252"]), "replace"
            )
        )
    elif kind == 5:
        lines = content.splitlines(keepends=True)
        chance.shuffle(lines)
        data = bytearray(b"".join(lines))
    elif kind == 6:
        data[place:place] = chance.choice(
            [b"\0" * 10, b'"', b",,,,", b"\r", b"<", b"&#0;", b"]]>", b"{", b"=1+1", "\u202e".encode()]
        )
    elif kind == 7:
        data = bytearray(content.replace(b",", chance.choice([b";", b"\t", b"|"])))
    else:
        data = bytearray(content + b"\n" + content)
    return bytes(data)


def run_damaged(files: int, seed: int) -> Counter[str]:
    """Damage files of all sources and check each; the outcomes by kind. Anything but our own errors is raised."""
    import os

    chance = random.Random(seed)
    outcomes: Counter[str] = Counter()
    calls = [Call(1_701_400_000 + 5000 * n, n % 3 > 0, n % 4 * 30, f"+1202555{100 + n:04d}") for n in range(8)]
    originals = {name: (file, write(calls)) for name, (file, write) in WRITERS.items()}
    with tempfile.TemporaryDirectory() as folder:
        before = Path.cwd()
        os.chdir(folder)
        try:
            write_forms(simulate_log(interviews=8, world="office", seed=3), "forms")
            for form in FORMS:
                if form.source and Path("forms", form.file).is_file():
                    originals[form.file] = (Path(form.file).name, (Path("forms") / form.file).read_bytes())
            names = sorted(originals)
            for number in range(files):
                name, content = originals[names[number % len(names)]]
                Path(name).write_bytes(damaged(content, chance))
                try:
                    result = check_files(name, time_zone="America/New_York")
                    outcomes[f"exit {result.exit_code}"] += 1
                    assert all(row["rows_read"] >= row["accepted"] + row["rejected"] for row in result.rows)
                except FollowUpError as error:
                    outcomes[type(error).__name__] += 1
        finally:
            os.chdir(before)
    return outcomes


def test_damaged_files_give_no_traceback() -> None:
    """Truncated, shuffled, re-encoded and peppered files are read as far as they are sound, or refused."""
    assert sum(run_damaged(150, seed=1).values()) == 150


@pytest.mark.study
def test_twenty_thousand_damaged_files() -> None:
    """The same with 20,000 files."""
    assert sum(run_damaged(20_000, seed=2).values()) == 20_000
