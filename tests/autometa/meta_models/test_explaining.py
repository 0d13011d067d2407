"""Explanations of advice whose reasons are known by construction."""

from __future__ import annotations

import dataclasses
import json
import pickle

import numpy as np
import pandas as pd
import pytest
from histories import history, two_clusters

from autometa import MetaModel
from autometa.exceptions import ParameterError


@pytest.fixture(scope="module")
def advice():
    """Of a small task: setup 0 wins on small ones, setup 1 on large ones."""
    model = MetaModel(n_trees=30).fit(two_clusters())
    return model.recommend(pd.Series({"size": 100.0, "noise": 0.0}), n=4)


def test_what_decides_is_named_and_speaks_for_the_choice(advice):
    strongest = advice[0].explain().influences[0]
    assert strongest.metafeature == "size"
    assert strongest.value == 100.0
    assert strongest.effect > 0.05


def test_the_other_cluster_would_change_the_choice(advice):
    alternatives = advice[0].explain().alternatives
    assert alternatives[0].config == {"j": 1}
    assert alternatives[0].condition.startswith("size = ")
    assert alternatives[0].condition.endswith("(here 100)")


def test_neighbors_are_of_the_same_cluster_and_say_what_won(advice):
    for neighbor in advice[0].explain().neighbors:
        best = neighbor.best_setup
        assert (best.algorithm, best.config) == ("algorithm0", {"j": 0})
        assert neighbor.score == best.score == pytest.approx(0.9, abs=0.03)
        assert int(neighbor.name.split()[1]) % 2 == 0
        assert 0 < neighbor.weight < 1


def test_runners_up_say_why_not():
    """Setup 1 is a clone of setup 0, a little worse; setup 2 is worse but different."""
    rng = np.random.default_rng(0)
    hard = rng.permutation(np.arange(40) % 2 == 0)[:, None]
    scores = np.where(hard, [0.50, 0.49, 0.8, 0.3], [0.90, 0.89, 0.6, 0.3])
    kb = history(scores, {"f": rng.normal(size=40)}, seconds=[1.0, 1.0, 1.0, 1.0])
    advice = MetaModel(n_trees=20).fit(kb).recommend(pd.Series({"f": 0.0}), n=2)
    assert [a.config["j"] for a in advice] == [0, 2]
    reasons = {r.config["j"]: r.reason for r in advice[1].explain().runners_up}
    assert reasons[1].startswith("adds less to those before it")
    reasons = {r.config["j"]: r.reason for r in advice[0].explain().runners_up}
    assert reasons[2].startswith("expected to do worse")


def test_with_a_time_budget_what_is_too_slow_is_said_to_be_so():
    kb = history(np.tile([0.9, 0.8], (12, 1)), {"f": np.arange(12.0)}, seconds=[1000.0, 0.01])
    first = MetaModel(n_trees=10).fit(kb).recommend(pd.Series({"f": 5.0}), n=1, time_budget=10.0)[0]
    explained = first.explain()
    assert first.config == {"j": 1}
    assert explained.runners_up[0].reason.startswith("would not fit: 1e+03 s of 10 s")
    assert explained.alternatives[0].condition == "no time budget"


def test_a_dataset_that_is_not_described_gets_the_all_round_order():
    model = MetaModel(n_trees=10).fit(two_clusters())
    explained = model.recommend(None, n=1)[0].explain()
    assert explained.influences == explained.alternatives == ()
    assert "not described: this is the all-round order" in str(explained)


def test_it_prints_travels_as_json_and_shows_in_a_notebook(advice):
    explained = advice[0].explain()
    text = str(explained)
    for heading in ("Earlier tasks that count most", "Meta-features that moved", "Runners-up",
                    "What would change"):  # fmt: skip
        assert heading in text
    content = json.loads(json.dumps(explained.to_dict(), allow_nan=False))
    assert content["rank"] == 1
    assert content["setup_id"] == advice[0].setup_id
    assert (content["algorithm"], content["config"]) == (advice[0].algorithm, advice[0].config)
    best = explained.neighbors[0].best_setup
    assert content["neighbors"][0]["best_setup"] == dataclasses.asdict(best)
    risky = dataclasses.replace(explained, summary="<script>")
    assert "&lt;script&gt;" in risky._repr_html_()
    assert risky._repr_html_().count("<table>") == 4


