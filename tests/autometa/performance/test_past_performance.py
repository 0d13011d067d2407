"""What was learnt from a knowledge base is kept: fit once, ask often, from any thread."""

from __future__ import annotations

import gc
import json
import pickle
import warnings
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from bowls import bowl_history, run
from histories import history as history_of
from histories import smooth, two_clusters
from sklearn.datasets import load_iris
from threadpoolctl import threadpool_info

from autometa import KnowledgeBase, recommend, tune
from autometa.algorithms import get_algorithm
from autometa.exceptions import KnowledgeBaseWarning, ParameterError, collect_notes
from autometa.meta_models import MetaModel, meta_model_of
from autometa.performance import (
    LeafSimilarity,
    Learner,
    _history,
    _leaf_similarity,
    _performance,
    _response_surface,
    past_performance,
    single_threaded,
)
from autometa.samplers import WarmStartSampler

LARGE = pd.Series({"size": 90_000.0, "noise": 0.0})


def counted(monkeypatch, module, name):
    """Count the calls of a function or class from here on."""
    calls = []
    original = getattr(module, name)

    def counting(*args, **kwargs):
        calls.append(1)
        return original(*args, **kwargs)

    monkeypatch.setattr(module, name, counting)
    return calls


@pytest.fixture
def grown(monkeypatch):
    return counted(monkeypatch, _leaf_similarity, "grow")


@pytest.fixture
def surfaces(monkeypatch):
    return counted(monkeypatch, _response_surface, "TaskPrior")


def advice(kb):
    return [one.to_dict() for one in meta_model_of(kb).recommend(LARGE)]


def test_one_knowledge_base_is_learnt_once(grown):
    kb = two_clusters()
    assert (
        advice(kb) == advice(kb) == [one.to_dict() for one in MetaModel().fit(kb).recommend(LARGE)]
    )
    assert len(grown) == 2  # fit() always learns


def test_one_folder_is_learnt_once_however_often_it_is_loaded(tmp_path, grown):
    two_clusters().save(tmp_path / "kb")
    first, second = (advice(KnowledgeBase.load(tmp_path / "kb")) for _ in range(2))
    assert first == second
    assert len(grown) == 1


@pytest.mark.parametrize("what", ["add", "merge"])
def test_a_knowledge_base_that_changed_is_learnt_anew(grown, what):
    kb = two_clusters()
    advice(kb)
    if what == "add":
        kb.add(kb.runs.head(3).assign(config='{"j": 9}', score=0.99))
    else:
        kb.merge(two_clusters(seed=1))
    advice(kb)
    assert len(grown) == 2


def test_other_parameters_are_learnt_apart(grown):
    kb = two_clusters()
    for sharpness in (1.7, 3.0, 1.7):
        learner = Learner(similarity=LeafSimilarity(sharpness=sharpness))
        performance = past_performance(kb, learner)
        performance.of(performance.resolver.questions()[0])
    assert len(grown) == 2


def test_what_was_learnt_goes_with_its_knowledge_base():
    kb = two_clusters()
    kept = weakref.ref(past_performance(kb))
    assert kept() is past_performance(kb)
    del kb
    gc.collect()
    assert kept() is None


def test_many_threads_learn_once_and_get_the_same(grown):
    features, scores, seconds = smooth(n=60)
    model = MetaModel().fit(with_two_metrics(history_of(scores, features, seconds)))

    def ask(i):
        metric = ("accuracy", "balanced_accuracy")[i % 2]
        return [one.to_dict() for one in model.recommend(features.iloc[0], metric=metric)]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(16)))
    assert len(grown) == 2
    assert all(answer == answers[i % 2] for i, answer in enumerate(answers))


def with_two_metrics(kb):
    return kb.add(kb.runs.assign(metric="balanced_accuracy"))


