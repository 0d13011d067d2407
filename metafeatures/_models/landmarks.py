"""Scores of landmarkers on shared folds, each computed when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy.stats import rankdata

from metafeatures._arrays import Floats
from metafeatures._models.folds import Fold
from metafeatures._models.landmark_models import MODELS, first_quarter


class LandmarkScores:
    """Mean scores over the folds, by model; NaN when there are no folds.

    Parameters
    ----------
    folds : list of Fold
        May be empty.
    seed : int
        Seed of the random models.
    n_jobs : int
        Threads, one a fold.
    """

    def __init__(self, folds: list[Fold], seed: int, n_jobs: int = 1) -> None:
        self.folds = folds
        self.seed = seed
        self.n_jobs = n_jobs
        self._scores: dict[tuple[str, bool], Mapping[str, float]] = {}

    def of(self, model: str, *, quarter: bool = False) -> Mapping[str, float]:
        """Return the scores of a model: ``main`` and those of its task type.

        ``quarter`` trains on a quarter of the training rows.
        """
        key = (model, quarter)
        if key not in self._scores:
            self._scores[key] = self._evaluate(model, quarter)
        return self._scores[key]

    def main(self, model: str, *, quarter: bool = False) -> float:
        """Return the main score of a model: AUC for classes, R2 for numbers."""
        return self.of(model, quarter=quarter)["main"]

    def _evaluate(self, model: str, quarter: bool) -> Mapping[str, float]:
        nothing = dict.fromkeys(("main", "balanced_accuracy", "auc", "r2", "spearman"), np.nan)
        if not self.folds:
            return nothing

        def score(fold: Fold) -> dict[str, float]:
            answer = MODELS[model](first_quarter(fold) if quarter else fold, self.seed)
            scorer = number_scores if fold.is_regression else class_scores
            return scorer(fold.test_target, answer)

        if self.n_jobs == 1:
            scores = [score(fold) for fold in self.folds]
        else:
            with ThreadPoolExecutor(self.n_jobs) as threads:
                scores = list(threads.map(score, self.folds))
        means = {name: float(np.mean([one[name] for one in scores])) for name in scores[0]}
        return nothing | means


def class_scores(target: Floats, scores: Floats) -> dict[str, float]:
    """Return balanced accuracy, 0 by chance and 1 when perfect, and AUC, mean of one-versus-rest.

    Parameters
    ----------
    target : ndarray of shape (n_rows, n_classes or 1)
        Zeros and ones; a single column says whether the row is of the second class.
    scores : ndarray of the same shape
        The larger, the likelier; a single column is compared with one half.

    Examples
    --------
    >>> class_scores(np.array([[0.0], [1.0]]), np.array([[0.2], [0.4]]))["auc"]
    1.0
    """
    if target.shape[1] == 1:
        target = np.concatenate([1 - target, target], axis=1)
        scores = np.concatenate([1 - scores, scores], axis=1)
    counts = target.sum(axis=0)
    n_classes = counts.size
    chosen = np.eye(n_classes)[np.argmax(scores, axis=1)]
    recall = (chosen * target).sum(axis=0) / counts
    adjusted = (recall.mean() - 1 / n_classes) / (1 - 1 / n_classes)
    ranks = rankdata(scores, axis=0)
    wins = (ranks * target).sum(axis=0) - counts * (counts + 1) / 2
    auc = float((wins / (counts * (len(target) - counts))).mean())
    return {"main": auc, "balanced_accuracy": float(adjusted), "auc": auc}


def number_scores(target: Floats, predicted: Floats) -> dict[str, float]:
    """Return R2, clipped to [-1, 1], and Spearman's rank correlation.

    A target that does not vary has R2 0, and so has the rank correlation of anything
    that does not vary.

    Examples
    --------
    >>> number_scores(np.array([[0.0], [1.0]]), np.array([[0.0], [1.0]]))["r2"]
    1.0
    """
    truth, answer = target[:, 0], predicted[:, 0]
    total = ((truth - truth.mean()) ** 2).sum()
    error = ((truth - answer) ** 2).sum()
    r2 = float(np.clip(1 - error / total, -1.0, 1.0)) if total > 0 else 0.0
    a, b = rankdata(truth), rankdata(answer)
    a, b = a - a.mean(), b - b.mean()
    scale = np.sqrt((a @ a) * (b @ b))
    spearman = float(a @ b / scale) if scale > 0 else 0.0
    return {"main": r2, "r2": r2, "spearman": spearman}
