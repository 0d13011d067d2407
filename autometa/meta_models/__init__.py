"""From a description of a dataset to an ordered list of setups to try."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autometa._common.on_demand import names_on_demand
from autometa.meta_models._advice_request import AdviceRequest, Order

if TYPE_CHECKING:
    from autometa.meta_models._choosing import algorithms_of, chosen_algorithms
    from autometa.meta_models._meta_model import MetaModel, meta_model_of

__all__ = [
    "AdviceRequest",
    "MetaModel",
    "Order",
    "algorithms_of",
    "chosen_algorithms",
    "meta_model_of",
]

_HOME = {
    "MetaModel": "_meta_model",
    "algorithms_of": "_choosing",
    "chosen_algorithms": "_choosing",
    "meta_model_of": "_meta_model",
}

__getattr__, __dir__ = names_on_demand(__name__, _HOME)
