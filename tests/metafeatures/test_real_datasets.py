"""Real tables: counts agree with the manifest, and landmarkers know easy from hard."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris

from metafeatures import MetaFeatureExtractor, describe

NAMES = ["credit-g", "anneal", "car", "auto-mpg", "servo", "colic"]


@pytest.mark.parametrize("name", NAMES)
def test_counts_agree_with_the_manifest(shared, name):
    manifest = pd.read_csv(shared / "datasets" / "manifest.csv").set_index("name")
    row = manifest.loc[name]
    table = pd.read_parquet(shared / "datasets" / f"{name}.parquet")
    X, y = table.drop(columns=row["target"]), table[row["target"]]
    extractor = MetaFeatureExtractor()
    values = extractor.extract(X, y, task_type=row["task_type"])
    assert values["n_rows"] == row["n_rows"]
    assert values["n_columns"] == row["n_features"]
    assert values["n_numeric"] == row["n_numeric"]
    assert values["n_categorical"] == row["n_categorical"]
    assert values["n_missing"] == row["n_missing"]
    if row["task_type"] != "regression":
        assert values["n_classes"] == row["n_classes"]
        assert values["class_share.min"] == pytest.approx(row["minority_fraction"], abs=1e-4)
    assert (extractor.report_.loc[values.isna(), "reason"].str.startswith("undefined")).all()


def test_iris_is_easy_and_its_statistics_are_those_of_the_books():
    X, y = load_iris(return_X_y=True, as_frame=True)
    values = describe(X, y)
    assert values["class_entropy"] == pytest.approx(np.log2(3))
    assert values["skewness.mean"] == pytest.approx(X.skew().mean(), abs=0.02)
    assert values["first_component_share"] == pytest.approx(0.7296, abs=1e-4)
    eta_squared = 0.9414  # of the F ratio 1180 that the books have
    adjusted = 1 - (1 - eta_squared) * 149 / 147
    assert values["class_separation.max"] == pytest.approx(adjusted, abs=1e-4)
    assert values["landmark_linear.auc"] > 0.9
    assert values["landmark_tree.balanced_accuracy"] > 0.85


def test_lines_suit_the_diabetes_table_better_than_trees():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    values = describe(X, y)
    assert values["landmark_linear.r2"] == pytest.approx(0.48, abs=0.05)
    assert values["landmark_difference.trees_linear"] < 0
    assert values["landmark_difference.trees_tree"] > 0.2


def test_breast_cancer_is_nearly_separable_and_redundant():
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    values = describe(X, y)
    assert values["landmark_score.best"] > 0.98
    assert values["effective_rank_share"] < 0.35
    assert values["strong_correlation_share"] > 0.3
