"""Measures: which way each is better, and what scikit-learn calls it.

Histories hold scores, errors and losses under many names. A knowledge base holds
scores alone: greater is better, under the names of scikit-learn's scorers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

GAINS: Mapping[str, tuple[str, ...]] = {
    "accuracy": ("acc", "accuracy_score", "classification_accuracy", "predictive_accuracy"),
    "average_precision": ("ap", "auprc", "pr_auc", "average_precision_score", "aucpr"),
    "balanced_accuracy": ("bac", "bacc", "balanced_acc", "balanced_accuracy_score"),
    "explained_variance": ("explained_variance_score",),
    "f1": ("f1_score", "f_score"),
    "f1_macro": ("macro_f1", "mean_f_measure"),
    "f1_weighted": ("f_measure", "weighted_f1"),
    "matthews_corrcoef": ("mcc", "matthews_correlation_coefficient"),
    "precision": ("precision_score",),
    "r2": ("r2_score", "rsq", "r_squared"),
    "recall": ("recall_score",),
    "roc_auc": ("auc", "auroc", "roc_auc_score", "area_under_roc_curve"),
    "kappa": ("cohen_kappa", "cohen_kappa_score", "kappa"),
}
LOSSES: Mapping[str, tuple[str, ...]] = {
    "neg_brier_score": ("brier", "brier_score", "brier_score_loss"),
    "neg_log_loss": ("cross_entropy", "log_loss", "logloss", "nll"),
    "neg_max_error": ("max_error",),
    "neg_mean_absolute_error": ("mae", "mean_absolute_error"),
    "neg_mean_absolute_percentage_error": ("mape", "mean_absolute_percentage_error"),
    "neg_mean_squared_error": ("mse", "mean_squared_error"),
    "neg_mean_squared_log_error": ("msle", "mean_squared_log_error"),
    "neg_median_absolute_error": ("medae", "median_absolute_error"),
    "neg_root_mean_squared_error": ("rmse", "root_mean_squared_error"),
    "neg_root_mean_squared_log_error": ("rmsle", "root_mean_squared_log_error"),
}
SHORTFALLS: Mapping[str, tuple[str, ...]] = {  # errors that are 1 - score
    "accuracy": ("error_rate", "mmce", "misclassification", "misclassification_rate",
                 "classification_error", "zero_one_loss"),
    "balanced_accuracy": ("balanced_error", "balanced_error_rate", "ber"),
}  # fmt: skip
BEST_IS_ONE = ("accuracy", "average_precision", "f1", "explained_variance", "jaccard",
               "kappa", "matthews_corrcoef", "precision", "r2", "recall", "roc_auc",
               "balanced_accuracy", "top_k_accuracy")  # fmt: skip
LOWER_WORDS = frozenset(
    ("cost", "deviance", "distance", "err", "error", "loss", "mae", "mse", "regret", "rmse",
     "runtime", "seconds", "time")
)  # fmt: skip
REGRESSION = frozenset(
    {"explained_variance", "r2", *(m for m in LOSSES if m.startswith(("neg_m", "neg_root")))}
)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """How values of a measure become scores: ``offset + sign * value``.

    Attributes
    ----------
    name : str
        The scorer's name.
    sign, offset : float
    note : str
        What was taken for granted; empty when the source said it.
    """

    name: str
    sign: float = 1.0
    offset: float = 0.0
    note: str = ""

    def scores(self, values: Floats) -> Floats:
        """Return the scores, greater is better."""
        return self.offset + self.sign * values


def resolve(name: str, lower_is_better: bool | None, values: Floats) -> Measure:
    """Return how a measure becomes a score.

    Parameters
    ----------
    name : str
        As the source calls it.
    lower_is_better : bool or None
        What the source says; None when it does not.
    values : ndarray
        All values there are. They tell errors that were negated before, and
        losses that are 1 - score.
    """
    finite = values[np.isfinite(values)]
    known = scorer_of(name)
    if lower_is_better is None:
        return _guessed(name, known, finite)
    if not lower_is_better:
        gain = _gain_name(name, known, finite)
        return Measure(name=gain, note=_percent(name, gain, finite))
    shortfall = shortfall_of(name)
    if shortfall is None and known is not None and _is_best_at_one(known) and _is_share(finite):
        shortfall = known
    if shortfall is not None:
        note = f"'{name}' is lower-is-better: values were taken as 1 - {shortfall}."
        return Measure(name=shortfall, sign=-1.0, offset=1.0, note=note)
    return Measure(name=negated_name(name, known), sign=-1.0)


def _guessed(name: str, known: str | None, values: Floats) -> Measure:
    if shortfall_of(name) is not None:
        return resolve(name, True, values)
    if known is not None and known.startswith("neg_"):
        if _plain(name).startswith("neg_") or (values.size and values.max() <= 0 > values.min()):
            return Measure(name=known)
        return resolve(name, True, values)
    if known is not None:
        return Measure(name=known, note=_percent(name, known, values))
    lower = bool(LOWER_WORDS & set(_plain(name).split("_")))
    which = "lower" if lower else "greater"
    note = f"'{name}' was taken as {which}-is-better, going by its name."
    found = resolve(name, lower, values)
    return Measure(name=found.name, sign=found.sign, offset=found.offset, note=note)


def _percent(name: str, scorer: str, values: Floats) -> str:
    if values.size == 0 or not _is_best_at_one(scorer) or values.max() <= 1 + 1e-9:
        return ""
    return f"'{name}' goes up to {values.max():g}; {scorer} is 1 at best. It was kept as it is."


def _gain_name(name: str, known: str | None, values: Floats) -> str:
    """Return the name of what is greater-is-better already; negated losses keep ``neg_``."""
    if known is None or not known.startswith("neg_") or _plain(name).startswith("neg_"):
        return known or name
    is_negated = not values.size or values.max() <= 0
    return known if is_negated else name


def negated_name(name: str, known: str | None = None) -> str:
    """Return what a loss is called once it is negated."""
    if known is not None and known.startswith("neg_"):
        return known
    return name if name.startswith("neg_") else f"neg_{name}"


def scorer_of(name: str) -> str | None:
    """Return the scorer that measures the same, or None.

    Examples
    --------
    >>> scorer_of("RMSE"), scorer_of("predictive_accuracy"), scorer_of("PAR10")
    ('neg_root_mean_squared_error', 'accuracy', None)
    """
    plain = _plain(name)
    for tried in (plain, re.sub(r"^(mean_)?(test|val|valid|validation|cv)_", "", plain)):
        if tried in _scorers():
            return tried
        if tried in _synonyms():
            return _synonyms()[tried]
    return None


def shortfall_of(name: str) -> str | None:
    """Return the scorer of which this error is what is missing to 1, or None."""
    plain = _plain(name)
    return next((scorer for scorer, names in SHORTFALLS.items() if plain in names), None)


def is_measure(name: str) -> bool:
    """Say whether the name is known for one of a measure."""
    return scorer_of(name) is not None or shortfall_of(name) is not None


def task_type_of(measures: list[str]) -> str:
    """Return what tasks these scorers judge: ``regression`` when they say so."""
    return "regression" if measures and set(measures) <= REGRESSION else "classification"


@cache
def _scorers() -> frozenset[str]:
    from sklearn.metrics import get_scorer_names

    return frozenset(get_scorer_names())


@cache
def _synonyms() -> dict[str, str]:
    return {name: scorer for table in (GAINS, LOSSES) for scorer in table for name in table[scorer]}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")


def _is_best_at_one(scorer: str) -> bool:
    return scorer.startswith(BEST_IS_ONE)


def _is_share(values: Floats) -> bool:
    return bool(values.size == 0 or values.min() >= 0)
