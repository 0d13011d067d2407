"""Removal: tasks, algorithms or sources leave a folder, all at once or not at all."""

from __future__ import annotations

import dataclasses
import difflib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from autometa.exceptions import KnowledgeBaseError, ParameterError
from autometa.knowledge_base._counts import RUN
from autometa.knowledge_base.maintenance._parts_of import (
    metafeatures_in,
    metafeatures_of,
    paths_of,
    runs_of,
    tasks_in,
    tasks_of,
)
from autometa.knowledge_base.maintenance._rewriting import WAIT, Rewrite, rewriting
from autometa.knowledge_base.storage._parts import read_manifest, write_part
from autometa.knowledge_base.storage._writer import restore_tasks


@dataclass(frozen=True, kw_only=True)
class Removed:
    """What a removal takes away.

    Attributes
    ----------
    tasks : tuple of str
        Their ids: tasks named, and tasks that are left without any run.
    n_runs : int
        Runs that lose scores: a setup on a task once, however many metrics it has.
    n_scores : int
        Scores: one metric of one run each.
    """

    tasks: tuple[str, ...]
    n_runs: int
    n_scores: int


def remove(
    folder: str | os.PathLike[str],
    *,
    tasks: Sequence[str] | None = None,
    algorithms: Sequence[str] | None = None,
    source: str | None = None,
    dry_run: bool = False,
    wait: float = WAIT,
) -> Removed:
    """Remove the runs that fit all that is given, and tasks that are left without any.

    Readers see the folder as it was, or as it will be; so does whoever opens it
    after a kill. Adders are not disturbed.

    Parameters
    ----------
    folder : path
        The knowledge base.
    tasks, algorithms : sequence of str, optional
        Only runs on these tasks, of these algorithms.
    source : str, optional
        Only runs from this source; a ``*`` at its end stands for anything.
    dry_run : bool, default=False
        Only say what would go.
    wait : float, default=60.0
        Seconds to wait for another process that rewrites the same folder.

    Returns
    -------
    Removed

    Raises
    ------
    ParameterError
        If nothing is given that says what to remove.
    KnowledgeBaseError
        If a task, algorithm or source is not there, or the folder cannot be
        written to.
    KnowledgeBaseCorruptError
        If a part is damaged; nothing is changed then.
    """
    if tasks is None and algorithms is None and source is None:
        raise ParameterError("remove needs 'tasks', 'algorithms' or a 'source'. Got none of them.")
    folder = Path(folder)
    fits = _Fits(tasks, algorithms, source)
    if dry_run:
        read_manifest(folder)
        return _plan(folder, fits).removed
    with rewriting(folder, wait) as rewrite:
        plan = _plan(folder, fits)
        _rewrite_runs(rewrite, plan.touched, fits)
        gone = set(plan.removed.tasks) - _tasks_added_since(folder, plan)
        described = (
            tasks_in(folder),
            metafeatures_in(folder),
        )
        _rewrite_tasks(rewrite, gone)
    # somebody may have added runs of these tasks in the moment between
    restored = gone & _tasks_added_since(folder, plan, rewrite.new)
    restore_tasks(folder, restored, *described)
    gone -= restored
    return dataclasses.replace(plan.removed, tasks=tuple(sorted(gone)))


class _Fits:
    """What is to go, as a question to a table of runs."""

    def __init__(
        self, tasks: Sequence[str] | None, algorithms: Sequence[str] | None, source: str | None
    ) -> None:
        self.tasks = None if tasks is None else set(map(str, tasks))
        self.algorithms = None if algorithms is None else set(algorithms)
        self.source = source

    def __call__(self, runs: pd.DataFrame) -> pd.Series[bool]:
        going = pd.Series(True, index=runs.index)
        if self.tasks is not None:
            going &= runs["task_id"].isin(self.tasks)
        if self.algorithms is not None:
            going &= runs["algorithm"].isin(self.algorithms)
        if self.source is not None:
            going &= runs["source"].map(self._is_from).astype(bool)
        return going

    def _is_from(self, source: str) -> bool:
        wanted = self.source or ""
        if wanted.endswith("*"):
            return source.startswith(wanted[:-1])
        return source == wanted

    @property
    def whole_tasks(self) -> set[str]:
        """Tasks that go whether they have runs or not."""
        only_tasks = self.algorithms is None and self.source is None
        return (self.tasks or set()) if only_tasks else set()


