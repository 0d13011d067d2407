"""Searches over HTTP: they end with files, nobody sees another's, none is lost with a server."""

from __future__ import annotations

import ast
import json
import os
import socket
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest
from serving import read_events, running, start, wait_for

from autometa import load_model
from autometa.server import Client, ServerError

TOKENS = ["ann-has-a-long-token", "bob-has-another-token"]
NONE = "A" * 32


def table(n=120, seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 4)), columns=list("abcd"))
    return X.assign(kind=np.where(X["a"] + X["b"] > 0, "yes", "no"))


CSV = table().to_csv(index=False).encode()
QUICK = {"target": "kind", "n_trials": 2, "time_budget": 40, "algorithms": "naive_bayes"}
LONG = {"target": "kind", "time_budget": 600, "algorithms": "naive_bayes,decision_tree"}


def begin(client, fields, name="t.csv"):
    answer = client.post("/v1/studies", files={"file": (name, CSV)}, data=fields)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def headers(token):
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    with running(folder, tokens=TOKENS, limits={"studies": 3}) as server:
        yield server


@pytest.fixture(scope="module")
def ann(server):
    with server.client(headers=headers(TOKENS[0])) as client:
        yield client


@pytest.fixture(scope="module")
def bob(server):
    with server.client(headers=headers(TOKENS[1])) as client:
        yield client


@pytest.fixture(scope="module")
def done(ann):
    """A search of Ann's that has ended."""
    return wait_for(ann, begin(ann, QUICK))


@pytest.mark.slow
def test_a_search_leaves_a_leaderboard_a_pipeline_and_code(ann, done, tmp_path):
    assert (done["state"], done["error"]) == ("done", None)
    assert done["result"]["leaderboard"][0]["algorithm"] == "naive_bayes"
    names = {file["name"] for file in done["files"]}
    assert {"leaderboard.json", "pipeline.skops", "code.py"} <= names
    for name in names:
        content = ann.get(f"/v1/studies/{done['id']}/files/{name}")
        assert "attachment" in content.headers["content-disposition"]
        (tmp_path / name).write_bytes(content.content)
    model = load_model(tmp_path / "pipeline.skops")
    assert set(model.predict(table(20, seed=1).drop(columns="kind"))) <= {"yes", "no"}
    ast.parse((tmp_path / "code.py").read_text())
    assert json.loads((tmp_path / "leaderboard.json").read_text())


@pytest.mark.slow
def test_a_watcher_gets_what_it_missed_and_the_end(ann, done):
    events, numbers = read_events(ann, done["id"], {"Accept-Encoding": "gzip"})
    kinds = [kind for kind, _ in events]
    assert kinds.count("trial") >= 2
    assert events[-1] == ("end", {"state": "done"})
    assert numbers == sorted(set(numbers))
    later, _ = read_events(ann, done["id"], {"Last-Event-ID": str(numbers[-2])})
    assert later == events[-2:]


@pytest.mark.slow
def test_what_is_somebody_elses_looks_like_what_never_was(server, ann, bob, done):
    for method, path in (
        ("GET", ""),
        ("GET", "/events"),
        ("GET", "/files/code.py"),
        ("POST", "/cancel"),
        ("DELETE", ""),
    ):
        foreign = bob.request(method, f"/v1/studies/{done['id']}{path}")
        unknown = bob.request(method, f"/v1/studies/{NONE}{path}")
        assert foreign.status_code == unknown.status_code == 404
        assert foreign.content == unknown.content
    assert bob.get("/v1/studies").json() == {"studies": []}
    with server.client() as nobody:
        for given in ({}, headers("wrong-token-of-good-length")):
            for path in ("/v1/studies", f"/v1/studies/{done['id']}", "/v1/tasks", "/metrics"):
                assert nobody.get(path, headers=given).status_code == 401
    assert ann.get(f"/v1/studies/{done['id']}").status_code == 200


@pytest.mark.slow
def test_a_client_may_have_so_many_and_cancels_them(ann):
    ids = [begin(ann, LONG, name="same.csv") for _ in range(3)]
    assert len(set(ids)) == 3
    refused = ann.post("/v1/studies", files={"file": CSV}, data=LONG)
    assert (refused.status_code, refused.json()["error"]["type"]) == (429, "TooManyStudiesError")
    wait_for(ann, ids[0], ("running",))
    for identifier in ids:
        ann.post(f"/v1/studies/{identifier}/cancel")
    for identifier in ids:
        assert wait_for(ann, identifier)["state"] == "cancelled"
        assert ann.delete(f"/v1/studies/{identifier}").status_code == 204
        assert ann.get(f"/v1/studies/{identifier}").status_code == 404


