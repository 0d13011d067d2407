"""Tally: keeps count of what an importer leaves behind, and joins what it keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from autometa.exceptions import KnowledgeBaseError
from autometa.importers._imported import Dropped, Imported
from autometa.knowledge_base._checks import beyond_bounds
from autometa.knowledge_base._knowledge_base import KnowledgeBase

MAX_NAMED = 5


class Tally:
    """What was dropped and taken for granted so far."""

    def __init__(self) -> None:
        self._dropped: dict[tuple[str, str], int] = {}
        self._notes: dict[str, None] = {}

    def drop(self, what: str, count: int, why: str) -> None:
        """Count something that does not enter the knowledge base; a count of none is left out."""
        if count:
            key = (what, why)
            self._dropped[key] = self._dropped.get(key, 0) + int(count)

    def note(self, text: str) -> None:
        """Tell what was changed or taken for granted; once is enough."""
        if text:
            self._notes[text] = None

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """Everything counted, in the order it was met."""
        return tuple(
            Dropped(what=what, count=count, why=why) for (what, why), count in self._dropped.items()
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """All notes."""
        return tuple(self._notes)

    def finish(
        self,
        tasks: pd.DataFrame,
        metafeatures: pd.DataFrame | None,
        runs: pd.DataFrame,
        provenance: Mapping[str, Any],
    ) -> Imported:
        """Return the knowledge base of these tables; tasks without runs stay behind.

        Raises
        ------
        KnowledgeBaseError
            If no run is left.
        """
        if not runs.empty:  # what a reader of a format let pass
            wrong = beyond_bounds(runs)
            for metric, n in runs.loc[wrong, "metric"].value_counts(sort=False).items():
                self.drop("scores", n, f"beyond what {metric} can be")
            runs = runs[~wrong]
        if runs.empty:
            raise KnowledgeBaseError(
                f"'{provenance.get('source')}' must hold runs. None could be kept: "
                f"{self._reasons()}."
            )
        tasks = tasks.assign(task_id=tasks["task_id"].astype(str))
        has_runs = tasks["task_id"].isin(set(runs["task_id"].astype(str)))
        self.drop("tasks", int((~has_runs).sum()), "without runs")
        tasks = tasks[has_runs]
        if metafeatures is not None:
            unknown = ~metafeatures.index.astype(str).isin(tasks["task_id"])
            self.drop("rows of meta-features", int(unknown.sum()), "of tasks without runs")
            if "n_rows" in metafeatures and "n_rows" not in tasks:
                tasks = tasks.assign(n_rows=tasks["task_id"].map(metafeatures["n_rows"]))
        kb = KnowledgeBase.from_frames(tasks, metafeatures, runs, provenance)
        self.drop("runs", len(runs) - len(kb.runs), "exact repeats")
        return Imported(knowledge_base=kb, dropped=self.dropped, notes=self.notes)

    def _reasons(self) -> str:
        sentences = [f"{d.count} {d.what} {d.why}" for d in self.dropped]
        return "; ".join(sentences) or "it is empty"


def some(values: Iterable[Any]) -> str:
    """Return the first few of these, quoted, and how many more there are.

    Examples
    --------
    >>> some(["a", "b"]), some(range(7))
    ("'a', 'b'", "'0', '1', '2', '3', '4' and 2 more")
    """
    distinct = list(dict.fromkeys(str(value) for value in values))
    shown = ", ".join(f"'{value}'" for value in distinct[:MAX_NAMED])
    more = len(distinct) - MAX_NAMED
    return f"{shown} and {more} more" if more > 0 else shown


def lines(numbers: Iterable[int]) -> str:
    """Return line numbers for people.

    Examples
    --------
    >>> lines([4]), lines([2, 3, 9])
    ('line 4', 'lines 2, 3, 9')
    """
    ordered = sorted(numbers)
    shown = ", ".join(str(number) for number in ordered[:MAX_NAMED])
    more = len(ordered) - MAX_NAMED
    word = "line" if len(ordered) == 1 else "lines"
    return f"{word} {shown} and {more} more" if more > 0 else f"{word} {shown}"
