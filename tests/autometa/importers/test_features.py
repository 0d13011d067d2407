"""Meta-features of foreign histories: whose names they are, and what is left of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa.exceptions import KnowledgeBaseError
from autometa.importers._features import prepare, read_features
from autometa.importers._tally import Tally


def test_names_of_openml_become_ours_and_others_stay():
    qualities = pd.DataFrame(
        {
            "NumberOfInstances": [150, 178],
            "NumberOfFeatures": [5, 14],
            "NumberOfClasses": [3, 3],
            "MajorityClassPercentage": [33.3, 39.9],
            "MySecret": [0.5, 0.7],
        },
        index=["iris", "wine"],
    )
    tally = Tally()
    features = prepare(qualities, tally)
    assert features.loc["iris", ["n_rows", "n_columns", "n_classes"]].tolist() == [150, 4, 3]
    assert features["MySecret"].tolist() == [0.5, 0.7]
    assert "NumberOfInstances" not in features
    assert tally.notes[0].endswith(
        "translated from openml's names; 1 without an equal keep their own."
    )


def test_names_of_auto_sklearn_are_told_from_openmls():
    values = pd.DataFrame(
        {
            "NumberOfInstances": [150, 178],
            "LogNumberOfInstances": [5.01, 5.18],
            "NumberOfFeatures": [4, 13],
            "ClassProbabilityMax": [0.33, 0.4],
        },
        index=["iris", "wine"],
    )
    assert prepare(values, Tally()).loc["iris", "n_columns"] == 4


@pytest.mark.parametrize("names", [["n_rows", "n_classes"], ["vars", "clauses"]])
def test_our_own_names_and_nobodys_stay(names):
    frame = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], index=["a", "b"], columns=names)
    if "n_classes" in names:
        frame["n_classes"] = 2.0  # the same everywhere, and known for what it is
    tally = Tally()
    pd.testing.assert_frame_equal(prepare(frame, tally), frame)
    assert tally.notes == ()


def test_names_that_two_systems_share_are_left_and_told():
    frame = pd.DataFrame(
        {"NumberOfInstances": [1.0, 2.0], "ClassEntropy": [0.5, 1.0]}, index=["a", "b"]
    )
    tally = Tally()
    assert list(prepare(frame, tally)) == ["NumberOfInstances", "ClassEntropy"]
    assert "Say whose by 'translation'" in tally.notes[0]


def test_words_become_numbers_levels_or_are_dropped():
    frame = pd.DataFrame(
        {
            "flag": ["true", "FALSE", None],
            "kind": ["a", "b", None],
            "number": ["1.5", "?", "inf"],
            "text": ["x", "y", "z"],
            "empty": [None, None, None],
        },
        index=["t1", "t2", "t3"],
    )
    tally = Tally()
    features = prepare(frame, tally, translation=None)
    assert features["flag"].fillna(-1).tolist() == [1.0, 0.0, -1]
    assert features["kind=a"].fillna(-1).tolist() == [1.0, 0.0, -1]
    assert features["number"].fillna(-1).tolist() == [1.5, -1, np.inf]
    assert "empty" not in features
    assert {"text=x", "text=y", "text=z"} <= set(features)
    many = pd.DataFrame({"text": [f"word {i}" for i in range(11)]}, index=range(11))
    assert prepare(many, tally, translation=None).shape == (11, 0)
    assert any("many levels: 'text'" in d.why for d in tally.dropped)


def test_ids_are_found_wherever_they_stand(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("size,dataset_id\n3,a\n4,b\n")
    assert read_features(path).loc["b", "size"] == "4"
    path.write_text("whatever,size\na,3\n")
    assert read_features(path).loc["a", "size"] == "3"
    path.write_text("size\n3\n")
    with pytest.raises(KnowledgeBaseError, match="must hold meta-features: task ids"):
        read_features(path)
