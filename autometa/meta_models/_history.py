"""History: a knowledge base as matrices of tasks by setups, for one metric.

Rows are tasks, columns are setups. A cell nobody has measured is NaN; a cell
where the setup failed is marked, for a failure is knowledge too.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from autometa.exceptions import KnowledgeBaseWarning
from autometa.knowledge_base import Averages, KnowledgeBase
from autometa.meta_models._completion import complete
from autometa.meta_models._metric_families import on_one_scale
from autometa.meta_models._questions import Question

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

# A catastrophic score must not make all others look alike: the worst score that
# counts lies this many times as far below the best as the median does.
WORST_IN_MEDIANS = 5.0
FAILURE = 1.1
_ENOUGH_TASKS = 500
_USUAL_FOLDS = 3
# A fit takes 9 s and half a gigabyte for each million cells of tasks by setups.
MAX_SETUPS = 2_000
MAX_CELLS = 2_000_000


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
        Those of a known machine are scaled to the standard machine.
    predict_ms : ndarray of shape (n_tasks, n_setups)
        Milliseconds to predict one row, among as many as a fold holds; scaled alike.
    metafeatures : DataFrame
        One row a task in the same order; all NaN where the task is not described.
    comparable : ndarray of shape (n_tasks,), bool
        Tasks whose scores are of the metric asked for; the others say only which
        setups do better than which.
    knows_machines : bool
        Whether any run says how fast the machine was that measured it.
    """

    tasks: pd.DataFrame
    setups: list[tuple[str, str]]
    scores: Matrix
    failed: Mask
    seconds: Matrix
    predict_ms: Matrix
    metafeatures: pd.DataFrame
    comparable: Mask
    knows_machines: bool = False

    @property
    def described(self) -> Mask:
        """Tasks with at least one finite meta-feature."""
        return np.asarray(np.isfinite(self.metafeatures.to_numpy()).any(axis=1), dtype=np.bool_)

    @property
    def families(self) -> npt.NDArray[np.int64]:
        """Family of each task, as a number."""
        return np.asarray(pd.factorize(self.tasks["family"])[0], dtype=np.int64)


def read_histories(kb: KnowledgeBase, question: Question) -> History:
    """Return the history of a question, and of related ones while there is little of its own.

    Tasks of another type, or without a run of the metric, come in with the closest
    metric they have.
    """
    history = read_history(kb, question.task_types, question.metric)
    for task_types, metric in question.borrowed:
        if len(history.tasks) >= _ENOUGH_TASKS:
            break
        there = set(kb.tasks.loc[kb.tasks["task_type"].isin(list(task_types)), "task_id"])
        if there <= set(history.tasks["task_id"]):
            continue
        other = read_history(kb, task_types, metric)
        new = ~other.tasks["task_id"].isin(history.tasks["task_id"]).to_numpy()
        if new.any():
            history = _joined(history, other, new, on_one_scale(metric, question.metric))
    return history


def _joined(history: History, other: History, new: Mask, comparable: bool) -> History:
    """Return both histories as one: the setups of the first, the ``new`` tasks of the other.

    Setups the first does not know are left out: nobody can say what they score.
    """
    place = {setup: column for column, setup in enumerate(other.setups)}
    columns = np.array([place.get(setup, -1) for setup in history.setups])
    tried = np.isfinite(other.scores[:, columns]) & (columns >= 0)
    new = new & tried.any(axis=1)

    def stacked(mine: npt.NDArray[Any], others: npt.NDArray[Any], missing: Any) -> npt.NDArray[Any]:
        rows = np.where(columns >= 0, others[new][:, columns], missing)
        return np.vstack([mine, rows])

    return History(
        tasks=pd.concat([history.tasks, other.tasks[new]], ignore_index=True),
        setups=history.setups,
        scores=stacked(history.scores, other.scores, np.nan),
        failed=stacked(history.failed, other.failed, False).astype(np.bool_),
        seconds=stacked(history.seconds, other.seconds, np.nan),
        predict_ms=stacked(history.predict_ms, other.predict_ms, np.nan),
        metafeatures=pd.concat([history.metafeatures, other.metafeatures[new]]),
        comparable=np.r_[history.comparable, np.full(new.sum(), comparable)],
        knows_machines=history.knows_machines or other.knows_machines,
    )


