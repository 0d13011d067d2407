"""Setups worth considering in a study's search space.

The best setups of each task, random ones, and mutants: of the tasks' best, and
later of the study's own best trials.
"""

from __future__ import annotations

import numpy as np
from optuna.distributions import FloatDistribution, IntDistribution

from autometa._common.arrays import Floats, Integers
from autometa.performance import Encoding, RankedRuns, Rows
from autometa.samplers._space import Space
from autometa.samplers._values import snapped

# The best alone may be lucky; two an algorithm keep each in play where another wins everywhere.
N_BEST_PER_TASK, N_BEST_PER_ALGORITHM = 5, 2
# Good ones, ones nobody would guess, and neighbours of good ones, about as many of each: together
# so many that scoring them takes about as long as a trial of a quick model may.
MAX_BEST, N_RANDOM, N_MUTANTS = 600, 600, 500
# Shares of a dimension's range: to leave a hill, and to climb one.
STEP, FINE_STEP, N_MUTANTS_EACH = 0.1, 0.03, 16
# A mutant keeps half of its parent; a switched choice is a leap, so fewer are; a random setup
# keeps a fifth of its template, or large spaces would never be searched near what works.
P_MOVE, P_SWITCH, P_RESAMPLE = 0.5, 0.3, 0.8


def best_of_each_task(encoding: Encoding, runs: RankedRuns) -> Integers:
    """Return the best setups of each task and algorithm, those of most tasks first.

    What failed on a task, or violates a constraint there, is none of its best.
    """
    tops = []
    failed = runs.failed or [np.zeros(len(rows), dtype=np.bool_) for rows in runs.rows]
    for rows, scores, without in zip(runs.rows, runs.scores, failed, strict=True):
        order = np.argsort(-scores, kind="stable")
        ordered = rows[order[~without[order]]]
        tops.append(ordered[:N_BEST_PER_TASK])
        for algorithm in range(len(encoding.algorithms)):
            own = ordered[encoding.setups.which[ordered] == algorithm]
            tops.append(own[:N_BEST_PER_ALGORITHM])
    setups, counts = np.unique(np.concatenate(tops), return_counts=True)
    setups = setups[np.argsort(-counts, kind="stable")]
    share = MAX_BEST // len(encoding.algorithms)
    algorithms = encoding.setups.which[setups]
    return np.concatenate([setups[algorithms == a][:share] for a in np.unique(algorithms)])


def proven(encoding: Encoding, best: Integers, space: Space) -> Rows:
    """Return those of the ``best`` setups whose algorithm the study can choose."""
    setups = encoding.setups.take(best)
    return setups.take(np.isin(setups.which, space.allowed))


def pool(encoding: Encoding, best: Integers, space: Space) -> Rows:
    """Return candidates for every trial of a study; the same ones for the same space."""
    rng = np.random.default_rng(0)
    setups = encoding.setups
    possible = np.isin(setups.which, space.allowed)
    best = best[possible[best]]
    templates = setups.take(rng.choice(np.flatnonzero(possible), N_RANDOM))
    parts = [setups.take(best), resampled(encoding, templates, space, rng)]
    if len(best):
        parents = setups.take(rng.choice(best, N_MUTANTS))
        parts.append(mutants(encoding, parents, space, STEP, rng))
    return Rows.concatenate(parts)


def mutants_of_best(encoding: Encoding, best: Rows, space: Space, rng: np.random.Generator) -> Rows:
    """Return neighbours of the study's best trials, near and nearer."""
    best = best.take(np.isin(best.which, space.allowed))
    parents = best.take(np.repeat(np.arange(len(best)), N_MUTANTS_EACH))
    return Rows.concatenate([mutants(encoding, parents, space, s, rng) for s in (STEP, FINE_STEP)])


def settled(encoding: Encoding, rows: Rows, space: Space, fixed: Floats | None = None) -> Rows:
    """Return the distinct setups that the study can really have.

    Values are moved to the nearest that its distributions hold, dimensions it
    lacks say nothing, and what is fixed for the trial is fixed.
    """
    positions = rows.positions.copy()
    if fixed is not None:
        owned = rows.which[:, None] == encoding.owners
        given = owned & ~np.isnan(fixed)
        positions = np.where(given, fixed, positions)
    positions = snapped(encoding, positions, space.distributions)
    positions[:, sorted(space.dropped)] = np.nan
    keys = np.column_stack([rows.which, np.nan_to_num(positions, nan=-9.0)])
    _, first = np.unique(keys, axis=0, return_index=True)
    return Rows(rows.which, positions).take(np.sort(first))


def mutants(
    encoding: Encoding, parents: Rows, space: Space, step: float, rng: np.random.Generator
) -> Rows:
    """Return the parents with some positions moved, at least one if they have any."""
    active = ~np.isnan(parents.positions)
    moved = active & (rng.random(active.shape) < P_MOVE)
    moved |= active & (rng.random(active.shape) < P_MOVE) & ~moved.any(axis=1, keepdims=True)
    positions = parents.positions.copy()
    for j, dimension in enumerate(encoding.dimensions):
        rows = np.flatnonzero(moved[:, j])
        if not len(rows):  # most dimensions, where each algorithm has its own
            continue
        if not dimension.is_categorical:
            steps = positions[rows, j] + step * rng.standard_normal(len(rows))
            positions[rows, j] = np.clip(steps, *_reach(encoding, j, space))
        elif encoding.is_unconditional(dimension.algorithm):
            rows = rows[rng.random(len(rows)) < P_SWITCH]
            positions[rows, j] = rng.integers(len(dimension.choices), size=len(rows))
    return Rows(parents.which, positions)


def resampled(encoding: Encoding, templates: Rows, space: Space, rng: np.random.Generator) -> Rows:
    """Return random setups which have the hyperparameters that the templates have."""
    active = ~np.isnan(templates.positions)
    fresh = active & (rng.random(active.shape) < P_RESAMPLE)
    positions = templates.positions.copy()
    for j, dimension in enumerate(encoding.dimensions):
        rows = np.flatnonzero(fresh[:, j])
        if not len(rows):
            continue
        if not dimension.is_categorical:
            positions[rows, j] = rng.uniform(*_reach(encoding, j, space), len(rows))
        elif encoding.is_unconditional(dimension.algorithm):
            positions[rows, j] = rng.integers(len(dimension.choices), size=len(rows))
    return Rows(templates.which, positions)


def _reach(encoding: Encoding, j: int, space: Space) -> tuple[float, float]:
    """Range of a numeric dimension: the study's where trials have shown it, else the history's."""
    distribution = space.distributions.get(j)
    if not isinstance(distribution, FloatDistribution | IntDistribution):
        return 0.0, 1.0
    dimension = encoding.dimensions[j]
    return dimension.position(distribution.low), dimension.position(distribution.high)
