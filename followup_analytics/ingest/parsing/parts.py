"""Small parts that sources are made of: setting records aside with a reason, durations, words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from followup_analytics.ingest.parsing.calls import PROBLEMS, problems_frame
from followup_analytics.sheets.tabular import ROW

#: Stands between the addresses of a message to several people: a character that no address can have.
SEVERAL = "\x1f"


@dataclass(frozen=True)
class Rejected:
    """A rule that sets records aside: where `when` holds, with the column at fault and what to do about it."""

    column: str | None
    rule: str
    when: pl.Expr
    message: str


def set_aside(frame: pl.DataFrame, *rules: Rejected) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The records that break no rule, and the first broken rule of each other record (calls.PROBLEMS)."""
    numbered = frame.with_columns(_rule=pl.coalesce(pl.when(rule.when).then(place) for place, rule in enumerate(rules)))
    bad = numbered.filter(pl.col("_rule").is_not_null())
    if not bad.height:
        return frame, problems_frame()
    said = pl.DataFrame(
        {
            "_rule": range(len(rules)),
            "column": [rule.column for rule in rules],
            "rule": [rule.rule for rule in rules],
            "message": [rule.message for rule in rules],
        },
        schema={"_rule": pl.Int32, "column": pl.String, "rule": pl.String, "message": pl.String},
    )
    member = pl.col("member") if "member" in frame.columns else pl.lit(None, pl.String).alias("member")
    problems = bad.select(ROW, member, pl.col("_rule").cast(pl.Int32)).join(
        said, on="_rule", how="left", maintain_order="left"
    )
    return numbered.filter(pl.col("_rule").is_null()).drop("_rule"), problems.select(list(PROBLEMS))


def worded(text: pl.Expr, words: Mapping[str, str]) -> pl.Expr:
    """A vocabulary's meaning of each text, whatever its case, blanks and underscores; null where it is not in it."""
    key = text.str.strip_chars().str.to_lowercase().str.replace_all(r"[\s_\-]+", " ")
    return key.replace_strict(
        {word.casefold(): meaning for word, meaning in words.items()}, default=None, return_dtype=pl.String
    )


def clock_seconds(text: pl.Expr) -> pl.Expr:
    """Seconds of a duration written H:MM:SS, MM:SS, 1h 2m 3s, PT1M4S or as plain seconds; null where it is none."""
    plain = text.str.strip_chars()
    parts = plain.str.extract_groups(r"^(?:(\d+):)?(\d{1,2}):(\d{2}(?:[.,]\d+)?)$")
    clock = pl.sum_horizontal(
        _number(parts.struct.field(name)).fill_null(0) * scale for name, scale in (("1", 3600), ("2", 60), ("3", 1))
    )
    named = plain.str.to_lowercase().str.extract_groups(
        r"^(?:pt)?(?:(\d+)\s*h[a-z]*\.?)?\s*(?:(\d+)\s*m[a-z]*\.?)?\s*(?:(\d+(?:[.,]\d+)?)\s*s[a-z]*\.?)?$"
    )
    fields = [_number(named.struct.field(name)) for name in ("1", "2", "3")]
    spelt = pl.sum_horizontal(part.fill_null(0) * scale for part, scale in zip(fields, (3600, 60, 1), strict=True))
    return (
        pl.when(parts.struct.field("2").is_not_null())
        .then(clock)
        .when(pl.any_horizontal(part.is_not_null() for part in fields))
        .then(spelt)
        .otherwise(_number(plain))
    )


def _number(text: pl.Expr) -> pl.Expr:
    return text.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
