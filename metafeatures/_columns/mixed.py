"""Numbers and levels on one scale, and their principal components."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from metafeatures._arrays import Codes, Floats


def principal_components(columns: Floats) -> tuple[Floats, Floats]:
    """Return shares of variance, largest first, and the rows on the first component.

    Parameters
    ----------
    columns : ndarray of shape (n_columns, n_rows)
        Centred, without missing values. Both results are empty when nothing varies.

    Examples
    --------
    >>> shares, first = principal_components(np.array([[-2.0, 2.0], [0.0, 0.0]]))
    >>> shares, np.abs(first)
    (array([1., 0.]), array([2., 2.]))
    """
    if columns.size == 0:
        return np.empty(0), np.empty(0)
    variances, vectors = np.linalg.eigh(columns @ columns.T / columns.shape[1])
    variances = np.clip(variances[::-1], 0.0, None)
    total = variances.sum()
    if total <= 0:
        return np.empty(0), np.empty(0)
    return variances / total, vectors[:, -1] @ columns


def mix(standardized: Floats, codes: Sequence[Codes], most: int | None) -> Floats:
    """Return numbers with 0 for missing, then centred indicators of levels; ``most`` in all.

    Beyond that, numbers and levels keep their shares; of levels the most frequent over all
    columns are taken.
    """
    n_rows = standardized.shape[1]
    counts = [np.bincount(column[:n_rows] + 1)[1:] for column in codes]
    column = np.repeat(np.arange(len(counts)), [len(some) for some in counts])
    level = np.concatenate([np.arange(len(some)) for some in counts]) if counts else column
    frequency = np.concatenate(counts) if counts else column
    shown = np.flatnonzero((frequency > 0) & (frequency < n_rows))
    n_all = len(standardized) + shown.size
    if most is not None and n_all > most:
        n_shown = -(-shown.size * most // n_all)
        shown = np.sort(shown[np.argsort(-frequency[shown], kind="stable")][:n_shown])
        standardized = standardized[: most - n_shown]
    indicators = np.array(
        [(codes[column[i]][:n_rows] == level[i]) - frequency[i] / n_rows for i in shown]
    )
    return np.concatenate([np.nan_to_num(standardized), indicators.reshape(-1, n_rows)])
