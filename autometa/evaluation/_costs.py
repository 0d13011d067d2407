"""Costs: what evaluating a setup took, measured in each fold and kept with its runs.

A fold measures it, `tune` stores it with the trial, `kb build` with the run. Each field is a
column of the same name in the runs of a knowledge base; nothing between lists them again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from math import nan
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What one fit and its predictions took.

    Attributes
    ----------
    fit_seconds : float
        Processor seconds of one fit.
    predict_seconds : float
        Processor seconds of predicting the rows that a fold holds out.
    """

    fit_seconds: float
    predict_seconds: float = nan

    @property
    def costs(self) -> dict[str, float]:
        """The fields above by name, without those of a subclass."""
        return {name: getattr(self, name) for name in COSTS}


# Kinds of folds that hold out some rows never or several times.
_IN_PART = ("time", "group-time", "custom")
COSTS = tuple(field.name for field in fields(Costs))


def mean_costs(parts: Sequence[Costs]) -> dict[str, float]:
    """Return the mean over folds, by name."""
    return {name: sum(part.costs[name] for part in parts) / len(parts) for name in COSTS}


def costs_of_trial(
    evaluation: Mapping[str, Any], study: Mapping[str, Any] | None = None
) -> dict[str, float]:
    """Return what `tune` stored of a trial's costs, as columns of its runs; NaN where nothing.

    Parameters
    ----------
    evaluation : mapping
        Of the trial.
    study : mapping
        User attributes of its study.
    """
    costs = {name: _number(evaluation.get(name)) for name in COSTS}
    if not _holds_each_row_out_once(study or {}):
        costs["predict_seconds"] = nan
    return costs


def split_of_study(study: Mapping[str, Any]) -> dict[str, Any]:
    """Return how `tune` has scored the trials of a study, as columns of their runs.

    Parameters
    ----------
    study : mapping
        User attributes of the study.
    """
    folds = _folds_of(study)
    if folds is None:
        return {"split": "", "n_folds": nan, "split_seed": nan}
    return {
        "split": "cross-validation" if folds[1] > 1 else "holdout",
        "n_folds": float(folds[1]),
        "split_seed": _number(study.get("fold_seed")),
    }


def _holds_each_row_out_once(study: Mapping[str, Any]) -> bool:
    """Say whether the rows of a fold follow from the number of folds.

    Seconds of predictions say something with the number of rows only.
    """
    folds, validation = _folds_of(study), study.get("validation")
    kind = validation.get("kind") if isinstance(validation, Mapping) else None
    return folds is not None and folds[0] == folds[1] and kind not in _IN_PART


def _folds_of(study: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return the folds of a study and how many of them are used; None where it does not say."""
    folds = study.get("folds")
    if not isinstance(folds, list | tuple) or len(folds) != 2:
        return None
    if not all(isinstance(n, int) and n > 0 for n in folds):
        return None
    return folds[0], folds[1]


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else nan
