"""`docs/architecture.md` says what the tree is: its paths exist, and it leaves no room out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text()
PATHS = sorted(
    set(re.findall(r"`((?:autometa|metafeatures|tests|data|benchmarks)/[\w./]*)`", PAGE))
)
# What every package has, or a user never asks about.
UNNAMED = {"__init__.py", "__main__.py", "_limits.py", "_urls.py", "_versions.py", "pictures.py"}


@pytest.mark.parametrize("path", PATHS)
def test_paths_of_the_page_exist(path):
    assert (ROOT / path).exists()


def test_the_page_names_every_room():
    table = PAGE.split("## Rooms")[1].split("## A table")[0]
    rooms = {
        path.name
        for path in (ROOT / "autometa").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    named = {re.split(r"[`/]", part)[0] for part in table.split("`autometa/")[1:]}
    assert rooms - UNNAMED <= named
