"""Each setup of a list says what it is there for, and the list can be ordered otherwise."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from histories import history

from autometa import KnowledgeBase, MetaModel, recommend
from autometa.exceptions import KnowledgeBaseMismatchError, ParameterError
from autometa.meta_models._roles import SPARE
from autometa.recommendation import Recommendations

N = 24
OF_BINARY = {"task_type": "binary", "metric": "accuracy"}


@pytest.fixture(scope="module")
def kb():
    """Setup 0 is good on most tasks and setup 2 on the others; 1 is a clone of 0, 3 is cheap."""
    rng = np.random.default_rng(0)
    odd = (np.arange(N) % 4 == 0)[:, None]
    scores = np.where(odd, [0.5, 0.5, 0.9, 0.4], [0.9, 0.9, 0.5, 0.4])
    scores = scores + 0.001 * rng.random((N, 4)) * [1, 0, 1, 1]
    features = {"f": rng.normal(size=N), "g": rng.normal(size=N)}
    return history(scores.clip(0, 1), features, seconds=[2.0, 3.0, 5.0, 0.1])


@pytest.fixture(scope="module")
def model(kb):
    return MetaModel(n_trees=20).fit(kb)


def advised(model, **options):
    return model.recommend(pd.Series({"f": 0.0, "g": 0.0}), n=4, **options)


def setups(advice):
    return [one.config["j"] for one in advice]


def test_the_first_is_the_best_single_and_the_next_insures_against_tasks_that_are_named(model, kb):
    advice = advised(model)
    assert setups(advice)[:2] == [0, 2]
    assert advice[0].role == "best single"
    role, _, name = advice[1].role.partition(" like ")
    assert role == "insurance against tasks"
    assert name in set(kb.tasks["name"])
    place = kb.tasks["name"].tolist().index(name)
    assert place % 4 == 0  # one of those where setup 2 is ahead
    assert all(one.role.startswith(SPARE) for one in advice[2:])


def test_one_setup_of_the_list_is_the_cheapest(model):
    cheapest = [one.config["j"] for one in advised(model) if "cheapest to fit" in one.role]
    assert cheapest == [3]


def test_with_a_time_budget_the_first_is_said_to_be_chosen_for_its_time(model):
    assert advised(model, time_budget=10.0)[0].role.startswith("most gain for its time")


def test_single_orders_by_expected_scores(model):
    scores = [one.expected_score for one in advised(model, order="single")]
    assert scores == sorted(scores, reverse=True)
    assert advised(model, order="single")[0].role.startswith("highest expected score")


def test_seconds_orders_the_portfolio_by_what_a_fit_takes(model):
    quick = advised(model, order="seconds")
    assert sorted(setups(quick)) == sorted(setups(advised(model)))
    assert setups(quick)[0] == 3
    seconds = [one.expected_fit_seconds for one in quick]
    assert seconds == sorted(seconds)
    assert quick[0].role == "quickest of the list"


def test_another_order_is_refused(model):
    with pytest.raises(ParameterError, match=r"'order' must be one of \['portfolio', 'single'"):
        advised(model, order="random")


@pytest.mark.parametrize("order", ["portfolio", "single", "seconds"])
def test_runners_up_of_every_order_say_why_they_come_later(model, order):
    for one in advised(model, order=order)[:3]:
        for runner in one.explain().runners_up:
            assert runner.reason


def test_a_runner_up_that_scores_more_is_not_said_to_do_worse():
    """Setup 1 has the higher mean score, but is far behind where setup 0 is best."""
    rng = np.random.default_rng(1)
    high = (np.arange(30) % 2 == 0)[:, None]
    # on half of the tasks all score about .3, and a lead of .02 is the whole range
    scores = np.where(high, [0.80, 0.95, 0.2], [0.32, 0.30, 0.30])
    kb = history(scores, {"f": rng.normal(size=30)}, seconds=[2.0, 1.0, 1.0])
    model = MetaModel(n_trees=20).fit(kb)
    first = model.recommend(pd.Series({"f": 0.0}), n=1)[0]
    for runner in first.explain().runners_up:
        if runner.expected_score > first.expected_score:
            assert "expected to do worse" not in runner.reason


def test_advice_is_a_table_for_people_and_one_for_programs(kb):
    values = {"f": 0.0, "g": 0.0}
    advice = recommend(
        metafeatures=values,
        task_type="binary",
        knowledge_base=kb,
        n=3,
        metric="accuracy",
        order="single",
    )
    frame = advice.to_frame()
    assert frame["rank"].tolist() == [1, 2, 3]
    assert frame["config"].tolist() == [one.config for one in advice]
    assert frame["role"].tolist() == [one.role for one in advice]
    assert frame["expected_score"].is_monotonic_decreasing
    assert advice.order == "single"
    page = advice._repr_html_()
    assert page.count("<tr>") == 4
    assert advice.heading in page
    assert Recommendations.from_dict(json.loads(json.dumps(advice.to_dict()))).order == "single"


def test_an_empty_list_is_a_table_too():
    frame = Recommendations([]).to_frame()
    assert len(frame) == 0
    assert "expected_score" in frame


def test_names_from_elsewhere_are_text_in_a_notebook(kb):
    advice = recommend(
        metafeatures={"f": 0.0}, task_type="binary", metric="accuracy", knowledge_base=kb, n=1
    )
    advice.notes = ("<script>",)
    assert "&lt;script&gt;" in advice._repr_html_()
    assert "<script>" not in advice._repr_html_()


def test_metafeatures_that_share_nothing_with_the_base_are_refused(kb, model):
    with pytest.raises(KnowledgeBaseMismatchError, match=r"None of the 2 given is one of them"):
        recommend(
            metafeatures={"x": 1.0, "y": 2.0},
            task_type="binary",
            metric="accuracy",
            knowledge_base=kb,
        )
    with pytest.raises(KnowledgeBaseMismatchError, match=r"such as \['f', 'g'\]"):
        model.recommend({"x": 1.0})


def test_a_base_without_metafeatures_takes_any():
    runs = pd.DataFrame(
        {"task_id": ["a", "a"], "algorithm": ["x", "y"], "config": "{}", "metric": "accuracy",
         "score": [0.5, 0.6]}
    )  # fmt: skip
    tasks = pd.DataFrame({"task_id": ["a"], "task_type": ["binary"]})
    model = MetaModel().fit(KnowledgeBase.from_frames(tasks, None, runs))
    assert model.recommend({"n_rows": 3.0}, n=1)[0].algorithm == "y"
