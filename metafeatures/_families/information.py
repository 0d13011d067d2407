"""Information-theoretic meta-features: what columns hold, and what they tell of the target.

All in bits. Columns are taken as levels: categories as they are, numbers and dates in up
to 10 bins of equal frequency, missing values as a level of their own; text is left out. A
numeric target is cut into bins the same way. Computed on at most ``max_rows`` rows, rare
classes weighed as in the whole table, and on up to 200 columns of the most frequent kind,
the other kinds in proportion.
"""

from __future__ import annotations

from functools import partial
from itertools import combinations

import numpy as np

from metafeatures._arrays import Codes, Floats, Integers
from metafeatures._columns.entropy import beyond_chance, entropy
from metafeatures._registry import CLASSIFICATION, register

InteractingRows = tuple[Integers, Integers, Floats | None]

MAX_PAIRED_COLUMNS = 20  # 190 pairs, whose number grows by the square
# The columns that tell the most of the target, in 15 pairs; what interacts is hardly ever
# beyond them.
N_INTERACTING = 6
SHANNON = (
    "C. E. Shannon. A mathematical theory of communication. Bell System Technical Journal, 1948."
)
THEIL = "H. Theil. On the estimation of relationships involving qualitative variables. 1970."
SOME = ("mean", "sd", "min", "median", "max")
NO_LEVELS = "the table has text columns only"

information = partial(register, family="information-theoretic", cost="columns", low=0)
bits = partial(information, unit="bit", reference=SHANNON)


@bits(
    task_types=CLASSIFICATION,
    cost="count",
    pymfe="class_ent",
    openml="ClassEntropy",
    autosklearn="ClassEntropy",
)
def class_entropy(class_counts: Integers) -> float:
    """Return the Shannon entropy of the class shares."""
    return entropy(class_counts)


@information(
    task_types=CLASSIFICATION, cost="count", high=1, same_as="balance_c1", reference=SHANNON
)
def class_balance(class_counts: Integers) -> float:
    """Return the entropy of the class shares over log2 of the number of classes."""
    return min(1.0, entropy(class_counts) / float(np.log2(class_counts.size)))


@bits(summaries=SOME, undefined=NO_LEVELS)
def column_entropy(levels: list[Codes], row_weights: Floats | None) -> Floats:
    """Return the Shannon entropy of a column."""
    return np.array([entropy(np.bincount(column, row_weights)) for column in levels])


@information(high=1, summaries=("mean", "sd", "min"), undefined=NO_LEVELS, reference=SHANNON)
def column_balance(levels: list[Codes], row_weights: Floats | None) -> Floats:
    """Return the entropy of a column over log2 of the number of its levels; 0 if constant."""
    answer = []
    for column in levels:
        counts = np.bincount(column, row_weights)
        n_levels = int((counts > 0).sum())
        answer.append(entropy(counts) / np.log2(n_levels) if n_levels > 1 else 0.0)
    return np.asarray(np.clip(np.array(answer), 0.0, 1.0))


@bits(summaries=SOME, undefined=NO_LEVELS)
def mutual_information(target_information: Floats) -> Floats:
    """Return the mutual information of a column and the target."""
    return target_information


@information(high=1, summaries=SOME, undefined=NO_LEVELS, reference=THEIL)
def explained_entropy(
    target_information_beyond_chance: Floats, target_entropy_bits: float
) -> Floats:
    """Return the share of the target's entropy that a column tells, less what chance gives."""
    return np.clip(target_information_beyond_chance / target_entropy_bits, 0.0, 1.0)


@information(undefined="no column tells anything of the target, or the table has text columns only")
def log_equivalent_columns(target_information: Floats, target_entropy_bits: float) -> float:
    """Return log2(1 + the target's entropy over the mean mutual information of a column)."""
    mean = float(target_information.mean()) if target_information.size else 0.0
    return float(np.log2(1 + target_entropy_bits / mean)) if mean > 0 else float("nan")


