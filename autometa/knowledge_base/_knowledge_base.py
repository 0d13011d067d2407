"""KnowledgeBase: tasks, their meta-features, and the runs made on them, as tidy tables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base import _parts
from autometa.knowledge_base._schema import (
    RUN_DEFAULTS,
    RUN_KEY,
    check_metafeatures,
    check_runs,
    check_tasks,
    setup_id,
)

if TYPE_CHECKING:
    import optuna


class KnowledgeBase:
    """Past runs on many tasks: what advice is learnt from.

    Make one with `from_frames`, `from_studies`, `load` or `bundled`.

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
        self.tasks = tasks
        self.metafeatures = metafeatures
        self.runs = runs
        self.provenance = dict(provenance or {})

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
            check_runs(runs, checked["task_id"]),
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

        Raises
        ------
        KnowledgeBaseError
            If the folder holds none, or one of a newer schema.
        KnowledgeBaseCorruptError
            If a file in it is damaged.
        """
        folder = Path(path)
        manifest = _parts.read_manifest(folder)
        tables = [_parts.read_parts(folder, table) for table in _parts.TABLES]
        tasks, metafeatures, runs = tables
        if tasks is None or runs is None:
            raise KnowledgeBaseError(f"The knowledge base '{folder}' is empty: it has no runs yet.")
        tasks = tasks.drop_duplicates("task_id", keep="last").reset_index(drop=True)
        if metafeatures is None:
            metafeatures = check_metafeatures(None, [])
        metafeatures = metafeatures[~metafeatures.index.duplicated(keep="last")]
        missing = {name: value for name, value in RUN_DEFAULTS.items() if name not in runs}
        runs = runs.assign(**missing).drop_duplicates(RUN_KEY).reset_index(drop=True)
        return cls(tasks, metafeatures, runs, manifest.get("provenance"))

    @classmethod
    def bundled(cls) -> KnowledgeBase:
        """Return the knowledge base that ships with autometa."""
        inside = Path(str(resources.files("autometa"))) / "data"
        checkout = inside.parent.parent / "data"
        return cls.load(inside if inside.is_dir() else checkout)

    @property
    def setups(self) -> pd.DataFrame:
        """One row a setup: ``setup_id``, ``algorithm``, ``config`` and ``n_tasks``."""
        counts = self.runs.groupby(["algorithm", "config"], sort=True)["task_id"].nunique()
        setups = counts.rename("n_tasks").reset_index()
        ids = [setup_id(a, c) for a, c in zip(setups["algorithm"], setups["config"], strict=True)]
        setups.insert(0, "setup_id", ids)
        return setups

    def add(
        self,
        runs: pd.DataFrame,
        tasks: pd.DataFrame | None = None,
        metafeatures: pd.DataFrame | None = None,
    ) -> KnowledgeBase:
        """Add runs, and the tasks they speak of if those are new; return ``self``.

        The arguments are those of `from_frames`. A task already known keeps its
        description. Nothing is written until `save`.
        """
        known = set(self.tasks["task_id"])
        if tasks is not None:
            fresh = check_tasks(tasks)
            fresh = fresh[~fresh["task_id"].isin(known)]
        else:
            fresh = self.tasks.iloc[:0]
        all_tasks = pd.concat([self.tasks, fresh], ignore_index=True)
        checked = check_runs(runs, all_tasks["task_id"])
        described = check_metafeatures(metafeatures, all_tasks["task_id"])
        described = described[~described.index.isin(self.metafeatures.index)]
        self.tasks = all_tasks
        if len(described):
            self.metafeatures = pd.concat([self.metafeatures, described])
        self.runs = pd.concat([self.runs, checked], ignore_index=True).drop_duplicates(
            RUN_KEY, ignore_index=True
        )
        return self

    def merge(self, other: KnowledgeBase) -> KnowledgeBase:
        """Add all of ``other``, dropping exact repeats; return ``self``."""
        return self.add(other.runs, other.tasks, other.metafeatures)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write to the folder ``path``; one that exists gets what it does not hold yet.

        Parts are immutable and written whole: readers and other writers of the
        same folder are not disturbed, and a killed process leaves nothing half
        written.
        """
        folder = Path(path)
        new = self
        if (folder / _parts.MANIFEST).exists():
            new = self._beyond(KnowledgeBase.load(folder))
        else:
            folder.mkdir(parents=True, exist_ok=True)
        for table in _parts.TABLES:
            frame = getattr(new, table)
            if len(frame):
                _parts.write_part(folder, table, frame)
        if new is self:
            _parts.write_manifest(folder, self.provenance)

    def _beyond(self, saved: KnowledgeBase) -> KnowledgeBase:
        """Return what this knowledge base holds and ``saved`` does not."""
        marked = self.runs.merge(
            saved.runs[RUN_KEY].drop_duplicates(), on=RUN_KEY, how="left", indicator="found"
        )
        return KnowledgeBase(
            self.tasks[~self.tasks["task_id"].isin(saved.tasks["task_id"])],
            self.metafeatures[~self.metafeatures.index.isin(saved.metafeatures.index)],
            self.runs[(marked["found"] == "left_only").to_numpy()],
        )

    def __repr__(self) -> str:
        n_setups = len(self.runs[["algorithm", "config"]].drop_duplicates())
        return f"KnowledgeBase({len(self.tasks)} tasks, {n_setups} setups, {len(self.runs)} runs)"
