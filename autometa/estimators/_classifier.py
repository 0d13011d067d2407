"""AutoMetaClassifier: `tune` as a scikit-learn classifier."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from optuna.samplers import BaseSampler
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from autometa.estimators._base import AutoMetaEstimator
from autometa.knowledge_base import KnowledgeBaseLike
from autometa.meta_models import MetaModel
from autometa.metrics import MetricLike
from autometa.tables import accuracy
from autometa.tuning import Scheduler
from autometa.tuning.final_model._decision_options import TuneThreshold
from autometa.tuning.study._study_log import Callback
from autometa.validation import GapLike


class AutoMetaClassifier(ClassifierMixin, AutoMetaEstimator):  # type: ignore[misc]
    """The best classifier that can be found and fitted within a budget.

    Parameters
    ----------
    metric : str, scorer, callable or None, default=None
        A scorer name of scikit-learn, or a scorer: see `autometa.tune`. None is ROC AUC for
        two classes and negated log loss for more.
    time_budget : float or None, default=60
        Seconds `fit` may take. None has no end: give `n_trials` then.
    n_trials : int or None, default=None
        Trials of the search; with ``time_budget=None`` the fitted model depends
        on `random_state` alone.
    n_jobs : int or None, default=1
        Trials at a time; -1 is as many as there are cores.
    storage : str, optuna storage or None, default=None
        Where the study is kept; a killed `fit` goes on from there.
    random_state : int, RandomState instance or None, default=None
    algorithms : sequence of str or None, default=None
        Names to choose from; None is all that suit the table.
    ensemble : bool, default=True
        Average the best setups.
    callbacks : sequence of callable or None, default=None
        Called as ``callback(study, frozen_trial)`` after each trial.
    knowledge_base : KnowledgeBase, path, name, several of these, False or None, default=None
        What to learn from: see `autometa.tune`. None is the bundled one with what the user added
        on top, False none at all.
    model : MetaModel or None, default=None
        Fitted to the knowledge base to learn from, instead of ``knowledge_base``. Clones of the
        estimator share it.
    study_name : str or None, default=None
        None derives it from the table and the metric.
    memory_limit : int, str or None, default=None
        Address space a worker may use, in bytes or as a size such as "4GB".
    max_predict_ms : float or None, default=None
        Milliseconds that predicting one row may take: see `autometa.tune`.
    isolate : bool, default=True
        False runs trials in this process: see `autometa.tune`.
    sampler : optuna sampler or None, default=None
        What proposes setups once the recommended ones are tried; None is multivariate TPE.
    scheduler : callable or None, default=None
        Returns a scheduler: see `autometa.tune`.
    gap : str, number, timedelta or None, default=None
        What is left out between earlier and later rows: see `autometa.tune`.
    cv : int, str, splitter, iterable of (train, test), path or None, default=None
        Folds, or how many: see `autometa.tune`.
    stratify : bool or None, default=None
        Whether folds keep the shares of classes.
    executor : concurrent.futures.Executor or None, default=None
        Where trials run instead of worker processes here: see `autometa.tune`.
    patience : int or None, default=None
        Scored trials without a better one that end the search: see `autometa.tune`.
    learn : bool, default=False
        Add the trials to the user's own knowledge base: see `autometa.tune`.
    verbose : bool or None, default=None
        Whether to show what is done: see `autometa.tune`.
    warm_start : bool, default=False
        Go on from the trials of the last `fit` on the same table; `n_trials` counts these too.
    pos_label : object or None, default=None
        The positive class of a binary task; None is the rarer one. Scores such as F1
        are about it, probabilities are not.
    tune_threshold : {"auto"}, bool, float or str, default="auto"
        How `predict` makes a class of probabilities: see `autometa.tune`.

    Attributes
    ----------
    best_pipeline_ : Pipeline
        Fitted; plain scikit-learn but for its first step.
    leaderboard_ : DataFrame
        One row a trial, best first.
    study_ : optuna.Study
    result_ : TuneResult
        All of it: ``save``, ``code``, ``runs``.
    classes_ : ndarray of shape (n_classes,)
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_columns,)
        Present when the table's columns have names.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> model = AutoMetaClassifier(time_budget=None, n_trials=2, random_state=0,
    ...                            knowledge_base=False, isolate=False).fit(X, y)
    >>> model.predict_proba(X).shape
    (150, 3)
    """

    def __init__(
        self,
        *,
        metric: MetricLike = None,
        time_budget: float | None = 60,
        n_trials: int | None = None,
        n_jobs: int | None = 1,
        storage: Any = None,
        random_state: Any = None,
        algorithms: Iterable[str] | None = None,
        ensemble: bool = True,
        callbacks: Iterable[Callback] | None = None,
        knowledge_base: KnowledgeBaseLike = None,
        model: MetaModel | None = None,
        study_name: str | None = None,
        memory_limit: int | str | None = None,
        max_predict_ms: float | None = None,
        isolate: bool = True,
        sampler: BaseSampler | None = None,
        scheduler: Callable[[], Scheduler] | None = None,
        gap: GapLike = None,
        cv: Any = None,
        stratify: bool | None = None,
        executor: Executor | None = None,
        patience: int | None = None,
        learn: bool = False,
        verbose: bool | None = None,
        warm_start: bool = False,
        pos_label: Any = None,
        tune_threshold: TuneThreshold = "auto",
    ) -> None:
        super().__init__(
            metric=metric,
            time_budget=time_budget,
            n_trials=n_trials,
            n_jobs=n_jobs,
            storage=storage,
            random_state=random_state,
            algorithms=algorithms,
            ensemble=ensemble,
            callbacks=callbacks,
            knowledge_base=knowledge_base,
            model=model,
            study_name=study_name,
            memory_limit=memory_limit,
            max_predict_ms=max_predict_ms,
            isolate=isolate,
            sampler=sampler,
            scheduler=scheduler,
            gap=gap,
            cv=cv,
            stratify=stratify,
            executor=executor,
            patience=patience,
            learn=learn,
            verbose=verbose,
            warm_start=warm_start,
        )
        self.pos_label = pos_label
        self.tune_threshold = tune_threshold

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
            Class labels of any kind, or the name of a column of ``X``.
        sample_weight : array-like of shape (n_rows,), str or None, default=None
            What each row counts for in fits and scores, or the name of a column of ``X``: see
            `autometa.tune`.
        groups, timestamps : array-like of shape (n_rows,), str or None, default=None
            What rows belong to and when they are from, or the names of columns of ``X``: see
            `autometa.tune`. Paired with ``X`` by index labels, as ``y``.
        """
        self._fit(X, y, "classification", groups, timestamps, sample_weight)
        classes = self.best_pipeline_.classes_  # of several outputs, a list of each one's
        self.classes_ = classes if isinstance(classes, list) else np.asarray(classes)
        return self

    def predict_proba(self, X: Any) -> Any:
        """Return an array of shape (n_rows, n_classes), columns as in ``classes_``.

        Of several outputs it is a list, an array for each.
        """
        check_is_fitted(self)
        predicted = self.best_pipeline_.predict_proba(self._check(X, reset=False))
        return predicted if isinstance(predicted, list) else np.asarray(predicted)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the share of rows whose label is predicted; of several outputs, all labels.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns), path or str
        y : array-like of shape (n_rows,) or (n_rows, n_outputs), or str
            Labels of any kind, or the name of a column of ``X``.
        sample_weight : array-like of shape (n_rows,), str or None, default=None
            What each row counts for, or the name of a column of ``X``.
        """
        X, y, weights = self._scored(X, y, sample_weight)
        return accuracy(X, y, self.predict(X), weights)

    def predict_set(
        self, X: Any, coverage: float = 0.9, *, by_class: bool = False
    ) -> npt.NDArray[np.bool_]:
        """Return the classes that each row may have: see `TuneResult.predict_set`.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
        coverage : float, default=0.9
            Share of new rows whose class is in the set.
        by_class : bool, default=False
            Whether it is to be so for the rows of each class.

        Returns
        -------
        ndarray of bool of shape (n_rows, n_classes)
            Columns as in ``classes_``.
        """
        check_is_fitted(self)
        checked = self._check(X, reset=False)
        return self.result_.predict_set(checked, coverage, by_class=by_class)
