"""What the two estimators share: parameters, and what a fit keeps."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from copy import copy
from typing import Any, Self, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from optuna.samplers import BaseSampler
from optuna.storages import InMemoryStorage
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from autometa._common.markup import folded
from autometa.datasets import named_table
from autometa.exceptions import DatasetError
from autometa.knowledge_base import KnowledgeBaseLike
from autometa.meta_models import MetaModel
from autometa.metrics import MetricLike
from autometa.tables import different_names, plain_table, split_groups, split_weights
from autometa.tables._labels import one_column, refuse_fractions
from autometa.tuning import Scheduler, tune
from autometa.tuning.study._study_log import Callback
from autometa.validation import GapLike, ValidationRequest
from metafeatures import AnyTaskType


class AutoMetaEstimator(BaseEstimator):  # type: ignore[misc]
    """What the two estimators share; the parameters are those of `tune`."""

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
    ) -> None:
        self.metric = metric
        self.time_budget = time_budget
        self.n_trials = n_trials
        self.n_jobs = n_jobs
        self.storage = storage
        self.random_state = random_state
        self.algorithms = algorithms
        self.ensemble = ensemble
        self.callbacks = callbacks
        self.knowledge_base = knowledge_base
        self.model = model
        self.study_name = study_name
        self.memory_limit = memory_limit
        self.max_predict_ms = max_predict_ms
        self.isolate = isolate
        self.sampler = sampler
        self.scheduler = scheduler
        self.gap = gap
        self.cv = cv
        self.stratify = stratify
        self.executor = executor
        self.patience = patience
        self.learn = learn
        self.verbose = verbose
        self.warm_start = warm_start

    def _fit(
        self,
        X: Any,
        y: Any,
        task_type: AnyTaskType,
        groups: Any = None,
        timestamps: Any = None,
        sample_weight: Any = None,
    ) -> Self:
        named = named_table(X, y)
        asked = ValidationRequest(groups=groups, timestamps=timestamps)
        X, asked = split_groups(named.X, asked)
        X, weights = split_weights(X, sample_weight)
        self._columns_beside = [name for name in (groups, sample_weight) if isinstance(name, str)]
        X = self._check(X, reset=True)
        y = one_column(named.y)
        if task_type == "classification":
            refuse_fractions(y)
        parameters = {name: getattr(self, name) for name in self.get_params(deep=False)}
        del parameters["warm_start"]
        parameters["storage"] = self._study_storage()
        result = tune(
            X,
            y,
            task_type=task_type,
            name=named.name,
            target=named.target,
            groups=asked.groups,
            timestamps=asked.timestamps,
            sample_weight=weights,
            **parameters,
        )
        self.result_ = result
        self.best_pipeline_ = result.best_pipeline
        self.study_ = result.study
        self.leaderboard_ = result.leaderboard()
        return self

    def _study_storage(self) -> Any:
        """Return where the study is kept; `warm_start` finds that of the last fit again."""
        kept = getattr(self, "_own_storage", None) if self.warm_start else None
        self._own_storage = kept or InMemoryStorage()
        return self._own_storage if self.storage is None else self.storage

    def _check(self, X: Any, *, reset: bool) -> Any:
        """Check shape and names; what the columns hold is the business of `tune`.

        A table without names is given those of `fit`: scikit-learn has warned of it.
        """
        X = X if reset else self._without_columns_beside(X)
        try:
            if hasattr(X, "columns"):
                different_names(getattr(X, "column_names", X.columns))
                validate_data(self, X=X, skip_check_array=True, reset=reset)
                return X
            validate_data(
                self, X=X, reset=reset, dtype=None, accept_sparse=True, ensure_all_finite=False
            )
        except DatasetError:
            raise
        except (ValueError, TypeError) as error:
            raise DatasetError(str(error)) from error
        names = getattr(self, "feature_names_in_", None)
        if reset or names is None:
            return X
        return plain_table(X).set_axis(pd.Index(names, dtype=object), axis=1)

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Return the predicted label or value of each row.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
            The columns that `fit` saw.
        """
        check_is_fitted(self)
        return np.asarray(self.best_pipeline_.predict(self._check(X, reset=False)))

    def _scored(self, X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Any]:
        """Return a table, its target and weights, named or given as for `fit`."""
        check_is_fitted(self)
        named = named_table(X, y)
        X, weights = split_weights(named.X, sample_weight)
        return X, named.y, weights

    def _without_columns_beside(self, X: Any) -> Any:
        """Return a table without the columns of groups and weights, which `fit` left out."""
        names = list(getattr(X, "column_names", getattr(X, "columns", ())))
        left_out = [name for name in getattr(self, "_columns_beside", ()) if name in names]
        if not left_out:
            return X
        return X.drop(columns=left_out) if isinstance(X, pd.DataFrame) else X.drop(left_out)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted pipeline to one file; `autometa.load_model` reads it.

        A model that was saved there before is replaced; any other file is refused.

        Raises
        ------
        OutputError
            If it cannot be written there.
        """
        check_is_fitted(self)
        self.result_.save(path)

    def _html_repr(self) -> str:
        """Return what scikit-learn asks for a notebook; once fitted, what came of it first."""
        own = str(super()._html_repr())
        if not hasattr(self, "result_"):
            return own
        return str(self.result_._repr_html_()) + folded(f"{type(self).__name__}, as given", own)

    def __sklearn_clone__(self) -> Self:
        """Return an unfitted copy that shares ``model``, whose clone would have learnt nothing.

        And ``executor``: connections and threads cannot be copied.
        """
        own = copy(self)
        own.model = own.executor = None
        cloned = BaseEstimator.__sklearn_clone__(own)
        cloned.model, cloned.executor = self.model, self.executor
        return cast(Self, cloned)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        tags.input_tags.sparse = True
        tags.non_deterministic = self.random_state is None or self.time_budget is not None
        return tags