@information(high=1, undefined="all columns are constant, or the table has text columns only")
def noise_share(
    levels: list[Codes], row_weights: Floats | None, target_information: Floats
) -> float:
    """Return the share of the columns' mean entropy that tells nothing of the target."""
    if not levels:
        return float("nan")
    mean = float(np.mean(column_entropy(levels, row_weights)))
    noise = 1 - float(target_information.mean()) / mean if mean > 0 else float("nan")
    return noise if noise != noise else min(1.0, max(0.0, noise))


@information(high=1, unit="share", undefined=NO_LEVELS)
def telling_share(target_information_beyond_chance: Floats, target_entropy_bits: float) -> float:
    """Return the share of columns that tell more than 1 % of the target's entropy beyond chance."""
    shares = target_information_beyond_chance / target_entropy_bits
    return float((shares > 0.01).mean()) if shares.size else float("nan")


@information(high=1, undefined="no column tells anything of the target beyond chance")
def information_concentration(target_information_beyond_chance: Floats) -> float:
    """Return the share of the best column in the sum of what columns tell of the target."""
    total = float(target_information_beyond_chance.sum())
    return float(target_information_beyond_chance.max() / total) if total > 0 else float("nan")


@information(high=1, summaries=("max",))
def missing_information(
    missing_levels: list[Codes],
    target_levels: Integers,
    class_weights: Floats | None,
    target_entropy_bits: float,
) -> Floats:
    """Return the share of the target's entropy that a gap in a column tells; 0 without gaps."""
    gains = [beyond_chance(column, target_levels, class_weights) for column in missing_levels]
    return np.clip(np.array([*gains, 0.0]) / target_entropy_bits, 0.0, 1.0)


@information(
    high=1,
    cost="pairs",
    summaries=("mean", "sd", "max"),
    undefined="fewer than two columns vary",
    reference=THEIL,
)
def pair_information(levels: list[Codes], n_paired_rows: int, is_bounded: bool) -> Floats:
    """Return the information that two columns share beyond chance, over the smaller entropy."""
    some = [column[:n_paired_rows] for column in levels]
    varying = [(c, entropy(np.bincount(c))) for c in some if c.min() < c.max()]
    if is_bounded:
        varying = varying[:: max(1, -(-len(varying) // MAX_PAIRED_COLUMNS))]
    return np.array(
        [beyond_chance(a, b) / min(h, g) for (a, h), (b, g) in combinations(varying, 2)]
    ).clip(max=1.0)


@information(
    low=-1,
    high=1,
    cost="pairs",
    rows="n_interacting_rows",
    summaries=("mean", "min", "max"),
    undefined="fewer than two columns of at most 20 levels vary",
    reference="A. Jakulin and I. Bratko. Analyzing attribute dependencies. PKDD, 2003.",
)
def interaction(
    levels: list[Codes],
    interacting_rows: InteractingRows,
    target_information_beyond_chance: Floats,
) -> Floats:
    """Return what two columns, of the 6 most telling, tell together less alone, over its entropy.

    The target's entropy is that of the same rows.
    """
    rows, target, weights = interacting_rows
    order = [
        i
        for i in np.argsort(-target_information_beyond_chance, kind="stable")
        if levels[i].min() < levels[i].max() <= 20
    ]
    best = [levels[i][rows] for i in order[:N_INTERACTING]]
    best = [column for column in best if column.min() < column.max()]
    alone = [beyond_chance(column, target, weights) for column in best]
    answer = [
        beyond_chance(best[i] * np.int32(best[j].max() + 1) + best[j], target, weights)
        - alone[i]
        - alone[j]
        for i, j in combinations(range(len(best)), 2)
    ]
    bits = entropy(np.bincount(target, None if weights is None else weights[target]))
    return (np.array(answer) / bits).clip(-1.0, 1.0)
