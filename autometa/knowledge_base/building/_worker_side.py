"""What a worker of a build does: describe a dataset, measure a setup on it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pandas as pd

from autometa.algorithms import TableCleaner, get_algorithm
from autometa.datasets import load_dataset
from autometa.evaluation import (
    METRICS,
    cross_validate,
    make_folds,
    reference_seconds,
    shorten_folds,
)
from autometa.knowledge_base.building._protocol import described_by
from autometa.knowledge_base.building._sources import TaskSource
from autometa.tables import Table


@lru_cache(maxsize=1)
def _load(source: TaskSource) -> tuple[Table, pd.DataFrame, float]:
    """Return the table, its cleaned columns, and the machine's speed at this moment."""
    table = load_dataset(source.path, source.target, source.task_type)
    return table, TableCleaner().fit_transform(table.X), reference_seconds()


def describe_task(_: Any, source: TaskSource) -> dict[str, float]:
    """Return the meta-features of a dataset."""
    from metafeatures import MetaFeatureExtractor

    table, *_rest = _load(source)
    extractor = MetaFeatureExtractor(names=described_by(), random_state=0)
    values = extractor.extract(table.X, table.labels, table.task_type)
    return {str(name): float(value) for name, value in values.items()}


def measure_setup(
    _: Any,
    source: TaskSource,
    algorithm: str,
    config: dict[str, Any],
    n_folds: int,
    fidelity: float = 1.0,
    seed: int = 0,
) -> dict[str, Any]:
    """Return one cross-validation of a setup on a dataset, by metric.

    ``seed`` draws the folds. The held-out rows are the same at every fidelity; a part
    of the training rows is contained in the larger ones.
    """
    table, cleaned, speed = _load(source)
    pipeline = get_algorithm(algorithm).build(config, table.task_type)[1:]
    folds = make_folds(table.y, table.task_type, n_folds, seed)
    evaluation = cross_validate(
        pipeline,
        cleaned,
        table.y,
        shorten_folds(folds, table.y, table.task_type, fidelity),
        METRICS[table.task_type],
        table.n_classes,
    )
    return {
        "scores": evaluation.scores,
        "fold_scores": evaluation.fold_scores,
        "train_scores": evaluation.train_scores,
        "fit_seconds": evaluation.fit_seconds,
        "predict_seconds": evaluation.predict_seconds,
        "reference_seconds": speed,
    }