def test_a_recommendation_that_has_travelled_says_where_to_ask_again(advice):
    arrived = pickle.loads(pickle.dumps(advice[0]))
    assert arrived.to_dict() == advice[0].to_dict()
    with pytest.raises(ParameterError, match="ask for it again"):
        arrived.explain()


def test_probabilities_of_being_best_are_shares_of_one(advice):
    assert sum(a.probability_best for a in advice) == pytest.approx(1.0)
    assert advice[0].probability_best > 0.8


@pytest.mark.parametrize("time_budget", [None, 0.5, 5.0, 60.0])
def test_every_condition_changes_the_choice_when_it_is_asked_for(time_budget):
    """The table described so, asked within the same budget, gets the setup that is named."""
    rng = np.random.default_rng(0)
    n = 24
    features = pd.DataFrame({"n_rows": 10.0 ** rng.uniform(2, 5, n), "noise": rng.normal(size=n)})
    large = features[["n_rows"]].to_numpy() > 3000
    scores = np.where(large, [0.6, 0.7, 0.9], [0.8, 0.7, 0.5]) + 0.01 * rng.normal(size=(n, 3))
    kb = history(scores, features, seconds=features[["n_rows"]].to_numpy() * [1e-4, 1e-2, 1e-3])
    model = MetaModel(n_trees=20).fit(kb)
    for n_rows in (200.0, 3000.0, 50_000.0):
        here = pd.Series({"n_rows": n_rows, "noise": 0.0})
        first = model.recommend(here, n=1, time_budget=time_budget)[0]
        for other in first.explain().alternatives:
            if "budget" in other.condition:
                continue
            name, _, value = other.condition.partition(" (")[0].partition(" = ")
            asked = here.copy()
            asked[name] = float(value)
            found = model.recommend(asked, n=1, time_budget=time_budget)[0]
            assert (found.algorithm, found.config) == (other.algorithm, other.config)
            assert found.config != first.config


def test_with_a_budget_that_only_one_setup_fits_no_meta_feature_changes_the_choice():
    scores = np.tile([0.9, 0.8], (12, 1))
    kb = history(scores, {"f": np.arange(12.0)}, seconds=[1000.0, 0.01])
    first = MetaModel(n_trees=10).fit(kb).recommend(pd.Series({"f": 5.0}), n=1, time_budget=10.0)[0]
    conditions = [other.condition for other in first.explain().alternatives]
    assert not [condition for condition in conditions if condition.startswith("f = ")]


def skewed_history():
    """Tasks of which a few are very large: the middle of the sizes is not their mean."""
    rng = np.random.default_rng(2)
    size = np.exp(rng.exponential(3.0, 60))
    scores = 0.9 - 0.1 * np.abs(np.log(size)[:, None] - np.arange(5)) + rng.normal(0, 0.01, (60, 5))
    return history(scores.clip(0, 1), {"size": size, "other": rng.normal(size=60)})


@pytest.mark.parametrize("n_trees", [5, 30])
def test_a_dataset_that_is_usual_in_all_respects_is_moved_by_none(n_trees):
    kb = skewed_history()
    model = MetaModel(n_trees=n_trees).fit(kb)
    for one in model.recommend(kb.metafeatures.median(), n=5):
        assert one.explain().influences == ()


@pytest.mark.parametrize("unknown", ["size", "other"])
def test_what_is_not_known_of_a_dataset_moves_nothing(unknown):
    kb = skewed_history()
    described = pd.Series({"size": 5000.0, "other": 2.0}).drop(unknown)
    for one in MetaModel(n_trees=20).fit(kb).recommend(described, n=5):
        assert unknown not in [i.metafeature for i in one.explain().influences]
