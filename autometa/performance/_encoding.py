"""How a study's parameters and a history's hyperparameters find each other.

Names match as they are, or behind a prefix that names the algorithm or a step
of a pipeline: ``max_depth`` is ``rf.max_depth``, ``rf__max_depth`` and
``rf:max_depth``. Case and punctuation do not count. Other names that an algorithm's library
has for a hyperparameter (its ``aliases``: ``eta``) match where no name does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from autometa._common.arrays import Floats, Integers
from autometa.algorithms import find_algorithm
from autometa.performance._dimensions import find_dimensions

CATEGORY_GAP = 0.7
SEPARATOR = r"(?:__|[.:/])"


def plain(name: str) -> str:
    """Return ``name`` without case and punctuation."""
    return re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_")


@dataclass(frozen=True)
class Rows:
    """Setups as an algorithm each (its index) and positions in all dimensions."""

    which: Integers
    positions: Floats

    def __len__(self) -> int:
        return len(self.which)

    def take(self, rows: Any) -> Rows:
        """Return some of the setups."""
        return Rows(self.which[rows], self.positions[rows])

    @staticmethod
    def concatenate(parts: Sequence[Rows]) -> Rows:
        """Return the setups of all ``parts``."""
        return Rows(
            np.concatenate([part.which for part in parts]),
            np.concatenate([part.positions for part in parts]),
        )


def _without_alias(algorithm: str, parameter: str) -> str:
    """Return the plain name of the hyperparameter that a library has an alias for."""
    own = find_algorithm(algorithm)
    aliases = {} if own is None else {plain(name): it for name, it in own.aliases.items()}
    wanted = plain(re.split(SEPARATOR, parameter)[-1])
    return plain(aliases.get(wanted, "")) or wanted


class Encoding:
    """Setups of some algorithms as rows of numbers.

    A row has one position for every dimension of every algorithm; NaN where
    the setup does not have that hyperparameter.

    Parameters
    ----------
    setups : sequence of (algorithm, config)
        What the dimensions and their scales are read off; their rows are the
        attribute of the same name.
    """

    def __init__(self, setups: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        self.algorithms = tuple(sorted({algorithm for algorithm, _ in setups}))
        self.dimensions = find_dimensions([(a, dict(config)) for a, config in setups])
        self._columns: dict[str, list[int]] = {a: [] for a in self.algorithms}
        for i, dimension in enumerate(self.dimensions):
            self._columns[dimension.algorithm].append(i)
        self._found: dict[tuple[str, str], int | None] = {}
        self._unconditional: dict[str, bool] = {}  # asked for each dimension in each trial
        self.setups = self._rows(setups)

    def columns(self, algorithm: str) -> list[int]:
        """Return which dimensions belong to ``algorithm``."""
        return self._columns.get(algorithm, [])

    def is_unconditional(self, algorithm: str) -> bool:
        """Whether every setup of ``algorithm`` has all of its hyperparameters."""
        if algorithm not in self._unconditional:
            own = self.setups.positions[self.setups.which == self.algorithms.index(algorithm)]
            has_gaps = bool(np.isnan(own[:, self.columns(algorithm)]).any())
            self._unconditional[algorithm] = not has_gaps
        return self._unconditional[algorithm]

    @property
    def owners(self) -> Integers:
        """The algorithm of each dimension, as an index."""
        owners = [self.algorithms.index(dimension.algorithm) for dimension in self.dimensions]
        return np.array(owners, dtype=np.int64)

    def _rows(self, setups: Sequence[tuple[str, Mapping[str, Any]]]) -> Rows:
        which = np.array([self.algorithms.index(algorithm) for algorithm, _ in setups])
        positions = np.full((len(setups), len(self.dimensions)), np.nan)
        for i, (algorithm, config) in enumerate(setups):
            for j in self.columns(algorithm):
                name = self.dimensions[j].name
                if name in config:
                    positions[i, j] = self.dimensions[j].position(config[name])
        return Rows(which, positions)

    def find(self, algorithm: str, parameter: str) -> int | None:
        """Return the dimension of ``algorithm`` that a study calls ``parameter``."""
        key = (algorithm, parameter)
        if key not in self._found:
            self._found[key] = self._search(algorithm, parameter)
        return self._found[key]

    def _search(self, algorithm: str, parameter: str) -> int | None:
        wanted, columns = plain(parameter), self.columns(algorithm)
        names = {j: plain(self.dimensions[j].name) for j in columns}
        for prefix in ("", f"{plain(algorithm)}_"):
            for j, name in names.items():
                if prefix + name == wanted:
                    return j
        if any(re.match(re.escape(other) + SEPARATOR, parameter) for other in self.algorithms):
            return None
        endings = [
            j for j in columns
            if re.search(SEPARATOR + re.escape(self.dimensions[j].name) + "$", parameter)
        ]  # fmt: skip
        if endings:
            return max(endings, key=lambda j: len(self.dimensions[j].name))
        alias = _without_alias(algorithm, parameter)
        return next((j for j, name in names.items() if name == alias), None)

    def trial_row(self, algorithm: str, params: Mapping[str, Any]) -> Floats:
        """Return the positions of a trial's parameters, NaN where they say nothing."""
        row = np.full(len(self.dimensions), np.nan)
        for parameter, value in params.items():
            j = self.find(algorithm, parameter)
            if j is not None:
                row[j] = self.dimensions[j].position(value)
        return row

    def features(self, rows: Rows) -> Floats:
        """Return what a kernel compares: numbers centred where absent, categories one-hot."""
        source, code = self._feature_columns
        values = rows.positions[:, source]
        numbers = np.where(np.isnan(values), 0.5, values)
        blocks = [np.where(code < 0, numbers, CATEGORY_GAP * (values == code))]
        if len(self.algorithms) > 1:
            blocks.append(CATEGORY_GAP * (rows.which[:, None] == np.arange(len(self.algorithms))))
        features = np.hstack(blocks)
        return features if features.shape[1] else np.zeros((len(rows), 1))

    @cached_property
    def _feature_columns(self) -> tuple[Integers, Integers]:
        """For each column of `features`, its dimension and its category; -1 for a number."""
        pairs = [
            (j, code)
            for j, dimension in enumerate(self.dimensions)
            for code in (range(len(dimension.choices)) if dimension.is_categorical else (-1,))
        ]
        columns = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return columns[:, 0], columns[:, 1]

    @property
    def groups(self) -> Integers:
        """Which dimension each column of `features` belongs to."""
        sizes = [max(1, len(dimension.choices)) for dimension in self.dimensions]
        if len(self.algorithms) > 1:
            sizes.append(len(self.algorithms))
        return np.repeat(np.arange(max(1, len(sizes))), sizes or [1])
