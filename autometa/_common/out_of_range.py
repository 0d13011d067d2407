"""OutOfRange: one measure by which a table lies outside all that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autometa._common.readable import readable

MANY = 1000  # from here on it is a count, of which each digit is read


@dataclass(frozen=True)
class OutOfRange:
    """One measure of a table, and what the known tasks have.

    Attributes
    ----------
    name : str
        Of the measure, in words.
    value : float
        Of the table.
    known : tuple of float
        Lowest and highest that at least three known tasks reach.
    beyond : float
        How far outside: 1 is about a factor of ten.

    Examples
    --------
    >>> print(OutOfRange("rows", 1_400_000.0, (97.0, 17_549.0), 1.9))
    rows 1,400,000 (known: 97 to 17,549)
    """

    name: str
    value: float
    known: tuple[float, float]
    beyond: float

    def __str__(self) -> str:
        value, low, high = (_in_words(number) for number in (self.value, *self.known))
        return f"{self.name} {value} (known: {low} to {high})"

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON."""
        return {
            "name": self.name,
            "value": self.value,
            "known": list(self.known),
            "beyond": self.beyond,
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> OutOfRange:
        """Return what `to_dict` gave."""
        low, high = content["known"]
        return cls(
            str(content["name"]),
            float(content["value"]),
            (float(low), float(high)),
            float(content["beyond"]),
        )


def _in_words(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= MANY else readable(number, 3)


def outside_in_words(outside: Sequence[OutOfRange]) -> str:
    """Say on which measures a table lies outside all that is known."""
    return f"Outside what is known, so less is certain: {'; '.join(map(str, outside))}."
