"""Keys that are made of people's ids or names, as pseudonyms: nobody can be found by trying out a list of ids.

A map says which of its keys are. In a table of the log's own form, an interview's key is personal where it holds its
applicant's id, and that is a number of many figures, an address or a name. What refers to such an interview is known by
the pseudonym that its key would have, so that later files, rosters and reviews may name the key as it was.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import polars as pl

from followup_analytics.ingest.registry import Batch
from followup_analytics.log.pseudonyms import Pseudonyms
from followup_analytics.sheets.headings import header_key
from followup_analytics.sheets.tabular import ROW

_KINDS = {"interview_id": "interview", "previous_interview_id": "interview", "contact_id": "contact"}


#: A number of so many figures is somebody's; fewer are a count.
_PERSONAL = r"(?:\d\D?){5}|@|\w\s+\w"


def with_secret_keys(batch: Batch, pseudonyms: Pseudonyms) -> Batch:
    """The batch with its personal keys replaced; the same key gives the same pseudonym in every table and file."""
    made = [
        _replaced(batch.rows[name].cast(pl.String), _KINDS[name], pseudonyms)
        for name in sorted(batch.personal_keys)
        if name in batch.rows.columns
    ]
    return dataclasses.replace(batch, rows=batch.rows.with_columns(made)) if made else batch


def _replaced(values: pl.Series, kind: str, pseudonyms: Pseudonyms) -> pl.Series:
    found = pseudonyms.of_all(kind, values.drop_nulls().unique())
    return values.replace_strict(list(found), list(found.values()), default=None, return_dtype=pl.String)


def secret_interviews(batch: Batch, held: pl.Series, pseudonyms: Pseudonyms) -> Batch:
    """A table of interviews in the log's own form, with personal keys replaced.

    held: keys that the store has already, which stay as they are, as what refers to them has them so.
    """
    names = {header_key(name): name for name in batch.rows.columns if name != ROW}
    key, who = names.get("interview_id"), names.get("applicant_id")
    if key is None or who is None or not batch.rows.height:
        return batch
    cells = batch.rows.select(
        key=pl.col(key).cast(pl.String).str.strip_chars(), who=pl.col(who).cast(pl.String).str.strip_chars()
    )
    about = pl.col("who").str.contains(_PERSONAL) & pl.col("key").str.to_lowercase().str.contains(
        pl.col("who").str.to_lowercase(), literal=True
    )
    told = cells.filter(about.fill_null(value=False) & ~pl.col("key").is_in(held.implode()))["key"].unique()
    if not told.len():
        return batch
    found = pseudonyms.of_all("interview", told)
    columns = [names[one] for one in ("interview_id", "previous_interview_id") if one in names]
    return _with(batch, dict.fromkeys(columns, found))


def resolved(keys: pl.Series, known: pl.Series, pseudonyms: Pseudonyms) -> dict[str, str]:
    """Of keys of interviews as people write them, those that the log has under a pseudonym, and what that is."""
    distinct = keys.cast(pl.String).str.strip_chars().drop_nulls().unique()
    strange = distinct.filter(~distinct.is_in(known.implode()))
    if not strange.len():
        return {}
    names = set(known.to_list())
    return {key: name for key, name in pseudonyms.of_all("interview", strange).items() if name in names}


def resolved_rows(batch: Batch, known: pl.Series, pseudonyms: Pseudonyms) -> Batch:
    """A table in the log's own form that refers to interviews, by the keys under which these are known.

    A contact's own key that holds its interview's is as personal as that.
    """
    names = {header_key(name): name for name in batch.rows.columns if name != ROW}
    key = names.get("interview_id")
    found = resolved(batch.rows[key], known, pseudonyms) if key is not None else {}
    if key is None or not found:
        return batch
    changes = {key: found}
    own = names.get("contact_id")
    if own is not None:
        cells = batch.rows.select(own=pl.col(own).cast(pl.String).str.strip_chars(), key=pl.col(key).cast(pl.String))
        holds = pl.col("key").is_in(list(found)) & pl.col("own").str.contains(pl.col("key"), literal=True)
        told = cells.filter(holds.fill_null(value=False))["own"].unique()
        changes[own] = pseudonyms.of_all("contact", told)
    return _with(batch, changes)


def _with(batch: Batch, changes: Mapping[str, Mapping[str, str]]) -> Batch:
    rows = batch.rows.with_columns(
        pl.col(column).cast(pl.String).str.strip_chars().replace(list(found), list(found.values()))
        for column, found in changes.items()
        if found
    )
    changed = {header_key(column) for column, found in changes.items() if found}
    return dataclasses.replace(batch, rows=rows, personal_keys=batch.personal_keys | changed)
