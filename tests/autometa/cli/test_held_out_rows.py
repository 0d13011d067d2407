"""`--groups`, `--timestamps` and `--cv` hold out the rows that Python holds out."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from autometa.tuning import tune

TUNE = [
    "--target", "outcome", "--metric", "r2", "--algorithm", "ridge", "--time-budget", "none",
    "--n-trials", "1", "--seed", "0", "--no-knowledge-base", "--json",
]  # fmt: skip


@pytest.fixture(scope="module")
def visits():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=120), "day": np.arange(120) // 4})
    X["patient"] = np.tile(np.arange(20), 6)
    return X.assign(outcome=X["a"] + rng.normal(size=120))


@pytest.fixture
def table(visits, tmp_path):
    path = tmp_path / "visits.csv"
    visits.to_csv(path, index=False)
    return path


def scored(frame, **asked):
    result = tune(
        frame, "outcome", metric="r2", algorithms=["ridge"], time_budget=None, n_trials=1,
        random_state=0, isolate=False, knowledge_base=False, **asked,
    )  # fmt: skip
    return result, result.leaderboard().iloc[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "asked", "kind"),
    [
        (["--groups", "patient"], {"groups": "patient"}, "group"),
        (
            ["--timestamps", "day", "--gap", "2"],
            {"timestamps": "day", "gap": 2},
            "time",
        ),
        (
            ["--groups", "patient", "--timestamps", "day", "--cv", "3"],
            {"groups": "patient", "timestamps": "day", "cv": 3},
            "group-time",
        ),
    ],
)
def test_the_command_scores_on_the_folds_of_python(autometa, visits, table, options, asked, kind):
    code, out, _ = autometa("tune", table, *TUNE, *options)
    assert code == 0
    answer = json.loads(out)
    result, best = scored(visits, **asked)
    assert answer["validation"] == result.validation
    assert answer["validation"]["kind"] == kind
    first = answer["leaderboard"][0]
    assert first["score"] == pytest.approx(best["score"], abs=1e-9)
    assert first["score_std"] == pytest.approx(best["score_std"], abs=1e-9)


@pytest.mark.slow
def test_a_file_of_folds_is_taken(autometa, visits, table, tmp_path):
    numbers = pd.Series(visits["patient"] % 4, name="fold")
    numbers.to_csv(tmp_path / "folds.csv", index=False)
    code, out, _ = autometa("tune", table, *TUNE, "--cv", tmp_path / "folds.csv")
    assert code == 0
    first = json.loads(out)["leaderboard"][0]
    rows = np.arange(120)
    pairs = [(rows[numbers != k], rows[numbers == k]) for k in range(4)]
    assert first["score"] == pytest.approx(scored(visits, cv=pairs)[1]["score"], abs=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--groups", "patiens"], "no column 'patiens'. Did you mean 'patient'?"),
        (["--cv", "group"], "--cv group needs --groups"),
        (["--cv", "1"], "--cv must be 2 folds or more"),
        (["--cv", "nowhere.csv"], "There is no 'nowhere.csv'"),
        (["--gap", "3 days"], "--gap is a length of time, which needs --timestamps"),
        (["--timestamps", "day", "--gap", "soon"], "Got 'soon'"),
    ],
)
def test_what_cannot_be_held_out_is_said_and_ends_with_2(autometa, table, options, message):
    code, _, err = autometa("recommend", table, "--target", "outcome", "--json", *options)
    assert code == 2
    assert message in " ".join(err.split())
