"""Builds whose folder changes, is wrong, or is shared: what is kept is what was measured."""

from __future__ import annotations

import math
import os
import pickle
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from executor_calls import load_and_spin

from autometa import KnowledgeBase
from autometa.building import (
    BuildSettings,
    _build,
    _worker_side,
    build_knowledge_base,
    generate_tasks,
)
from autometa.building._begun import alone_in
from autometa.building._executors import Call, make_call_executor
from autometa.building._sources import read_sources
from autometa.evaluation import Outcome
from autometa.exceptions import (
    DatasetError,
    DatasetNotFoundError,
    KnowledgeBaseError,
    KnowledgeBaseWriteError,
)
from autometa.knowledge_base import add_to, verify
from autometa.knowledge_base._checks import check_tasks

RNG = np.random.default_rng(0)


class HereCallExecutor:
    """Makes each call at once, in this process: a build without the start of workers."""

    def __init__(self):
        self.outcomes = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    @property
    def n_idle(self):
        return 1 - len(self.outcomes)

    def give(self, call):
        value = call.function(None, *call.arguments)
        self.outcomes.append(Outcome(key=call.key, status="ok", value=value))

    def wait(self):
        return self.outcomes.pop() if self.outcomes else None


@pytest.fixture
def here(monkeypatch):
    monkeypatch.setattr(_build, "make_call_executor", lambda *_: HereCallExecutor())
    yield
    _worker_side._load.cache_clear()


def table(n=60):
    x = pd.DataFrame(RNG.normal(size=(n, 2)), columns=["a", "b"])
    return x.assign(y=np.where(x["a"] > 0, "yes", "no"))


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    table().to_parquet(folder / "t.parquet")
    write_manifest(folder)
    return folder


def write_manifest(folder, names=("t",), **more):
    rows = {"name": names, "task_type": "binary", "target": "y", **more}
    pd.DataFrame(rows).to_csv(folder / "manifest.csv", index=False)


def build(data, out, algorithms=("naive_bayes",), **settings):
    return build_knowledge_base(
        data, out, settings=BuildSettings(**settings), algorithms=list(algorithms)
    )


@pytest.mark.slow
def test_a_setup_does_not_pay_for_its_table():
    """0.6 s of loading and 0.1 s of fitting fit into 0.4 s; the other way round they do not."""
    with make_call_executor(1, None, None) as executor:
        for loading, fitting, status in ((0.6, 0.1, "ok"), (0.1, 0.6, "timeout")):
            executor.give(Call(status, load_and_spin, (loading, fitting), 0.4))
            assert executor.wait().status == status


def test_a_table_is_loaded_outside_the_clock(data, monkeypatch):
    (source,) = read_sources(data)
    left = []

    def load(source):
        left.append(signal.getitimer(signal.ITIMER_PROF)[0])
        return _worker_side._load.__wrapped__(source)

    monkeypatch.setattr(_worker_side, "_load", load)
    signal.setitimer(signal.ITIMER_PROF, 1000.0)
    try:
        _worker_side.measure_setup(None, source, "naive_bayes", {}, 3)
        assert signal.getitimer(signal.ITIMER_PROF)[0] > 900.0
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
    assert left == [0.0]


@pytest.mark.parametrize(
    "slip", [{"target": "label"}, {"file": "missing.parquet"}, {"target": "constant"}]
)
def test_a_slip_in_the_folder_is_said_and_not_kept(data, tmp_path, slip, here):
    table().assign(constant="x").to_parquet(data / "t.parquet")
    write_manifest(data, **slip)
    out = tmp_path / "kb"
    assert list(build(data, out)) == ["t"]
    assert not list(out.glob("runs-*"))
    write_manifest(data)
    assert build(data, out) == {}
    assert set(KnowledgeBase.load(out).runs["status"]) == {"ok"}


