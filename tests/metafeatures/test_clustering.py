"""Classes as clusters: by hand, against scikit-learn and SciPy, and at the edges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist, pdist
from scipy.stats import pointbiserialr
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score

from metafeatures import describe
from metafeatures._families.clustering import calinski_harabasz, davies_bouldin
from metafeatures._pairs.class_distances import class_distances

RNG = np.random.default_rng(0)
SCALE_FREE = [
    "dunn",
    "dunn_per_pair",
    "silhouette",
    "match_correlation",
    "davies_bouldin",
    "calinski_harabasz",
]


def clustering(X: object, y: object) -> pd.Series[float]:
    return describe(pd.DataFrame(X), pd.Series(y).astype(str), families=["clustering"])


def tables(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and classes; some rows are alone in their class."""
    rng = np.random.default_rng(seed)
    n_rows = int(rng.integers(6, 60))
    classes = np.concatenate([[0, 0, 1, 2], rng.integers(0, 4, n_rows - 4)])
    points = rng.normal(size=(n_rows, int(rng.integers(1, 5)))) * rng.lognormal(sigma=3)
    return points, np.unique(classes, return_inverse=True)[1]


def test_two_classes_of_two_rows_give_what_the_hand_computes():
    found = clustering([[0.0], [1.0], [4.0], [6.0]], [0, 0, 1, 1])
    assert found["dunn"] == pytest.approx(3 / 2)
    assert found["dunn_per_pair"] == pytest.approx(3 / 4 / 2)
    assert found["class_distance"] == pytest.approx((4 + 6 + 3 + 5) / 4)
    assert found["silhouette"] == pytest.approx((4 / 5 + 3 / 4 + 3 / 7 + 7 / 11) / 4)
    assert found["davies_bouldin"] == pytest.approx((0.5 + 1) / 4.5)
    assert found["calinski_harabasz"] == pytest.approx(20.25 / (2.5 / 2))
    assert found["match_correlation"] == pytest.approx(
        np.corrcoef([1, 0, 0, 0, 0, 1], [1, 4, 6, 3, 5, 2])[0, 1]
    )
    assert found["class_entropy_nats"] == pytest.approx(np.log(2))
    assert found["n_small_classes"] == 2


@given(st.integers(0, 10**6))
def test_scores_match_scikit_learn(seed):
    points, classes = tables(seed)
    found = class_distances(points, classes)
    assert found.silhouette == pytest.approx(silhouette_score(points, classes), abs=1e-6)
    bouldin = davies_bouldin_score(points, classes)
    assert davies_bouldin(points, classes) == pytest.approx(bouldin)
    harabasz = calinski_harabasz_score(points, classes)
    assert calinski_harabasz(points, classes) == pytest.approx(harabasz)


@given(st.integers(0, 10**6))
def test_distances_match_those_of_all_pairs(seed):
    points, classes = tables(seed)
    found = class_distances(points, classes)
    distances, is_same = cdist(points, points), classes[:, None] == classes
    sizes = np.bincount(classes).astype(float)
    n_pairs = np.outer(sizes, sizes)[classes[:, None], classes]
    upper = np.triu_indices(len(points), 1)
    assert found.nearest == pytest.approx(distances[~is_same].min())
    assert found.nearest_per_pair == pytest.approx((distances / n_pairs)[~is_same].min())
    assert found.diameter == pytest.approx(distances[is_same].max())
    between = (distances / n_pairs)[~is_same].sum() / (sizes.size * (sizes.size - 1))
    assert found.between == pytest.approx(between)
    expected = pointbiserialr(is_same[upper], pdist(points)).statistic
    assert found.match_correlation == pytest.approx(expected)


def test_a_thousand_classes_are_compared_like_few():
    points, classes = RNG.normal(size=(3000, 4)), np.arange(3000) % 1000
    found = class_distances(points, classes)
    assert found.silhouette == pytest.approx(silhouette_score(points, classes))
    assert davies_bouldin(points, classes) == pytest.approx(davies_bouldin_score(points, classes))


def test_nearly_equal_rows_of_two_classes_lose_no_digits():
    points = RNG.normal(size=(200, 3)) + 1e6
    points[100] = points[0] + [3e-8, 0, 0]
    classes = np.repeat([0, 1], 100)
    expected = np.linalg.norm(points[100] - points[0])
    assert class_distances(points, classes).nearest == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("scale", [1e-160, 1e-3, 1e140])
def test_shifted_and_scaled_rows_have_the_same_clusters(scale):
    points, classes = RNG.normal(size=(60, 3)), RNG.integers(0, 3, 60)
    first, second = clustering(points, classes), clustering(points * scale + 5 * scale, classes)
    np.testing.assert_allclose(first[SCALE_FREE], second[SCALE_FREE], rtol=1e-6)
    assert second["class_distance"] == pytest.approx(first["class_distance"] * scale)


def test_the_same_rows_in_all_classes_are_no_clusters():
    found = clustering(np.ones((12, 2)), np.arange(12) % 3)
    assert found["silhouette"] == 0
    assert found["class_distance"] == 0
    assert found[["dunn", "match_correlation", "davies_bouldin"]].isna().all()
    assert np.isnan(found["calinski_harabasz"])


def test_points_without_width_are_perfect_clusters():
    found = clustering(np.repeat([[0.1], [0.2], [0.7]], 5, axis=0), np.repeat([0, 1, 2], 5))
    assert found["silhouette"] == pytest.approx(1.0)
    assert found["davies_bouldin"] == pytest.approx(0.0, abs=1e-12)
    assert found[["dunn", "calinski_harabasz"]].isna().all()


def test_rows_that_are_classes_of_their_own_have_no_silhouette():
    found = clustering(RNG.normal(size=(8, 2)), np.arange(8))
    assert found["silhouette"] == 0
    assert found["davies_bouldin"] == 0
    assert found[["dunn", "calinski_harabasz", "match_correlation"]].isna().all()


def test_classes_with_the_same_mean_are_not_compared_by_their_means():
    points = np.array([[-1.0], [1.0], [-2.0], [2.0], [9.0], [11.0]])
    found = clustering(points, [0, 0, 1, 1, 2, 2])["davies_bouldin"]
    assert found == pytest.approx((2 / 10 + 3 / 10 + 3 / 10) / 3)


def test_clusters_are_for_classes():
    assert describe(pd.DataFrame({"a": np.arange(30.0)}), np.arange(30) / 7,
                    families=["clustering"]).empty  # fmt: skip
