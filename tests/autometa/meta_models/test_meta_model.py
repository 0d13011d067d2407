"""MetaModel on generated histories where the right answer is known by construction."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from histories import history, setups, smooth, two_clusters
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from autometa import KnowledgeBase, Recommendations
from autometa.exceptions import (
    AlgorithmNotFoundError,
    KnowledgeBaseMismatchError,
    KnowledgeBaseWarning,
    MetricError,
    ParameterError,
)
from autometa.meta_models import MetaModel

NAN = float("nan")
SMALL = pd.Series({"size": 110.0, "noise": 0.0})
LARGE = pd.Series({"size": 90_000.0, "noise": 0.0})


def as_dicts(recommendations):
    return [recommendation.to_dict() for recommendation in recommendations]


@pytest.fixture(scope="module")
def clusters():
    return MetaModel().fit(two_clusters())


@pytest.fixture(scope="module")
def costly():
    scores = np.tile([0.95, 0.90, 0.50], (20, 1))
    return MetaModel().fit(history(scores, {"f": np.arange(20.0)}, seconds=[50.0, 0.1, 0.1]))


@pytest.fixture(scope="module")
def answers():
    """150 known tasks, 100 new ones: every expectation beside what comes true."""
    features, scores, seconds = smooth(n=250)
    known = slice(0, 150)
    model = MetaModel().fit(history(scores[known], features[known], seconds[known]))
    return [
        (found, scores[row, found.config["j"]], seconds[row, found.config["j"]])
        for row in range(150, 250)
        for found in model.recommend(features.iloc[row], 3)
    ]


@pytest.fixture(scope="module")
def mixed():
    binary = history([[0.9, 0.8], [0.7, 0.6]], metric="roc_auc")
    parts = [binary]
    for kind, metric in (("multiclass", "accuracy"), ("regression", "r2")):
        part = history([[0.1, 0.8], [0.2, 0.6]], task_type=kind, metric=metric)
        tables = [
            t.assign(task_id=kind + t["task_id"].astype(str)) for t in (part.tasks, part.runs)
        ]
        parts.append(KnowledgeBase.from_frames(tasks=tables[0], metafeatures=None, runs=tables[1]))
    kb = parts[0].merge(parts[1]).merge(parts[2])
    return MetaModel().fit(kb)


class TestOrder:
    def test_the_winner_of_alike_tasks_comes_first(self, clusters):
        assert setups(clusters.recommend(SMALL, 1)) == [0]
        assert setups(clusters.recommend(LARGE, 1)) == [1]

    def test_without_description_the_all_round_setup_comes_first(self, clusters):
        found = clusters.recommend(None, 3)
        assert setups(found)[0] == 2
        assert found[0].neighbors == ()
        assert np.isnan(found[0].novelty)

    def test_far_from_all_tasks_the_all_round_setup_comes_first(self, clusters):
        far = clusters.recommend(pd.Series({"size": 1e12, "noise": 80.0}), 3)
        assert far[0].novelty == 1.0
        assert setups(far)[0] == 2

    def test_known_tasks_are_not_novel(self, clusters):
        assert clusters.recommend(SMALL, 1)[0].novelty < 0.1

    def test_a_setup_that_fails_comes_last(self):
        scores = np.tile([0.9, 0.8, 0.7], (20, 1))
        status = np.full(scores.shape, "ok", dtype=object)
        scores[:, 0], status[:, 0] = NAN, "timeout"
        model = MetaModel().fit(history(scores, {"f": np.arange(20.0)}, status=status))
        assert setups(model.recommend(pd.Series({"f": 3.0}))) == [1, 2, 0]

    def test_tasks_that_are_not_described_count_for_the_all_round_order(self):
        kb = history(np.tile([[0.9, 0.1]], (9, 1)), {"f": [1.0, 2.0] + [NAN] * 7})
        scores = kb.runs["score"].to_numpy().reshape(9, 2).copy()
        scores[:2] = [0.1, 0.9]  # the two described tasks say otherwise
        kb = KnowledgeBase(kb.tasks, kb.metafeatures, kb.runs.assign(score=scores.ravel()))
        assert setups(MetaModel().fit(kb).recommend(None)) == [0, 1]

    def test_a_family_counts_once_however_many_members_it_has(self):
        scores = np.array([[0.9, 0.1]] * 5 + [[0.1, 0.9]] * 2)
        kb = history(scores, families=["copies"] * 5 + ["one", "two"])
        assert setups(MetaModel().fit(kb).recommend(None)) == [1, 0]

    def test_setups_measured_on_some_tasks_only_find_their_place(self):
        kb = two_clusters()
        kept = np.random.default_rng(0).random(len(kb.runs)) < 0.6
        ragged = KnowledgeBase.from_frames(kb.tasks, kb.metafeatures, kb.runs[kept])
        model = MetaModel().fit(ragged)
        assert setups(model.recommend(SMALL, 1)) == [0]
        assert setups(model.recommend(LARGE, 1)) == [1]

    def test_a_setup_nobody_has_seen_beside_the_others_does_no_harm(self):
        scores = np.full((30, 3), NAN)
        scores[:, 0], scores[:, 1], scores[0, 2] = 0.9, 0.5, 0.9
        model = MetaModel().fit(history(scores, {"f": np.arange(30.0)}))
        assert setups(model.recommend(pd.Series({"f": 20.0}), 1)) == [0]


class TestTimeBudget:
    def test_without_budget_the_best_comes_first(self, costly):
        assert setups(costly.recommend(pd.Series({"f": 3.0})))[0] == 0

    def test_a_budget_puts_the_cheap_one_first_and_the_best_after(self, costly):
        assert setups(costly.recommend(pd.Series({"f": 3.0}), time_budget=120))[:2] == [1, 0]

    def test_what_does_not_fit_comes_last(self, costly):
        assert setups(costly.recommend(pd.Series({"f": 3.0}), time_budget=20)) == [1, 2, 0]

    def test_folds_multiply_the_time_of_a_setup(self, costly):
        found = costly.recommend(pd.Series({"f": 3.0}), time_budget=120, seconds_factor=5)
        assert setups(found) == [1, 2, 0]
        assert found[0].expected_fit_seconds == pytest.approx(0.1, rel=0.05)  # still of one fit

    def test_without_fit_times_the_budget_is_ignored_with_a_warning(self, clusters):
        with pytest.warns(KnowledgeBaseWarning, match="'time_budget' is ignored"):
            found = clusters.recommend(SMALL, 1, time_budget=10)
        assert setups(found) == [0]
        assert np.isnan(found[0].expected_fit_seconds)


class TestExpectations:
    def test_the_interval_holds_the_score_of_nine_in_ten(self, answers):
        held = [f.score_interval[0] <= score <= f.score_interval[1] for f, score, _ in answers]
        assert 0.85 <= np.mean(held) <= 0.95

    def test_expected_scores_lie_about_the_true_ones(self, answers):
        errors = np.array([found.expected_score - score for found, score, _ in answers])
        assert abs(errors.mean()) < 0.01
        # Noise of 0.05 has a mean absolute value of 0.04; little may be added to it.
        assert np.abs(errors).mean() < 0.05

    def test_the_interval_contains_the_expected_score(self, answers):
        for found, _, _ in answers:
            low, high = found.score_interval
            assert 0.0 <= low <= found.expected_score <= high <= 1.0

    def test_seconds_are_within_a_factor_of_two_on_nine_in_ten(self, answers):
        ratios = np.array([found.expected_fit_seconds / seconds for found, _, seconds in answers])
        assert np.mean(np.abs(np.log2(ratios)) < 1) > 0.9

    def test_errors_of_regression_are_expected_on_their_own_scale(self):
        size = np.geomspace(0.01, 1e6, 40)  # RMSE spans eight decades, with the target
        scores = -np.outer(size, [1.0, 1.5, 2.0])
        kb = history(
            scores,
            {"log_sd": np.log(size)},
            task_type="regression",
            metric="neg_root_mean_squared_error",
        )
        found = MetaModel().fit(kb).recommend(pd.Series({"log_sd": np.log(200.0)}), 1)[0]
        assert setups([found]) == [0]
        assert found.expected_score == pytest.approx(-200.0, rel=0.3)
        assert found.score_interval[0] < -200.0 < found.score_interval[1] < 0.0


class TestNeighbors:
    def test_the_nearest_come_from_the_same_cluster(self, clusters):
        for neighbor in clusters.recommend(SMALL, 1)[0].neighbors:
            assert int(neighbor.task_id.removeprefix("task")) % 2 == 0
            assert neighbor.name == f"dataset {neighbor.task_id.removeprefix('task')}"

    def test_they_come_nearest_first_at_distances_from_zero_to_one(self, clusters):
        distances = [n.distance for n in clusters.recommend(LARGE, 1)[0].neighbors]
        assert distances == sorted(distances)
        assert 0.0 <= distances[0] <= distances[-1] <= 1.0


class TestQuestions:
    def test_each_task_type_learns_from_its_own_tasks(self, mixed):
        assert setups(mixed.recommend(None, task_type="binary")) == [0, 1]
        assert setups(mixed.recommend(None, task_type="regression")) == [1, 0]

    def test_the_metric_is_the_one_with_most_runs(self, mixed):
        assert mixed.recommend(None, 1, task_type="regression")[0].metric == "r2"

    def test_classification_means_binary_and_multiclass(self, mixed):
        found = mixed.recommend(None, 1, task_type="classification", metric="accuracy")
        assert (found[0].metric, found[0].task_type) == ("accuracy", "classification")

    def test_tasks_only_known_as_classification_answer_for_binary(self):
        model = MetaModel().fit(history([[0.9, 0.8]], task_type="classification"))
        assert len(model.recommend(None, task_type="binary")) == 2
        with pytest.raises(KnowledgeBaseMismatchError, match="no scored runs on regression"):
            model.recommend(None, task_type="regression")

    def test_several_kinds_of_task_must_be_told_apart(self, mixed):
        with pytest.raises(ParameterError, match="say which is meant by 'task_type'"):
            mixed.recommend(None)

    @pytest.mark.parametrize(
        ("task_type", "asked", "answered"),
        [
            ("binary", "average_precision", "roc_auc"),
            ("multiclass", "f1_macro", "accuracy"),
            ("regression", "neg_root_mean_squared_error", "r2"),
        ],
    )
    def test_a_metric_without_history_is_answered_by_the_closest(
        self, mixed, task_type, asked, answered
    ):
        with pytest.warns(KnowledgeBaseWarning, match=f"no history of '{asked}'.*'{answered}'"):
            found = mixed.recommend(None, task_type=task_type, metric=asked)
        assert found[0].metric == answered

    def test_a_metric_of_another_task_type_is_refused(self, mixed):
        with pytest.raises(MetricError, match="does not apply to regression tasks"):
            mixed.recommend(None, task_type="regression", metric="roc_auc")

    def test_a_metric_nobody_knows_is_refused(self, mixed):
        with pytest.raises(MetricError, match="Got 'acuracy' instead"):
            mixed.recommend(None, task_type="binary", metric="acuracy")

    def test_algorithms_can_be_chosen(self, clusters):
        found = clusters.recommend(SMALL, algorithms=["algorithm1", "algorithm3"])
        assert setups(found) == [1, 3]
        assert setups(clusters.recommend(SMALL, algorithms="algorithm3")) == [3]
        with pytest.raises(KnowledgeBaseMismatchError, match=r"\['svm'\].*'algorithm0'"):
            clusters.recommend(SMALL, algorithms=["svm"])  # no run of it here
        with pytest.raises(AlgorithmNotFoundError, match="Did you mean 'algorithm3'"):
            clusters.recommend(SMALL, algorithms=["algoritm3"])

    def test_advice_has_its_facts_as_that_of_recommend_has(self, clusters):
        with pytest.warns(KnowledgeBaseWarning, match="'max_predict_ms' is ignored"):
            found = clusters.recommend(SMALL, 2, task_type="binary", max_predict_ms=1.0)
        assert isinstance(found, Recommendations)
        assert (found.task.task_type, found.metric) == ("binary", found[0].metric)
        assert [note for note in found.notes if "'max_predict_ms' is ignored" in note]
        assert found.novelty == found[0].novelty
        assert Recommendations.from_dict(found.to_dict()).to_dict() == found.to_dict()


class TestHostileInput:
    @pytest.mark.parametrize("n_tasks", [1, 2, 3])
    @pytest.mark.parametrize("n_setups", [1, 2])
    @pytest.mark.parametrize("described", [True, False])
    def test_the_smallest_knowledge_bases_give_advice(self, n_tasks, n_setups, described):
        scores = np.random.default_rng(0).random((n_tasks, n_setups))
        features = {"f": np.arange(n_tasks) * 1.0} if described else None
        model = MetaModel().fit(history(scores, features, seconds=1.0))
        for budget in (None, 5.0):
            found = model.recommend(pd.Series({"f": 0.5}), time_budget=budget)
            assert len(found) == n_setups
            assert all(np.isfinite(f.to_dict()["expected_score"]) for f in found)
            assert all(f.score_interval[0] < f.score_interval[1] for f in found)

    def test_constant_scores_give_advice(self):
        model = MetaModel().fit(history(np.full((12, 3), 0.5), {"f": np.arange(12.0)}))
        found = model.recommend(pd.Series({"f": 3.0}))
        assert sorted(setups(found)) == [0, 1, 2]
        assert found[0].expected_score == pytest.approx(0.5)

    def test_undefined_infinite_missing_and_further_meta_features_are_allowed(self):
        kb = two_clusters()
        features = kb.metafeatures.assign(never=NAN)
        features.iloc[0] = NAN
        features.iloc[1, 1] = np.inf
        kb = KnowledgeBase(kb.tasks, features, kb.runs)
        model = MetaModel().fit(kb)
        row = pd.Series({"size": 100.0, "noise": np.inf, "other": 5.0})
        assert setups(model.recommend(row, 1)) == [0]

    def test_meta_features_nobody_knows_are_refused(self, clusters):
        with pytest.raises(KnowledgeBaseMismatchError, match=r"None of the 1 given.*\['rows'\]"):
            clusters.recommend(pd.Series({"rows": 5.0}))

    def test_a_task_where_everything_failed_does_no_harm(self):
        scores = np.tile([0.9, 0.8], (10, 1))
        scores[0] = NAN
        status = np.where(np.isnan(scores), "error", "ok")
        model = MetaModel().fit(history(scores, {"f": np.arange(10.0)}, status=status))
        assert setups(model.recommend(pd.Series({"f": 0.0}))) == [0, 1]

    def test_a_setup_that_failed_everywhere_still_has_finite_expectations(self):
        scores = np.tile([0.9, NAN], (10, 1))
        status = np.where(np.isnan(scores), "memory", "ok")
        kb = history(scores, {"f": np.arange(10.0)}, seconds=1.0, status=status)
        last = MetaModel().fit(kb).recommend(pd.Series({"f": 0.0}))[-1]
        assert setups([last]) == [1]
        assert np.isfinite([last.expected_score, *last.score_interval]).all()

    @pytest.mark.parametrize("n", [0, -1, 2.5, "3"])
    def test_n_must_be_a_positive_whole_number(self, clusters, n):
        with pytest.raises(ParameterError, match="The 'n' parameter must be an int >= 1"):
            clusters.recommend(SMALL, n)

    @pytest.mark.parametrize("budget", [0, -3.0, NAN])
    def test_a_budget_must_be_positive(self, clusters, budget):
        with pytest.raises(ParameterError, match="'time_budget' must be a number of seconds > 0"):
            clusters.recommend(SMALL, time_budget=budget)

    def test_a_frame_is_no_row(self, clusters):
        with pytest.raises(ParameterError, match="Got DataFrame instead"):
            clusters.recommend(SMALL.to_frame().T)

    def test_nothing_scored_is_nothing_to_learn_from(self):
        kb = history([[NAN]], status=[["error"]])
        with pytest.raises(KnowledgeBaseMismatchError, match="no run with a score"):
            MetaModel().fit(kb)


class TestEstimator:
    @pytest.mark.parametrize("task_type", ["binary", "classification", None])
    def test_what_fit_has_learnt_is_not_learnt_again(self, task_type):
        model = MetaModel().fit(two_clusters())
        (performance,) = model.performance_._performances.values()
        model.recommend(SMALL, task_type=task_type)
        assert list(model.performance_._performances.values()) == [performance]

    def test_it_follows_scikit_learn(self):
        model = MetaModel(random_state=7, n_trees=30)
        defaults = {"sharpness": 1.7, "equal_share": 0.05, "caution": 0.75, "similarity": None}
        given = {"random_state": 7, "n_trees": 30, "n_jobs": 1}
        assert clone(model).get_params() == defaults | given
        with pytest.raises(NotFittedError, match=r"Call fit\(kb\) first"):
            model.recommend(None)

    def test_the_same_question_has_the_same_answer(self, clusters):
        again = MetaModel().fit(two_clusters())
        assert as_dicts(again.recommend(SMALL, 4)) == as_dicts(clusters.recommend(SMALL, 4))
        assert as_dicts(clusters.recommend(SMALL, 4)) == as_dicts(clusters.recommend(SMALL, 4))

    def test_the_global_random_state_is_left_alone(self):
        before = np.random.get_state()[1].copy()
        MetaModel().fit(two_clusters()).recommend(SMALL)
        assert (np.random.get_state()[1] == before).all()

    def test_what_is_given_is_not_changed(self):
        kb, row = two_clusters(), SMALL.copy()
        tables = [frame.copy() for frame in (kb.tasks, kb.metafeatures, kb.runs)]
        MetaModel().fit(kb).recommend(row)
        for before, after in zip(tables, (kb.tasks, kb.metafeatures, kb.runs), strict=True):
            pd.testing.assert_frame_equal(before, after)
        pd.testing.assert_series_equal(row, SMALL)

    def test_it_survives_pickling(self, clusters):
        import pickle

        copy = pickle.loads(pickle.dumps(clusters))
        assert as_dicts(copy.recommend(LARGE, 3)) == as_dicts(clusters.recommend(LARGE, 3))

    def test_advice_is_valid_json(self, clusters):
        advice = as_dicts(clusters.recommend(SMALL))
        assert json.loads(json.dumps(advice, allow_nan=False)) == advice

    def test_fewer_setups_than_asked_for_are_all_given_once(self, clusters):
        assert sorted(setups(clusters.recommend(SMALL, 50))) == [0, 1, 2, 3]
