"""CalibrationDisplay: whether probabilities mean what they say."""

from __future__ import annotations

from typing import Any

from autometa.plotting._one_against_rest import OneAgainstRest
from autometa.plotting._style import GREY

# Rows a point: with fewer than some twenty the share of positives is a matter of luck.
ROWS_A_POINT = 20
MOST_POINTS = 10


class CalibrationDisplay(OneAgainstRest):
    """Share of positives over predicted probability, by `sklearn.calibration.CalibrationDisplay`.

    Each point is an equal part of the held-out rows, by their predicted probability: at most ten
    points, with twenty rows or more each. Above the diagonal probabilities are too low, below it
    too high. Weights of rows are not counted.

    Parameters and attributes are those of `RocCurveDisplay`. It is recommended to use
    `from_result`.
    """

    heading = "Calibration"

    def _draw(self, ax: Any) -> None:
        from sklearn.calibration import CalibrationDisplay as Drawn

        ax.plot([0, 1], [0, 1], "--", color=GREY, linewidth=1.0, label="perfectly calibrated")
        self.displays_ = [
            Drawn.from_predictions(
                *(y, probability),
                n_bins=max(2, min(MOST_POINTS, len(y) // ROWS_A_POINT)),
                strategy="quantile",  # as many rows in each: points are equally sure
                name=name,
                ax=ax,
                ref_line=False,
                color=colour,
                linewidth=1.6,
                markersize=5,
            )
            for colour, name, y, probability in self._curves()
        ]
        ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
        self._finish(ax, f"mean predicted probability ({self.which})", "share of positives")
