"""Synthetic tasks: tables sampled from random structural causal models.

The idea is that of the prior of TabPFN [1]_: a random graph of causes and effects is
drawn, some of its nodes become columns and another one the target. What is here was
written from the description in the paper.

References
----------
.. [1] N. Hollmann, S. Müller, K. Eggensperger, F. Hutter. TabPFN: A Transformer That
   Solves Small Tabular Classification Problems in a Second. ICLR 2023.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import ExtraTreesRegressor

from autometa.building.generation._generated_task import (
    MIN_ROWS,
    Draft,
    GeneratedTask,
    encoded,
    target_matrix,
)
from autometa.building.generation._synthetic_models import CausalModel, draw_model
from autometa.exceptions import DatasetError, ParameterError
from autometa.tables import TASK_TYPES

MAX_ATTEMPTS = 200
MAX_CLASSES = 10
_LEAST_EXPLAINED = 0.03  # of the target's variance, by a small forest on rows it has not seen


def synthesise_tasks(
    n: int, random_state: int = 0, *, max_rows: int = 2000, max_columns: int = 40
) -> Iterator[GeneratedTask]:
    """Yield tasks sampled from random structural causal models, each of a model of its own.

    Binary, multiclass and regression targets take turns. Models differ in graph,
    mechanisms (sums, networks, trees, products, categories) and noise; columns may be
    causes or effects of the target or neither, rounded, rescaled, zero for the most part,
    categories, or missing in places. A model in which a small forest finds nothing is
    drawn again. A task depends on its place in the sequence and the arguments other than
    ``n`` alone.

    Parameters
    ----------
    n : int
        How many.
    random_state : int, default=0
    max_rows, max_columns : int
        Sizes are drawn evenly on a logarithmic scale from 60 rows and 2 columns on.

    Examples
    --------
    >>> [task.task_type for task in synthesise_tasks(3)]
    ['binary', 'multiclass', 'regression']
    """
    if max_rows < MIN_ROWS or max_columns < 2:
        raise ParameterError(
            f"'max_rows' must be at least {MIN_ROWS} and 'max_columns' at least 2. "
            f"Got {max_rows!r} and {max_columns!r}."
        )
    for number in range(n):
        rng = np.random.default_rng([random_state, number])
        task_type = TASK_TYPES[number % len(TASK_TYPES)]
        how, draft = _synthesise(task_type, max_rows, max_columns, rng)
        name = synthetic_name(random_state, number)
        yield GeneratedTask(
            name=name,
            family=name,
            task_type=task_type,
            X=draft.X,
            y=draft.target_column(),
            how=how,
        )


def synthetic_name(random_state: int, number: int) -> str:
    """Return the name of a task by its place in the sequence."""
    return f"synthetic-{random_state}-{number}"


def _synthesise(
    task_type: str, max_rows: int, max_columns: int, rng: np.random.Generator
) -> tuple[str, Draft]:
    for _ in range(MAX_ATTEMPTS):
        n_rows = _size(min(60, max_rows), max_rows, rng)
        n_columns = _size(2, max_columns, rng)
        n_nodes = n_columns + int(rng.integers(2, 3 + n_columns))
        model = draw_model(n_rows, n_nodes, rng)
        draft = _observe(model, n_columns, task_type, rng)
        if draft.fault() is None and draft.task_type == task_type and _is_learnable(draft):
            return f"{model.structure}.{n_nodes}+{model.mixture}", draft
    raise DatasetError(  # pragma: no cover - nobody has seen it
        f"No {task_type} task could be synthesised in {MAX_ATTEMPTS} attempts."
    )


def _size(low: int, high: int, rng: np.random.Generator) -> int:
    return round(float(np.exp(rng.uniform(np.log(low), np.log(high)))))


def _observe(model: CausalModel, n_columns: int, task_type: str, rng: np.random.Generator) -> Draft:
    """Choose the target among the effects, and columns among all other nodes."""
    effects = [node for node, parents in enumerate(model.parents) if parents]
    target = int(rng.choice(effects))
    others = np.array([node for node in range(len(model.parents)) if node != target])
    chosen = rng.choice(others, min(n_columns, len(others)), replace=False)
    categories = float(rng.choice([0.0, 0.0, rng.uniform()]))
    columns = {
        f"x{place}": _column(model, int(node), categories, rng) for place, node in enumerate(chosen)
    }
    X = pd.DataFrame(columns)
    if rng.random() < 0.25:
        X = X.mask(rng.random(X.shape) < rng.uniform(0.01, 0.3))
    values = model.values[:, target]
    is_regression = task_type == "regression"
    y = _numbers(values, rng) if is_regression else _classes(values, task_type, rng)
    draft = Draft(X, y, is_regression)
    return (draft if is_regression else draft.rows(np.arange(len(y)))).tidied()


def _column(
    model: CausalModel, node: int, categories: float, rng: np.random.Generator
) -> pd.Series[float]:
    """Return a node as somebody may have written it down."""
    if node in model.levels:
        return _levels(model.levels[node], rng)
    values = model.values[:, node]
    if rng.random() < categories:
        edges = np.quantile(values, np.sort(rng.uniform(size=int(rng.integers(1, 10)))))
        return _levels(np.searchsorted(edges, values), rng)
    how = rng.random()
    if how < 0.1:
        values = np.where(values > np.quantile(values, rng.uniform(0.5, 0.9)), values, 0.0)
    elif how < 0.25:
        values = np.round(values * rng.uniform(1.0, 5.0))
    elif how < 0.35:
        values = np.exp(np.clip(rng.uniform(0.5, 2.0) * values, -10.0, 10.0))
    return pd.Series(values * 10.0 ** rng.uniform(-2.0, 3.0) + rng.normal())


def _levels(codes: npt.NDArray[np.int64], rng: np.random.Generator) -> pd.Series[str]:
    """Return level numbers as a category whose names say nothing of their order."""
    names = np.array([f"level{number}" for number in rng.permutation(int(codes.max()) + 1)])
    return pd.Series(names[codes]).astype("category")


def _numbers(values: npt.NDArray[np.float64], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    bends = (
        values,
        values,
        np.exp(np.clip(values, -5.0, 5.0)),
        np.sign(values) * values**2,
        np.round(3 * values),
    )
    bent = bends[int(rng.integers(len(bends)))]
    return np.asarray(bent * 10.0 ** rng.uniform(-1.0, 3.0))


def _classes(
    values: npt.NDArray[np.float64], task_type: str, rng: np.random.Generator
) -> npt.NDArray[np.str_]:
    """Cut values into classes whose names say nothing of their order.

    A class may take up several pieces, so that classes need not follow one another.
    """
    n_classes = 2 if task_type == "binary" else _size(3, MAX_CLASSES, rng)
    n_pieces = n_classes + (int(rng.integers(0, n_classes + 1)) if rng.random() < 0.5 else 0)
    shares = np.cumsum(rng.dirichlet(np.full(n_pieces, 2.0)))[:-1]
    pieces = np.searchsorted(np.quantile(values, shares), values)
    owner = np.append(np.arange(n_classes), rng.integers(0, n_classes, n_pieces - n_classes))
    names = np.array([f"class{number}" for number in rng.permutation(owner)])
    return names[pieces]


def _is_learnable(draft: Draft) -> bool:
    """Say whether a small forest on half of the rows does better on the others than the mean."""
    X, y = encoded(draft.X), target_matrix(draft)
    forest = ExtraTreesRegressor(30, min_samples_leaf=3, random_state=0)
    train, test = slice(0, None, 2), slice(1, None, 2)
    predicted = forest.fit(X[train], y[train].squeeze()).predict(X[test]).reshape(y[test].shape)
    left = ((y[test] - predicted) ** 2).sum()
    total = ((y[test] - y[train].mean(axis=0)) ** 2).sum()
    return bool(left < (1 - _LEAST_EXPLAINED) * total)
