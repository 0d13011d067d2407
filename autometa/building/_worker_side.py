"""What a worker of a build does: describe a dataset, measure a setup on it."""

from __future__ import annotations

import math
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from autometa.algorithms import TableCleaner, get_algorithm
from autometa.building._predictions import KeptPredictions
from autometa.building._protocol import described_by
from autometa.building._sources import TaskSource
from autometa.datasets import load_dataset
from autometa.dependence import ValidationFinding, findings_of
from autometa.evaluation import (
    CrossValidation,
    cross_validate,
    reference_seconds,
)
from autometa.metrics import measured_metrics
from autometa.tables import Table
from autometa.validation import Fold

FOLD_SEED = 0  # the same for all tasks and setups, so that their scores compare


def warm_up() -> None:
    """Do nothing: that this is called imports what calls will need, off their clocks."""


@dataclass(frozen=True)
class NotLoaded:
    """In place of a result: the table cannot be used, which is no fault of the setup.

    Attributes
    ----------
    message : str
        Why.
    """

    message: str


@lru_cache(maxsize=1)
def _load(source: TaskSource) -> tuple[Table, pd.DataFrame, float]:
    """Return the table, its cleaned columns, and the machine's speed at this moment."""
    table = load_dataset(
        source.path, source.target, task_type=source.task_type, validation=source.validation
    )
    return table, TableCleaner().fit_transform(table.X), reference_seconds()


@contextmanager
def _outside_the_clock() -> Iterator[None]:
    """Stop the limit of processor seconds meanwhile: a setup does not pay for its table."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    left, _ = signal.setitimer(signal.ITIMER_PROF, 0.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, left)


def describe_task(_: Any, source: TaskSource) -> dict[str, float] | NotLoaded:
    """Return the meta-features of a dataset."""
    from metafeatures import MetaFeatureExtractor

    try:
        table, *_rest = _load(source)
    except Exception as error:  # whatever is wrong with a table, its setups are not
        return NotLoaded(_one_line(error))
    extractor = MetaFeatureExtractor(names=described_by(), random_state=0)
    values = table.describe(extractor)
    return {str(name): float(value) for name, value in values.items()}


def describe_and_look(
    worker: Any, source: TaskSource
) -> tuple[dict[str, float], tuple[str, ...]] | NotLoaded:
    """Return the meta-features of a dataset, and what shuffled folds would hide about its rows.

    Nothing is looked for where the manifest says how rows are held out.
    """
    values = describe_task(worker, source)
    if isinstance(values, NotLoaded):
        return values
    if not source.validation.says_nothing:
        return values, ()
    table, *_rest = _load(source)
    return values, tuple(_in_a_manifest(finding) for finding in findings_of(table))


def _in_a_manifest(finding: ValidationFinding) -> str:
    """Return what was seen, and what to write in the manifest of the folder."""
    if finding.argument is None:
        return finding.message
    name = finding.argument.partition("=")[0]
    column = "a column of their order" if finding.column is None else f"{finding.column!r}"
    said = f"name {column} under '{name}' in the manifest"
    return finding.message.replace(f"pass {finding.argument}", said)


def measure_setup(
    _: Any,
    source: TaskSource,
    algorithm: str,
    config: dict[str, Any],
    n_folds: int,
    fidelity: float = 1.0,
    seed: int = FOLD_SEED,
    keeps_predictions: bool = False,
) -> dict[str, Any] | NotLoaded:
    """Return one cross-validation of a setup on a dataset, by metric.

    ``seed`` draws the folds. The held-out rows are the same at every fidelity; a part
    of the training rows is contained in the larger ones. With ``keeps_predictions`` an
    `KeptPredictions` of all rows comes too, under ``predictions``.
    """
    try:
        with _outside_the_clock():
            table, cleaned, speed = _load(source)
            y, task_type, validation = table.y, table.task_type, table.validation
            folds = [
                (validation.part(train, y, task_type, fidelity), test)
                for train, test in validation.folds(y, task_type, n_folds, seed)
            ]
    except Exception as error:  # whatever is wrong with a table, its setups are not
        return NotLoaded(_one_line(error))
    chosen = get_algorithm(algorithm)
    pipeline = chosen.build(
        config, table.task_type, n_rows=len(table.y), n_classes=table.n_classes
    )[1:]
    evaluation = cross_validate(
        pipeline,
        cleaned,
        table,
        folds,
        measured_metrics(table.task_type),
    )
    return {
        "scores": {metric: _defined(value) for metric, value in evaluation.scores.items()},
        "fold_scores": {
            metric: [_defined(value) for value in values]
            for metric, values in evaluation.fold_scores.items()
        },
        "train_scores": {m: _defined(value) for m, value in evaluation.train_scores.items()},
        **evaluation.costs,
        "reference_seconds": speed,
        **({"predictions": _out_of_fold(evaluation, table, folds)} if keeps_predictions else {}),
    }


def _out_of_fold(
    evaluation: CrossValidation, table: Table, folds: Sequence[Fold]
) -> KeptPredictions:
    numbers = np.full(len(table.y), -1, dtype=np.int16)
    for number, (_, test) in enumerate(folds):
        numbers[test] = number
    return KeptPredictions(
        y=table.y, folds=numbers, values=evaluation.values, n_classes=table.n_classes
    )


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _defined(score: float) -> float:
    """Return a score; one that cannot be computed from the predictions is not stored."""
    return score if math.isfinite(score) else math.nan
