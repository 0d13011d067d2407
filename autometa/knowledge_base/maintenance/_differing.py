"""Differences: what two knowledge bases do not share, and where their numbers disagree."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from autometa._common.arrays import Booleans, Floats
from autometa.exceptions import ParameterError
from autometa.knowledge_base._tables import Tables

SAME = ["task_id", "algorithm", "config", "metric", "fidelity"]
ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What `diff` found between ``a`` and ``b``.

    Attributes
    ----------
    tasks_only_in_a, tasks_only_in_b : tuple of str
        Their ids.
    tasks_described_differently : DataFrame
        ``task_id``, ``column``, ``a``, ``b``.
    setups_only_in_a, setups_only_in_b : DataFrame
        ``algorithm``, ``config``.
    runs_only_in_a, runs_only_in_b : DataFrame
        ``task_id``, ``algorithm``, ``config``, ``metric``, ``fidelity``: measured
        there, not here.
    scores : DataFrame
        Runs of both whose scores differ beyond noise: the same columns, ``a``,
        ``b``, ``noise`` (one standard error of their difference), largest first.
        A run that failed in one of the two is among them, with NaN.
    failures : DataFrame
        Runs of both that failed more often in one: the same columns, ``a`` and ``b``
        are the shares of measurements that failed.
    metafeatures : DataFrame
        ``task_id``, ``metafeature``, ``a``, ``b``; NaN where undefined.
    n_scores_compared : int
        Runs with a score in both.
    n_scores_within_noise : int
        Those that differ, by less.
    """

    tasks_only_in_a: tuple[str, ...]
    tasks_only_in_b: tuple[str, ...]
    tasks_described_differently: pd.DataFrame
    setups_only_in_a: pd.DataFrame
    setups_only_in_b: pd.DataFrame
    runs_only_in_a: pd.DataFrame
    runs_only_in_b: pd.DataFrame
    scores: pd.DataFrame
    failures: pd.DataFrame
    metafeatures: pd.DataFrame
    n_scores_compared: int
    n_scores_within_noise: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs beyond noise."""
        values = (getattr(self, name) for name in self.__dataclass_fields__ if name[:2] != "n_")
        return not any(len(item) for item in values)


def diff(
    a: Tables | str | os.PathLike[str],
    b: Tables | str | os.PathLike[str],
    *,
    noise: float = 3.0,
) -> Difference:
    """Say what two knowledge bases do not share, and where their numbers disagree.

    Parameters
    ----------
    a, b : KnowledgeBase or path
    noise : float, default=3.0
        Scores differ when they are more than so many standard errors apart. The
        standard error of a score follows from its folds,
        ``sd / sqrt(n_folds)``, that of a difference from both. Scores without
        folds differ when they are not equal to nine digits, and so do all at 0.

    Returns
    -------
    Difference

    Examples
    --------
    >>> from autometa import KnowledgeBase
    >>> tasks = pd.DataFrame({"task_id": ["iris"], "task_type": ["multiclass"]})
    >>> runs = pd.DataFrame({"task_id": ["iris"], "algorithm": ["knn"], "config": [{"k": 5}],
    ...                      "metric": ["accuracy"], "score": [0.96]})
    >>> a = KnowledgeBase.from_frames(tasks, None, runs)
    >>> b = KnowledgeBase.from_frames(tasks, None, runs.assign(score=0.9))
    >>> diff(a, b).scores[["a", "b"]].to_dict("records")
    [{'a': 0.96, 'b': 0.9}]
    >>> diff(a, a).is_empty
    True
    """
    if not noise >= 0:
        raise ParameterError(f"The 'noise' parameter of diff must be >= 0. Got {noise} instead.")
    left, right = _opened(a), _opened(b)
    tasks_a, tasks_b = set(left.tasks["task_id"]), set(right.tasks["task_id"])
    setups_a, setups_b = (_setups(kb) for kb in (left, right))
    runs = _joined(left, right)
    both = runs[runs["found"] == "both"]
    apart, within = _apart(both, noise)
    return Difference(
        tasks_only_in_a=tuple(sorted(tasks_a - tasks_b)),
        tasks_only_in_b=tuple(sorted(tasks_b - tasks_a)),
        tasks_described_differently=_descriptions(left.tasks, right.tasks),
        setups_only_in_a=_only(setups_a, setups_b),
        setups_only_in_b=_only(setups_b, setups_a),
        runs_only_in_a=runs.loc[runs["found"] == "left_only", SAME].reset_index(drop=True),
        runs_only_in_b=runs.loc[runs["found"] == "right_only", SAME].reset_index(drop=True),
        scores=apart,
        failures=_failures(both),
        metafeatures=_metafeatures(left.metafeatures, right.metafeatures),
        n_scores_compared=int((both["score_a"].notna() & both["score_b"].notna()).sum()),
        n_scores_within_noise=within,
    )


def _opened(kb: Tables | str | os.PathLike[str]) -> Tables:
    return kb if isinstance(kb, Tables) else Tables.load(Path(kb))


def _setups(kb: Tables) -> pd.DataFrame:
    return kb.runs[["algorithm", "config"]].drop_duplicates()


def _only(these: pd.DataFrame, those: pd.DataFrame) -> pd.DataFrame:
    marked = these.merge(those, on=list(these), how="left", indicator="found")
    only = marked.loc[marked["found"] == "left_only", list(these)]
    return only.sort_values(list(these), ignore_index=True)


def _joined(left: Tables, right: Tables) -> pd.DataFrame:
    """Return one row a run of either: mean score and variance of that mean in both."""
    return _means(left.runs).merge(
        _means(right.runs), on=SAME, how="outer", suffixes=("_a", "_b"), indicator="found"
    )


def _means(runs: pd.DataFrame) -> pd.DataFrame:
    """Return mean score, its variance and share of failures of each run, however often measured."""
    scored = runs[[*SAME, "score"]].assign(
        variance=_variance(runs["fold_scores"]), failed=(runs["status"] != "ok").astype("float64")
    )
    grouped = scored.groupby(SAME, sort=False, observed=True)
    means = grouped.agg(
        score=("score", "mean"),
        variance=("variance", "mean"),
        failed=("failed", "mean"),
        n=("score", "count"),  # a failure says nothing of the mean
    )
    means["variance"] /= means.pop("n").clip(lower=1)
    return means.reset_index()


def _variance(fold_scores: pd.Series[object]) -> Floats:
    """Return the squared standard error of each mean over folds; NaN below two folds."""
    import pyarrow as pa

    kind = pa.list_(pa.float64())
    is_arrow = isinstance(fold_scores.dtype, pd.ArrowDtype)
    values = fold_scores if is_arrow else fold_scores.astype(object)
    lists = pa.array(values, from_pandas=True, type=kind)
    lists = lists.combine_chunks() if isinstance(lists, pa.ChunkedArray) else lists
    rows = lists.value_parent_indices().to_numpy().astype(np.intp)
    flat = lists.flatten().to_numpy(zero_copy_only=False).astype(np.float64)
    n = np.bincount(rows, minlength=len(lists)).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.bincount(rows, flat, minlength=len(lists)) / n
        squares = np.bincount(rows, (flat - means[rows]) ** 2, minlength=len(lists))
        variance: Floats = np.where(n > 1, squares / (n - 1) / n, np.nan)
    return variance


def _apart(both: pd.DataFrame, noise: float) -> tuple[pd.DataFrame, int]:
    """Return the runs whose scores are apart, and how many differ by less."""
    a, b = both["score_a"].to_numpy(), both["score_b"].to_numpy()
    error = np.sqrt((both["variance_a"] + both["variance_b"]).to_numpy())
    rounding = ROUNDING * np.maximum(np.abs(a), np.abs(b))
    allowed = np.maximum(np.nan_to_num(noise * error), rounding)
    gap = np.abs(a - b)
    one_failed = np.isnan(a) != np.isnan(b)
    differ = (gap > rounding) | one_failed
    beyond = (gap > allowed) | one_failed
    rows = both.loc[beyond, SAME].assign(a=a[beyond], b=b[beyond], noise=error[beyond])
    order = np.argsort(-np.nan_to_num(gap[beyond], nan=np.inf), kind="stable")
    return rows.iloc[order].reset_index(drop=True), int((differ & ~beyond).sum())


def _failures(both: pd.DataFrame) -> pd.DataFrame:
    """Return the runs whose shares of failures differ, the largest difference first."""
    a, b = both["failed_a"].to_numpy(), both["failed_b"].to_numpy()
    differ = np.abs(a - b) > ROUNDING
    rows = both.loc[differ, SAME].assign(a=a[differ], b=b[differ])
    order = np.argsort(-np.abs(a - b)[differ], kind="stable")
    return rows.iloc[order].reset_index(drop=True)


def _descriptions(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    columns = [name for name in a if name in b and name != "task_id"]
    left, right = (frame.set_index("task_id")[columns].astype(object) for frame in (a, b))
    shared = left.index.intersection(right.index)
    return _cells(left.loc[shared], right.loc[shared], "column")


def _metafeatures(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Return the values that differ on tasks of both, beyond rounding; NaN equals NaN."""
    shared = a.index.intersection(b.index)
    columns = a.columns.union(b.columns, sort=False)
    left, right = (frame.reindex(index=shared, columns=columns) for frame in (a, b))
    return _cells(left, right, "metafeature")


def _cells(left: pd.DataFrame, right: pd.DataFrame, what: str) -> pd.DataFrame:
    """Return one row a cell that differs, named by its row and column."""
    columns: list[pd.DataFrame] = []
    for name in left:
        differs = ~_equal(left[name], right[name])
        if differs.any():
            cells = {"a": left.loc[differs, name], "b": right.loc[differs, name]}
            columns.append(pd.DataFrame(cells).assign(**{what: name}).reset_index(names="task_id"))
    order = ["task_id", what, "a", "b"]
    if not columns:
        return pd.DataFrame(columns=order)
    joined = pd.concat(columns, ignore_index=True)
    return joined[order].sort_values(["task_id", what], ignore_index=True, kind="stable")


def _equal(a: pd.Series[object], b: pd.Series[object]) -> Booleans:
    if a.dtype.kind == "f" and b.dtype.kind == "f":
        same = np.isclose(a.to_numpy(), b.to_numpy(), rtol=ROUNDING, atol=0.0, equal_nan=True)
    else:
        same = ((a == b) | (a.isna() & b.isna())).to_numpy()
    return np.asarray(same, dtype=bool)
