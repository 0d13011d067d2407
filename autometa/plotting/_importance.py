"""PermutationImportanceDisplay: what each column is worth to a fitted model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from autometa.metrics import Predictions, judges_labels, score
from autometa.plotting._display import Display
from autometa.plotting._setups import check_one_output
from autometa.plotting._style import BLUE, GREY, INCHES_A_ROW, grid, name_rows, title

if TYPE_CHECKING:
    from autometa.tuning import TuneResult


class PermutationImportanceDisplay(Display):
    """How much the score falls when a column is shuffled, the most important first.

    Computed by `sklearn.inspection.permutation_importance`. Columns that say the same share their
    worth: each alone may look like nothing.

    It is recommended to use `from_result`.

    Parameters
    ----------
    names : sequence of str
        Of the columns.
    importances : array-like of shape (n_columns, n_repeats)
        Fall of the score by each shuffle.
    metric : str, optional

    Attributes
    ----------
    bars_ : matplotlib BarContainer
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    def __init__(
        self, names: Sequence[str], importances: npt.ArrayLike, *, metric: str | None = None
    ) -> None:
        self.names = list(names)
        self.importances = np.asarray(importances, dtype=np.float64)
        self.metric = metric

    @classmethod
    def from_result(
        cls,
        result: TuneResult,
        X: Any,
        y: Any,
        *,
        n: int = 20,
        n_repeats: int = 5,
        scoring: Any = None,
        random_state: int = 0,
        sample_weight: Any = None,
    ) -> Self:
        """Return the display of a result's pipeline on given rows.

        Give rows that the pipeline was not fitted on: on those it knows by heart, columns of
        noise have a worth too.

        Parameters
        ----------
        result : TuneResult
        X : DataFrame of shape (n_rows, n_columns)
            Columns as `autometa.tune` was given them.
        y : array-like of shape (n_rows,)
        n : int, default=20
            Columns that are shown, the most important ones.
        n_repeats : int, default=5
            Shuffles of each column.
        scoring : str, callable or None
            As scikit-learn's; None is the metric of the result.
        random_state : int, default=0
        sample_weight : array-like of shape (n_rows,), optional
        """
        from sklearn.inspection import permutation_importance

        check_one_output(result, "A display of importances")
        found = permutation_importance(
            *(result.best_pipeline, X, y),
            scoring=_OwnScorer(result) if scoring is None else scoring,
            n_repeats=n_repeats,
            random_state=random_state,
            sample_weight=sample_weight,
        )
        order = np.argsort(-found.importances_mean, kind="stable")[:n]
        columns = getattr(X, "columns", None)
        names = [f"column {i}" if columns is None else str(columns[i]) for i in order]
        metric = result.metric if scoring is None else str(getattr(scoring, "__name__", scoring))
        return cls(names, found.importances[order], metric=metric)

    @property
    def nothing_to_show(self) -> str:
        """Why there is nothing to draw; empty when there is something."""
        return "" if self.names else "The table has no column."

    def _inches(self) -> float:
        return 1.1 + INCHES_A_ROW * max(len(self.names), 3)

    def _draw(self, ax: Any) -> None:
        rows = np.arange(len(self.names))
        self.bars_ = ax.barh(rows, self.importances.mean(axis=1), color=BLUE, height=0.6)
        for row in rows:  # each shuffle: how sure the bar is
            shuffles = self.importances[row]
            ax.plot(shuffles, np.full(len(shuffles), row), "|", color=GREY, markersize=9)
        ax.axvline(0.0, color=GREY, linewidth=1.0)
        name_rows(ax, self.names)
        ax.set(xlabel=f"fall of {self.metric or 'the score'} when the column is shuffled")
        grid(ax, "x")
        title(ax, "Importance of columns", "strokes: single shuffles")


class _OwnScorer:
    """The metric of a result for its pipeline on given rows, with its positive class."""

    def __init__(self, result: TuneResult) -> None:
        self.metric = result.metric
        self.pos_label = result.pos_label

    def __call__(self, pipeline: Any, X: Any, y: Any, sample_weight: Any = None) -> float:
        truth = np.asarray(y)
        weights = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        classes = list(getattr(pipeline, "classes_", ()))
        if not classes:
            values = np.asarray(pipeline.predict(X), dtype=np.float64)
            given = Predictions(y=truth.astype(np.float64), values=values, weights=weights, X=X)
            return score(self.metric, given)
        numbers = {label: number for number, label in enumerate(classes)}
        codes = np.array([numbers[label] for label in truth.tolist()], dtype=np.intp)
        if judges_labels(self.metric):  # the pipeline's own rule says which class it is
            said = [numbers[label] for label in np.asarray(pipeline.predict(X)).tolist()]
            values = np.eye(len(classes))[said]
        else:
            values = np.asarray(pipeline.predict_proba(X), dtype=np.float64)
        is_binary = len(classes) == 2
        return score(
            self.metric,
            Predictions(
                y=codes,
                values=values,
                n_classes=len(classes),
                positive=numbers.get(self.pos_label, 1) if is_binary else 1,
                weights=weights,
                X=X,
            ),
        )
