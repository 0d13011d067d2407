"""Validation: how the rows of a table are held out, and the folds that follow from it.

One value says it at every place where rows are parted: the folds that setups are scored on,
parts of the training rows, the splits inside a fit, the rows that the final choice is scored
on, and the groups or stretches of time that an interval draws again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from autometa._common.arrays import AnyArray, Positions
from autometa.exceptions import DatasetError
from autometa.validation._gap import Gap
from autometa.validation._group_folds import group_numbers
from autometa.validation._parts import part_of_groups, part_of_latest, part_of_rows
from autometa.validation._shuffled_folds import Fold, make_folds, shuffled_folds
from autometa.validation._time_folds import (
    before,
    beside,
    block_numbers,
    forward_folds,
    split_moment,
)

# What runs of a knowledge base say of their folds, too.
FOLD_KINDS = ("shuffled", "stratified", "group", "time", "group-time", "custom")
BLOCKS = 20  # of a fold's time: enough to draw from, each longer than what neighbours share


@dataclass(frozen=True, kw_only=True, eq=False)
class Validation:
    """How rows are held out; the default shuffles them, and keeps the shares of classes.

    Attributes
    ----------
    kind : {"shuffled", "group", "time", "group-time", "custom"}
        ``group-time`` holds out later rows of groups that training has no row of.
    stratify : bool
        Whether folds keep the shares of classes, where their kind allows it.
    n_folds : int or None
        As asked for; None leaves it to the size of the table and the budget.
    groups : ndarray of int of shape (n_rows,) or None
        Codes: rows of one group are never on both sides of a split.
    times : ndarray of shape (n_rows,) or None
        Numbers, or nanoseconds of dates: rows are tested by models of earlier rows.
    gap : Gap
        What is left out between training and held-out rows.
    splits : tuple of (train, test) or None
        Folds that the user gave.
    columns : mapping
        Names of the columns that say ``groups`` and ``timestamps``, where they have some.
    """

    kind: str = "shuffled"
    stratify: bool = True
    n_folds: int | None = None
    groups: Positions | None = None
    times: AnyArray | None = None
    gap: Gap = field(default_factory=Gap)
    splits: tuple[Fold, ...] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_shuffled(self) -> bool:
        """Whether any row may be held out with any other."""
        return self.kind == "shuffled"

    @property
    def is_forward(self) -> bool:
        """Whether held-out rows come after those of training."""
        return self.kind in ("time", "group-time")

    @property
    def n_groups(self) -> int:
        """How many groups there are; 0 where none were given."""
        return 0 if self.groups is None else len(np.unique(self.groups))

    def kind_of(self, task_type: str) -> str:
        """Return the kind as runs say it: one of `FOLD_KINDS`."""
        is_stratified = self.is_shuffled and self.stratify and task_type != "regression"
        return "stratified" if is_stratified else self.kind

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits of all that folds follow from, but for their number."""
        digest = hashlib.sha256(f"{self.kind} {self.stratify} {self.gap}".encode())
        folds = [rows for split in self.splits or () for rows in split]
        for values in (self.groups, self.times, *folds):
            if values is not None:
                digest.update(f"{len(values)}".encode())
                digest.update(np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()[:12]

    def take(self, rows: Positions) -> Validation:
        """Return that of some of the rows, counted from 0."""
        if self.is_shuffled:
            return self
        places = None
        if self.splits is not None:
            most = max(int(part.max()) for split in self.splits for part in split)
            places = np.full(max(most, int(rows.max())) + 1, -1, dtype=np.intp)
            places[rows] = np.arange(len(rows))
        return replace(
            self,
            groups=None if self.groups is None else self.groups[rows],
            times=None if self.times is None else self.times[rows],
            splits=None if places is None else _moved(self.splits or (), places),
        )

    def folds(self, y: AnyArray, task_type: str, n_folds: int, seed: int = 0) -> list[Fold]:
        """Return the folds, those that no model can be fitted for left out.

        Parameters
        ----------
        y : ndarray of shape (n_rows,)
            Class numbers from 0, or values.
        task_type : {"binary", "multiclass", "regression"}
        n_folds : int
            At most so many come: of groups and stamps there may be fewer. Splits that were
            given come all.
        seed : int, default=0
            Shuffles rows; the other kinds do not hang on it.

        Raises
        ------
        DatasetError
            If no fold has rows to learn from and rows to be scored on.
        """
        if self.is_shuffled:
            if self.stratify or task_type == "regression":
                return make_folds(y, task_type, n_folds, seed)
            return shuffled_folds(len(y), n_folds, seed)
        classes = None if task_type == "regression" else y
        made = [fold for fold in self._made(classes, n_folds) if _is_usable(fold, classes)]
        if not made:
            raise DatasetError(
                f"The {self.kind} folds leave no part of the table to learn from and another to "
                f"be scored on{' after a gap' if self.gap else ''}. "
                f"{'Give a shorter gap, or ' if self.gap else 'Give '}folds in which training has "
                "two classes or more."
            )
        return made

    def _made(self, classes: AnyArray | None, n_folds: int) -> Sequence[Fold]:
        if self.splits is not None:
            return self.splits
        if self.kind == "time":
            assert self.times is not None
            return forward_folds(self.times, n_folds, self.gap)
        if self.kind == "group-time":
            return self._both(classes if self.stratify else None, n_folds)
        return self._of_groups(classes if self.stratify else None, n_folds)

    def _of_groups(self, classes: AnyArray | None, n_folds: int) -> list[Fold]:
        assert self.groups is not None
        numbers = group_numbers(self.groups, classes, min(n_folds, self.n_groups))
        return _by_number(numbers)

    def _both(self, classes: AnyArray | None, n_folds: int) -> list[Fold]:
        """Return folds of the groups of later rows, each trained on earlier rows of others."""
        assert self.groups is not None
        assert self.times is not None
        moment = split_moment(self.times)
        late = np.flatnonzero(self.times >= moment)
        early = before(self.times, moment, self.gap)
        n_groups = len(np.unique(self.groups[late]))
        if n_groups < 2:
            numbers = np.zeros(len(late), dtype=np.intp)
        else:
            seen = None if classes is None else classes[late]
            numbers = group_numbers(self.groups[late], seen, min(n_folds, n_groups))
        folds = []
        for number in range(int(numbers.max()) + 1):
            test = late[numbers == number]
            apart = ~np.isin(self.groups[early], self.groups[test])
            folds.append((early[apart], test))
        return folds

    def used(self, folds: list[Fold], n_used: int) -> list[Fold]:
        """Return some of the folds: of those forward in time the last, which train on most."""
        return folds[-n_used:] if self.kind == "time" else folds[:n_used]

    def part(
        self, train: Positions, y: AnyArray, task_type: str, share: float, seed: int = 0
    ) -> Positions:
        """Return a part of some rows: whole groups, or the latest; nested in larger parts.

        Parameters
        ----------
        train : ndarray of int
            Positions.
        y : ndarray of shape (n_rows,)
        task_type : {"binary", "multiclass", "regression"}
        share : float
            Of the rows, 0 < share <= 1.
        seed : int, default=0
        """
        if share >= 1.0:
            return train
        classes = None if task_type == "regression" else y[train]
        if self.is_forward and self.times is not None:
            kept = part_of_latest(self.times[train], classes, share)
        elif self.kind == "group" and self.groups is not None:
            kept = part_of_groups(self.groups[train], classes, share, seed)
        else:
            kept = part_of_rows(len(train), classes, share, seed)
        return train[kept]

    def inner_splits(
        self, rows: Positions, y: AnyArray, is_classification: bool, n_folds: int
    ) -> list[Fold] | None:
        """Return splits of the rows of one fit, each held out once; None for shuffled ones.

        Whole groups, or stretches of time: what a fit learns from predictions of its own
        rows (calibration, encodings of levels) then rests on rows that are as new to it as
        those it will be used for. None too where no such split leaves every class in training.

        Parameters
        ----------
        rows : ndarray of int
            Positions in the table; the splits count from 0 in these.
        y : ndarray of shape (n_rows_of_fit,)
        is_classification : bool
        n_folds : int
            As many at most.
        """
        if self.is_shuffled:
            return None
        classes = y if is_classification else None
        for n in range(n_folds, 1, -1):
            numbers = self._inner_numbers(rows, classes, n)
            if numbers is None or numbers.max() < 1:
                return None
            splits = self._with_gap(_by_number(numbers), rows)
            if classes is None or all(_has_all(classes, train) for train, _ in splits):
                return splits
        return None

    def _with_gap(self, splits: list[Fold], rows: Positions) -> list[Fold]:
        """Return splits inside a fit without the training rows that the gap leaves out.

        On both sides: what is held out inside a fit has later rows in training too. As they
        are where nothing would be left to learn from.
        """
        if not self.gap or self.kind != "time" or self.times is None:
            return splits
        times = self.times[rows]
        apart = [(beside(times, test, self.gap), test) for _, test in splits]
        return apart if all(len(train) for train, _ in apart) else splits

    def _inner_numbers(
        self, rows: Positions, classes: AnyArray | None, n_folds: int
    ) -> Positions | None:
        if self.groups is not None and self.kind != "time":
            groups = self.groups[rows]
            n_groups = len(np.unique(groups))
            n_folds = min(n_folds, n_groups)
            return group_numbers(groups, classes, n_folds) if n_groups > 1 else None
        return None if self.times is None else block_numbers(self.times[rows], n_folds)

    def clusters(self, rows: Positions, folds: Positions) -> Positions | None:
        """Return by row what its score hangs together with; None where rows are free.

        Parameters
        ----------
        rows : ndarray of int
            Positions of held-out rows.
        folds : ndarray of int
            Of each, the fold that holds it out.

        Returns
        -------
        ndarray of int or None
            The group of a row, or its stretch of time.
        """
        if self.is_shuffled:
            return None
        if self.groups is not None and self.kind != "time":
            return self.groups[rows]
        if self.times is None:
            return None
        numbers = np.empty(len(rows), dtype=np.intp)
        n_before = 0
        for fold in np.unique(folds):
            own = folds == fold
            blocks = block_numbers(self.times[rows[own]], BLOCKS)
            numbers[own] = n_before + blocks
            n_before += int(blocks.max()) + 1
        return numbers


SHUFFLED = Validation()


def _by_number(numbers: Positions) -> list[Fold]:
    return [
        (np.flatnonzero(numbers != number), np.flatnonzero(numbers == number))
        for number in range(int(numbers.max()) + 1)
    ]


def _moved(splits: Sequence[Fold], places: Positions) -> tuple[Fold, ...]:
    """Return splits of the rows that have a place, by these places."""
    moved = [tuple(places[rows][places[rows] >= 0] for rows in split) for split in splits]
    return tuple((train, test) for train, test in moved if len(train) and len(test))


def _is_usable(fold: Fold, classes: AnyArray | None) -> bool:
    """Tell whether there is something to score, and something to learn from."""
    train, test = fold
    if not len(test) or len(train) < 2:
        return False
    return classes is None or len(np.unique(classes[train])) > 1


def _has_all(classes: AnyArray, train: Positions) -> bool:
    return len(np.unique(classes[train])) == len(np.unique(classes))
