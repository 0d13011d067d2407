"""RocCurveDisplay: how many positives are found at which rate of false alarms."""

from __future__ import annotations

from typing import Any

from autometa.plotting._one_against_rest import OneAgainstRest
from autometa.plotting._style import GREY


class RocCurveDisplay(OneAgainstRest):
    """ROC curves of a result on held-out rows, by `sklearn.metrics.RocCurveDisplay`.

    The area in the legend is that of all held-out rows together; the score of a result is the
    mean over folds, so the two differ a little.

    Parameters and attributes are those of scikit-learn's predictions by class: ``y_true`` and
    ``y_prob`` are lists with an array for each class of ``names``. It is recommended to use
    `from_result`.
    """

    heading = "ROC curve"

    def _draw(self, ax: Any) -> None:
        from sklearn.metrics import RocCurveDisplay as Drawn

        self.displays_ = [
            Drawn.from_predictions(
                *(y, probability),
                sample_weight=self.sample_weight,
                name=name,
                ax=ax,
                curve_kwargs={"color": colour, "linewidth": 2.0},
            )
            for colour, name, y, probability in self._curves()
        ]
        ax.plot([0, 1], [0, 1], "--", color=GREY, linewidth=1.0, label="chance (AUC = 0.5)")
        self._finish(ax, f"false positive rate ({self.which})", "true positive rate")
