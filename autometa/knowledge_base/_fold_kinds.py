"""Runs scored on folds of other kinds: which of them count for a question, and which are borrowed.

A score on shuffled folds says how a setup does on rows like those it has seen, one on folds by
group how it does on new groups. Of each task and metric the runs of the kind that was asked
for count; a task that has none lends those of the nearest kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autometa._common.arrays import Booleans, Integers
from autometa._common.fold_kinds import FOLD_KINDS
from autometa.knowledge_base.storage._columns import codes_of

USUAL = ("shuffled", "stratified")  # whose scores do not differ by more than chance

# Nearest first; kinds that are not named come last, together.
NEAREST: dict[str, tuple[tuple[str, ...], ...]] = {
    "shuffled": (USUAL, ("custom",)),
    "stratified": (USUAL, ("custom",)),
    "group": (("group",), ("group-time",)),
    "time": (("time",), ("group-time",)),
    "group-time": (("group-time",), ("group", "time")),
    "custom": (("custom",), USUAL),
}


def is_alike(kind: str, other: str) -> bool:
    """Tell whether scores on folds of two kinds answer the same question."""
    return other in NEAREST[kind][0]


def fold_kind_codes(column: Any) -> Integers:
    """Return a number for the kind of folds of each run, the same for kinds that are alike."""
    kinds, codes = codes_of(column)
    alike = ["shuffled" if kind in USUAL else str(kind) for kind in kinds]
    # The last is for codes of -1: runs that do not say it.
    places = {kind: place for place, kind in enumerate(FOLD_KINDS)}
    return np.array([*(places.get(kind, 0) for kind in alike), 0], dtype=np.int64)[codes]


def that_count(groups: Integers, column: Any, kind: str) -> tuple[Booleans, Booleans]:
    """Mark the runs of the kind asked for, or of the nearest that their group has.

    Parameters
    ----------
    groups : ndarray of int
        Of each run, its task and metric.
    column : pyarrow column
        The kind of its folds.
    kind : str
        Asked for.

    Returns
    -------
    counts, borrowed : ndarray of bool
        ``borrowed`` marks those that count and are of another kind.
    """
    kinds, codes = codes_of(column)
    ranks = np.array([*(_rank(str(one), kind) for one in kinds), _rank("shuffled", kind)])[codes]
    if not len(ranks) or (ranks == ranks[0]).all():
        return np.ones(len(ranks), dtype=np.bool_), np.full(len(ranks), bool(ranks.any()))
    nearest = np.full(int(groups.max()) + 1, len(FOLD_KINDS))
    np.minimum.at(nearest, groups, ranks)
    counts = ranks == nearest[groups]
    return np.asarray(counts), np.asarray(counts & (ranks > 0))


def tasks_of_kind(table: Any, kind: str) -> set[str]:
    """Return the tasks of a table's runs that were scored on folds of a kind, or one alike."""
    (kinds, codes), (tasks, t) = codes_of(table["fold_kind"]), codes_of(table["task_id"])
    own = np.array([*(is_alike(kind, str(one)) for one in kinds), is_alike(kind, "shuffled")])
    return {str(tasks[place]) for place in np.unique(t[own[codes]]).tolist()}


def kind_ranks(kinds: Sequence[str], asked: str) -> list[int]:
    """Return how far each kind of folds is from the one asked for: 0 answers the same question."""
    return [_rank(kind, asked) for kind in kinds]


def _rank(kind: str, asked: str) -> int:
    tiers = NEAREST[asked]
    return next((rank for rank, tier in enumerate(tiers) if kind in tier), len(tiers))
