"""A table as numbers, where not all levels have room."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

from metafeatures import MetaFeatureExtractor
from metafeatures._tables.sources import as_source

RNG = np.random.default_rng(0)
N = 2000
CLASSES = RNG.choice(["a", "b"], N)
TELLING = pd.DataFrame({"c": CLASSES})
IDENTIFIER = pd.DataFrame({"id": [f"u{i}" for i in range(N)]})
NUMBERS = pd.DataFrame(RNG.normal(size=(N, 520))).add_prefix("x")


@pytest.mark.parametrize(
    "X",
    [
        pd.concat([IDENTIFIER, TELLING], axis=1),
        pd.concat([TELLING, IDENTIFIER], axis=1),
        pd.concat([IDENTIFIER, IDENTIFIER + "x", TELLING], axis=1).set_axis(list("abc"), axis=1),
        pd.concat([NUMBERS, TELLING], axis=1),
        pd.concat([NUMBERS, IDENTIFIER, TELLING], axis=1),
    ],
    ids=["identifier first", "last", "two", "500 numbers", "500 numbers and an identifier"],
)
def test_a_telling_category_is_seen_whatever_stands_beside_it(X):
    extractor = MetaFeatureExtractor(names=["overlap_f1.min", "skewness.mean"])
    assert extractor.extract(X, CLASSES)["overlap_f1.min"] == 0
    assert extractor.notes_["overlap_f1.min"].startswith("500 of")
    assert set(extractor.notes_) == {"overlap_f1.min"}


def test_nothing_is_noted_of_a_table_that_is_looked_at_whole():
    extractor = MetaFeatureExtractor(families=["complexity"])
    extractor.extract(TELLING.assign(x=RNG.normal(size=N)), CLASSES)
    assert extractor.notes_ == {}


@pytest.mark.parametrize("kind", [object, "string", "string[pyarrow]"])
def test_kinds_that_a_part_of_the_rows_cannot_tell_are_not_counted_in_a_part(kind):
    numbers = pd.Series(np.arange(300_000).astype(str)).astype(object)
    numbers.iloc[-1] = "x"
    X = pd.DataFrame({i: numbers.astype(kind) for i in "abcdef"})
    extractor = MetaFeatureExtractor(names=["n_numeric"], time_budget=0.1)
    with pytest.warns(UserWarning, match="skipped"):
        found = extractor.extract(X, np.arange(len(X)) % 2)
    assert np.isnan(found["n_numeric"])
    assert "count in all rows" in extractor.report_.loc["n_numeric", "reason"]


@pytest.mark.parametrize(
    ("values", "tells"),
    [
        ([1, 2], True),
        ([0.5, None], True),
        ([True, False], True),
        (pd.Categorical(["a", "b"]), True),
        (pd.to_datetime(["2020-01-01", "2021-01-01"]), True),
        (pd.to_timedelta(["1h", "2h"]), True),
        (["1", "2"], False),
        (np.array([1, "2"], object), False),
        (pd.array(["1", "2"], "string"), False),
        (pd.array([1, None], "Int64"), True),
    ],
)
def test_types_tell_kinds_or_not_in_any_library(values, tells):
    frame = pd.DataFrame({"a": values})
    assert as_source(frame).tells_kind.tolist() == [tells]
    if not (frame["a"].dtype == object and isinstance(values, np.ndarray)):
        assert as_source(pl.from_pandas(frame)).tells_kind.tolist() == [tells]
