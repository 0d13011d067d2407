"""Histories that tests of the sampler share."""

from __future__ import annotations

import pytest
from bowls import bowl_history


@pytest.fixture(scope="module")
def history():
    return bowl_history()


@pytest.fixture(scope="module")
def reversed_history():
    return bowl_history(sign=-1.0)
