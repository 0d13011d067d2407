"""A run is a setup on a task, a score one metric of it: counted alike wherever counts are shown."""

import json
from pathlib import Path

import pandas as pd
import pytest

from autometa import KnowledgeBase
from autometa.knowledge_base import add_to, merge_folders, remove, summarise
from autometa.knowledge_base.maintenance._listing import setup_list, task_list

DATA = Path(__file__).parents[3] / "data"
METRICS = ["accuracy", "f1", "roc_auc"]


def base(metrics=METRICS, tasks=("a", "b")):
    """Two setups on each task, under these metrics, one of them on a third of the rows too."""
    rows = [
        {
            "task_id": task,
            "algorithm": "knn",
            "config": json.dumps({"k": k}),
            "metric": metric,
            "score": k / 10 + share / 100,
            "fidelity": share,
        }
        for task in tasks
        for k, share in [(1, 1.0), (2, 1.0), (2, 0.3)]
        for metric in metrics
    ]
    listed = pd.DataFrame({"task_id": list(tasks), "task_type": "binary"})
    return KnowledgeBase.from_frames(listed, None, pd.DataFrame(rows))


def test_a_run_counts_once_however_many_metrics_it_has():
    kb = base()
    assert (kb.n_runs, kb.n_scores, len(kb.runs)) == (6, 18, 18)
    assert (kb.info()["n_runs"], kb.info()["n_scores"]) == (6, 18)
    assert repr(kb) == "KnowledgeBase(2 tasks, 2 setups, 6 runs)"
    assert task_list(kb, kb.runs)["n_runs"].tolist() == [3, 3]
    assert setup_list(kb.runs)["n_runs"].tolist() == [2, 4]


def test_repeats_count_in_lists_as_in_sums():
    kb = base(["accuracy"])
    again = kb.runs.assign(score=0.5)  # measured twice, with another result
    kb.add(again)
    assert (kb.n_runs, kb.n_scores) == (12, 12)
    assert task_list(kb, kb.runs)["n_runs"].sum() == 12
    assert setup_list(kb.runs)["n_runs"].sum() == 12


def test_what_is_written_and_removed_is_counted_so_too(tmp_path):
    first = add_to(tmp_path / "kb", base(["accuracy"]), "one")
    assert (first.n_runs, first.n_scores, first.n_repeats) == (6, 6, 0)
    more = add_to(tmp_path / "kb", base(METRICS), "two")
    assert (more.n_runs, more.n_scores) == (6, 12)  # two more metrics of the same six
    merged = merge_folders([tmp_path / "kb"], tmp_path / "other")
    assert (merged.n_runs, merged.n_scores) == (6, 18)
    # The metrics of a run lie in two parts of the folder.
    assert KnowledgeBase.load(tmp_path / "kb").n_runs == 6
    planned = remove(tmp_path / "kb", tasks=["a"], dry_run=True)
    assert (planned.n_runs, planned.n_scores) == (3, 9)


@pytest.mark.slow
def test_the_bundled_runs_are_as_many_as_its_page_says():
    kb = KnowledgeBase.bundled()
    page = (DATA / "README.md").read_text()
    counts = summarise(kb)
    whole = kb.runs[kb.runs["fidelity"] == 1.0]
    on_all_rows = KnowledgeBase.from_frames(kb.tasks, None, whole).n_runs
    assert f"| runs | {kb.n_runs:,}: {on_all_rows:,} on all rows" in page
    assert f"| scores | {kb.n_scores:,}" in page
    assert (counts["n_runs"], counts["n_scores"]) == (kb.n_runs, kb.n_scores)
