"""The principal eigenvector of a connected graph, by Lanczos' method."""

from __future__ import annotations

import numpy as np

from metafeatures._arrays import AnyFloats, Booleans, Floats

DENSE = 64
DOUBLE = 2_000
MAX_STEPS = 300
TOLERANCES = {np.float64: 1e-10, np.float32: 1e-6}


def principal(is_joined: Booleans) -> tuple[float, Floats]:
    """Return the largest eigenvalue of a graph's adjacency matrix, and its vector.

    Parameters
    ----------
    is_joined : ndarray of bool of shape (n_rows, n_rows)
        Symmetric; the graph is connected, so that no entry of the vector has another
        sign. In single precision beyond 2,000 rows.

    References
    ----------
    .. [1] C. Lanczos. An iteration method for the solution of the eigenvalue problem of
       linear differential and integral operators. Journal of Research of the National
       Bureau of Standards, 1950.

    Examples
    --------
    >>> value, vector = principal(~np.eye(5, dtype=bool))
    >>> round(value, 6), (vector / vector.max()).round(6).tolist()
    (4.0, [1.0, 1.0, 1.0, 1.0, 1.0])
    """
    if len(is_joined) <= DENSE:
        values, vectors = np.linalg.eigh(is_joined.astype(np.float64))
        return float(values[-1]), np.abs(vectors[:, -1])
    dtype = np.float64 if len(is_joined) <= DOUBLE else np.float32
    return _lanczos(is_joined.astype(dtype), TOLERANCES[dtype])


def _lanczos(matrix: AnyFloats, tolerance: float) -> tuple[float, Floats]:
    start = matrix.sum(axis=1, dtype=np.float64)
    basis = np.empty((min(MAX_STEPS, start.size), start.size))
    basis[0] = start / np.linalg.norm(start)
    inner = np.zeros((len(basis), len(basis)))
    value, weights = 0.0, np.ones(1)
    for n in range(1, len(basis) + 1):
        ahead = (matrix @ basis[n - 1].astype(matrix.dtype)).astype(np.float64)
        earlier = basis[:n]
        inner[n - 1, n - 1] = basis[n - 1] @ ahead
        for _ in range(2):  # the second time takes away what rounding left
            ahead -= earlier.T @ (earlier @ ahead)
        length = float(np.linalg.norm(ahead))
        values, vectors = np.linalg.eigh(inner[:n, :n])
        value, weights = float(values[-1]), vectors[:, -1]
        if n == len(basis) or length * abs(weights[-1]) <= tolerance * value:
            break
        basis[n] = ahead / length
        inner[n, n - 1] = inner[n - 1, n] = length
    return value, np.abs(weights @ basis[: weights.size])
