"""Structural causal models drawn at random: nodes that follow from other nodes, and noise.

Every node is a column of as many values as there are rows, with mean 0 and standard
deviation 1. The first nodes are pure noise, each other one is a function of some before
it, drawn anew for every node: a sum, a small neural network, a sum of trees, a product, or
a choice among categories.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from autometa._common.arrays import Integers, Matrix, Vector

Mechanism = Callable[[Matrix, np.random.Generator], Vector]

STRUCTURES = ("graph", "layers")
# A mechanism that stands twice is drawn twice as often: networks and trees make the shapes
# on which algorithms differ, sums alone would make every task easy for a linear model.
MIXTURES: dict[str, tuple[str, ...]] = {
    "smooth": ("linear", "network", "network", "product"),
    "trees": ("trees",),
    "mixed": ("linear", "network", "trees", "trees", "product", "category"),
}
# Smooth, kinked, periodic, even and stepped: each suits other learners.
ACTIVATIONS: tuple[Callable[[Matrix], Matrix], ...] = (
    np.tanh,
    lambda z: np.maximum(z, 0.0),
    np.sin,
    np.abs,
    np.square,
    lambda z: np.exp(-(z**2)),
    lambda z: (z > 0).astype("float64"),
    lambda z: z,
)
_MAX_PARENTS = 5  # with more, every node comes near to a sum of noise by the central limit


@dataclass
class CausalModel:
    """A model, and the values of its nodes in one sample.

    Attributes
    ----------
    structure : {"graph", "layers"}
        Parents anywhere before a node, or in the layer before its own.
    mixture : {"smooth", "trees", "mixed"}
        Which mechanisms there are.
    parents : list of list of int
        Of each node; empty for pure noise.
    values : ndarray of shape (n_rows, n_nodes)
    levels : dict of int to ndarray
        Level numbers of the nodes which are categories.
    """

    structure: str
    mixture: str
    parents: list[list[int]]
    values: Matrix
    levels: dict[int, Integers] = field(default_factory=dict)


def draw_model(n_rows: int, n_nodes: int, rng: np.random.Generator) -> CausalModel:
    """Return a random model with a sample of ``n_rows`` drawn from it."""
    structure = STRUCTURES[int(rng.integers(len(STRUCTURES)))]
    mixture = list(MIXTURES)[int(rng.integers(len(MIXTURES)))]
    # Two causes at least, or all nodes are functions of one number.
    n_roots = int(rng.integers(2, max(3, n_nodes // 2) + 1))
    draw_parents = _graph if structure == "graph" else _layers
    parents = draw_parents(n_nodes, n_roots, rng)
    model = CausalModel(structure, mixture, parents, np.empty((n_rows, n_nodes)))
    # Even in logarithm: tasks that can be solved are as common as tasks that hardly can.
    noise = float(np.exp(rng.uniform(np.log(0.01), np.log(0.5))))
    for node in range(n_nodes):
        _fill(model, node, noise, rng)
    return model


def _graph(n_nodes: int, n_roots: int, rng: np.random.Generator) -> list[list[int]]:
    parents: list[list[int]] = [[] for _ in range(n_roots)]
    for node in range(n_roots, n_nodes):
        n_parents = int(rng.integers(1, min(_MAX_PARENTS, node) + 1))
        parents.append(sorted(int(p) for p in rng.choice(node, n_parents, replace=False)))
    return parents


def _layers(n_nodes: int, n_roots: int, rng: np.random.Generator) -> list[list[int]]:
    parents: list[list[int]] = [[] for _ in range(n_roots)]
    width = int(rng.integers(2, max(3, n_nodes // 3) + 1))
    before = list(range(n_roots))
    while len(parents) < n_nodes:
        layer = list(range(len(parents), min(n_nodes, len(parents) + width)))
        for _ in layer:
            n_parents = int(rng.integers(1, min(2 * _MAX_PARENTS, len(before)) + 1))
            chosen = rng.choice(before, n_parents, replace=False)
            parents.append(sorted(int(p) for p in chosen))
        before = layer
    return parents


def _fill(model: CausalModel, node: int, noise: float, rng: np.random.Generator) -> None:
    n_rows = len(model.values)
    if not model.parents[node]:
        model.values[:, node] = _cause(n_rows, rng)
        return
    inputs = model.values[:, model.parents[node]]
    kinds = MIXTURES[model.mixture]
    kind = kinds[int(rng.integers(len(kinds)))]
    if kind == "category":
        levels, values = _category(inputs, rng)
        model.levels[node] = levels
    else:
        values = MECHANISMS[kind](inputs, rng)
    # Scaled before the noise, so that its share is the same for every mechanism, and after.
    model.values[:, node] = _even(_even(values) + noise * rng.normal(size=n_rows))


def _cause(n_rows: int, rng: np.random.Generator) -> Vector:
    """Return pure noise of a random shape."""
    shape = int(rng.integers(5))
    if shape == 0:
        return _even(rng.uniform(size=n_rows))
    if shape == 1:
        return _even(rng.lognormal(0.0, 0.7, n_rows))
    if shape == 2:
        centres = rng.normal(0.0, 2.0, int(rng.integers(2, 6)))
        return _even(centres[rng.integers(len(centres), size=n_rows)] + rng.normal(size=n_rows) / 2)
    if shape == 3:
        return _even(rng.integers(0, int(rng.integers(2, 9)), n_rows).astype("float64"))
    return rng.normal(size=n_rows)


def _even(values: Vector) -> Vector:
    """Return values of mean 0 and standard deviation 1; far ones are drawn in."""
    spread = values.std()
    scaled = (values - values.mean()) / (spread if spread > 0 else 1.0)
    # Squares of squares along a path overflow; ten deviations are an outlier as it is.
    return np.asarray(np.clip(scaled, -10.0, 10.0))


def linear(inputs: Matrix, rng: np.random.Generator) -> Vector:
    """Return a weighted sum."""
    return np.asarray(inputs @ rng.normal(size=inputs.shape[1]))


def network(inputs: Matrix, rng: np.random.Generator) -> Vector:
    """Return one output of a network with one hidden layer."""
    width = int(rng.integers(1, 9))
    # From nearly linear (.6) to bent several times within the data (3.3).
    scale = float(np.exp(rng.uniform(-0.5, 1.2)))
    hidden = inputs @ rng.normal(0.0, scale / np.sqrt(inputs.shape[1]), (inputs.shape[1], width))
    bent = ACTIVATIONS[int(rng.integers(len(ACTIVATIONS)))](hidden + rng.normal(size=width))
    return np.asarray(bent @ rng.normal(size=width))


def trees(inputs: Matrix, rng: np.random.Generator) -> Vector:
    """Return a sum of trees that ask one question a level: does an input exceed a value."""
    total = np.zeros(len(inputs))
    for _ in range(int(rng.integers(1, 9))):
        depth = int(rng.integers(1, 6))
        asked = rng.integers(inputs.shape[1], size=depth)
        # Off the tails, where a question parts a handful of rows from all others.
        bounds = np.array([np.quantile(inputs[:, a], rng.uniform(0.1, 0.9)) for a in asked])
        leaf = (inputs[:, asked] > bounds) @ (2 ** np.arange(depth))
        total += rng.normal(size=2**depth)[leaf]
    return total


def product(inputs: Matrix, rng: np.random.Generator) -> Vector:
    """Return the product of two inputs, and something of a sum."""
    pair = rng.integers(inputs.shape[1], size=2)
    together = inputs[:, pair[0]] * (inputs[:, pair[1]] + rng.normal())
    return np.asarray(together + rng.uniform(0.0, 0.5) * linear(inputs, rng))


def _category(inputs: Matrix, rng: np.random.Generator) -> tuple[Integers, Vector]:
    """Return the nearest of some random points, as a level number and as the level's value."""
    n_levels = int(rng.integers(2, 13))
    points = rng.normal(size=(n_levels, inputs.shape[1]))
    far = ((inputs[:, None, :] - points) ** 2).sum(axis=2)
    # Gumbel noise makes the choice a draw: levels near in distance are mixed.
    levels = (far + rng.gumbel(0.0, 0.3, far.shape)).argmin(axis=1)
    return levels, rng.normal(size=n_levels)[levels]


MECHANISMS: dict[str, Mechanism] = {
    "linear": linear,
    "network": network,
    "trees": trees,
    "product": product,
}
