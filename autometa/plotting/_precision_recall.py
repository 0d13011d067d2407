"""PrecisionRecallDisplay: how many of those said to be positive are, and how many are found."""

from __future__ import annotations

from typing import Any

import numpy as np

from autometa.plotting._one_against_rest import OneAgainstRest
from autometa.plotting._style import GREY


class PrecisionRecallDisplay(OneAgainstRest):
    """Precision over recall on held-out rows, by `sklearn.metrics.PrecisionRecallDisplay`.

    Parameters and attributes are those of `RocCurveDisplay`. It is recommended to use
    `from_result`.
    """

    heading = "Precision and recall"

    def _draw(self, ax: Any) -> None:
        from sklearn.metrics import PrecisionRecallDisplay as Drawn

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
        if len(self.displays_) == 1:  # each class has another share, and six lines are too many
            share = float(np.average(self.y_true[0], weights=self.sample_weight))
            label = f"chance (share of positives = {share:.2g})"
            ax.axhline(share, linestyle="--", color=GREY, linewidth=1.0, label=label)
        ax.set_ylim(-0.02, 1.02)
        self._finish(ax, f"recall ({self.which})", "precision")
