"""CalibratedPipeline: the final pipeline, with intervals and sets of its predictions."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import is_classifier
from sklearn.metrics import r2_score
from sklearn.pipeline import Pipeline
from sklearn.utils.metaestimators import available_if

from autometa._common.warning import warn_user
from autometa.exceptions import ParameterError, ValidationWarning
from autometa.tables import accuracy, scored_values
from autometa.tuning.final_model._conformal import JUDGED_AT, Calibration, interval, label_set


def _predicts_numbers(pipeline: Pipeline) -> bool:
    return not is_classifier(pipeline)


def _predicts_classes(pipeline: Pipeline) -> bool:
    return bool(is_classifier(pipeline))


def _warn_of_drift(calibration: Calibration) -> None:
    """Say where intervals are asked for that they did not hold for the latest rows."""
    if calibration.has_drifted:
        warn_user(
            ValidationWarning(
                f"Of the latest rows that were held out, intervals and sets of {JUDGED_AT:.0%} "
                f"held {calibration.last_covered:.0%}: the rows change along time, and of later "
                "ones they hold less than is asked for. Fit the model again on later rows, or "
                "give it columns that say what changes."
            )
        )


class CalibratedPipeline(Pipeline):  # type: ignore[misc]
    """A fitted pipeline that knows how far it is from rows it has not seen.

    A scikit-learn Pipeline in all else. A clone that is fitted again knows nothing of its
    errors, and refuses intervals.

    Attributes
    ----------
    calibration_ : Calibration
    """

    @classmethod
    def of(cls, pipeline: Pipeline, calibration: Calibration) -> CalibratedPipeline:
        """Return a fitted pipeline with its calibration."""
        made = cls(pipeline.steps, memory=pipeline.memory, verbose=pipeline.verbose)
        made.calibration_ = calibration
        return made

    def fit(self, X: Any, y: Any = None, **params: Any) -> Any:
        """Fit all steps; the errors of another fit are forgotten."""
        self.__dict__.pop("calibration_", None)
        return super().fit(X, y, **params)

    def score(self, X: Any, y: Any = None, sample_weight: Any = None, **params: Any) -> float:
        """Return the accuracy or R2, of every target that `tune` takes."""
        if params:  # of steps that were asked to be given more
            return float(super().score(X, y, sample_weight=sample_weight, **params))
        predicted = self.predict(X)
        if is_classifier(self):
            return accuracy(X, y, predicted, sample_weight)
        return float(r2_score(scored_values(X, y), predicted, sample_weight=sample_weight))

    def _calibrated(self) -> Calibration:
        calibration = getattr(self, "calibration_", None)
        if not isinstance(calibration, Calibration):
            raise ParameterError(
                "Intervals and sets rest on rows that were predicted out of fold. This model has "
                "none: it was fitted again, or no setup could be scored. Use what 'tune' returned."
            )
        return calibration

    @available_if(_predicts_numbers)  # type: ignore[untyped-decorator]
    def predict_interval(self, X: Any, coverage: float = 0.9) -> npt.NDArray[np.float64]:
        """Return an interval for the value of each row.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
        coverage : float, default=0.9
            Share of new rows whose value lies within, ends included.

        Returns
        -------
        ndarray of shape (n_rows, 2)
            Low and high ends, around what `predict` returns. None is below 0 where the target
            never was: the value of a new row is not there either.

        Raises
        ------
        ParameterError
            If too few rows were predicted out of fold for such a coverage.

        Notes
        -----
        The width follows from the errors of out-of-fold predictions by conformal prediction:
        for new rows that could as well have been in the table (exchangeable), a model that was
        fitted on a fold's training rows covers at least the share asked for, on average over
        tables. The final model is fitted on all rows, which in practice makes it better, not
        worse, but is not part of the proof. Where ``groups`` were held out, it is the share of
        rows of new groups; where rows were weighted, of the rows that the weights stand for.
        It is the share of all rows (marginal), not of those with a certain
        value of a column; where errors clearly grow with the predicted value, the width follows
        them. Nothing is promised for rows of another kind, or of a time with another trend: where
        the latest rows held out show one, a `ValidationWarning` says so.
        """
        predicted = np.asarray(self.predict(X), dtype="float64")
        calibration = self._calibrated()
        _warn_of_drift(calibration)
        return interval(calibration, predicted, coverage)

    @available_if(_predicts_classes)  # type: ignore[untyped-decorator]
    def predict_set(
        self, X: Any, coverage: float = 0.9, *, by_class: bool = False
    ) -> npt.NDArray[np.bool_]:
        """Return the classes that each row may have.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
        coverage : float, default=0.9
            Share of new rows whose class is in the set.
        by_class : bool, default=False
            Whether it is to be so for the rows of each class, not of all together: sets then
            are larger. Without, a rare class may be in hardly any set.

        Returns
        -------
        ndarray of bool of shape (n_rows, n_classes)
            Columns as in ``classes_``. No set is empty: the most probable class is always in.

        Raises
        ------
        ParameterError
            If too few rows, of a class with ``by_class``, were predicted out of fold.

        Notes
        -----
        A class is in the set where its probability is at least that which the true class had
        in so many out-of-fold rows. What is promised, and what is not, is as for intervals:
        the share of all new rows that are exchangeable with those of the table.
        """
        probabilities = np.asarray(self.predict_proba(X), dtype="float64")
        calibration = self._calibrated()
        _warn_of_drift(calibration)
        return label_set(calibration, probabilities, coverage, by_class)
