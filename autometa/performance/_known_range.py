"""KnownRange: on which single measure a table lies outside all that is known, and by how much.

A joint distance over 200 meta-features hardly moves when one of them, the number of rows say,
is a hundred times the largest known. What errors do there is measured: see ``docs/advice.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from autometa._common.arrays import Vector
from autometa._common.out_of_range import OutOfRange

# The third most extreme known value bounds the range: one odd task is no knowledge of its kind,
# and nearness is that to three tasks, too.
_SUPPORT = 3
_NONE = 0.01  # a share below it is none: no table differs by having 1 % or 0.1 % of text
_RAREST = 1e-5  # share of a class; rarer ones have a handful of rows in any table
# Errors grow by their own size with each factor of ten beyond the known rows: 90 % intervals
# held 50 to 70 % there before, `kb evaluate --beyond-rows`. The other measures follow suit.
_ERRORS_PER_UNIT = 1.0
_WIDEST = 4.0  # times the usual interval: from there on it says next to nothing anyway


def _decades(values: Vector) -> Vector:
    return np.log10(np.maximum(values, 1.0))


def _odds(least: float) -> Callable[[Vector], Vector]:
    """Return the scale of shares: factors of ten in their odds, from ``least`` on."""

    def scale(values: Vector) -> Vector:
        shares = np.clip(values, least, 1.0 - least)
        return np.asarray(np.log10(shares / (1.0 - shares)))

    return scale


def _fifths(values: Vector) -> Vector:
    """Return the scale of landmarkers: from chance, .5 of AUC, to a fair model, .7, is one unit."""
    return values / 0.2


@dataclass(frozen=True)
class _Measure:
    """One measure of a table, on a scale whose unit is about a factor of ten.

    ``parts`` are the meta-features whose sum it is, over ``whole`` if there is one; the first
    alternative that is known counts.
    """

    name: str
    scale: Callable[[Vector], Vector]
    parts: tuple[tuple[str, ...], ...]
    whole: str | None = None
    is_bounded_below: bool = False
    is_bounded_above: bool = True

    def of(self, metafeatures: pd.DataFrame) -> Vector | None:
        """Return its values, NaN where undefined; None where it is not described."""
        for names in self.parts:
            if set(names) <= set(metafeatures.columns):
                values = metafeatures[list(names)].to_numpy(dtype=np.float64).sum(axis=1)
                if self.whole is None:
                    return np.asarray(values)
                if self.whole in metafeatures.columns:
                    whole = metafeatures[self.whole].to_numpy(dtype=np.float64)
                    return np.asarray(values / np.maximum(whole, 1.0))
        return None


_MEASURES = (  # OpenML's name second
    _Measure("rows", _decades, (("n_rows",), ("NumberOfInstances",)), is_bounded_below=True),
    _Measure("columns", _decades, (("n_columns",), ("NumberOfFeatures",))),
    _Measure("classes", _decades, (("n_classes",), ("NumberOfClasses",))),
    _Measure("levels of a category", _decades, (("cardinality.max",),)),
    _Measure("share of missing cells", _odds(_NONE), (("missing_share",),)),
    _Measure("share of zeros", _odds(_NONE), (("zero_share.mean",),)),
    _Measure("share of text columns", _odds(_NONE), (("n_text",),), whole="n_columns"),
    _Measure("share of date columns", _odds(_NONE), (("n_datetime",),), whole="n_columns"),
    _Measure(
        "share of the rarest class",
        _odds(_RAREST),
        (("class_share.min",),),
        is_bounded_below=True,
        is_bounded_above=False,
    ),
    _Measure(
        "best score of simple models",
        _fifths,
        (("landmark_score.best",),),
        is_bounded_below=True,
        is_bounded_above=False,
    ),
)


class KnownRange:
    """Ranges of single measures over the described tasks.

    Parameters
    ----------
    metafeatures : DataFrame of shape (n_tasks, n_metafeatures)
        NaN allowed. A measure that fewer than six tasks have is not looked at.
    """

    def __init__(self, metafeatures: pd.DataFrame) -> None:
        self._ranges: dict[str, tuple[float, float]] = {}
        for measure in _MEASURES:
            values = measure.of(metafeatures)
            known = np.empty(0) if values is None else np.sort(values[np.isfinite(values)])
            if len(known) >= 2 * _SUPPORT:
                self._ranges[measure.name] = (float(known[_SUPPORT - 1]), float(known[-_SUPPORT]))

    def outside(self, metafeatures: pd.Series[float] | None) -> tuple[OutOfRange, ...]:
        """Return the measures by which a task so described lies outside, the farthest first."""
        if metafeatures is None:
            return ()
        row = metafeatures.to_frame().T
        found = []
        for measure in _MEASURES:
            values = measure.of(row) if measure.name in self._ranges else None
            if values is None or not np.isfinite(values[0]):
                continue
            low, high = self._ranges[measure.name]
            at, lowest, highest = measure.scale(np.array([values[0], low, high]))
            beyond = max(
                at - highest if measure.is_bounded_above else 0.0,
                lowest - at if measure.is_bounded_below else 0.0,
            )
            if beyond > 0:
                value = float(values[0])
                found.append(OutOfRange(measure.name, value, (low, high), float(beyond)))
        return tuple(sorted(found, key=lambda one: -one.beyond))


def novelty_of(outside: tuple[OutOfRange, ...]) -> float:
    """Return how new a task outside is: 1 from a factor of ten beyond what is known."""
    return min(1.0, max((one.beyond for one in outside), default=0.0))


def widening(outside: tuple[OutOfRange, ...]) -> float:
    """Return how many times wider errors are to be expected than for tasks inside."""
    farthest = max((one.beyond for one in outside), default=0.0)
    return min(_WIDEST, 1.0 + _ERRORS_PER_UNIT * farthest)
