"""What leaves a table the same table: forms of its columns, forms of its target."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

NEW_NAMES = dict(zip(["cat", "dog", "eel", "fox"], ["zeta", "kappa", "alpha", "mu"], strict=True))
NEW_NAMES |= {"no": "zeta", "yes": "alpha"}


def _is_words(column):
    kinds = set(column.dropna().map(type))
    return kinds == {str}


def whole_numbers(X):
    """Integers as floats, and floats without fractions as integers with gaps."""
    out = X.copy()
    for name in X:
        if X[name].dtype.kind in "iu":
            out[name] = X[name].astype(float)
        elif X[name].dtype.kind == "f" and (X[name].dropna() % 1 == 0).all():
            out[name] = X[name].astype("Int64")
    return out


def numbers_as_text(X):
    """Numbers as the shortest text that reads as the same number."""
    numbers = [name for name in X if X[name].dtype.kind in "iuf"]
    cells = {n: [None if pd.isna(v) else str(v) for v in X[n].tolist()] for n in numbers}
    return X.assign(**cells)


def words(dtype):
    """Words in another type; text of many words is no category."""

    def form(X):
        names = [name for name in X if _is_words(X[name]) and name not in ("remark", "stamp")]
        return X.astype(dict.fromkeys(names, dtype))

    return form


def renamed(X):
    return X.set_axis([f"k{9 - i}" for i in range(X.shape[1])], axis=1)


def counted_otherwise(X):
    """Rows under other labels, which the target does not have."""
    return X.set_axis(np.arange(len(X))[::-1] + 7, axis=0)


FORMS = {
    "whole numbers": whole_numbers,
    "numbers as text": numbers_as_text,
    "categories": words("category"),
    "strings": words("string"),
    "object words": words(object),
    "objects": lambda X: X.astype(object),
    "pandas' own types": lambda X: X.convert_dtypes(),
    "pandas on pyarrow": lambda X: X.convert_dtypes(dtype_backend="pyarrow"),
    "polars": pl.from_pandas,
    "pyarrow": pa.Table.from_pandas,
    "array of objects": lambda X: X.to_numpy(dtype=object),
    "constant column": lambda X: X.assign(constant=3),
    "columns renamed": renamed,
    "columns reversed": lambda X: X.iloc[:, ::-1],
    "other index": counted_otherwise,
}

CLASSES = {
    "classes renamed": lambda y: pd.Series(y).map(NEW_NAMES).to_numpy(),
    "categories of classes": lambda y: pd.Series(y).astype("category"),
    "list": list,
    "classes of pyarrow": pa.array,
}
NUMBERS = {"8 times": lambda y: 8 * y, "shifted": lambda y: y + 1_000 * np.std(y)}
TARGETS = {"binary": CLASSES, "multiclass": CLASSES, "regression": NUMBERS}
