"""From a description of a dataset to an ordered list of setups to try."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autometa.meta_models._advice_request import AdviceRequest, Order

if TYPE_CHECKING:
    from autometa.meta_models._meta_model import MetaModel, identity_of, meta_model_of

__all__ = ["AdviceRequest", "MetaModel", "Order", "identity_of", "meta_model_of"]


def __getattr__(name: str) -> Any:
    """Import MetaModel, and scikit-learn with it, when it is first asked for."""
    if name in ("MetaModel", "identity_of", "meta_model_of"):
        from autometa.meta_models import _meta_model

        return getattr(_meta_model, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
