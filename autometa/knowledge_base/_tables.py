"""The three tables of a knowledge base, to be read: in memory, or in a folder when asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Self, TypeVar, cast

import pandas as pd

from autometa.knowledge_base._averages import COLUMNS as AVERAGES_COLUMNS
from autometa.knowledge_base._averages import Averages, average
from autometa.knowledge_base._counts import (
    OUTCOME_COLUMNS,
    RUN_COLUMNS,
    SCORE_COLUMNS,
    RunCounts,
    algorithms_in,
    configs_of,
    count_outcomes,
    count_runs,
    count_scores,
)
from autometa.knowledge_base._fold_kinds import tasks_of_kind
from autometa.knowledge_base._run_source import FrameRuns, StoredRuns
from autometa.knowledge_base.storage._columns import codes_of
from autometa.knowledge_base.storage._fitted_model_file import Origin
from autometa.knowledge_base.storage._folder import StoredFolder
from autometa.knowledge_base.storage._manifest import about_of, read_manifest
from autometa.knowledge_base.storage._stream import BATCH_ROWS
from autometa.knowledge_base.storage._writer import fingerprint_of_tables

Found = TypeVar("Found")


class Tables:
    """Tasks, meta-features and runs, and the questions they answer; see `KnowledgeBase`.

    Runs are read in pieces and not kept, unless they are in memory already. Frames are given
    out as copies that share their memory until one of the two is changed: what is done to them
    changes nothing here.

    Attributes
    ----------
    provenance : dict
        Where the runs come from.
    about : dict of str to str
        What its manifest says of it: any of ``name``, ``version``, ``description``,
        ``licence`` and ``contact``.
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
        self.about: dict[str, str] = {}

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
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
        loaded.provenance, loaded.about = manifest["provenance"], about_of(manifest)
        return loaded

    @property
    def tasks(self) -> pd.DataFrame:
        """One row a task."""
        if self._tasks is None:
            assert self._folder is not None
            self._tasks = self._folder.tasks()
        return self._tasks.copy(deep=False)

    @property
    def metafeatures(self) -> pd.DataFrame:
        """One row a task that is described, indexed by ``task_id``."""
        if self._metafeatures is None:
            assert self._folder is not None
            self._metafeatures = self._folder.metafeatures()
        return self._metafeatures.copy(deep=False)

    @property
    def runs(self) -> pd.DataFrame:
        """One row a run and metric, all of them; see `runs_of` and `averages` for less."""
        source = self._source
        if isinstance(source, StoredRuns):
            self._runs, self._stored = source.frame(), None
        return cast(pd.DataFrame, self._runs).copy(deep=False)

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that tell this content from any other; equal for equal folders.

        Of tables that were loaded it is known; of others it is computed from all they hold.
        """
        if self._origin is not None:
            return self._origin.fingerprint
        return fingerprint_of_tables(self.tasks, self.metafeatures, self._source.frame())

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

    @property
    def n_runs(self) -> int:
        """Number of runs: a setup on a task counts once, however many metrics it has.

        Repeats count, and so does each share of a task's rows that it was fitted on.
        """
        return self.counts().n_runs

    @property
    def n_scores(self) -> int:
        """Number of rows of `runs`, one metric of one run each; nothing is read for it.

        Of a knowledge base too large to keep in memory, rows that several of its
        parts hold are counted more than once.
        """
        return self._source.n_rows

    @property
    def setups(self) -> pd.DataFrame:
        """One row a setup: ``setup_id``, ``algorithm``, ``config`` and ``n_tasks``."""
        return self.counts().setups()

    @property
    def algorithms(self) -> list[str]:
        """Names of the algorithms that have runs, sorted."""
        return sorted(self._source.read(algorithms_in, ("algorithm",)))

    def counts(self) -> RunCounts:
        """Count runs, setups, metrics and statuses; large histories are not loaded for it."""
        return self._source.read(count_runs, RUN_COLUMNS)

    def score_counts(self) -> pd.Series[int]:
        """Return the number of scores by ``task_type`` and ``metric``."""
        types = dict(zip(self.tasks["task_id"], self.tasks["task_type"], strict=True))
        return self._source.read(lambda tables: count_scores(tables, types), SCORE_COLUMNS)

    def outcome_counts(
        self, algorithms: Collection[str] | None = None, metric: str | None = None
    ) -> pd.Series[int]:
        """Return how many rows of each task tell something: hold a score, or a failure.

        Parameters
        ----------
        algorithms : collection of str, optional
            Of these only. Default: of all.
        metric : str, optional
            Of this only. Default: of each.
        """
        return self._source.read(
            lambda tables: count_outcomes(tables, algorithms, metric), OUTCOME_COLUMNS
        )

    def configs_of(self, algorithm: str, n: int) -> list[str]:
        """Return the configs of the first ``n`` runs of an algorithm."""
        return self._source.read(
            lambda tables: list(islice(configs_of(tables, algorithm), n)), ("algorithm", "config")
        )

    def runs_of(self, tasks: str | Collection[str]) -> pd.DataFrame:
        """Return the runs of one task or several, with the columns of `runs`.

        Of a large knowledge base that was loaded, only what holds these tasks is
        read. A task that is not there has no runs.

        Parameters
        ----------
        tasks : str or collection of str
            Their ``task_id``.

        Examples
        --------
        >>> from autometa import KnowledgeBase
        >>> kb = KnowledgeBase.bundled()
        >>> task_id = kb.tasks["task_id"].iloc[0]
        >>> set(kb.runs_of(task_id)["task_id"]) == {task_id}
        True
        """
        wanted = [tasks] if isinstance(tasks, str) else [str(task) for task in tasks]
        return self._source.frame(wanted)

    def averages(
        self,
        metric: str | None = None,
        task_types: Collection[str] | None = None,
        fold_kind: str = "shuffled",
    ) -> Averages:
        """Return the runs averaged over repeats: a row a task, metric and setup, as numbers.

        What a meta-model is fitted on. Runs are read in pieces and not kept, so
        ten million fit into little memory.

        Parameters
        ----------
        metric : str, optional
            Of this only. Default: of each.
        task_types : collection of str, optional
            Of tasks of these types only. Default: of all.
        fold_kind : str, default="shuffled"
            Of each task and metric the runs scored on such folds count; where it has none,
            those on folds of the nearest kind.

        Returns
        -------
        Averages
            Score and seconds averaged over the runs of the largest fidelity, and
            how many failed; ``to_frame()`` makes a DataFrame of it.
        """
        wanted: list[str] | None = None
        if task_types is not None:
            is_of_type = self.tasks["task_type"].isin(list(task_types))
            wanted = self.tasks.loc[is_of_type, "task_id"].tolist()
        return self._source.read(
            lambda tables: average(tables, metric, wanted, fold_kind), AVERAGES_COLUMNS
        )

    def fold_kinds(self) -> set[str]:
        """Return the kinds of folds that some run was scored on."""
        return self._source.read(
            lambda tables: {
                str(kind) for table in tables for kind in codes_of(table["fold_kind"])[0]
            },
            ("fold_kind",),
        )

    def tasks_scored_on(self, fold_kind: str) -> set[str]:
        """Return the tasks that have runs on folds of a kind, or of one that is alike."""
        return self._source.read(
            lambda tables: {t for table in tables for t in tasks_of_kind(table, fold_kind)},
            ("task_id", "fold_kind"),
        )

    def read_runs(
        self, use: Callable[[Iterator[Any]], Found], columns: Sequence[str], rows: int = BATCH_ROWS
    ) -> Found:
        """Return what ``use`` makes of a stream of Arrow tables of runs, text as codes.

        Parameters
        ----------
        use : callable
            Gets the tables; all runs of a task are in one of them.
        columns : sequence of str
            Of `runs`.
        rows : int
            Of a table, more where a task has more.
        """
        return self._source.read(use, columns, rows)

    def splits(self) -> dict[str, str]:
        """Return how the runs of each task were scored, "" where nobody said."""

        def first_said(tables: Iterator[Any]) -> dict[str, str]:
            found: dict[str, str] = {}
            for table in tables:
                (tasks, t), (splits, s) = codes_of(table["task_id"]), codes_of(table["split"])
                for task, split in sorted(set(zip(t.tolist(), s.tolist(), strict=True))):
                    found[tasks[task]] = found.get(tasks[task]) or str(splits[split])
            return found

        return self._source.read(first_said, ("task_id", "split"))

    def part_names(self) -> frozenset[str] | None:
        """Return the names of the immutable parts that hold the runs; None for runs in memory."""
        source = self._source
        names = source.part_names() if isinstance(source, StoredRuns) else frozenset({""})
        return None if "" in names else names

    def tasks_in_parts(self, names: Collection[str]) -> set[str]:
        """Return the tasks that these parts have runs of; no other part is read."""
        source = self._source
        assert isinstance(source, StoredRuns)
        return source.read(
            lambda tables: {str(t) for table in tables for t in codes_of(table["task_id"])[0]},
            ("task_id",),
            skip=source.part_names() - set(names),
        )
