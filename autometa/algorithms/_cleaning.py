"""TableCleaner: the first step of every pipeline, from a user's table to floats and categories.

Behind it a column is float64 or a pandas category, and nothing else. It learns
nothing from the target. How a column is read is settled by `fit`: what `transform`
cannot read that way is refused by name, never made missing.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from autometa.algorithms._few_cells import as_levels, read_quickly
from autometa.algorithms._levels import (
    are_truth_values,
    as_truth,
    family,
    is_other_type,
    numbered_labels,
    plain_text,
    present_labels,
)
from autometa.algorithms._names import safe_names
from autometa.algorithms._text import fit_text, text_parts
from autometa.algorithms._units import Unit, count_in, unit_of
from autometa.exceptions import DatasetError, DatasetWarning
from autometa.tables import has_value, informative_columns, plain_table, refuse_empty
from metafeatures.columns import (
    clock_of,
    column_kinds,
    column_order,
    time_zone,
    to_numeric,
    to_stamps,
)

PRESENCE = "presence"  # the kind of a column with one value and gaps, and its only part
DATE_PARTS = ("", "month", "weekday", "hour")
EPOCH = pd.Timestamp("1970-01-01", tz="UTC")
MAX_SHOWN = 3

Piece = Any  # an array of float64, or a pandas Categorical
PieceName = tuple[str, str]


class TableCleaner(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn any table into float64 and category columns.

    Numbers become float64 (infinities count as missing), dates become days
    since 1970 (UTC) and their month, weekday and hour, booleans and categories
    become pandas categories with the levels seen by `fit`, and free text
    becomes the leading components of its TF-IDF matrix. Columns with fewer
    than two distinct values in `fit` are dropped. Missing values stay NaN;
    levels not seen by `fit` become NaN.

    Month, weekday and hour are those of the clock where the dates come from, if
    all rows of `fit` have one time zone, and UTC otherwise; dates of `transform`
    are turned into that zone.

    Parameters
    ----------
    strict : bool, default=True
        Refuse what cannot be read as in `fit`. False makes it missing: for a `fit` that
        sees a part of the rows, which may not show what the others hold.

    Attributes
    ----------
    columns_ : list of str
        Columns of the table that are used.
    kinds_ : dict of str to str
        What each of them holds.
    levels_, orders_, zones_, clocks_, text_ : dict
        By column: levels of categories, order of day and month and time zone of
        dates and whether one is said, words and components of text.
    pieces_ : list of (str, str)
        For each column that comes out, the column it is made of and which part
        of it: "" for the column itself.
    feature_names_out_ : list of str
        Columns that come out; letters, digits and ``_`` only, all different.
    units_ : dict of str to (float, float)
        Origin and unit of the numbers that come out, where they are others than in
        the table: single precision could not hold these (see `unit_of`).
    """

    def __init__(self, strict: bool = True) -> None:
        self.strict = strict

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn column kinds, levels and text components; ``y`` is not used."""
        self._learn(X)
        return self

    def fit_transform(self, X: Any, y: Any = None, **_: Any) -> pd.DataFrame:
        """Fit, and return the table cleaned."""
        frame, pieces = self._learn(X)
        return self._assemble(pieces, frame.index)

    def _learn(self, X: Any) -> tuple[pd.DataFrame, dict[PieceName, Piece]]:
        frame = plain_table(X)
        self.n_features_in_ = frame.shape[1]
        self.feature_names_in_ = np.array(frame.columns, dtype=object)
        names = frame.columns.tolist()  # the door numbers the columns of arrays in two ways
        numbered = [[f"x{i}" for i in range(len(names))], [str(i) for i in range(len(names))]]
        self.had_names_ = _has_names(X) and names not in numbered
        self._learn_kinds(frame)
        self.columns_ = list(self.kinds_)
        self._learn_levels(frame)
        self.orders_ = {name: column_order(frame[name]) for name in self._of_kind("datetime")}
        self.zones_ = {name: time_zone(frame[name]) for name in self._of_kind("datetime")}
        self.clocks_ = {name: clock_of(frame[name]) for name in self._of_kind("datetime")}
        self.text_ = {name: fit_text(plain_text(frame[name])) for name in self._of_kind("text")}
        pieces = dict(self._read(frame))
        self.pieces_ = [name for name, piece in pieces.items() if _varies(piece)]
        self.feature_names_out_ = safe_names([_joined(name) for name in self.pieces_])
        self._learn_units(pieces)
        return _index_of(X, frame), pieces

    def _learn_kinds(self, frame: pd.DataFrame) -> None:
        varies, by_gaps = informative_columns(frame)
        if not (varies | by_gaps).any():
            raise DatasetError(
                "X must have a column with two distinct values or more. All "
                f"{frame.shape[1]} columns are constant or empty."
            )
        kinds = {str(name): str(kind) for name, kind in column_kinds(frame.loc[:, varies]).items()}
        kinds |= dict.fromkeys(frame.columns[by_gaps], PRESENCE)
        self.kinds_ = {name: kinds[name] for name in frame.columns if name in kinds}

    def _learn_units(self, pieces: dict[PieceName, Piece]) -> None:
        self.units_: dict[str, Unit] = {}
        for name, piece in zip(self.feature_names_out_, self.pieces_, strict=True):
            if self.kinds_[piece[0]] in ("numeric", "datetime"):
                unit = unit_of(pieces[piece])
                self.units_ |= {} if unit is None else {name: unit}

    def _learn_levels(self, frame: pd.DataFrame) -> None:
        self.levels_: dict[str, list[str]] = {}
        self.families_: dict[str, str] = {}
        for name in self._of_kind("categorical"):
            levels = present_labels(frame[name])
            self.families_[name] = family(frame[name])
            if are_truth_values(levels):
                self.families_[name] = "boolean" if self.families_[name] == "boolean" else "truth"
                levels = {"True", "False"}
            self.levels_[name] = sorted(levels)

    def _of_kind(self, kind: str) -> list[str]:
        return [name for name, own in self.kinds_.items() if own == kind]

    def transform(self, X: Any) -> pd.DataFrame:
        """Return the table as float64 and category columns, rows in the same order.

        A table whose columns have no names is taken by position, with scikit-learn's
        warning when `fit` saw names.

        Raises
        ------
        DatasetError
            If there are no rows, a column that `fit` used is missing, or holds what cannot
            be read as it was in `fit`.
        """
        check_is_fitted(self)
        refuse_empty(X)
        cells = read_quickly(self, X)
        if cells is not None:
            levels = {name: as_levels(cells[name], own) for name, own in self.levels_.items()}
            pieces = {(name, ""): piece for name, piece in (cells | levels).items()}
            return self._assemble(pieces, X.index if isinstance(X, pd.DataFrame) else None)
        frame = self._by_name(X)
        self._warn_of_zones(frame)
        return self._assemble(dict(self._read(frame)), _index_of(X, frame).index)

    def _warn_of_zones(self, frame: pd.DataFrame) -> None:
        """Warn where hours would be those of another clock than in `fit`."""
        clocks = {"none": "times without time zone", "local": "times of a time zone"}
        for name, clock in self.clocks_.items():
            own = clock_of(frame[name])
            if {clock, own} != set(clocks) or (name, "hour") not in self.pieces_:
                continue
            if frame[name].notna().any():
                warnings.warn(
                    DatasetWarning(
                        f"Column '{name}' holds {clocks[own]}, and the model was fitted on "
                        f"{clocks[clock]}. Those without are read as UTC; give them as when it was "
                        "fitted."
                    ),
                    stacklevel=3,
                )

    def _by_name(self, X: Any) -> pd.DataFrame:
        frame = plain_table(X)
        given = set(frame.columns)
        missing = [name for name in self.columns_ if name not in given]
        is_array = not isinstance(X, pd.DataFrame) and not _has_names(X)
        by_position = is_array or bool(missing and not (_has_names(X) and self.had_names_))
        if by_position and frame.shape[1] == self.n_features_in_:
            if missing or self.had_names_:
                self._warn_of_names(has_names=_has_names(X))
            return frame.set_axis(pd.Index(self.feature_names_in_), axis=1)
        if by_position:
            raise DatasetError(
                f"X has {frame.shape[1]} features, but {type(self).__name__} is expecting "
                f"{self.n_features_in_} features as input."
            )
        if missing:
            raise DatasetError(
                f"The table must have the columns it was fitted on. Missing: {missing}; "
                f"got {frame.columns.tolist()}."
            )
        return frame

    def _warn_of_names(self, has_names: bool) -> None:
        """Warn in the words of scikit-learn, which others filter by."""
        own = type(self).__name__
        if has_names and not self.had_names_:
            warnings.warn(
                f"X has feature names, but {own} was fitted without feature names", stacklevel=4
            )
        elif self.had_names_ and not has_names:
            warnings.warn(
                f"X does not have valid feature names, but {own} was fitted with feature names",
                stacklevel=4,
            )

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """Return the names of the columns that come out."""
        check_is_fitted(self)
        return np.array(self.feature_names_out_, dtype=object)

    def relearn_text(self, X: Any, cleaned: pd.DataFrame, rows: npt.NDArray[Any]) -> pd.DataFrame:
        """Return a cleaned table with text columns learnt anew from some of its rows.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
            What ``cleaned`` was made of.
        cleaned : DataFrame of shape (n_rows, n_columns_out)
        rows : ndarray of int
            Positions: the training rows of a fold.
        """
        frame = self._by_name(X)
        columns = {}
        for name in self.text_:
            texts = plain_text(frame[name])
            parts = text_parts(fit_text(texts.iloc[rows]), texts)
            for place, (source, part) in enumerate(self.pieces_):
                if source == name:
                    number = int(part)
                    column = parts[:, number] if number < parts.shape[1] else np.zeros(len(parts))
                    columns[self.feature_names_out_[place]] = column
        return cleaned.assign(**columns)

    def _read(self, frame: pd.DataFrame) -> Iterator[tuple[PieceName, Piece]]:
        """Yield the columns that are made of each column of the table."""
        plain = dict(self._read_plain_numbers(frame))
        for name, kind in self.kinds_.items():
            if name in plain:
                yield (name, ""), plain[name]
            elif kind == "categorical":
                yield (name, ""), self._read_levels(name, frame[name])
            elif kind == "text":
                parts = text_parts(self.text_[name], plain_text(frame[name]))
                yield from (((name, str(i)), part) for i, part in enumerate(parts.T))
            elif kind == "datetime":
                yield from self._read_dates(name, frame[name])
            elif kind == PRESENCE:
                yield (name, PRESENCE), has_value(frame[name]).astype("float64")
            else:
                yield (name, ""), self._read_numbers(name, frame[name])

    def _read_plain_numbers(self, frame: pd.DataFrame) -> Iterator[tuple[str, Piece]]:
        """Yield columns of plain numbers, which are read all at once."""
        is_plain = {
            name: isinstance(dtype, np.dtype) and dtype.kind in "biuf"
            for name, dtype in frame.dtypes.items()
        }
        names = [name for name in self._of_kind("numeric") if is_plain[name]]
        if names:
            with np.errstate(over="ignore"):
                values = np.array(frame[names].to_numpy("float64").T, order="C")
            values[np.isinf(values)] = np.nan
            yield from zip(names, values, strict=True)

    def _read_levels(self, name: str, column: pd.Series[Any]) -> Piece:
        levels, own = self.levels_[name], self.families_[name]
        numbers, texts = numbered_labels(column)
        if own in ("boolean", "truth"):
            texts = as_truth(texts, numbers=own == "boolean" or family(column) != "text")
        codes = pd.Index(levels, dtype=object).get_indexer(texts)[numbers]
        present = numbers >= 0
        unknown = present & (codes < 0)
        if (
            self.strict
            and unknown.any()
            and (own == "boolean" or is_other_type(own, column, codes, present))
        ):
            wanted = {"boolean": "true and false", "truth": "true and false"}.get(
                own, f"levels such as {levels[0]!r}"
            )
            raise _not_as_fitted(name, wanted, column[unknown])
        return as_levels(codes, levels)

    def _read_dates(self, name: str, column: pd.Series[Any]) -> Iterator[tuple[PieceName, Piece]]:
        order = self.orders_[name]
        if family(column) in ("number", "boolean") and not pd.api.types.is_object_dtype(column):
            column = column.astype(object)
        stamps = to_stamps(column, order)
        unread = (stamps.isna() & column.notna()).to_numpy()
        if self.strict and unread.any():
            forms = {
                "iso": "year, month, day",
                "dmy": "day, month, year",
                "mdy": "month, day, year",
            }
            raise _not_as_fitted(name, f"dates ({forms[order]})", column[unread])
        local = stamps.dt.tz_convert(self.zones_[name])
        days = ((stamps - EPOCH) / pd.Timedelta(days=1)).to_numpy("float64")
        parts = (local.dt.month, local.dt.day_of_week, local.dt.hour)
        values = [days, *(part.to_numpy("float64") for part in parts)]
        yield from (((name, part), v) for part, v in zip(DATE_PARTS, values, strict=True))

    def _read_numbers(self, name: str, column: pd.Series[Any]) -> Piece:
        if family(column) == "date":
            numbers = np.full(len(column), np.nan)
        else:
            numbers = to_numeric(column, "numeric").to_numpy()
        unread = np.isnan(numbers) & column.notna().to_numpy()
        if self.strict and unread.any():
            raise _not_as_fitted(name, "numbers", column[unread])
        return np.where(np.isfinite(numbers), numbers, np.nan)

    def _assemble(
        self, pieces: dict[PieceName, Piece], index: pd.Index[Any] | None
    ) -> pd.DataFrame:
        """Return the pieces that vary as one table; numbers are one block."""
        named = dict(zip(self.feature_names_out_, self.pieces_, strict=True))
        is_level = [isinstance(pieces[piece], pd.Categorical) for piece in self.pieces_]
        numbers = [n for n, level in zip(named, is_level, strict=True) if not level]
        rows = pieces[self.pieces_[0]] if self.pieces_ else index
        block = np.empty((len(numbers), 0 if rows is None else len(rows)))
        for row, name in zip(block, numbers, strict=True):
            row[:] = pieces[named[name]]
            if name in self.units_:
                count_in(row, self.units_[name])
        count_in(block, None)
        cleaned = pd.DataFrame(block.T, index=index, columns=pd.Index(numbers, dtype=object))
        if not any(is_level):
            return cleaned
        levels = {n: pieces[piece] for n, piece in named.items() if n not in set(numbers)}
        joined = pd.concat([cleaned, pd.DataFrame(levels, index=index)], axis=1)
        return joined[self.feature_names_out_]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags


def _has_names(X: Any) -> bool:
    """Tell whether the columns of a table have names, other than their own places.

    To scikit-learn numbers are no names: years would be read by position, one for another.
    """
    if isinstance(X, pd.DataFrame):
        return not X.columns.equals(pd.RangeIndex(X.shape[1]))
    return hasattr(X, "columns") or hasattr(X, "column_names")


def _index_of(X: Any, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a plain table with the row labels that the user's has."""
    return frame.set_axis(X.index, axis=0) if isinstance(X, pd.DataFrame) else frame


def _joined(piece: PieceName) -> str:
    return "_".join(part for part in piece if part)


def _varies(piece: Piece) -> bool:
    if isinstance(piece, pd.Categorical):
        present = piece.codes[piece.codes >= 0]
    else:
        present = piece[~np.isnan(piece)]
    return bool(len(present)) and bool(present.min() < present.max())


def _not_as_fitted(name: str, wanted: str, cells: pd.Series[Any]) -> DatasetError:
    shown = ", ".join(repr(cell) for cell in cells.drop_duplicates()[:MAX_SHOWN])
    return DatasetError(
        f"Column '{name}' must hold {wanted}, as when the model was fitted, or missing values. "
        f"Got {shown} in {len(cells)} rows; write them as they were then."
    )
