"""`recommend` and `tune` note what shuffled folds would hide, until they are told of folds."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

PASS_GROUPS = "pass --groups patient_id"  # as it is spelt on the command line

pytestmark = pytest.mark.filterwarnings("always::autometa.ValidationWarning")


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(0)
    patient = np.repeat(np.arange(20), 6)
    frame = pd.DataFrame({"patient_id": patient, "dose": rng.normal(size=120)})
    frame["outcome"] = rng.normal(size=20)[patient] + 0.1 * rng.normal(size=120)
    path = tmp_path / "visits.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.mark.parametrize(("said", "times"), [((), 1), (("--groups", "patient_id"), 0)])
def test_recommend_notes_entities_once(autometa, table, said, times):
    line = ("recommend", table, "--target", "outcome", "--n", "1", *said)
    code, out, _ = autometa(*line, "--json")
    assert code == 0
    assert [PASS_GROUPS in note for note in json.loads(out)["notes"]].count(True) == times
    assert autometa(*line)[2].count(PASS_GROUPS) == times


@pytest.mark.slow  # starts a worker
def test_tune_notes_entities_once(autometa, table):
    line = ("tune", table, "--target", "outcome", "--algorithm", "ridge", "--n-trials", "1")
    code, out, err = autometa(*line, "--time-budget", "none", "--no-knowledge-base", "--json")
    assert code == 0
    assert [PASS_GROUPS in note for note in json.loads(out)["notes"]].count(True) == 1
    assert PASS_GROUPS not in err  # notes stand in the object
