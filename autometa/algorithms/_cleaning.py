"""TableCleaner: the first step of every pipeline, from a user's table to floats and categories.

Behind it a column is float64 or a pandas category, and nothing else. It learns
nothing from the target.
"""

from __future__ import annotations

import re
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.utils.validation import check_is_fitted

from autometa.exceptions import DatasetError
from metafeatures.columns import column_kinds, to_numeric, to_pandas, varies

MAX_TEXT_WORDS = 1000
TEXT_COMPONENTS = 8


class TableCleaner(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn any table into float64 and category columns.

    Numbers become float64 (infinities count as missing), dates become days
    since 1970 and their month, weekday and hour, booleans and categories
    become pandas categories with the levels seen by `fit`, and free text
    becomes the leading components of its TF-IDF matrix. Columns with fewer
    than two distinct values in `fit` are dropped. Missing values stay NaN;
    levels not seen by `fit` become NaN.

    Attributes
    ----------
    columns_ : list of str
        Columns of the table that are used.
    feature_names_out_ : list of str
        Columns that come out; letters, digits and ``_`` only.
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn column kinds, levels and text components; ``y`` is not used."""
        frame = _named(X)
        self.n_features_in_ = frame.shape[1]
        self.feature_names_in_ = np.array(frame.columns, dtype=object)
        varied = [name for name in frame.columns if varies(frame[name])]
        if not varied:
            raise DatasetError(
                "X must have a column with two distinct values or more. All "
                f"{frame.shape[1]} columns are constant or empty."
            )
        self.kinds_ = column_kinds(frame[varied])
        self.columns_ = varied
        self.levels_ = {
            name: sorted(set(_labels(frame[name]).dropna()))
            for name, kind in self.kinds_.items()
            if kind == "categorical"
        }
        self.text_ = {
            name: _fit_text(_plain_text(frame[name]))
            for name, kind in self.kinds_.items()
            if kind == "text"
        }
        pieces = self._pieces(frame)
        self.constant_ = [name for name, column in pieces.items() if not varies(column)]
        kept = [name for name in pieces if name not in self.constant_]
        self.feature_names_out_ = _safe_names(kept)
        return self

    def transform(self, X: Any) -> pd.DataFrame:
        """Return the table as float64 and category columns, rows in the same order.

        Raises
        ------
        DatasetError
            If a column that `fit` used is missing.
        """
        check_is_fitted(self)
        frame = _named(X)
        missing = [name for name in self.columns_ if name not in frame.columns]
        if missing:
            raise DatasetError(
                f"The table must have the columns it was fitted on. Missing: {missing}; "
                f"got {frame.columns.tolist()}."
            )
        pieces = self._pieces(frame)
        for name in self.constant_:
            del pieces[name]
        cleaned = pd.DataFrame(pieces, index=frame.index)
        cleaned.columns = pd.Index(self.feature_names_out_)
        return cleaned

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray[Any, Any]:
        """Return the names of the columns that come out."""
        check_is_fitted(self)
        return np.array(self.feature_names_out_, dtype=object)

    def _pieces(self, frame: pd.DataFrame) -> dict[str, pd.Series[Any]]:
        pieces: dict[str, pd.Series[Any]] = {}
        for name, kind in self.kinds_.items():
            column = frame[name]
            if kind == "categorical":
                dtype = pd.CategoricalDtype(self.levels_[name])
                pieces[name] = (
                    _labels(column).astype("category").cat.set_categories(dtype.categories)
                )
            elif kind == "text":
                parts = self.text_[name].transform(_plain_text(column))
                for i, values in enumerate(parts.T):
                    pieces[f"{name}_{i}"] = pd.Series(values, frame.index)
            elif kind == "datetime":
                pieces.update(_date_parts(name, to_numeric(column, kind)))
            else:
                pieces[name] = _finite(to_numeric(column, kind))
        return pieces

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags


def _named(X: Any) -> pd.DataFrame:
    frame = to_pandas(X)
    if all(isinstance(name, str) for name in frame.columns):
        return frame
    return frame.set_axis([str(name) for name in frame.columns], axis=1)


def _labels(column: pd.Series[Any]) -> pd.Series[Any]:
    """Levels as text; 1 and 1.0 are one level, however the column was stored."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        texts = {level: _label(level) for level in column.cat.categories}
        return column.astype(object).map(texts, na_action="ignore")
    try:
        texts = {value: _label(value) for value in column.dropna().unique()}
        return column.astype(object).map(texts, na_action="ignore")
    except TypeError:
        return column.astype(object).map(_label, na_action="ignore")


def _label(value: Any) -> str:
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    return str(value)


def _finite(numbers: pd.Series[float]) -> pd.Series[float]:
    return numbers.where(np.isfinite(numbers))


def _date_parts(name: str, days: pd.Series[float]) -> dict[str, pd.Series[float]]:
    stamps = pd.to_datetime(days, unit="D", errors="coerce")
    return {
        name: days,
        f"{name}_month": stamps.dt.month.astype("float64"),
        f"{name}_weekday": stamps.dt.day_of_week.astype("float64"),
        f"{name}_hour": stamps.dt.hour.astype("float64"),
    }


def _plain_text(column: pd.Series[Any]) -> pd.Series[str]:
    return column.astype(object).where(column.notna(), "").astype(str)


def _fit_text(texts: pd.Series[str]) -> Any:
    words = TfidfVectorizer(max_features=MAX_TEXT_WORDS, token_pattern=r"\S+")  # noqa: S106 - not a password
    matrix = words.fit_transform(texts)
    n_components = min(TEXT_COMPONENTS, matrix.shape[1])
    return make_pipeline(words, TruncatedSVD(n_components, random_state=0).fit(matrix))


def _safe_names(names: list[str]) -> list[str]:
    """Names of letters, digits and ``_``, all different: what every library accepts."""
    safe: list[str] = []
    for name in names:
        stem = re.sub(r"[^0-9A-Za-z_]+", "_", name) or "column"
        candidate, number = stem, 1
        while candidate in safe:
            number += 1
            candidate = f"{stem}_{number}"
        safe.append(candidate)
    return safe
