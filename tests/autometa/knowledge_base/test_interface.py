"""What a knowledge base does where people look for it, and which one is meant by a name."""

from __future__ import annotations

import numpy as np
import optuna
import pandas as pd
import pytest

import autometa.knowledge_base._above as above
from autometa import KnowledgeBase
from autometa.exceptions import KnowledgeBaseError, ParameterError
from autometa.importers import read_export
from autometa.knowledge_base import (
    default_state,
    folder_named,
    knowledge_base_names,
    name_knowledge_base,
    resolve_knowledge_base,
)


def base(algorithms=("a", "b"), tasks=("t", "u"), score=0.5, **about):
    runs = pd.DataFrame(
        [
            {"task_id": task, "algorithm": algorithm, "config": "{}", "metric": metric}
            for task in tasks
            for algorithm in algorithms
            for metric in ("accuracy", "roc_auc")
        ]
    ).assign(score=score)
    listed = pd.DataFrame({"task_id": tasks, "task_type": "binary"})
    listed.loc[0, "task_type"] = "multiclass"
    features = pd.DataFrame({"n_rows": np.arange(float(len(tasks)))}, index=list(tasks))
    kb = KnowledgeBase.from_frames(listed, features, runs)
    kb.about = about
    return kb


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOMETA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("AUTOMETA_KNOWLEDGE_BASE", raising=False)
    return tmp_path / "home"


# --- saving -------------------------------------------------------------------------------


def test_saving_into_a_knowledge_base_fails_and_says_what_to_do(tmp_path):
    base().save(tmp_path)
    with pytest.raises(KnowledgeBaseError, match=r"if_exists='append'.*kb add.*kb remove"):
        base(tasks=("v",)).save(tmp_path)
    assert set(KnowledgeBase.load(tmp_path).tasks["task_id"]) == {"t", "u"}
    base(tasks=("v",)).save(tmp_path, if_exists="append")
    assert set(KnowledgeBase.load(tmp_path).tasks["task_id"]) == {"t", "u", "v"}


def test_there_are_two_ways_to_save():
    with pytest.raises(ParameterError, match=r"must be 'fail' or 'append'\. Got 'replace'"):
        base().save("nowhere", if_exists="replace")


def test_what_a_base_says_of_itself_is_kept(tmp_path):
    said = {"name": "team", "version": "1.2", "licence": "CC-BY-4.0", "contact": "a@b.example"}
    base().save(tmp_path, about=said)
    kb = KnowledgeBase.load(tmp_path)
    assert kb.about == said
    assert kb.info()["licence"] == "CC-BY-4.0"
    kb.select(tasks=["t"]).save(tmp_path / "less")
    assert KnowledgeBase.load(tmp_path / "less").about == said
    assert KnowledgeBase.verify(tmp_path).is_sound
    with pytest.raises(ParameterError, match=r"Got \['author'\]"):
        base().save(tmp_path / "other", about={"author": "me"})


# --- frames that are given out ------------------------------------------------------------


@pytest.mark.parametrize("way", ["in memory", "loaded"])
@pytest.mark.parametrize("table", ["tasks", "metafeatures", "runs"])
def test_what_is_done_to_a_frame_changes_nothing_in_the_base(tmp_path, way, table):
    kb = base()
    if way == "loaded":
        kb.save(tmp_path)
        kb = KnowledgeBase.load(tmp_path)
    before = getattr(kb, table).copy()
    frame = getattr(kb, table)
    column = frame.columns[-1]
    frame[column] = frame[column].iloc[0]
    frame.loc[frame.index[0], column] = frame[column].iloc[-1]
    del frame[frame.columns[0]]
    frame["new"] = 1
    pd.testing.assert_frame_equal(getattr(kb, table), before)
    with pytest.raises(AttributeError):
        setattr(kb, table, frame)


# --- verbs --------------------------------------------------------------------------------


def test_every_verb_that_is_done_above_this_room_is_there():
    assert all(callable(above.from_above(verb)) for verb in above.ABOVE)


