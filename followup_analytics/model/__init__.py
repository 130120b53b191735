"""Callback likelihood: fitted to attempts, judged on applicants not seen, saved, explained, and used to predict.

Names are loaded when first used: scikit-learn is needed for the estimator and the alternatives only.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_HOMES = {
    "CallbackClassifier": "estimator",
    "CallbackModel": "result",
    "FittedModel": "saved",
    "ModelCard": "card",
    "Predictions": "predict",
    "TermEncoder": "estimator",
    "compare_models": "compare",
    "fit_callback_model": "callback",
    "load_callback_model": "file",
    "model_card": "card",
    "predict_callbacks": "predict",
    "term_frame": "terms",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605

if TYPE_CHECKING:
    from followup_analytics.model.callback import fit_callback_model as fit_callback_model
    from followup_analytics.model.file import load_callback_model as load_callback_model
    from followup_analytics.model.result import CallbackModel as CallbackModel
    from followup_analytics.model.saved import FittedModel as FittedModel


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
