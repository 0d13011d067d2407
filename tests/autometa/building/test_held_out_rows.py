"""Tables whose manifest names groups or timestamps are measured with these held out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from autometa.building import build_knowledge_base
from autometa.building._build import _n_folds
from autometa.building._sources import read_sources
from autometa.building._worker_side import describe_and_look, measure_setup
from autometa.exceptions import ValidationWarning


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


def test_a_build_says_what_shuffled_folds_hide_unless_the_manifest_names_it(tmp_path):
    folder = folder_of(tmp_path)
    visits = pd.read_parquet(folder / "visits.parquet").rename(columns={"who": "patient_id"})
    visits.to_parquet(folder / "visits.parquet")
    (source,) = read_sources(folder)
    _, said = describe_and_look(None, source)
    assert [one for one in said if "name 'patient_id' under 'groups' in the manifest" in one]
    (named,) = read_sources(folder_of(tmp_path, groups="who"))
    assert describe_and_look(None, named)[1] == ()


def test_what_a_build_says_is_a_warning_with_the_name_of_the_table(tmp_path):
    folder = folder_of(tmp_path)
    pd.read_parquet(folder / "visits.parquet").rename(columns={"who": "patient_id"}).to_parquet(
        folder / "visits.parquet"
    )
    executor = ThreadPoolExecutor(1)
    with executor, pytest.warns(ValidationWarning, match=r"Table 'visits': Each value of 'pat"):
        build_knowledge_base(
            folder, tmp_path / "kb", executor=executor, algorithms=["ridge"], max_tasks=1
        )
