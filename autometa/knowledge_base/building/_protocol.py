"""How a bundled-style knowledge base is measured: which setups, on which folds, by what limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from autometa.algorithms import TableCleaner, get_algorithm, kind_of_task, list_algorithms
from autometa.datasets import load_dataset
from autometa.evaluation import METRICS, cross_validate, make_folds
from autometa.knowledge_base._schema import canonical_config
from autometa.tables import Table

SAMPLED_PER_HYPERPARAMETER = 0.6
FAMILIES = ("simple", "statistical", "information-theoretic", "landmarking")


@dataclass(frozen=True, kw_only=True)
class TaskSource:
    """A dataset to measure on: a row of a datasets folder's manifest."""

    task_id: str
    path: str
    target: str
    task_type: str
    family: str
    n_rows: int
    n_columns: int


def read_sources(folder: Path) -> list[TaskSource]:
    """Return the datasets that ``manifest.csv`` of a folder lists, quick ones first.

    Kinds of task take turns, so that a build stopped early holds some of each.
    """
    manifest = pd.read_csv(folder / "manifest.csv", dtype={"name": str})
    sources = [_source(folder, row) for row in manifest.to_dict("records")]
    ordered = sorted(sources, key=lambda s: (s.n_rows * s.n_columns, s.task_id))
    turns: dict[str, int] = {}
    ranked = []
    for source in ordered:
        kind = kind_of_task(source.task_type)
        turns[kind] = turns.get(kind, 0) + 1
        ranked.append((turns[kind], kind, source))
    return [source for *_, source in sorted(ranked, key=lambda item: item[:2])]


def _source(folder: Path, row: dict[Any, Any]) -> TaskSource:
    name = row["name"]
    return TaskSource(
        task_id=name,
        path=str(folder / row.get("file", f"{name}.parquet")),
        target=row["target"],
        task_type=row["task_type"],
        family=row.get("family", name),
        n_rows=int(row.get("n_rows", 0)),
        n_columns=int(row.get("n_features", 0)),
    )


def shared_setups(task_type: str) -> Iterator[tuple[str, str]]:
    """Yield the setups every task of a kind is measured with: (algorithm, config).

    Each algorithm's known setups, and points that fill its space evenly: more
    for larger spaces.
    """
    for algorithm in list_algorithms(task_type):
        n_sampled = round(len(algorithm.space(task_type)) * SAMPLED_PER_HYPERPARAMETER)
        known = list(algorithm.setups(task_type).values())
        for config in known + algorithm.sample(n_sampled, task_type):
            yield algorithm.name, canonical_config(config)


@lru_cache(maxsize=1)
def _load(source: TaskSource) -> tuple[Table, pd.DataFrame]:
    table = load_dataset(source.path, source.target, source.task_type)
    return table, TableCleaner().fit_transform(table.X)


def described_by() -> list[str]:
    """Return the meta-features that a knowledge base of our own describes tasks by.

    Four families, without what depends on the order of columns or on their units. The
    others cost little more, but left the advice as it was (``benchmarks/ablation.py``).
    """
    from metafeatures import list_metafeatures

    catalogue = list_metafeatures()
    chosen = catalogue["family"].isin(FAMILIES) & ~catalogue["by_place"]
    return [str(name) for name in catalogue.loc[chosen, "name"]]


def describe_task(_: Any, source: TaskSource) -> dict[str, float]:
    """Return the meta-features of a dataset."""
    from metafeatures import MetaFeatureExtractor

    table, _cleaned = _load(source)
    extractor = MetaFeatureExtractor(names=described_by(), random_state=0)
    values = extractor.extract(table.X, table.labels, table.task_type)
    return {str(name): float(value) for name, value in values.items()}


def measure_setup(
    _: Any, source: TaskSource, algorithm: str, config: dict[str, Any], n_folds: int
) -> dict[str, Any]:
    """Return one cross-validation of a setup on a dataset, by metric."""
    table, cleaned = _load(source)
    chosen = get_algorithm(algorithm)
    pipeline = chosen.build(config, table.task_type)[1:]
    evaluation = cross_validate(
        pipeline,
        cleaned,
        table.y,
        make_folds(table.y, table.task_type, n_folds),
        METRICS[table.task_type],
        table.n_classes,
    )
    return {
        "scores": evaluation.scores,
        "fold_scores": evaluation.fold_scores,
        "train_scores": evaluation.train_scores,
        "fit_seconds": evaluation.fit_seconds,
        "predict_seconds": evaluation.predict_seconds,
    }
