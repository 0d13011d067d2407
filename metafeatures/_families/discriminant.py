"""Statistical meta-features of classes in space: how far apart, how alike in shape.

Canonical correlations say how well weighted sums of columns follow weighted sums of
class indicators; what follows from them are the statistics of multivariate analysis of
variance. Rare classes of which the sample has more weigh as in the whole table. Columns
are those of the whole table as numbers, the first 100 of them, missing values at the
mean. One orthogonal decomposition gives all, without iteration.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from metafeatures._arrays import Floats, Integers
from metafeatures._columns.directions import column_directions
from metafeatures._columns.encoded import EncodedColumns
from metafeatures._registry import CLASSIFICATION, DEFAULT_SUMMARIES, REGRESSION, register

NO_SPREAD = "no column but text varies"
PERFECT = 1e-9
FLAT = 1e-12
KALOUSIS = "A. Kalousis. Algorithm selection via meta-learning. University of Geneva, 2002."
LINDNER = (
    "G. Lindner and R. Studer. AST: support for algorithm selection with a CBR approach. 1999."
)
ALI = (
    "S. Ali and K. A. Smith-Miles. A meta-learning approach to automatic kernel selection for "
    "support vector machines. Neurocomputing, 2006."
)
MICHIE = (
    "D. Michie, D. J. Spiegelhalter and C. C. Taylor. Machine Learning, Neural and "
    "Statistical Classification. 1994."
)
ITERATES = (
    "pymfe's is iterated and may stop early: on a few tables of 3 classes or more, and on "
    "ill-conditioned ones, it is another number"
)

statistical = partial(register, family="statistical", cost="columns", by_place=True, low=0)
of_classes = partial(statistical, task_types=CLASSIFICATION, undefined=NO_SPREAD)
unbounded = partial(
    of_classes,
    undefined=f"{NO_SPREAD}, or a weighted sum of columns tells classes without error",
)


@of_classes(
    high=1, summaries=DEFAULT_SUMMARIES, reference=KALOUSIS, pymfe="can_cor", differs=ITERATES
)
def canonical_correlation(canonical_correlations: Floats) -> Floats:
    """Return a canonical correlation of the columns and the class indicators."""
    return canonical_correlations


@of_classes(unit="correlations", undefined="", reference=LINDNER, pymfe="nr_disc")
def n_canonical_correlations(canonical_correlations: Floats) -> float:
    """Return the number of canonical correlations: dimensions that classes may differ in."""
    return float(canonical_correlations.size)


@of_classes(high=1, reference=LINDNER, pymfe="w_lambda", differs=ITERATES)
def wilks_lambda(canonical_correlations: Floats) -> float:
    """Return Wilks' lambda: the product of 1 - r^2 over the canonical correlations r."""
    if not canonical_correlations.size:
        return float("nan")
    return float(np.prod(1 - canonical_correlations**2))


@of_classes(reference="K. C. S. Pillai. Some new test criteria in multivariate analysis. 1955.",
            pymfe="p_trace", differs=ITERATES)  # fmt: skip
def pillai_trace(canonical_correlations: Floats) -> float:
    """Return Pillai's trace: the sum of r^2 over the canonical correlations r."""
    return float((canonical_correlations**2).sum()) if canonical_correlations.size else float("nan")


@unbounded(reference="D. N. Lawley. A generalization of Fisher's z test. Biometrika, 1938.",
           pymfe="lh_trace", differs=ITERATES)  # fmt: skip
def lawley_hotelling_trace(canonical_correlations: Floats) -> float:
    """Return Lawley and Hotelling's trace: the sum of r^2 / (1 - r^2) over the correlations r."""
    ratios = _explained_to_rest(canonical_correlations)
    return float(ratios.sum()) if ratios.size else float("nan")


@unbounded(reference="S. N. Roy. On a heuristic method of test construction. 1953.",
           pymfe="roy_root", differs=ITERATES)  # fmt: skip
def roy_root(canonical_correlations: Floats) -> float:
    """Return Roy's largest root: r^2 / (1 - r^2) of the largest canonical correlation r."""
    ratios = _explained_to_rest(canonical_correlations)
    return float(ratios.max()) if ratios.size else float("nan")


