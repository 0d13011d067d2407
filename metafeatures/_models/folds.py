"""The rows and folds that all landmarkers share, and the columns as numbers.

Landmarkers compare datasets, not models: what they see is small, and the same for
all of them. Whatever is learned of a column is learned on the training part of a fold.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from metafeatures._arrays import Booleans, Codes, Floats, Integers, Singles
from metafeatures._column_views import Columns
from metafeatures._models.tree import rounded
from metafeatures._task import Target

N_FOLDS = 3
MAX_ROWS = 1_500
MAX_CLASSES = 50
MAX_RARE_SHARE = 0.05
MAX_LEVELS = 8
MAX_ENCODED_COLUMNS = 1_000
MAX_FOLD_COLUMNS = 60
MAX_DEVIATIONS = 20.0
TREE_STEP = 1e-7  # of scikit-learn's trees: what differs by less is equal to them
MIN_TOLD = 0.9  # of the distinct numbers; among many, some are always nearly equal


@dataclass(frozen=True, kw_only=True)
class LandmarkSample:
    """Sampled rows (places in the dataset's sample), or the reason for having none."""

    rows: Integers
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Fold:
    """One split, encoded: standardised columns, and the target with one column an output.

    ``target`` is the number to predict (standardised on the training part), or one
    column a class of zeros and ones; a single one when there are two classes.
    """

    train: Floats
    test: Floats
    target: Floats
    test_target: Floats
    is_regression: bool

    @cached_property
    def distances(self) -> Floats:
        """Squared distances of test rows (one row each) from training rows, less a constant."""
        lengths = (self.train**2).sum(axis=1)
        return np.asarray(lengths - 2 * (self.test @ self.train.T))

    @cached_property
    def for_trees(self) -> tuple[Singles, Singles]:
        """Training and test rows in single precision, as scikit-learn's trees take them.

        Their steps of 1e-7 hide how a column varies beside a number far off, such as
        999,999,999 for "not known". There, numbers are replaced by their places among the
        training rows, in between by proportion, which splits halfway between two do not mind.
        """
        train, test = self.train.copy(), self.test.copy()
        for j, column in enumerate(self.train.T):
            distinct = np.unique(column)
            n_told = 1 + np.count_nonzero(np.diff(distinct.astype(np.float32)) > TREE_STEP)
            if n_told < MIN_TOLD * distinct.size:
                at = np.arange(distinct.size, dtype=np.float64)
                train[:, j] = np.interp(column, distinct, at)
                test[:, j] = np.interp(self.test[:, j], distinct, at)
        return train.astype(np.float32), test.astype(np.float32)


def pick_rows(target: Target, sample: Integers) -> LandmarkSample:
    """Return the rows that landmarkers see.

    At most 1,500, shares of classes kept; of classes the 50 most frequent. Classes
    with fewer rows than folds are left out while they hold at most 5 % of the rows;
    beyond that, leaving them out would describe another task, and there are no rows.
    """
    n_rows = len(sample)
    if target.is_regression:
        reason = f"{n_rows} rows are fewer than twice the {N_FOLDS} folds"
        return _sample(np.arange(n_rows)[:MAX_ROWS], reason if n_rows < 2 * N_FOLDS else "")
    classes = target.codes[sample]
    counts = np.bincount(classes, minlength=target.class_counts.size)
    is_rare = counts < N_FOLDS
    kept = np.flatnonzero(~is_rare)[:MAX_CLASSES]
    if kept.size < 2 or counts[is_rare].sum() > MAX_RARE_SHARE * n_rows:
        return _sample(np.empty(0, np.int64), _why_not(target, int(is_rare.sum())))
    shares = target.class_counts[kept]  # of all rows: the sample has more of rare classes
    n_most = min(MAX_ROWS, int(counts[kept].sum()))
    quotas = np.ceil(shares * min(1.0, n_most / shares.sum())).astype(np.int64)
    quotas = np.minimum(counts[kept], np.maximum(quotas, 2 * N_FOLDS))
    rows = [
        np.flatnonzero(classes == code)[:quota] for code, quota in zip(kept, quotas, strict=True)
    ]
    return _sample(np.sort(np.concatenate(rows)), "")


def _why_not(target: Target, n_rare: int) -> str:
    rarest = int(np.argmin(target.class_counts))
    n_rows = int(target.class_counts[rarest])
    if n_rows >= N_FOLDS:
        return f"{n_rare} classes have fewer rows in the sample than the {N_FOLDS} folds"
    rows = "row" if n_rows == 1 else "rows"
    label = target.labels[rarest]
    return f"class {label!r} has {n_rows} {rows}, fewer than the {N_FOLDS} folds"


def _sample(rows: Integers, reason: str) -> LandmarkSample:
    return LandmarkSample(rows=np.empty(0, np.int64) if reason else rows, reason=reason)


def make_folds(dataset: Columns, rows: Integers) -> list[Fold]:
    """Return the splits of the landmark sample, stratified by the target."""
    if rows.size == 0:
        return []
    columns = encode(dataset, rows)
    target = _target_columns(dataset, rows)
    order = np.lexsort((np.arange(rows.size), *target.T))
    in_fold = np.empty(rows.size, np.int64)
    in_fold[order] = np.arange(rows.size) % N_FOLDS
    return [
        _fold(columns, target, in_fold != fold, dataset.is_regression) for fold in range(N_FOLDS)
    ]


def stratified_folds(classes: Integers, n_folds: int) -> Integers:
    """Return the fold of each row: that of scikit-learn's StratifiedKFold, not shuffled.

    Classes smaller than the number of folds are not in all of them.

    Examples
    --------
    >>> stratified_folds(np.array([0, 1, 0, 1, 1, 1]), 2).tolist()
    [0, 0, 1, 0, 1, 1]
    """
    _, first, inverse = np.unique(classes, return_index=True, return_inverse=True)
    appearance = np.argsort(np.argsort(first))[inverse]
    ordered = np.sort(appearance)
    in_fold = np.empty(classes.size, np.int64)
    shape = first.size, n_folds
    cells = ordered * n_folds + np.arange(classes.size) % n_folds
    counts = np.bincount(cells, minlength=first.size * n_folds).reshape(shape)
    in_fold[np.argsort(appearance, kind="stable")] = np.repeat(
        np.tile(np.arange(n_folds), first.size), counts.ravel()
    )
    return in_fold


def number_folds(target: Floats, n_folds: int) -> Integers:
    """Return the fold of each row, so that each fold has small and large numbers.

    Examples
    --------
    >>> number_folds(np.array([0.5, 9.0, 0.1, 7.0]), 2).tolist()
    [1, 1, 0, 0]
    """
    in_fold = np.empty(target.size, np.int64)
    in_fold[np.argsort(target, kind="stable")] = np.arange(target.size) % n_folds
    return in_fold


def _target_columns(dataset: Columns, rows: Integers) -> Floats:
    if dataset.is_regression:
        return np.asarray(dataset.standardized_target[rows][:, None])
    classes = np.unique(dataset.classes[rows], return_inverse=True)[1]
    one_hot = np.eye(classes.max() + 1)[classes]
    return np.asarray(one_hot[:, 1:] if one_hot.shape[1] == 2 else one_hot)


def encode(dataset: Columns, rows: Integers) -> Floats:
    """Return the landmark sample's columns as numbers, NaN where missing.

    Numbers and dates as they are, text by its length, categories by their most
    frequent levels (one column of zeros and ones each) and, when there are more than
    8, by the rank of the level's frequency. A gap is no level: a row of zeros. Two levels
    without gaps need one column only. At most 1,000 columns, of which categories get
    up to half: numbers alone may be more.
    """
    parts = dataset.all_numbers, dataset.all_dates, dataset.text_lengths
    numbers = np.concatenate([part[:, rows] for part in parts])
    blocks: list[Floats] = []
    n_encoded = 0
    for codes in dataset.all_codes:
        if n_encoded >= MAX_ENCODED_COLUMNS:
            break
        blocks.append(_encode_category(codes[rows]))
        n_encoded += len(blocks[-1])
    n_levels = min(n_encoded, max(MAX_ENCODED_COLUMNS - len(numbers), MAX_ENCODED_COLUMNS // 2))
    levels = np.concatenate([np.empty((0, rows.size)), *blocks])[:n_levels]
    return np.concatenate([numbers[: MAX_ENCODED_COLUMNS - n_levels], levels])


def _encode_category(codes: Codes) -> Floats:
    n_levels = int(codes.max(initial=-1)) + 1
    if n_levels == 2 and codes.min() >= 0:  # else the first level would look like a gap
        return np.asarray((codes == 1).astype(np.float64)[None, :])
    shown = np.arange(min(n_levels, MAX_LEVELS))
    one_hot = (codes == shown[:, None]).astype(np.float64)
    if n_levels <= MAX_LEVELS:
        return np.asarray(one_hot)
    ranks = np.where(codes < 0, np.nan, codes.astype(np.float64))
    return np.asarray(np.concatenate([one_hot, ranks[None, :]]))


def _fold(columns: Floats, target: Floats, is_train: Booleans, is_reg: bool) -> Fold:
    scaled = _scale(columns, is_train)
    train_target = target[is_train]
    if is_reg:
        centre, spread = train_target.mean(), train_target.std()
        target = rounded((target - centre) / (spread if spread > 0 else 1.0))
    kept = _relevant(scaled[:, is_train], target[is_train])
    return Fold(
        train=np.ascontiguousarray(scaled[kept][:, is_train].T),
        test=np.ascontiguousarray(scaled[kept][:, ~is_train].T),
        target=target[is_train],
        test_target=target[~is_train],
        is_regression=is_reg,
    )


def _scale(columns: Floats, is_train: Booleans) -> Floats:
    """Standardise by the training part; missing becomes 0, the mean; outliers are clipped.

    Columns are taken less their median: beside a large offset, or one number far off, few
    digits would be left.
    """
    train = columns[:, is_train]
    present = ~np.isnan(train)
    n_present = np.maximum(present.sum(axis=1, keepdims=True), 1)
    offset = np.take_along_axis(np.sort(train, axis=1), n_present // 2, axis=1)
    offset = np.nan_to_num(offset)  # of columns without a value
    size = np.nanmax(np.abs(train - offset), axis=1, keepdims=True, initial=0.0)
    size[size == 0.0] = 1.0
    with np.errstate(over="ignore"):  # a test row may be as far off as it likes: it is clipped
        scaled = (columns - offset) / size
    train = np.where(present, scaled[:, is_train], 0.0)
    mean = train.sum(axis=1, keepdims=True) / n_present
    deviation = np.where(present, train - mean, 0.0)
    sd = np.sqrt((deviation**2).sum(axis=1, keepdims=True) / n_present)
    varies = sd[:, 0] > 1e-12
    result = (scaled[varies] - mean[varies]) / sd[varies]
    return np.asarray(np.clip(np.nan_to_num(result), -MAX_DEVIATIONS, MAX_DEVIATIONS))


def _relevant(train: Floats, target: Floats) -> Integers:
    """Return the columns most correlated with any output, at most the capped number."""
    if len(train) <= MAX_FOLD_COLUMNS:
        return np.arange(len(train))
    centred = target - target.mean(axis=0)
    spread = np.sqrt((centred**2).sum(axis=0)) + 1e-12
    relevance = np.abs(train @ (centred / spread)).max(axis=1)
    return np.sort(np.argsort(-relevance, kind="stable")[:MAX_FOLD_COLUMNS])
