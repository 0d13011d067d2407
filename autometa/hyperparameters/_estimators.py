"""Algorithms and the estimators of libraries that they are made of."""

from __future__ import annotations

import inspect
from typing import Any

from sklearn.calibration import CalibratedClassifierCV
from sklearn.pipeline import Pipeline

from autometa.algorithms import (
    Algorithm,
    every_algorithm,
    get_algorithm,
    inner_estimator,
    kind_of_task,
)
from autometa.exceptions import AlgorithmNotFoundError

# What says how to run, not what to learn: a user's loop has its own.
RUNTIME = {
    "allow_writing_files",
    "cache_size",
    "enable_categorical",
    "n_jobs",
    "random_seed",
    "random_state",
    "thread_count",
    "tree_method",
    "verbose",
    "verbosity",
}


def algorithm_of(algorithm: Any) -> Algorithm:
    """Return an algorithm by its name, its library's class or an instance of this.

    Raises
    ------
    AlgorithmNotFoundError
        If there is none.
    """
    if isinstance(algorithm, str):
        return get_algorithm(algorithm)
    wanted = algorithm if inspect.isclass(algorithm) else type(algorithm)
    bases = {base.__name__ for base in inspect.getmro(wanted)}
    for own in every_algorithm():
        if any(path.rpartition(".")[2] in bases for path in own.estimators.values()):
            return own
    names = sorted(path for own in every_algorithm() for path in own.estimators.values())
    raise AlgorithmNotFoundError(
        f"'algorithm' must be the name of an algorithm or one of its library's estimators: "
        f"{', '.join(names)}. Got {wanted.__name__}.",
        name=wanted.__name__,
    )


def library_parameters(
    algorithm: Algorithm, config: dict[str, Any], task_type: str, n_rows: int | None = None
) -> dict[str, Any]:
    """Return what a configuration is in the words of the library's estimator.

    What has the library's own default is left out unless it is a hyperparameter; so is what
    is no hyperparameter of the estimator but of the encoding before it.
    """
    model = library_estimator(algorithm.build(config, task_type, n_rows=n_rows))
    given = model.get_params(deep=False)
    defaults = type(model)().get_params(deep=False)
    space = algorithm.spaces[kind_of_task(task_type)]
    return {
        name: value
        for name, value in given.items()
        if name not in RUNTIME and (name in space or repr(value) != repr(defaults.get(name)))
    }


def library_estimator(pipeline: Pipeline) -> Any:
    """Return the library's own estimator at the end of a pipeline that was not fitted."""
    model = inner_estimator(pipeline.named_steps["model"])
    # Support vectors have no probabilities of their own.
    return model.estimator if isinstance(model, CalibratedClassifierCV) else model
