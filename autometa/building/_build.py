"""Building a knowledge base: every shared setup on every dataset, resumable at any moment."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import pandas as pd

from autometa._common.warning import warn_user
from autometa.algorithms import get_algorithm
from autometa.building._begun import alone_in, begin, check_tables, task_source
from autometa.building._executors import Call, CallExecutor, make_call_executor, outcomes
from autometa.building._journal import Journal
from autometa.building._planning import BuildPlan, expected_seconds
from autometa.building._predictions import keep_predictions
from autometa.building._protocol import Measurement, measurements
from autometa.building._sources import TaskSource, read_sources
from autometa.building._worker_side import (
    FOLD_SEED,
    NotLoaded,
    describe_and_look,
    measure_setup,
)
from autometa.evaluation import COSTS, Outcome
from autometa.exceptions import KnowledgeBaseError, ValidationWarning
from autometa.knowledge_base._checks import check_metafeatures, check_runs, check_tasks
from autometa.knowledge_base._run_source import StoredRuns
from autometa.knowledge_base.storage import _parts
from autometa.knowledge_base.storage._folder import StoredFolder
from autometa.metrics import measured_metrics

DESCRIBE_SECONDS = 300.0
MeasureKey = tuple[TaskSource, str, str, float]


@dataclass(frozen=True, kw_only=True)
class BuildSettings:
    """How each evaluation is made.

    Attributes
    ----------
    n_folds : int, default=3
        Folds of the cross-validation, the same for every setup of a task.
    time_limit : float, default=20.0
        Processor seconds for all folds of one evaluation, so that a busy machine
        measures the same; a run that needs more is kept as a ``timeout``.
    memory_limit : int or None, default=8 GB
        Bytes a worker may use.
    """

    n_folds: int = 3
    time_limit: float = 20.0
    memory_limit: int | None = 8 << 30


def build_knowledge_base(
    datasets: Path,
    out: Path,
    *,
    settings: BuildSettings | None = None,
    n_jobs: int = 1,
    executor: Executor | None = None,
    max_tasks: int | None = None,
    algorithms: Collection[str] | None = None,
    keeps_predictions: bool = False,
    on_progress: Callable[[str, int, int], None] | None = None,
) -> dict[str, str]:
    """Measure every shared setup on every dataset of a folder; write what is done as it is done.

    A build that was stopped, in whatever way, goes on where it was: nothing
    finished is measured again.

    Parameters
    ----------
    datasets : Path
        Folder with ``manifest.csv`` (``name``, ``task_type``, ``target``,
        optionally ``family``, ``n_rows``, ``n_features``, ``file``). ``groups`` and
        ``timestamps`` name columns by which rows are held out: see `autometa.tune`.
    out : Path
        Folder of the knowledge base, new or to be gone on with.
    settings : BuildSettings, optional
    n_jobs : int, default=1
        Evaluations at a time, each with one thread: worker processes of this
        machine, or calls given to ``executor``.
    executor : concurrent.futures.Executor, optional
        Where to evaluate instead: a process pool, or Dask's
        ``Client.get_executor()``. Its workers must see ``datasets`` under the same
        path. Not shut down.
    max_tasks : int or None
        Stop after that many of the quickest tasks.
    algorithms : collection of str or None
        Measure the setups of these only; None means all.
    keeps_predictions : bool, default=False
        Write the predictions of held-out rows of each run on all rows into the folder
        ``predictions`` of ``out``; `read_predictions` reads them. No other command looks at
        them. A run that was measured without them is not measured again.
    on_progress : callable, optional
        Called with what was done, how many evaluations are done, and of how
        many.

    Returns
    -------
    dict of str to str
        Tables that could not be used, and why; nothing is kept of them, and the same
        call tries them again.

    Raises
    ------
    DatasetError
        If ``datasets`` has no manifest that can be read.
    KnowledgeBaseError
        If ``out`` was begun by another protocol or with another table of the same name,
        or another build goes on in it.
    KnowledgeBaseWriteError
        If ``out`` cannot be written to. What is finished is kept.
    AlgorithmNotFoundError
        If ``algorithms`` names one that does not exist.
    WorkerError
        If workers were lost again and again. What is finished is kept.

    Warns
    -----
    ValidationWarning
        Of each table that is described, when shuffled folds would hide how its rows depend on
        each other and the manifest names neither groups nor timestamps.
    """
    settings = settings or BuildSettings()
    with (
        _begun(
            datasets, out, settings, max_tasks, algorithms, keeps_predictions, on_progress
        ) as build,
        make_call_executor(n_jobs, executor, settings.memory_limit) as calls,
    ):
        build.describe(calls)
        build.measure(calls)
    return build.not_loaded


def plan_build(
    datasets: Path,
    out: Path,
    *,
    settings: BuildSettings | None = None,
    max_tasks: int | None = None,
    algorithms: Collection[str] | None = None,
) -> BuildPlan:
    """Begin a build, and return what is left to do instead of doing it.

    The parameters and errors are those of `build_knowledge_base`. ``out`` gets its manifest:
    give a copy of the folder where nothing shall be written.
    """
    settings = settings or BuildSettings()
    with _begun(datasets, out, settings, max_tasks, algorithms) as build:
        return build.plan()


@contextmanager
def _begun(
    datasets: Path,
    out: Path,
    settings: BuildSettings,
    max_tasks: int | None,
    algorithms: Collection[str] | None,
    keeps_predictions: bool = False,
    on_progress: Callable[[str, int, int], None] | None = None,
) -> Iterator[_Build]:
    """Hold a folder, and yield the state of its build."""
    sources = read_sources(datasets)[:max_tasks]
    for name in algorithms or ():
        get_algorithm(name)  # says so when there is no such
    wanted = {s.task_id: measurements(s.task_type, s.n_rows, algorithms) for s in sources}
    with alone_in(out):
        begin(out, asdict(settings))
        yield _Build(sources, wanted, out, settings, keeps_predictions, on_progress)


class _Build:
    """The state of a build: what is done, what is to do."""

    def __init__(
        self,
        sources: list[TaskSource],
        wanted: dict[str, list[Measurement]],
        out: Path,
        settings: BuildSettings,
        keeps_predictions: bool,
        on_progress: Callable[[str, int, int], None] | None,
    ) -> None:
        self.sources, self.wanted, self.out, self.settings = sources, wanted, out, settings
        self.keeps_predictions = keeps_predictions
        self.on_progress = on_progress or (lambda *_: None)
        self.not_loaded: dict[str, str] = {}
        self.journal = Journal(out / "journal.jsonl")
        self.prints = check_tables(out, sources, self.journal.entries)
        self.done = _kept_runs(out) | {_key(entry) for entry in self.journal.entries}
        self.listed = StoredFolder(out).task_ids()
        self.n_total = sum(map(len, self.wanted.values()))
        self.n_done = sum(
            (task, *run) in self.done for task in self.wanted for run in self.wanted[task]
        )

    def plan(self) -> BuildPlan:
        """Return what is left to do."""
        limit, n_folds = self.settings.time_limit, self.settings.n_folds
        seconds = 0.0
        for source in self.sources:
            runs = self.wanted[source.task_id]
            todo = [run for run in runs if (source.task_id, *run) not in self.done]
            seconds += expected_seconds(source, todo, n_folds, limit)
        n_left = self.n_total - self.n_done
        return BuildPlan(
            n_tasks=len(self.sources),
            n_undescribed=len(list(self._undescribed())),
            n_evaluations=n_left,
            n_done=self.n_done,
            expected_cpu_seconds=seconds,
            max_cpu_seconds=limit * n_left,
        )

    def describe(self, executor: CallExecutor) -> None:
        """Compute the meta-features of the tasks that have none; keep each at once.

        Of each is said, once, what shuffled folds would hide about its rows.
        """
        for outcome in outcomes(executor, self._undescribed()):
            source = cast(TaskSource, outcome.key)
            if self._is_not_loaded(source, outcome):
                continue
            if outcome.status == "ok":
                values, hidden = cast(tuple[dict[str, float], tuple[str, ...]], outcome.value)
                for seen in hidden:
                    warn_user(ValidationWarning(f"Table '{source.task_id}': {seen}"))
                row = pd.DataFrame.from_dict({source.task_id: values}, orient="index")
                checked = check_metafeatures(row, [source.task_id])
                _parts.write_part(self.out, "metafeatures", checked)
            what = f"{source.task_id}: meta-features {outcome.status}"
            self.on_progress(what, self.n_done, self.n_total)

    def _is_not_loaded(self, source: TaskSource, outcome: Outcome) -> bool:
        """Note a table that cannot be used: said, but not kept, so that it is tried again."""
        if not isinstance(outcome.value, NotLoaded):
            return False
        if source.task_id not in self.not_loaded:
            self.not_loaded[source.task_id] = outcome.value.message
            what = f"{source.task_id}: {outcome.value.message}"
            self.on_progress(what, self.n_done, self.n_total)
        return True

    def _undescribed(self) -> Iterable[Call]:
        described = StoredFolder(self.out).described()
        for source in self.sources:
            if source.task_id not in described:
                yield Call(source, describe_and_look, (source,), DESCRIBE_SECONDS)

    def measure(self, executor: CallExecutor) -> None:
        """Evaluate every setup on every task that has not been, and keep each at once."""
        for outcome in outcomes(executor, self._unmeasured()):
            self._record(outcome)

    def _unmeasured(self) -> Iterable[Call]:
        for source in self.sources:
            self._finish_if_complete(source)
            for algorithm, config, fidelity in self.wanted[source.task_id]:
                if source.task_id in self.not_loaded:
                    break
                if (source.task_id, algorithm, config, fidelity) in self.done:
                    continue
                n_folds = self.settings.n_folds
                keeps = self.keeps_predictions and fidelity == 1.0  # parts serve no average
                about = (source, algorithm, json.loads(config), n_folds, fidelity)
                arguments = (*about, FOLD_SEED, keeps)
                key = (source, algorithm, config, fidelity)
                yield Call(key, measure_setup, arguments, self.settings.time_limit)

    def _record(self, outcome: Outcome) -> None:
        source, algorithm, config, fidelity = cast(MeasureKey, outcome.key)
        if self._is_not_loaded(source, outcome):
            return
        value = cast(dict[str, Any] | None, outcome.value)
        predictions = None if value is None else value.pop("predictions", None)
        if predictions is not None:  # before the journal: what it names is not measured again
            keep_predictions(self.out, source.task_id, (algorithm, config), predictions)
        entry = {
            "task_id": source.task_id,
            "table": self.prints[source.task_id],
            "algorithm": algorithm,
            "config": config,
            "fidelity": fidelity,
            "status": outcome.status,
            "message": outcome.message,
            "seconds": outcome.seconds,
            "value": value,
        }
        self.journal.append(entry)
        self.done.add(_key(entry))
        self.n_done += 1
        what = f"{source.task_id}: {algorithm} {outcome.status}"
        self.on_progress(what, self.n_done, self.n_total)
        self._finish_if_complete(source)

    def _finish_if_complete(self, source: TaskSource) -> None:
        """Turn the journal's entries of a complete task into parts."""
        entries = [e for e in self.journal.entries if e["task_id"] == source.task_id]
        wanted = {(source.task_id, *run) for run in self.wanted[source.task_id]}
        if not entries or not wanted <= self.done:
            return
        tasks = check_tasks(pd.DataFrame([_task_row(source, self.prints[source.task_id])]))
        rows = [row for entry in entries for row in self._run_rows(source, entry)]
        if source.task_id not in self.listed:
            _parts.write_part(self.out, "tasks", tasks)
            self.listed.add(source.task_id)
        _parts.write_part(self.out, "runs", check_runs(pd.DataFrame(rows), tasks["task_id"]))
        self.journal.drop(source.task_id)

    def _run_rows(self, source: TaskSource, entry: dict[str, Any]) -> list[dict[str, Any]]:
        value = entry["value"] or {}
        kind = source.validation.kind
        costs = {name: value.get(name, float("nan")) for name in COSTS}
        if entry["status"] == "timeout":  # it took that at least
            costs["fit_seconds"] = self.settings.time_limit / self.settings.n_folds
        return [
            {
                "task_id": source.task_id,
                "algorithm": entry["algorithm"],
                "config": entry["config"],
                "fidelity": entry["fidelity"],
                "metric": metric,
                "score": value.get("scores", {}).get(metric, float("nan")),
                "fold_scores": value.get("fold_scores", {}).get(metric),
                "train_score": value.get("train_scores", {}).get(metric, float("nan")),
                **costs,
                "reference_seconds": value.get("reference_seconds", float("nan")),
                "status": entry["status"],
                "message": entry["message"],
                "source": "autometa kb build",
                "split": "cross-validation",
                "n_folds": _n_folds(value, self.settings.n_folds),
                "fold_kind": kind,
                "split_seed": FOLD_SEED,
                "cutoff_seconds": self.settings.time_limit,
            }
            for metric in measured_metrics(source.task_type)
        ]


def _n_folds(value: dict[str, Any], wanted: int) -> int:
    """Return how many folds a score is the mean of: of groups there may be fewer."""
    return next((len(scores) for scores in value.get("fold_scores", {}).values()), wanted)


def _task_row(source: TaskSource, fingerprint: str | None = None) -> dict[str, Any]:
    return {
        "task_id": source.task_id,
        "name": source.task_id,
        "task_type": source.task_type,
        "target": source.target,
        "n_rows": source.n_rows,
        "family": source.family,
        "source": task_source(fingerprint),
    }


def _kept_runs(out: Path) -> set[tuple[str, str, str, float]]:
    """Return the evaluations that parts already hold."""
    key = ["task_id", "algorithm", "config", "fidelity"]
    try:
        runs = StoredRuns([StoredFolder(out)]).frame(columns=key)
    except KnowledgeBaseError as error:
        raise KnowledgeBaseError(f"The build in '{out}' cannot go on: {error}") from error
    keys = runs[key].drop_duplicates()
    return set(keys.itertuples(index=False, name=None))


def _key(entry: dict[str, Any]) -> tuple[str, str, str, float]:
    return entry["task_id"], entry["algorithm"], entry["config"], entry["fidelity"]
