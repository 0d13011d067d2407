"""Meta-features: a tabular dataset described as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from metafeatures._catalogue import list_metafeatures
    from metafeatures._extractor import MetaFeatureExtractor, describe
    from metafeatures._task import infer_task_type
    from metafeatures._translation.translation import translate
    from metafeatures.exceptions import (
        MetaFeatureDataError,
        MetaFeatureError,
        MetaFeatureNotFoundError,
        MetaFeatureParameterError,
        MetaFeatureTypeError,
        MetaFeatureWarning,
    )

__all__ = [
    "MetaFeatureDataError",
    "MetaFeatureError",
    "MetaFeatureExtractor",
    "MetaFeatureNotFoundError",
    "MetaFeatureParameterError",
    "MetaFeatureTypeError",
    "MetaFeatureWarning",
    "describe",
    "infer_task_type",
    "list_metafeatures",
    "translate",
]


_FILES = {
    "MetaFeatureExtractor": "_extractor",
    "describe": "_extractor",
    "infer_task_type": "_task",
    "list_metafeatures": "_catalogue",
    "translate": "_translation.translation",
}


def __getattr__(name: str) -> Any:
    """Import scikit-learn and pandas only when something of here is used."""
    if name not in __all__:
        raise AttributeError(f"module 'metafeatures' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"metafeatures.{_FILES.get(name, 'exceptions')}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
