"""From a description of a dataset to an ordered list of setups to try."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autometa.meta_models._advice_request import AdviceRequest, Order

if TYPE_CHECKING:
    from autometa.meta_models._choosing import algorithms_of, chosen_algorithms
    from autometa.meta_models._meta_model import MetaModel, identity_of, meta_model_of

__all__ = [
    "AdviceRequest",
    "MetaModel",
    "Order",
    "algorithms_of",
    "chosen_algorithms",
    "identity_of",
    "meta_model_of",
]

_HOME = {
    "MetaModel": "_meta_model",
    "algorithms_of": "_choosing",
    "chosen_algorithms": "_choosing",
    "identity_of": "_meta_model",
    "meta_model_of": "_meta_model",
}


def __getattr__(name: str) -> Any:
    """Import MetaModel, and scikit-learn with it, when it is first asked for."""
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(f"autometa.meta_models.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
