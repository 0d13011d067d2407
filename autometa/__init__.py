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
import importlib.util
import logging
import pkgutil
from typing import TYPE_CHECKING, Any

from autometa import exceptions
from autometa._common.whole_imports import whole_imports
from autometa.exceptions import *  # noqa: F403  all that it lists, and no list of them here

if TYPE_CHECKING:
    from autometa._versions import show_versions
    from autometa.advice import recommend
    from autometa.algorithms import list_algorithms, register_algorithm
    from autometa.datasets import describe, load_dataset
    from autometa.dependence import ValidationFinding, check_validation
    from autometa.estimators import AutoMetaClassifier, AutoMetaRegressor
    from autometa.hyperparameters import default_config, search_space
    from autometa.knowledge_base import KnowledgeBase, setup_id
    from autometa.meta_models import MetaModel
    from autometa.metrics import list_metrics, register_metric
    from autometa.recommendation import Recommendation, Recommendations, build_pipeline
    from autometa.samplers import WarmStartSampler, warm_start
    from autometa.tuning import ModelInfo, TuneResult, load_model, model_info, save_model, tune

__version__ = "0.2.0"

logging.getLogger("autometa").addHandler(logging.NullHandler())  # who listens says where

__all__ = [
    "AutoMetaClassifier",
    "AutoMetaRegressor",
    "KnowledgeBase",
    "MetaModel",
    "ModelInfo",
    "Recommendation",
    "Recommendations",
    "TuneResult",
    "ValidationFinding",
    "WarmStartSampler",
    "build_pipeline",
    "check_validation",
    "default_config",
    "describe",
    "list_algorithms",
    "list_metrics",
    "load_dataset",
    "load_model",
    "model_info",
    "recommend",
    "register_algorithm",
    "register_metric",
    "save_model",
    "search_space",
    "setup_id",
    "show_versions",
    "tune",
    "warm_start",
]
__all__ += exceptions.__all__
__all__.sort()

# Where each name lies that is not of `exceptions`.
_HOMES = {
    "AutoMetaClassifier": "estimators",
    "AutoMetaRegressor": "estimators",
    "KnowledgeBase": "knowledge_base",
    "MetaModel": "meta_models",
    "ModelInfo": "tuning",
    "Recommendation": "recommendation",
    "Recommendations": "recommendation",
    "TuneResult": "tuning",
    "ValidationFinding": "dependence",
    "WarmStartSampler": "samplers",
    "build_pipeline": "recommendation",
    "check_validation": "dependence",
    "default_config": "hyperparameters",
    "describe": "datasets",
    "list_algorithms": "algorithms",
    "list_metrics": "metrics",
    "load_dataset": "datasets",
    "load_model": "tuning",
    "model_info": "tuning",
    "recommend": "advice",
    "register_algorithm": "algorithms",
    "register_metric": "metrics",
    "save_model": "tuning",
    "search_space": "hyperparameters",
    "setup_id": "knowledge_base",
    "show_versions": "_versions",
    "tune": "tuning",
    "warm_start": "samplers",
}


def __getattr__(name: str) -> Any:
    """Import a public name or a submodule when it is first used: ``import autometa`` is instant."""
    if name in _HOMES:
        with whole_imports():
            return getattr(importlib.import_module(f"autometa.{_HOMES[name]}"), name)
    if not name.startswith("_") and importlib.util.find_spec(f"autometa.{name}"):
        with whole_imports():
            return importlib.import_module(f"autometa.{name}")
    raise AttributeError(f"module 'autometa' has no attribute {name!r}")


def __dir__() -> list[str]:
    modules = (m.name for m in pkgutil.iter_modules(__path__) if m.name[0] != "_")  # noqa: F405
    return sorted({*__all__, *modules, "__version__"})
