"""`tune` as scikit-learn estimators."""

from __future__ import annotations

from autometa.estimators._classifier import AutoMetaClassifier
from autometa.estimators._regressor import AutoMetaRegressor

__all__ = ["AutoMetaClassifier", "AutoMetaRegressor"]
