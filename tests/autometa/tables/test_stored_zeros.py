"""A zero that a sparse matrix stores is the zero that it leaves out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import coo_matrix, csr_matrix

from autometa.algorithms import algorithms_for

RNG = np.random.default_rng(0)
DENSE = (RNG.random((200, 30)) < 0.2) * RNG.integers(1, 5, (200, 30)).astype(float)
LABELS = DENSE[:, :8].sum(axis=1) > DENSE[:, 8:16].sum(axis=1)


def with_stored_zeros():
    places = np.nonzero(DENSE == 0)
    some = RNG.permutation(len(places[0]))[:500]
    stored = csr_matrix(DENSE).tocoo()
    rows = np.concatenate([stored.row, places[0][some]])
    columns = np.concatenate([stored.col, places[1][some]])
    values = np.concatenate([stored.data, np.zeros(500)])
    return coo_matrix((values, (rows, columns)), DENSE.shape).tocsr()


@pytest.mark.parametrize("algorithm", algorithms_for("binary", 200, 2, True), ids=lambda a: a.name)
def test_stored_zeros_change_no_prediction(algorithm):
    zeros = with_stored_zeros()
    n_stored = zeros.nnz
    model = algorithm.build({}, "binary", is_sparse=True, n_rows=200)
    expected = model.fit(csr_matrix(DENSE), LABELS).predict_proba(csr_matrix(DENSE))
    np.testing.assert_array_equal(model.predict_proba(zeros), expected)
    np.testing.assert_array_equal(model.fit(zeros, LABELS).predict_proba(zeros), expected)
    assert zeros.nnz == n_stored
