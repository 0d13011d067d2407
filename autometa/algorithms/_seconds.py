"""Size of a table, and rough seconds of one fit on it.

Each algorithm says in its own file how its seconds grow (`Algorithm.seconds`); here
is what several of them share. The numbers are guesses, at times wrong by a factor of
ten: they order and size the first fits, and each fit that is timed corrects them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

DEFAULT_TREES = 100  # of a configuration that does not say: what most libraries grow


@dataclass(frozen=True, kw_only=True)
class Size:
    """What decides how long a fit takes.

    Attributes
    ----------
    n_rows, n_columns : int
    n_classes : int
        0 for regression.
    n_rarest : int or None
        Rows of the rarest class; None where nobody counted them.
    n_predicted : int or None
        Rows of the table that ``n_rows`` are a part of; None where they are all. A fit on a part
        of the rows predicts as many held-out rows as one on all of them.
    """

    n_rows: int
    n_columns: int
    n_classes: int
    n_rarest: int | None = None
    n_predicted: int | None = None

    @property
    def n_outputs(self) -> int:
        """Trees or weight vectors a model needs side by side."""
        return self.n_classes if self.n_classes > 2 else 1

    @property
    def cells(self) -> int:
        """Rows times columns."""
        return self.n_rows * self.n_columns

    def part(self, fidelity: float) -> Size:
        """Return the size of a part of the rows."""
        return replace(
            self,
            n_rows=math.ceil(self.n_rows * fidelity),
            n_predicted=self.n_predicted or self.n_rows,
        )


Seconds = Callable[[Size, Mapping[str, Any]], float]


def one_pass(size: Size, config: Mapping[str, Any]) -> float:
    """Return the seconds of an algorithm that reads the table a few times."""
    return 2e-6 * size.cells  # what a sum over a column takes, encoding included


def boosting(rounds: str, leaves: Callable[[Mapping[str, Any]], float]) -> Seconds:
    """Return the seconds of boosted trees.

    Parameters
    ----------
    rounds : str
        Hyperparameter that counts the trees.
    leaves : callable
        Leaves of one tree, by configuration.
    """

    def seconds(size: Size, config: Mapping[str, Any]) -> float:
        n_trees = float(config.get(rounds, DEFAULT_TREES)) * size.n_outputs
        # A leaf costs the search for its split, whatever its rows; rows are binned once.
        return n_trees * (1.5e-5 * leaves(config) + 6e-9 * size.cells)

    return seconds
