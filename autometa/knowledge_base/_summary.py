"""What a knowledge base holds, in counts."""

from __future__ import annotations

from collections import Counter
from typing import Any

from autometa.knowledge_base._tables import Tables


def summarise(kb: Tables) -> dict[str, Any]:
    """Return counts of what ``kb`` holds.

    Returns
    -------
    dict
        ``n_tasks``, ``n_families``, ``n_setups``, ``n_runs`` (a setup on a task
        counts once, however many metrics it has), ``n_scores`` (one metric of one
        run each), ``n_metafeatures``; tasks by
        ``task_types``, setups by ``algorithms``, tasks by ``metrics``, runs by
        ``statuses``; and the ``provenance``.
    """
    counts = kb.counts()
    algorithms = Counter(algorithm for algorithm, _ in counts.tasks_of_setup)
    return {
        "n_tasks": len(kb.tasks),
        "n_families": int(kb.tasks["family"].nunique()),
        "n_setups": len(counts.tasks_of_setup),
        "n_runs": counts.n_runs,
        "n_scores": counts.n_scores,
        "n_metafeatures": kb.metafeatures.shape[1],
        "task_types": _most_first(Counter(kb.tasks["task_type"])),
        "algorithms": _most_first(algorithms),
        "metrics": dict(sorted(counts.tasks_of_metric.items())),
        "statuses": _most_first(counts.statuses),
        "provenance": kb.provenance,
    }


def _most_first(counts: Counter[str]) -> dict[str, int]:
    return {str(value): n for value, n in counts.most_common()}
