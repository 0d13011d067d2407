"""Which rows of a knowledge base can be learnt from: one rule, for reading and for adding.

What `verify` calls an error of a row is left out here, and said: a folder may come
from anybody, and one score of 1e308 would outweigh all others.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from autometa._common.arrays import Booleans, Floats
from autometa.exceptions import KnowledgeBaseError, KnowledgeBaseWarning
from autometa.knowledge_base._schema import STATUSES, STORED_TASK_TYPES, canonical_config
from autometa.knowledge_base.storage._columns import codes_of, numbers_of
from autometa.knowledge_base.storage._layout import to_column
from autometa.metrics import ROUNDING, get_metric

NAMES = ("task_id", "algorithm", "config", "metric")
SECONDS = ("fit_seconds", "predict_seconds", "reference_seconds")
CHECKED = (*NAMES, "status", "score", "fidelity", *SECONDS)
# Sums of squares over millions of scores must be finite; no measure reaches it in earnest.
MAX_SCORE = 1e100


def usable_runs(content: Any, where: str) -> Any:
    """Return the runs of an Arrow table that can be learnt from, with one warning of the others.

    A run without a name, with a fidelity that is no fraction, or with a score that
    its metric cannot have is left out; seconds below 0 become unknown.

    Parameters
    ----------
    content : pyarrow.Table
        With any of the columns of runs; only those that are there are looked at.
    where : str
        Where the runs come from, for the warning; "" for none.
    """
    bad, why = unusable(content)
    if bad.any():
        content = content.filter(~bad)
    for name in SECONDS:
        if name in content.column_names:
            seconds = numbers_of(content[name])
            wrong = (seconds < 0) | np.isinf(seconds)
            if wrong.any():
                why = why or f"a '{name}' of {seconds[wrong][0]:g}"
                place = content.column_names.index(name)
                content = content.set_column(place, name, _numbers(seconds, wrong))
    if why and where:
        _warn(where, why)
    return content


def usable_frame(runs: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return the runs of a frame that can be learnt from; see `usable_runs`."""
    import pyarrow as pa

    if not len(runs):
        return runs
    content = pa.table({n: to_column(n, runs[n]) for n in CHECKED if n in runs})
    bad, why = unusable(content)
    usable = runs[~bad] if bad.any() else runs
    for name in SECONDS:
        if name in usable:
            wrong = (usable[name] < 0) | np.isinf(usable[name])
            if wrong.any():
                why = why or f"a '{name}' of {usable.loc[wrong, name].iloc[0]:g}"
                usable = usable.assign(**{name: usable[name].mask(wrong)})
    if why and where:
        _warn(where, why)
    return usable


def usable_tasks(tasks: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return the tasks that have an id and a type that there is, with one warning of others."""
    bad = tasks["task_id"].isna() | ~tasks["task_type"].isin(STORED_TASK_TYPES)
    if bad.any():
        row = tasks.loc[bad, ["task_id", "task_type"]].iloc[0]
        _warn(where, f"the task {row['task_id']!r} of the type {row['task_type']!r}")
    return tasks[~bad] if bad.any() else tasks


def _warn(where: str, why: str) -> None:
    warnings.warn(
        f"Values of {where} are out of range, such as {why}: they are left out. "
        "'autometa kb verify' lists them.",
        KnowledgeBaseWarning,
        stacklevel=3,
    )


def _numbers(values: Floats, wrong: Booleans) -> Any:
    import pyarrow as pa

    return pa.array(np.where(wrong, np.nan, values))


def unusable(content: Any) -> tuple[Booleans, str]:
    """Mark the runs that cannot be learnt from; say what is wrong with the first."""
    bad = np.zeros(len(content), dtype=np.bool_)
    why = ""
    for wrong, what in _faults(content):
        if wrong.any() and not why:
            why = what(int(np.flatnonzero(wrong)[0]))
        bad |= wrong
    return bad, why


def _faults(content: Any) -> Any:
    columns = set(content.column_names)
    for name in NAMES:
        if name in columns and content[name].null_count:
            missing = ~content[name].is_valid().to_numpy(zero_copy_only=False)
            yield missing, lambda _, name=name: f"a run without '{name}'"
    if "config" in columns:
        yield (
            _of_names(content["config"], _is_no_config),
            lambda i: f"the config {_short(content['config'][i].as_py())}",
        )
    if "status" in columns:
        is_status = _of_names(content["status"], lambda name: name in STATUSES)
        yield ~is_status, lambda i: f"the status {content['status'][i].as_py()!r}"
    if "fidelity" in columns:
        fidelity = numbers_of(content["fidelity"])
        yield ~((fidelity > 0) & (fidelity <= 1)), lambda i: f"a 'fidelity' of {fidelity[i]:g}"
    if "score" in columns:
        score = numbers_of(content["score"])
        yield _wrong_scores(content, score), lambda i: f"a score of {score[i]:g}"


def _wrong_scores(content: Any, score: Floats) -> Booleans:
    with np.errstate(invalid="ignore"):
        wrong = np.abs(score) > MAX_SCORE
    if "status" in content.column_names:
        wrong |= _of_names(content["status"], lambda name: name != "ok") & ~np.isnan(score)
    if "metric" in content.column_names:
        low, high = bounds_of(content["metric"]).T
        wrong |= (score < low - ROUNDING) | (score > high + ROUNDING)
    return np.asarray(wrong)


def bounds_of(column: Any) -> Floats:
    """Return for each row the least and the greatest score that its metric can have."""
    names, codes = codes_of(column)
    metrics = [get_metric(str(name)) for name in names]
    # the last row is for codes of -1: rows without a metric
    ranges = np.array([*((metric.low, metric.high) for metric in metrics), (-np.inf, np.inf)])
    return np.asarray(ranges[codes], dtype=np.float64)


def _of_names(column: Any, test: Any) -> Booleans:
    """Return for each row what ``test`` says of its name; each distinct one is asked once."""
    names, codes = codes_of(column)
    return np.array([*(bool(test(name)) for name in names), False])[codes]


@lru_cache(maxsize=1 << 16)
def _is_no_config(text: str) -> bool:
    try:
        return canonical_config(text) != text
    except KnowledgeBaseError:
        return True


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:60]}...")
