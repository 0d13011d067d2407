"""What ``--json`` promises: one object a command, as its schema says, errors included."""

from __future__ import annotations

import json
import os
import shutil

import jsonschema
import optuna
import pandas as pd
import pytest
from histories import two_clusters
from keepers import do_add, grid, history

import autometa as package
from autometa.cli._command import SCHEMAS
from autometa.cli._contract import COMMON, schema_of

RUNS = "task_id,algorithm,config,metric,score\nt,knn,{},accuracy,0.5\n"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A saved model of one cheap trial."""
    X = pd.DataFrame({"a": range(40), "b": [0, 1] * 20})
    result = package.tune(
        X, X["a"] > 20, algorithms=["naive_bayes"], knowledge_base=False, isolate=False,
        time_budget=None, n_trials=1, random_state=0,
    )  # fmt: skip
    path = tmp_path_factory.mktemp("model") / "model"
    result.save(path)
    return path


@pytest.fixture(scope="module")
def template(tmp_path_factory, churn_table, model):
    """Folders and files that command lines name; each test gets a copy of its own."""
    at = tmp_path_factory.mktemp("places")
    history(grid("ab", range(4)), source="mine").save(at / "kb")
    do_add(at / "kb", grid("bc", range(4, 6)), source="theirs")
    shutil.copytree(at / "kb", at / "spare")
    two_clusters(8).save(at / "clusters")
    (at / "runs.csv").write_text(RUNS)
    (at / "rows.csv").write_text("a,b\n1,0\n30,1\n")
    (at / "tables").mkdir()
    for folder in (at, at / "tables"):
        churn_table.to_csv(folder / "churn.csv", index=False)
    manifest = pd.DataFrame(
        {"name": "churn", "file": ["churn.csv"], "target": "left", "task_type": "binary"}
    )
    manifest.to_csv(at / "tables" / "manifest.csv", index=False)
    task = pd.DataFrame({"task_id": ["churn"], "task_type": ["binary"]})
    one = pd.DataFrame({"task_id": ["churn"], "algorithm": "knn", "config": "{}",
                        "metric": "accuracy", "score": 0.5})  # fmt: skip
    package.KnowledgeBase.from_frames(task, None, one).save(at / "of-churn")
    package.KnowledgeBase.load(at / "kb").export(at / "scenario", format="aslib")
    (at / "accuracy.csv").write_text("task,knn,svm\niris,0.9,0.8\nwine,0.7,0.9\n")
    study = optuna.create_study(storage=f"sqlite:///{at / 'studies.db'}", study_name="iris")
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    shutil.copy(model, at / "model")
    return at


@pytest.fixture
def places(tmp_path, template, monkeypatch):
    """The template's copy, which is the current folder."""
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


# A line a command, all but those that need a server or are one.
LINES = {
    "recommend": "recommend churn.csv -t left -n 2 --explain",
    "tune": "tune churn.csv -t left --n-trials 1 --seed 0 --time-budget 600 "
    "--algorithm naive_bayes --no-knowledge-base",
    "report": "report churn.csv -t left -n 2 --out page.html -k kb",
    "describe": "describe churn.csv --target left --family simple",
    "search-space": "search-space churn.csv --target left --algorithm naive_bayes -k kb",
    "default-config": "default-config churn.csv -t left --algorithm naive_bayes -k kb:bundled",
    "algorithms": "algorithms",
    "metrics": "metrics --task-type regression",
    "metafeatures": "metafeatures --family simple",
    "schema": "schema kb info",
    "config show": "config show",
    "kb add": "kb add runs.csv --label mine",
    "kb build": "kb build --datasets tables --out built --algorithm naive_bayes --dry-run",
    "kb compact": "kb compact spare",
    "kb describe": "kb describe of-churn --datasets tables --out described",
    "kb diff": "kb diff kb clusters",
    "kb evaluate": "kb evaluate clusters --n-splits 2",
    "kb export": "kb export kb --out exported",
    "kb fit": "kb fit clusters",
    "kb generate": "kb generate --synthetic 1 --max-rows 60 --out generated",
    "kb graph": "kb graph kb --out graph.ttl",
    "kb import": "kb import runs.csv --out imported",
    "kb import table": "kb import table runs.csv --dry-run",
    "kb import aslib": "kb import aslib scenario --dry-run",
    "kb import kb": "kb import kb kb --to other",
    "kb import matrix": "kb import matrix accuracy.csv --dry-run",
    "kb import optuna": "kb import optuna studies.db --dry-run",
    "kb import tune": "kb import tune model --dry-run",
    "kb info": "kb info kb",
    "kb list": "kb list kb --runs",
    "kb merge": "kb merge kb clusters --out both",
    "kb name": "kb name team kb",
    "kb plot": "kb plot kb:bundled --out pictures",
    "kb query": "kb query dominates kb",
    "kb remove": "kb remove kb --task a --yes",
    "kb verify": "kb verify kb",
    "model info": "model info model",
    "predict": "predict model rows.csv",
}
ELSEWHERE = {"kb import openml", "serve"}


