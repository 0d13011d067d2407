"""Export: others read what was written, and it is the same."""

from __future__ import annotations

import arff
import numpy as np
import pandas as pd
import pytest
import yaml
from keepers import grid, history, score

from autometa import KnowledgeBase
from autometa.exceptions import KnowledgeBaseError, ParameterError
from autometa.importers import import_history, is_export, read_export
from autometa.knowledge_base import diff, export


@pytest.fixture
def kb():
    """Two metrics, a failed run, a part of the rows, awkward names."""
    base = history(grid("ab", range(3)))
    other = base.runs.assign(metric="neg_log_loss", score=lambda runs: -runs["score"])
    runs = pd.concat([base.runs, other], ignore_index=True)
    failed = runs["config"] == '{"k": 2}'
    runs.loc[failed, ["score", "status"]] = [np.nan, "timeout"]
    runs.loc[failed, "fold_scores"] = None
    part = runs.head(1).assign(fidelity=0.1)
    renamed = {"a": "it's a, task", "b": "b"}
    return KnowledgeBase.from_frames(
        base.tasks.replace({"task_id": renamed}).assign(family=["f", "g"], source="somewhere, é"),
        base.metafeatures.rename(index=renamed).assign(odd=[np.inf, np.nan]),
        pd.concat([runs, part]).replace({"task_id": renamed}),
        provenance={"by": "me"},
    )


@pytest.mark.parametrize(
    ("format", "read", "suffix"),
    [
        ("parquet", pd.read_parquet, ".parquet"),
        ("frames", pd.read_feather, ".feather"),
        ("csv", pd.read_csv, ".csv"),
    ],
)
def test_tables_are_read_by_others_and_back_to_the_same_numbers(kb, tmp_path, format, read, suffix):
    out = tmp_path / "out"
    done = export(kb, out, format)
    tables = {"tasks": 2, "metafeatures": 2, "runs": 13}
    assert set(done.files) == {*(f"{name}{suffix}" for name in tables), "provenance.json"}
    assert done.left_out == ()
    assert {name: len(read(out / f"{name}{suffix}")) for name in tables} == tables
    found = read(out / f"runs{suffix}").set_index(["task_id", "config", "metric", "fidelity"])
    assert found["score"]["b", '{"k": 1}', "neg_log_loss", 1.0] == -score("b", 1)
    assert is_export(out)
    back = read_export(out)
    assert diff(kb, back, noise=0.0).is_empty
    assert back.provenance == kb.provenance == {"by": "me"}
    for name in ("message", "source", "fidelity", "status"):
        assert back.runs[name].tolist() == kb.runs[name].tolist()
    folds = [None if value is None else list(value) for value in kb.runs["fold_scores"]]
    assert [None if value is None else list(value) for value in back.runs["fold_scores"]] == folds


def test_what_is_no_export_is_said_so(tmp_path):
    (tmp_path / "tasks.csv").write_text("task_id,task_type\na,binary\n")
    assert not is_export(tmp_path)
    with pytest.raises(KnowledgeBaseError, match="is no export"):
        read_export(tmp_path)
    (tmp_path / "runs.csv").write_text("task_id\na\n")
    with pytest.raises(KnowledgeBaseError, match="Missing:"):
        read_export(tmp_path)


def test_a_matrix_has_one_row_a_task_and_one_column_a_setup(kb, tmp_path):
    done = export(kb, tmp_path / "out", "matrix")
    assert done.left_out == (
        "1 runs on a part of the rows",
        "how 4 runs without a score failed: their cells are empty",
    )
    matrix = pd.read_csv(tmp_path / "out" / "scores-accuracy.csv", index_col="task_id")
    setups = pd.read_csv(tmp_path / "out" / "setups.csv").set_index("setup_id")
    assert matrix.shape == (2, 3)
    by_config = matrix.rename(columns=setups["config"])
    assert by_config.loc["b", '{"k": 1}'] == score("b", 1)
    assert np.isnan(by_config.loc["b", '{"k": 2}'])


def test_a_scenario_is_read_by_the_libraries_for_its_formats(kb, tmp_path):
    export(kb, tmp_path / "out", "aslib")
    out = tmp_path / "out"
    about = yaml.safe_load((out / "description.txt").read_text(encoding="utf-8"))
    assert about["performance_measures"] == ["accuracy", "neg_log_loss"]
    assert about["maximize"] == [True, True]
    runs = arff.loads((out / "algorithm_runs.arff").read_text(encoding="utf-8"))
    rows = {(row[0], row[2]): row[3:] for row in runs["data"]}
    assert len(rows) == len(runs["data"]) == 6
    assert {name for _, name in rows} == set(about["metainfo_algorithms"])
    setups = pd.read_csv(out / "configurations.csv").set_index("config")["idx"]
    assert rows["it's a, task", setups['{"k": 1}']] == [score("a", 1), -score("a", 1), "ok"]
    assert rows["it's a, task", setups['{"k": 2}']] == [None, None, "timeout"]
    features = arff.loads((out / "feature_values.arff").read_text(encoding="utf-8"))
    names = [name for name, _ in features["attributes"]]
    assert names == ["instance_id", "repetition", "n_rows", "odd"]
    folds = arff.loads((out / "cv.arff").read_text(encoding="utf-8"))["data"]
    assert len({row[2] for row in folds}) == 2


def test_a_scenario_is_imported_again_with_its_scores_and_setups(kb, tmp_path):
    export(kb, tmp_path / "out", "aslib")
    back = import_history(str(tmp_path / "out")).knowledge_base
    columns = ["task_id", "algorithm", "config", "metric", "score"]
    order = columns[:-1]
    whole = kb.runs[(kb.runs["fidelity"] == 1.0) & (kb.runs["status"] == "ok")]
    found = back.runs[back.runs["status"] == "ok"]
    pd.testing.assert_frame_equal(
        found[columns].sort_values(order, ignore_index=True),
        whole[columns].sort_values(order, ignore_index=True),
        check_dtype=False,
    )
    assert (back.runs["status"] == "timeout").sum() == 4


def test_families_stay_together_in_the_folds_of_a_scenario(tmp_path):
    names = "abcdefghijklmnopqrstuvwxyz"
    kb = history(grid(names, [1]))
    families = [str(number // 2) for number in range(26)]
    paired = KnowledgeBase(kb.tasks.assign(family=families), kb.metafeatures, kb.runs)
    export(paired, tmp_path / "out", "aslib")
    rows = arff.loads((tmp_path / "out" / "cv.arff").read_text())["data"]
    fold_of = {row[0]: row[2] for row in rows}
    assert set(fold_of.values()) == set(range(1, 11))
    assert all(fold_of[names[i]] == fold_of[names[i + 1]] for i in range(0, 26, 2))


def test_an_export_goes_into_a_new_or_empty_folder_whole_or_not_at_all(kb, tmp_path):
    (tmp_path / "empty").mkdir()
    export(kb, tmp_path / "empty", "csv")
    with pytest.raises(KnowledgeBaseError, match="new or empty folder"):
        export(kb, tmp_path / "empty", "csv")
    with pytest.raises(ParameterError, match=r"must be one of .*'aslib'"):
        export(kb, tmp_path / "odd", "excel")
    kb.provenance["odd"] = {("a", "tuple"): "is no key of JSON"}
    with pytest.raises(TypeError):
        export(kb, tmp_path / "failed", "csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty"]
