"""ValidationFinding: one thing that shuffled folds would hide, and what to pass instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FindingKind = Literal["groups", "time", "copies", "target_order"]


@dataclass(frozen=True, kw_only=True)
class ValidationFinding:
    """One thing about the rows of a table that shuffled folds would hide.

    Attributes
    ----------
    kind : {"groups", "time", "copies", "target_order"}
        A column names what several rows are of; rows change along time; rows stand in the
        table more than once; rows are sorted by the target, which only folds that are not
        shuffled mind.
    column : str or None
        The column, or level of the index, that shows it; None where it is the order of the
        rows, an index without a name, or all columns.
    evidence : float
        ``groups`` and ``time``: how much more alike two rows of an entity, or two rows that
        follow each other in time, are than two random ones, in the column or target in which
        they are most alike; 0 is not at all, 1 is equal. ``copies``: the share of rows that
        are equal to another one. ``target_order``: the share of neighbouring rows of one
        class, or the correlation of the target with its place.
    message : str
        What was seen and what follows from it, in one sentence.
    argument : str or None
        What to pass to `recommend`, `tune` or ``fit``, such as ``groups='patient_id'``; None
        where the table has to be changed.
    """

    kind: FindingKind
    column: str | None
    evidence: float
    message: str
    argument: str | None = None

    def __str__(self) -> str:
        return self.message
