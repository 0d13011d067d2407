"""Which rows the setups of a run are scored on, so that none of their words were read before.

Words of text columns are learnt from the training rows of each fold. In large tables that
would take seconds a fold, so there the rows that are held out are drawn from those that the
words of the whole table were not learnt from (see `word_rows`): the table cleaned once
serves the fold and the final fit alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from autometa.algorithms import SparseCleaner, TableCleaner, word_rows
from autometa.tables import Table
from autometa.validation import Fold, make_folds

# Learning words anew takes some 0.5 ms for a row of 100 words: 5 s a fold of 10,000 rows. More
# than twice the rows that words are learnt from leave enough to hold out.
MAX_FOLD_TEXT_ROWS = 10_000


def has_shared_words(
    cleaner: TableCleaner | SparseCleaner, n_rows: int, is_shuffled: bool = True
) -> bool:
    """Return whether a table has text and is too large for learning words in each fold.

    Which rows words are learnt from is drawn by chance: where that does not settle what is
    held out, words are learnt in each fold, however long that takes.
    """
    return bool(cleaner.text_) and n_rows > MAX_FOLD_TEXT_ROWS and is_shuffled


def make_splits(
    table: Table, n_splits: int, n_used: int, seed: int, shared_words: bool
) -> list[Fold]:
    """Return the folds that are used.

    Parameters
    ----------
    table : Table
    n_splits, n_used : int
        How the rows are split, and how many of the splits are used.
    seed : int
    shared_words : bool
        Whether a single fold holds out rows that no words were learnt from.
    """
    if not (shared_words and n_used == 1):
        validation = table.validation
        return validation.used(validation.folds(table.y, table.task_type, n_splits, seed), n_used)
    return [_unread_split(table.y, table.task_type, n_splits, seed)]


def _unread_split(y: npt.NDArray[Any], task_type: str, n_splits: int, seed: int) -> Fold:
    rows = np.arange(len(y))
    unread = np.delete(rows, word_rows(len(y)))
    n_parts = max(2, round(n_splits * len(unread) / len(rows)))  # of the size of a fold of all
    test = unread[make_folds(y[unread], task_type, n_parts, seed)[0][1]]
    return np.delete(rows, test), test
