"""Validation: on which rows the setups of a run are scored, agreed with the study's first run."""

from __future__ import annotations

from dataclasses import dataclass

from autometa.algorithms import Size
from autometa.evaluation import fold_seed
from autometa.exceptions import StorageError
from autometa.tables import Table
from autometa.tuning._budget import Clock
from autometa.tuning.final_model._held_out import HeldOut
from autometa.tuning.scheduling._plan import choose_folds, single_split
from autometa.tuning.study._study_log import StudyLog


@dataclass(frozen=True, kw_only=True)
class Validation:
    """How the rows are split.

    Attributes
    ----------
    n_splits, n_used : int
        Splits, and how many of them are used.
    fold_seed : int
        Drawn from the target: two runs on one table are scored on the same folds.
    shared_words : bool
        Whether a single fold holds out rows that no words were read from.
    """

    n_splits: int
    n_used: int
    fold_seed: int
    shared_words: bool = False

    def hold_out(self, table: Table, metric: str, positive: int) -> HeldOut:
        """Return the rows that the folds in use hold out, and their targets."""
        return HeldOut.of_table(
            table,
            metric,
            self.n_splits,
            self.n_used,
            self.fold_seed,
            positive,
            self.shared_words,
        )


def choose_validation(
    table: Table, size: Size, clock: Clock, study_log: StudyLog, shared_words: bool
) -> Validation:
    """Return how a table is split; a study that was begun keeps to its splits.

    Raises
    ------
    StorageError
        If what the study keeps of its splits cannot be read.
    """
    n_splits, n_used = single_split(size) if shared_words else choose_folds(size, clock.budget)
    n_splits = min(n_splits, size.n_rows)
    n_splits, n_used = _agree(study_log, n_splits, min(n_used, n_splits))
    seed = study_log.get_or_set_attr("fold_seed", fold_seed(table.y, table.task_type))
    return Validation(
        n_splits=n_splits, n_used=n_used, fold_seed=int(seed), shared_words=shared_words
    )


def _agree(study_log: StudyLog, n_splits: int, n_used: int) -> tuple[int, int]:
    """Return the splits, and how many are used, that all trials of the study are scored on."""
    kept = study_log.get_or_set_attr("folds", [n_splits, n_used])
    if not (isinstance(kept, list) and len(kept) == 2 and all(isinstance(n, int) for n in kept)):
        raise StorageError(
            f"The study '{study_log.study.study_name}' must keep its 'folds' as two whole "
            f"numbers. It has {kept!r}; give another 'study_name'."
        )
    kept_splits, kept_used = kept
    if kept_used < n_used:
        study_log.notes.append(
            f"The study was begun on {kept_used} of {kept_splits} folds, and its trials are "
            f"scored on these; this budget would allow {n_used}. Give another study_name for that."
        )
    return kept_splits, kept_used
