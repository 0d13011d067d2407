"""Fitted models that somebody forged: left out with a warning, and learnt anew."""

from __future__ import annotations

import contextlib
import io
import json
import random
import warnings
import zipfile

import numpy as np
import pandas as pd
import pytest
from histories import two_clusters

from autometa.exceptions import AutoMetaError, KnowledgeBaseWarning
from autometa.knowledge_base import KnowledgeBase, write_fitted_model
from autometa.meta_models import MetaModel
from autometa.performance import LeafSimilarity, Learner
from autometa.performance._fitted_model_file import FittedModelFile

HERE = pd.Series({"size": 90_000.0, "noise": 0.0})
PARAMETERS = Learner(similarity=LeafSimilarity(n_trees=5)).stored_parameters()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("ready") / "kb"
    two_clusters(n=12).save(path)
    MetaModel(n_trees=5, random_state=0).fit(KnowledgeBase.load(path)).save()
    return path


@pytest.fixture(scope="module")
def members(folder):
    (path,) = folder.glob("fitted-model-*.zip")
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def advice(folder):
    model = MetaModel(n_trees=5, random_state=0).fit(KnowledgeBase.load(folder))
    return [one.to_dict() for one in model.recommend(HERE)]


def archive(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for name, data in members.items():
            written.writestr(name, data)
    return file.getvalue()


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def nested(n):
    return ("[" * n + "]" * n).encode()


def header(change):
    def changed(members):
        content = json.loads(members["header.json"])
        for entry in content["questions"].values():
            entry.update(change)
        return {**members, "header.json": json.dumps(content).encode()}

    return changed


def member(ending, data):
    return lambda members: {
        name: data if name.endswith(ending) else old for name, old in members.items()
    }


SHAPE = f"{{'descr': '<i2', 'fortran_order': False, 'shape': ({10**13},), }}"
HUGE = b"\x93NUMPY\x01\x00v\x00" + SHAPE.ljust(117).encode() + b"\n"
FORGED = {
    "no header": lambda members: {n: d for n, d in members.items() if n != "header.json"},
    "nested header": lambda members: {**members, "header.json": nested(100_000)},
    "header is a list": lambda members: {**members, "header.json": b"[]"},
    "header says nothing": lambda members: {**members, "header.json": b"{}"},
    "bomb": lambda members: {**members, "00/listed.npy": b"0" * (70 << 20)},
    "shape of terabytes": header({"shape": [10**6, 10**7]}),
    "negative shape": header({"shape": [-1, 5]}),
    "shape is text": header({"shape": "ab"}),
    "billions of forests": header({"n_forests": 10**9}),
    "settings are text": header({"of_seconds": ["a", "b", "c"]}),
    "settings break the algebra": header({"of_scores": [[0.0, 0.0, 0.0], [1e308, 1.0, 1.0]]}),
    "another name": header({"name": "../../etc"}),
    "objects": member("feature.npy", npy(np.array([{}], dtype=object))),
    "huge array": member("feature.npy", HUGE),
    "an archive as an array": member("feature.npy", archive({"a.npy": npy(np.ones(3))})),
    "floats as features": member("feature.npy", npy(np.ones(100))),
    "a matrix": member("feature.npy", npy(np.ones((3, 3), dtype=np.int16))),
    "loops": member("right.npy", npy(np.zeros(100, dtype=np.int16))),
    "empty": member(".npy", b""),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_model_changes_no_advice(folder, members, what):
    before = advice(folder)
    kb = KnowledgeBase.load(folder)
    whole = archive(members)
    try:
        write_fitted_model(kb.origin, archive(FORGED[what](members)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", KnowledgeBaseWarning)
            assert advice(folder) == before
    finally:
        write_fitted_model(kb.origin, whole)


def test_a_bomb_is_said(folder, members):
    kb = KnowledgeBase.load(folder)
    try:
        write_fitted_model(kb.origin, archive(FORGED["bomb"](members)))
        with pytest.warns(KnowledgeBaseWarning, match="times as many"):
            advice(folder)
    finally:
        write_fitted_model(kb.origin, archive(members))


def fuzz(members, rng, n):
    """Change the archive, or a member of it with all checksums mended."""
    whole = archive(members)
    for _ in range(n):
        if rng.random() < 0.5:
            data = bytearray(whole)
            for _ in range(rng.choice([1, 1, 3, 10])):
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
            data = bytes(data[: rng.choice([len(data)] * 3 + [rng.randrange(len(data))])])
        else:
            name = rng.choice(list(members))
            part = bytearray(members[name])
            part[rng.randrange(len(part))] ^= 1 << rng.randrange(8)
            data = archive({**members, name: bytes(part)})
        with warnings.catch_warnings(), contextlib.suppress(AutoMetaError):
            warnings.simplefilter("ignore")  # NumPy has its own of old names of types
            read(data)


def read(data):
    """Read as `open_fitted_model` does; None for what is not of our making."""
    from autometa._limits import PARSE_ERRORS

    try:
        models = FittedModelFile(data, PARAMETERS)
    except PARSE_ERRORS:
        return
    for key in list(models._entries):
        learnt = models.get(Key(key))
        if learnt is not None:
            learnt.is_of(np.zeros((12, 2)), np.zeros((12, 3)))


class Key:
    """A question by the text it is filed under."""

    def __init__(self, text):
        self.text = text


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    from autometa.performance import _fitted_model_file

    original = _fitted_model_file._key
    monkeypatch.setattr(
        _fitted_model_file, "_key", lambda q: q.text if isinstance(q, Key) else original(q)
    )


def test_a_changed_model_is_read_or_left(members):
    fuzz(members, random.Random(0), 200)


@pytest.mark.slow
def test_two_thousand_changed_models_are_read_or_left(members):
    fuzz(members, random.Random(1), 2_000)
