"""Cells that no table can hold are refused in a sentence, at both doors."""

from __future__ import annotations

import numpy as np
import pytest

from autometa.exceptions import DatasetError
from autometa.tables import check_table
from metafeatures import describe
from metafeatures.exceptions import MetaFeatureDataError


def boxed(value):
    """Return an object array without dimensions that holds ``value``."""
    box = np.empty((), dtype=object)
    box[()] = value
    return box


@pytest.mark.parametrize("kind", [list, lambda cells: np.array([*cells, None], object)[:-1]])
def test_boxes_of_objects_are_no_labels(kind):
    cells = kind([boxed("ab"[i % 2]) for i in range(40)])
    with pytest.raises(DatasetError, match="one label or number a row"):
        check_table(np.arange(40.0)[:, None], cells)


def test_half_a_character_is_refused_at_both_doors():
    X = np.array([["\ud800"], ["a"]] * 12)
    with pytest.raises(DatasetError, match="surrogates not allowed"):
        check_table(X, np.arange(24))
    with pytest.raises(MetaFeatureDataError, match="surrogates not allowed"):
        describe(X, np.arange(24))