def test_every_command_is_held_to_its_schema():
    assert set(LINES) | ELSEWHERE == set(SCHEMAS)


@pytest.mark.parametrize("command", SCHEMAS)
def test_every_schema_is_one(command):
    schema = schema_of(command, SCHEMAS[command])
    jsonschema.Draft202012Validator.check_schema(schema)
    assert set(schema["required"]) <= set(schema["properties"])
    for key in COMMON:
        with pytest.raises(jsonschema.ValidationError, match=key):
            jsonschema.validate({other: "" for other in COMMON if other != key}, schema)


@pytest.mark.filterwarnings("ignore:.*measured on other folds")  # the histories are made up
@pytest.mark.filterwarnings("ignore::autometa.exceptions.KnowledgeBaseWarning")
@pytest.mark.parametrize("command", LINES)
def test_what_a_command_prints_is_what_its_schema_says(autometa, places, follows_schema, command):
    code, out, err = autometa(*LINES[command].split(), "--json")
    assert code == (1 if command == "kb diff" else 0), err
    content = json.loads(out)
    assert len(out.splitlines()) == 1
    assert content["command"] == command
    assert (content["schema"], content["autometa_version"]) == (1, package.__version__)
    follows_schema(command, content)


def test_a_schema_is_printed_as_it_is(autometa):
    _, out, _ = autometa("schema", "kb", "info")
    assert json.loads(out) == schema_of("kb info", SCHEMAS["kb info"])
    code, _, err = autometa("schema", "kb", "inof")
    assert (code, err) == (
        2,
        "Error: There is no command 'kb inof'. 'autometa schema' lists them.\n",
    )


def test_the_knowledge_base_that_was_used_is_named(autometa, places):
    used = json.loads(autometa("kb", "info", "kb", "--json")[1])["knowledge_base"]
    assert (used["name"], used["path"]) == ("kb", "kb")
    spare = json.loads(autometa("kb", "info", "spare", "--json")[1])["knowledge_base"]
    assert spare["fingerprint"] == used["fingerprint"]  # a copy
    clusters = json.loads(autometa("kb", "info", "clusters", "--json")[1])["knowledge_base"]
    assert clusters["fingerprint"] != used["fingerprint"]
    both = json.loads(autometa("kb", "list", "kb,clusters", "--json")[1])["knowledge_base"]
    assert (both["name"], both["path"]) == ("kb,clusters", None)
    assert [layer["path"] for layer in both["layers"]] == ["kb", "clusters"]


@pytest.mark.filterwarnings("always:Columns that are constant")
def test_what_is_said_without_json_is_in_the_notes_and_nowhere_twice(autometa, places):
    code, out, err = autometa("describe", "churn.csv", "-t", "left", "--json")
    notes = json.loads(out)["notes"]
    assert code == 0
    assert "Note: " not in err
    assert len(notes) == len(set(notes))
    _, _, err = autometa("describe", "churn.csv", "-t", "left")
    said = [line.removeprefix("Note: ") for line in err.splitlines() if line.startswith("Note: ")]
    assert notes == said
    assert any("same" in note for note in notes)  # the constant column


@pytest.mark.parametrize(
    ("line", "kind", "code", "part"),
    [
        ("recommend none.csv -t y", "DatasetNotFoundError", 2, "There is no file 'none.csv'"),
        ("recommend churn.csv --targte y", "UsageError", 2, "--targte"),
        ("kb info nowhere", "KnowledgeBaseError", 2, "nowhere"),
        ("kb inof", "UsageError", 2, "inof"),
        ("tune churn.csv -t left --time-budget soon", "ParameterError", 2, "Got 'soon'"),
        ("tune churn.csv -t left --memory-limit many", "ParameterError", 2, "Got 'many'"),
    ],
)
def test_an_error_is_an_object_on_stderr(autometa, places, line, kind, code, part):
    ended, out, err = autometa(*line.split(), "--json")
    assert (ended, out) == (code, "")
    content = json.loads(err.splitlines()[-1])
    assert content["schema"] == 1
    assert set(content["error"]) == {"type", "message", "hint"}
    assert content["error"]["type"] == kind
    assert part in content["error"]["message"]
    assert autometa(*line.split())[2].splitlines()[-1].startswith(("Error: ", "Try '"))


def test_a_damaged_file_is_a_failure_and_says_so(autometa, places):
    path = next((places / "kb").glob("runs-*"))
    path.write_bytes(path.read_bytes()[:-1])
    code, _, err = autometa("kb", "export", "kb", "--out", "exported", "--json")
    assert code == 1
    assert json.loads(err.splitlines()[-1])["error"]["type"] == "KnowledgeBaseCorruptError"
    assert not os.path.exists("exported")
