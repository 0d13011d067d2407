"""What a fitted result predicts for the rows that its folds held out, beside the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from autometa.exceptions import ParameterError
from autometa.plotting._setups import check_one_output

if TYPE_CHECKING:
    from autometa.tuning import TuneResult


@dataclass(frozen=True, kw_only=True)
class HeldOutRows:
    """Truth and predictions of held-out rows.

    Attributes
    ----------
    y : ndarray of shape (n_rows,)
        Class numbers, or values of the target.
    predicted : ndarray of shape (n_rows,)
        The same, as the decision rule says it.
    probabilities : ndarray of shape (n_rows, n_classes)
        No columns for regression.
    classes : list
        Labels by class number.
    positive : int or None
        Number of the positive class of a binary task.
    weights : ndarray of shape (n_rows,) or None
    """

    y: npt.NDArray[Any]
    predicted: npt.NDArray[Any]
    probabilities: npt.NDArray[np.float64]
    classes: list[Any]
    positive: int | None
    weights: npt.NDArray[np.float64] | None

    def chosen_classes(self, most: int) -> list[int]:
        """Return the classes that a picture of one against the rest shows.

        The positive one of a binary task; else the most frequent.
        """
        if self.positive is not None:
            return [self.positive]
        counts = np.bincount(self.y.astype(np.intp), minlength=len(self.classes))
        order = np.argsort(-counts, kind="stable")
        # no curve goes through points of a class without rows, or with nothing else
        return [int(c) for c in order if 0 < counts[c] < len(self.y)][:most]

    def class_name(self, number: int) -> str:
        """Return a label as its user wrote it, in quotes where it is a word."""
        label = self.classes[number]
        label = label.item() if hasattr(label, "item") else label
        return repr(label)


def held_out_rows(
    result: TuneResult, what: str, *, needs_classes: bool | None = None
) -> HeldOutRows:
    """Return what a result predicts for rows that it was not fitted on.

    Parameters
    ----------
    result : TuneResult
    what : str
        Who asks, for messages.
    needs_classes : bool, optional
        Whether the task must be classification, or regression.

    Raises
    ------
    ParameterError
        If it has no such predictions, or is of another type of task.
    """
    check_one_output(result, what)
    kept = result.out_of_fold
    if kept is None:
        raise ParameterError(
            f"{what} is drawn from predictions of held-out rows. Got a result without any: only "
            "the small tree that is fitted first came of it. Give it more time."
        )
    is_class = bool(kept.classes)
    if needs_classes is not None and needs_classes != is_class:
        wanted, got = (
            ("classification", "regression") if needs_classes else ("regression", "classes")
        )
        raise ParameterError(f"{what} is of {wanted}. Got a result of {got}.")
    return HeldOutRows(
        y=kept.y,
        predicted=kept.decided.argmax(axis=1) if is_class else kept.ensemble,
        probabilities=kept.ensemble if is_class else np.empty((len(kept.y), 0)),
        classes=list(kept.classes),
        positive=_positive(kept.classes, result.pos_label),
        weights=kept.row_weights,
    )


def _positive(classes: list[Any], pos_label: Any) -> int | None:
    if len(classes) != 2:
        return None
    # by position where labels are equal to each other, as 1 and True are
    matches = [i for i, label in enumerate(classes) if label == pos_label]
    return matches[-1] if matches else 1  # the greater label, as everywhere in scikit-learn
