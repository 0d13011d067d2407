"""Knowledge bases written by earlier versions are read to the values that went in."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import pandas as pd
import pytest

from autometa import KnowledgeBase
from autometa.exceptions import KnowledgeBaseError
from autometa.importers import folds_of
from autometa.knowledge_base import canonical_config, compact, diff, merge_folders, verify

HERE = Path(__file__).resolve().parent
KEY = ("task_id", "algorithm", "config", "metric", "fidelity")
# What runs say since schema 3, and the protocol of a folder without a second source said before.
NOT_SAID = {
    "fold_kind": "shuffled",
    "split": "",
    "n_folds": math.nan,
    "split_seed": math.nan,
    "cutoff_seconds": math.nan,
}
SAID = {
    "fold_kind": "shuffled",
    "split": "cross-validation",
    "n_folds": 3.0,
    "split_seed": 0.0,
    "cutoff_seconds": 20.0,
}


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
    said = SAID if "protocol" in kb.provenance else NOT_SAID
    runs = [{**said, **run, "config": canonical_config(run["config"])} for run in written["runs"]]
    tasks = [{"fold": math.nan, **task} for task in written["tasks"]]
    assert records(kb.runs, KEY) == expected(runs, KEY)
    assert records(kb.tasks, ["task_id"]) == expected(tasks, ["task_id"])
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


def alone(folder, tmp_path):
    """Return a copy of a folder that nothing was added to."""
    copy = tmp_path / "alone"
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("source-*"))
    return copy


def test_runs_of_an_earlier_schema_have_the_folds_and_limit_of_its_protocol(folder, tmp_path):
    copy = alone(folder, tmp_path)
    compacted = tmp_path / "compacted"
    shutil.copytree(copy, compacted)
    compact(compacted)
    merged = tmp_path / "merged"
    merge_folders([copy], merged)
    for one in (copy, compacted, merged):
        runs = KnowledgeBase.load(one).runs
        assert runs["split"].unique().tolist() == ["cross-validation"]
        assert runs[["n_folds", "split_seed", "cutoff_seconds"]].drop_duplicates().to_numpy(
        ).tolist() == [[3.0, 0.0, 20.0]]  # fmt: skip
    assert verify(merged).is_sound


def test_tasks_of_an_earlier_schema_have_the_folds_of_its_provenance(folder, tmp_path):
    copy = alone(folder, tmp_path)
    first = KnowledgeBase.load(copy).tasks["task_id"].iloc[0]
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    manifest["provenance"]["folds"] = {first: 7, "of no task here": 1}
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert folds_of(KnowledgeBase.load(copy)).to_dict() == {first: 7}


def test_the_bundled_runs_say_how_they_were_measured():
    runs = KnowledgeBase.bundled().runs
    said = runs[["split", "n_folds", "split_seed", "cutoff_seconds"]].drop_duplicates()
    assert said.to_numpy().tolist() == [["cross-validation", 3.0, 0.0, 20.0]]


def test_folds_and_limits_of_runs_survive_saving(tmp_path):
    said = {"split": "holdout", "n_folds": 1.0, "split_seed": 7.0, "cutoff_seconds": 2.5}
    kb = KnowledgeBase.from_frames(
        pd.DataFrame({"task_id": ["t"], "task_type": "binary", "fold": [4]}),
        None,
        pd.DataFrame(
            {"task_id": "t", "algorithm": "a", "config": "{}", "metric": "m", "score": [1.0]} | said
        ),
    )
    kb.save(tmp_path / "kb")
    loaded = KnowledgeBase.load(tmp_path / "kb")
    assert loaded.runs[list(said)].to_dict("records") == [said]
    assert loaded.tasks["fold"].tolist() == [4.0]


@pytest.mark.parametrize(
    ("column", "value", "match"),
    [
        ("split", "bootstrap", "'split' of runs must be one of"),
        ("n_folds", 0, "'n_folds' must be > 0"),
        ("cutoff_seconds", -1.0, "'cutoff_seconds' must be > 0"),
    ],
)
def test_folds_and_limits_that_cannot_be_are_refused(column, value, match):
    run = {"task_id": "t", "algorithm": "a", "config": "{}", "metric": "m", "score": [1.0]}
    tasks = pd.DataFrame({"task_id": ["t"], "task_type": "binary"})
    with pytest.raises(KnowledgeBaseError, match=match):
        KnowledgeBase.from_frames(tasks, None, pd.DataFrame(run | {column: value}))
