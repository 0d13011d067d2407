"""A fitted model in a file of its own: it gives the same advice, and runs nobody's code."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from histories import history as history_of
from histories import smooth, two_clusters
from sklearn.base import clone

from autometa.exceptions import ModelFileError, OutputError, ParameterError
from autometa.meta_models import MetaModel
from autometa.performance import RankSimilarity, _leaf_similarity

LARGE = pd.Series({"size": 90_000.0, "noise": 0.0})


def advice(model):
    return [one.to_dict() for one in model.recommend(LARGE)]


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "new folder" / "model.zip"
    assert MetaModel(n_trees=20).fit(two_clusters()).save(path) == path
    return path


def test_a_loaded_model_gives_the_same_advice_and_learns_nothing(saved, monkeypatch):
    expected = advice(MetaModel(n_trees=20).fit(two_clusters()))
    monkeypatch.delattr(_leaf_similarity, "grow")
    assert advice(MetaModel.load(saved)) == expected


def test_its_parameters_come_back(tmp_path):
    parameters = {"n_trees": 7, "random_state": 3, "sharpness": 2.5, "equal_share": 0.2}
    parameters["caution"] = 0.1
    model = MetaModel(**parameters).fit(two_clusters())
    loaded = MetaModel.load(model.save(tmp_path / "model"))
    assert {name: loaded.get_params()[name] for name in parameters} == parameters
    assert advice(loaded) == advice(model)


def test_a_saved_model_is_replaced_and_nothing_else(tmp_path):
    model = MetaModel(n_trees=2).fit(two_clusters())
    path = tmp_path / "notes.txt"
    path.write_text("not a model")
    with pytest.raises(OutputError, match=r"saved MetaModel to replace.*notes.txt' is another"):
        model.save(path)
    assert path.read_text() == "not a model"
    path.unlink()
    assert model.save(path) == model.save(path) == path
    assert advice(MetaModel.load(path)) == advice(model)


def test_every_question_is_in_the_file(tmp_path, monkeypatch):
    features, scores, seconds = smooth(n=40)
    kb = history_of(scores, features, seconds)
    kb.add(kb.runs.assign(metric="balanced_accuracy"))
    path = MetaModel(n_trees=5).fit(kb).save(tmp_path / "model")
    monkeypatch.delattr(_leaf_similarity, "grow")
    loaded = MetaModel.load(path)
    for metric in ("accuracy", "balanced_accuracy"):
        assert loaded.recommend(features.iloc[0], metric=metric)
    pd.testing.assert_frame_equal(
        loaded.knowledge_base_.tasks, kb.tasks.sort_values("task_id"), check_like=True
    )


def test_a_file_holds_tables_arrays_and_json_only(saved):
    with zipfile.ZipFile(saved) as archive:
        names = archive.namelist()
        (fitted,) = [name for name in names if name.endswith(".zip")]
        with zipfile.ZipFile(io.BytesIO(archive.read(fitted))) as inner:
            kinds = {Path(name).suffix for name in inner.namelist()}
    assert kinds == {".npy", ".json"}
    assert {Path(name).suffix for name in names} == {".parquet", ".json", ".zip"}


def archive_of(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def members_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def without(members, ending):
    return {name: data for name, data in members.items() if not name.endswith(ending)}


FORGED = {
    "nothing": lambda members: b"",
    "text": lambda members: b"a model",
    "an empty archive": lambda members: archive_of({}),
    "no fitted model": lambda members: archive_of(without(members, ".zip")),
    "no tables": lambda members: archive_of(without(members, ".parquet")),
    "no manifest": lambda members: archive_of(without(members, "manifest.json")),
    "a way out": lambda members: archive_of({**members, "../../evil": b"x"}),
    "a folder": lambda members: archive_of({**members, "sub/part.parquet": b"x"}),
    "a bomb": lambda members: archive_of({**members, "zeros": b"0" * (70 << 20)}),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_file_is_refused(saved, tmp_path, what):
    path = tmp_path / "deep" / "forged"
    path.parent.mkdir()
    path.write_bytes(FORGED[what](members_of(saved)))
    with pytest.raises(ModelFileError, match=r"no file that MetaModel\.save wrote"):
        MetaModel.load(path)
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("where", [0.1, 0.5, 0.9])
def test_a_damaged_file_is_refused(saved, tmp_path, where):
    data = bytearray(saved.read_bytes())
    data[int(where * len(data))] ^= 1
    (tmp_path / "damaged").write_bytes(data)
    with pytest.raises(ModelFileError):
        MetaModel.load(tmp_path / "damaged")


def test_a_file_that_is_missing_is_said(tmp_path):
    with pytest.raises(ModelFileError, match="No such file"):
        MetaModel.load(tmp_path / "none")


def test_a_model_with_a_similarity_of_its_own_is_not_saved(tmp_path):
    model = MetaModel(similarity=RankSimilarity()).fit(two_clusters())
    with pytest.raises(ParameterError, match="autometa's own parts"):
        model.save(tmp_path / "model")
    assert not list(tmp_path.iterdir())


# Parameters


def test_parameters_are_those_of_an_estimator():
    model = MetaModel(sharpness=2.0, caution=0.5, similarity=RankSimilarity(width=0.2))
    assert clone(model).get_params() == model.get_params()
    with pytest.raises(TypeError, match="positional"):
        MetaModel(0)


def test_sharpness_and_caution_change_the_order():
    features, scores, seconds = smooth(n=60, noise=0.2)
    kb = history_of(scores, features, seconds)
    orders = {
        str(parameters): [one.config["j"] for one in model.recommend(features.iloc[0])]
        for parameters in ({}, {"sharpness": 8.0}, {"caution": 20.0}, {"equal_share": 1.0})
        for model in [MetaModel(n_trees=20, **parameters).fit(kb)]
    }
    usual = [one.config["j"] for one in MetaModel(n_trees=20).fit(kb).recommend(None)]
    assert orders["{'equal_share': 1.0}"] == usual  # all tasks count alike
    assert len({tuple(order) for order in orders.values()}) > 1


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("sharpness", -1.0, ">= 0"),
        ("equal_share", 1.5, ">= 0 and <= 1"),
        ("caution", float("nan"), ">= 0"),
        ("n_trees", 0, ">= 1"),
    ],
)
def test_a_parameter_out_of_range_is_refused_by_fit(name, value, wanted):
    with pytest.raises(ParameterError, match=f"'{name}' must be a.* {wanted}"):
        MetaModel(**{name: value}).fit(two_clusters())
