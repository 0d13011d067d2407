"""Warnings of what shuffled folds would hide, where a user has said nothing of folds."""

from __future__ import annotations

from typing import Any

import numpy as np

from autometa._common.warning import warn_user
from autometa.dependence._check import findings_of, target_order
from autometa.dependence._finding import ValidationFinding
from autometa.dependence._index import index_of
from autometa.dependence._rows import MAX_CELLS
from autometa.exceptions import ValidationWarning
from autometa.tables import Table
from autometa.validation import ValidationRequest

# A million cells take .2 to .4 s on a slow core: the check then takes 3 % of a budget at most.
CELLS_PER_SECOND = 80_000


def warn_of_dependence(
    table: Table, request: ValidationRequest, seconds: float | None = None, X: Any = None
) -> tuple[str, ...]:
    """Warn once of each thing that the folds which are used would hide; return what was said.

    Parameters
    ----------
    table : Table
    request : ValidationRequest
        What the user says of folds: who says anything is believed. Folds that were given
        are only looked at for a target that the file is sorted by.
    seconds : float or None
        The budget that the check is part of: fewer rows are looked at for a short one.
    X : table or None
        As the user gave it, whose index may say what rows are of.
    """
    findings: list[ValidationFinding] = []
    if request.says_nothing:
        budget = np.inf if seconds is None else seconds
        max_cells = int(min(MAX_CELLS, CELLS_PER_SECOND * budget))
        findings = findings_of(table, max_cells, index_of(X, table.counted))
    elif _holds_out_stretches(table):
        findings = target_order(table)
    for finding in findings:
        warn_user(ValidationWarning(finding.message))
    return tuple(finding.message for finding in findings)


def _holds_out_stretches(table: Table) -> bool:
    """Tell whether given folds hold out rows that follow each other, as KFold(5) does."""
    splits = table.validation.splits
    return splits is not None and all(np.ptp(test) == len(test) - 1 for _, test in splits)
