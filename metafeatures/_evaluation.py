"""Computes the wanted meta-features of a dataset, cheap ones first, while time lasts."""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np
import pandas as pd

from metafeatures._budget import Clock, Expectations
from metafeatures._dataset import Dataset
from metafeatures._reading import Reading
from metafeatures._registry import Measure, MetaFeature, measures

COST_ORDER = {"count": 0, "columns": 1, "pairs": 2, "rows": 3, "models": 4}
OF_ENCODED = frozenset(
    {
        "encoded_columns",
        "encoded_shape",
        "target_columns",
        "canonical_correlations",
        "tree",
        "near_points",
        "near_unit_points",
        "class_distances",
        "nearness",
        "class_groups",
        "class_margins",
        "rows_of_classes",
        "rows_of_numbers",
        "component_share",
        "class_folds",
        "number_folds",
    }
)
OUT_OF_TIME = "skipped: the time budget was spent"
TOO_LONG = "skipped: it was expected to take longer than what was left of the time budget"
NOT_COUNTED = "skipped: to count in all rows would take too much of the time budget"


class Outcome(NamedTuple):
    """One line of the report, and the value."""

    value: float
    seconds: float
    reason: str


def evaluate(
    wanted: dict[str, MetaFeature], reading: Reading, clock: Clock
) -> tuple[list[float], pd.DataFrame]:
    """Return the values of the wanted meta-features and the report, cheap measures first."""
    dataset, every = reading.dataset, measures()
    by_measure: dict[str, list[str]] = {}
    for name, feature in wanted.items():
        by_measure.setdefault(feature.measure, []).append(name)
    expectations = None if clock.budget is None else Expectations(dataset)
    outcomes: dict[str, Outcome] = {}
    for measure in sorted(by_measure, key=lambda name: COST_ORDER[every[name].any_output.cost]):
        names = by_measure[measure]
        if reading.unknown.intersection(every[measure].needs):
            outcomes |= dict.fromkeys(names, _skipped(NOT_COUNTED))
        elif expectations is None:
            outcomes |= _evaluate_measure(every[measure], names, dataset)
        else:
            expected = expectations.seconds(measure, every[measure])
            outcomes |= _evaluate_in_time(every[measure], names, dataset, clock, expected)
    report = pd.DataFrame(
        {
            "family": [feature.family for feature in wanted.values()],
            "seconds": [outcomes[name].seconds for name in wanted],
            "n_rows": [int(getattr(dataset, feature.rows)) for feature in wanted.values()],
            "reason": [outcomes[name].reason for name in wanted],
        },
        index=pd.Index(wanted, name="metafeature"),
    )
    return [outcomes[name].value for name in wanted], report


def notes(wanted: dict[str, MetaFeature], dataset: Dataset) -> dict[str, str]:
    """Return how many columns were looked at as numbers, where that was not all."""
    if "encoded" not in vars(dataset) or not dataset.encoding_note:
        return {}
    every = measures()
    return {
        name: dataset.encoding_note
        for name, feature in wanted.items()
        if not OF_ENCODED.isdisjoint(every[feature.measure].needs)
    }


def _skipped(reason: str) -> Outcome:
    return Outcome(float("nan"), 0.0, reason)


def _evaluate_in_time(
    measure: Measure, names: list[str], dataset: Dataset, clock: Clock, expected: float
) -> dict[str, Outcome]:
    """Evaluate a measure if what is left of the budget is expected to do."""
    if clock.left <= 0:
        return dict.fromkeys(names, _skipped(OUT_OF_TIME))
    if not clock.allows(expected):
        return dict.fromkeys(names, _skipped(TOO_LONG))
    start = time.perf_counter()
    outcomes = _evaluate_measure(measure, names, dataset)
    clock.learn(expected, time.perf_counter() - start)
    return outcomes


def _evaluate_measure(measure: Measure, names: list[str], dataset: Dataset) -> dict[str, Outcome]:
    """Return value, seconds and reason of each name that one measure gives."""
    start = time.perf_counter()
    with np.errstate(all="ignore"):  # squares of extreme numbers: ranges hold, nobody need know
        values = measure.evaluate(dataset)
    seconds = (time.perf_counter() - start) / len(names)
    undefined = {feature.name: feature.undefined for feature in measure.outputs.values()}
    return {
        name: Outcome(
            values[name],
            seconds,
            f"undefined: {undefined[name]}" if np.isnan(values[name]) else "",
        )
        for name in names
    }