def test_a_target_called_0_is_a_name(data, tmp_path, here):
    table().rename(columns={"y": "0"}).to_parquet(data / "t.parquet")
    write_manifest(data, target="0")
    assert build(data, tmp_path / "kb") == {}


def test_rows_are_counted_where_the_manifest_does_not_say(data):
    table(60).to_csv(data / "u.csv", index=False)
    write_manifest(data, ["t", "u", "v"], file=["t.parquet", "u.csv", "gone.csv"])
    rows = {source.task_id: (source.n_rows, source.n_columns) for source in read_sources(data)}
    assert rows["t"] == rows["u"] == (60, 2)
    assert all(map(math.isnan, rows["v"]))


def test_a_source_whose_size_nobody_knows_is_loaded_once(data):
    write_manifest(data, n_rows=60)
    (one,), (other,) = read_sources(data), read_sources(data)
    assert math.isnan(one.n_columns)
    assert one == other
    assert _worker_side._load(one) is _worker_side._load(pickle.loads(pickle.dumps(other)))


def test_a_task_without_a_family_is_the_family_of_what_is_derived_from_it(data, tmp_path):
    for name in "pqr":
        table(300).to_parquet(data / f"{name}.parquet")
    write_manifest(data, ["p", "q", "r"], family=["x", None, "nan"])
    generate_tasks(tmp_path / "g", data, per_dataset=1)
    families = {s.task_id: s.family for f in (data, tmp_path / "g") for s in read_sources(f)}
    assert {name[0]: family for name, family in families.items()} == {"p": "x", "q": "q", "r": "r"}
    assert len(families) == 6


def test_tables_of_the_same_file_name_are_told_apart(tmp_path):
    data = tmp_path / "data"
    for n in "pq":
        (data / n).mkdir(parents=True)
        x = pd.DataFrame(RNG.normal(size=(300, 4)), columns=list("abcd"))
        x.assign(y=x["a"]).to_parquet(data / n / "data.parquet")
    files = ["p/data.parquet", "q/data.parquet"]
    write_manifest(data, ["p", "q"], file=files, task_type="regression")
    assert generate_tasks(tmp_path / "g", data, per_dataset=2) == {}
    parents = [name.partition("~")[0] for name in pd.read_csv(tmp_path / "g/manifest.csv")["name"]]
    assert sorted(parents) == ["p", "p", "q", "q"]


@pytest.mark.slow
def test_the_protocol_is_asked_for_after_any_addition(data, tmp_path, here):
    out = tmp_path / "kb"
    build(data, out)
    tasks = pd.DataFrame({"task_id": ["u"], "task_type": "binary"})
    runs = {"task_id": ["u"], "algorithm": "a", "config": "{}", "metric": "m", "score": 0.5}
    other = KnowledgeBase.from_frames(tasks, None, pd.DataFrame(runs))
    add_to(out, other, "x.csv")
    with pytest.raises(KnowledgeBaseError, match="runs of both would not compare"):
        build(data, out, n_folds=5)
    build(data, out)
    add_to(tmp_path / "own", other, "x.csv")
    build(data, tmp_path / "own")
    with pytest.raises(KnowledgeBaseError, match="runs of both would not compare"):
        build(data, tmp_path / "own", n_folds=5)


@pytest.mark.parametrize("change", ["content", "target"])
def test_another_table_under_the_same_name_is_refused(data, tmp_path, change, here):
    out = tmp_path / "kb"
    build(data, out)
    if change == "content":
        table().to_parquet(data / "t.parquet")
    else:
        write_manifest(data, target="b")
    with pytest.raises(KnowledgeBaseError, match=r"is another table.*kb remove"):
        build(data, out, ["lda"])


