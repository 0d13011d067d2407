"""Information-theoretic meta-features of the literature: columns as levels, numbers in intervals.

Categories are taken as they are, numbers and dates cut at quantiles into as many
intervals as the cube root of all rows, missing values as a level of their own; text is
left out. A numeric target is cut into up to 10 bins. Joint shares have 1e-8 added to
each cell, as in pymfe and in the R package it follows: with tables of many cells, joint
entropies are that much too large. A column that is all narrower than 1e-8 is cut like any
other; pymfe takes it for one or two intervals.

Computed on at most ``max_rows`` rows, rare classes weighed as in the whole table, and on
up to 200 columns of the most frequent kind, the other kinds in proportion.
"""

from __future__ import annotations

from functools import partial
from itertools import combinations

import numpy as np

from metafeatures._arrays import Codes, Floats
from metafeatures._columns.joint import NominalColumns, joint_shares
from metafeatures._registry import DEFAULT_SUMMARIES, register

MAX_PAIRED = 12
TELLING = 1e-6
NO_LEVELS = "the table has text columns only"
NOTHING_TOLD = "columns tell less than a millionth of a bit of the target, or are all text"
WITH_RANGE = (*DEFAULT_SUMMARIES, "range")
MICHIE = (
    "D. Michie, D. J. Spiegelhalter and C. C. Taylor. Machine Learning, Neural and "
    "Statistical Classification. 1994."
)
KALOUSIS = (
    "A. Kalousis and M. Hilario. Model selection via meta-learning: a comparative study. "
    "International Journal on Artificial Intelligence Tools, 2001."
)

information = partial(register, family="information-theoretic", cost="columns")
bits = partial(information, unit="bit", undefined=NO_LEVELS, reference=MICHIE)
concentrations = partial(
    information, low=-1, high=1, summaries=DEFAULT_SUMMARIES, reference=KALOUSIS
)


@bits(low=0, summaries=WITH_RANGE, pymfe="attr_ent")
def nominal_entropy(nominal_columns: NominalColumns) -> Floats:
    """Return the Shannon entropy of a column, numbers in cube-root many intervals."""
    return nominal_columns.entropies


@bits(low=0, summaries=DEFAULT_SUMMARIES, pymfe="joint_ent")
def joint_entropy(nominal_columns: NominalColumns) -> Floats:
    """Return the Shannon entropy of a column and the target together."""
    return np.array([joint.entropy for joint in nominal_columns.with_target])


@bits(summaries=WITH_RANGE, pymfe="mut_inf")
def nominal_information(nominal_columns: NominalColumns) -> Floats:
    """Return the mutual information of a column and the target, numbers in cube-root intervals."""
    return nominal_columns.information


@information(low=0, undefined=NOTHING_TOLD, reference=MICHIE, pymfe="eq_num_attr")
def equivalent_columns(nominal_columns: NominalColumns) -> float:
    """Return the target's entropy over the mean mutual information: columns needed to tell it."""
    return nominal_columns.target_entropy / _mean_information(nominal_columns)


@information(low=-1, undefined=NOTHING_TOLD, reference=MICHIE, pymfe="ns_ratio")
def noise_to_information(nominal_columns: NominalColumns) -> float:
    """Return the columns' entropy that tells nothing of the target over that which does."""
    mean_information = _mean_information(nominal_columns)
    return (
        float(nominal_columns.entropies.mean()) / mean_information - 1
        if mean_information == mean_information
        else mean_information
    )


def _mean_information(nominal_columns: NominalColumns) -> float:
    """Return the mean mutual information; NaN when it is no more than rounding and epsilon."""
    information = nominal_columns.information
    mean = float(information.mean()) if information.size else 0.0
    return mean if mean > TELLING else float("nan")


@concentrations(undefined=NO_LEVELS, pymfe="class_conc")
def target_concentration(nominal_columns: NominalColumns) -> Floats:
    """Return how much better a column is guessed from the target (Goodman and Kruskal's tau)."""
    return np.array([joint.concentration for joint in nominal_columns.with_target])


@concentrations(
    cost="pairs",
    undefined="fewer than two columns are not text",
    by_place=True,
    pymfe="attr_conc",
)
def column_concentration(nominal: list[Codes], random_state: int, n_paired_rows: int) -> Floats:
    """Return how much better a column is guessed from another (tau), among 12 drawn at random."""
    drawn: list[int] = list(range(len(nominal)))
    if len(nominal) > MAX_PAIRED:
        random = np.random.RandomState(random_state)
        drawn = random.choice(len(nominal), MAX_PAIRED, replace=False).tolist()
    some = [column[:n_paired_rows] for column in nominal]
    pairs = [joint_shares(some[i], some[j]) for i, j in combinations(drawn, 2)]
    return np.array([tau for p in pairs for tau in (p.concentration, p.reversed().concentration)])
