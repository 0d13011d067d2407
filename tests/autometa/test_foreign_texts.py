"""Bytes that are no UTF-8 and half a surrogate pair, as old files and databases hold them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa import check_validation
from autometa.tables import TableOverview, check_table
from autometa.tuning.study._content_hash import content_hash

CELLS = {
    "bytes": [b"\xff", b"x"],
    "surrogates": ["\ud800", "x"],
    "both, and others": [b"\xff", "\ud800", 1.5, None],
}


@pytest.mark.parametrize("name", list(CELLS))
@pytest.mark.filterwarnings("ignore::autometa.exceptions.AutoMetaWarning")
def test_cells_that_no_text_file_could_hold_are_looked_at_hashed_and_shown(name):
    cells = np.tile(np.array(CELLS[name], dtype=object), 60 // len(CELLS[name]))
    X = pd.DataFrame({"number": np.arange(60.0), "cell": pd.Series(cells, dtype=object)})
    labels = X["cell"].where(X["cell"].notna(), "none")
    assert isinstance(check_validation(X, [0, 1] * 30), list)
    table = check_table(X, [0, 1] * 30)
    assert len(content_hash(table)) == 12
    assert TableOverview.of(table).columns()["column"].tolist() == ["number", "cell"]
    if name != "both, and others":  # whose labels of several types are refused
        shown = TableOverview.of(check_table(X[["number"]], labels)).outcomes
        assert shown.sum() == 60
