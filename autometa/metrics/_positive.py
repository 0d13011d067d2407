"""Which of two classes is the positive one: what F1, precision and recall are about."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from autometa.exceptions import ParameterError


def positive_class(
    y: npt.NDArray[np.integer[Any]], classes: npt.NDArray[Any], pos_label: Any = None
) -> int:
    """Return the number of the positive class of a binary task.

    Parameters
    ----------
    y : ndarray of shape (n_rows,)
        Class numbers from 0.
    classes : ndarray of shape (n_classes,)
        Class labels by number, sorted; empty for regression.
    pos_label : object, optional
        The label, or its text. None is the rarer class, whatever it is called: fraud,
        illness and failure are rare. Of two classes with equally many rows it is the
        greater label, as in scikit-learn (1 of 0 and 1, True of False and True, "yes"
        of "no" and "yes").

    Returns
    -------
    int
        1 for tasks that are not binary, where it means nothing.

    Raises
    ------
    ParameterError
        If ``pos_label`` is not one of the two classes, or there are not two.
    """
    if pos_label is None:
        if len(classes) != 2:
            return 1
        counts = np.bincount(y, minlength=2)
        return int(counts[1] <= counts[0])
    labels = classes.tolist()
    if len(labels) != 2:
        raise ParameterError(
            f"'pos_label' names the positive class of a task with two classes. Got "
            f"{pos_label!r} for a task with {len(labels) or 'no'} classes; leave it out."
        )
    for same in (lambda label: label == pos_label, lambda label: str(label) == str(pos_label)):
        matching = [number for number, label in enumerate(labels) if same(label)]
        if len(matching) == 1:
            return matching[0]
    raise ParameterError(
        f"'pos_label' must be one of the two classes, {labels[0]!r} or {labels[1]!r}. "
        f"Got {pos_label!r}."
    )
