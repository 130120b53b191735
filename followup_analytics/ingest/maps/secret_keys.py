"""Keys that a map makes of people's ids or names, as pseudonyms: nobody can be found by trying out a list of ids."""

from __future__ import annotations

import dataclasses

import polars as pl

from followup_analytics.ingest.registry import Batch
from followup_analytics.log.pseudonyms import Pseudonyms

_KINDS = {"interview_id": "interview", "previous_interview_id": "interview", "contact_id": "contact"}


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
