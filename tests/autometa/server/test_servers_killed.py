"""Several servers on one database: one of them is killed, and no search is lost or run twice."""

from __future__ import annotations

import time

import optuna
import pytest
from postgres import server as postgres  # noqa: F401 - a fixture
from serving import read_events, start, wait_for

TOKEN = "everybody-has-this-token"
N_SEARCHES = 2  # one a server
TABLE = ("a,b,kind\n" + "".join(f"{i},{i * 7 % 11},{i % 3 == 0}\n" for i in range(90))).encode()
FIELDS = {"target": "kind", "n_trials": 4, "time_budget": 60, "algorithms": "naive_bayes"}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'server.db'}"
    return request.getfixturevalue("postgres")


def begin(client):
    answer = client.post("/v1/studies", files={"file": ("t.csv", TABLE)}, data=FIELDS)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


@pytest.mark.slow
def test_a_killed_server_loses_no_search_and_none_runs_twice(database, tmp_path):
    own = {"database": database, "tokens": [TOKEN], "limits": {"studies": N_SEARCHES}}
    first, second = start(tmp_path, **own), start(tmp_path, **own)
    try:
        with second.client(headers={"Authorization": f"Bearer {TOKEN}"}) as client:
            searches = [begin(client) for _ in range(N_SEARCHES)]
            until = time.monotonic() + 60
            while time.monotonic() < until:  # in mid-work: both servers have one
                states = [s["state"] for s in client.get("/v1/studies").json()["studies"]]
                if states.count("running") == 2:
                    break
                time.sleep(0.1)
            assert states.count("running") == 2
            first.kill()
            for identifier in searches:
                assert wait_for(client, identifier, seconds=180)["state"] == "done"
                events, numbers = read_events(client, identifier)
                assert numbers == sorted(set(numbers))
                trials = [data["number"] for kind, data in events if kind == "trial"]
                assert len(trials) == len(set(trials))  # none was told of twice
                assert n_complete(database, identifier) == FIELDS["n_trials"]
    finally:
        for server in (first, second):
            if server.process.poll() is None:
                server.end()
            server.process.stdout.close()


def n_complete(database, study_name):
    """The complete trials of a study; no connection to its database is left open."""
    url = database.replace("postgresql://", "postgresql+psycopg://")
    storage = optuna.storages.RDBStorage(url)
    try:
        study = optuna.load_study(study_name=study_name, storage=storage)
        return len(study.get_trials(states=[optuna.trial.TrialState.COMPLETE]))
    finally:
        storage.engine.dispose()
