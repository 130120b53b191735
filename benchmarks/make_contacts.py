"""Write a large random log as Parquet: a third as many interviews as contacts, times to the microsecond, a few ties."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl

DAY_US = 86_400_000_000
START_US = 1_672_650_000_000_000


def write(folder: Path, contacts: int, seed: int = 1) -> None:
    """Write interviews, contacts and outcomes of a log with so many contacts; rows in random order."""
    rng = np.random.default_rng(seed)
    n = contacts // 3
    folder.mkdir(parents=True, exist_ok=True)
    at = START_US + rng.integers(0, 700, n) * DAY_US + rng.integers(0, 10 * 3600, n) * 1_000_000
    _interviews(rng, n, at).write_parquet(folder / "interviews.parquet")
    _contacts(rng, n, contacts, at).write_parquet(folder / "contacts.parquet")
    _outcomes(rng, n, at).write_parquet(folder / "outcomes.parquet")
    (folder / "log.toml").write_text('time_zone = "America/New_York"\nsimulated = true\n')


def _stamp(us: np.ndarray) -> pl.Series:
    return pl.Series(us).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def _ids(prefix: str, numbers: np.ndarray) -> pl.Series:
    return pl.Series(numbers).cast(pl.String).str.zfill(9).str.replace("^", prefix)


def _interviews(rng: np.random.Generator, n: int, at: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "interview_id": _ids("i", np.arange(n)),
            "applicant_id": _ids("a", rng.integers(0, max(n * 3 // 5, 1), n)),
            "interviewed_at": _stamp(at),
            "observed_until": _stamp(np.full(n, START_US + 720 * DAY_US)),
            "cohort": rng.choice(["2023", "2024", "2025"], n),
        }
    )


def _contacts(rng: np.random.Generator, n: int, contacts: int, at: np.ndarray) -> pl.DataFrame:
    of = rng.integers(0, n, contacts)
    outbound = rng.random(contacts) < 0.8
    wait = rng.exponential(6, contacts) * DAY_US
    when = at[of] + (wait // 1_000_000 * 1_000_000).astype(np.int64)
    return pl.DataFrame(
        {
            "contact_id": _ids("c", rng.permutation(contacts)),
            "interview_id": _ids("i", of),
            "at": _stamp(when),
            "direction": np.where(outbound, "outbound", "inbound"),
            "channel": rng.choice(["phone", "voicemail", "email", "text"], contacts, p=[0.4, 0.2, 0.3, 0.1]),
            "party": rng.choice(["interviewer", "hiring_team", "receptionist", "none"], contacts),
        }
    )


def _outcomes(rng: np.random.Generator, n: int, at: np.ndarray) -> pl.DataFrame:
    of = np.flatnonzero(rng.random(n) < 0.4)
    return pl.DataFrame(
        {
            "interview_id": _ids("i", of),
            "outcome": rng.choice(["advanced", "offer", "rejected", "filled", "withdrawn"], len(of)),
            "decided_at": _stamp(at[of] + (rng.exponential(20, len(of)) * DAY_US).astype(np.int64)),
        }
    )


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
