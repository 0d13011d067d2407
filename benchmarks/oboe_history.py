"""The history of `oboe.py`, `caution.py` and `choices.py`, and a small one for smoke runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from autometa.importers import read_table
from autometa.knowledge_base import KnowledgeBase, canonical_config
from autometa.recommendation import Recommendation

Matrix = npt.NDArray[np.float64]
Order = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Oboe:
    """The history as matrices of datasets by setups, and as a knowledge base."""

    kb: KnowledgeBase
    scores: Matrix
    regret: Matrix
    seconds: Matrix
    columns: dict[tuple[str, str], int]
    described: Order

    def without(self, left_out: Order) -> KnowledgeBase:
        """Return the knowledge base without these datasets."""
        names = set(self.kb.tasks["task_id"].iloc[left_out])
        return KnowledgeBase.from_frames(
            self.kb.tasks[~self.kb.tasks["task_id"].isin(names)],
            self.kb.metafeatures[~self.kb.metafeatures.index.isin(names)],
            self.kb.runs[~self.kb.runs["task_id"].isin(names)],
        )

    def metafeatures(self, dataset: int) -> pd.Series[float]:
        """Return the meta-features of one dataset."""
        return self.kb.metafeatures.loc[self.kb.tasks["task_id"].iloc[dataset]]

    def order(self, advice: list[Recommendation]) -> Order:
        """Return the columns of the recommended setups."""
        return np.array([self.columns[a.algorithm, canonical_config(a.config)] for a in advice])


def read(shared: Path) -> Oboe:
    """Return the history in ``shared``/histories/oboe."""
    folder = shared / "histories" / "oboe"
    imported = read_table(
        folder / "runs.parquet",
        metafeatures=folder / "metafeatures.parquet",
        translation=None,
    ).knowledge_base
    return as_matrices(imported)


def made(n_datasets: int = 40, n_setups: int = 12) -> Oboe:
    """Return a small history made in place: which setup is best hangs on two meta-features."""
    rng = np.random.default_rng(0)
    names = [f"d{i:02d}" for i in range(n_datasets)]
    described = pd.DataFrame(rng.normal(size=(n_datasets, 4)), names).add_prefix("f")
    likes = rng.normal(size=(2, n_setups))
    scores = 0.7 + 0.1 * described.to_numpy()[:, :2] @ likes
    scores += 0.01 * rng.normal(size=scores.shape)
    runs = pd.DataFrame(
        {
            "task_id": np.repeat(names, n_setups),
            "algorithm": "knn",
            "config": [{"n_neighbors": j + 1} for j in range(n_setups)] * n_datasets,
            "metric": "balanced_accuracy",
            "score": np.clip(scores, 0.0, 1.0).ravel(),
            "fit_seconds": rng.lognormal(0, 1, n_datasets * n_setups),
        }
    )
    tasks = pd.DataFrame({"task_id": names, "task_type": "classification", "family": names})
    return as_matrices(KnowledgeBase.from_frames(tasks, described, runs))


def as_matrices(history: KnowledgeBase) -> Oboe:
    """Return a history whose every setup ran on every dataset."""
    tasks = history.tasks.sort_values("task_id")
    kb = KnowledgeBase.from_frames(tasks, history.metafeatures, history.runs)
    names = kb.tasks["task_id"].tolist()
    wide = kb.runs.pivot(index="task_id", columns=["algorithm", "config"])
    scores, seconds = (wide[name].loc[names].to_numpy() for name in ("score", "fit_seconds"))
    best, worst = scores.max(axis=1, keepdims=True), scores.min(axis=1, keepdims=True)
    return Oboe(
        kb=kb,
        scores=scores,
        regret=(best - scores) / (best - worst),
        seconds=seconds,
        columns={setup: column for column, setup in enumerate(wide["score"].columns)},
        described=np.flatnonzero(pd.Index(names).isin(kb.metafeatures.index)),
    )
