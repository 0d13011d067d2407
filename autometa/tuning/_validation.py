"""FoldPlan: on which rows the setups of a run are scored, agreed with the study's first run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autometa.algorithms import Size
from autometa.evaluation import slowness
from autometa.exceptions import StorageError
from autometa.tables import Table
from autometa.tuning._budget import Clock
from autometa.tuning.final_model._held_out import HeldOut
from autometa.tuning.final_model._splits import make_splits
from autometa.tuning.scheduling._plan import choose_folds, single_split
from autometa.tuning.study._study_log import StudyLog
from autometa.validation import Validation, fold_seed

# A single fold of fewer groups than these holds out a handful: which they are would decide.
FEW_GROUPS = 100
FOLDS_OF_FEW_GROUPS = 3


@dataclass(frozen=True, kw_only=True)
class FoldPlan:
    """How many folds there are, and which of them are used.

    Attributes
    ----------
    n_splits, n_used : int
        Splits, and how many of them are used.
    fold_seed : int
        Drawn from the target: two runs on one table are scored on the same folds.
    shared_words : bool
        Whether a single fold holds out rows that no words were read from.
    train_share : float
        Of the rows, that a fold trains on, on average.
    """

    n_splits: int
    n_used: int
    fold_seed: int
    shared_words: bool = False
    train_share: float = 0.8

    def facts(self, table: Table, n_held_out: int) -> dict[str, Any]:
        """Return what a result says of its folds."""
        validation = table.validation
        facts = {
            "kind": validation.kind_of(table.task_type),
            "n_folds": self.n_used,
            "n_held_out": n_held_out,
        }
        return (
            facts
            | ({"n_groups": validation.n_groups} if validation.groups is not None else {})
            | ({"gap": validation.gap.text} if validation.gap else {})
            | dict(validation.columns)
        )

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
) -> FoldPlan:
    """Return how a table is split; a study that was begun keeps to its splits.

    Raises
    ------
    DatasetError
        If the folds leave nothing to learn from.
    StorageError
        If what the study keeps of its splits cannot be read.
    """
    validation = table.validation
    n_splits, n_used = _wanted(validation, size, clock, shared_words)
    seed = int(study_log.get_or_set_attr("fold_seed", fold_seed(table.y, table.task_type)))
    if not validation.is_shuffled:  # of groups and stamps there may be fewer than folds
        n_made = len(validation.folds(table.y, table.task_type, n_splits, seed))
        n_used = min(n_used, n_made)
    n_splits, n_used = _agree(study_log, n_splits, n_used)
    folds = make_splits(table, n_splits, n_used, seed, shared_words)
    return FoldPlan(
        n_splits=n_splits,
        n_used=len(folds),
        fold_seed=seed,
        shared_words=shared_words,
        train_share=sum(len(train) for train, _ in folds) / (len(folds) * len(table.y)),
    )


def _wanted(
    validation: Validation, size: Size, clock: Clock, shared_words: bool
) -> tuple[int, int]:
    """Return how many splits to make and how many of them to use."""
    asked = validation.n_folds
    if asked is not None:
        n_splits = min(asked, size.n_rows)
        return n_splits, n_splits
    # what fits into a second is of the machine of the bundled runs
    budget = clock.budget if clock.is_endless else clock.budget / slowness()
    n_splits, n_used = single_split(size) if shared_words else choose_folds(size, budget)
    if 0 < validation.n_groups < FEW_GROUPS:
        n_used = max(n_used, FOLDS_OF_FEW_GROUPS)
    n_splits = min(n_splits, size.n_rows)
    return n_splits, min(n_used, n_splits)


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