@dataclass(frozen=True, kw_only=True)
class _Plan:
    removed: Removed
    paths: list[Path]
    touched: list[Path]


def _plan(folder: Path, fits: _Fits) -> _Plan:
    """Read every run once: which parts are touched, which tasks are left without runs."""
    paths = paths_of(folder, "runs")
    listed = set(tasks_in(folder)["task_id"])
    names_held: dict[str, set[str]] = {"algorithms": set(), "sources": set()}
    with_runs: set[str] = set()
    left: set[str] = set()
    touched: list[Path] = []
    removed_scores: list[pd.DataFrame] = []
    for path, runs in zip(paths, runs_of(paths), strict=True):
        going = fits(runs)
        names_held["algorithms"].update(runs["algorithm"].unique())
        names_held["sources"].update(runs["source"].unique())
        with_runs.update(runs.loc[going, "task_id"].unique())
        left.update(runs.loc[~going, "task_id"].unique())
        if going.any():
            removed_scores.append(_names_of_runs(runs[going]))
            touched.append(path)
    _check_known("tasks", fits.tasks or set(), listed | with_runs | left)
    _check_known("algorithms", fits.algorithms or set(), names_held["algorithms"])
    if fits.source is not None and not any(map(fits._is_from, names_held["sources"])):
        _check_known("sources", {fits.source}, names_held["sources"])
    bare = (with_runs - left) | (fits.whole_tasks & listed)
    n_runs, n_scores = _count(removed_scores)
    removed = Removed(tasks=tuple(sorted(bare)), n_runs=n_runs, n_scores=n_scores)
    return _Plan(removed=removed, paths=paths, touched=touched)


def _names_of_runs(runs: pd.DataFrame) -> pd.DataFrame:
    """Return a number for the run and the metric of each row.

    Metrics of one run may lie in several parts, and the texts of all parts at once would need
    gigabytes where these need 16 bytes a row.
    """
    hashed = pd.util.hash_pandas_object
    return pd.DataFrame(
        {"run": hashed(runs[list(RUN)], index=False), "metric": hashed(runs["metric"], index=False)}
    )


def _count(names: list[pd.DataFrame]) -> tuple[int, int]:
    """Return how many runs and scores these are, repeats of a run counted."""
    if not names:
        return 0, 0
    scores = pd.concat(names)
    of_metric = scores.groupby(["run", "metric"], sort=False).size()
    return int(of_metric.groupby(level="run").max().sum()), len(scores)


def _tasks_added_since(folder: Path, plan: _Plan, own: Sequence[Path] = ()) -> set[str]:
    """Return the tasks that others have added runs of meanwhile: these stay."""
    seen = {path.name for path in [*plan.paths, *own]}
    fresh = [path for path in paths_of(folder, "runs") if path.name not in seen]
    return {task for runs in runs_of(fresh) for task in runs["task_id"].unique()}


def _check_known(what: str, wanted: set[str], held: set[str]) -> None:
    unknown = sorted(wanted - held)
    if unknown:
        close = difflib.get_close_matches(unknown[0], sorted(held), n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        raise KnowledgeBaseError(
            f"The knowledge base has no such {what}: {unknown}.{hint} 'autometa kb list' shows "
            "what it holds."
        )


def _rewrite_runs(rewrite: Rewrite, touched: list[Path], fits: _Fits) -> None:
    # A part for a part: what was sorted by task over all parts stays so.
    for runs in runs_of(touched):
        staying = runs[~fits(runs)]
        if len(staying):
            rewrite.wrote(write_part(rewrite.folder, "runs", staying))
    rewrite.old += touched


def _rewrite_tasks(rewrite: Rewrite, gone: set[str]) -> None:
    if not gone:
        return
    tables: dict[str, Callable[[list[Path]], pd.DataFrame]] = {
        "tasks": tasks_of,
        "metafeatures": metafeatures_of,
    }
    for table, read in tables.items():
        paths = paths_of(rewrite.folder, table)
        frame = read(paths)
        names = frame["task_id"] if table == "tasks" else frame.index
        if not names.isin(gone).any():
            continue
        staying = frame[~names.isin(gone)]
        if len(staying):
            rewrite.wrote(write_part(rewrite.folder, table, staying))
        rewrite.old += paths
