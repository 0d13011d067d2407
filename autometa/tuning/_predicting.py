"""Predicting: what a result of `tune` predicts, how it decides, and how sure it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from autometa.exceptions import ParameterError
from autometa.tuning.final_model._decision import DecisionRule


class Predicting:
    """The part of `TuneResult` that asks its pipeline."""

    best_pipeline: Any
    rule: DecisionRule
    pos_label: Any
    is_fallback: bool

    @property
    def decision(self) -> dict[str, Any]:
        """How `predict` makes a class of probabilities; see `tune_threshold` of `tune`.

        Returns
        -------
        dict
            ``threshold``: the probability of ``pos_label`` from which it is predicted (None
            unless there are two classes); ``class_weights``: by label, what the probabilities
            of more classes are multiplied by (empty where the most probable one is
            predicted); ``metric``: what they were chosen for (None where they were not);
            ``default_score`` and ``tuned_score``: the metric of all out-of-fold rows together
            without and with them, chosen on other rows (NaN where none were chosen). Empty
            for regression.
        """
        classes = getattr(self.best_pipeline, "classes_", None)
        if classes is None:
            return {}
        labels = np.asarray(classes)
        positive = labels.tolist().index(self.pos_label) if len(labels) == 2 else 1
        return self.rule.describe(labels, positive)

    @property
    def threshold(self) -> float | None:
        """The probability of ``pos_label`` from which it is predicted; None for other tasks."""
        threshold: float | None = self.decision.get("threshold")
        return threshold

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Return the label or value that the pipeline predicts for each row of a table.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
            The columns that `tune` saw.
        """
        return np.asarray(self.best_pipeline.predict(X))

    def predict_interval(self, X: Any, coverage: float = 0.9) -> npt.NDArray[np.float64]:
        """Return an interval for the value of each row, of shape (n_rows, 2).

        No end is below 0 where the target of the table never was.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
        coverage : float, default=0.9
            Share of new rows whose value lies within, where they could as well have been in
            the table; in a saved model too. See `CalibratedPipeline.predict_interval` for what
            is promised.

        Raises
        ------
        ParameterError
            If the target is of classes, or too few rows were predicted out of fold.
        """
        return np.asarray(self._calibrated("predict_interval", "numbers")(X, coverage))

    def predict_set(
        self, X: Any, coverage: float = 0.9, *, by_class: bool = False
    ) -> npt.NDArray[np.bool_]:
        """Return the classes that each row may have, of shape (n_rows, n_classes).

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
        coverage : float, default=0.9
            Share of new rows whose class is in the set; in a saved model too. See
            `CalibratedPipeline.predict_set` for what is promised.
        by_class : bool, default=False
            Whether it is to be so for the rows of each class.

        Raises
        ------
        ParameterError
            If the target is of numbers, or too few rows were predicted out of fold.
        """
        ask = self._calibrated("predict_set", "classes")
        return np.asarray(ask(X, coverage, by_class=by_class))

    def _calibrated(self, name: str, kind: str) -> Any:
        """Return a method of a calibrated pipeline."""
        method = getattr(self.best_pipeline, name, None)
        if method is not None:
            return method
        other = "numbers" if kind == "classes" else "classes"
        reason = f"This one predicts {other}, or was fitted without scoring it again"
        if self.is_fallback:
            reason = "This one is a small tree that no row was held out from"
        raise ParameterError(
            f"'{name}' is of models that predict {kind}, and rests on out-of-fold rows. {reason}."
        )
