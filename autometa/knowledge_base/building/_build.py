"""Building a knowledge base: every shared setup on every dataset, resumable at any moment."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import pandas as pd

from autometa.evaluation import METRICS, Outcome, WorkerPool
from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base import _parts
from autometa.knowledge_base._schema import check_metafeatures, check_runs, check_tasks
from autometa.knowledge_base.building._journal import Journal
from autometa.knowledge_base.building._protocol import (
    TaskSource,
    describe_task,
    measure_setup,
    read_sources,
    shared_setups,
)

DESCRIBE_SECONDS = 300.0
MeasureKey = tuple[TaskSource, str, str]
PoolCall = tuple[Any, Callable[..., Any], tuple[Any, ...], float]


@dataclass(frozen=True, kw_only=True)
class BuildSettings:
    """How each evaluation is made.

    Attributes
    ----------
    n_folds : int, default=3
        Folds of the cross-validation, the same for every setup of a task.
    time_limit : float, default=30.0
        Wall-clock seconds for all folds of one evaluation; a run that needs
        more is kept as a ``timeout``.
    memory_limit : int or None, default=8 GB
        Bytes a worker may use.
    """

    n_folds: int = 3
    time_limit: float = 30.0
    memory_limit: int | None = 8 << 30


def build_knowledge_base(
    datasets: Path,
    out: Path,
    *,
    settings: BuildSettings | None = None,
    n_jobs: int = 1,
    max_tasks: int | None = None,
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
        Worker processes, each with one thread.
    max_tasks : int or None
        Stop after that many of the quickest tasks.
    on_progress : callable, optional
        Called with what was done, how many evaluations are done, and of how
        many.
    """
    settings = settings or BuildSettings()
    sources = read_sources(datasets)[:max_tasks]
    out.mkdir(parents=True, exist_ok=True)
    if not (out / _parts.MANIFEST).exists():
        _parts.write_manifest(out, {"protocol": asdict(settings)})
    build = _Build(sources, out, settings, on_progress)
    with WorkerPool(n_jobs, memory_limit=settings.memory_limit) as pool:
        build.describe(pool)
        build.measure(pool)


class _Build:
    """The state of a build: what is done, what is to do."""

    def __init__(
        self,
        sources: list[TaskSource],
        out: Path,
        settings: BuildSettings,
        on_progress: Callable[[str, int, int], None] | None,
    ) -> None:
        self.sources, self.out, self.settings = sources, out, settings
        self.on_progress = on_progress or (lambda *_: None)
        self.journal = Journal(out / "journal.jsonl")
        self.setups = {t: list(shared_setups(t)) for t in {s.task_type for s in sources}}
        self.kept = _kept_runs(out)
        self.done = self.kept | {_key(entry) for entry in self.journal.entries}
        self.n_total = sum(len(self.setups[s.task_type]) for s in sources)

    def describe(self, pool: WorkerPool) -> None:
        """Compute the meta-features of the tasks that have none; keep them as one part."""
        described: dict[str, dict[str, float]] = {}
        for outcome in _outcomes(pool, self._undescribed()):
            source = cast(TaskSource, outcome.key)
            if outcome.status == "ok":
                described[source.task_id] = outcome.value
            self.on_progress(f"{source.task_id}: meta-features {outcome.status}", 0, self.n_total)
        if described:
            metafeatures = pd.DataFrame.from_dict(described, orient="index")
            _parts.write_part(self.out, "metafeatures", check_metafeatures(metafeatures, described))

    def _undescribed(self) -> Iterable[PoolCall]:
        kept = _parts.read_parts(self.out, "metafeatures")
        known = set(kept.index) if kept is not None else set()
        for source in self.sources:
            if source.task_id not in known:
                yield source, describe_task, (source,), DESCRIBE_SECONDS

    def measure(self, pool: WorkerPool) -> None:
        """Evaluate every setup on every task that has not been, and keep each at once."""
        for outcome in _outcomes(pool, self._unmeasured()):
            self._record(outcome)

    def _unmeasured(self) -> Iterable[PoolCall]:
        for source in self.sources:
            self._finish_if_complete(source)
            for algorithm, config in self.setups[source.task_type]:
                if (source.task_id, algorithm, config) not in self.done:
                    arguments = (source, algorithm, json.loads(config), self.settings.n_folds)
                    key = (source, algorithm, config)
                    yield key, measure_setup, arguments, self.settings.time_limit

    def _record(self, outcome: Outcome) -> None:
        source, algorithm, config = cast(MeasureKey, outcome.key)
        entry = {
            "task_id": source.task_id,
            "algorithm": algorithm,
            "config": config,
            "status": outcome.status,
            "message": outcome.message,
            "seconds": outcome.seconds,
            "value": outcome.value,
        }
        self.journal.append(entry)
        self.done.add(_key(entry))
        what = f"{source.task_id}: {algorithm} {outcome.status}"
        self.on_progress(what, len(self.done), self.n_total)
        self._finish_if_complete(source)

    def _finish_if_complete(self, source: TaskSource) -> None:
        """Turn the journal's entries of a complete task into parts."""
        wanted = {(source.task_id, *setup) for setup in self.setups[source.task_type]}
        entries = [e for e in self.journal.entries if e["task_id"] == source.task_id]
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
                "metric": metric,
                "score": value.get("scores", {}).get(metric, float("nan")),
                "fold_scores": value.get("fold_scores", {}).get(metric),
                "train_score": value.get("train_scores", {}).get(metric, float("nan")),
                "fit_seconds": value.get("fit_seconds", failed_seconds / self.settings.n_folds),
                "predict_seconds": value.get("predict_seconds", float("nan")),
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


def _outcomes(pool: WorkerPool, calls: Iterable[PoolCall]) -> Iterator[Outcome]:
    """Yield the outcome of each call; calls are drawn as workers become idle."""
    waiting = iter(calls)
    while True:
        while pool.n_idle:
            call = next(waiting, None)
            if call is None:
                break
            key, function, arguments, seconds = call
            pool.submit(key, function, *arguments, timeout=seconds)
        outcome = pool.wait()
        if outcome is None:
            return
        yield outcome


def _kept_runs(out: Path) -> set[tuple[str, str, str]]:
    """Return the evaluations that parts already hold."""
    try:
        runs = _parts.read_parts(out, "runs")
    except KnowledgeBaseError as error:
        raise KnowledgeBaseError(f"The build in '{out}' cannot go on: {error}") from error
    if runs is None:
        return set()
    keys = runs[["task_id", "algorithm", "config"]].drop_duplicates()
    return set(keys.itertuples(index=False, name=None))


def _key(entry: dict[str, Any]) -> tuple[str, str, str]:
    return entry["task_id"], entry["algorithm"], entry["config"]
