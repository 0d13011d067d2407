"""What kind of task each is: by the source's word, else by the scorers that judged it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from autometa.importers._measures import are_at_odds, task_type_of
from autometa.importers._tally import Tally, some

WORDS: Mapping[str, str] = {
    "binary": "binary", "binary classification": "binary", "multiclass": "multiclass",
    "multi class": "multiclass", "multiclass classification": "multiclass",
    "multi class classification": "multiclass", "regression": "regression",
    "classification": "classification", "supervised classification": "classification",
    "supervised regression": "regression",
}  # fmt: skip


def type_of_word(word: Any) -> str | None:
    """Return the task type that a word of a source means, or None.

    Examples
    --------
    >>> type_of_word("Supervised_Classification"), type_of_word("iris")
    ('classification', None)
    """
    return WORDS.get(re.sub(r"[^a-z0-9]+", " ", str(word).lower()).strip())


def type_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns that hold words for types of tasks, and nothing else."""
    names = []
    for column in frame.columns:
        words = {str(value) for value in frame[column].dropna().head(1000)}
        if words and all(type_of_word(word) for word in words):
            names.append(column)
    return names


def with_types(
    tasks: pd.DataFrame, runs: pd.DataFrame, tally: Tally, default: str | None = None
) -> pd.DataFrame:
    """Return tasks with a type each.

    The word in their ``task_type`` counts first, then ``default``, then the scorers of the
    task's own runs: other tasks of the source may be of another type.
    """
    words = tasks.get("task_type", pd.Series(None, tasks.index, dtype=object))
    types_of_words = words.map(lambda word: None if pd.isna(word) else type_of_word(word))
    by_task = {
        str(task): sorted(set(metrics))
        for task, metrics in (runs.groupby("task_id")["metric"] if len(runs) else ())
    }
    metrics = [by_task.get(str(task), []) for task in tasks["task_id"]]
    types = types_of_words.fillna(default).astype(object)
    judged = [task_type_of(names) for names in metrics]
    types = types.where(types.notna(), pd.Series(judged, tasks.index, dtype=object))
    _tell_conflicts(tasks["task_id"], types, metrics, tally)
    return tasks.assign(task_type=types)


def _tell_conflicts(
    task_ids: pd.Series[Any], types: pd.Series[Any], metrics: list[list[str]], tally: Tally
) -> None:
    odd = [
        task
        for task, kind, names in zip(task_ids, types, metrics, strict=True)
        if are_at_odds(names)
        or (names and (kind == "regression") != (task_type_of(names) == "regression"))
    ]
    if odd:
        tally.note(
            f"Scorers of classes and of numbers, or a type that they deny, on the tasks "
            f"{some(odd)}: they were taken as {some(sorted(set(types[task_ids.isin(odd)])))}."
        )
