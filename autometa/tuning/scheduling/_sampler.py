"""The sampler that proposes setups once the planned ones are tried: change it here."""

from __future__ import annotations

import warnings
from typing import Any

import optuna


def search_sampler(seed: int) -> optuna.samplers.BaseSampler:
    """Return multivariate TPE, grouped by algorithm.

    Hyperparameters of one algorithm are drawn together, for they depend on each other;
    those of another are not part of the same space.
    """
    options: dict[str, Any] = {"multivariate": True, "group": True}
    with warnings.catch_warnings():  # grouping is called experimental since 2020
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.samplers.TPESampler(seed=seed, **options)
