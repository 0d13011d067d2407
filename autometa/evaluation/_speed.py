"""How fast this machine is: a small fixed workload, timed."""

from __future__ import annotations

import time
from functools import lru_cache

import numpy as np

N_ROUNDS = 3
STANDARD_SECONDS = 0.022  # on two cores of an AMD EPYC, which measured the bundled runs


def reference_seconds() -> float:
    """Return the processor seconds that a fixed workload takes here, now.

    Trees grown, matrices multiplied and numbers sorted on one thread: what most of
    the learners spend their time on. Seconds measured on one machine, divided by its
    reference and multiplied by another's, are that other machine's, roughly.

    Returns
    -------
    float
        The quickest of three rounds, some 0.03 s each.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        return min(_one_round() for _ in range(N_ROUNDS))


@lru_cache(maxsize=1)
def cached_reference_seconds() -> float:
    """Return `reference_seconds`, measured once a process."""
    return reference_seconds()


def slowness() -> float:
    """Return how many times the seconds of the machine of the bundled runs this one takes."""
    return cached_reference_seconds() / STANDARD_SECONDS


def _one_round() -> float:
    from sklearn.tree import DecisionTreeRegressor

    generator = np.random.default_rng(0)
    X = generator.normal(size=(1500, 8))
    y = X[:, 0] * X[:, 1] + generator.normal(size=1500)
    square = generator.normal(size=(300, 300))
    start = time.process_time()
    DecisionTreeRegressor(random_state=0).fit(X, y)
    for _ in range(4):
        square = square @ square
        square /= np.abs(square).max()
    np.sort(generator.normal(size=200_000))
    return time.process_time() - start
