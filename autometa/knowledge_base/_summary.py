"""What a knowledge base holds, in counts."""

from __future__ import annotations

from typing import Any

from autometa.knowledge_base._knowledge_base import KnowledgeBase


def summarise(kb: KnowledgeBase) -> dict[str, Any]:
    """Return counts of what ``kb`` holds.

    Returns
    -------
    dict
        ``n_tasks``, ``n_families``, ``n_setups``, ``n_runs`` (a setup on a task
        counts once, however many metrics it has), ``n_metafeatures``; tasks by
        ``task_types``, setups by ``algorithms``, tasks by ``metrics``, runs by
        ``statuses``; and the ``provenance``.
    """
    runs = kb.runs.drop_duplicates(["task_id", "algorithm", "config", "fidelity"])
    setups = kb.setups
    return {
        "n_tasks": len(kb.tasks),
        "n_families": int(kb.tasks["family"].nunique()),
        "n_setups": len(setups),
        "n_runs": len(runs),
        "n_metafeatures": kb.metafeatures.shape[1],
        "task_types": _counts(kb.tasks["task_type"]),
        "algorithms": _counts(setups["algorithm"]),
        "metrics": {
            str(metric): int(n)
            for metric, n in kb.runs.groupby("metric")["task_id"].nunique().items()
        },
        "statuses": _counts(runs["status"]),
        "provenance": kb.provenance,
    }


def _counts(values: Any) -> dict[str, int]:
    return {str(value): int(count) for value, count in values.value_counts().items()}
