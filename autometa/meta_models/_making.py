"""make_learner(): the parts that learn, of the parameters of a MetaModel."""

from __future__ import annotations

import numpy as np

from autometa.exceptions import ParameterError
from autometa.performance import GreedyPortfolio, LeafSimilarity, Learner, TaskSimilarity


def make_learner(
    *,
    random_state: int,
    n_trees: int,
    n_jobs: int | None,
    sharpness: float,
    equal_share: float,
    caution: float,
    similarity: TaskSimilarity | None,
) -> Learner:
    """Return the parts that learn; the parameters are those of `MetaModel`.

    Raises
    ------
    ParameterError
        If one is out of range.
    """
    if not (isinstance(n_trees, int) and n_trees >= 1):
        raise ParameterError(f"'n_trees' must be an int >= 1. Got {n_trees!r} instead.")
    for name, value, low, high in (
        ("sharpness", sharpness, 0.0, np.inf),
        ("equal_share", equal_share, 0.0, 1.0),
        ("caution", caution, 0.0, np.inf),
    ):
        if not low <= value <= high:
            wanted = f"a number >= {low:g}" + (f" and <= {high:g}" if high < np.inf else "")
            raise ParameterError(f"'{name}' must be {wanted}. Got {value!r} instead.")
    if similarity is None:
        similarity = LeafSimilarity(
            n_trees=n_trees,
            random_state=random_state,
            n_jobs=n_jobs,
            sharpness=sharpness,
            equal_share=equal_share,
        )
    return Learner(similarity=similarity, portfolio=GreedyPortfolio(caution=caution))
