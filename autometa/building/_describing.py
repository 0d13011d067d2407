"""Describing the tasks of a knowledge base anew, by the meta-features of today."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from autometa.building._sources import read_sources
from autometa.building._worker_side import NotLoaded, describe_task
from autometa.exceptions import DatasetError, KnowledgeBaseError
from autometa.knowledge_base._checks import check_metafeatures
from autometa.knowledge_base._knowledge_base import KnowledgeBase


def describe_tasks(
    kb: KnowledgeBase, datasets: Path, *, on_progress: Callable[[str, int, int], None] | None = None
) -> KnowledgeBase:
    """Return a knowledge base whose tasks are described by the meta-features of today.

    Parameters
    ----------
    kb : KnowledgeBase
        Not modified.
    datasets : Path
        Folder of tables with ``manifest.csv``; tasks are found there by ``task_id``.
    on_progress : callable, optional
        Called with each task that is described, how many are, and of how many.

    Raises
    ------
    KnowledgeBaseError
        If a task has no table there: old and new descriptions do not go together.
    DatasetError
        If one of the tables cannot be used.
    """
    sources = {source.task_id: source for source in read_sources(datasets)}
    missing = sorted(set(kb.tasks["task_id"]) - set(sources))
    if missing:
        raise KnowledgeBaseError(
            f"Every task must have a table in '{datasets}'. {len(missing)} have none: "
            f"{', '.join(missing[:5])}{', ...' if len(missing) > 5 else ''}."
        )
    described: dict[str, dict[str, float]] = {}
    for n_done, task_id in enumerate(kb.tasks["task_id"], start=1):
        values = describe_task(None, sources[task_id])
        if isinstance(values, NotLoaded):
            raise DatasetError(f"The table of '{task_id}' could not be used: {values.message}")
        described[task_id] = values
        if on_progress is not None:
            on_progress(task_id, n_done, len(kb.tasks))
    metafeatures = check_metafeatures(pd.DataFrame.from_dict(described, orient="index"), described)
    return KnowledgeBase(kb.tasks, metafeatures, kb.runs, kb.provenance)
