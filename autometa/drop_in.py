"""Estimators of libraries whose defaults come from the table: ``drop_in.LGBMClassifier``.

There is one for each estimator that takes columns as they are: those of LightGBM, XGBoost and
CatBoost, and scikit-learn's trees, forests and histogram boosting. It has the library's name,
takes its parameters and, once fitted, has its methods and attributes. What the user gives is
kept; the other hyperparameters are those of the setup that past runs advise for the table of
`fit` (see `default_config`). The library's own fitted estimator is its ``estimator_``.

Examples
--------
>>> from sklearn.datasets import load_iris
>>> from autometa.drop_in import ExtraTreesClassifier
>>> X, y = load_iris(return_X_y=True)
>>> model = ExtraTreesClassifier(n_estimators=20, random_state=0).fit(X, y)
>>> model.estimator_.n_estimators
20
"""

from __future__ import annotations

import importlib
import warnings
from functools import cache
from typing import Any, Self

from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.exceptions import NotFittedError

from autometa.algorithms import Algorithm, every_algorithm
from autometa.exceptions import AutoMetaError, FallbackWarning
from autometa.hyperparameters import default_config

# Setups of other algorithms were measured on columns that were scaled or encoded before.
ENCODINGS = ("native", "ordinal")


class _FromData(BaseEstimator):  # type: ignore[misc]
    """An estimator of a library, with defaults from the table.

    Parameters
    ----------
    **params
        Those of the library's estimator.

    Attributes
    ----------
    estimator_ : estimator
        The library's own, fitted; its attributes are also the model's.
    advised_params_ : dict
        Parameters that came from the table. Empty where no advice could be given for it,
        which a `FallbackWarning` says.
    """

    _algorithm: Algorithm
    _library_name: str
    _kind: str

    def __init__(self, **params: Any) -> None:
        self._params = params  # a name that the library does not know is an error of `fit`

    def _make(self, advised: dict[str, Any]) -> Any:
        module, _, name = self._library_name.rpartition(".")
        return getattr(importlib.import_module(module), name)(**{**advised, **self._params})

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters that were given."""
        return dict(self._params)

    def set_params(self, **params: Any) -> Self:
        """Give parameters, beside those given before."""
        self._params = {**self._params, **params}
        return self

    def fit(self, X: Any, y: Any, **fit_params: Any) -> Self:
        """Fit the library's estimator, with what was not given advised for this table.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_rows, n_columns)
        y : array-like of shape (n_rows,)
        **fit_params
            Passed to the library's ``fit``.
        """
        self.advised_params_ = self._advice(X, y)
        self.estimator_ = self._make(self.advised_params_).fit(X, y, **fit_params)
        return self

    def _advice(self, X: Any, y: Any) -> dict[str, Any]:
        given = {self._algorithm.aliases.get(name, name) for name in self._params}
        task_type: Any = "regression" if self._kind == "regression" else "classification"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of columns that the library takes as it will
                config = default_config(self._algorithm.name, X, y, task_type=task_type)
        except AutoMetaError as error:
            warnings.warn(
                FallbackWarning(
                    f"{type(self).__name__} is fitted with the library's own defaults: no advice "
                    f"can be given for this table. {error}"
                ),
                stacklevel=3,
            )
            return {}
        return {name: value for name, value in config.items() if name not in given}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("_params", "estimator_", "advised_params_"):
            raise AttributeError(name)
        fitted = self.__dict__.get("estimator_")
        if fitted is not None:
            return getattr(fitted, name)
        own = getattr(self._make({}), name)
        if not callable(own):
            raise AttributeError(name)

        def unfitted(*_: Any, **__: Any) -> Any:
            raise NotFittedError(f"This {type(self).__name__} is not fitted yet: call 'fit' first.")

        return unfitted

    def __sklearn_is_fitted__(self) -> bool:
        return "estimator_" in self.__dict__

    def __sklearn_tags__(self) -> Any:
        return self._make({}).__sklearn_tags__()


class _Classifier(ClassifierMixin, _FromData):  # type: ignore[misc]
    def predict(self, X: Any) -> Any:
        """Return the class of each row."""
        return self.__getattr__("predict")(X)


class _Regressor(RegressorMixin, _FromData):  # type: ignore[misc]
    def predict(self, X: Any) -> Any:
        """Return the value of each row."""
        return self.__getattr__("predict")(X)


@cache
def _classes() -> dict[str, type[_FromData]]:
    """Return a class for each estimator that takes columns as they are, by its name."""
    made: dict[str, type[_FromData]] = {}
    for algorithm in every_algorithm():
        if algorithm.encoding not in ENCODINGS:
            continue
        for kind, path in algorithm.estimators.items():
            name = path.rpartition(".")[2]
            base = _Regressor if kind == "regression" else _Classifier
            facts = {"_algorithm": algorithm, "_library_name": path, "_kind": kind}
            doc = f"`{path}`, with defaults from the table of `fit`; see `autometa.drop_in`."
            made[name] = type(name, (base,), {**facts, "__doc__": doc, "__module__": __name__})
    return made


def __getattr__(name: str) -> Any:
    if name.startswith("_") or name not in _classes():
        raise AttributeError(
            f"module 'autometa.drop_in' has no estimator {name!r}; it has {sorted(_classes())}"
        )
    return _classes()[name]


def __dir__() -> list[str]:
    return sorted(_classes())
