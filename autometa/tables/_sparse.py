"""Sparse tables: those whose cells would not fit into memory are never made dense.

A SciPy matrix of few cells is read as any other table, with all that is done for those.
A larger one stays as it is: numbers, no gaps, no names.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix, issparse

from autometa.exceptions import DatasetError, DatasetWarning

MIN_SPARSE_CELLS = 2_000_000  # 16 MB when dense: less is not worth doing without
MAX_DENSITY = 0.2  # beyond, the positions take more room than the zeros


def stays_sparse(X: Any) -> bool:
    """Return whether a table is sparse and too large to be made dense."""
    if isinstance(X, pd.DataFrame):
        n_cells = X.shape[0] * X.shape[1]
        if n_cells < MIN_SPARSE_CELLS:
            return False
        dtypes = set(X.dtypes)
        is_sparse = all(isinstance(dtype, pd.SparseDtype) for dtype in dtypes)
        return is_sparse and all(dtype.fill_value == 0 for dtype in dtypes)
    if not issparse(X) or len(X.shape) != 2:
        return False
    n_cells = X.shape[0] * X.shape[1]
    return bool(n_cells >= MIN_SPARSE_CELLS and X.nnz <= MAX_DENSITY * n_cells)


def plain_sparse(X: Any) -> csr_matrix:
    """Return a sparse table as a CSR matrix of float64 in its plainest form.

    Raises
    ------
    DatasetError
        If it holds what is no number, or a number that is not finite: a gap and
        a zero are the same there.
    """
    if isinstance(X, pd.DataFrame):
        X = X.sparse.to_coo()
    if X.dtype.kind not in "biuf":
        raise DatasetError(f"A sparse matrix must hold numbers. Got {X.dtype}.")
    matrix = csr_matrix(X, dtype="float64", copy=False)
    if not matrix.has_canonical_format:
        matrix = matrix.copy()
        matrix.sum_duplicates()
    if (matrix.data == 0).any():  # XGBoost takes a stored zero for a number, another for a gap
        matrix = matrix.copy()
        matrix.eliminate_zeros()
    n_bad = int((~np.isfinite(matrix.data)).sum())
    if n_bad:
        raise DatasetError(
            "A large sparse matrix must hold finite numbers. Input X contains NaN or infinity in "
            f"{n_bad} cells; set them to 0, or give them columns of their own."
        )
    return matrix


def varying_sparse(X: csr_matrix) -> npt.NDArray[np.bool_]:
    """Return for each column whether it holds two distinct values or more."""
    highest, lowest = X.max(axis=0).toarray().ravel(), X.min(axis=0).toarray().ravel()
    return np.asarray(highest > lowest)


def check_sparse(X: Any) -> csr_matrix:
    """Return a sparse table that can be used, or say what is wrong with it."""
    matrix = plain_sparse(X)
    varies = varying_sparse(matrix)
    if not varies.any():
        raise DatasetError(
            "X must have a column with two distinct values or more. All "
            f"{matrix.shape[1]} columns are constant or empty."
        )
    if not varies.all():
        warnings.warn(
            DatasetWarning(
                f"Columns that are constant or empty are left out: {int((~varies).sum())} of "
                f"{matrix.shape[1]}."
            ),
            stacklevel=4,
        )
    return matrix


def take_rows(X: Any, rows: npt.NDArray[np.intp]) -> Any:
    """Return some rows of a table, dense or sparse."""
    return X.iloc[rows] if isinstance(X, pd.DataFrame) else X[rows]
