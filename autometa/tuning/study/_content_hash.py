"""content_hash(): a name for a table and its target that follows from their content."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from autometa._common.texts import as_texts
from autometa.tables import Table


def _cell_hashes(column: pd.Series[Any]) -> npt.NDArray[np.uint64]:
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biufmM":
        return np.asarray(
            pd.util.hash_array(column.to_numpy())
        )  # the same, without 0.1 ms a column
    try:
        return np.asarray(pd.util.hash_pandas_object(column, index=False))
    except (TypeError, UnicodeError):
        return np.asarray(pd.util.hash_pandas_object(as_texts(column), index=False))


def content_hash(table: Table) -> str:
    """Return 12 hexadecimal digits that tell this table and target from others."""
    digest = hashlib.sha256()
    if table.is_sparse:
        matrix: Any = table.X
        for part in (np.array(matrix.shape), matrix.indptr, matrix.indices, matrix.data):
            digest.update(np.ascontiguousarray(part).tobytes())
    for name, column in () if table.is_sparse else table.X.items():
        digest.update(f"{name}\n{column.dtype}\n".encode())
        digest.update(_cell_hashes(column).tobytes())
    digest.update(np.ascontiguousarray(table.y).tobytes())
    digest.update(repr(table.classes.tolist()).encode())
    if table.weights is not None:  # scores of rows that count for more are others
        digest.update(np.ascontiguousarray(table.weights).tobytes())
    return digest.hexdigest()[:12]
