"""What the rows of a part may hold: checks that yield sentences, raise and change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base._schema import (
    RUN_DEFAULTS,
    RUN_KEY,
    RUN_NUMBERS,
    STATUSES,
    STORED_TASK_TYPES,
    TASK_DEFAULTS,
    canonical_config,
)
from autometa.knowledge_base.maintenance._repeats import SeenRuns
from autometa.metrics import ROUNDING, get_metric

Said = tuple[bool, str]  # whether it is an error, and the sentence


class Contents:
    """The rows met so far: tasks known, tasks described, runs seen."""

    def __init__(self) -> None:
        self._tasks: dict[str, tuple[Any, ...]] = {}
        self._contested: set[str] = set()
        self._described: set[str] = set()
        self._configs: set[str] = set()
        self._seen = SeenRuns()
        self._n_repeats = 0

    def look_at(self, table: str, frame: pd.DataFrame) -> Iterator[Said]:
        """Say what is wrong with the rows of a part of ``table``."""
        missing = _missing(table, frame)
        if missing:
            yield True, f"lacks the columns {missing}"
            return
        defaults = {"tasks": TASK_DEFAULTS, "runs": RUN_DEFAULTS}.get(table)
        if defaults is not None:
            extra = [name for name in frame if name not in defaults]
            if extra:
                yield False, f"has columns that this version does not know: {extra}"
            frame = frame.assign(**{k: v for k, v in defaults.items() if k not in frame})
        yield from {"tasks": self._of_tasks, "metafeatures": self._of_metafeatures}.get(
            table, self._of_runs
        )(frame)

    def between_parts(self) -> Iterator[str]:
        """Say what only several parts together show; none of it does harm."""
        if self._n_repeats:
            yield (
                f"{self._n_repeats} runs are there more than once, and count once; "
                "'autometa kb compact' drops the repeats"
            )
        if self._contested:
            yield f"parts describe tasks differently; the last counts: {_some(self._contested)}"
        bare = set(self._tasks) - self._described
        if self._described and bare:
            yield f"tasks without meta-features: {_some(sorted(bare))}"

    def _of_tasks(self, tasks: pd.DataFrame) -> Iterator[Said]:
        yield from _without_value(tasks, ["task_id", "task_type"])
        yield from _not_among(tasks, "task_type", STORED_TASK_TYPES)
        yield from _told(tasks["task_id"].duplicated(), tasks["task_id"], "lists tasks twice")
        yield from _told(tasks["n_rows"] < 0, tasks["task_id"], "has tasks of fewer than 0 rows")
        described = tasks[list(TASK_DEFAULTS)]
        plain = described.astype(object).where(described.notna(), None)
        for task, *values in plain.itertuples(index=False, name=None):
            row = tuple(values)
            if self._tasks.setdefault(str(task), row) != row:
                self._contested.add(str(task))

    def _of_metafeatures(self, metafeatures: pd.DataFrame) -> Iterator[Said]:
        index = metafeatures.index.to_series()
        yield from _told(index.duplicated(), index, "describes tasks twice")
        yield from self._unlisted(index)
        texts = [name for name, kind in metafeatures.dtypes.items() if kind.kind not in "fiub"]
        if texts:
            yield True, f"has meta-features that are no numbers: {_some(texts)}"
        self._described.update(index.astype(str))

    def _of_runs(self, runs: pd.DataFrame) -> Iterator[Said]:
        yield from _without_value(runs, ["task_id", "algorithm", "config", "metric", "fidelity"])
        yield from self._unlisted(runs["task_id"])
        yield from _not_among(runs, "status", STATUSES)
        yield from self._wrong_configs(runs["config"])
        yield from _wrong_numbers(runs)
        yield from _wrong_scores(runs)
        self._n_repeats += int((~self._seen.add(runs[RUN_KEY])).sum())

    def _unlisted(self, task_ids: pd.Series[Any]) -> Iterator[Said]:
        unlisted = ~task_ids.isin(list(self._tasks))
        yield from _told(unlisted, task_ids, "speaks of tasks that no part lists")

    def _wrong_configs(self, configs: pd.Series[Any]) -> Iterator[Said]:
        wrong = []
        for text in configs.dropna().unique():
            if text in self._configs:
                continue
            self._configs.add(text)
            try:
                if canonical_config(text) != text:
                    wrong.append(text)
            except KnowledgeBaseError:
                wrong.append(text)
        if wrong:
            yield True, f"has {len(wrong)} configs that are no canonical JSON: {_some(wrong)}"


def _missing(table: str, frame: pd.DataFrame) -> list[str]:
    """Return the columns that a part lacks and no default can stand for."""
    needed = {
        "tasks": ["task_id", "task_type"],
        "runs": ["task_id", "algorithm", "config", "metric", "score"],
    }
    return [name for name in needed.get(table, []) if name not in frame]


def _wrong_numbers(runs: pd.DataFrame) -> Iterator[Said]:
    fidelity = runs["fidelity"]
    yield from _told(
        fidelity.notna() & ~fidelity.between(0.0, 1.0, inclusive="right"),
        fidelity,
        "has a 'fidelity' that is no fraction",
    )
    for name in RUN_NUMBERS:
        if name in runs:
            yield from _told(np.isinf(runs[name]), runs[name], f"has an infinite '{name}'")
        if name in runs and name.endswith("_seconds"):
            yield from _told(runs[name] < 0, runs[name], f"has a '{name}' below 0")


def _wrong_scores(runs: pd.DataFrame) -> Iterator[Said]:
    failed = (runs["status"] != "ok") & runs["score"].notna()
    yield from _told(failed, runs["score"], "has scores of runs that failed")
    for metric, scores in runs.groupby("metric", observed=True)["score"]:
        low, high = get_metric(str(metric)).low, get_metric(str(metric)).high
        outside = (scores < low - ROUNDING) | (scores > high + ROUNDING)
        outside &= np.isfinite(scores)
        what = f"has scores of '{metric}' outside {low:g} .. {high:g}"
        yield from _told(outside, scores, what)


def _without_value(frame: pd.DataFrame, columns: list[str]) -> Iterator[Said]:
    for name in columns:
        n_missing = int(frame[name].isna().sum())
        if n_missing:
            yield True, f"has {n_missing} rows without '{name}'"


def _not_among(frame: pd.DataFrame, column: str, allowed: tuple[str, ...]) -> Iterator[Said]:
    wrong = ~frame[column].isin(allowed) & frame[column].notna()
    yield from _told(wrong, frame[column], f"has a '{column}' that is none of {list(allowed)}")


def _told(wrong: Any, values: pd.Series[Any], what: str) -> Iterator[Said]:
    wrong = np.asarray(wrong, dtype=bool)
    if wrong.any():
        yield True, f"{what} ({int(wrong.sum())} rows): {_some(values[wrong])}"


def _some(values: Iterable[Any]) -> str:
    distinct = list(dict.fromkeys(str(value) for value in values))
    return str(distinct[:5])[:-1] + (", ...]" if len(distinct) > 5 else "]")
