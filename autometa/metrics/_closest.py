"""The family of a scorer of the user's own: of metrics that rank predictions as it does.

Advice for a metric that no history has comes from the closest one that it has. How close two
metrics are is measured: both score predictions of the user's own target that are made up, some
good, some bad, some with a bias, and the ranks of their scores are correlated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from autometa._common.arrays import AnyArray, AnyFloats
from autometa.metrics._registry import every_metric

# Rank correlations of so many pairs have a standard error of about 0.15 where there is none, and
# of 0.02 at 0.9; each pair asks the user's function once.
N_PREDICTIONS = 40


def closest_family(
    scored: Callable[[AnyArray], float],
    truth: AnyArray,
    task_type: str,
    n_classes: int,
    default: str,
) -> str:
    """Return the family of the measured metric whose scores are most like those of a function.

    Parameters
    ----------
    scored : callable
        The score of predictions of ``truth``: probabilities by class number, or values.
    truth : ndarray of shape (n_rows,)
        Class numbers, 1 the positive one of two; or target values.
    task_type : {"binary", "multiclass", "regression"}
    n_classes : int
        0 for regression.
    default : str
        The family where the function gives no scores that differ.
    """
    measured = {
        metric.family: metric.fast
        for metric in sorted(every_metric().values(), key=lambda m: -m.measured.get(task_type, 0))
        if task_type in metric.measured and metric.fast is not None and metric.family
    }
    rng = np.random.default_rng(0)
    made = list(_classes(truth, n_classes, rng) if n_classes else _numbers(truth, rng))
    own = [scored(values) for values in made]
    scores = pd.DataFrame(
        {
            name: [fast(truth, np.asarray(v, np.float64), None, 1) for v in made]
            for name, fast in measured.items()
        }
    )
    alike = scores.corrwith(pd.Series(own), method="spearman").dropna()
    return default if alike.empty else str(alike.idxmax())


def _classes(truth: AnyArray, n_classes: int, rng: np.random.Generator) -> Iterator[AnyFloats]:
    """Yield probabilities of models that know more or less, prefer a class, and are too sure."""
    for _ in range(N_PREDICTIONS):
        knows, is_sure = rng.uniform(0.2, 3), np.exp(rng.uniform(-1.5, 1.5))
        logits = knows * np.eye(n_classes)[truth] + rng.normal(size=(len(truth), n_classes))
        shares = np.exp(is_sure * (logits + rng.normal(size=n_classes)))
        yield shares / shares.sum(axis=1, keepdims=True)


def _numbers(truth: AnyArray, rng: np.random.Generator) -> Iterator[AnyFloats]:
    """Yield values with errors that are large or small, few or many, or grow with the target."""
    spread = float(truth.std()) or 1.0
    for _ in range(N_PREDICTIONS):
        size, growth = rng.uniform(0.05, 0.5), rng.uniform(0, 1)
        tails = rng.standard_t(rng.uniform(1.5, 10), len(truth))
        units = growth * np.abs(truth) + (1 - growth) * spread
        yield truth + size * units * tails + 0.1 * spread * rng.normal()
