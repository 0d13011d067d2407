"""ConfusionMatrixDisplay: which classes are taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from autometa.plotting._display import Display
from autometa.plotting._held_out import held_out_rows
from autometa.plotting._style import fonts_for, ink_of, plain, title

if TYPE_CHECKING:
    from autometa.tuning import TuneResult

MOST_WITH_NUMBERS = 12  # classes whose counts still fit their cells
# Letters of a row of counts side by side in the width that names leave, medium and small.
MOST_DIGITS, MOST_SMALL_DIGITS = 36, 54
MOST_NAMED = 30  # classes whose names still fit the axis
DARK = 0.5  # of the greatest share: letters are white from there on


class ConfusionMatrixDisplay(Display):
    """Rows of the table by true class (rows) and predicted class (columns), held out.

    Drawn by `sklearn.metrics.ConfusionMatrixDisplay`. Colours are shares of a true class, so
    that rare classes are seen; numbers are counts of rows. Weights of rows are not counted.

    It is recommended to use `from_result`.

    Parameters
    ----------
    counts : array-like of shape (n_classes, n_classes)
    names : sequence of str
        Of the classes.
    positive : str, optional
        The positive class of a binary task.

    Attributes
    ----------
    display_ : sklearn.metrics.ConfusionMatrixDisplay
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(
        self, counts: npt.ArrayLike, names: Sequence[str], *, positive: str | None = None
    ) -> None:
        self.counts = np.asarray(counts)
        self.names = list(names)
        self.positive = positive

    @classmethod
    def from_result(cls, result: TuneResult) -> Self:
        """Return the display of what a result says of held-out rows, by its decision rule.

        Raises
        ------
        ParameterError
            If it has no such predictions, or is of a regression.
        """
        from sklearn.metrics import confusion_matrix

        rows = held_out_rows(result, cls.__name__, needs_classes=True)
        counts = confusion_matrix(rows.y, rows.predicted, labels=range(len(rows.classes)))
        names = [rows.class_name(number) for number in range(len(rows.classes))]
        return cls(counts, names, positive=None if rows.positive is None else names[rows.positive])

    def _inches(self) -> float:
        return 5.2 if len(self.names) > 3 else 3.9

    def _draw(self, ax: Any) -> None:
        from sklearn.metrics import ConfusionMatrixDisplay as Drawn

        totals = self.counts.sum(axis=1, keepdims=True)
        shares = np.divide(self.counts, totals, where=totals > 0, out=np.zeros(self.counts.shape))
        self.display_ = Drawn(shares).plot(
            ax=ax, include_values=False, colorbar=False, cmap="Blues", im_kw={"vmin": 0, "vmax": 1}
        )
        self.display_.im_.set_zorder(0)
        n = len(self.names)
        digits = len(f"{self.counts.max():,}") if n else 0
        fits = n * digits <= MOST_DIGITS
        if n <= MOST_WITH_NUMBERS and (fits or n * digits <= MOST_SMALL_DIGITS):
            for row, column in np.ndindex(n, n):
                ax.text(
                    *(column, row, f"{self.counts[row, column]:,}"),
                    ha="center",
                    va="center",
                    fontsize="medium" if fits else "x-small",
                    color="white" if shares[row, column] > DARK else "black",
                )
        shown = [plain(name, 16) for name in self.names]
        step = 1 if n <= MOST_NAMED else -(-n // MOST_NAMED)
        places = range(0, n, step)
        fonts = fonts_for(shown)
        labels = [shown[i] for i in places]
        slanted = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if n > 3 else {}
        small = {"fontsize": "x-small"} if n > MOST_WITH_NUMBERS else {}
        ax.set_xticks(places, labels, **slanted, **fonts, **small)
        ax.set_yticks(places, labels, **fonts, **small)
        ax.spines[:].set_visible(True)
        ax.spines[:].set_edgecolor(ink_of(ax))
        named = f" (positive: {plain(self.positive, 24)})" if self.positive else ""
        ax.set_xlabel(f"predicted class{named}", **fonts)
        ax.set_ylabel("true class")
        right = np.trace(self.counts) / max(self.counts.sum(), 1)
        title(ax, f"{self.counts.sum():,} held-out rows, {100 * right:.1f} % right")
