"""AdviceRequest: what a list of setups is to keep to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from autometa.exceptions import ParameterError

Order: TypeAlias = Literal["portfolio", "single", "seconds"]


@dataclass(frozen=True, kw_only=True)
class AdviceRequest:
    """What may be recommended, and at what cost.

    Attributes
    ----------
    algorithms : collection of str or None
        Only these; None is all.
    time_budget : float or None
        Seconds there are to try setups one after the other.
    seconds_factor : float
        Fits it takes to try one setup (folds).
    max_predict_ms : float or None
        Milliseconds that predicting one row may take.
    confidence_level : float
        How often the score is to lie in its interval.
    order : {"portfolio", "single", "seconds"}
        "portfolio": each by what it adds to those before it. "single": each by what is
        expected of it alone. "seconds": the setups of the portfolio, the quickest first.

    Raises
    ------
    ParameterError
        If a value is out of range.
    """

    algorithms: Collection[str] | None = None
    time_budget: float | None = None
    seconds_factor: float = 1.0
    max_predict_ms: float | None = None
    confidence_level: float = 0.9
    order: Order = "portfolio"

    def __post_init__(self) -> None:
        for name, unit in (("time_budget", "seconds"), ("max_predict_ms", "milliseconds")):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ParameterError(
                    f"'{name}' must be a number of {unit} > 0, or None. Got {value!r} instead."
                )
        if not self.seconds_factor > 0:
            raise ParameterError(f"'seconds_factor' must be > 0. Got {self.seconds_factor!r}.")
        if not 0 < self.confidence_level < 1:
            raise ParameterError(
                "'confidence_level' must be a number above 0 and below 1. "
                f"Got {self.confidence_level!r} instead."
            )
        if self.order not in get_args(Order):
            raise ParameterError(
                f"'order' must be one of {list(get_args(Order))}. Got {self.order!r} instead."
            )
