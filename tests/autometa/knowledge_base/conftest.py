"""A folder with every kind of file that a knowledge base can hold."""

from __future__ import annotations

import shutil

import pytest
from keepers import do_add, grid

from autometa.knowledge_base import compact, remove


@pytest.fixture(scope="session")
def changed_often(tmp_path_factory):
    """A folder of two parts of runs, with every kind of file that counts."""
    path = tmp_path_factory.mktemp("changed") / "kb"
    do_add(path, grid("abc", range(4)))
    do_add(path, grid("abc", range(4, 8)))
    compact(path)
    do_add(path, grid("d", range(2)))
    remove(path, tasks=["d"])
    do_add(path, grid("abc", range(4, 8)) | grid("a", [100]))
    remove(path, algorithms=["tree"], tasks=["a"])
    return path


@pytest.fixture
def folder(changed_often, tmp_path):
    """A copy of that folder, to be changed."""
    return shutil.copytree(changed_often, tmp_path / "kb")
