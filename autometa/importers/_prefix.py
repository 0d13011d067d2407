"""Task ids of a source under a prefix: number 31 is a dataset here and a task there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from autometa.importers._imported import Imported
from autometa.knowledge_base._knowledge_base import KnowledgeBase

BY_TASK = ("further_folds", "presolved", "feature_seconds")


def with_prefix(imported: Imported, prefix: str) -> Imported:
    """Return the same history with a prefix before each ``task_id`` and ``family``.

    Names of tasks stay as they are.
    """
    if not prefix:
        return imported
    kb = imported.knowledge_base
    tasks = kb.tasks.assign(
        task_id=prefix + kb.tasks["task_id"], family=prefix + kb.tasks["family"]
    )
    features = kb.metafeatures.set_axis(prefix + kb.metafeatures.index.astype(str), axis=0)
    runs = kb.runs.assign(task_id=prefix + kb.runs["task_id"])
    provenance = {
        key: _renamed(value, prefix) if key in BY_TASK else value
        for key, value in kb.provenance.items()
    }
    renamed = KnowledgeBase.from_frames(tasks, features, runs, provenance)
    return replace(imported, knowledge_base=renamed)


def _renamed(value: Any, prefix: str) -> Any:
    """Put the prefix before tasks in lists, keys, and lists of either."""
    if isinstance(value, Mapping):
        return {f"{prefix}{task}": item for task, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, prefix) for item in value]
    return f"{prefix}{value}"
