"""Meta-features: a tabular dataset described as numbers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from metafeatures._catalogue import list_metafeatures
    from metafeatures._describe import describe
    from metafeatures._extractor import MetaFeatureExtractor
    from metafeatures._registry import AnyTaskType, TaskType, register
    from metafeatures._task import infer_task_type
    from metafeatures._translation.translation import translate
    from metafeatures.exceptions import (
        MetaFeatureClashError,
        MetaFeatureDataError,
        MetaFeatureError,
        MetaFeatureNotFoundError,
        MetaFeatureParameterError,
        MetaFeatureTypeError,
        MetaFeatureWarning,
    )

__all__ = [
    "AnyTaskType",
    "MetaFeatureClashError",
    "MetaFeatureDataError",
    "MetaFeatureError",
    "MetaFeatureExtractor",
    "MetaFeatureNotFoundError",
    "MetaFeatureParameterError",
    "MetaFeatureTypeError",
    "MetaFeatureWarning",
    "TaskType",
    "describe",
    "infer_task_type",
    "list_metafeatures",
    "register",
    "translate",
]

logging.getLogger("metafeatures").addHandler(logging.NullHandler())  # who listens says where

_FILES = {
    "AnyTaskType": "_registry",
    "MetaFeatureExtractor": "_extractor",
    "TaskType": "_registry",
    "describe": "_describe",
    "infer_task_type": "_task",
    "list_metafeatures": "_catalogue",
    "register": "_registry",
    "translate": "_translation.translation",
}


def __getattr__(name: str) -> Any:
    """Import scikit-learn and pandas only when something of here is used."""
    from importlib import import_module, util

    if name in __all__:
        return getattr(import_module(f"metafeatures.{_FILES.get(name, 'exceptions')}"), name)
    if not name.startswith("_") and util.find_spec(f"metafeatures.{name}"):
        return import_module(f"metafeatures.{name}")
    raise AttributeError(f"module 'metafeatures' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
