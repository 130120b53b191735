"""Is this installation sound? Versions, optional parts, fonts, and a small analysis whose answer is known."""

from __future__ import annotations

import importlib.metadata
import platform
from dataclasses import dataclass
from typing import ClassVar

from followup_analytics.results import columns as col
from followup_analytics.results.result import LogCounts, Result
from followup_analytics.results.row import Row, answer_row

#: What pyproject.toml names as dependencies, in that order; tests/unit/test_doctor.py compares the two.
_NEEDED = (
    "polars", "pandas", "pyarrow", "narwhals", "numpy", "scipy", "scikit-learn", "matplotlib", "pillow", "typst",
    "font-source-sans-pro", "jinja2", "sqlalchemy", "alembic", "typer", "rich", "phonenumbers", "icalendar", "holidays",
    "defusedxml", "python-calamine", "xlsxwriter", "dataframely", "tzdata", "dateparser", "cryptography", "starlette",
    "uvicorn", "python-multipart",
)  # fmt: skip
_PART = "optional; to have it, run  pip install '.[{extra}]'  in the folder of the README"
_OPTIONAL = {
    "jupyterlab": "notebook",
    "psycopg": "postgres",
    "psycopg-pool": "postgres",
    "duckdb": "duckdb",
    "argon2-cffi": "share",
    "pyspark": "spark",
}


@answer_row
class DoctorRow(Row):
    """One thing examined."""

    part: str = col.column("text", "Part", "What was examined.", role="key", importance=col.ALWAYS)
    state: str = col.column("text", "State", "ok, absent (optional) or wrong.", importance=col.ALWAYS)
    detail: str = col.column("sentence", "Detail", "Version, or what to do.", importance=col.ALWAYS)

    in_table = ("part", "state", "detail")


@dataclass(frozen=True, repr=False)
class DoctorResult(Result):
    """A DoctorRow for each thing examined."""

    rows: tuple[DoctorRow, ...]

    command: ClassVar[str] = "doctor"
    title: ClassVar[str] = "This installation"
    row_type: ClassVar[type[Row]] = DoctorRow

    @property
    def healthy(self) -> bool:
        """Whether nothing that is needed is missing or wrong."""
        return all(row.state != "wrong" for row in self.rows)

    def summary(self) -> str:
        """Whether the tool can be relied on as it is installed."""
        wrong = [row.part for row in self.rows if row.state == "wrong"]
        return "All that is needed is here and answers rightly." if not wrong else f"Not in order: {', '.join(wrong)}."


def examine() -> DoctorResult:
    """Look at versions, optional parts and fonts, and analyse four interviews whose answer is known."""
    rows = [DoctorRow(part="python", state="ok", detail=platform.python_version())]
    rows += [_package(name) for name in _NEEDED]
    rows += [_extra(name, extra) for name, extra in _OPTIONAL.items()]
    rows += [_fonts(), _self_check()]
    return DoctorResult(rows=tuple(rows), counts=LogCounts(4, 4, 7, "2026-03-31", simulated=False))


def _package(name: str) -> DoctorRow:
    try:
        return DoctorRow(part=name, state="ok", detail=importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        again = "missing: run  pip install .  again in the folder of the README"
        return DoctorRow(part=name, state="wrong", detail=again)


def _extra(name: str, extra: str) -> DoctorRow:
    # By the name under which it is installed, since modules have others.
    try:
        return DoctorRow(part=name, state="ok", detail=importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return DoctorRow(part=name, state="absent", detail=_PART.format(extra=extra))


def _fonts() -> DoctorRow:
    try:
        from followup_analytics.report.typecase import font_files

        found = font_files()
    except (ImportError, OSError) as error:
        return DoctorRow(part="fonts", state="wrong", detail=f"not found ({type(error).__name__})")
    return DoctorRow(part="fonts", state="ok" if found else "wrong", detail=f"{len(found)} files")


def _self_check() -> DoctorRow:
    """Four first attempts, of which three are answered within a week: the rate must be 3 in 4."""
    from followup_analytics.answers.rates import response_rates
    from followup_analytics.log.assembling import build_log

    people = [str(number) for number in range(4)]
    log = build_log(
        interviews={"interview_id": people, "applicant_id": people, "interviewed_at": ["2026-03-02T09:00+00:00"] * 4},
        contacts={
            "contact_id": [f"o{one}" for one in people] + [f"i{one}" for one in people[:3]],
            "interview_id": people + people[:3],
            "at": ["2026-03-04T09:00+00:00"] * 4 + ["2026-03-05T09:00+00:00"] * 3,
            "direction": ["outbound"] * 4 + ["inbound"] * 3,
            "channel": ["phone"] * 7,
        },
        data_date="2026-03-31",
    )
    found = response_rates(log, by="timing", min_cell=1).rows[0].estimate
    right = found == 0.75
    return DoctorRow(part="self-check", state="ok" if right else "wrong", detail=f"3 of 4 answered gives {found}")
