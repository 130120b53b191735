"""A model as a JSON file: never code, so that opening one runs nothing; checked before it is believed."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from followup_analytics.errors import UnreadableError
from followup_analytics.model.coding import Coding, TermCoding
from followup_analytics.model.nested_rows import Measure
from followup_analytics.model.saved import FittedModel, Training
from followup_analytics.model.waiting import Curve

FORMAT = "followup_analytics callback model"
SCHEMA_VERSION = 1
_LARGEST = 20_000_000
_DIGITS = 10
PRIVACY = (
    "Made from records about people. No level, bin, interval or share in this file rests on fewer applicants than "
    "min_cell; names of rarer levels, ids, dates of single interviews and rows are not in it. Not causal, and not for "
    "ranking applicants."
)


def save_model(model: FittedModel, path: str | Path) -> None:
    """Write a model as JSON; the same model gives the same bytes. Raises UnreadableError where it can't be written."""
    body = to_dict(model)
    text = json.dumps(
        {**body, "checksum": _checksum(body)}, indent=1, ensure_ascii=False, allow_nan=False, sort_keys=True
    )
    try:
        Path(path).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UnreadableError(f"{Path(path).name} can't be written: {error.strerror or 'no reason given'}.") from None


def load_callback_model(path: str | Path) -> FittedModel:
    """Read a model that `save` or `followup model --save` wrote.

    Raises UnreadableError, a sentence, for a file that is absent, foreign, damaged or of a later version.

    Example:
        >>> fit_callback_model(log).save("model.json")
        >>> len(predict_callbacks(log, load_callback_model("model.json")).rows)
        43
    """
    name = Path(path).name
    try:
        if Path(path).stat().st_size > _LARGEST:
            raise UnreadableError(f"{name} is too large to be a callback model.")
        body = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UnreadableError(f"{name}: there is no such file; check the name and the folder.") from None
    except OSError as error:
        raise UnreadableError(f"{name} can't be read: {error.strerror or 'no reason given'}.") from None
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        raise UnreadableError(
            f"{name} is not a callback model: it is not JSON. Save one with `followup model --save`."
        ) from None
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise UnreadableError(f"{name} is not a callback model of this package. Save one with `followup model --save`.")
    if body.get("schema_version") != SCHEMA_VERSION:
        raise UnreadableError(
            f"{name} was written in version {body.get('schema_version')!r} of the format, and this package reads "
            f"{SCHEMA_VERSION}: install the version that wrote it, or fit the model again."
        )
    if body.pop("checksum", None) != _checksum(body):
        raise UnreadableError(
            f"{name} is damaged or was changed by hand: its checksum does not fit. Fit the model again."
        )
    try:
        return from_dict(body)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UnreadableError(f"{name} is damaged: parts of the model are missing or don't fit together.") from None


def to_dict(model: FittedModel) -> dict[str, Any]:
    """The model as plain data with 10 significant digits."""
    return {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "privacy": PRIVACY,
        "outcome": model.outcome,
        "within": model.within,
        "min_cell": model.min_cell,
        "covariates": list(model.covariates),
        "training": asdict(model.training),
        "terms": [asdict(term) | {"levels": list(term.levels)} for term in model.coding.terms],
        "constant": list(model.coding.constant),
        "coefficients": _rounded([dict(row) for row in model.coefficient_rows()]),
        "covariance": _rounded(model.covariance.tolist()),
        "df": model.df,
        "shares": _rounded(model.shares.tolist()),
        "base_rate": _rounded(model.base_rate),
        "beats_base_rate": model.beats_base_rate,
        "hazard": _rounded(list(model.hazard)),
        "waiting": [_rounded(asdict(curve)) for curve in model.curves],
        "calibration": _rounded({name: dict(measure) for name, measure in model.metrics.items()}),
    }


def from_dict(body: Mapping[str, Any]) -> FittedModel:
    """The model from plain data; ValueError, KeyError or TypeError where the parts don't fit together."""
    terms = tuple(_term(one) for one in body["terms"])
    coding = Coding(terms, tuple(body["constant"]))
    rows = body["coefficients"]
    beta, low, high = (
        np.array([math.nan if row[name] is None else float(row[name]) for row in rows])
        for name in ("estimate", "conf_low", "conf_high")
    )
    covariance = np.array(body["covariance"], dtype=np.float64).reshape(len(rows), len(rows))
    shares = np.array(body["shares"], dtype=np.float64)
    if len(rows) not in (0, coding.width + 1) or shares.shape != (coding.width,):
        raise ValueError("the terms and their coefficients differ in number")
    if not np.isfinite(beta).all() or not np.isfinite(covariance).all():
        raise ValueError("a coefficient is not a number")
    return FittedModel(
        outcome=str(body["outcome"]), within=float(body["within"]), min_cell=int(body["min_cell"]),
        covariates=tuple(body["covariates"]), coding=coding, beta=beta, low=low, high=high, covariance=covariance,
        df=int(body["df"]), shares=shares, base_rate=body["base_rate"], beats_base_rate=bool(body["beats_base_rate"]),
        hazard=tuple(map(float, body["hazard"])), curves=tuple(_curve(one) for one in body["waiting"]),
        metrics={name: Measure(**measure) for name, measure in body["calibration"].items()},
        training=Training(**body["training"]),
    )  # fmt: skip


def _term(one: Mapping[str, Any]) -> TermCoding:
    cuts = None if one["cuts"] is None else tuple(map(float, one["cuts"]))
    return TermCoding(str(one["name"]), tuple(map(str, one["levels"])), bool(one["pooled"]), cuts)


def _curve(one: Mapping[str, Any]) -> Curve:
    parts = {name: tuple(map(float, one[name])) for name in ("edges", "response", "end", "variance")}
    if len({len(part) for part in parts.values()}) != 1:
        raise ValueError("a waiting curve's parts differ in length")
    power, power_variance = float(one["power"]), float(one["power_variance"])
    return Curve(**parts, df=int(one["df"]), power=power, power_variance=power_variance)


def _checksum(body: Mapping[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _rounded(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
    return value
