"""What every importer keeps to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from autometa.importers import Imported, import_history, recognise
from autometa.knowledge_base import KnowledgeBase


class ImporterContract:
    """Tests of one importer on sources of its format.

    Attributes
    ----------
    format : str
        Its name. It must be registered, or be autometa's own.
    """

    format: str

    def make_sources(self, folder: Path) -> Sequence[Any]:
        """Return sources with a run or more each; those that are files lie in ``folder``."""
        raise NotImplementedError(f"{type(self).__name__} must say what is to be read.")

    @pytest.fixture
    def sources(self, tmp_path: Path) -> Sequence[Any]:
        """Return the sources to read."""
        made = self.make_sources(tmp_path)
        assert made, "make_sources returned nothing to read"
        return made

    def test_its_sources_are_recognised(self, sources: Sequence[Any]) -> None:
        """By content, with no format named."""
        assert [recognise(source) for source in sources] == [self.format] * len(sources)

    def test_another_format_is_not_taken_for_it(self, tmp_path: Path) -> None:
        """A long table in a file of text is one of autometa's own."""
        file = tmp_path / "other.csv"
        file.write_text("dataset,model,accuracy\niris,knn,0.9\n")
        assert (recognise(file) == self.format) is (self.format == "table")

    def test_what_is_read_can_be_kept(self, sources: Sequence[Any], tmp_path: Path) -> None:
        """A knowledge base with runs, the same when it was saved and loaded."""
        for number, source in enumerate(sources):
            imported = import_history(source)
            assert isinstance(imported, Imported)
            kb = imported.knowledge_base
            assert len(kb.runs) > 0
            kb.save(tmp_path / f"kb-{number}")
            kept = KnowledgeBase.load(tmp_path / f"kb-{number}")
            assert len(kept.runs) == len(kb.runs)
            assert set(kept.tasks["task_id"]) == set(kb.tasks["task_id"])

    def test_reading_twice_gives_the_same(self, sources: Sequence[Any]) -> None:
        """Runs and tasks, in one order."""
        for source in sources:
            first, second = (import_history(source, self.format) for _ in range(2))
            pd.testing.assert_frame_equal(first.knowledge_base.runs, second.knowledge_base.runs)
            pd.testing.assert_frame_equal(first.knowledge_base.tasks, second.knowledge_base.tasks)
            assert first.dropped == second.dropped
