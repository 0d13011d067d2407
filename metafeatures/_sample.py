"""A table read once, and the sample of it that measures look at."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
import pandas as pd

from metafeatures._arrays import Codes, Floats, Integers
from metafeatures._columns.arrays import tame
from metafeatures._tables.rows import (
    MIN_CLASS_ROWS,
    class_weights,
    n_random,
    row_order,
    take_sample,
)
from metafeatures._tables.sources import Source
from metafeatures._tables.table import Table
from metafeatures._task import Target

MAX_COLUMNS = 500


class Sample:
    """A table and its target: counts of all rows, and columns of some.

    Rows of rare classes are brought along. What asks for the target looks at all rows of the
    sample and weighs them by `class_weights`; what asks for columns alone looks at the
    first rows, which are drawn at random. Both describe the whole table.

    Parameters
    ----------
    X : DataFrame, Source or Table of shape (n_rows, n_columns)
        Not modified, and not kept longer than the columns are read.
    target : Target
        From `read_target`.
    max_rows : int or None
        Rows that column statistics see: a sample, the same whatever the order of rows.
    seed : int
        Decides the sample, the folds and the random landmarkers.
    n_jobs : int, default=1
        Threads for the tree ensembles.
    random_state : int, optional
        The user's own number, for what other libraries draw with it; ``seed`` without one.
    """

    def __init__(
        self,
        X: pd.DataFrame | Source | Table,
        target: Target,
        *,
        max_rows: int | None,
        seed: int,
        n_jobs: int = 1,
        random_state: int | None = None,
    ) -> None:
        self.target = target
        self.is_regression = target.is_regression
        self.seed = seed
        self.random_state = seed if random_state is None else random_state
        self.n_jobs = n_jobs
        self.is_bounded = max_rows is not None
        values = target.numbers if self.is_regression else target.codes
        table = X if isinstance(X, Table) else Table(X, values)
        self.n_rows, self.n_columns = table.source.shape
        most = MAX_COLUMNS if self.is_bounded else self.n_columns
        self.kinds = table.kinds
        self.missing_counts = table.missing_counts
        self.n_rows_missing = table.n_rows_missing
        self.n_repeated_columns = table.n_repeated_columns
        self.cardinalities = table.cardinalities()
        if not self.is_regression:
            self.target = target = _by_content(target, table)
        order, self.n_repeated_rows = row_order(table.row_hashes, seed, table.by_hash)
        self.sample = rows = take_sample(order, target, max_rows)
        self.n_random = n_random(order, rows)
        numeric, dated, categorical, texts = (
            table.in_order(kind, most) for kind in ("numeric", "datetime", "categorical", "text")
        )
        self.numeric_places, self.date_places, self.category_places = map(
            np.argsort, (numeric, dated, categorical)
        )
        self.all_numbers, self.exponents = tame(table.numbers(numeric, rows))
        self.all_dates = table.numbers(dated, rows)
        coded = [table.codes(i, rows) for i in categorical]
        self.all_codes = [codes for codes, _ in coded]
        self.alphabets = [alphabet for _, alphabet in coded]
        lengths = [table.lengths(i, rows) for i in texts]
        self.text_lengths = np.array(lengths).reshape(-1, rows.size)

    def _most(self, bound: int) -> int | None:
        """Return a bound, or None when everything was asked for."""
        return bound if self.is_bounded else None

    # --- columns on the rows that are drawn at random ---

    @property
    def numbers(self) -> Floats:
        """Numeric columns; one row a column."""
        return self.all_numbers[:, : self.n_random]

    @property
    def dates(self) -> Floats:
        """Date columns; one row a column."""
        return self.all_dates[:, : self.n_random]

    @property
    def codes(self) -> list[Codes]:
        """Categorical columns as codes, -1 is missing."""
        return [column[: self.n_random] for column in self.all_codes]

    # --- the target on all rows of the sample ---

    @cached_property
    def classes(self) -> Integers:
        """Class of each sampled row, 0 the most frequent."""
        return self.target.codes[self.sample]

    @cached_property
    def class_weights(self) -> Floats | None:
        """What a sampled row of each class stands for; None when all rows are sampled."""
        return None if self.is_regression else class_weights(self.classes, self.class_counts)

    @cached_property
    def row_weights(self) -> Floats | None:
        """What each sampled row stands for; None when all stand for themselves."""
        weights = self.class_weights
        return None if weights is None else weights[self.classes]

    def places_of(self, max_rows: int, n_of_class: int = MIN_CLASS_ROWS) -> Integers:
        """Return places in the sample of at most so many rows, rare classes among them."""
        if not self.is_bounded or self.sample.size <= max_rows:
            return np.arange(self.sample.size)
        place = np.empty(self.n_rows, np.int64)
        place[self.sample] = np.arange(self.sample.size)
        return place[take_sample(self.sample, self.target, max_rows, n_of_class)]

    # --- counts, on all rows ---

    @property
    def class_counts(self) -> Integers:
        """Rows per class, most frequent first."""
        return self.target.class_counts


def _by_content(target: Target, table: Table) -> Target:
    """Return classes the most frequent first, equally frequent ones by what their rows hold.

    By name only where nothing else tells them apart.
    """
    counts = target.class_counts
    if np.unique(counts).size == counts.size:
        return target
    low, high = table.class_sums(counts.size)
    order = np.lexsort((np.arange(counts.size), low, high, -counts))
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    return replace(
        target,
        codes=rank[target.codes].astype(np.int64),
        labels=tuple(target.labels[i] for i in order),
        class_counts=counts[order],
    )
