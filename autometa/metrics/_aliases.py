"""Names that tools give to metrics, as scorer names of scikit-learn."""

from __future__ import annotations

import re

from autometa.metrics._lookup import measured_metrics, on_one_scale
from autometa.metrics._registry import every_metric, once_for_all_metrics

# What only says where a score was measured: ``mean_test_f1`` is ``f1``.
_PREFIXES = re.compile(r"^(?:(?:scores?|mean|test|val|valid|validation|cv)_)+")


def scorer_of(name: str) -> str | None:
    """Return the scorer that measures the same, or None.

    Examples
    --------
    >>> scorer_of("RMSE"), scorer_of("predictive_accuracy"), scorer_of("PAR10")
    ('neg_root_mean_squared_error', 'accuracy', None)
    >>> scorer_of("neg_logloss"), scorer_of("neg_accuracy")
    ('neg_log_loss', None)
    """
    for tried in (plain_name(name), bare_name(name)):
        if tried in _scorers():
            return tried
        if tried in _aliases():
            return _aliases()[tried]
    scorer = scorer_of(bare_name(name).removeprefix("neg_")) if is_negated(name) else None
    return scorer if scorer is not None and scorer.startswith("neg_") else None


def canonical_name(name: str, task_type: str | None = None) -> str:
    """Return the scorer that an everyday name means; a name that is none is returned as it is.

    Of names that mean one measure for two classes and for more, the one that the task
    type has.

    Examples
    --------
    >>> canonical_name("rmse"), canonical_name("auc", "multiclass"), canonical_name("R2")
    ('neg_root_mean_squared_error', 'roc_auc_ovr', 'r2')
    """
    if not isinstance(name, str) or name in _scorers():
        return name
    plain = plain_name(name)
    scorer = plain if plain in _scorers() else _aliases().get(plain, name)
    measured = measured_metrics(task_type) if task_type is not None else ()
    if scorer in measured:
        return scorer
    return next((other for other in measured if on_one_scale(scorer, other)), scorer)


def complement_of(name: str) -> str | None:
    """Return the scorer of which this error is what is missing to 1, or None."""
    plain = plain_name(name)
    return next((m.name for m in every_metric().values() if plain in m.complements), None)


def bare_name(name: str) -> str:
    """Return a name without what only says where it was measured: ``mean_test_f1`` is ``f1``."""
    return _PREFIXES.sub("", plain_name(name))


def plain_name(name: str) -> str:
    """Return a name in lower case, its words joined by ``_``."""
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")


def is_negated(name: str) -> bool:
    """Say whether a name tells that values are negated."""
    return bare_name(name).startswith("neg_")


@once_for_all_metrics
def _scorers() -> frozenset[str]:
    from sklearn.metrics import get_scorer_names  # slow to import: only when a name is read

    return frozenset(get_scorer_names()) | every_metric().keys()


@once_for_all_metrics
def _aliases() -> dict[str, str]:
    return {alias: metric.name for metric in every_metric().values() for alias in metric.aliases}
