"""``autometa predict`` and ``model info``: what was saved serves, and says what it is."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris

from autometa import load_model, tune

QUICK = {"n_trials": 1, "time_budget": None, "random_state": 0, "isolate": False}


@pytest.fixture(scope="module")
def iris(tmp_path_factory):
    """A saved model of iris, and its table with the target among the columns."""
    folder = tmp_path_factory.mktemp("iris")
    frame = load_iris(as_frame=True).frame
    X, y = frame.drop(columns="target"), frame["target"].map({0: "a", 1: "b", 2: "c"})
    options = {**QUICK, "algorithms": ["naive_bayes"], "knowledge_base": False}
    tune(X, y, **options).save(folder / "model")
    X.assign(kind=y).to_csv(folder / "iris.csv", index=False)
    return folder


def test_rows_are_predicted_in_their_order_and_other_columns_left_out(autometa, iris):
    code, out, err = autometa("predict", iris / "model", iris / "iris.csv")
    assert (code, err) == (0, "")
    frame = pd.read_csv(iris / "iris.csv")
    expected = load_model(iris / "model").predict(frame.drop(columns="kind"))
    assert out.splitlines() == ["prediction", *expected]


def test_probabilities_are_named_by_class_and_sum_to_one(autometa, iris, tmp_path):
    path = tmp_path / "predictions.parquet"
    code, out, err = autometa(
        "predict", iris / "model", iris / "iris.csv", "--proba", "--out", path
    )
    assert (code, out) == (0, "")
    assert f"Wrote '{path}'." in err
    written = pd.read_parquet(path)
    assert list(written) == ["prediction", "probability.a", "probability.b", "probability.c"]
    assert written.drop(columns="prediction").sum(axis=1).round(9).eq(1).all()


def test_predictions_for_machines(autometa, iris, follows_schema):
    _, out, _ = autometa("predict", iris / "model", iris / "iris.csv", "--json")
    content = json.loads(out)
    follows_schema("predict", content)
    assert content["n_rows"] == len(content["predictions"]) == 150
    assert content["predictions"][0] == {"prediction": "a"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("{iris}/iris.csv", "{iris}/iris.csv"), "must be a model written by"),
        (("{iris}/model", "sklearn:wine"), "It lacks ['sepal length (cm)'"),
        (("{iris}/model", "{iris}/iris.csv", "--out", "x.xlsx"), "must end in .csv or .parquet"),
        (("{iris}/model", "{iris}/iris.csv", "--out", "no/x.csv"), "There is no folder"),
    ],
)
def test_what_cannot_be_predicted_says_why(autometa, iris, words, message):
    code, out, err = autometa("predict", *(word.replace("{iris}", str(iris)) for word in words))
    assert (code, out) == (2, "")
    assert message in err


def test_numbers_have_no_probabilities(autometa, tmp_path):
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    result = tune(X, y, **QUICK, algorithms=["decision_tree"], knowledge_base=False)
    result.save(tmp_path / "model")
    code, _, err = autometa("predict", tmp_path / "model", "sklearn:diabetes", "--proba")
    assert code == 2
    assert "This model predicts numbers" in err


def test_a_model_says_what_it_is(autometa, iris, follows_schema):
    code, out, _ = autometa("model", "info", iris / "model", "--json")
    content = json.loads(out)
    assert code == 0
    follows_schema("model info", content)
    assert content["metric"] == "neg_log_loss"
    assert [member["algorithm"] for member in content["members"]] == ["naive_bayes"]
    assert content["task"]["task_type"] == "multiclass"
    _, out, _ = autometa("model", "info", iris / "model")
    assert "naive_bayes" in out
    assert "scikit-learn" in out


@pytest.mark.slow
def test_intervals_and_sets_are_columns_beside_the_predictions(autometa, iris, tmp_path):
    _, out, _ = autometa("predict", iris / "model", iris / "iris.csv", "--coverage", "0.9")
    lines = out.splitlines()
    assert lines[0] == "prediction,may_be.a,may_be.b,may_be.c"
    assert lines[1] == "a,True,False,False"
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    both = pd.DataFrame({"one": y, "two": -y})
    ridge = {**QUICK, "algorithms": ["ridge"], "knowledge_base": False}
    X.to_csv(tmp_path / "X.csv", index=False)
    tune(X, y, **ridge).save(tmp_path / "one")
    _, out, _ = autometa("predict", tmp_path / "one", tmp_path / "X.csv", "--coverage", "0.8")
    (tmp_path / "out.csv").write_text(out)
    written = pd.read_csv(tmp_path / "out.csv")
    assert list(written) == ["prediction", "low", "high"]
    assert written["prediction"].between(written["low"], written["high"]).all()
    tune(X, both, **ridge).save(tmp_path / "two")
    _, out, _ = autometa("predict", tmp_path / "two", tmp_path / "X.csv")
    assert out.splitlines()[0] == "prediction.one,prediction.two"
    code, _, err = autometa("predict", tmp_path / "one", tmp_path / "X.csv", "--coverage", "0.9999")
    assert code == 2
    assert "takes 9999 rows" in err


@pytest.mark.slow
def test_a_model_says_from_which_probability_it_predicts_a_class(autometa, tmp_path):
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    options = {**QUICK, "algorithms": ["naive_bayes"], "knowledge_base": False}
    tune(X, y, tune_threshold=0.3, **options).save(tmp_path / "low")
    _, out, _ = autometa("model", "info", tmp_path / "low")
    assert "threshold\t0.3, as asked for" in out
    tune(X, y, **options).save(tmp_path / "plain")
    assert "threshold" not in autometa("model", "info", tmp_path / "plain")[1]


@pytest.mark.slow
def test_a_model_says_how_it_was_validated_weighed_and_what_is_positive(autometa, tmp_path):
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    table = X.iloc[:120, :3].assign(patient=X.index[:120] // 6, day=range(120), count=y[:120] + 1)
    options = {**QUICK, "algorithms": ["naive_bayes"], "knowledge_base": False}
    of_rows = {"groups": "patient", "timestamps": "day", "gap": 3, "sample_weight": "count"}
    labels = y[:120].map({0: "ill", 1: "well"})
    tune(table, labels, pos_label="ill", cv="time", **of_rows, **options).save(tmp_path / "m")
    code, out, _ = autometa("model", "info", tmp_path / "m")
    assert code == 0
    lines = dict(line.split("\t") for line in out.splitlines() if line.count("\t") == 1)
    assert lines["positive class"] == "ill"
    assert lines["sample weights"] == "used in fits and scores"
    assert lines["validation"].startswith("time, ")
    assert "in the order of day, a gap of 3" in lines["validation"]
    outputs = pd.DataFrame({"one": X.iloc[:120, 5], "two": X.iloc[:120, 6]})
    ridge = {**options, "algorithms": ["ridge"]}
    tune(table.iloc[:, :3], outputs, groups=table["patient"], **ridge).save(tmp_path / "two")
    _, out, _ = autometa("model", "info", tmp_path / "two")
    lines = dict(line.split("\t") for line in out.splitlines() if line.count("\t") == 1)
    assert lines["task"].endswith(": regression of one, two")
    assert lines["validation"].startswith("group, ")
    assert lines["validation"].endswith("20 groups by patient")
    assert "sample weights" not in lines


def test_help_keeps_words_in_brackets(autometa):
    _, out, _ = autometa("tune", "--help")
    words = " ".join(out.replace("│", " ").split())
    assert "pairs of train and test row numbers in JSON" in words
