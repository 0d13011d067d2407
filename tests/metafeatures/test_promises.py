"""Every registered meta-feature keeps the promises of `metafeatures.testing`."""

from __future__ import annotations

import pytest

from metafeatures import list_metafeatures
from metafeatures.testing import check_metafeature


@pytest.mark.parametrize("name", list_metafeatures()["name"])
def test_metafeature_keeps_its_promises(name):
    check_metafeature(name)
