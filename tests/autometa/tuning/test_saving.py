"""Models on disk: exact, whole, and never trusted blindly."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression

from autometa.algorithms import TableCleaner, list_algorithms
from autometa.exceptions import ModelFileError
from autometa.tables import check_table
from autometa.tuning import load_model, tune
from autometa.tuning._assemble import Member, assemble
from autometa.tuning._saving import MANIFEST, save_model

SMALL = {"n_estimators": 5, "iterations": 5, "max_iter": 5}
TASKS = {"binary": "two", "multiclass": "labels", "regression": "number"}


def algorithms():
    return [
        pytest.param(task, a, id=f"{task}-{a.name}")
        for task in TASKS
        for a in list_algorithms(task)
    ]


@pytest.fixture(scope="module")
def saved(mixed, tmp_path_factory):
    features = mixed.drop(columns=["labels", "two", "number"])
    result = tune(
        features,
        mixed["two"],
        time_budget=None,
        n_trials=2,
        algorithms=["lightgbm", "logistic_regression"],
        knowledge_base=False,
        isolate=False,
        random_state=0,
    )
    path = tmp_path_factory.mktemp("model") / "model.skops"
    result.save(path)
    return path, result, features


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("task_type", "algorithm"), algorithms())
def test_every_algorithm_comes_back_exactly(task_type, algorithm, mixed, features, tmp_path):
    table = check_table(features, mixed[TASKS[task_type]], task_type)
    cleaner = TableCleaner()
    cleaned = cleaner.fit_transform(table.X)
    setups = algorithm.setups(task_type)
    members = []
    for label in list(setups)[:: max(1, len(setups) - 1)]:  # the first and the last
        config = {k: SMALL.get(k, v) for k, v in setups[label].items()}
        model = algorithm.build(config, task_type)[1:].fit(cleaned, table.y)
        members.append(Member(name=label, model=model, weight=1.0))
    pipeline = assemble(cleaner, members, table)
    save_model(pipeline, tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    ask = "predict" if task_type == "regression" else "predict_proba"
    np.testing.assert_array_equal(getattr(loaded, ask)(features), getattr(pipeline, ask)(features))


def test_labels_come_back(saved):
    path, result, features = saved
    loaded = load_model(path)
    np.testing.assert_array_equal(loaded.predict(features), result.best_pipeline.predict(features))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.99, 0.9999])
def test_a_truncated_model_is_an_error_not_a_crash(saved, tmp_path, share):
    content = saved[0].read_bytes()
    (tmp_path / "model").write_bytes(content[: int(share * len(content))])
    load = "import sys\nfrom autometa.tuning import load_model\nload_model(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", load, str(tmp_path / "model")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "ModelFileError" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("seed", range(25))
def test_a_flipped_byte_never_gives_another_model(saved, tmp_path, seed):
    path, result, features = saved
    content = bytearray(path.read_bytes())
    place = int(np.random.default_rng(seed).integers(len(content)))
    content[place] ^= 0x10
    (tmp_path / "model").write_bytes(content)
    try:
        loaded = load_model(tmp_path / "model")
    except ModelFileError:
        return
    said = loaded.predict_proba(features)  # the byte was one that means nothing, a date say
    np.testing.assert_array_equal(said, result.best_pipeline.predict_proba(features))


def test_a_pickle_is_refused_and_not_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "sprung"), "w"))

    (tmp_path / "model").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(ModelFileError, match="another file, or damaged"):
        load_model(tmp_path / "model")
    assert not (tmp_path / "sprung").exists()


def test_types_that_autometa_does_not_build_are_refused(tmp_path):
    model = LogisticRegression()
    model.extra = io.StringIO
    save_model(model, tmp_path / "model")
    with pytest.raises(ModelFileError, match=r"no model of autometa has: \['_io.StringIO'\]"):
        load_model(tmp_path / "model")


def test_the_file_is_one_that_skops_reads_too(saved):
    path, _, _ = saved
    with zipfile.ZipFile(path) as archive:
        assert MANIFEST in archive.namelist()
    assert skops.io.get_untrusted_types(file=path)


def test_a_save_that_fails_leaves_the_old_file_and_no_other(saved, tmp_path, monkeypatch):
    path = tmp_path / "model"
    path.write_bytes(b"old")

    def full(_):
        raise OSError("No space left on device")

    monkeypatch.setattr("autometa.tuning._saving.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        saved[1].save(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
