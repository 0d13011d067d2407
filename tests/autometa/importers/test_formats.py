"""import_history(): formats told apart by content, and what is said when they cannot be."""

from __future__ import annotations

import json
import re
import zipfile

import optuna
import pandas as pd
import pytest

from autometa.exceptions import KnowledgeBaseError
from autometa.importers import folds_of, import_history, recognise
from autometa.knowledge_base import KnowledgeBase

LONG = "task,model,accuracy\niris,knn,0.9\nwine,knn,0.8\n"
WIDE = "dataset,knn,tree\niris,0.9,0.8\nwine,0.7,0.6\n"


def format_of(imported):
    return imported.knowledge_base.provenance["format"]


@pytest.mark.parametrize(("text", "kind"), [(LONG, "table"), (WIDE, "matrix")])
@pytest.mark.parametrize("name", ["runs.csv", "runs", "runs.tsv", "runs.parquet", "runs.dat"])
def test_tables_and_matrices_are_told_apart_whatever_the_name(tmp_path, text, kind, name):
    path = tmp_path / name
    if name.endswith("parquet"):
        import io

        pd.read_csv(io.StringIO(text)).to_parquet(path)
    else:
        path.write_text(text.replace(",", "\t") if name.endswith("tsv") else text)
    imported = import_history(path)
    assert format_of(imported) == kind
    assert sorted(imported.knowledge_base.tasks["task_id"]) == ["iris", "wine"]


IRIS = "length,width,species\n5.1,3.5,1\n4.9,3.0,2\n"


@pytest.mark.parametrize("text", [IRIS, IRIS.replace("1\n", "setosa\n"), "," + IRIS])
def test_a_data_set_is_not_taken_for_scores_of_setups(tmp_path, text):
    path = tmp_path / "flowers.csv"
    path.write_text(text)
    with pytest.raises(KnowledgeBaseError, match=r"may be a data set as well as scores.*--format"):
        import_history(path)
    with pytest.raises(KnowledgeBaseError, match=r"'a DataFrame' is of no known format"):
        import_history(pd.read_csv(path))


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("errors.csv", "name,a,b"),
        ("balanced_accuracy.csv", "name,a,b"),
        ("flowers.csv", "instance,a,b"),
        ("flowers.csv", "name,knn(k=1),knn(k=5)"),
        ("flowers.csv", ",a,b"),
    ],
)
def test_a_matrix_says_so_by_its_name_its_tasks_or_its_setups(tmp_path, name, header):
    path = tmp_path / name
    path.write_text(f"{header}\niris,0.9,0.8\nwine,0.7,0.6\n")
    assert recognise(path) == "matrix"


def test_scenarios_are_recognised_by_folder_or_file(scenario):
    folder = scenario()
    assert recognise(folder) == recognise(folder / "algorithm_runs.arff") == "aslib"
    assert format_of(import_history(str(folder / "description.txt"))) == "aslib"


def test_a_folder_of_matrices_is_recognised(tmp_path):
    (tmp_path / "error_matrix.csv").write_text(WIDE)
    assert recognise(tmp_path) == "matrix"


def test_knowledge_bases_are_imported_as_they_are(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text(LONG)
    kb = import_history(path).knowledge_base
    kb.save(tmp_path / "kb")
    again = import_history(tmp_path / "kb")
    assert again.dropped == ()
    keys = ["task_id", "algorithm", "score"]
    pd.testing.assert_frame_equal(
        again.knowledge_base.runs[keys].sort_values(keys, ignore_index=True),
        kb.runs[keys].sort_values(keys, ignore_index=True),
        check_dtype=False,
    )


def test_storages_and_studies_of_optuna_are_recognised(tmp_path):
    url = f"sqlite:///{tmp_path / 'any.name'}"
    study = optuna.create_study(storage=url, study_name="s")
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    for source in (url, tmp_path / "any.name", study, [study]):
        assert format_of(import_history(source)) == "optuna"


def test_frames_are_recognised():
    assert recognise(pd.DataFrame({"task": ["a"], "model": ["m"], "score": [1.0]})) == "table"
    assert recognise(pd.DataFrame({"knn": [0.1], "tree": [0.2]}, index=["iris"])) == "matrix"


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("empty.csv", b"", "is empty. Looked for an ASlib scenario"),
        ("noise.bin", b"\x00\x01\x02\x03" * 10, "It begins with the bytes"),
        ("words.csv", b"name,city\nann,berlin\n", "'name', 'city': none of them is known"),
        ("folder/readme.md", b"hi", "Looked for an ASlib scenario .* Found 'readme.md'"),
    ],
)
def test_what_is_of_no_known_format_is_refused_with_what_was_found(tmp_path, name, content, match):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    with pytest.raises(KnowledgeBaseError, match=match):
        import_history(path.parent if "/" in name else path)


@pytest.mark.parametrize(
    ("source", "options", "match"),
    [
        ("none.csv", {}, "There is no file or folder 'none.csv'"),
        ("https://example.org/runs.csv", {}, "nothing is fetched here. Download it"),
        (3, {}, "Got int"),
        ([], {}, "Got list"),
        ("x", {"format": "weka"}, "'format' must be one of aslib, kb, matrix"),
        ("x", {"format": "kb", "metric": "auc"}, "The format 'kb' has no option 'metric'"),
    ],
)
def test_sources_and_options_that_mean_nothing_are_errors(source, options, match):
    with pytest.raises(KnowledgeBaseError, match=re.escape(match)):
        import_history(source, **options)


def test_a_saved_model_of_today_or_before_is_recognised(tmp_path):
    path = tmp_path / "model.skops"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("autometa.json", json.dumps({"about": {"metric": "r2"}}))
    assert recognise(path) == "tune"
    with pytest.raises(KnowledgeBaseError, match="a fitted pipeline and no runs: an older"):
        import_history(path)


def test_a_prefix_keeps_tasks_of_several_sources_apart(tmp_path, scenario):
    plain = import_history(scenario())
    named = import_history(scenario(), task_prefix="sat:")
    tasks = [f"sat:{task}" for task in plain.knowledge_base.tasks["task_id"]]
    kb = named.knowledge_base
    assert kb.tasks["task_id"].tolist() == kb.tasks["family"].tolist() == tasks
    assert folds_of(kb).to_dict() == {
        f"sat:{task}": fold for task, fold in folds_of(plain.knowledge_base).items()
    }
    assert kb.provenance["presolved"] == ["sat:c.cnf"]
    assert set(kb.metafeatures.index) <= set(tasks)
    assert named.dropped == plain.dropped
    for imported in (plain, named):
        imported.knowledge_base.save(tmp_path / "kb", if_exists="append")
    assert len(KnowledgeBase.load(tmp_path / "kb").tasks) == 2 * len(tasks)


def test_imports_into_one_folder_add_up(tmp_path, scenario):
    (tmp_path / "long.csv").write_text(LONG)
    for source in (tmp_path / "long.csv", scenario(), tmp_path / "long.csv"):
        import_history(source).knowledge_base.save(tmp_path / "kb", if_exists="append")
    kb = KnowledgeBase.load(tmp_path / "kb")
    assert len(kb.tasks) == 2 + 4
    assert len(kb.runs) == 2 + 8
