"""OneAgainstRest: a curve for the positive class, or for each of several classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from autometa.plotting._display import Display
from autometa.plotting._held_out import held_out_rows
from autometa.plotting._style import COLOURS, grid, label_axes, legend, plain, title

if TYPE_CHECKING:
    from autometa.tuning import TuneResult

MOST_CLASSES = len(COLOURS)


class OneAgainstRest(Display):
    """Held-out rows by class: whether a row is of it, and how probable that was said to be.

    Parameters
    ----------
    y_true : sequence of ndarray of shape (n_rows,)
        For each class whether a row is of it, 0 or 1.
    y_prob : sequence of ndarray of shape (n_rows,)
        For each class its probability.
    names : sequence of str
        Of the classes.
    n_classes : int, default=2
        Of the task; 2 means that the one class is the positive one.
    sample_weight : ndarray of shape (n_rows,), optional

    Attributes
    ----------
    displays_ : list
        Scikit-learn's displays, one a class.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    heading = ""

    def __init__(
        self,
        y_true: Sequence[npt.ArrayLike],
        y_prob: Sequence[npt.ArrayLike],
        names: Sequence[str],
        *,
        n_classes: int = 2,
        sample_weight: npt.NDArray[np.float64] | None = None,
    ) -> None:
        self.y_true = [np.asarray(y) for y in y_true]
        self.y_prob = [np.asarray(p, dtype=np.float64) for p in y_prob]
        self.names = list(names)
        self.n_classes = n_classes
        self.sample_weight = sample_weight

    @classmethod
    def from_result(cls, result: TuneResult) -> Self:
        """Return the display of what a result predicts for held-out rows.

        Of two classes the positive one is shown, of more the six most frequent, each against
        the rest. Every row was predicted by members and weights that were chosen on other rows.

        Parameters
        ----------
        result : TuneResult
            Of a classification.

        Raises
        ------
        ParameterError
            If it has no such predictions, or is of a regression.
        """
        rows = held_out_rows(result, cls.__name__, needs_classes=True)
        chosen = rows.chosen_classes(MOST_CLASSES)
        return cls(
            [(rows.y == number).astype(np.intp) for number in chosen],
            [rows.probabilities[:, number] for number in chosen],
            [rows.class_name(number) for number in chosen],
            n_classes=len(rows.classes),
            sample_weight=rows.weights,
        )

    @property
    def nothing_to_show(self) -> str:
        """Why there is nothing to draw; empty when there is something."""
        if any(0 < y.sum() < len(y) for y in self.y_true):
            return ""
        return "The held-out rows are all of one class."

    @property
    def which(self) -> str:
        """What the curves are of, for an axis: the positive class, or one against the rest."""
        if self.n_classes == 2 and len(self.names) == 1:
            return f"positive class: {plain(self.names[0], 24)}"
        return "one class against the rest"

    def _inches(self) -> float:
        return 4.6

    def _curves(self) -> Iterator[tuple[str, str, npt.NDArray[Any], npt.NDArray[np.float64]]]:
        """Yield colour, name, truth and probability of each class that has both kinds of rows."""
        known = zip(COLOURS, self.names, self.y_true, self.y_prob, strict=False)
        for colour, name, y, probability in known:
            if 0 < y.sum() < len(y):
                yield colour, plain(name, 24), y, probability

    def _finish(self, ax: Any, xlabel: str, ylabel: str) -> None:
        """Say what the axes are, in words of our own: scikit-learn's read names as formulae."""
        label_axes(ax, xlabel, ylabel)
        ax.set_aspect("auto")
        left = self.n_classes - len(self.names)
        more = f"{len(self.names)} most frequent of {self.n_classes} classes" if (
            left and self.n_classes > 2
        ) else ""  # fmt: skip
        title(ax, f"{self.heading}, held-out rows", more)
        grid(ax, "both")
        if ax.get_legend() is not None:
            ax.get_legend().remove()
        legend(ax, loc="best")