def blas_threads():
    return sorted(one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas")


def test_threads_of_linear_algebra_are_as_before_in_whatever_order_callers_leave():
    before = blas_threads()
    first, second = single_threaded(), single_threaded()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert set(blas_threads()) <= {1}
    second.__exit__(None, None, None)
    assert blas_threads() == before


def test_samplers_of_a_model_and_of_its_knowledge_base_learn_once(surfaces):
    kb = bowl_history()
    model = meta_model_of(kb)
    samplers = [WarmStartSampler(kb, seed=0), WarmStartSampler(model=model, seed=0)]
    first, second = (run(sampler, 4) for sampler in samplers)
    assert [t.params for t in first.trials] == [t.params for t in second.trials]
    assert len(surfaces) == 1


def test_a_model_keeps_what_its_samplers_have_learnt(surfaces):
    model = MetaModel().fit(bowl_history())
    for seed in range(3):
        run(WarmStartSampler(model=model, seed=seed), 2)
    assert len(surfaces) == 1
    again = pickle.loads(pickle.dumps(model))
    run(WarmStartSampler(model=again, seed=0), 2)
    assert len(surfaces) == 1


def test_a_sampler_of_a_model_does_not_see_runs_that_came_later():
    kb = bowl_history()
    model = MetaModel().fit(kb)
    expected = run(WarmStartSampler(model=model, seed=0), 3)
    kb.add(kb.runs.assign(score=-kb.runs["score"], config='{"x": 0.9, "rate": 1.0, "kind": "a"}'))
    again = run(WarmStartSampler(model=model, seed=0), 3)
    assert [t.params for t in again.trials] == [t.params for t in expected.trials]
    assert np.isfinite(again.best_value)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"model": MetaModel()}, r"must be a fitted MetaModel.*call its fit"),
        ({"knowledge_base": False}, "needs a knowledge base. Got False"),
    ],
)
def test_what_a_sampler_cannot_start_from_is_refused(arguments, text):
    with pytest.raises(ParameterError, match=text):
        WarmStartSampler(**arguments)


def test_a_model_and_a_knowledge_base_are_two_answers_to_one_question():
    kb = bowl_history()
    model = MetaModel().fit(kb)
    X, y = load_iris(return_X_y=True, as_frame=True)
    asks = [
        lambda: WarmStartSampler(kb, model=model),
        lambda: recommend(X, y, knowledge_base=kb, model=model),
        lambda: tune(X, y, knowledge_base=kb, model=model),
    ]
    for ask in asks:
        with pytest.raises(ParameterError, match="Got both"):
            ask()


def tree_history():
    """Six tasks on which two setups of the decision tree were tried."""
    setups = get_algorithm("decision_tree").setups("multiclass")
    configs = [json.dumps(config) for config in list(setups.values())[:2]]
    names = [f"t{i}" for i in range(6)]
    runs = pd.DataFrame(
        {
            "task_id": np.repeat(names, len(configs)),
            "algorithm": "decision_tree",
            "config": configs * 6,
            "metric": "neg_log_loss",
            "score": np.linspace(-1.0, -0.1, 6 * len(configs)),
        }
    )
    tasks = pd.DataFrame({"task_id": names, "task_type": "multiclass"})
    metafeatures = pd.DataFrame({"n_rows": 100.0 * np.arange(1, 7)}, index=names)
    return KnowledgeBase.from_frames(tasks, metafeatures, runs)


def test_advice_and_a_search_of_a_model_learn_nothing_again(monkeypatch):
    kb = tree_history()
    model = MetaModel().fit(kb)
    X, y = load_iris(return_X_y=True, as_frame=True)
    expected = recommend(X, y, knowledge_base=kb)
    monkeypatch.setattr(_performance, "losses", None)  # what fitting begins with
    found = recommend(X, y, model=model)
    assert [(one.config, one.expected_score) for one in found] == [
        (one.config, one.expected_score) for one in expected
    ]
    result = tune(
        X, y, model=model, time_budget=None, n_trials=2, random_state=0, isolate=False,
        algorithms=["decision_tree"], ensemble=False,
    )  # fmt: skip
    assert "recommended" in set(result.leaderboard()["source"])


def test_what_was_warned_of_when_it_was_learnt_is_said_to_whoever_asks_later(monkeypatch):
    monkeypatch.setattr(_history, "MAX_CELLS", 60)
    monkeypatch.setattr(_history, "MAX_SETUPS", 3)
    kb = two_clusters()
    for _ in range(2):
        with collect_notes() as notes, pytest.warns(KnowledgeBaseWarning, match="too large"):
            model = meta_model_of(kb)
        assert len(notes) == 1
    with warnings.catch_warnings(action="error"):
        model.recommend(LARGE)  # it has said so
