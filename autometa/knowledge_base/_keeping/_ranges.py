"""Between which bounds a metric can lie at all, greater being better."""

from __future__ import annotations

from math import inf

ROUNDING = 1e-9

FRACTIONS = (
    "accuracy",
    "average_precision",
    "balanced_accuracy",
    "completeness_score",
    "f1",
    "fowlkes_mallows_score",
    "homogeneity_score",
    "jaccard",
    "normalized_mutual_info_score",
    "precision",
    "rand_score",
    "recall",
    "roc_auc",
    "top_k_accuracy",
    "v_measure_score",
)
AVERAGES = ("macro", "micro", "samples", "weighted", "ovo", "ovr", "ovo_weighted", "ovr_weighted")
SIGNED = ("adjusted_mutual_info_score", "adjusted_rand_score", "matthews_corrcoef")
AT_MOST_ONE = (
    "d2_absolute_error_score",
    "d2_brier_score",
    "d2_log_loss_score",
    "explained_variance",
    "r2",
)
AT_LEAST_ZERO = ("mutual_info_score", "positive_likelihood_ratio")


def score_range(metric: str) -> tuple[float, float]:
    """Return the least and the greatest score that a metric can have.

    Metrics are known by scikit-learn's scorer names; others have no bounds.

    Examples
    --------
    >>> score_range("roc_auc_ovr")
    (0.0, 1.0)
    >>> score_range("neg_log_loss")
    (-inf, 0.0)
    """
    name = metric
    for average in AVERAGES:
        name = name.removesuffix(f"_{average}")
    if name in FRACTIONS:
        return 0.0, 1.0
    if metric in SIGNED:
        return -1.0, 1.0
    if metric in AT_MOST_ONE:
        return -inf, 1.0
    if metric in AT_LEAST_ZERO:
        return 0.0, inf
    if metric == "neg_brier_score":
        return -2.0, 0.0
    return (-inf, 0.0) if metric.startswith("neg_") else (-inf, inf)
