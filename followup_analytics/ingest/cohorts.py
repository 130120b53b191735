"""Labels of cohorts that two tables write differently ("Class of 2026", "2026"): told once, and made one on request."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from followup_analytics.errors import UsageError
from followup_analytics.ingest.registry import Batch
from followup_analytics.log.followup_log import Note
from followup_analytics.log.schema import APPLICANTS, INTERVIEWS
from followup_analytics.text import listed, shorten

_SETTING = "cohort_labels"
_TABLES = (INTERVIEWS.name, APPLICANTS.name)
_SHOWN = 5
_FILLER = frozenset({"class", "of", "the", "cohort", "year", "graduates", "jahrgang", "promotion", "promoción"})


def labels_given(pairs: Sequence[str]) -> dict[str, str]:
    """The labels that are to be read as others, from texts such as `2026=Class of 2026`.

    Raises UsageError for a text that has no two sides.
    """
    found = {}
    for pair in pairs:
        one, mark, other = pair.partition("=")
        if not mark or not one.strip() or not other.strip():
            raise UsageError(f"--same-cohort {pair!r}: write the label, =, and how to read it: '2026=Class of 2026'.")
        found[one.strip()] = other.strip()
    return found


def relabelled(frame: pl.DataFrame, labels: Mapping[str, str]) -> pl.DataFrame:
    """A table with the labels of its cohorts as they are to be read."""
    if not labels or "cohort" not in frame.columns:
        return frame
    return frame.with_columns(pl.col("cohort").replace(dict(labels)))


def keep_labels(store: Any, tx: Any, labels: Mapping[str, str]) -> None:
    """Remember the labels in the log, and read what is in it already by them."""
    if not labels:
        return
    tx.set(_SETTING, json.dumps({**labels_kept(tx), **labels}, ensure_ascii=False))
    held = store.read_tables()
    for name in _TABLES:
        rows = held[name].filter(pl.col("cohort").is_in(list(labels))) if "cohort" in held[name].columns else None
        if rows is not None and rows.height:
            tx.add(name, relabelled(rows, labels), anew=True)


def labels_kept(log: Any) -> dict[str, str]:
    """The labels that earlier ingests equated; log: a store or one of its transactions."""
    found: dict[str, str] = json.loads(log.setting(_SETTING) or "{}")
    return found


def with_cohort(batch: Batch, cohort: str | None) -> Batch:
    """Interviews or applicants of a file with its cohort, where their rows name none."""
    if cohort is None or batch.table not in _TABLES:
        return batch
    own = batch.rows["cohort"].cast(pl.String) if "cohort" in batch.rows.columns else None
    given = pl.repeat(cohort, batch.rows.height, eager=True)
    filled = given if own is None else own.zip_with(own.fill_null("").str.strip_chars() != "", given)
    return dataclasses.replace(batch, rows=batch.rows.with_columns(filled.alias("cohort")))


def without_cohort(interviews: Sequence[tuple[str, pl.Series]]) -> list[Note]:
    """A note for each file whose interviews name no cohort, while those of another do.

    interviews: the file's name, and the cohorts of its interviews.
    """
    named = [file for file, cohorts in interviews if cohorts.null_count() < len(cohorts)]
    text = (
        "{}: its interviews name no cohort, while those of {} do: a report on a cohort leaves them out. Put the cohort "
        "into the sheet's title or the file's name and draft the map anew, into the map under [tables.constants], or, "
        "in an office's folder, into the column Cohort of the sheet Files"
    )
    bare = [(file, cohorts) for file, cohorts in interviews if len(cohorts) and file not in named]
    return [
        Note("no_cohort", text.format(file, listed(named[:3], "and")), len(cohorts)) for file, cohorts in bare if named
    ]


def cohort_note(interviews: pl.Series, applicants: pl.Series) -> tuple[Note, ...]:
    """One warning where interviews and applicants name cohorts differently: both sets, and the way to equate them."""
    here, there = (sorted(set(labels.drop_nulls().cast(pl.String))) for labels in (interviews, applicants))
    strange = [label for label in here if label not in there]
    unused = [label for label in there if label not in here]
    if not there or not strange or not unused:
        return ()
    alike = [(other, label) for label in strange for other in unused if _core(label) == _core(other)]
    example = alike[0] if alike else (unused[0], strange[0])
    text = (
        f"cohorts have other labels in the interviews ({_some(strange)}) than among the applicants ({_some(unused)}), "
        "so that their interviews and their members are not counted together; if they are the same, ingest again with "
        f"--same-cohort '{example[0]}={example[1]}'"
    )
    return (Note("cohort_labels_differ", text, len(strange)),)


def _core(label: str) -> str:
    """What of a label tells cohorts apart: its years and terms, without words such as "class of"."""
    words = re.sub(r"[^\w]+", " ", label.casefold()).split()
    return " ".join(word for word in words if word not in _FILLER)


def _some(labels: Sequence[str]) -> str:
    shown = [shorten(label, 30) for label in labels[:_SHOWN]]
    return listed([*shown, "more"] if len(labels) > _SHOWN else shown, "and")
