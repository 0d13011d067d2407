"""What a build would still measure, and how long that may take, before it is begun."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass

from autometa.algorithms import Size, get_algorithm
from autometa.building._protocol import Measurement
from autometa.building._sources import TaskSource

USUAL_CLASSES = 3  # a manifest does not count them; most tables of several have three or four


@dataclass(frozen=True, kw_only=True)
class BuildPlan:
    """What a build has to do.

    Attributes
    ----------
    n_tasks, n_undescribed : int
        Tables, and those whose meta-features are to be computed.
    n_evaluations, n_done : int
        Evaluations to make, and those that are there already.
    expected_cpu_seconds : float
        Of these evaluations: a rough guess, at times wrong by a factor of ten. Tables whose
        size the manifest does not say count with the limit.
    max_cpu_seconds : float
        When each takes all that it may.
    """

    n_tasks: int
    n_undescribed: int
    n_evaluations: int
    n_done: int
    expected_cpu_seconds: float
    max_cpu_seconds: float


def expected_seconds(
    source: TaskSource, todo: Iterable[Measurement], n_folds: int, time_limit: float
) -> float:
    """Return the processor seconds that evaluations on a table are expected to take."""
    if math.isnan(source.n_rows) or math.isnan(source.n_columns):
        return time_limit * len(list(todo))
    classes = {"regression": 0, "binary": 2}.get(source.task_type, USUAL_CLASSES)
    size = Size(n_rows=int(source.n_rows), n_columns=int(source.n_columns), n_classes=classes)
    training = (n_folds - 1) / n_folds  # of the rows, in each fit
    total = 0.0
    for algorithm, config, fidelity in todo:
        fit = get_algorithm(algorithm).seconds(size.part(training * fidelity), json.loads(config))
        total += min(time_limit, n_folds * fit)
    return total
