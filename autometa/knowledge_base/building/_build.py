"""Building a knowledge base: every shared setup on every dataset, resumable at any moment."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import pandas as pd

from autometa.algorithms import get_algorithm
from autometa.evaluation import METRICS, Outcome
from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base import _parts
from autometa.knowledge_base._schema import check_metafeatures, check_runs, check_tasks
from autometa.knowledge_base.building._crews import Call, Crew, make_crew, outcomes
from autometa.knowledge_base.building._journal import Journal
from autometa.knowledge_base.building._protocol import Measurement, measurements
from autometa.knowledge_base.building._sources import TaskSource, read_sources
from autometa.knowledge_base.building._worker_side import describe_task, measure_setup

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
    on_progress: Callable[[str, int, int], None] | None = None,
) -> None:
    """Measure every shared setup on every dataset of a folder; write what is done as it is done.

    A build that was stopped, in whatever way, goes on where it was: nothing
    finished is measured again.

    Parameters
    ----------
    datasets : Path
        Folder with ``manifest.csv`` (``name``, ``task_type``, ``target``,
        optionally ``family``, ``n_rows``, ``n_features``, ``file``).
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
    on_progress : callable, optional
        Called with what was done, how many evaluations are done, and of how
        many.

    Raises
    ------
    KnowledgeBaseError
        If ``out`` was begun by another protocol.
    UnknownAlgorithmError
        If ``algorithms`` names one that does not exist.
    WorkerError
        If workers were lost again and again. What is finished is kept.
    """
    settings = settings or BuildSettings()
    sources = read_sources(datasets)[:max_tasks]
    _begin(out, settings)
    for name in algorithms or ():
        get_algorithm(name)  # says so when there is no such
    wanted = {s.task_id: measurements(s.task_type, s.n_rows, algorithms) for s in sources}
    build = _Build(sources, wanted, out, settings, on_progress)
    with make_crew(n_jobs, executor, settings.memory_limit) as crew:
        build.describe(crew)
        build.measure(crew)


def _begin(out: Path, settings: BuildSettings) -> None:
    out.mkdir(parents=True, exist_ok=True)
    wanted = asdict(settings)
    if not (out / _parts.MANIFEST).exists():
        _parts.write_manifest(out, {"protocol": wanted})
        return
    begun = _parts.read_manifest(out).get("provenance", {}).get("protocol", wanted)
    if begun != wanted:
        raise KnowledgeBaseError(
            f"'{out}' was begun with {begun}. Got {wanted}: runs of both would not compare. "
            "Go on with the first settings, or build into another folder."
        )


class _Build:
    """The state of a build: what is done, what is to do."""

    def __init__(
        self,
        sources: list[TaskSource],
        wanted: dict[str, list[Measurement]],
        out: Path,
        settings: BuildSettings,
        on_progress: Callable[[str, int, int], None] | None,
    ) -> None:
        self.sources, self.wanted, self.out, self.settings = sources, wanted, out, settings
        self.on_progress = on_progress or (lambda *_: None)
        self.journal = Journal(out / "journal.jsonl")
        self.done = _kept_runs(out) | {_key(entry) for entry in self.journal.entries}
        self.n_total = sum(map(len, self.wanted.values()))
        self.n_done = sum(
            (task, *run) in self.done for task in self.wanted for run in self.wanted[task]
        )

    def describe(self, crew: Crew) -> None:
        """Compute the meta-features of the tasks that have none; keep them as one part."""
        described: dict[str, dict[str, float]] = {}
        for outcome in outcomes(crew, self._undescribed()):
            source = cast(TaskSource, outcome.key)
            if outcome.status == "ok":
                described[source.task_id] = outcome.value
            what = f"{source.task_id}: meta-features {outcome.status}"
            self.on_progress(what, self.n_done, self.n_total)
        if described:
            metafeatures = pd.DataFrame.from_dict(described, orient="index")
            _parts.write_part(self.out, "metafeatures", check_metafeatures(metafeatures, described))

    def _undescribed(self) -> Iterable[Call]:
        kept = _parts.read_parts(self.out, "metafeatures")
        known = set(kept.index) if kept is not None else set()
        for source in self.sources:
            if source.task_id not in known:
                yield Call(source, describe_task, (source,), DESCRIBE_SECONDS)

    def measure(self, crew: Crew) -> None:
        """Evaluate every setup on every task that has not been, and keep each at once."""
        for outcome in outcomes(crew, self._unmeasured()):
            self._record(outcome)

    def _unmeasured(self) -> Iterable[Call]:
        for source in self.sources:
            self._finish_if_complete(source)
            for algorithm, config, fidelity in self.wanted[source.task_id]:
                if (source.task_id, algorithm, config, fidelity) in self.done:
                    continue
                n_folds = self.settings.n_folds
                arguments = (source, algorithm, json.loads(config), n_folds, fidelity)
                key = (source, algorithm, config, fidelity)
                yield Call(key, measure_setup, arguments, self.settings.time_limit)

    def _record(self, outcome: Outcome) -> None:
        source, algorithm, config, fidelity = cast(MeasureKey, outcome.key)
        entry = {
            "task_id": source.task_id,
            "algorithm": algorithm,
            "config": config,
            "fidelity": fidelity,
            "status": outcome.status,
            "message": outcome.message,
            "seconds": outcome.seconds,
            "value": outcome.value,
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
        tasks = check_tasks(pd.DataFrame([_task_row(source)]))
        rows = [row for entry in entries for row in self._run_rows(source, entry)]
        _parts.write_part(self.out, "tasks", tasks)
        _parts.write_part(self.out, "runs", check_runs(pd.DataFrame(rows), tasks["task_id"]))
        self.journal.drop(source.task_id)

    def _run_rows(self, source: TaskSource, entry: dict[str, Any]) -> list[dict[str, Any]]:
        value = entry["value"] or {}
        failed_seconds = self.settings.time_limit if entry["status"] == "timeout" else float("nan")
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
                "fit_seconds": value.get("fit_seconds", failed_seconds / self.settings.n_folds),
                "predict_seconds": value.get("predict_seconds", float("nan")),
                "reference_seconds": value.get("reference_seconds", float("nan")),
                "status": entry["status"],
                "message": entry["message"],
                "source": "autometa kb build",
            }
            for metric in METRICS[source.task_type]
        ]


def _task_row(source: TaskSource) -> dict[str, Any]:
    return {
        "task_id": source.task_id,
        "name": source.task_id,
        "task_type": source.task_type,
        "target": source.target,
        "n_rows": source.n_rows,
        "family": source.family,
        "source": "autometa kb build",
    }


def _kept_runs(out: Path) -> set[tuple[str, str, str, float]]:
    """Return the evaluations that parts already hold."""
    try:
        runs = _parts.read_parts(out, "runs")
    except KnowledgeBaseError as error:
        raise KnowledgeBaseError(f"The build in '{out}' cannot go on: {error}") from error
    if runs is None:
        return set()
    keys = runs[["task_id", "algorithm", "config", "fidelity"]].drop_duplicates()
    return set(keys.itertuples(index=False, name=None))


def _key(entry: dict[str, Any]) -> tuple[str, str, str, float]:
    return entry["task_id"], entry["algorithm"], entry["config"], entry["fidelity"]
