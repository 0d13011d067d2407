"""What `tune` found, read from the result, from the file it saved, and from its study."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa import KnowledgeBase, MetaModel
from autometa.exceptions import KnowledgeBaseError
from autometa.importers import import_history, read_tune_result
from autometa.knowledge_base import add_to
from autometa.tuning import tune


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """A short real run on a table of two columns, its study in a file."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=120), "b": rng.normal(size=120)})
    y = np.where(X["a"] + X["b"] > 0, "yes", "no")
    storage = f"sqlite:///{tmp_path_factory.mktemp('study') / 'study.db'}"
    found = tune(
        X, y, metric="accuracy", time_budget=None, n_trials=2, random_state=0, storage=storage,
        algorithms=["logistic_regression"], knowledge_base=False, ensemble=False,
    )  # fmt: skip
    return found, storage


def by_metric(imported):
    runs = imported.knowledge_base.runs
    return runs.groupby(["algorithm", "config", "metric"])["score"].first()


def test_the_result_its_file_and_its_study_hold_the_same_runs(result, tmp_path):
    found, storage = result
    found.save(tmp_path / "model.skops")
    live, saved, study = (
        import_history(source) for source in (found, tmp_path / "model.skops", storage)
    )
    assert {i.knowledge_base.provenance["format"] for i in (live, saved)} == {"tune"}
    assert len(by_metric(live)) > 1
    pd.testing.assert_series_equal(by_metric(saved), by_metric(live))
    pd.testing.assert_series_equal(by_metric(study), by_metric(live))
    for kb in (live.knowledge_base, saved.knowledge_base, study.knowledge_base):
        assert kb.tasks["task_type"].tolist() == ["binary"]
        assert kb.tasks["n_rows"].tolist() == [120.0]
        pd.testing.assert_frame_equal(kb.tasks, live.knowledge_base.tasks, check_dtype=False)
        assert (kb.runs["reference_seconds"] > 0).all()
    both = live.knowledge_base.merge(study.knowledge_base)
    assert len(both.runs) == len(saved.knowledge_base.runs)  # one run, whichever way it came


def test_seconds_of_this_machine_are_not_scaled_again(result):
    """Twice as slow as the standard: what took 20 s here takes 20 s, what took 10 there 20."""
    found, _ = result
    speed = found.runs()["reference_seconds"].iloc[0]
    runs = pd.DataFrame(
        {"task_id": "t", "algorithm": ["bundled", "mine"], "config": "{}", "metric": "accuracy",
         "score": [0.9, 0.8], "fit_seconds": [10.0, 20.0], "reference_seconds": [speed / 2, speed]}
    )  # fmt: skip
    tasks = pd.DataFrame({"task_id": ["t"], "task_type": "binary"})
    model = MetaModel().fit(KnowledgeBase.from_frames(tasks, None, runs))
    advice = model.recommend(None, reference_seconds=lambda: speed)
    assert [a.expected_fit_seconds for a in advice] == pytest.approx([20.0, 20.0])


def test_the_saved_model_still_loads(result, tmp_path):
    from autometa.tuning import load_model

    found, _ = result
    found.save(tmp_path / "model.skops")
    table = pd.DataFrame({"a": [3.0, -3.0], "b": [3.0, -3.0]})
    assert load_model(tmp_path / "model.skops").predict(table).tolist() == ["yes", "no"]


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "model.skops"
    path.write_text("hello")
    with pytest.raises(KnowledgeBaseError, match="It is another, or damaged"):
        read_tune_result(path)
    with pytest.raises(KnowledgeBaseError, match="There is no file"):
        read_tune_result(tmp_path / "none")


@pytest.fixture(scope="module")
def advised():
    """A run that asked a small knowledge base of tasks with two meta-features."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=60), "b": rng.normal(size=60)})
    y = np.where(X["a"] + X["b"] > 0, "yes", "no")
    tasks = pd.DataFrame({"task_id": ["s", "t"], "task_type": "binary"})
    features = pd.DataFrame(
        {"n_rows": [50.0, 70.0], "n_columns": [2.0, 3.0], "no_such": [1.0, 2.0]}, index=["s", "t"]
    )
    rows = [
        {"task_id": task, "algorithm": name, "config": {}, "metric": "accuracy", "score": score}
        for task in "st"
        for name, score in (("naive_bayes", 0.9), ("decision_tree", 0.8))
    ]
    past = KnowledgeBase.from_frames(tasks, features, pd.DataFrame(rows))
    return tune(
        X, y, metric="accuracy", time_budget=None, n_trials=1, random_state=0, isolate=False,
        algorithms=["naive_bayes"], knowledge_base=past, ensemble=False,
    )  # fmt: skip


def test_a_saved_model_brings_the_meta_features_of_its_table(advised, tmp_path):
    advised.save(tmp_path / "model")
    imported = import_history(tmp_path / "model")
    (described,) = imported.knowledge_base.metafeatures.to_dict("records")
    assert described == {"n_rows": 60.0, "n_columns": 2.0}
    assert imported.notes == ()
    add_to(tmp_path / "kb", imported.knowledge_base, "model")
    stored = KnowledgeBase.load(tmp_path / "kb")
    assert stored.metafeatures.index.tolist() == stored.tasks["task_id"].tolist()
    assert stored.metafeatures.to_dict("records") == [described]


def test_a_run_that_did_not_describe_its_table_says_so(result):
    found, _ = result
    imported = import_history(found)
    assert imported.knowledge_base.metafeatures.empty
    assert any("did not describe its table" in note for note in imported.notes)
    features = pd.DataFrame({"n_rows": [120.0]}, index=[found.task.task_id])
    imported = import_history(found, metafeatures=features)
    assert imported.knowledge_base.metafeatures["n_rows"].tolist() == [120.0]
    assert imported.notes == ()
