"""Tables whose manifest names groups or timestamps are measured with these held out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from autometa.building._build import _n_folds
from autometa.building._sources import read_sources
from autometa.building._worker_side import measure_setup


def folder_of(tmp_path, **named):
    rng = np.random.default_rng(0)
    who = np.repeat(np.arange(12), 10)
    frame = pd.DataFrame(rng.normal(size=(12, 3))[who], columns=list("abc"))
    frame["who"], frame["day"] = who, np.tile(np.arange(10), 12)
    frame["y"] = rng.normal(size=12)[who] + 0.1 * rng.normal(size=120)
    frame.to_parquet(tmp_path / "visits.parquet")
    about = {"name": "visits", "task_type": "regression", "target": "y", "n_rows": 120} | named
    pd.DataFrame([about | {"n_features": 5}]).to_csv(tmp_path / "manifest.csv", index=False)
    return tmp_path


def measured(folder):
    (source,) = read_sources(folder)
    value = measure_setup(None, source, "decision_tree", {}, 4)
    return source, value


def test_groups_of_a_manifest_are_kept_apart(tmp_path):
    source, shuffled = measured(folder_of(tmp_path))
    assert source.validation.kind == "shuffled"
    assert shuffled["scores"]["r2"] > 0.8
    by_group, value = measured(folder_of(tmp_path, groups="who"))
    assert by_group.validation.kind == "group"
    assert value["scores"]["r2"] < 0.2
    assert by_group.fingerprint() != source.fingerprint()


def test_time_may_be_named_as_in_other_manifests(tmp_path):
    source, value = measured(folder_of(tmp_path, time="day"))
    assert source.validation.kind == "time"
    assert len(value["fold_scores"]["r2"]) == _n_folds(value, 9) == 4


def test_both_are_held_out_at_once(tmp_path):
    source, value = measured(folder_of(tmp_path, groups="who", timestamps="day"))
    assert source.validation.kind == "group-time"
    assert np.isfinite(value["scores"]["r2"])


def test_a_manifest_without_them_has_the_fingerprint_it_had(tmp_path):
    (plain,) = read_sources(folder_of(tmp_path))
    (empty,) = read_sources(folder_of(tmp_path, groups="", time=""))
    assert plain.fingerprint() == empty.fingerprint()
