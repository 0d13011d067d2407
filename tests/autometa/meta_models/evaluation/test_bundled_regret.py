"""Advice from the shipped knowledge base, asked about families it has not seen."""

from __future__ import annotations

import pytest

from autometa import KnowledgeBase
from autometa.meta_models.evaluation import evaluate

AFTER = ["@1", "@3", "@10"]


def of_two_classes(kb):
    tasks = kb.tasks[kb.tasks["task_type"] == "binary"]
    own = set(tasks["task_id"])
    return KnowledgeBase.from_frames(
        tasks,
        kb.metafeatures[kb.metafeatures.index.isin(own)],
        kb.runs[kb.runs["task_id"].isin(own)],
    )


@pytest.mark.slow
def test_advice_on_unseen_families_beats_every_simple_order():
    """Three parts, not the ten of the published page: they take a minute, not ten."""
    evaluation = evaluate(of_two_classes(KnowledgeBase.bundled()), n_splits=3)
    by_task = evaluation.orders.set_index(["family", "task_id", "order"])[AFTER].mean(axis=1)
    by_family = by_task.unstack("order").groupby("family").mean()
    assert len(by_family) > 40
    for simple in by_family.columns.drop("MetaModel"):
        gain = by_family[simple] - by_family["MetaModel"]
        assert gain.mean() > -gain.sem(), simple  # never worse beyond noise
    against_random = by_family["random"] - by_family["MetaModel"]
    assert against_random.mean() > 4 * against_random.sem()
