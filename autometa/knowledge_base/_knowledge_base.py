"""KnowledgeBase: tasks, their meta-features, and the runs made on them, as tidy tables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base._checks import check_metafeatures, check_runs, check_tasks
from autometa.knowledge_base._filling import combined, combined_tasks, say_left_out
from autometa.knowledge_base._repeated import repeated_or_less
from autometa.knowledge_base._run_reader import RunReader
from autometa.knowledge_base._run_source import FrameRuns, StoredRuns, joined
from autometa.knowledge_base._same_tasks import check_same_tasks
from autometa.knowledge_base.storage._folder import StoredFolder
from autometa.knowledge_base.storage._folders import bundled_folder
from autometa.knowledge_base.storage._learnt_file import Origin
from autometa.knowledge_base.storage._manifest import join_provenance, read_manifest
from autometa.knowledge_base.storage._writer import FolderWriter

if TYPE_CHECKING:
    import optuna


class KnowledgeBase(RunReader):
    """Past runs on many tasks: what advice is learnt from.

    Make one with `from_frames`, `from_studies`, `load` or `bundled`. Tables that
    were loaded are read when they are first asked for. `runs_of`, `averages`,
    `counts`, `setups` and `save` take millions of runs without reading all at once,
    as `runs` does (3 GB for ten million).

    Attributes
    ----------
    tasks : DataFrame
        One row a task: ``task_id``, ``name``, ``task_type``, ``target``,
        ``n_rows``, ``family``, ``source``.
    metafeatures : DataFrame
        One row a task, indexed by ``task_id``; float64, NaN where undefined.
        Tasks may be missing, and there may be no columns at all.
    runs : DataFrame
        One row a run and metric. ``score`` is always greater-is-better: errors
        and losses are negated, under scikit-learn's scorer names. NaN when the
        run failed (``status`` says how) or the metric was not measured.
        ``fidelity`` is the fraction of the training rows that were used;
        ``reference_seconds`` the processor seconds that the machine which
        measured the run needs for the reference workload, NaN where unknown.

    Examples
    --------
    >>> kb = KnowledgeBase.from_frames(
    ...     tasks=pd.DataFrame({"task_id": ["iris"], "task_type": ["multiclass"]}),
    ...     metafeatures=pd.DataFrame({"n_rows": [150.0]}, index=["iris"]),
    ...     runs=pd.DataFrame({"task_id": ["iris"], "algorithm": ["knn"], "config": [{"k": 5}],
    ...                        "metric": ["accuracy"], "score": [0.96]}),
    ... )
    >>> kb
    KnowledgeBase(1 tasks, 1 setups, 1 runs)
    """

    def __init__(
        self,
        tasks: pd.DataFrame,
        metafeatures: pd.DataFrame,
        runs: pd.DataFrame,
        provenance: Mapping[str, Any] | None = None,
    ) -> None:
        self._tasks: pd.DataFrame | None = tasks
        self._metafeatures: pd.DataFrame | None = metafeatures
        self._runs: pd.DataFrame | None = runs
        self._folder: StoredFolder | None = None  # of tasks and meta-features not read yet
        self._stored: StoredRuns | None = None  # runs not read yet
        self._origin: Origin | None = None
        self.provenance = dict(provenance or {})

    @property
    def tasks(self) -> pd.DataFrame:
        """One row a task."""
        if self._tasks is None:
            assert self._folder is not None
            self._tasks = self._folder.tasks()
        return self._tasks

    @tasks.setter
    def tasks(self, tasks: pd.DataFrame) -> None:
        self._tasks, self._origin = tasks, None

    @property
    def metafeatures(self) -> pd.DataFrame:
        """One row a task that is described, indexed by ``task_id``."""
        if self._metafeatures is None:
            assert self._folder is not None
            self._metafeatures = self._folder.metafeatures()
        return self._metafeatures

    @metafeatures.setter
    def metafeatures(self, metafeatures: pd.DataFrame) -> None:
        self._metafeatures, self._origin = metafeatures, None

    @property
    def runs(self) -> pd.DataFrame:
        """One row a run and metric, all of them; see `runs_of` and `averages` for less."""
        source = self._source
        if isinstance(source, StoredRuns):
            self._runs, self._stored = source.frame(), None
        return cast(pd.DataFrame, self._runs)

    @runs.setter
    def runs(self, runs: pd.DataFrame) -> None:
        self._runs, self._stored, self._origin = runs, None, None

    @property
    def state(self) -> object:
        """Another object when the runs have become others; what was learnt is then out of date."""
        return self._stored if self._runs is None else self._runs

    @property
    def origin(self) -> Origin | None:
        """Where these tables lie; None when they were made in memory or have changed since."""
        return self._origin

    @property
    def _source(self) -> FrameRuns | StoredRuns:
        """Where runs are read from: memory, if they were read or changed."""
        stored, runs = self._stored, self._runs  # in this order: another thread may just read them
        if runs is not None:
            return FrameRuns(runs)
        assert stored is not None
        return stored

    @classmethod
    def from_frames(
        cls,
        tasks: pd.DataFrame,
        metafeatures: pd.DataFrame | None,
        runs: pd.DataFrame,
        provenance: Mapping[str, Any] | None = None,
    ) -> KnowledgeBase:
        """Return a knowledge base of the given tables.

        Parameters
        ----------
        tasks : DataFrame
            ``task_id`` and ``task_type``, and optionally the other columns. A
            task without ``family`` is a family of its own.
        metafeatures : DataFrame or None
            Index ``task_id``, any columns of numbers. Rows of unknown tasks
            are left out.
        runs : DataFrame
            ``task_id``, ``algorithm``, ``config`` (dict or JSON text),
            ``metric``, ``score``, and optionally ``fit_seconds`` (default:
            unknown), ``fidelity`` (1.0), ``status`` ("ok"). Exact repeats are
            dropped.
        provenance : dict, optional
            Where the runs come from; kept in the manifest.

        Raises
        ------
        KnowledgeBaseError
            If a column is missing or holds what it may not.
        """
        checked = check_tasks(tasks)
        return cls(
            checked,
            check_metafeatures(metafeatures, checked["task_id"]),
            check_runs(runs, checked["task_id"], _types(checked)),
            provenance,
        )

    @classmethod
    def from_studies(
        cls,
        studies: Mapping[str, optuna.Study],
        metafeatures: pd.DataFrame | None = None,
        algorithm: str = "study",
        metric: str = "objective",
    ) -> KnowledgeBase:
        """Return a knowledge base of Optuna studies, one a task.

        Parameters
        ----------
        studies : dict of str to optuna.Study
            Finished or running single-objective studies by task_id. Scores of
            studies that minimise are negated.
        metafeatures : DataFrame, optional
            Index ``task_id``, any columns.
        algorithm : str, default="study"
            Name of what was tuned; a parameter ``algorithm`` of a trial wins.
        metric : str, default="objective"
            Name of what the studies optimised.
        """
        from autometa.knowledge_base._studies import study_runs

        runs = [study_runs(task, study, algorithm, metric) for task, study in studies.items()]
        if not runs:
            raise KnowledgeBaseError("from_studies needs one study or more. Got none.")
        tasks = pd.DataFrame({"task_id": list(studies), "task_type": "classification"})
        return cls.from_frames(tasks, metafeatures, pd.concat(runs, ignore_index=True))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> KnowledgeBase:
        """Return the knowledge base in the folder ``path``.

        Tables are read when they are first asked for. A folder of up to 64 MB is
        checked and held in memory as it is; of a larger one, what is read is
        checked when it is read.

        Raises
        ------
        KnowledgeBaseError
            If the folder holds none, or one of a newer schema.
        KnowledgeBaseCorruptError
            If a file in it is damaged.
        """
        manifest = read_manifest(Path(path))
        folder = StoredFolder(Path(path))
        folder.check_filled()
        loaded = cls.__new__(cls)
        loaded._tasks = loaded._metafeatures = loaded._runs = None
        loaded._folder, loaded._stored = folder, StoredRuns([folder])
        loaded._origin = Origin(Path(path), folder.fingerprint())
        loaded.provenance = manifest["provenance"]
        return loaded

    @classmethod
    def bundled(cls) -> KnowledgeBase:
        """Return the knowledge base that ships with autometa."""
        return cls.load(bundled_folder())

    def add(
        self,
        runs: pd.DataFrame,
        tasks: pd.DataFrame | None = None,
        metafeatures: pd.DataFrame | None = None,
    ) -> KnowledgeBase:
        """Add runs, and the tasks they speak of if those are new; return ``self``.

        The arguments are those of `from_frames`. A task already known keeps its
        description, and gets what was unknown of it. Nothing is written until `save`.

        Raises
        ------
        KnowledgeBaseError
            If a table holds what it may not, or a task of a known id is another task.
        """
        fresh = self.tasks.iloc[:0] if tasks is None else check_tasks(tasks)
        check_same_tasks(self.tasks, fresh)
        all_tasks = combined_tasks([self.tasks, fresh], "first")
        checked = check_runs(runs, all_tasks["task_id"], _types(all_tasks))
        self._describe(all_tasks, check_metafeatures(metafeatures, all_tasks["task_id"]))
        self._take(FrameRuns(checked))
        return self

    def merge(self, other: KnowledgeBase) -> KnowledgeBase:
        """Add all of ``other``, dropping exact repeats; return ``self``.

        The provenance of both is kept. Where both describe a task, this one's values
        stay, and those that are unknown here are filled in.

        Raises
        ------
        KnowledgeBaseError
            If both describe tasks of one id that cannot be the same task: of another
            type, target or number of rows.
        """
        check_same_tasks(self.tasks, other.tasks)
        all_tasks = combined_tasks([self.tasks, other.tasks], "first")
        self._describe(all_tasks, other.metafeatures)
        self._take(other._source)
        self.provenance = join_provenance(self.provenance, other.provenance)
        return self

    def _describe(self, tasks: pd.DataFrame, metafeatures: pd.DataFrame) -> None:
        described = self.metafeatures
        self.tasks = tasks
        if len(metafeatures):
            self.metafeatures = combined([described, metafeatures], "first")

    def _take(self, runs: FrameRuns | StoredRuns) -> None:
        """Add runs; a side that is large stays on the disk, and repeats are dropped when read."""
        sides = self._source, runs
        if any(isinstance(side, StoredRuns) and not side.is_small for side in sides):
            self._stored, self._runs, self._origin = joined(*sides), None, None
            return
        both = pd.concat([self.runs, runs.frame()], ignore_index=True)
        self.runs = both[~repeated_or_less(both)].reset_index(drop=True)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write to the folder ``path``; one that exists gets what it does not hold yet.

        Parts are immutable and written whole: readers and other writers of the
        same folder are not disturbed, and a killed process leaves nothing half
        written. Runs come back sorted by task, those of a task in their order;
        ``train_score`` and ``fold_scores`` are kept in single precision.
        """
        with FolderWriter(Path(path)) as writer:
            writer.add(self.tasks, self.metafeatures, self._source, self.provenance)
        say_left_out(writer.n_others, Path(path))

    def __repr__(self) -> str:
        n_tasks = len(self.tasks)
        if isinstance(self._source, StoredRuns) and not self._source.is_small:
            return f"KnowledgeBase({n_tasks} tasks, {self.n_runs} runs)"
        counts = self.counts()
        n_setups = len(counts.tasks_of_setup)
        return f"KnowledgeBase({n_tasks} tasks, {n_setups} setups, {counts.n_rows} runs)"


def _types(tasks: pd.DataFrame) -> dict[str, str]:
    return dict(zip(tasks["task_id"], tasks["task_type"], strict=True))