def test_selecting_keeps_the_runs_that_fit_with_their_tasks():
    kb = base()
    one = kb.select(tasks=["t"], algorithms=["a"], metrics=["accuracy"])
    assert one.runs[["task_id", "algorithm", "metric"]].to_numpy().tolist() == [
        ["t", "a", "accuracy"]
    ]
    assert one.tasks["task_id"].tolist() == one.metafeatures.index.tolist() == ["t"]
    assert kb.select(task_types=["multiclass"]).tasks["task_id"].tolist() == ["t"]
    assert len(kb.runs) == 8
    with pytest.raises(KnowledgeBaseError, match=r"no such algorithms: \['c'\]"):
        kb.select(algorithms=["c"])


def test_a_base_says_how_it_differs_and_writes_itself_for_others(tmp_path):
    kb, other = base(), base(score=0.25)
    assert len(kb.diff(other).scores) == 8
    assert kb.diff(kb).is_empty
    other.save(tmp_path / "other")
    assert len(kb.diff(tmp_path / "other").scores) == 8
    assert "runs.csv" in kb.export(tmp_path / "csv", format="csv").files
    assert read_export(tmp_path / "csv").diff(kb).is_empty


def test_folders_are_kept_by_verbs_of_the_class(tmp_path):
    base().save(tmp_path)
    base(tasks=("v",)).save(tmp_path, if_exists="append")
    assert KnowledgeBase.compact(tmp_path).n_parts_after == 3
    assert KnowledgeBase.remove(tmp_path, tasks=["v"]).n_runs == 2
    assert KnowledgeBase.verify(tmp_path).is_sound


def test_info_counts_and_tells_one_content_from_another(tmp_path):
    kb = base()
    assert (kb.info()["n_tasks"], kb.info()["share_failed"]) == (2, 0.0)
    assert kb.info()["fingerprint"] == kb.fingerprint != base(score=0.25).fingerprint
    kb.save(tmp_path)
    loaded = KnowledgeBase.load(tmp_path)
    assert loaded.fingerprint == kb.fingerprint
    loaded.add(base().runs.iloc[:1].assign(score=0.75))
    assert loaded.fingerprint != kb.fingerprint


# --- what is added ------------------------------------------------------------------------


def study(name="first", direction="minimize"):
    found = optuna.create_study(study_name=name, direction=direction)
    found.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    return found


def test_a_study_is_added_with_its_task():
    kb = base().add(study())
    assert set(kb.tasks["task_id"]) == {"t", "u", "first"}
    assert len(kb.runs_of("first")) == 2
    with pytest.raises(KnowledgeBaseError, match="brings its task with it"):
        kb.add(study(), tasks=kb.tasks)


def test_studies_are_read_alike_by_both_doors():
    one = study("one")
    one.set_user_attr("task_type", "regression")
    one.set_user_attr("metric", "rmse")
    kb = KnowledgeBase.from_studies({"house": one, "car": study("two")}, task_type=None)
    assert kb.tasks["task_id"].tolist() == ["house", "car"]
    assert kb.tasks["task_type"].tolist()[0] == "regression"
    assert set(kb.runs_of("house")["metric"]) == {"neg_root_mean_squared_error"}
    assert (kb.runs_of("house")["score"] <= 0).all()
    by_name = KnowledgeBase.from_studies(iter([one]))
    assert by_name.tasks["task_id"].tolist() == ["one"]
    with pytest.raises(KnowledgeBaseError, match="One study or more is needed"):
        KnowledgeBase.from_studies({})


def test_studies_of_a_storage_are_read_by_its_url(tmp_path):
    url = f"sqlite:///{tmp_path / 'studies.db'}"
    kept = optuna.create_study(study_name="kept", storage=url)
    kept.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    features = pd.DataFrame({"skew": [1.5]}, index=["kept"])
    kb = KnowledgeBase.from_studies(url, metafeatures=features, metric="log_loss")
    assert kb.runs["metric"].tolist() == ["neg_log_loss"]
    assert kb.metafeatures.loc["kept"].to_dict() == {"skew": 1.5}


