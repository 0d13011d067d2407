"""kb build: real evaluations of real tables, killed and gone on with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_iris

from autometa import KnowledgeBase
from autometa.building import BuildSettings, build_knowledge_base
from autometa.building._journal import Journal
from autometa.building._protocol import measurements, shared_setups
from autometa.building._sources import read_sources
from autometa.exceptions import DatasetError, KnowledgeBaseError


@pytest.fixture
def datasets(tmp_path):
    """A folder of two small tables, as `kb build` takes it."""
    folder = tmp_path / "datasets"
    folder.mkdir()
    iris = load_iris(as_frame=True).frame.iloc[::3]
    diabetes = load_diabetes(as_frame=True).frame.iloc[:80]
    iris.to_parquet(folder / "iris.parquet")
    diabetes.to_csv(folder / "sugar.csv", index=False)
    pd.DataFrame(
        {
            "name": ["iris", "sugar"],
            "file": ["iris.parquet", "sugar.csv"],
            "family": ["flowers", "sugar"],
            "task_type": ["multiclass", "regression"],
            "target": ["target", "target"],
            "n_rows": [50, 80],
            "n_features": [4, 10],
        }
    ).to_csv(folder / "manifest.csv", index=False)
    return folder


@pytest.fixture
def few_setups(monkeypatch):
    """Three setups a task type, so that a test takes seconds."""
    from autometa.building import _build

    def quick(task_type, n_rows, algorithms):
        found = [m for m in measurements(task_type, 10**6) if m[0] in ("decision_tree", "lightgbm")]
        return [m for m in found if m[2] == 1.0][:3] + [m for m in found if m[2] < 1.0][:1]

    monkeypatch.setattr(_build, "measurements", quick)


def test_a_table_without_a_name_is_refused_and_one_called_nan_is_its_own_family(tmp_path):
    row = "{name},none.csv,y,binary,10,2\n"
    manifest, head = tmp_path / "manifest.csv", "name,file,target,task_type,n_rows,n_features\n"
    manifest.write_text(head + row.format(name="nan"))
    assert [source.family for source in read_sources(tmp_path)] == ["nan"]
    manifest.write_text(head + row.format(name=""))
    with pytest.raises(DatasetError, match="table '': a name must be good as the name of a file"):
        read_sources(tmp_path)


def test_every_task_of_a_kind_gets_the_same_setups():
    assert list(shared_setups("binary")) == list(shared_setups("multiclass"))
    assert len(set(shared_setups("binary"))) >= 60
    assert len(set(shared_setups("regression"))) >= 60


def test_quick_tasks_come_first_and_kinds_take_turns(datasets):
    assert [source.task_id for source in read_sources(datasets)] == ["iris", "sugar"]


def test_a_build_measures_every_setup_by_every_metric_and_once(datasets, tmp_path, few_setups):
    out = tmp_path / "kb"
    settings = BuildSettings(time_limit=60)
    build_knowledge_base(datasets, out, settings=settings)
    kb = KnowledgeBase.load(out)
    runs = kb.runs.drop_duplicates(["task_id", "algorithm", "config"])
    assert runs.groupby("task_id").size().to_dict() == {"iris": 3, "sugar": 3}
    curves = kb.runs.query("fidelity < 1").drop_duplicates(["task_id", "fidelity"])
    assert sorted(curves["fidelity"]) == [0.1, 0.1]
    assert set(kb.runs["status"]) == {"ok"}
    assert sorted(kb.metafeatures.index) == ["iris", "sugar"]
    assert kb.tasks.set_index("task_id")["family"].to_dict()["iris"] == "flowers"
    accuracy = kb.runs.query("task_id == 'iris' and metric == 'accuracy' and fidelity == 1")
    assert accuracy["score"].between(0.7, 1.0).all()
    assert (accuracy["fold_scores"].map(len) == 3).all()
    assert (accuracy["fit_seconds"] > 0).all()
    assert accuracy["reference_seconds"].between(0.001, 1.0).all()
    said = []  # a finished build measures nothing again
    build_knowledge_base(datasets, out, settings=settings, on_progress=lambda *x: said.append(x))
    assert said == []


@pytest.mark.slow
def test_a_limit_reached_is_a_result(datasets, tmp_path, few_setups):
    build_knowledge_base(
        datasets, tmp_path / "kb", settings=BuildSettings(time_limit=0.001), max_tasks=1
    )
    runs = KnowledgeBase.load(tmp_path / "kb").runs
    assert set(runs["status"]) == {"timeout"}
    assert runs["score"].isna().all()


def test_a_torn_line_of_the_journal_is_dropped(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append({"task_id": "a", "algorithm": "x", "config": "{}"})
    with (tmp_path / "journal.jsonl").open("a") as file:
        file.write('{"task_id": "b", "algo')
    again = Journal(tmp_path / "journal.jsonl")
    assert [entry["task_id"] for entry in again.entries] == ["a"]
    again.append({"task_id": "c", "algorithm": "x", "config": "{}"})
    assert len(Journal(tmp_path / "journal.jsonl").entries) == 2


@pytest.mark.slow
def test_a_killed_build_goes_on_with_nothing_done_twice(datasets, tmp_path):
    out = tmp_path / "kb"
    command = [sys.executable, "-m", "autometa.cli", "kb", "build"]
    command += ["--datasets", str(datasets), "--out", str(out)]
    command += ["--algorithm", "decision_tree", "--algorithm", "nearest_neighbors"]
    journal = out / "journal.jsonl"
    seen: list[str] = []
    for _ in range(3):
        build = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        n_before = len(_lines(journal))
        while len(_lines(journal)) < n_before + 5:
            assert build.poll() is None
            time.sleep(0.05)
        os.kill(build.pid, signal.SIGKILL)
        build.wait()
        lines = _lines(journal)
        assert lines[: len(seen)] == seen
        seen = lines
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    runs = KnowledgeBase.load(out).runs
    assert not runs.duplicated(["task_id", "algorithm", "config", "metric"]).any()
    kept = runs.drop_duplicates(["task_id", "algorithm", "config"])
    chosen = ("decision_tree", "nearest_neighbors")
    expected = [setup for setup in shared_setups("multiclass") if setup[0] in chosen]
    assert kept.groupby("task_id").size().to_dict()["iris"] == len(expected)
    assert _lines(journal) == []


def _lines(journal):
    if not journal.exists():
        return []
    whole = []
    for line in journal.read_text().splitlines():
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            continue
        whole.append(f"{entry['task_id']} {entry['algorithm']} {entry['config']}")
    return whole


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_dask_cluster_builds_what_one_machine_builds(datasets, tmp_path, few_setups):
    from distributed import LocalCluster

    from autometa.cli import main

    build_knowledge_base(datasets, tmp_path / "here", settings=BuildSettings())
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        arguments = ["--datasets", str(datasets), "--out", str(tmp_path / "there")]
        with pytest.raises(SystemExit) as ended:
            main(["kb", "build", *arguments, "--dask", cluster.scheduler_address])
    assert not ended.value.code
    key = ["task_id", "algorithm", "config", "fidelity", "metric"]
    here, there = (
        KnowledgeBase.load(tmp_path / name).runs.sort_values(key).set_index(key)["score"]
        for name in ("here", "there")
    )
    pd.testing.assert_series_equal(here, there)


@pytest.mark.slow
def test_other_settings_cannot_go_on_with_a_build(datasets, tmp_path, few_setups):
    build_knowledge_base(datasets, tmp_path / "kb", max_tasks=1)
    with pytest.raises(KnowledgeBaseError, match=r"was begun with .*'n_folds': 3.*Got .*5"):
        build_knowledge_base(datasets, tmp_path / "kb", settings=BuildSettings(n_folds=5))