def _explained_to_rest(correlations: Floats) -> Floats:
    """Return r^2 / (1 - r^2) of each correlation; of none when one is perfect."""
    rest = 1 - correlations**2
    return correlations**2 / rest if (rest > PERFECT).all() else np.empty(0)


@statistical(task_types=REGRESSION, undefined=NO_SPREAD, high=1, reference=ALI)
def multiple_correlation(target_columns: EncodedColumns, standardized_target: Floats) -> float:
    """Return the multiple correlation of the columns and the target: that of the best line."""
    directions = column_directions(target_columns.spanning)
    correlations = directions.T @ standardized_target / np.sqrt(standardized_target.size)
    return (
        float(np.clip(np.linalg.norm(correlations), 0.0, 1.0))
        if correlations.size
        else float("nan")
    )


@of_classes(
    unit="the columns'",
    undefined="no column but text and numbers beyond 1e70 has a present value",
    varies_with=("units",),
    reference=ALI,
    pymfe="gravity",
    differs="pymfe where several classes are largest or smallest: takes the first by name",
)
def class_centre_distance(
    target_columns: EncodedColumns, classes: Integers, class_counts: Integers
) -> float:
    """Return the distance between the means of the largest and of the smallest class.

    The mean over pairs where several are the largest, or the smallest.
    """
    is_usable = ~target_columns.is_huge & (target_columns.counts > 0)
    if not is_usable.any():
        return float("nan")
    seen = np.unique(classes)
    counts = class_counts[seen]
    largest, smallest = (seen[counts == some] for some in (counts.max(), counts.min()))
    if largest.size == 1 and smallest.size == 1 and largest[0] == smallest[0]:
        return float("nan")
    values = target_columns.values[is_usable]
    means = {k: _means(values[:, classes == k]) for k in {*largest.tolist(), *smallest.tolist()}}
    pairs = {(min(a, b), max(a, b)) for a in largest.tolist() for b in smallest.tolist() if a != b}
    distances = [np.linalg.norm(np.nan_to_num(means[a] - means[b])) for a, b in sorted(pairs)]
    return float(np.mean(distances))


def _means(values: Floats) -> Floats:
    counts = (~np.isnan(values)).sum(axis=1)
    return np.asarray(np.nan_to_num(values).sum(axis=1) / np.where(counts > 0, counts, np.nan))


@of_classes(
    undefined="within a class, a column is constant or a weighted sum of others (too few rows)",
    reference=MICHIE,
    differs="pymfe's sd_ratio: it pairs covariances with the weights of other classes",
)
def class_covariance_ratio(
    target_columns: EncodedColumns, classes: Integers, class_weights: Floats | None
) -> float:
    """Return the geometric mean ratio of pooled to class deviations, from Box's M; 1 if equal."""
    columns = target_columns.spanning
    scale = np.sqrt(np.where(columns.squares > 0, columns.squares, 1.0))
    points = columns.centred / scale[:, None]
    counts = np.bincount(classes)
    n_columns, n_classes, freedom = len(points), counts.size, classes.size - counts.size
    if not n_columns or counts.min() <= n_columns:
        return float("nan")
    scatters = [_scatter(points[:, classes == k]) for k in range(n_classes)]
    logs = np.array([_log_determinant(s / (n - 1)) for s, n in zip(scatters, counts, strict=True)])
    if not np.isfinite(logs).all():
        return float("nan")
    weights = np.ones(n_classes) if class_weights is None else class_weights
    mass = weights * (counts - 1)
    scatter = np.sum([w * s for w, s in zip(weights, scatters, strict=True)], axis=0)
    pooled = _log_determinant(scatter / mass.sum())
    m = freedom * (pooled - mass @ logs / mass.sum())
    bias = (2 * n_columns**2 + 3 * n_columns - 1) / (6 * (n_columns + 1) * (n_classes - 1))
    correction = 1 - bias * (float((1 / (counts - 1)).sum()) - 1 / freedom)
    return float(np.exp(correction * m / (n_columns * freedom)))


def _scatter(points: Floats) -> Floats:
    deviations = points - points.mean(axis=1, keepdims=True)
    return np.asarray(deviations @ deviations.T)


def _log_determinant(covariance: Floats) -> float:
    """Return the log of the determinant; minus infinity when it is nil but for rounding."""
    variances = np.linalg.eigvalsh(covariance)
    return float(np.log(variances).sum()) if variances[0] > FLAT * variances[-1] else -np.inf
