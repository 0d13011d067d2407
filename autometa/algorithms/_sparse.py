"""SparseCleaner: the first step of pipelines for tables that are never made dense."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, issparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.preprocessing import MaxAbsScaler
from sklearn.utils.validation import check_is_fitted

from autometa.exceptions import DatasetError
from autometa.tables._sparse import plain_sparse, varying_sparse


class SparseCleaner(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn a sparse table into a CSR matrix of its columns that vary.

    Attributes
    ----------
    kept_ : ndarray of int
        Positions of the columns that come out.
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn which columns vary; ``y`` is not used."""
        matrix = _matrix(X)
        self.n_features_in_ = matrix.shape[1]
        self.kept_ = np.flatnonzero(varying_sparse(matrix))
        if not len(self.kept_):
            raise DatasetError("X must have a column with two distinct values or more.")
        return self

    def transform(self, X: Any) -> csr_matrix:
        """Return the columns that varied in `fit`, of a matrix, array or table.

        Raises
        ------
        DatasetError
            If the number of columns differs, or cells are no finite numbers.
        """
        check_is_fitted(self)
        matrix = _matrix(X)
        if matrix.shape[1] != self.n_features_in_:
            raise DatasetError(
                f"X has {matrix.shape[1]} features, but {type(self).__name__} is expecting "
                f"{self.n_features_in_} features as input."
            )
        return matrix if len(self.kept_) == matrix.shape[1] else matrix[:, self.kept_]

    @property
    def text_(self) -> dict[str, Any]:
        """Words by column, as of TableCleaner: no column is text."""
        return {}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _matrix(X: Any) -> csr_matrix:
    if issparse(X):
        return plain_sparse(X)
    if isinstance(X, pd.DataFrame) and all(isinstance(d, pd.SparseDtype) for d in X.dtypes):
        return plain_sparse(X)
    try:
        return plain_sparse(csr_matrix(np.asarray(X, dtype="float64")))
    except (ValueError, TypeError) as error:
        raise DatasetError(f"X must hold numbers, as when the model was fitted: {error}") from error


def make_sparse_encoder(encoding: str) -> Any:
    """Return what stands between the matrix and the estimator; zeros stay zeros."""
    return MaxAbsScaler() if encoding in ("scaled", "normal") else "passthrough"
