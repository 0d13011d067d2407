"""A format is one file of the folder of importers: nothing else names it."""

from __future__ import annotations

import sys

import pytest

import autometa.importers
from autometa.importers import _registry, formats
from autometa.testing import ImporterContract

LINES = """
from pathlib import Path

import pandas as pd

from autometa.importers._imported import Imported
from autometa.importers._importer import Importer
from autometa.importers._tally import Tally


def recognise(source):
    return str(source).endswith(".lines") and Path(source).read_text().startswith("LINES")


def read(source, *, task_type="binary"):
    rows = [line.split() for line in Path(source).read_text().splitlines()[1:]]
    runs = pd.DataFrame(rows, columns=["task_id", "algorithm", "score"])
    runs = runs.assign(score=runs["score"].astype(float), config="{}", metric="accuracy")
    tasks = pd.DataFrame({"task_id": pd.unique(runs["task_id"]), "task_type": task_type})
    return Tally().finish(tasks, None, runs, {"format": "lines", "source": str(source)})


IMPORTER = Importer(name="lines", read=read, recognise=recognise)
"""


class TestAFormatThatIsOneFile(ImporterContract):
    format = "lines"

    @pytest.fixture(autouse=True)
    def planted(self, tmp_path_factory, monkeypatch):
        """Put a file into the folder of the package, as far as imports can see."""
        folder = tmp_path_factory.mktemp("importers")
        (folder / "_lines.py").write_text(LINES)
        monkeypatch.setattr(
            autometa.importers, "__path__", [*autometa.importers.__path__, str(folder)]
        )
        _registry._installed.cache_clear()
        yield
        _registry._installed.cache_clear()
        sys.modules.pop("autometa.importers._lines", None)
        vars(autometa.importers).pop("_lines", None)

    def make_sources(self, folder):
        (folder / "a.lines").write_text("LINES\niris knn 0.5\nwine knn 0.75\n")
        return [folder / "a.lines"]

    def test_it_is_a_format_among_the_others(self):
        assert {"lines", "matrix", "table"} < set(formats())


def test_without_the_file_there_is_no_such_format():
    assert "lines" not in formats()
