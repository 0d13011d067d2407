"""What stands between the cleaned table and the estimator: encoding, imputing, scaling.

Three ways, by what an algorithm can take: ``native`` (numbers with NaN and
pandas categories), ``ordinal`` (numbers with NaN), ``scaled`` (finite numbers on
one scale).
"""

from __future__ import annotations

import warnings
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
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


class NewGapImputer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Fill the gaps of columns that had none in `fit`: medians, or the commonest level.

    What a gap means is learnt from gaps. A model that has seen none reads it as an end of
    the column (CatBoost), one side of each split (XGBoost) or zero (LightGBM), whatever
    zero is in that column. Gaps of columns that had some in `fit` are left to the model.

    Attributes
    ----------
    fills_ : dict of str to float or str
        By column without gaps.
    """

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Learn what fills each column; ``y`` is not used."""
        self.feature_names_in_ = np.array(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        whole = X.columns[~_have_gaps(X)]
        levels = [name for name in whole if isinstance(X[name].dtype, pd.CategoricalDtype)]
        numbers = whole.drop(levels)
        medians = np.median(X[numbers].to_numpy("float64"), axis=0).tolist()
        self.fills_: dict[str, Any] = dict(zip(numbers, medians, strict=True))
        self.fills_ |= {name: _commonest(X[name]) for name in levels}
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the columns; the same object where nothing is to be filled."""
        new = {n: self.fills_[n] for n in X.columns[_have_gaps(X)] if n in self.fills_}
        return X.fillna(new) if new else X


def _have_gaps(X: pd.DataFrame) -> npt.NDArray[np.bool_]:
    return np.asarray(X.isna().any(axis=0), bool)


def _commonest(column: pd.Series[Any]) -> str:
    """Return the level of most rows; of equally common ones the first."""
    level: str = column.cat.categories[np.bincount(column.cat.codes).argmax()]
    return level


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
        normal distribution. A gap in a column that had none in ``fit`` is read
        as the median, and a new level as the commonest one; one-hot it is none.
    task_type : {"binary", "multiclass", "regression"}
        What the target encoder learns from.
    """
    target = _target_encoder(task_type)
    numbers = make_column_selector(dtype_include="number")
    if encoding == "native":
        steps: list[tuple[str, Any, Any]] = [
            ("numbers", NewGapImputer(), numbers),
            ("levels", NewGapImputer(), FewLevels(MAX_NATIVE_LEVELS)),
            ("many_levels", target, ManyLevels(MAX_NATIVE_LEVELS)),
        ]
    elif encoding == "ordinal":
        # -1 is a level of its own only where it was seen in fit: elsewhere a tree would read it
        # as level 0, the first of the alphabet
        ordinal = make_pipeline(
            OrdinalEncoder(
                handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=-1
            ),
            SimpleImputer(strategy="most_frequent"),
        )
        steps = [
            ("numbers", NewGapImputer(), numbers),
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
