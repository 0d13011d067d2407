"""The first half of `generated_tasks.py`: tables are generated, described and measured."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import Kept
from rich.progress import track

from autometa.algorithms import TableCleaner, get_algorithm
from autometa.building._sources import TaskSource, read_sources
from autometa.building._worker_side import describe_task
from autometa.building.generation._generated_folder import generate_tasks
from autometa.datasets import load_dataset
from autometa.evaluation import WorkerPool, cross_validate, make_folds
from autometa.knowledge_base import KnowledgeBase
from autometa.metrics import default_metric
from autometa.tables import Table

MAX_ROWS = 600
N_FOLDS = 3
SECONDS = 20.0  # of the processor, for all folds of one evaluation
LARGEST_MEDIAN = 0.05  # seconds of one fit on the real tasks
PER_ALGORITHM = 3
LEFT_OUT = ("catboost",)  # slow on small tables

Setup = tuple[str, str]


def generate(datasets: Path, work: Path, per_dataset: int, n_synthetic: int) -> None:
    """Write the generated tables."""
    skipped = generate_tasks(
        work / "tables",
        datasets,
        per_dataset=per_dataset,
        n_synthetic=n_synthetic,
        max_rows=MAX_ROWS,
        only=set(KnowledgeBase.bundled().tasks["task_id"]),
    )
    for why in skipped.values():
        print(why)


def cheap_setups(kb: KnowledgeBase) -> dict[str, list[Setup]]:
    """Return three setups of each algorithm by task type, spread over the quick ones."""
    types = kb.tasks.set_index("task_id")["task_type"]
    runs = kb.runs[kb.runs["fidelity"] == 1.0]
    kind = runs["task_id"].map(types).eq("regression")
    medians = runs.groupby([kind, "algorithm", "config"])["fit_seconds"].median()
    quick = medians[medians <= LARGEST_MEDIAN].sort_values(kind="stable")
    chosen: dict[bool, list[Setup]] = {False: [], True: []}
    for (is_regression, algorithm), own in quick.groupby(level=[0, 1]):
        if algorithm in LEFT_OUT:
            continue
        places = np.unique(np.linspace(0, len(own) - 1, PER_ALGORITHM).astype(int))
        configs = own.index.get_level_values("config")[places]
        chosen[is_regression] += [(algorithm, config) for config in configs]
    return {
        task_type: chosen[task_type == "regression"]
        for task_type in ("binary", "multiclass", "regression")
    }


def measure(work: Path) -> None:
    """Describe every generated table and measure the setups on it; keep each at once."""
    kept = Kept(work / "journal.jsonl")
    calls = [call for call in _calls(work / "tables") if call[0] not in kept]
    with WorkerPool(1, memory_limit=4 << 30) as pool:
        for key, function, arguments in track(calls, "Measuring"):
            pool.submit(key, function, *arguments, timeout=10 * SECONDS, processor_seconds=SECONDS)
            outcome = pool.wait()
            assert outcome is not None
            found = {
                "status": outcome.status,
                "value": outcome.value,
                "seconds": outcome.seconds,
            }
            kept.rows(key, lambda found=found: [found])


@lru_cache(maxsize=1)
def _load(source: TaskSource) -> tuple[Table, pd.DataFrame]:
    table = load_dataset(source.path, source.target, task_type=source.task_type)
    return table, TableCleaner().fit_transform(table.X)


def measure_setup(
    _: Any, source: TaskSource, algorithm: str, config: dict[str, Any]
) -> dict[str, Any]:
    """Return score and seconds as a build measures them, but of one metric, without train scores.

    On tables this small the other metrics would take longer than the fits.
    """
    table, cleaned = _load(source)
    evaluation = cross_validate(
        get_algorithm(algorithm).build(config, table.task_type)[1:],
        cleaned,
        table,
        make_folds(table.y, table.task_type, N_FOLDS),
        [default_metric(table.task_type)],
        max_train_rows=0,
    )
    return {"scores": evaluation.scores, "fit_seconds": evaluation.fit_seconds}


def _calls(tables: Path) -> Iterator[tuple[tuple[str, ...], Any, tuple[Any, ...]]]:
    setups = cheap_setups(KnowledgeBase.bundled())
    for source in _shuffled(read_sources(tables)):
        yield (source.task_id, "", ""), describe_task, (source,)
        for algorithm, config in setups[source.task_type]:
            arguments = (source, algorithm, json.loads(config))
            yield (source.task_id, algorithm, config), measure_setup, arguments


def _shuffled(sources: list[TaskSource]) -> list[TaskSource]:
    """Any order will do, but one that has something of everything when stopped early."""
    return sorted(sources, key=lambda source: zlib.crc32(source.task_id.encode()))


def measured(work: Path) -> KnowledgeBase:
    """Return the generated tasks that are complete as a knowledge base."""
    kept = Kept(work / "journal.jsonl")
    entries = {key: {"key": key, **rows[0]} for key, rows in kept.items()}
    manifest = pd.read_csv(work / "tables" / "manifest.csv", keep_default_na=False)
    setups = cheap_setups(KnowledgeBase.bundled())
    complete, described, rows = [], {}, []
    for task in manifest.to_dict("records"):
        name, task_type = task["name"], task["task_type"]
        keys = [(name, *setup) for setup in setups[task_type]]
        if (name, "", "") not in entries or not set(keys) <= set(entries):
            continue
        complete.append({"task_id": name} | task)
        rows += [_run(entries[key], task_type) for key in keys]
        if entries[name, "", ""]["value"]:
            described[name] = entries[name, "", ""]["value"]
    metafeatures = pd.DataFrame.from_dict(described, orient="index")
    return KnowledgeBase.from_frames(pd.DataFrame(complete), metafeatures, pd.DataFrame(rows))


def _run(entry: dict[str, Any], task_type: str) -> dict[str, Any]:
    task_id, algorithm, config = entry["key"]
    value = entry["value"] or {}
    metric = default_metric(task_type)
    return {
        "task_id": task_id,
        "algorithm": algorithm,
        "config": config,
        "metric": metric,
        "score": value.get("scores", {}).get(metric, float("nan")),
        "fit_seconds": value.get("fit_seconds", float("nan")),
        "status": entry["status"],
    }
