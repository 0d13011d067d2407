"""`docs/architecture.md` and CONTRIBUTING say what the tree is: their paths and names exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autometa import testing

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text()
WHERE = (ROOT / "CONTRIBUTING.md").read_text().split("## Where do I add a")[1].split("\n## ")[0]
PATHS = sorted(
    set(re.findall(r"`((?:autometa|metafeatures|tests|data|benchmarks)/[\w./]*)`", PAGE + WHERE))
)
# What every package has, or a user never asks about.
UNNAMED = {"__init__.py", "__main__.py", "_extras.py", "_limits.py", "_urls.py", "_versions.py"}


@pytest.mark.parametrize("path", PATHS)
def test_paths_of_the_pages_exist(path):
    is_to_be_written = re.search(r"/_?(NAME|THEME)\.py$", path)
    assert (ROOT / path).parent.is_dir() if is_to_be_written else (ROOT / path).exists()


def test_where_things_are_added_is_said_of_each_kind():
    kinds = [line.split("|")[1].strip() for line in WHERE.splitlines() if line.startswith("| ")]
    asked = ["algorithm", "metric", "meta-feature", "importer", "task similarity", "sampler"]
    assert [kind for kind in [*asked, "scheduler", "command"] if kind not in kinds] == []


def test_the_contracts_that_are_named_can_be_imported():
    named = set(re.findall(r"\b\w+Contract\b", WHERE))
    assert named == {name for name in testing.__all__ if name.endswith("Contract")}
    assert "metafeatures.testing.check_metafeature" in WHERE


def test_the_page_names_every_room():
    table = PAGE.split("## Rooms")[1].split("## A table")[0]
    rooms = {
        path.name
        for path in (ROOT / "autometa").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    named = {re.split(r"[`/]", part)[0] for part in table.split("`autometa/")[1:]}
    assert rooms - UNNAMED <= named