@pytest.mark.slow
def test_runs_added_with_a_token_are_known(server):
    with Client(server.url, token=TOKENS[0]) as client:
        runs = [{"task_id": "mine-1", "algorithm": "knn", "config": "{}", "metric": "accuracy",
                 "score": 0.5}]  # fmt: skip
        added = client.add_runs([{"task_id": "mine-1", "task_type": "binary"}], runs)
        assert (added["n_runs"], added["n_tasks"]) == (1, 1)
        assert client.knowledge(task_id="mine-1")["total"] == 1
        assert client.tasks(search="mine-1")["total"] == 1


@pytest.mark.slow
def test_the_client_gives_values_and_names_refusals(server):
    with Client(server.url, token=TOKENS[1]) as client:
        advice = client.recommend(table(), "kind", n=3)
        assert len(advice) == 3
        advice[0].build()
        study = client.tune(table(), "kind", n_trials=1, time_budget=30, algorithms=["naive_bayes"])
        assert [kind for kind, _ in client.events(study)][-1] == "end"
        study = client.wait(study, timeout=60)
        assert (study.state, study.has_ended) == ("done", True)
        assert client.download(study, "code.py").startswith(b'"""')
        with pytest.raises(ServerError, match="There is no such study") as raised:
            client.study(NONE)
        assert (raised.value.status, raised.value.kind) == (404, "NotFoundError")


@pytest.mark.slow
def test_watchers_that_leave_or_freeze_cost_nothing(server, ann):
    identifier = begin(ann, LONG)
    wait_for(ann, identifier, ("running",))
    request = (
        f"GET /v1/studies/{identifier}/events HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {TOKENS[0]}\r\n\r\n"
    ).encode()
    _come_and_go(server, request)  # what is opened once, such as connections of the database
    before = _open_files(server, ann)
    _come_and_go(server, request)
    assert _open_files(server, ann) <= before + 5
    assert ann.get(f"/v1/studies/{identifier}").json()["state"] == "running"
    ann.post(f"/v1/studies/{identifier}/cancel")
    wait_for(ann, identifier)


def _come_and_go(server, request):
    for _ in range(100):  # leave, at the first byte or before it
        with socket.create_connection(("127.0.0.1", server.port)) as watcher:
            watcher.sendall(request)
    frozen = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
    for watcher in frozen:
        watcher.sendall(request)
    with server.client() as client:
        assert client.get("/health").status_code == 200
    for watcher in frozen:
        watcher.close()


def _open_files(server, client):
    """Count the descriptors of a server once nobody watches any longer."""
    until = time.monotonic() + 20
    while "autometa_watchers 0" not in client.get("/metrics").text:
        assert time.monotonic() < until, "streams stay open"
        time.sleep(0.2)
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


@pytest.mark.slow
def test_two_clients_without_tokens_are_two(tmp_path):
    with running(tmp_path) as server, server.client() as one, server.client() as other:
        mine = begin(one, QUICK, name="data.csv")
        theirs = begin(other, {**QUICK, "n_trials": 1}, name="data.csv")
        assert other.get(f"/v1/studies/{mine}").status_code == 404
        assert [study["id"] for study in other.get("/v1/studies").json()["studies"]] == [theirs]
        assert wait_for(one, mine)["state"] == "done"
        assert wait_for(other, theirs)["state"] == "done"


@pytest.mark.slow
def test_open_streams_do_not_keep_a_server_and_its_search_goes_on(tmp_path):
    first = start(tmp_path)
    with first.client() as client:
        cookies = client.get("/v1/studies").cookies
        identifier = begin(client, {**QUICK, "n_trials": 25})
        wait_for(client, identifier, ("running",))
        watchers = [
            threading.Thread(target=lambda: read_events(client, identifier), daemon=True)
            for _ in range(3)
        ]
        for watcher in watchers:
            watcher.start()
        time.sleep(1)
        began = time.monotonic()
        first.end()
        assert time.monotonic() - began < 15  # 5 on a machine with nothing else to do
    first.process.stdout.close()
    with running(tmp_path) as second, second.client(cookies=cookies) as client:
        assert wait_for(client, identifier)["state"] == "done"
        events, _ = read_events(client, identifier)
        trials = [data["number"] for kind, data in events if kind == "trial"]
        assert len(trials) == len(set(trials))  # none was run again


@pytest.mark.slow
def test_the_command_refuses_a_public_host_without_a_token():
    command = [sys.executable, "-m", "autometa", "serve", "--host", "0.0.0.0"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert "needs a token" in ended.stderr
