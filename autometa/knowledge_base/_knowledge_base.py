"""KnowledgeBase: tasks, their meta-features, and the runs made on them, as tidy tables."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import pandas as pd

from autometa.exceptions import KnowledgeBaseError, KnowledgeBaseWarning, ParameterError
from autometa.knowledge_base._above import from_above
from autometa.knowledge_base._checks import check_metafeatures, check_runs, check_tasks
from autometa.knowledge_base._filling import combined, combined_tasks, say_left_out
from autometa.knowledge_base._repeated import repeated_or_less
from autometa.knowledge_base._run_source import FrameRuns, StoredRuns, joined
from autometa.knowledge_base._same_tasks import check_same_tasks
from autometa.knowledge_base._summary_html import summary_html
from autometa.knowledge_base._tables import Tables
from autometa.knowledge_base._verbs import Verbs
from autometa.knowledge_base.storage._folders import (
    bundled_folder,
    is_knowledge_base,
    user_folder,
)
from autometa.knowledge_base.storage._manifest import check_about, join_provenance
from autometa.knowledge_base.storage._names import DEFAULT, OWN, folders_named
from autometa.knowledge_base.storage._writer import FolderWriter

if TYPE_CHECKING:
    import optuna


class KnowledgeBase(Verbs):
    """Past runs on many tasks: what advice is learnt from.

    Make one with `from_frames`, `from_studies`, `load`, or take the one that is there by
    `default`, `bundled` or `own`. Tables that were loaded are read when they are first asked
    for. `runs_of`, `averages`, `counts`, `setups` and `save` take millions of runs without
    reading all at once, as `runs` does (3 GB for ten million).

    Attributes
    ----------
    tasks : DataFrame
        One row a task: ``task_id``, ``name``, ``task_type``, ``target``,
        ``n_rows``, ``family``, ``source``, and the ``fold`` that it came with, NaN where none.
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
        ``split`` ("cross-validation", "holdout", "leave-one-out" or ""), ``n_folds`` and
        ``split_seed`` say how it was scored, ``fold_kind`` which rows were held out together
        ("shuffled", "stratified", "group", "time", "group-time", "custom"),
        ``cutoff_seconds`` how long it might take; NaN where nobody said.
    provenance : dict
        Where the runs come from.
    about : dict of str to str
        What its manifest says of it; see `save`.

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

    @classmethod
    def from_frames(
        cls,
        tasks: pd.DataFrame,
        metafeatures: pd.DataFrame | None,
        runs: pd.DataFrame,
        provenance: Mapping[str, Any] | None = None,
    ) -> Self:
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
            unknown), ``fidelity`` (1.0), ``status`` ("ok") and the other columns. Exact
            repeats are dropped.
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
        studies: Mapping[str, optuna.Study] | Iterable[optuna.Study] | str,
        *,
        metafeatures: pd.DataFrame | None = None,
        task_type: str | None = None,
        metric: str | None = None,
        objective: str | int | None = None,
        algorithm: str = "study",
        curves: bool = False,
    ) -> KnowledgeBase:
        """Return a knowledge base of Optuna studies, one a task.

        `autometa.importers.read_optuna` does the work, and says what it left out.

        Parameters
        ----------
        studies : dict of str to Study, iterable of Study, or str
            By task_id; named by themselves; or the URL or file of a storage. Scores of
            objectives to be minimised are negated.
        metafeatures : DataFrame, optional
            Index ``task_id``, any columns.
        task_type, metric : str, optional
            Of all studies; by what the studies say of themselves when not given.
        objective : str or int, optional
            The one to keep of several, by name or from 0; all when not given.
        algorithm : str, default="study"
            Name of what was tuned; a parameter ``algorithm`` of a trial wins.
        curves : bool, default=False
            Whether intermediate values become runs of a fidelity below 1.

        Raises
        ------
        KnowledgeBaseError
            If there is no study, or no finished trial in them.
        """
        given: KnowledgeBase = from_above("read_studies")(
            studies if isinstance(studies, str | Mapping) else list(studies),
            metafeatures=metafeatures,
            translation=None,
            task_type=task_type,
            metric=metric,
            objective=objective,
            algorithm=algorithm,
            curves=curves,
        ).knowledge_base
        return given

    @classmethod
    def bundled(cls) -> Self:
        """Return the knowledge base that ships with autometa."""
        return cls.load(bundled_folder())

    @classmethod
    def own(cls) -> Self:
        """Return what this user has added, as `autometa kb add` does.

        Raises
        ------
        KnowledgeBaseError
            If nothing was added yet.
        """
        return cls.load(user_folder())

    @classmethod
    def default(cls) -> Self:
        """Return what is used where no knowledge base is named.

        The bundled one with the user's own on top, or those that the environment variable
        ``AUTOMETA_KNOWLEDGE_BASE`` names, by commas (``kb:default,kb:team``); of runs and
        descriptions that several hold, the first counts.

        Warns
        -----
        KnowledgeBaseWarning
            If the user's own knowledge base cannot be read; it is then left out.
        """
        return cls.named(DEFAULT)

    @classmethod
    def named(cls, *names: str | os.PathLike[str]) -> Self:
        """Return the knowledge base of a name (``kb:default``, ``kb:own``, ...) or in a folder.

        Of several, all in layers: of what two of them hold, the first counts.

        Raises
        ------
        KnowledgeBaseError
            If there is no such.
        """
        folders = folders_named(names)
        if not folders:
            raise KnowledgeBaseError(
                f"At least one knowledge base must be named. Got none; '{DEFAULT}' is what advice "
                "reads."
            )
        base = cls.load(folders[0])
        for folder in folders[1:]:
            try:
                base.merge(cls.load(folder))
            except (KnowledgeBaseError, OSError) as error:
                if folder != user_folder():
                    raise
                # Advice for a new table must not fail for what was once added to another.
                warnings.warn(
                    f"Your own knowledge base is left out: {error} 'autometa kb verify {OWN}' says "
                    "more.",
                    KnowledgeBaseWarning,
                    stacklevel=3,
                )
        return base

    @classmethod
    def layered(cls, bases: Sequence[Self]) -> Self:
        """Return all of several as one, none of which is changed; of repeats the first counts.

        Raises
        ------
        KnowledgeBaseError
            If there is none, or two describe tasks of one id that cannot be the same.
        """
        if not bases:
            raise KnowledgeBaseError("At least one knowledge base is needed. Got none.")
        if len(bases) == 1:
            return bases[0]
        joined_base = cls.__new__(cls)
        joined_base.__dict__.update(bases[0].__dict__)
        for base in bases[1:]:
            joined_base.merge(base)
        return joined_base

    def add(
        self,
        source: pd.DataFrame | optuna.Study | Any,
        *,
        tasks: pd.DataFrame | None = None,
        metafeatures: pd.DataFrame | None = None,
    ) -> Self:
        """Add runs in place, and the tasks they speak of if those are new; return ``self``.

        A task that is listed keeps its description, and gets what was unknown of it. Nothing
        is written until `save`.

        Parameters
        ----------
        source : DataFrame, Study or TuneResult
            The runs as for `from_frames`, an Optuna study, or what `tune` returned; the last
            two bring their task with them.
        tasks : DataFrame, optional
            Of runs in a DataFrame: those that are new.
        metafeatures : DataFrame, optional
            Index ``task_id``.

        Raises
        ------
        KnowledgeBaseError
            If a table holds what it may not, or a task of a known id is another task.
        """
        if not isinstance(source, pd.DataFrame):
            if tasks is not None:
                raise KnowledgeBaseError(
                    f"A {type(source).__name__} brings its task with it: 'tasks' must be None."
                )
            options = {} if metafeatures is None else {"metafeatures": metafeatures}
            return self.merge(from_above("import_history")(source, **options).knowledge_base)
        fresh = self.tasks.iloc[:0] if tasks is None else check_tasks(tasks)
        check_same_tasks(self.tasks, fresh)
        all_tasks = combined_tasks([self.tasks, fresh], "first")
        checked = check_runs(source, all_tasks["task_id"], _types(all_tasks))
        self._describe(all_tasks, check_metafeatures(metafeatures, all_tasks["task_id"]))
        self._take(FrameRuns(checked))
        return self

    def merge(self, other: Tables) -> Self:
        """Add all of ``other`` in place, dropping exact repeats; return ``self``.

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
        self._tasks, self._origin = tasks, None
        if len(metafeatures):
            self._metafeatures = combined([described, metafeatures], "first")

    def _take(self, runs: FrameRuns | StoredRuns) -> None:
        """Add runs; a side that is large stays on the disk, and repeats are dropped when read."""
        sides = self._source, runs
        if any(isinstance(side, StoredRuns) and not side.is_small for side in sides):
            self._stored, self._runs, self._origin = joined(*sides), None, None
            return
        both = pd.concat([self.runs, runs.frame()], ignore_index=True)
        self._runs = both[~repeated_or_less(both)].reset_index(drop=True)
        self._stored = self._origin = None

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        if_exists: Literal["fail", "append"] = "fail",
        about: Mapping[str, str] | None = None,
    ) -> None:
        """Write to the folder ``path``.

        Parts are immutable and written whole: readers and other writers of the
        same folder are not disturbed, and a killed process leaves nothing half
        written. Runs come back sorted by task, those of a task in their order;
        ``train_score`` and ``fold_scores`` are kept in single precision.

        Parameters
        ----------
        path : path
        if_exists : {"fail", "append"}, default="fail"
            What to do when there is a knowledge base in the folder: raise, or write what it
            does not hold yet. What it holds beside stays: see `remove`.
        about : dict of str to str, optional
            Any of ``name``, ``version``, ``description``, ``licence`` and ``contact``, for
            the manifest of a new folder; `KnowledgeBase.about` when not given.

        Raises
        ------
        KnowledgeBaseError
            If there is one in the folder, and ``if_exists`` is "fail".
        """
        check_if_exists(if_exists, Path(path))
        about = check_about(self.about if about is None else about)
        with FolderWriter(Path(path), about) as writer:
            writer.add(self.tasks, self.metafeatures, self._source, self.provenance)
        say_left_out(writer.n_others, Path(path))

    def __repr__(self) -> str:
        n_tasks = len(self.tasks)
        if isinstance(self._source, StoredRuns) and not self._source.is_small:
            # Runs of millions of scores are not read for a line of text.
            return f"KnowledgeBase({n_tasks} tasks, {self.n_scores} scores)"
        counts = self.counts()
        n_setups = len(counts.tasks_of_setup)
        return f"KnowledgeBase({n_tasks} tasks, {n_setups} setups, {counts.n_runs} runs)"

    def _repr_html_(self) -> str:
        return summary_html(self, repr(self))


def check_if_exists(if_exists: str, folder: Path) -> None:
    """Raise when there is a knowledge base in a folder to which nothing is to be appended."""
    if if_exists not in ("fail", "append"):
        raise ParameterError(
            f"The 'if_exists' parameter of save must be 'fail' or 'append'. Got {if_exists!r}."
        )
    if if_exists == "fail" and is_knowledge_base(folder):
        raise KnowledgeBaseError(
            f"There is a knowledge base in '{folder}' already. Give if_exists='append' to write "
            "what it does not hold yet ('autometa kb add' does the same), take runs away with "
            "KnowledgeBase.remove ('autometa kb remove'), or name another folder."
        )


def _types(tasks: pd.DataFrame) -> dict[str, str]:
    return dict(zip(tasks["task_id"], tasks["task_type"], strict=True))
