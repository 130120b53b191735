"""The callback model's parts as scikit-learn estimators, for pipelines, searches and cross-validation of one's own.

    Pipeline([("terms", TermEncoder()), ("model", CallbackClassifier())])

`TermEncoder` turns a frame of terms into 0/1 columns, `CallbackClassifier` is the ridge logistic fit on any numbers.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from followup_analytics.model.coding import Coding, learn_coding
from followup_analytics.model.terms import term_frame
from followup_analytics.statistics.logistic import add_penalty, logistic_derivatives
from followup_analytics.statistics.newton import damped_newton

FloatArray = NDArray[np.float64]
#: Columns of a term frame that are no terms.
KEYS = ("interview_id", "applicant_id", "bucket", "contact_id", "at_us", "start_us", "y", "in_full")

__all__ = ["KEYS", "CallbackClassifier", "TermEncoder", "term_frame"]


class CallbackClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Ridge logistic regression for two classes by Newton's method: scikit-learn's own, quicker on counted cells.

    C: inverse strength of the penalty |b|^2 / (2 C); the intercept is not penalised. tol: largest movement of a
    coefficient at which the search stops. Sample weights are counts: (cell, 1) and (cell, 0) pairs with their counts
    give the coefficients of the raw rows.

    Attributes after fit: coef_ of shape (1, n_features), intercept_ (1,), classes_, n_iter_, n_features_in_.
    """

    def __init__(self, C: float = 0.1, *, tol: float = 1e-10, max_iter: int = 100) -> None:  # noqa: N803 - sklearn's name
        self.C = C
        self.tol = tol
        self.max_iter = max_iter

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:  # noqa: N803
        """Fit to n rows of numbers and their classes (two different ones)."""
        X, y = validate_data(self, X, y, dtype=np.float64)  # noqa: N806
        check_classification_targets(y)
        if not self.C > 0:
            raise ValueError(f"C is {self.C!r}, and has to be above 0.")
        weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
        self.classes_, place = np.unique(y, return_inverse=True)
        if len(self.classes_) > 2:
            raise ValueError(f"Only binary classification is supported. The target has {len(self.classes_)} classes.")
        if len(self.classes_) < 2:
            raise ValueError(
                "This solver needs samples of at least 2 classes in the data, but the data contains only one class."
            )
        numbers = np.asarray(X, dtype=np.float64)
        beta, self.n_iter_ = _fitted(numbers, place.astype(np.float64), weight, self.C, self.tol, self.max_iter)
        self.intercept_, self.coef_ = beta[:1], beta[None, 1:]
        return self

    def decision_function(self, X: ArrayLike) -> FloatArray:  # noqa: N803
        """Log odds of the second class, shape (n,)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)  # noqa: N806
        return np.asarray(X @ self.coef_[0] + self.intercept_[0], dtype=np.float64)

    def predict_proba(self, X: ArrayLike) -> FloatArray:  # noqa: N803
        """Probabilities of the two classes, shape (n, 2)."""
        second = expit(self.decision_function(X))
        return np.stack([1.0 - second, second], axis=1)

    def predict(self, X: ArrayLike) -> NDArray[Any]:  # noqa: N803
        """The likelier class. For a chance of a callback `predict_proba` is the answer, and this is not."""
        likelier = (self.decision_function(X) > 0).astype(int)
        return np.asarray(self.classes_[likelier])

    def __sklearn_tags__(self) -> Any:
        """Two classes only."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags


class TermEncoder(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A frame of terms (pandas or polars) as 0/1 columns, one for each level met often enough when fitted.

    min_cell: applicants below which a level is pooled; without an applicant_id column rows count as applicants. terms:
    the columns to use; by default all that are no keys. A level not met before gets zeros.
    """

    def __init__(self, min_cell: int = 1, terms: tuple[str, ...] | None = None) -> None:
        self.min_cell = min_cell
        self.terms = terms

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002, N803 - scikit-learn's signature
        """Learn levels from n rows."""
        frame = _as_polars(X)
        names = [name for name in self.terms or frame.columns if name not in KEYS]
        if "applicant_id" not in frame.columns:
            frame = frame.with_columns(applicant_id=pl.int_range(pl.len()).cast(pl.String))
        self.coding_: Coding = learn_coding(frame, names, min_cell=self.min_cell)
        self.feature_names_in_ = np.array(names, dtype=object)
        self.n_features_in_ = len(names)
        return self

    def transform(self, X: Any) -> FloatArray:  # noqa: N803
        """Columns of zeros and ones, shape (n, columns)."""
        check_is_fitted(self)
        codes = self.coding_.codes(_as_polars(X))
        made = np.zeros((len(codes), self.coding_.width + 1))
        made[np.arange(len(codes))[:, None], np.where(codes < 0, self.coding_.width, codes)] = 1.0
        return made[:, :-1]

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:  # noqa: ARG002
        """The columns' names, `term=level`."""
        check_is_fitted(self)
        return np.array(self.coding_.names, dtype=object)


def _as_polars(frame: Any) -> pl.DataFrame:
    import narwhals as nw

    native = nw.from_native(frame, eager_only=True).to_native()
    return native if isinstance(native, pl.DataFrame) else pl.from_pandas(native)


def _fitted(
    x: FloatArray, y: FloatArray, weight: FloatArray, c: float, tolerance: float, steps: int
) -> tuple[FloatArray, int]:
    """Minimise the weighted negative log-likelihood plus |b|^2 / (2 c), the intercept (first coefficient) free.

    x: shape (n, k). y: shape (n,), 0 or 1. weight: shape (n,), counts. Returns coefficients (1 + k,) and the number of
    steps taken. Columns are centred while searching, so that the intercept does not fight large means.
    """
    total = max(float(weight.sum()), 1e-300)
    centre = (weight @ x) / total
    z = np.column_stack([np.ones(len(x)), x - centre])
    ridge = np.concatenate([[0.0], np.full(x.shape[1], 0.0 if np.isinf(c) else 1.0 / c)])
    rate = float(np.clip((weight @ y) / total, 1e-6, 1 - 1e-6))
    start = np.concatenate([[np.log(rate / (1 - rate))], np.zeros(x.shape[1])])
    beta, taken = damped_newton(
        lambda at: add_penalty(logistic_derivatives(z, weight, weight * y, at), ridge, at),
        start,
        tolerance=tolerance,
        steps=steps,
    )
    beta[0] -= centre @ beta[1:]
    return beta, taken
