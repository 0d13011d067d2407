"""History: a knowledge base as matrices of tasks by setups, for one metric.

Rows are tasks, columns are setups. A cell nobody has measured is NaN; a cell
where the setup failed is marked, for a failure is knowledge too.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from autometa._common.arrays import AnyArray, Booleans, Codes, Integers, Matrix, Objects, Positions
from autometa.exceptions import KnowledgeBaseWarning
from autometa.knowledge_base import Averages, KnowledgeBase
from autometa.metrics import on_one_scale
from autometa.performance._question import Question

_ENOUGH_TASKS = 500  # of its own: those of other metrics then blur more than they add
_USUAL_FOLDS = 3  # those of the bundled knowledge base, where a history does not say
# A fit takes 9 s and half a gigabyte for each million cells of tasks by setups.
MAX_SETUPS = 2_000
MAX_CELLS = 2_000_000


@dataclass(frozen=True)
class History:
    """Scores, failures and times for one metric on tasks of one kind.

    Attributes
    ----------
    tasks : DataFrame
        One row a task, as in the knowledge base.
    setups : list of tuple of str
        Algorithm and canonical config of each column.
    scores : ndarray of shape (n_tasks, n_setups)
        Greater is better; NaN where not measured or failed.
    failures : ndarray of shape (n_tasks, n_setups)
        Share of the runs that failed, from 0 to 1; 0 where nothing was run.
    seconds : ndarray of shape (n_tasks, n_setups)
        Of one fit; where a setup failed, how long that took. NaN where unknown.
        Those of a machine that was timed are scaled to the standard machine.
    predict_ms : ndarray of shape (n_tasks, n_setups)
        Milliseconds to predict one row, among as many as a fold holds; scaled alike.
    metafeatures : DataFrame
        One row a task in the same order; all NaN where the task is not described.
    comparable : ndarray of shape (n_tasks,), bool
        Tasks whose scores are of the metric asked for; the others say only which
        setups do better than which. A task may occur twice, once of each kind.
    metrics : ndarray of shape (n_tasks,), str
        Of each task's scores.
    knows_machines : bool
        Whether any run says how fast the machine was that measured it.
    borrowed : ndarray of shape (n_tasks,), bool, or None
        Tasks whose scores were measured on folds of another kind than asked for; None is none.
    infeasible : frozenset of tuple of str
        Setups that violated a constraint on some task; there they are failures too.
    """

    tasks: pd.DataFrame
    setups: list[tuple[str, str]]
    scores: Matrix
    failures: Matrix
    seconds: Matrix
    predict_ms: Matrix
    metafeatures: pd.DataFrame
    comparable: Booleans
    metrics: Objects
    knows_machines: bool = False
    borrowed: Booleans | None = None
    infeasible: frozenset[tuple[str, str]] = frozenset()

    @property
    def forbidden(self) -> Booleans:
        """Setups that violated a constraint and never ended otherwise: none to be advised."""
        never = ~np.isfinite(self.scores).any(axis=0)
        violated = np.array([setup in self.infeasible for setup in self.setups], dtype=np.bool_)
        return np.asarray(never & violated)

    @property
    def n_borrowed(self) -> int:
        """How many tasks lend scores on folds of another kind."""
        return 0 if self.borrowed is None else int(self.borrowed.sum())

    @property
    def tried(self) -> Booleans:
        """Cells with a score or a failure."""
        return np.asarray(np.isfinite(self.scores) | (self.failures > 0), dtype=np.bool_)

    @property
    def described(self) -> Booleans:
        """Tasks with at least one finite meta-feature."""
        return np.asarray(np.isfinite(self.metafeatures.to_numpy()).any(axis=1), dtype=np.bool_)

    @property
    def families(self) -> Integers:
        """Family of each task, as a number."""
        return np.asarray(pd.factorize(self.tasks["family"])[0], dtype=np.int64)


def read_histories(kb: KnowledgeBase, question: Question) -> History:
    """Return the history of a question, and of related ones while there is little of its own.

    Tasks of another type, without a run of the metric, or with few setups that were
    measured by it, come in with the closest metric they have: one run under a metric
    hides nothing that another metric says.
    """
    kind = question.fold_kind
    history = read_history(kb, question.task_types, question.metric, kind)
    for task_types, metric in question.borrowed:
        if len(history.tasks) >= _ENOUGH_TASKS:
            break
        candidates = set(kb.tasks.loc[kb.tasks["task_type"].isin(list(task_types)), "task_id"])
        full = _well_measured(history)
        if candidates <= full:
            continue
        other = read_history(kb, task_types, metric, kind)
        new = ~other.tasks["task_id"].isin(full).to_numpy() & _adds(other, history)
        if new.any():
            widens = task_types == question.task_types  # others' setups may not take such tasks
            comparable = on_one_scale(metric, question.metric)
            history = _joined(history, other, new, comparable, widens)
    return history


def _well_measured(history: History) -> set[str]:
    """Return the tasks on which half of the setups or more were tried."""
    counts = history.tried.sum(axis=1)
    full = history.tasks["task_id"][2 * counts >= len(history.setups)]
    return set(full)


def _adds(other: History, history: History) -> Booleans:
    """Mark the tasks on which ``other`` tried over twice as many setups as any row of theirs."""
    counts = pd.Series(history.tried.sum(axis=1)).groupby(history.tasks["task_id"].array).max()
    own = other.tasks["task_id"].map(counts).fillna(0.0).to_numpy()
    tried = other.tried.sum(axis=1)
    return np.asarray((tried > 2 * own) & np.isfinite(other.scores).any(axis=1))


def _joined(
    history: History, other: History, new: Booleans, comparable: bool, widens: bool
) -> History:
    """Return both histories as one: the setups of the first, and the ``new`` tasks of the other.

    With ``widens`` the setups of both. Tasks on which none of the setups was tried stay out.
    """
    setups = sorted({*history.setups, *_tried_setups(other, new)}) if widens else history.setups
    tried = np.isfinite(under(setups, other.setups, other.scores, np.nan)).any(axis=1)
    new = new & tried

    def stacked(mine: AnyArray, others: AnyArray, missing: float) -> Matrix:
        rows = under(setups, other.setups, others[new], missing)
        return np.vstack([under(setups, history.setups, mine, missing), rows])

    return History(
        tasks=pd.concat([history.tasks, other.tasks[new]], ignore_index=True),
        setups=setups,
        scores=stacked(history.scores, other.scores, np.nan),
        failures=stacked(history.failures, other.failures, 0.0),
        seconds=stacked(history.seconds, other.seconds, np.nan),
        predict_ms=stacked(history.predict_ms, other.predict_ms, np.nan),
        metafeatures=pd.concat([history.metafeatures, other.metafeatures[new]]),
        comparable=np.r_[history.comparable, np.full(new.sum(), comparable)],
        metrics=np.r_[history.metrics, other.metrics[new]],
        knows_machines=history.knows_machines or other.knows_machines,
        borrowed=np.r_[_lent(history), _lent(other)[new]],
        infeasible=history.infeasible | other.infeasible,
    )


def _lent(history: History) -> Booleans:
    none = np.zeros(len(history.tasks), dtype=np.bool_)
    return none if history.borrowed is None else history.borrowed


def _tried_setups(history: History, rows: Booleans) -> list[tuple[str, str]]:
    tried = np.flatnonzero(history.tried[rows].any(axis=0))
    return [history.setups[column] for column in tried.tolist()]


def under(
    setups: list[tuple[str, str]], own: list[tuple[str, str]], values: Matrix, missing: float
) -> Matrix:
    """Return a matrix with the columns ``setups`` instead of its own."""
    place = {setup: column for column, setup in enumerate(own)}
    columns = np.array([place.get(setup, -1) for setup in setups], dtype=np.intp)
    if values.shape[1] == 0:
        return np.full((len(values), len(setups)), missing)
    return np.where(columns >= 0, values[:, columns], missing)


def read_history(
    kb: KnowledgeBase, task_types: Sequence[str], metric: str, fold_kind: str = "shuffled"
) -> History:
    """Return the history of ``metric`` on the tasks of these types that have runs of it.

    Of a history too large for matrices, the setups and tasks with most runs are
    kept, with a KnowledgeBaseWarning.
    """
    averages = _bounded(kb.averages(metric, task_types, fold_kind), metric)
    _say_apart(averages, metric)
    rows, tasks = _in_order_of_tasks(kb, averages)
    used, places = np.unique(averages.setup, return_inverse=True)
    names = [averages.setups[setup] for setup in used.tolist()]
    setups = sorted(names)
    rank = {setup: column for column, setup in enumerate(setups)}
    columns = np.array([rank[name] for name in names], dtype=np.intp)[places]
    shape = (len(tasks), len(setups))

    def matrix(values: AnyArray, missing: float | bool) -> AnyArray:
        filled = np.full(shape, missing)
        filled[rows, columns] = values
        return filled

    n_runs = averages.n_scores + averages.n_failed
    scores = matrix(averages.score, np.nan)
    seconds = matrix(averages.fit_seconds, np.nan)
    return History(
        tasks=tasks,
        setups=setups,
        scores=scores,
        failures=matrix(averages.n_failed / np.maximum(n_runs, 1), 0.0),
        seconds=_with_slowest(seconds, matrix(averages.n_untimed > 0, False)),
        predict_ms=1e3
        * matrix(averages.predict_seconds, np.nan)
        / _fold_rows(averages, rows, tasks),
        metafeatures=_described(kb.metafeatures, tasks["task_id"]),
        comparable=np.ones(len(tasks), dtype=np.bool_),
        metrics=np.full(len(tasks), metric, dtype=object),
        knows_machines=bool(averages.n_scaled.any()),
        borrowed=np.bincount(rows, averages.n_borrowed, minlength=len(tasks)) > 0,
        infeasible=frozenset(
            averages.setups[setup]
            for setup in np.unique(averages.setup[averages.n_infeasible > 0]).tolist()
        ),
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


def _say_apart(averages: Averages, metric: str) -> None:
    """Warn of scores of other folds that nothing compares with those of their task."""
    tasks = [averages.task_ids[t] for t in np.unique(averages.task[averages.n_apart > 0]).tolist()]
    if tasks:
        more = f" and {len(tasks) - 3} more" if len(tasks) > 3 else ""  # three show the kind
        warnings.warn(
            f"{int(averages.n_apart.sum()):,} scores of '{metric}' were measured on other folds "
            f"than most of their task, and no setup was measured on both: they are compared as "
            f"they stand (tasks {str(tasks[:3])[1:-1]}{more}). Measure one setup on both, or keep "
            "the tasks apart (--task-prefix).",
            KnowledgeBaseWarning,
            stacklevel=2,
        )


def _most_frequent(codes: Codes, n: int) -> Booleans:
    """Mark the rows of the ``n`` codes that have most; among equals, chance decides."""
    counts = np.bincount(codes)
    shuffled = np.random.default_rng(0).permutation(len(counts))
    kept = shuffled[np.argsort(-counts[shuffled], kind="stable")[:n]]
    return np.isin(codes, kept)


def _in_order_of_tasks(kb: KnowledgeBase, averages: Averages) -> tuple[Positions, pd.DataFrame]:
    """Return the tasks that have runs, and for each average the place of its task.

    In order of their ids: which was listed first must not decide what a tree draws.
    """
    listed = kb.tasks.sort_values("task_id")
    places = pd.Index(listed["task_id"]).get_indexer(averages.task_ids)
    used, rows = np.unique(places[averages.task], return_inverse=True)
    return rows, listed.iloc[used].reset_index(drop=True)


def _with_slowest(seconds: Matrix, untimed: Booleans) -> Matrix:
    """Seconds per cell; a timeout nobody timed counts as the slowest fit of its task."""
    slowest = np.max(seconds, axis=1, initial=-np.inf, where=np.isfinite(seconds), keepdims=True)
    capped = np.where(np.isfinite(slowest), slowest, np.nan)
    seconds[untimed] = np.broadcast_to(capped, seconds.shape)[untimed]
    return seconds


def _fold_rows(averages: Averages, rows: Positions, tasks: pd.DataFrame) -> Matrix:
    """Return how many rows of each task were predicted at once; NaN where unknown."""
    said = pd.Series(averages.n_folds).groupby(rows).median().reindex(range(len(tasks)))
    n_folds = said.fillna(_USUAL_FOLDS).to_numpy(dtype=np.float64)
    n_rows = tasks["n_rows"].to_numpy(dtype=np.float64)
    return np.asarray(np.maximum(n_rows / n_folds, 1.0)[:, None])


def _described(metafeatures: pd.DataFrame, task_ids: pd.Series[str]) -> pd.DataFrame:
    """Return what describes the tasks; columns in order of names, for trees draw by place."""
    described = metafeatures[sorted(metafeatures.columns)].reindex(task_ids.to_numpy())
    return described.replace([np.inf, -np.inf], np.nan)
