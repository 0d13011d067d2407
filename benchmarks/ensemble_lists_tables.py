"""Tables that `ensemble_lists_measure.py` has measured whole, as `ensemble_lists.py` reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from ensemble_lists_measure import CPU_LIMIT, N_FOLDS, Setup, runs_of
from ensemble_lists_portfolio import error_products

from autometa.building import read_predictions

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """A table on which all setups were measured; ``values`` has None for those that failed."""

    task_id: str
    family: str
    task_type: str
    y: npt.NDArray[Any]
    folds: npt.NDArray[np.int16]
    n_classes: int
    values: list[Floats | None]
    seconds: Floats

    def halves(self, seed: int) -> npt.NDArray[np.intp]:
        """Return 0 or 1 for each row: of each fold half, and of each class."""
        order = np.random.default_rng(seed).permutation(len(self.y))
        order = order[np.lexsort((self.y[order], self.folds[order]))]
        found = np.empty(len(order), dtype=np.intp)
        found[order] = np.arange(len(order)) % 2
        return found

    @cached_property
    def products(self) -> Floats:
        """Mean products of errors on the halves of the rows."""
        if self.n_classes:
            truth = np.eye(self.n_classes)[self.y.astype(int)]
            mean = np.broadcast_to(truth.mean(axis=0), truth.shape)
        else:
            truth = self.y.reshape(-1, 1).astype(float)
            mean = np.full_like(truth, truth.mean())
        errors = [None if v is None else v.reshape(truth.shape) - truth for v in self.values]
        return error_products([*errors, mean - truth], self.halves(0))


def read_tasks(folder: Path, setups: dict[str, list[Setup]]) -> Iterator[Measured]:
    """Yield the tables of a folder that are measured whole."""
    runs = pd.DataFrame(runs_of(folder)).drop_duplicates(["task_id", "algorithm", "config"])
    for task_id, of_task in runs.groupby("task_id", sort=False):
        task_type = str(of_task["task_type"].iloc[0])
        listed = setups[task_type]
        by_setup = of_task.set_index(["algorithm", "config"])
        if not set(listed) <= set(by_setup.index):
            continue
        kept = dict(read_predictions(folder, str(task_id)))
        some = next(iter(kept.values()))
        seconds = by_setup["fit_seconds"] + by_setup["predict_seconds"]
        # one that reached the limit took that at least
        seconds = seconds.fillna(CPU_LIMIT / N_FOLDS).loc[listed].to_numpy(dtype=float)
        yield Measured(
            task_id=str(task_id),
            family=str(of_task["family"].iloc[0]),
            task_type=task_type,
            y=some.y,
            folds=some.folds,
            n_classes=some.n_classes,
            values=[kept[setup].values if setup in kept else None for setup in listed],
            seconds=seconds,
        )
