"""ValidationRequest: what a user says of how rows are to be held out, and its check."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from autometa.exceptions import DatasetWarning, ParameterError
from autometa.validation._columns import read_groups, read_timestamps
from autometa.validation._gap import Gap, GapLike, read_gap
from autometa.validation._given_splits import check_apart, splits_of
from autometa.validation._validation import SHUFFLED, Validation

NAMED = ("shuffled", "stratified", "group", "time", "group-time")
MIN_FOLDS = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class ValidationRequest:
    """The parameters of `tune` and `recommend` that say how rows are held out; see there.

    Attributes
    ----------
    groups, timestamps : array-like of shape (n_rows,), str or None
    gap : str, number, timedelta or None
    cv : int, str, splitter, iterable of (train, test), path or None
    stratify : bool or None
    """

    groups: Any = None
    timestamps: Any = None
    gap: GapLike = None
    cv: Any = None
    stratify: bool | None = None

    def __post_init__(self) -> None:
        """Refuse what no table could make right."""
        if not isinstance(self.stratify, bool | None):
            raise ParameterError(f"'stratify' must be True, False or None. Got {self.stratify!r}.")
        n_folds = self.n_folds
        if n_folds is not None and n_folds < MIN_FOLDS:
            raise ParameterError(f"'cv' must be {MIN_FOLDS} folds or more. Got {n_folds}.")

    @property
    def n_folds(self) -> int | None:
        """The number of folds, where that is what was asked for."""
        cv = self.cv
        if isinstance(cv, bool):
            raise ParameterError(f"'cv' must not be a truth value. Got {cv}.")
        if isinstance(cv, int | np.integer):
            return int(cv)
        is_number = isinstance(cv, str) and cv.strip().lstrip("+-").isdigit()
        return int(cv) if is_number else None  # of the command line

    @property
    def says_nothing(self) -> bool:
        """Whether folds are left to autometa, which then looks for what they would hide."""
        return self.groups is None and self.timestamps is None and self.cv is None

    @property
    def asks_for_shares(self) -> bool:
        """Whether folds that keep the shares of classes are asked for, and not only the default."""
        return self.stratify is True or (isinstance(self.cv, str) and self.cv == "stratified")

    @property
    def is_given(self) -> bool:
        """Whether folds are given, and not only their kind or number."""
        is_named = isinstance(self.cv, str) and self.cv in NAMED
        return not (self.cv is None or self.n_folds is not None or is_named)

    @property
    def kind(self) -> str:
        """What kind of folds is asked for."""
        if self.is_given:
            return "custom"
        if isinstance(self.cv, str) and self.n_folds is None:
            return "shuffled" if self.cv == "stratified" else self.cv
        kinds = [
            name
            for name, given in (("group", self.groups), ("time", self.timestamps))
            if given is not None
        ]
        return "-".join(kinds) or "shuffled"

    def check(self, X: Any, frame: Any, y: npt.NDArray[Any], task_type: str) -> Validation:
        """Return how the rows of a table are held out.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
            As the user gave it, whose index pairs what is given beside it.
        frame : table of shape (n_rows, n_columns)
            What splitters are given.
        y : ndarray of shape (n_rows,)
            Class numbers, or values.
        task_type : {"binary", "multiclass", "regression"}

        Raises
        ------
        DatasetError
            If groups or timestamps are missing in rows, or say nothing.
        ParameterError
            If the parameters do not suit each other or the table.
        """
        kind = self.kind
        self._check_kind(kind, task_type)
        self.check_number(len(y))
        groups = None if self.groups is None else read_groups(self.groups, X, len(y))
        times, of_dates = None, False
        if self.timestamps is not None:
            times, of_dates = read_timestamps(self.timestamps, X, len(y))
        gap = self._gap(kind, of_dates)
        if kind == "shuffled":
            stratify = self.stratify is not False or self.cv == "stratified"
            if stratify and self.n_folds is None:
                return SHUFFLED
            return Validation(stratify=stratify, n_folds=self.n_folds)
        splits = None
        if kind == "custom":
            splits = splits_of(self.cv, frame, y, groups)
            check_apart(splits, groups, times)
        elif kind == "time":
            groups = None
            times = np.arange(len(y)) if times is None else times
        elif kind == "group":
            times = None
        if kind in ("group", "group-time") and groups is not None:
            _say_few(groups, self.n_folds)
        return Validation(
            kind=kind,
            stratify=self.stratify is not False,
            n_folds=len(splits) if splits is not None else self.n_folds,
            groups=groups,
            times=times,
            gap=gap,
            splits=splits,
            columns=_names(
                groups=self.groups if groups is not None else None,
                timestamps=self.timestamps if times is not None else None,
            ),
        )

    def check_number(self, n_rows: int) -> None:
        """Refuse more shuffled folds than there are rows to hold out.

        Raises
        ------
        ParameterError
            If so many are asked for. Fewer groups or moments than folds only warn.
        """
        if self.kind == "shuffled" and self.n_folds is not None and self.n_folds > n_rows:
            raise ParameterError(
                f"'cv' must be {n_rows} folds or fewer, one for each row that counts. Got "
                f"{self.n_folds}."
            )

    def _check_kind(self, kind: str, task_type: str) -> None:
        needs_groups = kind in ("group", "group-time") and self.groups is None
        if needs_groups or (kind == "group-time" and self.timestamps is None):
            missing = "groups" if needs_groups else "timestamps"
            raise ParameterError(f"cv={self.cv!r} needs '{missing}'. Got none.")
        if not self.asks_for_shares:
            return
        if task_type == "regression":
            raise ParameterError(
                "Folds can keep the shares of classes, which a regression has none of. Leave out "
                "'stratify'."
            )
        if kind in ("time", "custom"):
            raise ParameterError(
                f"Folds of kind '{kind}' cannot be stratified: which rows they hold out is "
                "settled. Leave out 'stratify'."
            )

    def _gap(self, kind: str, of_dates: bool) -> Gap:
        has_timestamps = self.timestamps is not None
        gap = read_gap(self.gap, of_dates=of_dates, has_timestamps=has_timestamps)
        if gap and kind not in ("time", "group-time"):
            raise ParameterError(
                f"'gap' is between earlier and later rows; the folds are of kind '{kind}'. Give "
                "'timestamps', or cv='time' for rows that are in order."
            )
        return gap


def _names(**given: Any) -> dict[str, str]:
    """Return the names of the columns that values come from."""
    names = {what: getattr(values, "name", None) for what, values in given.items()}
    return {what: name for what, name in names.items() if isinstance(name, str) and name}


def _say_few(groups: npt.NDArray[np.intp], n_folds: int | None) -> None:
    n_groups = len(np.unique(groups))
    if n_folds is not None and n_groups < n_folds:
        warnings.warn(
            DatasetWarning(
                f"There are {n_groups} groups and {n_folds} folds were asked for: {n_groups} folds "
                "are used, each of one group."
            ),
            stacklevel=5,
        )
    if n_groups == len(groups):
        warnings.warn(
            DatasetWarning(
                "Each row is a group of its own, so that groups say nothing: check that the right "
                "column is given."
            ),
            stacklevel=5,
        )


NOTHING_ASKED = ValidationRequest()
