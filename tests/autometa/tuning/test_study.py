"""OptunaStudyLog: the study of a run, as Optuna stores it."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import optuna
import pandas as pd
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna.storages import InMemoryStorage
from optuna.trial import TrialState

from autometa.exceptions import StorageError
from autometa.tables import check_table
from autometa.tuning.scheduling._plan import Candidate
from autometa.tuning.study._content_hash import content_hash
from autometa.tuning.study._liveness import _began, close_run, is_gone, open_run
from autometa.tuning.study._optuna_study_log import OptunaStudyLog
from autometa.tuning.study._resume import candidate_of
from autometa.tuning.workers._worker_side import EvaluationResult

ALGORITHMS = ("lightgbm", "logistic_regression")
LINEAR = Candidate(
    algorithm="logistic_regression",
    config={"C": 0.1, "class_weight": None, "numbers": "normal"},
    source="preset",
)


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    return check_table(pd.DataFrame({"a": rng.normal(size=40)}), rng.integers(0, 2, 40))


def ask(study_log, candidate=None):
    """Begin a trial of a candidate, or of what the sampler proposes."""
    proposal = study_log.propose(candidate)
    return study_log.begin(proposal), proposal.candidate


def result(fold_scores, *, is_complete=True):
    return EvaluationResult(
        scores={"roc_auc": float(np.mean(fold_scores)), "f1": float("nan")},
        fold_scores=fold_scores,
        fit_seconds=0.5,
        seconds=0.6,
        values=np.zeros((40, 2), dtype="float32"),
        is_complete=is_complete,
    )


def test_a_candidate_is_what_the_trial_is_made_of(table):
    study_log = OptunaStudyLog(table, "roc_auc", ALGORITHMS, seed=0)
    trial, asked = ask(study_log, LINEAR)
    assert asked == LINEAR
    told = study_log.tell(trial, asked, result([0.7, 0.9]))
    assert (told.state, told.value) == (TrialState.COMPLETE, pytest.approx(0.8))
    assert told.params == LINEAR.params
    assert told.user_attrs["evaluation"]["scores"] == {"roc_auc": pytest.approx(0.8)}
    assert candidate_of(told) == LINEAR
    assert study_log.tried == {LINEAR.key}


def test_the_sampler_proposes_from_the_space_of_the_algorithm_it_chose(table):
    study_log = OptunaStudyLog(table, "roc_auc", ALGORITHMS, seed=0)
    for _ in range(12):
        trial, asked = ask(study_log)
        assert set(asked.config) == set(study_log.spaces[asked.algorithm])
        study_log.tell(trial, asked, result([0.5]))


def test_the_same_seed_proposes_the_same(table):
    proposals = []
    for _ in range(2):
        study_log = OptunaStudyLog(table, "roc_auc", ALGORITHMS, seed=7)
        asked = []
        for number in range(12):
            trial, candidate = ask(study_log)
            asked.append(candidate)
            study_log.tell(trial, candidate, result([number / 20]))
        proposals.append(asked)
    assert proposals[0] == proposals[1]


def test_a_source_of_earlier_versions_has_the_name_of_today(table):
    trial = optuna.trial.create_trial(
        params={"algorithm": "lda"},
        distributions={"algorithm": CategoricalDistribution(["lda"])},
        value=0.5,
        user_attrs={"evaluation": {"source": "known"}},
    )
    assert candidate_of(trial).source == "preset"


def test_failed_skipped_and_cut_trials_say_why(table):
    study_log = OptunaStudyLog(table, "roc_auc", ALGORITHMS, seed=0)
    failed = study_log.fail(*ask(study_log, LINEAR), "timeout", "Stopped after 3.0 s.")
    assert failed.state == TrialState.FAIL
    assert failed.user_attrs["evaluation"] == {
        "source": "preset",
        "status": "timeout",
        "message": "Stopped after 3.0 s.",
    }
    assert study_log.skip(*ask(study_log), "Needs about 9 s.").state == TrialState.PRUNED
    cut = study_log.tell(*ask(study_log), result([0.4], is_complete=False))
    assert (cut.state, cut.value) == (TrialState.PRUNED, pytest.approx(0.4))
    assert study_log.n_finished == 3


def test_the_study_of_a_table_is_found_again(table):
    storage = InMemoryStorage()
    first = OptunaStudyLog(table, "roc_auc", ALGORITHMS, 0, storage)
    first.tell(*ask(first, LINEAR), result([0.7]))
    assert first.get_or_set_attr("folds", [5, 5]) == [5, 5]
    again = OptunaStudyLog(table, "roc_auc", ALGORITHMS, 1, storage)
    assert [t.value for t in again.resumed] == [pytest.approx(0.7)]
    assert again.get_or_set_attr("folds", [3, 3]) == [5, 5]
    other = OptunaStudyLog(table, "accuracy", ALGORITHMS, 0, storage)
    assert other.n_finished == 0  # another study, by its name


def mark(*, host=None, process=None, began=None, ends=0):
    """Return the mark that a run elsewhere would leave on its trials."""
    parts = open_run().split(":")
    changed = (host, process, began, "0a1b2c3d", str(ends))
    return ":".join(str(new or old) for new, old in zip(changed, parts, strict=True))


@pytest.fixture
def dead_process():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_run_is_gone_when_its_process_is_or_its_time_is_over(dead_process):
    own = open_run()
    assert not is_gone(own)
    other = open_run()  # two runs in one process
    close_run(own)
    assert (is_gone(own), is_gone(other)) == (True, False)
    assert is_gone(mark(process=dead_process))
    assert is_gone(f"{own.split(':')[0]}:{dead_process}")  # as earlier versions wrote it
    assert not is_gone(mark(process=1, began=_began(1)))
    assert is_gone(mark(process=1, began="12345"))  # the number was given to another process
    now = int(time.time())
    assert is_gone(mark(host="elsewhere", ends=now - 3600))
    assert not is_gone(mark(host="elsewhere", ends=now + 3600))
    assert not is_gone(mark(host="elsewhere"))
    for foreign in (None, "", "worker-7", 3, "a:b:c:d:e"):
        assert not is_gone(foreign)


def test_a_trial_of_a_dead_process_is_ended_and_queued_again_once(table, dead_process):
    storage = InMemoryStorage()
    study_log = OptunaStudyLog(table, "roc_auc", ALGORITHMS, 0, storage)
    live, _ = ask(study_log, LINEAR)
    dead, asked = ask(study_log)
    study_log.record.study._storage.set_trial_user_attr(
        dead._trial_id, "process", mark(process=dead_process)
    )
    study_log.study.ask()  # a worker of plain Optuna, which says nothing of itself
    again = OptunaStudyLog(table, "roc_auc", ALGORITHMS, 0, storage)
    states = [trial.state.name for trial in again.study.trials]
    assert states == ["RUNNING", "FAIL", "RUNNING", "WAITING"]
    assert (again.study.trials[1].user_attrs["evaluation"]) == {
        "source": "search",
        "status": "stopped",
        "message": "The process that ran it ended.",
    }
    retry, proposed = again.begin_enqueued()
    assert (retry.number, proposed.key) == (3, asked.key)
    assert retry.user_attrs["retry_of"] == 1
    again.close()  # the second death in a row
    third = OptunaStudyLog(table, "roc_auc", ALGORITHMS, 0, storage)
    assert [trial.state.name for trial in third.study.trials] == [
        *("RUNNING", "FAIL", "RUNNING", "FAIL")
    ]
    assert third.study.trials[3].user_attrs["evaluation"]["status"] == "error"
    assert study_log.tell(live, LINEAR, result([0.7])).value == pytest.approx(0.7)


def test_a_study_goes_on_with_other_algorithms_in_any_order(table):
    storage = InMemoryStorage()
    runs = [
        ("lightgbm", "logistic_regression"),
        ("logistic_regression", "lightgbm"),
        ("naive_bayes",),
        ("decision_tree", "lightgbm", "naive_bayes"),
    ]
    for number, algorithms in enumerate(runs):
        study_log = OptunaStudyLog(table, "roc_auc", algorithms, number, storage)
        for _ in range(12):  # past the ten that are drawn at random
            trial, asked = ask(study_log)
            assert asked.algorithm in algorithms
            study_log.tell(trial, asked, result([0.5]))
        usable = {t.params["algorithm"] for t in study_log.resumed}
        assert usable <= set(algorithms)
        study_log.close()
    assert len(study_log.study.trials) == 48
    assert study_log.notes == [
        "Stored trials that this run does not use: "
        f"{sum(t.params['algorithm'] == 'logistic_regression' for t in study_log.study.trials)} "
        "of algorithms that were not asked for."
    ]


def test_trials_of_other_programs_are_left_aside(table):
    storage = InMemoryStorage()
    study = optuna.create_study(storage=storage, study_name="mine", direction="maximize")
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)
    study.ask()
    study_log = OptunaStudyLog(table, "roc_auc", ALGORITHMS, 0, storage, "mine")
    assert study_log.notes == ["Stored trials that this run does not use: 3 not written by tune."]
    assert (study_log.resumed, study_log.n_finished, study_log.tried) == ([], 0, set())
    study_log.tell(*ask(study_log, LINEAR), result([0.7]))
    assert study_log.n_finished == 1


@pytest.mark.parametrize(
    ("distribution", "told"),
    [
        (FloatDistribution(0, 1), "cannot be continued"),
        (CategoricalDistribution(["a", "b"]), "cannot be continued"),
        (CategoricalDistribution(["lightgbm", "forest"]), "not tried in it: logistic_regression"),
    ],
)
def test_a_study_begun_with_other_choices_is_refused_or_what_is_left_out_is_said(
    table, distribution, told
):
    storage = InMemoryStorage()
    study = optuna.create_study(storage=storage, study_name="mine", direction="maximize")
    study.tell(study.ask({"algorithm": distribution}), 0.5)
    if told.startswith("cannot"):
        with pytest.raises(StorageError, match=f"'mine' {told} with lightgbm"):
            OptunaStudyLog(table, "roc_auc", ALGORITHMS, 0, storage, "mine")
        return
    study_log = OptunaStudyLog(table, "roc_auc", ALGORITHMS, 0, storage, "mine")
    assert study_log.algorithms == ("lightgbm",)
    assert told in study_log.notes[0]
    assert ask(study_log)[1].algorithm == "lightgbm"


def test_a_changed_search_space_leaves_an_algorithm_out(table):
    storage = InMemoryStorage()
    study = optuna.create_study(storage=storage, study_name="mine", direction="maximize")
    study.tell(study.ask({"logistic_regression.C": FloatDistribution(0, 1)}), 0.5)
    study_log = OptunaStudyLog(table, "roc_auc", ALGORITHMS, 0, storage, "mine")
    assert study_log.algorithms == ("lightgbm",)


@pytest.mark.parametrize(
    ("directions", "told"),
    [(["minimize"], "minimises"), (["maximize", "maximize"], "has 2 objectives")],
)
def test_a_study_that_minimises_or_has_several_objectives_is_refused(table, directions, told):
    storage = InMemoryStorage()
    optuna.create_study(storage=storage, study_name="mine", directions=directions)
    with pytest.raises(StorageError, match=f"'mine' in 'InMemoryStorage' {told}"):
        OptunaStudyLog(table, "roc_auc", ALGORITHMS, 0, storage, "mine")


def test_a_study_of_another_metric_or_table_is_refused(table):
    storage = InMemoryStorage()
    OptunaStudyLog(table, "roc_auc", ALGORITHMS, 0, storage, "mine")
    with pytest.raises(StorageError, match="is of metric 'roc_auc', not 'accuracy'"):
        OptunaStudyLog(table, "accuracy", ALGORITHMS, 0, storage, "mine")
    other = check_table(table.X + 1, table.y)
    with pytest.raises(StorageError, match="is of dataset"):
        OptunaStudyLog(other, "roc_auc", ALGORITHMS, 0, storage, "mine")


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"algorithm": "nope"}, "names the algorithm 'nope', which is unknown"),
        ({"algorithm": "ridge"}, "names the algorithm 'ridge'"),  # of another task type
        ({"algorithm": 3}, "names the algorithm 3"),
        ({"algorithm": ["lightgbm"]}, "names the algorithm"),
        ({"algorithm": "lightgbm", "lightgbm.leaves": 3}, "no hyperparameter 'leaves'"),
        ({"algorithm": "lightgbm", "lightgbm.num_leaves": -4}, "lies outside"),
        ({"algorithm": "lightgbm", "lightgbm.num_leaves": "many"}, "lies outside"),
        ({"algorithm": "logistic_regression", "logistic_regression.numbers": 1}, "lies outside"),
    ],
)
def test_an_enqueued_trial_that_cannot_be_tried_fails_alone(table, params, told):
    study_log = OptunaStudyLog(table, "roc_auc", ALGORITHMS, 0, InMemoryStorage())
    study_log.study.enqueue_trial(params)
    study_log.study.enqueue_trial({"algorithm": "logistic_regression"})
    trial, asked = study_log.begin_enqueued()
    assert (trial.number, asked.algorithm) == (1, "logistic_regression")
    failed = study_log.study.trials[0]
    assert failed.state == TrialState.FAIL
    assert told in failed.user_attrs["evaluation"]["message"]
    assert told in study_log.notes[0]
    assert study_log.begin_enqueued() is None


def test_an_enqueued_trial_of_an_algorithm_that_was_not_asked_for_waits(table):
    study_log = OptunaStudyLog(table, "roc_auc", ALGORITHMS, 0, InMemoryStorage())
    study_log.study.enqueue_trial({"algorithm": "naive_bayes"})
    assert study_log.begin_enqueued() is None
    assert study_log.study.trials[0].state == TrialState.WAITING


def test_what_was_cut_short_is_tried_again_with_more_time(table):
    storage = InMemoryStorage()
    study_log = OptunaStudyLog(table, "roc_auc", ALGORITHMS, 0, storage)
    study_log.fail(*ask(study_log, LINEAR), "stopped", "Stopped after 3.0 s.", limit=3.0)
    assert (study_log.tried, study_log.cut_short(100.0), study_log.n_finished) == (
        {LINEAR.key},
        [],
        0,
    )
    again = OptunaStudyLog(table, "roc_auc", ALGORITHMS, 0, storage)
    assert again.tried == set()
    assert again.cut_short(4.0) == []
    assert [c.key for c in again.cut_short(5.0)] == [LINEAR.key]
    again.tell(*ask(again, LINEAR), result([0.7]))
    assert again.cut_short(5.0) == []


def test_the_hash_tells_tables_apart(table):
    other = check_table(table.X.assign(a=table.X["a"] + 1), table.y)
    flipped = check_table(table.X, 1 - table.y)
    hashes = {content_hash(t) for t in (table, other, flipped)}
    assert len(hashes) == 3
    assert content_hash(check_table(table.X.copy(), table.y.copy())) == content_hash(table)


def test_the_hash_takes_columns_of_lists():
    frame = pd.DataFrame({"a": [[1], [2], [3], [4], [5]], "b": range(5)})
    assert len(content_hash(check_table(frame, [0, 1, 0, 1, 0]))) == 12
