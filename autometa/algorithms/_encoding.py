"""What stands between the cleaned table and the estimator: encoding, imputing, scaling.

Three ways, by what an algorithm can take: ``native`` (numbers with NaN and
pandas categories), ``ordinal`` (numbers with NaN), ``scaled`` (finite numbers on
one scale).
"""

from __future__ import annotations

import warnings
from typing import Any, Literal, Self

import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    StandardScaler,
    TargetEncoder,
)

Encoding = Literal["native", "ordinal", "scaled", "normal"]

MAX_LEVELS = 20
MAX_NATIVE_LEVELS = 250


class FewLevels:
    """Select category columns of at most ``limit`` levels."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, frame: pd.DataFrame) -> list[str]:
        """Return their names."""
        return [c for c, n in _n_levels(frame).items() if n <= self.limit]


class ManyLevels:
    """Select category columns of more than ``limit`` levels."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, frame: pd.DataFrame) -> list[str]:
        """Return their names."""
        return [c for c, n in _n_levels(frame).items() if n > self.limit]


class NormalScores(QuantileTransformer):  # type: ignore[misc]
    """QuantileTransformer that takes tables of fewer rows than quantiles without a warning."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn at most as many quantiles as there are rows."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="n_quantiles")
            super().fit(X, y)
        return self


class LevelColumns(OneHotEncoder):  # type: ignore[misc]
    """OneHotEncoder that gives unknown levels zeros without a warning."""

    def transform(self, X: Any) -> Any:
        """Return one column a level."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Found unknown categories")
            return super().transform(X)


def _n_levels(frame: pd.DataFrame) -> dict[str, int]:
    categories = frame.select_dtypes("category")
    return {name: len(categories[name].cat.categories) for name in categories}


def chosen_encoding(numbers: str) -> Encoding:
    """Return the encoding that the hyperparameter ``numbers`` asks for."""
    return "normal" if numbers == "normal" else "scaled"


def make_encoder(encoding: Encoding, task_type: str) -> ColumnTransformer:
    """Return an unfitted transformer of cleaned tables for the given encoding.

    Parameters
    ----------
    encoding : {"native", "ordinal", "scaled", "normal"}
        ``native`` leaves numbers and categories as they are (columns of more
        than 250 levels are target-encoded); ``ordinal`` numbers the levels
        (more than 20: target-encoded); ``scaled`` imputes, standardises and
        one-hot encodes; ``normal`` does the same with numbers mapped to a
        normal distribution.
    task_type : {"binary", "multiclass", "regression"}
        What the target encoder learns from.
    """
    target = _target_encoder(task_type)
    numbers = make_column_selector(dtype_include="number")
    if encoding == "native":
        steps: list[tuple[str, Any, Any]] = [
            ("numbers", "passthrough", numbers),
            ("levels", "passthrough", FewLevels(MAX_NATIVE_LEVELS)),
            ("many_levels", target, ManyLevels(MAX_NATIVE_LEVELS)),
        ]
    elif encoding == "ordinal":
        ordinal = OrdinalEncoder(
            handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1
        )
        steps = [
            ("numbers", "passthrough", numbers),
            ("levels", ordinal, FewLevels(MAX_LEVELS)),
            ("many_levels", target, ManyLevels(MAX_LEVELS)),
        ]
    else:
        # a column for each level, of two as well: zeros then mean missing or new, not the first
        onehot = LevelColumns(handle_unknown="ignore", sparse_output=False, dtype="float64")
        steps = [
            ("numbers", _scaler(encoding), numbers),
            ("levels", onehot, FewLevels(MAX_LEVELS)),
            ("many_levels", make_pipeline(target, StandardScaler()), ManyLevels(MAX_LEVELS)),
        ]
    transformer = ColumnTransformer(steps, verbose_feature_names_out=False)
    return transformer.set_output(transform="pandas") if encoding == "native" else transformer


def _scaler(encoding: Encoding) -> Any:
    impute = SimpleImputer(strategy="median", keep_empty_features=True)
    if encoding == "normal":
        spread = NormalScores(
            n_quantiles=200, output_distribution="normal", subsample=10_000, random_state=0
        )
        return make_pipeline(impute, spread)
    return make_pipeline(impute, StandardScaler())


def _target_encoder(task_type: str) -> TargetEncoder:
    if task_type == "regression":
        return TargetEncoder(target_type="continuous", cv=KFold(5, shuffle=True, random_state=0))
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    return TargetEncoder(target_type=task_type, cv=folds)