def read_history(kb: KnowledgeBase, task_types: Sequence[str], metric: str) -> History:
    """Return the history of ``metric`` on the tasks of these types that have runs of it.

    Of a history too large for matrices, the setups and tasks with most runs are
    kept, with a KnowledgeBaseWarning.
    """
    averages = _bounded(kb.averages(metric, task_types), metric)
    rows, tasks = _in_order_of_tasks(kb, averages)
    used, places = np.unique(averages.setup, return_inverse=True)
    names = [averages.setups[setup] for setup in used.tolist()]
    setups = sorted(names)
    rank = {setup: column for column, setup in enumerate(setups)}
    columns = np.array([rank[name] for name in names], dtype=np.intp)[places]
    shape = (len(tasks), len(setups))

    def matrix(values: npt.NDArray[Any], missing: float | bool) -> npt.NDArray[Any]:
        filled = np.full(shape, missing)
        filled[rows, columns] = values
        return filled

    scores = matrix(averages.score, np.nan)
    seconds = matrix(averages.fit_seconds, np.nan)
    return History(
        tasks=tasks,
        setups=setups,
        scores=scores,
        failed=matrix(averages.n_failed > 0, False) & np.isnan(scores),
        seconds=_with_slowest(seconds, matrix(averages.n_untimed > 0, False)),
        predict_ms=1e3 * matrix(averages.predict_seconds, np.nan) / _fold_rows(kb, tasks),
        metafeatures=_described(kb.metafeatures, tasks["task_id"]),
        comparable=np.ones(len(tasks), dtype=np.bool_),
        knows_machines=bool(averages.n_scaled.any()),
    )


def _bounded(averages: Averages, metric: str) -> Averages:
    """Return the most measured setups and tasks, as many as fit into matrices."""
    n_tasks, n_setups = (len(np.unique(codes)) for codes in (averages.task, averages.setup))
    if n_tasks * n_setups <= MAX_CELLS:
        return averages
    fewer = averages.where(_most_frequent(averages.setup, MAX_SETUPS))
    kept_setups = len(np.unique(fewer.setup))
    fewer = fewer.where(_most_frequent(fewer.task, MAX_CELLS // kept_setups))
    warnings.warn(
        f"The history of '{metric}' is too large to weigh whole: the advice rests on the "
        f"{len(np.unique(fewer.task)):,} of {n_tasks:,} tasks and the {kept_setups:,} of "
        f"{n_setups:,} setups with most runs.",
        KnowledgeBaseWarning,
        stacklevel=2,
    )
    return fewer


def _most_frequent(codes: npt.NDArray[np.int32], n: int) -> Mask:
    """Mark the rows of the ``n`` codes that have most; among equals, chance decides."""
    counts = np.bincount(codes)
    shuffled = np.random.default_rng(0).permutation(len(counts))
    kept = shuffled[np.argsort(-counts[shuffled], kind="stable")[:n]]
    return np.isin(codes, kept)


def _in_order_of_tasks(
    kb: KnowledgeBase, averages: Averages
) -> tuple[npt.NDArray[np.intp], pd.DataFrame]:
    """Return the tasks that have runs, as listed, and for each average the place of its task."""
    places = pd.Index(kb.tasks["task_id"]).get_indexer(averages.task_ids)
    used, rows = np.unique(places[averages.task], return_inverse=True)
    return rows, kb.tasks.iloc[used].reset_index(drop=True)


def _with_slowest(seconds: Matrix, untimed: Mask) -> Matrix:
    """Seconds per cell; a timeout nobody timed counts as the slowest fit of its task."""
    slowest = np.max(seconds, axis=1, initial=-np.inf, where=np.isfinite(seconds), keepdims=True)
    capped = np.where(np.isfinite(slowest), slowest, np.nan)
    seconds[untimed] = np.broadcast_to(capped, seconds.shape)[untimed]
    return seconds


def _fold_rows(kb: KnowledgeBase, tasks: pd.DataFrame) -> Matrix:
    """Return how many rows of each task were predicted at once; NaN where unknown."""
    sources = kb.provenance.get("sources", [kb.provenance])
    known = [source.get("protocol", {}).get("n_folds") for source in sources]
    n_folds = next((n for n in known if n), _USUAL_FOLDS)
    n_rows = tasks["n_rows"].to_numpy(dtype=np.float64)
    return np.asarray(np.maximum(n_rows / n_folds, 1.0)[:, None])


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
        worst = min(worst, WORST_IN_MEDIANS * middle)
    return np.asarray(np.minimum(behind / worst, 1.0) if worst > 0 else np.zeros_like(behind))
