"""Studies in a Redis journal and behind Optuna's gRPC proxy, on real servers."""

from __future__ import annotations

import subprocess
import sys
import warnings

import optuna
import pytest
from optuna.trial import TrialState
from sklearn.datasets import load_iris
from storage_servers import grpc_server, redis_server

from autometa import tune
from autometa.exceptions import StorageError
from autometa.tuning.study._storage import describe, open_study

pytestmark = pytest.mark.slow

OTHER = """
import sys
from sklearn.datasets import load_iris
from autometa import tune
X, y = load_iris(return_X_y=True, as_frame=True)
result = tune(X, y, time_budget=None, n_trials=12, storage=sys.argv[1], study_name="shared",
              isolate=False, knowledge_base=False, algorithms=["naive_bayes"])
print(result.notes)
"""
SETTINGS = {"time_budget": None, "knowledge_base": False, "algorithms": ["naive_bayes"]}


@pytest.fixture(scope="module", params=[redis_server, grpc_server])
def server(request, tmp_path_factory):
    with request.param(tmp_path_factory.mktemp("server")) as (process, url):
        yield process, url


@pytest.fixture
def url(server):
    return server[1]


def run(url, name, n_trials, **options):
    X, y = load_iris(return_X_y=True, as_frame=True)
    return tune(X, y, n_trials=n_trials, storage=url, study_name=name, **SETTINGS, **options)


def test_two_runs_share_a_study_and_say_no_password(url, capfd):
    # worker processes of the pool here, while the connection is open: both libraries have threads
    result = run(url, "shared", 1, isolate=True)
    assert result.notes == ()
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER, url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    mine = run(url, "shared", 12, isolate=False)
    out, err = other.communicate(timeout=120)
    assert (other.returncode, out.strip(), err) == (0, "()", "")
    assert mine.notes == ()
    trials = open_study(url, "shared").trials
    assert [trial.number for trial in trials] == list(range(len(trials)))
    assert {trial.state for trial in trials} <= {TrialState.COMPLETE, TrialState.PRUNED}
    assert len(trials) in (12, 13)  # both may begin the last one at once
    printed = "".join(capfd.readouterr())
    assert "s3cret" not in printed + repr(result) + describe(result.study._storage)


def test_a_plain_optuna_worker_is_not_taken_for_dead(url):
    run(url, "plain", 1, isolate=False)
    study = open_study(url, "plain")
    plain = study.ask()
    run(url, "plain", 3, isolate=False)
    assert study.trials[plain.number].state == TrialState.RUNNING
    study.tell(plain, 0.5)
    assert study.trials[plain.number].value == 0.5


@pytest.mark.parametrize("make", [redis_server, grpc_server])
def test_a_server_that_dies_costs_the_record_not_the_run(make, tmp_path):
    with make(tmp_path) as (process, url):

        def callback(study, trial):
            if trial.number == 1:
                process.kill()
                process.wait()

        result = run(url, "dies", 4, isolate=False, callbacks=[callback])
        assert sorted(result.leaderboard()["trial"]) == [0, 1, 2, 3]
        (note,) = [note for note in result.notes if "went on without it" in note]
        assert note.startswith(f"The storage '{url.partition('://')[0]}://")
        assert "s3cret" not in note
        with pytest.raises(StorageError, match=r"cannot be used: .*onnect") as caught:
            open_study(url, "dies")
        assert "s3cret" not in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_wrong_password_of_redis_is_one_sentence_without_it(tmp_path):
    with redis_server(tmp_path) as (_, url), pytest.raises(StorageError) as caught:
        open_study(url.replace("s3cret", "s3crets"), "mine")
    assert "cannot be used: " in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_storages_of_optuna_are_named_without_their_passwords(url):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study = open_study(url, "named")
    assert describe(study._storage).startswith(f"{url.partition('://')[0]}://")
    assert "s3cret" not in describe(study._storage)
