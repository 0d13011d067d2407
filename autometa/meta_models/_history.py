"""History: a knowledge base as matrices of tasks by setups, for one metric.

Rows are tasks, columns are setups. A cell nobody has measured is NaN; a cell
where the setup failed is marked, for a failure is knowledge too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from autometa.knowledge_base import KnowledgeBase
from autometa.meta_models._completion import complete

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

# A catastrophic score must not make all others look alike: the worst score that
# counts lies this many times as far below the best as the median does.
_WORST_IN_MEDIANS = 5.0
FAILURE = 1.1


@dataclass(frozen=True)
class History:
    """What is known for one metric on tasks of one kind.

    Attributes
    ----------
    tasks : DataFrame
        One row a task, as in the knowledge base.
    setups : list of tuple of str
        Algorithm and canonical config of each column.
    scores : ndarray of shape (n_tasks, n_setups)
        Greater is better; NaN where not measured or failed.
    failed : ndarray of shape (n_tasks, n_setups), bool
    seconds : ndarray of shape (n_tasks, n_setups)
        Of one fit; where a setup failed, how long that took. NaN where unknown.
    metafeatures : DataFrame
        One row a task in the same order; all NaN where the task is not described.
    """

    tasks: pd.DataFrame
    setups: list[tuple[str, str]]
    scores: Matrix
    failed: Mask
    seconds: Matrix
    metafeatures: pd.DataFrame

    @property
    def described(self) -> Mask:
        """Tasks with at least one finite meta-feature."""
        return np.asarray(np.isfinite(self.metafeatures.to_numpy()).any(axis=1), dtype=np.bool_)

    @property
    def families(self) -> npt.NDArray[np.int64]:
        """Family of each task, as a number."""
        return np.asarray(pd.factorize(self.tasks["family"])[0], dtype=np.int64)


def read_history(kb: KnowledgeBase, task_types: Sequence[str], metric: str) -> History:
    """Return the history of ``metric`` on the tasks of these types that have runs of it."""
    of_type = kb.tasks["task_type"].isin(list(task_types)).to_numpy()
    task_of_run = pd.Index(kb.tasks["task_id"]).get_indexer(kb.runs["task_id"])
    asked = of_type[task_of_run] & (kb.runs["metric"] == metric).to_numpy()
    kept = np.flatnonzero(asked & _largest_fidelity(kb, task_of_run, asked))
    runs = kb.runs.iloc[kept]
    has_runs, rows = np.unique(task_of_run[kept], return_inverse=True)
    tasks = kb.tasks.iloc[has_runs].reset_index(drop=True)
    by_setup = runs.groupby(["algorithm", "config"], sort=True)
    columns, setups = by_setup.ngroup().to_numpy(), list(by_setup.groups)
    shape = (len(tasks), len(setups))
    ok = ((runs["status"] == "ok") & runs["score"].notna()).to_numpy()
    failure = (runs["status"] != "ok").to_numpy()
    scores = _mean_per_cell(rows[ok], columns[ok], runs["score"].to_numpy()[ok], shape)
    failed = np.zeros(shape, dtype=np.bool_)
    failed[rows[failure], columns[failure]] = True
    return History(
        tasks=tasks,
        setups=[(str(algorithm), str(config)) for algorithm, config in setups],
        scores=scores,
        failed=failed & np.isnan(scores),
        seconds=_seconds(rows, columns, runs, shape),
        metafeatures=_described(kb.metafeatures, tasks["task_id"]),
    )


def _largest_fidelity(kb: KnowledgeBase, task_of_run: npt.NDArray[np.intp], asked: Mask) -> Mask:
    """Mark the runs on most rows of each task: scores on fewer rows are not comparable."""
    fidelity = kb.runs["fidelity"].to_numpy(dtype=np.float64)
    most = np.zeros(len(kb.tasks))
    np.maximum.at(most, task_of_run[asked], fidelity[asked])
    return np.asarray(fidelity == most[task_of_run])


def _mean_per_cell(
    rows: npt.NDArray[np.intp],
    columns: npt.NDArray[np.intp],
    values: Matrix,
    shape: tuple[int, int],
) -> Matrix:
    cells = rows * shape[1] + columns
    counts = np.bincount(cells, minlength=shape[0] * shape[1]).astype(np.float64)
    sums = np.bincount(cells, weights=values, minlength=shape[0] * shape[1])
    counts[counts == 0] = np.nan
    return np.asarray((sums / counts).reshape(shape), dtype=np.float64)


def _seconds(
    rows: npt.NDArray[np.intp],
    columns: npt.NDArray[np.intp],
    runs: pd.DataFrame,
    shape: tuple[int, int],
) -> Matrix:
    """Seconds per cell; a timeout nobody timed counts as the slowest fit of its task."""
    values = runs["fit_seconds"].to_numpy(dtype=np.float64)
    timed = np.isfinite(values)
    seconds = _mean_per_cell(rows[timed], columns[timed], values[timed], shape)
    slow = (runs["status"].isin(["timeout", "memory"]) & runs["fit_seconds"].isna()).to_numpy()
    if slow.any():
        slowest = np.max(seconds, axis=1, initial=-np.inf, where=np.isfinite(seconds))
        capped = np.where(np.isfinite(slowest), slowest, np.nan)
        seconds[rows[slow], columns[slow]] = capped[rows[slow]]
    return seconds


def _described(metafeatures: pd.DataFrame, task_ids: pd.Series[str]) -> pd.DataFrame:
    known = metafeatures.reindex(task_ids.to_numpy())
    return known.replace([np.inf, -np.inf], np.nan)


def losses(history: History) -> Matrix:
    """Return how far each setup was behind the best of each task.

    0 is the best score of the task, 1 its worst, and a failure a little more.
    Cells nobody has measured are filled from the pattern of the others.
    """
    scores, failed = history.scores, history.failed
    loss = np.full(scores.shape, np.nan)
    for row, known in enumerate(np.isfinite(scores)):
        if known.any():
            loss[row, known] = _task_losses(scores[row, known])
    loss[failed] = FAILURE
    return np.clip(complete(loss), 0.0, FAILURE)


def _task_losses(scores: Matrix) -> Matrix:
    behind = scores.max() - scores
    worst = behind.max()
    middle = np.median(behind)
    if middle > 0:
        worst = min(worst, _WORST_IN_MEDIANS * middle)
    return np.asarray(np.minimum(behind / worst, 1.0) if worst > 0 else np.zeros_like(behind))
