"""Labels as scikit-learn's estimators take them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import assert_all_finite, column_or_1d

from autometa.exceptions import DatasetError
from autometa.tables._outputs import several_outputs


def one_column(y: Any) -> Any:
    """Return a target of one column as a column, with its index, and scikit-learn's warning."""
    if isinstance(y, pd.DataFrame) and y.shape[1] == 1:
        return pd.Series(column_or_1d(y, warn=True), y.index)
    if several_outputs(y) is not None:
        return y
    if isinstance(y, np.ndarray) and y.ndim > 1:
        try:
            return column_or_1d(y, warn=True)
        except ValueError as error:
            raise DatasetError(str(error)) from error
    return y


def refuse_fractions(y: Any) -> None:
    """Refuse what scikit-learn refuses as class labels; labels of any other type are taken."""
    if isinstance(y, list | tuple) and all(isinstance(label, float) for label in y):
        y = np.asarray(y)
    is_float = getattr(getattr(y, "dtype", None), "kind", "O") == "f"
    if not is_float or isinstance(y, np.ma.MaskedArray):
        return
    try:
        assert_all_finite(np.asarray(y), input_name="y")
        check_classification_targets(np.asarray(y))
    except ValueError as error:
        raise DatasetError(str(error)) from error
