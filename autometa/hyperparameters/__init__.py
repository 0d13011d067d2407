"""Hyperparameters of one library's estimator for a table, for loops that are not autometa's."""

from __future__ import annotations

from autometa.hyperparameters._default_config import default_config
from autometa.hyperparameters._estimators import algorithm_of
from autometa.hyperparameters._search_space import search_space
from autometa.hyperparameters._table import described_table

__all__ = ["algorithm_of", "default_config", "described_table", "search_space"]
