"""Meta-features of a dataset, as a knowledge base has them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from autometa.exceptions import KnowledgeBaseMismatchError, KnowledgeBaseWarning
from autometa.tables import read_metafeatures

_SHOWN = 3  # names that a message gives as examples


def described_by(
    names: Sequence[str], metafeatures: pd.Series[float] | Mapping[str, float | None] | None
) -> pd.Series[float] | None:
    """Return the meta-features of those names; None when no value is finite.

    Raises
    ------
    KnowledgeBaseMismatchError
        If some are given and none has one of the names: they describe nothing.
    """
    if metafeatures is None:
        return None
    given = read_metafeatures(metafeatures)
    if len(given) and len(names) and not given.index.isin(names).any():
        raise KnowledgeBaseMismatchError(
            f"The knowledge base describes tasks by {len(names)} meta-features, such as "
            f"{list(names[:_SHOWN])}. None of the {len(given)} given is one of them: "
            f"{list(given.index[:_SHOWN])}. Give what autometa.describe(X, y) returns, translate "
            "names of others by metafeatures.translate, or give None for the all-round order."
        )
    values = given.reindex(names)
    if np.isfinite(values).any():
        return values
    if len(values):
        warnings.warn(
            f"None of the {len(given)} meta-features given has a finite value and is one of the "
            f"knowledge base: {list(names[:_SHOWN])} and so on. The order is the all-round one.",
            KnowledgeBaseWarning,
            stacklevel=4,
        )
    return None
