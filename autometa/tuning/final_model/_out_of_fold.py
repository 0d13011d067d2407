"""OutOfFold: what every kept trial, and the ensemble of them, predicts for held-out rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from autometa.exceptions import ParameterError
from autometa.tuning.final_model._interval import Interval


@dataclass(frozen=True, kw_only=True, eq=False)
class OutOfFold:
    """Predictions of held-out rows by trial, and how the ensemble weighs them.

    Attributes
    ----------
    trials : tuple of int
        Trial numbers.
    values : sequence of ndarray of shape (n_held_out, n_classes) or (n_held_out,)
        By trial.
    ensemble : ndarray
        The same of the ensemble, by members and weights chosen on other rows.
    decided : ndarray
        The same, weighted by decision rules that were chosen on other rows: the class of
        the greatest value is predicted. ``ensemble`` itself without such rules.
    weights : ndarray of shape (n_parts, n_trials)
        What each trial weighs in the rows of each part.
    score : float
        Mean over folds of the score of ``ensemble``.
    interval : tuple of float
        Where the score on new rows will lie; see `score_interval`.
    rows, folds, parts : ndarray of shape (n_held_out,)
        Position in the table, fold, and part of each row.
    n_rows : int
        Rows of the table.
    classes : list
        Labels by class number; empty for regression.
    y : ndarray of shape (n_held_out,)
        The truth: class numbers, or values of the target.
    row_weights : ndarray of shape (n_held_out,) or None
        What each row counts for; None where all count alike.
    """

    trials: tuple[int, ...]
    values: Sequence[npt.NDArray[np.float64]]
    ensemble: npt.NDArray[np.float64]
    decided: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]
    score: float
    interval: Interval
    rows: npt.NDArray[np.intp]
    folds: npt.NDArray[np.intp]
    parts: npt.NDArray[np.intp]
    n_rows: int
    classes: list[Any]
    y: npt.NDArray[Any]
    row_weights: npt.NDArray[np.float64] | None = None

    def frame(self, trials: Iterable[int] | None = None) -> pd.DataFrame:
        """Return one row for each row of the table of each trial, then of the ensemble."""
        wanted = self.trials if trials is None else tuple(trials)
        missing = sorted(set(wanted) - set(self.trials))
        if missing:
            raise ParameterError(
                f"'trials' must be trials whose predictions are kept: {list(self.trials)}. "
                f"Got {missing}; trials without a score, and the worst of many, have none."
            )
        position = {number: i for i, number in enumerate(self.trials)}
        blocks = [
            self._block(number, self.values[i], self.weights[self.parts, i])
            for number, i in ((number, position[number]) for number in wanted)
        ]
        ensemble = self._block(pd.NA, self.decided, np.full(len(self.rows), np.nan))
        return pd.concat([*blocks, ensemble], ignore_index=True)

    def _block(
        self, trial: Any, values: npt.NDArray[np.float64], weight: npt.NDArray[np.float64]
    ) -> pd.DataFrame:
        block = pd.DataFrame(
            {
                "trial": pd.array([trial] * self.n_rows, dtype="Int64"),
                "row": np.arange(self.n_rows),
                "fold": pd.array([pd.NA] * self.n_rows, dtype="Int64"),
                "weight": np.nan,
            }
        )
        block.loc[self.rows, "fold"] = self.folds
        block.loc[self.rows, "weight"] = weight
        whole = np.full((self.n_rows, *values.shape[1:]), np.nan)
        whole[self.rows] = values
        predicted = pd.DataFrame(whole.reshape(self.n_rows, -1), columns=self._names())
        return pd.concat([block, predicted], axis=1)

    def _names(self) -> list[str]:
        """Name the columns; labels that read alike, as 1 and "1" do, are written as source."""
        if not self.classes:
            return ["prediction"]
        texts = [str(label) for label in self.classes]
        if len(set(texts)) < len(texts):
            texts = [repr(label) for label in self.classes]
        return [f"probability_{text}" for text in texts]
