"""What a knowledge base tells of its runs without making one table of all of them."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice
from typing import TYPE_CHECKING

import pandas as pd

from autometa.knowledge_base._averages import COLUMNS as AVERAGES_COLUMNS
from autometa.knowledge_base._averages import Averages, average
from autometa.knowledge_base._counts import (
    OUTCOME_COLUMNS,
    RUN_COLUMNS,
    SCORE_COLUMNS,
    RunCounts,
    configs_of,
    count_outcomes,
    count_runs,
    count_scores,
)
from autometa.knowledge_base._run_source import FrameRuns, StoredRuns


class RunReader:
    """The questions about runs that a `KnowledgeBase` answers, however many there are.

    Runs are read in pieces and not kept, unless they are in memory already.
    """

    if TYPE_CHECKING:

        @property
        def tasks(self) -> pd.DataFrame:
            """One row a task."""

        @property
        def _source(self) -> FrameRuns | StoredRuns:
            """Where runs are read from."""

    @property
    def n_runs(self) -> int:
        """Number of rows of `runs`, which are not read for it.

        Of a knowledge base too large to keep in memory, runs that several of its
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
        return sorted({algorithm for algorithm, _ in self.counts().tasks_of_setup})

    def counts(self) -> RunCounts:
        """Count runs, setups, metrics and statuses; large histories are not loaded for it."""
        return self._source.read(count_runs, RUN_COLUMNS)

    def score_counts(self) -> pd.Series[int]:
        """Return how many runs have a score, by ``task_type`` and ``metric``."""
        types = dict(zip(self.tasks["task_id"], self.tasks["task_type"], strict=True))
        return self._source.read(lambda tables: count_scores(tables, types), SCORE_COLUMNS)

    def outcome_counts(
        self, algorithms: Collection[str] | None = None, metric: str | None = None
    ) -> pd.Series[int]:
        """Return how many runs of each task tell something: have a score, or failed.

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
        self, metric: str | None = None, task_types: Collection[str] | None = None
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
        return self._source.read(lambda tables: average(tables, metric, wanted), AVERAGES_COLUMNS)
