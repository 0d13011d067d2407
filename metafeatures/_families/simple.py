"""Simple meta-features: how large the table is, what it holds, how classes share the rows.

Counted on all rows, whatever ``max_rows``; only `n_binary` looks at the sample, and of
more than 500 numeric columns at 500, whose share it takes for that of all. Shares lie
between 0 and 1.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from metafeatures._arrays import Floats, Integers, Objects
from metafeatures._registry import CLASSIFICATION, register

MANY_LEVELS = 50  # an indicator for each of more would outnumber the other columns of most tables
RARE_ROWS = 10  # of fewer, ten folds cannot hold out a row each

simple = partial(register, family="simple", cost="count", low=0)
share = partial(simple, high=1, unit="share")
of_classes = partial(simple, task_types=CLASSIFICATION)


@simple(unit="rows", pymfe="nr_inst", openml="NumberOfInstances", autosklearn="NumberOfInstances")
def n_rows(n_rows: int) -> float:
    """Return the number of rows."""
    return n_rows


@simple(autosklearn="LogNumberOfInstances")
def log_n_rows(n_rows: int) -> float:
    """Return the natural logarithm of the number of rows."""
    return float(np.log(n_rows))


@simple(unit="columns", pymfe="nr_attr", autosklearn="NumberOfFeatures")
def n_columns(n_columns: int) -> float:
    """Return the number of columns, the target not counted."""
    return n_columns


@simple(autosklearn="LogNumberOfFeatures")
def log_n_columns(n_columns: int) -> float:
    """Return the natural logarithm of the number of columns."""
    return float(np.log(n_columns))


@simple(pymfe="inst_to_attr", autosklearn="InverseDatasetRatio")
def rows_per_column(n_rows: int, n_columns: int) -> float:
    """Return the number of rows per column."""
    return n_rows / n_columns


@simple(pymfe="attr_to_inst", autosklearn="DatasetRatio")
def columns_per_row(n_rows: int, n_columns: int) -> float:
    """Return the number of columns per row."""
    return n_columns / n_rows


@simple(low=-np.inf, autosklearn="LogInverseDatasetRatio")
def log_rows_per_column(n_rows: int, n_columns: int) -> float:
    """Return the natural logarithm of the number of rows per column."""
    return float(np.log(n_rows / n_columns))


@simple(unit="columns", pymfe="nr_num", autosklearn="NumberOfNumericFeatures")
def n_numeric(kinds: Objects) -> float:
    """Return the number of numeric columns."""
    return float((kinds == "numeric").sum())


@simple(unit="columns", pymfe="nr_cat", autosklearn="NumberOfCategoricalFeatures")
def n_categorical(kinds: Objects) -> float:
    """Return the number of categorical columns, booleans among them."""
    return float((kinds == "categorical").sum())


@simple(unit="columns")
def n_datetime(kinds: Objects) -> float:
    """Return the number of date columns."""
    return float((kinds == "datetime").sum())


@simple(unit="columns")
def n_text(kinds: Objects) -> float:
    """Return the number of text columns."""
    return float((kinds == "text").sum())


@simple(undefined="there is no categorical column", pymfe="num_to_cat")
def numeric_per_categorical(kinds: Objects) -> float:
    """Return the number of numeric columns per categorical column."""
    return _ratio((kinds == "numeric").sum(), (kinds == "categorical").sum())


@simple(undefined="there is no numeric column", pymfe="cat_to_num")
def categorical_per_numeric(kinds: Objects) -> float:
    """Return the number of categorical columns per numeric column."""
    return _ratio((kinds == "categorical").sum(), (kinds == "numeric").sum())


def _ratio(above: int, below: int) -> float:
    return float(above / below) if below else float("nan")


@simple(unit="columns", cost="columns", pymfe="nr_bin")
def n_binary(kinds: Objects, distinct_counts: Integers, cardinalities: Integers) -> float:
    """Return the number of numeric and categorical columns with two distinct values."""
    n_read = max(1, distinct_counts.size)  # of very many numeric columns a part, taken for all
    n_numbers = float((distinct_counts == 2).sum() * (kinds == "numeric").sum() / n_read)
    return n_numbers + float((cardinalities == 2).sum())


@share()
def numeric_share(kinds: Objects) -> float:
    """Return the share of numeric columns among all."""
    return float((kinds == "numeric").mean())


@share()
def categorical_share(kinds: Objects) -> float:
    """Return the share of categorical columns among all."""
    return float((kinds == "categorical").mean())


@simple(unit="cells", openml="NumberOfMissingValues", autosklearn="NumberOfMissingValues")
def n_missing(missing_counts: Integers) -> float:
    """Return the number of missing cells, infinities among them."""
    return float(missing_counts.sum())


@share(autosklearn="PercentageOfMissingValues")
def missing_share(missing_counts: Integers, n_rows: int) -> float:
    """Return the share of missing cells, infinities among them."""
    return float(missing_counts.sum() / (n_rows * missing_counts.size))


@share(autosklearn="PercentageOfInstancesWithMissingValues")
def missing_row_share(n_rows_missing: int, n_rows: int) -> float:
    """Return the share of rows with a missing cell."""
    return n_rows_missing / n_rows


@share(autosklearn="PercentageOfFeaturesWithMissingValues")
def missing_column_share(missing_counts: Integers) -> float:
    """Return the share of columns with a missing cell."""
    return float((missing_counts > 0).mean())


@share()
def missing_max(missing_counts: Integers, n_rows: int) -> float:
    """Return the share of missing cells in the column with most of them."""
    return float(missing_counts.max() / n_rows)


@share()
def repeated_row_share(n_repeated_rows: int, n_rows: int) -> float:
    """Return the share of rows that repeat an earlier row and its target."""
    return n_repeated_rows / n_rows


@share()
def repeated_column_share(n_repeated_columns: int, n_columns: int) -> float:
    """Return the share of columns that hold the same cells as an earlier column."""
    return n_repeated_columns / n_columns


@simple(
    unit="levels",
    summaries=("mean", "sd", "min", "median", "max", "sum"),
    undefined="there is no categorical column",
)
def cardinality(cardinalities: Integers) -> Integers:
    """Return the number of distinct present values of a categorical column."""
    return cardinalities


@simple()
def log_cardinality_max(cardinalities: Integers) -> float:
    """Return the natural logarithm of the largest cardinality; 0 without categorical columns."""
    return float(np.log(np.maximum(cardinalities, 1)).max(initial=0.0))


@share()
def high_cardinality_share(cardinalities: Integers, n_columns: int) -> float:
    """Return the share of columns that are categorical with more than 50 levels."""
    return float((cardinalities > MANY_LEVELS).sum() / n_columns)


@share()
def cardinality_to_rows(cardinalities: Integers, n_rows: int) -> float:
    """Return the largest cardinality over the number of rows; 0 without categorical columns."""
    return float(cardinalities.max(initial=0) / n_rows)


@simple()
def log_n_encoded(cardinalities: Integers, n_columns: int) -> float:
    """Return the natural logarithm of the number of columns after one-hot encoding."""
    return float(np.log(max(1, n_columns - cardinalities.size + cardinalities.sum())))


@of_classes(
    low=2,
    unit="classes",
    pymfe="nr_class",
    openml="NumberOfClasses",
    autosklearn="NumberOfClasses",
)
def n_classes(class_counts: Integers) -> float:
    """Return the number of classes."""
    return float(class_counts.size)


@of_classes()
def log_n_classes(class_counts: Integers) -> float:
    """Return the natural logarithm of the number of classes."""
    return float(np.log(class_counts.size))


@of_classes(
    high=1,
    unit="share",
    summaries=("mean", "sd", "min", "median", "max"),
    pymfe="freq_class",
    autosklearn={
        "mean": "ClassProbabilityMean",
        "min": "ClassProbabilityMin",
        "max": "ClassProbabilityMax",
    },
)
def class_share(class_counts: Integers) -> Floats:
    """Return the share of rows of a class."""
    return np.asarray(class_counts / class_counts.sum())


@of_classes()
def log_class_imbalance(class_counts: Integers) -> float:
    """Return the natural logarithm of rows of the largest over rows of the smallest class."""
    return float(np.log(class_counts.max() / class_counts.min()))


@of_classes()
def log_minority_rows(class_counts: Integers) -> float:
    """Return the natural logarithm of the number of rows of the smallest class."""
    return float(np.log(class_counts.min()))


@of_classes(high=1, unit="share")
def rare_class_share(class_counts: Integers) -> float:
    """Return the share of classes with fewer than 10 rows."""
    return float((class_counts < RARE_ROWS).mean())