# --- names --------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_knowledge_base_is_meant_by_object_path_name_or_layers(tmp_path, home):
    kb = base()
    kb.save(tmp_path / "kb")
    own = base(tasks=("own",))
    own.save(home / "knowledge_base")
    assert resolve_knowledge_base(kb) is kb
    assert resolve_knowledge_base(False) is None
    for path in (tmp_path / "kb", str(tmp_path / "kb")):
        assert resolve_knowledge_base(path).fingerprint == kb.fingerprint
    assert resolve_knowledge_base("kb:own").fingerprint == own.fingerprint
    layers = resolve_knowledge_base(["kb:own", kb, tmp_path / "kb"])
    assert layers.tasks["task_id"].tolist() == ["own", "t", "u"]
    assert kb.tasks["task_id"].tolist() == ["t", "u"]
    assert len(layers.runs) == 12
    for default in (resolve_knowledge_base(None), resolve_knowledge_base("kb:default")):
        assert default.n_runs == KnowledgeBase.bundled().n_runs + 2


def test_of_layers_the_first_counts():
    first = resolve_knowledge_base([base(), base(score=0.25)])
    assert first.metafeatures.loc["u", "n_rows"] == 1.0
    assert sorted(first.runs["score"].unique()) == [0.25, 0.5]


@pytest.mark.parametrize("given", [True, 3, {"a": 1}, [True], []])
def test_what_means_no_knowledge_base_is_refused(given):
    with pytest.raises((ParameterError, KnowledgeBaseError), match="knowledge base"):
        resolve_knowledge_base(given)


def test_a_folder_gets_a_name_and_loses_it(tmp_path, home, monkeypatch):
    base().save(tmp_path / "kb")
    monkeypatch.chdir(tmp_path)
    name_knowledge_base("team", "kb")
    assert knowledge_base_names()["kb:team"] == tmp_path / "kb"
    assert folder_named("kb:team") == tmp_path / "kb"
    assert resolve_knowledge_base("kb:team").fingerprint == base().fingerprint
    name_knowledge_base("team", None)
    with pytest.raises(KnowledgeBaseError, match="There is no knowledge base 'kb:team'"):
        resolve_knowledge_base("kb:team")
    base(tasks=("own",)).save(home / "knowledge_base")
    with pytest.raises(KnowledgeBaseError, match="One folder must be named"):
        folder_named("kb:default")


@pytest.mark.parametrize("name", ["own", "default", "a b", "", "../x"])
def test_names_that_cannot_be_given_are_refused(home, tmp_path, name):
    base().save(tmp_path / "kb")
    with pytest.raises(ParameterError, match="A name of a knowledge base must be"):
        name_knowledge_base(name, tmp_path / "kb")
    assert not home.exists()


def test_a_variable_says_which_one_is_meant_by_none(tmp_path, home, monkeypatch):
    base().save(tmp_path / "kb")
    base(tasks=("own",)).save(home / "knowledge_base")
    name_knowledge_base("team", tmp_path / "kb")
    monkeypatch.setenv("AUTOMETA_KNOWLEDGE_BASE", "kb:team, kb:own")
    before = default_state()
    assert KnowledgeBase.default().tasks["task_id"].tolist() == ["t", "u", "own"]
    base(tasks=("v",)).save(tmp_path / "kb", if_exists="append")
    assert default_state() != before
    monkeypatch.setenv("AUTOMETA_KNOWLEDGE_BASE", "kb:nobody")
    with pytest.raises(KnowledgeBaseError, match="kb:nobody"):
        KnowledgeBase.default()


def test_a_local_folder_does_not_shadow_a_name(tmp_path, home, monkeypatch):
    monkeypatch.chdir(tmp_path)
    base().save(tmp_path / "own")
    assert folder_named("kb:own") == home / "knowledge_base"
    assert resolve_knowledge_base("own").fingerprint == base().fingerprint
