"""Matrices of tasks by setups."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from autometa.exceptions import KnowledgeBaseError
from autometa.importers import Dropped, import_history, read_matrix, read_table
from autometa.knowledge_base import KnowledgeBase, export


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


ERRORS = "task,knn(k=5),\"{'algorithm': 'svm', 'hyperparameters': {'C': 1.0}}\",tree\n"
SVM = '{"C": 1.0, "gamma": "scale"}'  # with the default of what is not said
BODY = "iris,0.25,0.5,\nwine,timeout,inf,0.0\n"


def cells(imported):
    runs = imported.knowledge_base.runs
    keys = zip(runs["task_id"], runs["algorithm"], runs["config"], strict=True)
    return dict(zip(keys, zip(runs["score"], runs["status"], strict=True), strict=True))


def test_cells_are_runs_failures_or_nothing(write):
    imported = read_matrix(write("balanced_error.csv", ERRORS + BODY))
    found = cells(imported)
    assert found["iris", "knn", '{"k": 5}'] == (0.75, "ok")
    assert found["iris", "svm", SVM] == (0.5, "ok")
    assert found["wine", "tree", "{}"] == (1.0, "ok")
    assert found["wine", "knn", '{"k": 5}'][1] == "timeout"
    assert found["wine", "svm", SVM][1] == "error"
    assert math.isnan(found["wine", "knn", '{"k": 5}'][0])
    assert ("iris", "tree", "{}") not in found
    why = "of 'balanced_error', empty: not run"
    assert Dropped(what="cells", count=1, why=why) in imported.dropped
    assert set(imported.knowledge_base.runs["metric"]) == {"balanced_accuracy"}


def test_the_direction_and_the_measure_can_be_said(write):
    path = write("m.csv", "task,a,b\nx,2,3\n")
    runs = read_matrix(path, metric="rmse", lower_is_better=True).knowledge_base.runs
    assert runs["score"].tolist() == [-2.0, -3.0]
    assert set(runs["metric"]) == {"neg_root_mean_squared_error"}


def test_seconds_are_a_matrix_of_the_same_form(write):
    scores, times = write("accuracy.csv", "t,a,b\nx,1,0.5\n"), write("s.csv", "t,b,a,c\nx,7,3,9\n")
    imported = read_matrix(scores, seconds=times)
    assert imported.knowledge_base.runs["fit_seconds"].tolist() == [3.0, 7.0]
    assert Dropped(what="cells", count=1, why="of 'seconds' without a score") in imported.dropped


def test_a_folder_is_told_apart_by_names(write, tmp_path):
    write("error_rate_matrix.csv", "id,a,b\n1,0.25,0.5\n2,0.5,0.5\n")
    write("log_loss_matrix.csv", "id,a,b\n1,0.3,0.4\n2,0.1,0.2\n")
    write("runtime_matrix.csv", "id,a,b\n1,1,2\n2,3,4\n")
    write("metafeatures.csv", "dataset_id,size\n1,10\n2,20\n3,30\n")
    write("notes.txt", "hello")
    imported = read_matrix(tmp_path)
    runs = imported.knowledge_base.runs
    assert set(runs["metric"]) == {"accuracy", "neg_log_loss"}
    assert runs["fit_seconds"].notna().all()
    assert imported.knowledge_base.metafeatures["size"].to_dict() == {"1": 10.0, "2": 20.0}
    assert any(d.what == "files" and "notes.txt" in d.why for d in imported.dropped)


def test_rows_may_be_setups(write):
    imported = read_matrix(
        write("accuracy.csv", "setup,x,y\na,0.1,0.2\nb,0.3,0.4\n"), transpose=True
    )
    assert cells(imported) == {
        ("x", "a", "{}"): (0.1, "ok"),
        ("x", "b", "{}"): (0.3, "ok"),
        ("y", "a", "{}"): (0.2, "ok"),
        ("y", "b", "{}"): (0.4, "ok"),
    }


def test_columns_and_tasks_that_occur_twice_are_repeats_of_a_run(write):
    imported = read_matrix(write("accuracy.csv", "t,a,a\nx,0.1,0.2\nx,0.3,0.1\n"))
    runs = imported.knowledge_base.runs
    assert sorted(runs["score"]) == [0.1, 0.2, 0.3]
    assert Dropped(what="runs", count=1, why="exact repeats") in imported.dropped


def test_cells_that_are_words_of_nothing_are_told(write):
    imported = read_matrix(write("accuracy.csv", "t,a,b\nx,0.1,hello\n"))
    why = "of 'accuracy' that are neither numbers nor failures"
    assert Dropped(what="cells", count=1, why=why) in imported.dropped


def test_a_frame_has_its_tasks_in_the_index():
    frame = pd.DataFrame({"a": [0.1, 0.2], "b": [0.3, 0.4]}, index=["x", "y"])
    for named in (frame, frame.rename_axis("task_id")):
        runs = read_matrix(named, metric="accuracy").knowledge_base.runs
        assert sorted(set(runs["task_id"])) == ["x", "y"]
        assert len(runs) == 4


def test_several_measures_may_be_given_as_a_dict():
    frame = pd.DataFrame({"a": [0.1], "b": [0.3]}, index=["x"])
    runs = read_matrix({"accuracy": frame, "log_loss": frame}).knowledge_base.runs
    assert set(runs["metric"]) == {"accuracy", "neg_log_loss"}


def test_a_folder_without_matrices_is_refused(tmp_path):
    with pytest.raises(KnowledgeBaseError, match=r"such as error_matrix\.csv. It holds nothing"):
        read_matrix(tmp_path)


def test_oboes_matrices_say_the_same_as_its_table(shared, tmp_path):
    raw = pd.read_parquet(shared / "histories" / "oboe" / "runs.parquet")
    setup = (
        "{'algorithm': '" + raw["algorithm"] + "', 'hyperparameters': "
        + raw["config"].str.replace("null", "None") + "}"
    )  # fmt: skip
    raw = raw.assign(setup=setup)
    for name, column in (("balanced_error", "balanced_error"), ("runtime", "seconds")):
        wide = raw.pivot(index="dataset_id", columns="setup", values=column)
        wide.rename_axis(index=None, columns=None).to_csv(tmp_path / f"{name}_matrix.csv")
    keys = ["task_id", "algorithm", "config"]
    columns = [*keys, "metric", "score", "fit_seconds"]
    matrix, table = (
        imported.knowledge_base.runs[columns].sort_values(keys, ignore_index=True)
        for imported in (
            read_matrix(tmp_path),
            read_table(shared / "histories" / "oboe" / "runs.parquet"),
        )
    )
    pd.testing.assert_frame_equal(matrix, table)


def test_a_column_of_names_holds_the_tasks_of_a_dataframe():
    table = {"knn": [0.9, 0.8], "rf": [0.95, 0.85]}
    for frame in (
        pd.DataFrame({"dataset": ["iris", "wine"], **table}),
        pd.DataFrame({"whatever": ["iris", "wine"], **table}),
        pd.DataFrame(table, index=["iris", "wine"]),
        pd.DataFrame(table, index=pd.Index(["iris", "wine"], name="dataset")),
    ):
        kb = read_matrix(frame, metric="accuracy").knowledge_base
        assert kb.tasks["task_id"].tolist() == ["iris", "wine"]
        assert kb.setups["algorithm"].tolist() == ["knn", "rf"]


def test_what_was_exported_as_matrices_reads_back(tmp_path):
    """Losses, scores and unknown measures alike; ids, types and configurations as they were."""
    scores = {"neg_log_loss": [-0.2, -0.9], "accuracy": [0.9, 0.5], "objective": [3.0, -4.0]}
    runs = pd.concat(
        pd.DataFrame({"task_id": "031", "algorithm": ["a", "b"], "config": ["{}", '{"C": 1.5}'],
                      "metric": metric, "score": values})
        for metric, values in scores.items()
    )  # fmt: skip
    tasks = pd.DataFrame({"task_id": ["031"], "task_type": "multiclass", "family": "f"})
    kb = KnowledgeBase.from_frames(tasks, pd.DataFrame({"n_rows": [9.0]}, ["031"]), runs)
    export(kb, tmp_path / "matrix", "matrix")
    back = import_history(tmp_path / "matrix").knowledge_base
    keys = ["task_id", "algorithm", "config", "metric"]
    pd.testing.assert_series_equal(
        back.runs.set_index(keys)["score"].sort_index(),
        kb.runs.set_index(keys)["score"].sort_index(),
    )
    pd.testing.assert_frame_equal(back.tasks, kb.tasks)
    pd.testing.assert_frame_equal(back.metafeatures, kb.metafeatures)
    lone = read_matrix(tmp_path / "matrix" / "scores-neg_log_loss.csv").knowledge_base.runs
    assert lone["metric"].unique().tolist() == ["neg_log_loss"]
    assert sorted(lone["score"]) == [-0.9, -0.2]


@pytest.mark.parametrize("format", ["csv", "parquet", "frames", "matrix"])
def test_every_export_is_recognised(tmp_path, format):
    runs = pd.DataFrame({"task_id": ["x"], "algorithm": "a", "config": "{}",
                         "metric": "accuracy", "score": [0.5]})  # fmt: skip
    kb = KnowledgeBase.from_frames(
        pd.DataFrame({"task_id": ["x"], "task_type": "binary"}), None, runs
    )
    export(kb, tmp_path / "out", format)
    back = import_history(tmp_path / "out").knowledge_base
    assert back.runs[["task_id", "metric", "score"]].values.tolist() == [["x", "accuracy", 0.5]]
    assert back.tasks["task_type"].tolist() == ["binary"]
