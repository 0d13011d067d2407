"""Meta-features: a tabular dataset described as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from metafeatures._extractor import MetaFeatureExtractor, describe, list_metafeatures
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
    "list_metafeatures",
]


def __getattr__(name: str) -> Any:
    """Import scikit-learn and pandas only when something of here is used."""
    if name not in __all__:
        raise AttributeError(f"module 'metafeatures' has no attribute {name!r}")
    from importlib import import_module

    module = "exceptions" if name.endswith(("Error", "Warning")) else "_extractor"
    return getattr(import_module(f"metafeatures.{module}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
