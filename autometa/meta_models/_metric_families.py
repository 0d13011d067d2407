"""Which metrics order setups alike: what may stand in for a metric without history."""

from __future__ import annotations

from collections.abc import Sequence

from autometa.exceptions import MetricError

# Metrics of one family order setups nearly alike. The first of each is asked
# first; a metric of no family is best answered by the metric with most runs.
_FAMILIES: tuple[tuple[str, ...], ...] = (
    ("roc_auc", "roc_auc_ovr", "roc_auc_ovo", "roc_auc_ovr_weighted", "roc_auc_ovo_weighted",
     "average_precision"),
    ("neg_log_loss", "neg_brier_score", "d2_log_loss_score", "d2_brier_score"),
    ("balanced_accuracy", "f1_macro", "recall_macro", "precision_macro", "jaccard_macro",
     "matthews_corrcoef", "f1", "recall", "precision", "jaccard"),
    ("accuracy", "f1_micro", "f1_weighted", "recall_micro", "recall_weighted", "precision_micro",
     "precision_weighted", "jaccard_micro", "jaccard_weighted", "top_k_accuracy"),
    ("neg_root_mean_squared_error", "neg_mean_squared_error", "r2", "explained_variance",
     "neg_max_error"),
    ("neg_mean_absolute_error", "neg_median_absolute_error", "d2_absolute_error_score"),
    ("neg_mean_absolute_percentage_error", "neg_root_mean_squared_log_error",
     "neg_mean_squared_log_error", "neg_mean_poisson_deviance", "neg_mean_gamma_deviance"),
)  # fmt: skip
_N_CLASSIFICATION = 4  # families; the others are of regression
_NEXT_FAMILIES = {0: (1, 2, 3), 1: (0, 2, 3), 2: (3, 0, 1), 3: (2, 0, 1), 4: (5, 6), 5: (4, 6),
                  6: (5, 4)}  # fmt: skip


_SAME_SCALE = (
    {"roc_auc", "roc_auc_ovr", "roc_auc_ovo", "roc_auc_ovr_weighted", "roc_auc_ovo_weighted"},
    {"f1", "f1_macro"},
)


def by_closeness(metric: str, known: Sequence[str]) -> list[str]:
    """Return the ``known`` metrics, the one that orders setups most like ``metric`` first.

    Parameters
    ----------
    metric : str
    known : sequence of str
        Most measured first; that is the order of those which are not alike.
    """
    family = _family(metric)
    order = [metric]
    if family is not None:
        near = (family, *_NEXT_FAMILIES[family])
        order += [name for number in near for name in _FAMILIES[number] if name != metric]
    place = {name: position for position, name in enumerate(order)}
    return sorted(known, key=lambda name: place.get(name, len(order)))


def on_one_scale(left: str, right: str) -> bool:
    """Return whether scores of two metrics can be compared."""
    return left == right or any(left in scale and right in scale for scale in _SAME_SCALE)


def check_judges(metric: str, known: Sequence[str], task_type: str) -> None:
    """Raise when ``metric`` is unknown, or cannot judge tasks of this type.

    Raises
    ------
    MetricError
    """
    family = _family(metric)
    if family is None:
        _check_name(metric, known)
    elif (family < _N_CLASSIFICATION) != (task_type != "regression"):
        raise MetricError(
            f"The metric '{metric}' cannot judge {task_type} tasks. The knowledge base knows "
            f"{sorted(known)} for these."
        )


def _family(metric: str) -> int | None:
    return next((i for i, members in enumerate(_FAMILIES) if metric in members), None)


def _check_name(metric: str, known: Sequence[str]) -> None:
    from sklearn.metrics import get_scorer_names

    if metric not in get_scorer_names():
        raise MetricError(
            f"'metric' must be a metric of the knowledge base, {sorted(known)}, or a scorer name "
            f"of scikit-learn. Got {metric!r} instead."
        )
