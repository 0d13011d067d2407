"""Tasks described anew keep their runs, and their tables must be there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

from autometa import KnowledgeBase, recommend
from autometa.building import describe_tasks
from autometa.exceptions import KnowledgeBaseError
from metafeatures import MetaFeatureExtractor, list_metafeatures


@pytest.fixture
def datasets(tmp_path):
    folder = tmp_path / "datasets"
    folder.mkdir()
    load_iris(as_frame=True).frame.to_csv(folder / "iris.csv", index=False)
    row = {"name": "iris", "file": "iris.csv", "task_type": "multiclass", "target": "target"}
    pd.DataFrame([row]).to_csv(folder / "manifest.csv", index=False)
    return folder


def history(task_id):
    runs = {
        "task_id": task_id,
        "algorithm": ["decision_tree", "knn"],
        "config": "{}",
        "metric": "accuracy",
        "score": [0.9, 0.95],
    }
    tasks = pd.DataFrame({"task_id": [task_id], "task_type": "multiclass"})
    old = pd.DataFrame({"old": [1.0]}, index=[task_id])
    return KnowledgeBase.from_frames(tasks, old, pd.DataFrame(runs), {"by": "hand"})


def test_a_task_is_described_by_what_does_not_depend_on_the_order_of_columns(datasets):
    kb = history("iris")
    described = describe_tasks(kb, datasets)
    names = list(described.metafeatures.columns)
    catalogue = list_metafeatures("multiclass").set_index("name").loc[names]
    assert not catalogue["by_place"].any()
    X, y = load_iris(return_X_y=True, as_frame=True)
    expected = MetaFeatureExtractor(names=names).extract(X, y)
    np.testing.assert_allclose(described.metafeatures.loc["iris"], expected[names])
    pd.testing.assert_frame_equal(described.runs, kb.runs)
    assert described.provenance == {"by": "hand"}
    assert list(kb.metafeatures.columns) == ["old"]


def test_a_task_without_a_table_is_refused(datasets):
    with pytest.raises(KnowledgeBaseError, match="1 have none: moons"):
        describe_tasks(history("moons"), datasets)


def test_advice_describes_a_table_by_what_the_knowledge_base_knows():
    X, y = load_iris(return_X_y=True, as_frame=True)
    foreign = history("iris")  # knows tasks by nothing that can be computed
    assert {a.algorithm for a in recommend(X, y, metric="accuracy", knowledge_base=foreign)} == {
        "decision_tree",
        "knn",
    }
