"""What one does with a knowledge base as a whole: ask, select, compare, export, evaluate, keep."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Self

from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base import maintenance
from autometa.knowledge_base._above import from_above
from autometa.knowledge_base._summary import summarise
from autometa.knowledge_base._tables import Tables
from autometa.knowledge_base.maintenance import Difference, Exported


class Verbs(Tables):
    """The verbs of a `KnowledgeBase` that change nothing in it, and those on a folder of one."""

    def info(self) -> dict[str, Any]:
        """Return what it holds in counts, with its fingerprint and what its manifest says of it."""
        counts = {**summarise(self), **maintenance.run_facts(self)}
        return {**self.about, "fingerprint": self.fingerprint, **counts}

    def select(
        self,
        *,
        tasks: Sequence[str] | None = None,
        algorithms: Sequence[str] | None = None,
        task_types: Sequence[str] | None = None,
        metrics: Sequence[str] | None = None,
    ) -> Self:
        """Return the runs that fit all that is given, with their tasks, as another one.

        Parameters
        ----------
        tasks, algorithms, task_types, metrics : sequence of str, optional
            Names, any of which fits; all when not given.

        Raises
        ------
        KnowledgeBaseError
            If a name is not there, or no run fits.
        """
        runs = maintenance.runs_that_fit(
            self, tasks=tasks, algorithms=algorithms, task_types=task_types, metrics=metrics
        )
        if not len(runs):
            raise KnowledgeBaseError("No run fits all that was asked for. Ask for less.")
        listed = self.tasks[self.tasks["task_id"].isin(runs["task_id"].unique())]
        features = self.metafeatures
        features = features[features.index.isin(listed["task_id"])]
        selected = type(self)(
            listed.reset_index(drop=True), features, runs.reset_index(drop=True), self.provenance
        )
        selected.about = dict(self.about)
        return selected

    def diff(self, other: Tables | str | os.PathLike[str], *, noise: float = 3.0) -> Difference:
        """Say what the two do not share, and where their numbers disagree beyond noise."""
        return maintenance.diff(self, other, noise=noise)

    def export(self, path: str | os.PathLike[str], format: str = "csv") -> Exported:
        """Write the tables to a new folder as "csv", "parquet", "frames", "matrix" or "aslib"."""
        return maintenance.export(self, path, format)

    def evaluate(self, **options: Any) -> Any:
        """Hold each family out in turn and ask for advice on its tasks.

        Returns
        -------
        Evaluation
            See `autometa.meta_models.evaluation.evaluate` for it and the options.
        """
        return from_above("evaluate")(self, **options)

    def graph(self, **options: Any) -> Any:
        """Return it as a graph in the terms of ML-Schema and MLSO.

        Parameters
        ----------
        **options
            ``runs``: "aggregated" (default), "all" or "none"; ``namespace``: of names that OpenML
            does not know.

        Returns
        -------
        KnowledgeGraph
            See `autometa.graph.KnowledgeGraph`: to be queried, written, updated and drawn.
        """
        return from_above("graph")(self, **options)

    verify = staticmethod(maintenance.verify)
    compact = staticmethod(maintenance.compact)
    remove = staticmethod(maintenance.remove)
