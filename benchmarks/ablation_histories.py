"""The histories of `ablation.py`: runs, and every meta-feature that can be had for them."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import make_classification

from autometa.datasets import load_dataset
from autometa.exceptions import DatasetWarning
from autometa.importers import Imported, read_aslib, read_table
from autometa.knowledge_base import KnowledgeBase
from autometa.metrics import default_metric
from metafeatures import MetaFeatureExtractor, list_metafeatures


@dataclass(frozen=True)
class History:
    """Runs of one metric a task type, and the regret of each setup on each task."""

    kb: KnowledgeBase
    regret: dict[str, dict[tuple[str, str], float]]


def read(shared: Path, cache: Path | None) -> tuple[dict[str, History], dict[str, float]]:
    """Return the histories by name, and processor seconds by family of meta-features."""
    histories = {
        "bundled knowledge base": bundled(shared, cache),
        "Oboe": oboe(shared),
        "OPENML-WEKA-2017": weka(shared),
    }
    return histories, family_seconds()


def history(tasks: pd.DataFrame, metafeatures: pd.DataFrame, runs: pd.DataFrame) -> History:
    """Return a history with the regret of each setup; one that failed counts as the worst."""
    kb = KnowledgeBase.from_frames(tasks, metafeatures, runs)
    regret = {}
    for task_id, own in kb.runs.groupby("task_id"):
        score = own["score"].fillna(own["score"].min())
        shares = (score.max() - score) / max(score.max() - score.min(), 1e-12)
        setups = zip(own["algorithm"], own["config"], strict=True)
        regret[str(task_id)] = dict(zip(setups, shares, strict=True))
    return History(kb, regret)


def bundled(shared: Path, cache: Path | None) -> History:
    """Return the bundled knowledge base, its tasks described with everything there is."""
    kb = KnowledgeBase.bundled()
    file = cache / "described.parquet" if cache else None
    if file is not None and file.exists():
        described = pd.read_parquet(file)
    else:
        described = pd.DataFrame(
            {task.task_id: describe(shared, task) for task in kb.tasks.itertuples()}
        ).T
        if file is not None:
            described.to_parquet(file)
    wanted = kb.tasks.set_index("task_id")["task_type"].map(default_metric)
    runs = kb.runs[kb.runs["metric"].to_numpy() == wanted.loc[kb.runs["task_id"]].to_numpy()]
    return history(kb.tasks, described, runs)


def describe(shared: Path, task: object) -> pd.Series[float]:
    """Return all meta-features of the table of a task."""
    name, target, task_type = (getattr(task, key) for key in ("name", "target", "task_type"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DatasetWarning)
        loaded = load_dataset(
            str(shared / "datasets" / f"{name}.parquet"), target, task_type=task_type
        )
    return MetaFeatureExtractor(random_state=0).extract(
        loaded.X, loaded.labels, task_type=task_type
    )


def oboe(shared: Path) -> History:
    """Return Oboe's runs of datasets that auto-sklearn's meta-features describe."""
    folder = shared / "histories" / "oboe"
    imported = read_table(
        folder / "runs.parquet",
        metafeatures=folder / "metafeatures.parquet",
        translation="autosklearn",
        approximate=True,
    )
    return foreign(imported)


def weka(shared: Path) -> History:
    """Return the runs of Weka's algorithms on OpenML tasks, described by its qualities."""
    folder = shared / "histories" / "aslib" / "OPENML-WEKA-2017"
    return foreign(read_aslib(folder, translation="openml", approximate=True))


def foreign(imported: Imported) -> History:
    """Return a history by what has an equal among our meta-features, scores alone."""
    kb = imported.knowledge_base
    known = set(list_metafeatures()["name"])
    ours = [name for name in kb.metafeatures if name in known]
    runs = kb.runs[["task_id", "algorithm", "config", "metric", "score"]]
    return history(kb.tasks.sort_values("task_id"), kb.metafeatures[ours], runs)


def of_names(kb: KnowledgeBase, names: Sequence[str]) -> History:
    """Return a history whose meta-features take these names of the catalogue."""
    return history(kb.tasks, kb.metafeatures.set_axis(list(names), axis=1), kb.runs)


def family_seconds(n_rows: int = 10_000) -> dict[str, float]:
    """Return processor seconds of each family on a table of that many rows and 30 columns."""
    X, y = make_classification(n_rows, 30, n_informative=8, n_classes=3, random_state=0)
    seconds = {}
    for family in list_metafeatures()["family"].unique():
        extractor = MetaFeatureExtractor(families=[family], random_state=0)
        taken = []
        for _ in range(3):
            start = time.process_time()
            extractor.extract(pd.DataFrame(X), y)
            taken.append(time.process_time() - start)
        seconds[str(family)] = float(np.min(taken))
    start = time.process_time()
    MetaFeatureExtractor(random_state=0).extract(pd.DataFrame(X), y)
    return seconds | {"all": time.process_time() - start}
