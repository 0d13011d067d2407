"""A folder with every kind of file that a knowledge base can hold."""

from __future__ import annotations

import pytest
from keepers import do_add, grid

from autometa.knowledge_base import compact, remove


@pytest.fixture
def folder(tmp_path):
    """A folder of two parts of runs, with every kind of file that counts."""
    path = tmp_path / "kb"
    do_add(path, grid("abc", range(4)))
    do_add(path, grid("abc", range(4, 8)))
    compact(path)
    do_add(path, grid("d", range(2)))
    remove(path, tasks=["d"])
    do_add(path, grid("abc", range(4, 8)) | grid("a", [100]))
    remove(path, algorithms=["tree"], tasks=["a"])
    return path
