"""ResidualsDisplay: by how much a regression is off, over what it predicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import numpy.typing as npt

from autometa._common.readable import readable
from autometa.exceptions import ParameterError
from autometa.plotting._display import Display
from autometa.plotting._held_out import held_out_rows
from autometa.plotting._style import BLUE, grid, ink_of, label_axes, plain, title

if TYPE_CHECKING:
    from autometa.tuning import TuneResult

MOST_POINTS = 2000  # more lie on each other, and make files of megabytes

Kind = Literal["residual_vs_predicted", "actual_vs_predicted"]


class ResidualsDisplay(Display):
    """Residuals or true values over predictions of held-out rows.

    Drawn by `sklearn.metrics.PredictionErrorDisplay`. A residual is the true value less the
    predicted one: above 0 the prediction was too low.

    It is recommended to use `from_result`.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_rows,)
    kind : {"residual_vs_predicted", "actual_vs_predicted"}, default="residual_vs_predicted"
    target : str, optional
        The name of what is predicted.

    Attributes
    ----------
    display_ : sklearn.metrics.PredictionErrorDisplay
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(
        self,
        y_true: npt.ArrayLike,
        y_pred: npt.ArrayLike,
        *,
        kind: Kind = "residual_vs_predicted",
        target: str | None = None,
    ) -> None:
        if kind not in ("residual_vs_predicted", "actual_vs_predicted"):
            raise ParameterError(
                "'kind' must be 'residual_vs_predicted' or 'actual_vs_predicted'. "
                f"Got {kind!r} instead."
            )
        self.y_true = np.asarray(y_true, dtype=np.float64)
        self.y_pred = np.asarray(y_pred, dtype=np.float64)
        self.kind = kind
        self.target = target

    @classmethod
    def from_result(cls, result: TuneResult, *, kind: Kind = "residual_vs_predicted") -> Self:
        """Return the display of what a result predicts for held-out rows.

        Parameters
        ----------
        result : TuneResult
            Of a regression.
        kind : {"residual_vs_predicted", "actual_vs_predicted"}

        Raises
        ------
        ParameterError
            If it has no such predictions, or is of a classification.
        """
        rows = held_out_rows(result, cls.__name__, needs_classes=False)
        return cls(rows.y, rows.predicted, kind=kind, target=result.task.target)

    def _inches(self) -> float:
        return 4.2

    def _draw(self, ax: Any) -> None:
        from sklearn.metrics import PredictionErrorDisplay

        rows = np.arange(len(self.y_true))
        if len(rows) > MOST_POINTS:
            rows = np.random.default_rng(0).choice(rows, MOST_POINTS, replace=False)
        self.display_ = PredictionErrorDisplay(
            y_true=self.y_true[rows], y_pred=self.y_pred[rows]
        ).plot(
            ax=ax,
            kind=self.kind,
            scatter_kwargs={"color": BLUE, "alpha": 0.7, "s": 14, "linewidths": 0},
            line_kwargs={"color": ink_of(ax), "linewidth": 1.0},
        )
        unit = f" {self.target}" if self.target else ""
        is_residual = self.kind == "residual_vs_predicted"
        what = "residual (true less predicted)" if is_residual else f"true{unit}"
        label_axes(ax, plain(f"predicted{unit}", 40), plain(what, 40))
        error = readable(float(np.sqrt(np.mean((self.y_true - self.y_pred) ** 2))), 3)
        some = (
            f" ({MOST_POINTS:,} of {len(self.y_true):,} shown)"
            if len(rows) < len(self.y_true)
            else ""
        )
        title(ax, f"Held-out rows{some}", f"root mean squared error {error}")
        grid(ax, "both")
