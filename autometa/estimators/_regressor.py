"""AutoMetaRegressor: `tune` as a scikit-learn regressor."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_is_fitted

from autometa.estimators._base import AutoMetaEstimator
from autometa.tables import scored_values


class AutoMetaRegressor(RegressorMixin, AutoMetaEstimator):  # type: ignore[misc]
    """The best regressor that can be found and fitted within a budget.

    Parameters
    ----------
    metric : str, scorer, callable or None, default=None
        A scorer name of scikit-learn, or a scorer; None is negated root mean squared error.
    time_budget, n_trials, n_jobs, storage, random_state
        See `AutoMetaClassifier`.
    algorithms, ensemble, callbacks, knowledge_base, model, study_name
        See `AutoMetaClassifier`.
    memory_limit, max_predict_ms, isolate, sampler, scheduler, gap, cv, stratify
        See `AutoMetaClassifier`.
    executor, patience, learn, verbose, warm_start
        See `AutoMetaClassifier`.

    Attributes
    ----------
    best_pipeline_, leaderboard_, study_, result_, n_features_in_, feature_names_in_
        See `AutoMetaClassifier`.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> model = AutoMetaRegressor(time_budget=None, n_trials=2, random_state=0,
    ...                           knowledge_base=False, isolate=False).fit(X, y)
    >>> model.predict(X).shape
    (442,)
    """

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        groups: Any = None,
        timestamps: Any = None,
    ) -> Self:
        """Find and fit the best pipeline.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns), path or str
            Numbers, categories, booleans, dates, text; missing values allowed. Or the name
            of a table as for `load_dataset`.
        y : array-like of shape (n_rows,) or (n_rows, n_outputs), or str
            Numbers, or the name of a column of ``X``.
        sample_weight, groups, timestamps : array-like of shape (n_rows,), str or None, default=None
            See `AutoMetaClassifier`.
        """
        return self._fit(X, y, "regression", groups, timestamps, sample_weight)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return R2; of several outputs, its mean over them.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns), path or str
        y : array-like of shape (n_rows,) or (n_rows, n_outputs), or str
            Numbers, or durations, which count in seconds as for `fit`; or the name of a column
            of ``X``.
        sample_weight : array-like of shape (n_rows,), str or None, default=None
            What each row counts for, or the name of a column of ``X``.
        """
        X, y, weights = self._scored(X, y, sample_weight)
        return float(super().score(X, scored_values(X, y), sample_weight=weights))

    def predict_interval(self, X: Any, coverage: float = 0.9) -> npt.NDArray[np.float64]:
        """Return an interval for the value of each row: see `TuneResult.predict_interval`.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
        coverage : float, default=0.9
            Share of new rows whose value lies within.

        Returns
        -------
        ndarray of shape (n_rows, 2)
            Low and high ends; none below 0 where the target of the table never was.
        """
        check_is_fitted(self)
        return self.result_.predict_interval(self._check(X, reset=False), coverage)
