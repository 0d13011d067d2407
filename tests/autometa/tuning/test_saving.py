"""Models on disk: exact, whole, and never trusted blindly."""

from __future__ import annotations

import errno
import io
import json
import os
import pickle
import re
import subprocess
import sys
import tracemalloc
import zipfile

import lightgbm
import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression

from autometa.exceptions import ModelFileError, OutputError
from autometa.tuning import load_model, tune
from autometa.tuning.saved._boosters import check_booster
from autometa.tuning.saved._saving import MANIFEST, _digest, save_model

SMALL = {"n_estimators": 5, "iterations": 5, "max_iter": 5}
TASKS = {"binary": "two", "multiclass": "labels", "regression": "number"}


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


def test_labels_come_back(saved):
    path, result, features = saved
    loaded = load_model(path)
    np.testing.assert_array_equal(loaded.predict(features), result.best_pipeline.predict(features))


LOAD_EACH = """
import sys
from autometa.exceptions import ModelFileError
from autometa.tuning import load_model
for path in sys.argv[1:]:
    try:
        load_model(path)
    except ModelFileError:
        print("refused", flush=True)
"""


@pytest.mark.slow
def test_a_truncated_model_is_an_error_not_a_crash(saved, tmp_path):
    content, paths = saved[0].read_bytes(), []
    for share in (0.0, 0.5, 0.9999):
        paths.append(tmp_path / f"model-{share}")
        paths[-1].write_bytes(content[: int(share * len(content))])
    done = subprocess.run(
        [sys.executable, "-c", LOAD_EACH, *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["refused"] * len(paths)


@pytest.mark.parametrize("seed", range(10))
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


def forge(path, entries):
    """Write an archive with a checksum that fits, as one who means harm would."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
        archive.writestr(MANIFEST, json.dumps({"schema": 1, "sha256": _digest(archive)}))


def entries_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != MANIFEST}


def test_types_that_autometa_does_not_build_are_refused(tmp_path):
    model = LogisticRegression()
    model.extra = io.StringIO
    (tmp_path / "plain").write_bytes(skops.io.dumps(model))
    forge(tmp_path / "model", entries_of(tmp_path / "plain"))
    with pytest.raises(ModelFileError, match=r"no model of autometa has: \['_io.StringIO'\]"):
        load_model(tmp_path / "model")


def test_a_model_that_does_not_come_back_replaces_nothing(tmp_path):
    model = LogisticRegression()
    save_model(LogisticRegression(), tmp_path / "model")
    before = (tmp_path / "model").read_bytes()
    model.extra = io.StringIO
    with pytest.raises(OutputError, match="when it was read back, it holds types"):
        save_model(model, tmp_path / "model")
    assert (tmp_path / "model").read_bytes() == before
    assert list(tmp_path.iterdir()) == [tmp_path / "model"]


def test_a_model_that_predicts_something_else_when_read_back_replaces_nothing(
    tmp_path, monkeypatch
):
    rows = np.random.default_rng(0).normal(size=(20, 2))
    model, other = (LogisticRegression().fit(rows, rows[:, i] > 0) for i in (0, 1))
    save_model(model, tmp_path / "model", sample=rows)
    before = (tmp_path / "model").read_bytes()
    monkeypatch.setattr("autometa.tuning.saved._saving.load_model", lambda path: other)
    with pytest.raises(OutputError, match="it predicts something else"):
        save_model(model, tmp_path / "model", sample=rows)
    assert (tmp_path / "model").read_bytes() == before


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_a_saved_model_has_the_rights_that_the_umask_gives(saved, tmp_path, umask):
    before = os.umask(umask)
    try:
        saved[1].save(tmp_path / "model")
    finally:
        os.umask(before)
    assert (tmp_path / "model").stat().st_mode & 0o777 == 0o666 & ~umask


def booster_of(entries):
    """Return the first LightGBM model in a schema, as it stands there."""
    text = entries["schema.json"].decode()
    begin = text.index('"tree\\\\nversion') if '"tree\\\\nversion' in text else -1
    assert begin >= 0
    return text, begin, text.index("end of trees", begin)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9, 0.99])
def test_a_cut_model_of_lightgbm_with_a_checksum_that_fits_is_an_error(saved, tmp_path, share):
    entries = entries_of(saved[0])
    text, begin, trees_end = booster_of(entries)
    end = text.index("pandas_categorical", trees_end)
    cut = begin + int(share * (trees_end - begin))
    cut = text.rindex("\\\\n", begin, cut)  # at the end of a line, so that the JSON is sound
    forge(tmp_path / "model", entries | {"schema.json": (text[:cut] + text[end - 3 :]).encode()})
    with pytest.raises(ModelFileError, match="another file, or damaged"):
        load_model(tmp_path / "model")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("split_feature", "999999"),
        ("split_feature", "-1"),
        ("left_child", "100000"),
        ("left_child", "0"),
        ("right_child", "-100000"),
        ("num_leaves", "1000000"),
        ("num_leaves", "-5"),
        ("leaf_value", ""),
        ("threshold", ""),
        ("is_linear", "1"),
        ("split_gain", "one"),
        ("internal_count", "1_000"),
        ("leaf_weight", "0x10"),
    ],
)
def test_trees_that_lead_nowhere_are_refused(field, value):
    rows = np.random.default_rng(0).normal(size=(200, 3))
    model = lightgbm.train(
        {"verbose": -1, "num_leaves": 7}, lightgbm.Dataset(rows, rows[:, 0] + rows[:, 1]), 3
    )
    text = model.model_to_string()
    check_booster(text)
    old = re.search(rf"(?m)^{field}=(\S*)", text)
    changed = text[: old.start(1)] + value + text[old.end(1) :]
    sizes = re.search(r"tree_sizes=(\d+)", changed)
    size = int(sizes.group(1)) + len(value) - len(old.group(1))
    changed = changed.replace(sizes.group(0), f"tree_sizes={size}", 1)
    with pytest.raises(ValueError, match="LightGBM"):
        check_booster(changed)


FUZZ = r"""
import faulthandler, sys, warnings, zipfile, json
from pathlib import Path
import numpy as np
from autometa.exceptions import ModelFileError
from autometa.tuning import (load_model)
from autometa.tuning.saved._saving import MANIFEST, _digest
faulthandler.enable()
with zipfile.ZipFile(sys.argv[1]) as archive:
    whole = {name: archive.read(name) for name in archive.namelist() if name != MANIFEST}
refused = 0
for seed in range(int(sys.argv[2]), int(sys.argv[3])):
    draw, entries = np.random.default_rng(seed), dict(whole)
    name = draw.choice(sorted(entries)) if draw.random() < 0.3 else "schema.json"
    content = bytearray(entries[name])
    low, high = 0, len(content)
    if name == "schema.json" and draw.random() < 0.6:  # in the trees of LightGBM
        low = content.find(b"tree\\\\nversion")
        high = content.find(b"pandas_categorical", low)
    at, length = int(draw.integers(low, high)), int(draw.integers(1, 50))
    kind = draw.integers(4)
    if kind == 0:
        content[at] = int(draw.integers(32, 127))
    elif kind == 1:
        del content[at : at + length]
    elif kind == 2:
        content[at:at] = content[at : at + length]
    else:
        content[at] ^= 1 << int(draw.integers(8))
    with zipfile.ZipFile(sys.argv[4], "w") as archive:
        for key, value in (entries | {name: bytes(content)}).items():
            archive.writestr(key, value)
        archive.writestr(MANIFEST, json.dumps({"schema": 1, "sha256": _digest(archive)}))
    try:
        load_model(sys.argv[4])
    except ModelFileError:
        refused += 1
print(refused)
"""


# Of ten, all may be refused: which models are saved depends on the machine.
@pytest.mark.parametrize(
    ("seeds", "n_read"), [((0, 10), 0), pytest.param((10, 60), 1, marks=pytest.mark.slow)]
)
def test_a_model_with_any_damage_and_a_checksum_that_fits_is_read_or_an_error(
    saved, tmp_path, seeds, n_read
):
    done = subprocess.run(
        [sys.executable, "-c", FUZZ, str(saved[0]), *map(str, seeds), str(tmp_path / "model")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert 0 < int(done.stdout) <= seeds[1] - seeds[0] - n_read


@pytest.mark.slow
def test_a_bomb_is_refused_before_it_goes_off(tmp_path):
    forge(tmp_path / "model", {"schema.json": b"0" * (300 << 20)})
    assert (tmp_path / "model").stat().st_size < 1 << 20
    tracemalloc.start()
    try:
        with pytest.raises(ModelFileError, match="would become"):
            load_model(tmp_path / "model")
        assert tracemalloc.get_traced_memory()[1] < 50 << 20
    finally:
        tracemalloc.stop()


NESTED = b"[" * 100_000 + b"]" * 100_000
DEEP = b'{"content": ' * 3_000 + b"1" + b"}" * 3_000


@pytest.mark.parametrize("schema", [NESTED, DEEP, b"", b"[]", b"{}", b"3", b"\xff", b'{"a": NaN}'])
def test_any_schema_is_a_model_or_an_error(tmp_path, schema):
    forge(tmp_path / "model", {"schema.json": schema})
    with pytest.raises(ModelFileError):
        load_model(tmp_path / "model")


@pytest.mark.parametrize(
    "manifest", [NESTED, b"", b"[]", b"3", b"{}", b'{"schema": "1"}', b'{"schema": null}', b"\xff"]
)
def test_any_manifest_is_read_or_an_error(saved, tmp_path, manifest):
    entries = entries_of(saved[0])
    with zipfile.ZipFile(tmp_path / "model", "w") as archive:
        for name, content in (entries | {MANIFEST: manifest}).items():
            archive.writestr(name, content)
    with pytest.raises(ModelFileError):
        load_model(tmp_path / "model")


def test_a_pipe_and_a_device_are_no_models(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(OSError, match="no regular file"):
            load_model(path)


def test_the_file_is_one_that_skops_reads_too(saved):
    path, _, _ = saved
    with zipfile.ZipFile(path) as archive:
        assert MANIFEST in archive.namelist()
    assert skops.io.get_untrusted_types(file=path)


def test_a_save_that_fails_leaves_the_old_file_and_no_other(saved, tmp_path, monkeypatch):
    path = tmp_path / "model"
    save_model(LogisticRegression(), path)
    before = path.read_bytes()

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("autometa.tuning.saved._outputs.os.fsync", full)
    with pytest.raises(OutputError, match="could not be written: No space left on device"):
        saved[1].save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_is_none_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(OutputError, match="must name a file to write"):
        save_model(LogisticRegression(), tmp_path)
    with pytest.raises(OutputError, match=r"no folder '.*nowhere'; make it first"):
        save_model(LogisticRegression(), tmp_path / "nowhere" / "model")


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"PK\x03\x04 no archive", None])
def test_a_model_replaces_a_model_and_nothing_else(tmp_path, content):
    path = tmp_path / "churn.csv"
    if content is None:  # an archive of something else
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("letter.txt", "Dear")
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(OutputError, match=r"'path' must name a new file.*churn.csv' is another"):
        save_model(LogisticRegression(), path)
    assert path.read_bytes() == before
    path.write_bytes(b"")  # as a temporary file is made
    for model in (LogisticRegression(C=1.0), LogisticRegression(C=2.0)):
        save_model(model, path)
        assert load_model(path).C == model.C


def test_a_model_of_a_newer_version_is_refused_with_both_numbers(tmp_path):
    with zipfile.ZipFile(tmp_path / "model", "w") as archive:
        archive.writestr(MANIFEST, json.dumps({"schema": 99}))
    with pytest.raises(ModelFileError, match=r"has schema 99, this one reads up to \d+\. Update"):
        load_model(tmp_path / "model")
