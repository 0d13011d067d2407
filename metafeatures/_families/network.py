"""Complexity by a graph that joins near rows of the same class.

A row is joined to those of its class that are among its 15 % nearest rows, on at most
1,500 rows unless ``max_rows`` is None. The fewer the edges, the more complex the task.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from metafeatures._arrays import Floats
from metafeatures._families.neighborhood import neighborhood
from metafeatures._pairs.compared_rows import RowsOfClasses

TIES = "pymfe's, where distances are equal: joins no repeated rows, and some of the farthest"
LOCAL = "Lorena et al.: mean over rows; " + TIES

network = partial(neighborhood, differs=TIES)


@network()
def network_density(rows_of_classes: RowsOfClasses) -> float:
    """Return 1 less the share of pairs of rows that are near and of a class (density)."""
    n_rows = rows_of_classes.graph.n_rows
    return 1 - rows_of_classes.graph.n_edges / (n_rows * (n_rows - 1) / 2)


@network(differs=LOCAL)
def network_cls_coef(rows_of_classes: RowsOfClasses) -> float:
    """Return 1 less the share of a graph's wedges that are triangles (clsCoef)."""
    graph = rows_of_classes.graph
    return 1 - graph.n_closed / graph.n_wedges if graph.n_wedges else 1.0


@network(summaries=("mean", "sd", "median"))
def network_hubs(rows_of_classes: RowsOfClasses) -> Floats:
    """Return 1 less the hub score of a row in the graph, whose largest is 1 (hubs)."""
    return np.asarray(1 - rows_of_classes.graph.hub_scores)
