"""Rows among those of their own and other classes: by hand, by brute force and against pymfe."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import cdist

from metafeatures import MetaFeatureExtractor, describe
from metafeatures._pairs import row_distances
from metafeatures._pairs.class_graph import ClassGraph, components, count_triangles
from metafeatures._pairs.eigenvector import principal
from metafeatures._pairs.row_distances import RowDistances, spanning_tree
from metafeatures._pairs.surroundings import look_around, sphere_radii


def complexity(X: object, y: object, **parameters: object) -> pd.Series[float]:
    return describe(
        pd.DataFrame(X), y, task_type="multiclass", families=["complexity"], **parameters
    )


def test_four_rows_of_two_classes_give_what_the_hand_computes():
    found = complexity([[0.0], [2.0], [1.0], [4.0]], [0, 0, 1, 1])
    assert found["neighborhood_n1"] == 1
    assert found["neighborhood_n2.mean"] == pytest.approx((2 / 3 + 2 / 3 + 3 / 4 + 3 / 5) / 4)
    assert found["neighborhood_n2.median"] == pytest.approx(2 / 3)
    assert found["neighborhood_n3"] == 1
    assert found["neighborhood_lsc"] == pytest.approx(1 - 4 / 16)
    assert found["neighborhood_t1"] == 1


def test_rows_equally_near_share_the_vote():
    assert complexity([[0.0], [1.0], [2.0]], [0, 0, 1])["neighborhood_n3"] == pytest.approx(1 / 2)


def test_classes_far_apart_need_one_sphere_each_and_one_edge_between():
    found = complexity([[0.0], [1.0], [2.0], [9.0], [10.0]], [0, 0, 0, 1, 1])
    assert found["neighborhood_t1"] == pytest.approx(2 / 5)
    assert found["neighborhood_n1"] == pytest.approx(2 / 5)
    assert found["neighborhood_n3"] == found["neighborhood_n4"] == 0
    assert found["neighborhood_lsc"] == pytest.approx(1 - (3 * 3 + 2 * 2) / 25)


def test_spheres_of_enemies_touch():
    enemy, place = np.array([0.9, 0.8, 0.7, 0.7, 0.8]), np.array([3, 3, 3, 2, 2])
    assert sphere_radii(enemy, place) == pytest.approx([0.55, 0.45, 0.35, 0.35, 0.45])


def test_the_graph_of_near_rows_of_a_class_is_what_the_hand_draws():
    # each row reaches its nearest: a path of three rows, and a pair of the other class
    found = complexity([[0.0], [1.0], [3.0], [10.0], [11.0]], [0, 0, 0, 1, 1])
    assert found["network_density"] == pytest.approx(1 - 3 / 10)
    assert found["network_cls_coef"] == 1
    scores = np.array([np.sqrt(0.5), 1, np.sqrt(0.5), 0, 0])
    assert found["network_hubs.mean"] == pytest.approx((1 - scores).mean())
    assert found["network_hubs.sd"] == pytest.approx(scores.std(ddof=1))


def test_repeated_rows_are_joined():
    found = complexity([[0.0], [0.0], [0.0], [5.0]], [0, 0, 0, 1])
    assert found["network_density"] == pytest.approx(1 - 3 / 6)
    assert found["network_cls_coef"] == 0
    assert found["network_hubs.mean"] == pytest.approx(1 / 4)


def test_a_graph_without_edges_has_no_hubs():
    found = complexity([[0.0], [1.0], [2.0]], [0, 1, 0])
    assert found["network_density"] == found["network_hubs.mean"] == 1


def test_components_with_the_same_eigenvalue_all_have_hubs():
    found = complexity([[0.0], [1.0], [10.0], [11.0]], [0, 0, 1, 1])
    assert found["network_hubs.mean"] == pytest.approx(0, abs=1e-12)


def test_a_row_repeated_in_both_classes_has_no_ratio():
    found = complexity([[1.0]] * 4, [0, 0, 1, 1])
    assert np.isnan(found["neighborhood_n2.mean"])
    found = complexity([[1.0], [1.0], [1.0], [1.0], [3.0]], [0, 0, 1, 1, 1])
    assert found["neighborhood_n2.mean"] == pytest.approx(1 / 2)


def test_a_row_alone_in_its_class_is_infinitely_far_from_its_friends():
    found = complexity([[0.0], [1.0], [5.0]], [0, 0, 1])
    assert found["neighborhood_n2.max"] == 1


@given(st.integers(0, 10**6), st.sampled_from(["gower", "euclidean"]))
def test_spanning_tree_is_as_short_as_that_of_scipy(seed, kind):
    rng = np.random.default_rng(seed)
    points = rng.random((rng.integers(2, 40), rng.integers(1, 4))) + 0.01
    distances = RowDistances(points, kind)
    found = sum(float(distances.row(i)[j]) for i, j in zip(*spanning_tree(distances), strict=True))
    whole = cdist(points, points, "cityblock" if kind == "gower" else "euclidean")
    whole /= points.shape[1] if kind == "gower" else 1
    assert found == pytest.approx(minimum_spanning_tree(whole).sum(), rel=1e-5)


@given(st.integers(0, 10**6))
def test_surroundings_are_those_of_the_whole_matrix(seed):
    rng = np.random.default_rng(seed)
    n_rows = int(rng.integers(3, 30))
    points, classes = rng.integers(0, 4, (n_rows, 2)) / 3, np.arange(n_rows) % 2
    found = look_around(RowDistances(points, "gower"), classes, 1)
    whole = np.abs(points[:, None] - points).mean(axis=2).astype(np.float32)
    is_friend = classes[:, None] == classes
    others = np.where(np.eye(n_rows, dtype=bool), np.inf, whole)
    np.testing.assert_array_equal(found.reach, others.min(axis=1))
    np.testing.assert_array_equal(found.enemy, np.where(is_friend, np.inf, whole).min(axis=1))
    np.testing.assert_array_equal(found.friend, np.where(is_friend, others, np.inf).min(axis=1))
    is_nearest = others == others.min(axis=1, keepdims=True)
    expected = (is_nearest & ~is_friend).sum(axis=1) / is_nearest.sum(axis=1)
    np.testing.assert_allclose(found.enemy_share, expected)
    assert (found.local_set == (whole < found.enemy[:, None]).sum(axis=1)).all()


def random_graph(rng: np.random.Generator, n_rows: int, density: float) -> np.ndarray:
    upper = np.triu(rng.random((n_rows, n_rows)) < density, 1)
    return upper | upper.T


@given(st.integers(0, 10**6))
def test_triangles_are_a_sixth_of_the_trace_of_the_cube(seed):
    rng = np.random.default_rng(seed)
    is_joined = random_graph(rng, int(rng.integers(1, 700)), 0.1)
    whole = is_joined.astype(np.float64)
    assert count_triangles(is_joined) == round(np.einsum("ij,ij->", whole @ whole, whole) / 6)


@pytest.mark.parametrize("n_rows", [3, 60, 90, 400])
def test_principal_vector_is_that_of_all_eigenvectors(n_rows):
    is_joined = random_graph(np.random.default_rng(n_rows), n_rows, 0.2)
    is_joined[0, 1:] = is_joined[1:, 0] = True
    values, vectors = np.linalg.eigh(is_joined.astype(np.float64))
    value, vector = principal(is_joined)
    assert value == pytest.approx(values[-1])
    np.testing.assert_allclose(vector, np.abs(vectors[:, -1]), atol=1e-7)


def test_components_are_the_parts_of_a_graph_that_hold_together():
    is_joined = np.zeros((6, 6), bool)
    for i, j in [(0, 4), (4, 2), (1, 5)]:
        is_joined[i, j] = is_joined[j, i] = True
    assert [part.tolist() for part in components(is_joined)] == [[0, 2, 4], [1, 5]]


def test_distances_that_are_not_held_give_the_same_values(monkeypatch):
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 5, (60, 3)), rng.integers(0, 3, 60)
    held = complexity(X, y)
    monkeypatch.setattr(row_distances, "MOST_BYTES_HELD", 0)
    pd.testing.assert_series_equal(complexity(X, y), held)


def test_a_class_of_many_rows_has_hubs_in_single_precision(monkeypatch):
    rng = np.random.default_rng(0)
    points, classes = rng.random((300, 2)), np.zeros(300, np.int64)
    distances = RowDistances(points, "gower")
    reach = np.sort([distances.row(i) for i in range(300)], axis=1)[:, 45].astype(np.float64)
    double = ClassGraph(distances, classes, reach).hub_scores
    monkeypatch.setattr("metafeatures._pairs.eigenvector.DOUBLE", 100)
    single = ClassGraph(distances, classes, reach).hub_scores
    np.testing.assert_allclose(single, double, atol=1e-5)


def test_a_thousand_classes_are_measured():
    rng = np.random.default_rng(0)
    found = complexity(rng.normal(size=(3000, 4)), np.arange(3000) % 1000)
    assert found.drop("network_hubs.sd").notna().all()


def test_values_of_a_table_without_ties_are_those_of_pymfe():
    mfe = pytest.importorskip("pymfe.mfe", reason="pymfe is not installed")
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(150, 4)), rng.integers(0, 3, 150)
    X[:, 0] += y
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        extractor = mfe.MFE(groups=["complexity"], random_state=0).fit(X, y, suppress_warnings=True)
        theirs = dict(zip(*extractor.extract(suppress_warnings=True), strict=True))
    ours = MetaFeatureExtractor(families=["complexity"], max_rows=None).extract(
        X, y, task_type="multiclass"
    )
    names = {"network_density": "density", "network_cls_coef": "cls_coef"}
    names |= {f"network_hubs.{summary}": f"hubs.{summary}" for summary in ("mean", "sd")}
    names |= {f"neighborhood_{name}": name for name in ("n1", "lsc")}
    names |= {"neighborhood_n2.mean": "n2.mean", "neighborhood_n3": "n3.mean"}
    names |= {f"overlap_{name}.mean": f"{name}.mean" for name in ("f1", "f2", "f3", "f4")}
    names |= {"balance_c1": "c1", "balance_c2": "c2"}
    names |= {f"dimensionality_{name}": name for name in ("t2", "t3", "t4")}
    for name, theirs_name in names.items():
        assert ours[name] == pytest.approx(theirs[theirs_name], rel=1e-6), name
    assert ours["linearity_l1.mean"] == pytest.approx(theirs["l1.mean"], rel=1e-2)
