"""Advice says when its knowledge is of an older major version of a library."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from autometa import KnowledgeBase, recommend
from autometa.algorithms import outdated
from autometa.algorithms._registry import library_versions


@pytest.mark.parametrize(
    ("measured", "is_said"),
    [("0.9.1", True), ("1.0.0", False), ("99.0", False), ("unknown", False)],
)
def test_an_older_major_version_is_named_and_no_other(measured, is_said):
    said = outdated(["ridge", "elastic_net"], {"scikit-learn": measured, "lightgbm": "0.1"})
    assert bool(said) == is_said
    if is_said:
        now = library_versions()["scikit-learn"]
        assert f"scikit-learn {measured} (now {now})" in said
        assert "lightgbm" not in said


def test_advice_notes_it_for_a_stored_knowledge_base(tmp_path):
    runs = [
        {"task_id": f"t{i}", "algorithm": name, "config": "{}", "metric": "r2", "score": score}
        for i in range(4)
        for name, score in (("ridge", 0.9), ("decision_tree", 0.5))
    ]
    tasks = [{"task_id": f"t{i}", "task_type": "regression", "n_rows": 50} for i in range(4)]
    KnowledgeBase.from_frames(pd.DataFrame(tasks), None, pd.DataFrame(runs)).save(tmp_path / "kb")
    manifest = tmp_path / "kb" / "manifest.json"
    content = json.loads(manifest.read_text())
    content["versions"]["scikit-learn"] = "0.24.2"
    asked = {"metafeatures": {"n_rows": 50.0}, "task_type": "regression", "metric": "r2"}
    before = recommend(knowledge_base=tmp_path / "kb", **asked)
    assert not [note for note in before.notes if "measured with" in note]
    manifest.write_text(json.dumps(content))
    after = recommend(knowledge_base=tmp_path / "kb", **asked)
    assert [note for note in after.notes if "measured with scikit-learn 0.24.2" in note]