@pytest.mark.slow
def test_the_second_builder_of_a_folder_is_refused(data, tmp_path, here):
    with alone_in(tmp_path / "kb"):
        script = (
            "import sys; from pathlib import Path\n"
            "from autometa.building import build_knowledge_base\n"
            "build_knowledge_base(Path(sys.argv[1]), Path(sys.argv[2]), algorithms=['lda'])"
        )
        command = [sys.executable, "-c", script, str(data), str(tmp_path / "kb")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert "Another build goes on" in done.stderr
    assert not list((tmp_path / "kb").glob("*.parquet"))
    build(data, tmp_path / "kb")
    assert verify(tmp_path / "kb").findings == ()


def test_meta_features_are_kept_as_each_task_is_described(data, tmp_path, monkeypatch, here):
    table().to_parquet(data / "u.parquet")
    write_manifest(data, ["t", "u"])

    def stop(self, executor):
        raise KeyboardInterrupt

    kept = []
    monkeypatch.setattr(_build._Build, "measure", stop)
    with pytest.raises(KeyboardInterrupt):
        build_knowledge_base(
            data,
            tmp_path / "kb",
            algorithms=["lda"],
            on_progress=lambda *_: kept.append(len(list((tmp_path / "kb").glob("metafeatures-*")))),
        )
    assert kept == [1, 2]


@pytest.mark.parametrize(
    ("manifest", "error", "match"),
    [
        (None, DatasetNotFoundError, "must be a folder of tables with a manifest.csv"),
        ("name,target\na,b\n", DatasetError, "Missing: task_type"),
        ("name,target,task_type\na,b,ranking\n", DatasetError, "'task_type' must be one of"),
        ("name,target,task_type\n../a,b,binary\n", DatasetError, "good as the name of a file"),
        ("name,target,task_type\n,b,binary\n" * 2, DatasetError, "each table once|good as"),
        ("name,target,task_type,file\na,b,binary,/etc/passwd\n", DatasetError, "below the folder"),
        ("name,target,task_type,n_rows\na,b,binary,many\n", DatasetError, "'n_rows' must be"),
        ("\0\0\0", DatasetError, "must have the columns|is no csv"),
        ('name,"target\n', DatasetError, "must have the columns|is no csv"),
    ],
)
def test_a_manifest_that_says_nothing_sound_is_a_documented_error(tmp_path, manifest, error, match):
    if manifest is not None:
        (tmp_path / "manifest.csv").write_text(manifest)
    with pytest.raises(error, match=match):
        build_knowledge_base(tmp_path, tmp_path / "kb")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_is_one_sentence_and_what_was_measured_stays(data, tmp_path, monkeypatch, here):
    out = tmp_path / "kb"
    n_appended = []
    append = _build.Journal.append

    def until_full(self, entry):
        if len(n_appended) == 2:
            self.path = out / "full"
            self.path.unlink(missing_ok=True)
            monkeypatch.setattr("autometa.building._journal._no_link", full)
        n_appended.append(1)
        append(self, entry)

    def full(path, flags):
        return os.open("/dev/full", flags)

    monkeypatch.setattr(_build.Journal, "append", until_full)
    with pytest.raises(KnowledgeBaseWriteError, match="No space left on device"):
        build(data, out, ["lda"])
    monkeypatch.undo()
    monkeypatch.setattr(_build, "make_call_executor", lambda *_: HereCallExecutor())
    said = []
    settings = BuildSettings()
    build_knowledge_base(
        data, out, settings=settings, algorithms=["lda"], on_progress=lambda *x: said.append(x)
    )
    assert said[0][1] == 3  # two were kept
    runs = KnowledgeBase.load(out).runs
    assert not runs.duplicated(["algorithm", "config", "metric", "fidelity"]).any()


def test_a_task_row_of_unknown_rows_is_nan(data):
    write_manifest(data, file=["gone.csv"])
    (source,) = read_sources(data)
    row = {"task_id": source.task_id, "task_type": "binary", "n_rows": source.n_rows}
    assert math.isnan(check_tasks(pd.DataFrame([row]))["n_rows"].iloc[0])
