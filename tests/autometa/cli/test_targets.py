"""`--target` names one column or several, whatever is in their names."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from autometa import load_model, recommend, tune

QUICK = (
    "--algorithm", "ridge", "--time-budget", "none", "--n-trials", "1", "--seed", "0",
    "--no-knowledge-base", "--json",
)  # fmt: skip
NAMES = ("up, then down", "down")


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(80, 2)), columns=["a", "b"])
    return X.assign(**{NAMES[0]: X["a"] + 0.1 * rng.normal(size=80), NAMES[1]: -2 * X["b"]})


@pytest.fixture
def table(frame, tmp_path):
    path = tmp_path / "t.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.mark.slow
def test_several_targets_give_one_model_that_predicts_them_all(run, frame, table, tmp_path):
    model = tmp_path / "model"
    code, out, _ = run(
        "tune", table, "--target", NAMES[0], "--target", NAMES[1], *QUICK, "--save", model
    )
    assert code == 0
    answer = json.loads(out)
    y = frame[list(NAMES)]
    result = tune(
        frame[["a", "b"]], y, algorithms=["ridge"], time_budget=None, n_trials=1,
        random_state=0, isolate=False, knowledge_base=False,
    )  # fmt: skip
    assert answer["task"]["targets"] == list(NAMES)
    assert answer["task"]["n_columns"] == 2
    assert {name: one["score"] for name, one in answer["outputs"].items()} == pytest.approx(
        {name: one.score for name, one in result.outputs.items()}
    )
    assert answer["best"]["score"] == pytest.approx(result.score)
    assert {member["output"] for member in answer["best"]["members"]} == set(NAMES)
    loaded = load_model(model)
    np.testing.assert_allclose(loaded.predict(frame[["a", "b"]]), result.predict(frame[["a", "b"]]))
    code, out, _ = run("predict", model, table)
    assert code == 0
    assert out.splitlines()[0] == '"prediction.up, then down",prediction.down'


@pytest.mark.slow
def test_names_between_commas_are_several_unless_there_is_a_column_of_that_name(run, table):
    for asked in (["--target", "a,b"], ["--target", "b", "-t", "a"]):
        code, out, _ = run("tune", table, *asked, *QUICK)
        assert code == 0
        assert sorted(json.loads(out)["task"]["targets"]) == ["a", "b"]
    code, out, _ = run("tune", table, "--target", NAMES[0], *QUICK)
    assert code == 0
    answer = json.loads(out)
    assert answer["task"]["targets"] == [NAMES[0]]
    assert answer["outputs"] is None
    assert answer["task"]["n_columns"] == 3


def test_a_table_for_people_says_which_output_a_setup_is_for(run, table):
    code, out, _ = run("tune", table, "--target", "a,down", *QUICK[:-1])
    assert code == 0
    assert "output" in out
    assert "down" in out


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--target", "a,missing"], "missing"),
        (["--target", "a", "--target", "a"], "must name each column once"),
        (["--target", "a,b", "--code", "train.py"], "'--code' writes a model of one output"),
        (["--target", "a,b", "--save", "m.onnx"], "one output"),
    ],
)
def test_what_cannot_be_is_refused_before_the_search(
    run, table, tmp_path, monkeypatch, asked, said
):
    monkeypatch.chdir(tmp_path)
    code, out, err = run("tune", table, *asked, *QUICK)
    assert code != 0
    assert said in out + err


def test_recommend_answers_for_the_first_and_learns_from_none_of_the_others(run, frame, table):
    code, out, _ = run("recommend", table, "-t", NAMES[0], "-t", NAMES[1], "-n", "2", "--json")
    assert code == 0
    answer = json.loads(out)
    advice = recommend(frame[["a", "b"]], frame[list(NAMES)], n=2)
    assert [one["config"] for one in answer["recommendations"]] == [one.config for one in advice]
    assert answer["task"]["n_columns"] == 2
    assert any("the first of 2 outputs" in said for said in answer["notes"])
