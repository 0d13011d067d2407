"""Knowledge bases written by earlier versions are read to the values that went in."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import pytest

from autometa import KnowledgeBase
from autometa.knowledge_base import canonical_config, compact, diff, verify

HERE = Path(__file__).resolve().parent
KEY = ("task_id", "algorithm", "config", "metric", "fidelity")


def plain(value):
    """Return a value of a frame as JSON has it; what is missing becomes None."""
    if value is None or isinstance(value, str):
        return value
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [float(item) for item in value]
    return None if math.isnan(value) else float(value)


def records(frame, key):
    rows = [{name: plain(value) for name, value in row.items()} for row in frame.to_dict("records")]
    return sorted(rows, key=lambda row: [row[name] for name in key])


def expected(rows, key):
    rows = [{name: plain(value) for name, value in row.items()} for row in rows]
    return sorted(rows, key=lambda row: [row[name] for name in key])


@pytest.fixture(params=["schema_1", "schema_2"])
def folder(request):
    return HERE / request.param


@pytest.fixture
def written(folder):
    return json.loads((folder / "expected.json").read_text(encoding="utf-8"))


def test_every_earlier_schema_is_read_to_the_values_that_went_in(folder, written):
    kb = KnowledgeBase.load(folder)
    runs = [{**run, "config": canonical_config(run["config"])} for run in written["runs"]]
    assert records(kb.runs, KEY) == expected(runs, KEY)
    assert records(kb.tasks, ["task_id"]) == expected(written["tasks"], ["task_id"])
    assert kb.provenance == written["provenance"]


def test_every_earlier_schema_is_read_to_the_same_metafeatures(folder, written):
    found = KnowledgeBase.load(folder).metafeatures
    assert sorted(found.index) == sorted(written["metafeatures"])
    for task, values in written["metafeatures"].items():
        assert found.loc[task].to_dict() == pytest.approx(values, nan_ok=True, rel=0, abs=0)


def test_every_earlier_schema_is_sound_and_compacts_to_the_same_values(folder, tmp_path):
    assert verify(folder).is_sound
    shutil.copytree(folder, tmp_path / "copy")
    assert compact(tmp_path / "copy").n_repeats == 2
    assert diff(folder, tmp_path / "copy", noise=0.0).is_empty
    assert verify(tmp_path / "copy").is_sound
