"""Small histories for the graph."""

from __future__ import annotations

import pytest
from graph_bases import base


@pytest.fixture
def two_tasks():
    """Two alike tasks of one family: ``a`` wins on both, ``b`` was tried once."""
    return base(
        {"s": {("a", 1): 0.9, ("a", 2): 0.8, ("b", 1): 0.7}, "t": {("a", 1): 0.6}},
        features={"n_rows": [100.0, 200.0], "missing_share": [0.5, 0.0]},
        families=["f", "f"],
        split="cross-validation",
    )
