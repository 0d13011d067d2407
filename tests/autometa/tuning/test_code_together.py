"""Scripts split inside their fits as the pipelines did: by whole groups, or stretches of time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa.tuning import tune
from autometa.tuning.script._code import script

N = 240


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A table whose levels are encoded by the target, in a file."""
    rng = np.random.default_rng(0)
    who = np.repeat(np.arange(20), 12)
    frame = pd.DataFrame({"a": rng.normal(size=20)[who] + 0.1 * rng.normal(size=N)})
    frame["level"] = [f"level {w * 2 + i % 2}" for i, w in enumerate(who)]
    frame["who"] = rng.permutation(20)[who]
    frame["day"] = pd.date_range("2024-01-01", periods=60).repeat(4).strftime("%d.%m.%Y")
    frame["y"] = np.where(rng.normal(size=20)[who] + rng.normal(size=N) > 0, "yes", "no")
    file = tmp_path_factory.mktemp("code") / "table.csv"
    frame.sample(frac=1, random_state=0).to_csv(file, index=False)
    return file


def said_by(source, table):
    made = {"__name__": "made"}
    exec(source, made)
    read = made["read"]()
    model, words = made["fit"](read)
    return model.predict_proba(made["prepare"](table, words))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Dates are read")  # which is what is written out
@pytest.mark.parametrize(
    "asked", [{"groups": "who"}, {"timestamps": "day"}, {"timestamps": "day", "gap": "3 days"}]
)
def test_a_script_splits_inside_its_fit_as_the_pipeline_did(path, asked):
    table = pd.read_csv(path)
    X = table.drop(columns="y")
    result = tune(
        X, table["y"], target="y", algorithms=["svm", "logistic_regression"], n_trials=2,
        time_budget=None, isolate=False, knowledge_base=False, random_state=0, **asked,
    )  # fmt: skip
    expected = result.best_pipeline.predict_proba(X)
    np.testing.assert_allclose(said_by(result.code(str(path)), X), expected, rtol=1e-9)
    without = script(result.best_pipeline, str(path), "y", "a test")
    assert np.abs(said_by(without, X) - expected).max() > 1e-3


def test_a_script_with_nothing_to_split_is_as_it_was(path):
    table = pd.read_csv(path)
    result = tune(
        table.drop(columns=["y", "level", "day"]), table["y"], target="y", groups="who",
        algorithms=["naive_bayes"], n_trials=1, time_budget=None, isolate=False,
        knowledge_base=False, random_state=0,
    )  # fmt: skip
    assert "group_numbers" not in result.code(str(path))
