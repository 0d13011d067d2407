"""Turns past runs into advice, and advice into a search.

Examples
--------
>>> from sklearn.datasets import load_iris
>>> from autometa import recommend
>>> X, y = load_iris(return_X_y=True, as_frame=True)
>>> advice = recommend(X, y, n=3)
>>> pipeline = advice[0].build().fit(X, y)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autometa.advice import recommend
    from autometa.estimators import AutoMetaClassifier, AutoMetaRegressor
    from autometa.knowledge_base import KnowledgeBase
    from autometa.meta_models import MetaModel
    from autometa.recommendation import Recommendation
    from autometa.samplers import WarmStartSampler
    from autometa.tuning import TuneResult, load_model, tune

__version__ = "0.1.0"

__all__ = [
    "AutoMetaClassifier",
    "AutoMetaRegressor",
    "KnowledgeBase",
    "MetaModel",
    "Recommendation",
    "TuneResult",
    "WarmStartSampler",
    "load_model",
    "recommend",
    "tune",
]

_HOMES = {
    "AutoMetaClassifier": "autometa.estimators",
    "AutoMetaRegressor": "autometa.estimators",
    "KnowledgeBase": "autometa.knowledge_base",
    "MetaModel": "autometa.meta_models",
    "Recommendation": "autometa.recommendation",
    "TuneResult": "autometa.tuning",
    "WarmStartSampler": "autometa.samplers",
    "load_model": "autometa.tuning",
    "recommend": "autometa.advice",
    "tune": "autometa.tuning",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: ``import autometa`` stays instant."""
    if name not in _HOMES:
        raise AttributeError(f"module 'autometa' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
