"""What cleaning adds to the time of a prediction: runs are timed on tables that are clean already.

Of each kind of column a call costs something, however many rows it has, and each row a little.
"""

from __future__ import annotations

import pandas as pd

# Milliseconds on the standard machine for a column: of a call, and of each row of it. Measured
# with `TableCleaner` on 300 and 1,000 rows of 20 columns; benchmarks/latency.py has the sums.
COLUMN_MS = {
    "n_numeric": (0.01, 1e-5),
    "n_categorical": (0.9, 7e-4),
    "n_datetime": (2.0, 5e-3),
}
FOLD_SHARE = 1 / 3  # of the rows, which times of predictions are the mean over


def cleaning_ms(metafeatures: pd.Series[float] | None) -> float:
    """Return the milliseconds of cleaning one row, among as many as a fold holds.

    Parameters
    ----------
    metafeatures : Series or None
        Of the table: its rows, and its columns by kind. Without them cleaning counts nothing.

    Examples
    --------
    >>> round(cleaning_ms(pd.Series({"n_rows": 3000.0, "n_numeric": 20, "n_categorical": 10})), 4)
    0.0164
    """
    if metafeatures is None or not metafeatures.get("n_rows", 0) > 0:
        return 0.0
    rows = max(1.0, FOLD_SHARE * float(metafeatures["n_rows"]))
    known = {name: float(metafeatures.get(name, 0.0)) for name in COLUMN_MS}
    return sum(
        n * (COLUMN_MS[name][0] / rows + COLUMN_MS[name][1])
        for name, n in known.items()
        if n > 0  # NaN is nothing
    )
