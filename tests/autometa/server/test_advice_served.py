"""Advice over HTTP from a real server: the same as in Python, and no table that harms it."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import socket

import numpy as np
import pandas as pd
import pytest
from serving import running

from autometa import describe, recommend

pytestmark = pytest.mark.slow  # a server reads all that is known before it answers

LIMITS = {"upload_bytes": 400_000, "rows": 2_000, "columns": 60, "upload_seconds": 2.0}


def table(n=120, seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 4)), columns=list("abcd"))
    return X.assign(kind=np.where(X["a"] + X["b"] > 0, "yes", "no"))


def as_csv(frame):
    return frame.to_csv(index=False).encode()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("server"), limits=LIMITS) as server:
        yield server


@pytest.fixture(scope="module")
def client(server):
    with server.client() as client:
        yield client


def ask(client, content, name="t.csv", **fields):
    return client.post(
        "/v1/recommendations", files={"file": (name, content)}, data={"target": "kind", **fields}
    )


def setups(advice):
    return [(one["algorithm"], one["config"]) for one in advice["recommendations"]]


def test_a_table_gets_the_advice_that_python_gives(client):
    frame = table()
    buffer, arrow = io.BytesIO(), io.BytesIO()
    frame.to_parquet(buffer)
    frame.to_feather(arrow)
    wanted = recommend(frame.drop(columns="kind"), frame["kind"], n=4)
    answers = [
        ask(client, content, n=4, reasons=1)
        for content in (as_csv(frame), gzip.compress(as_csv(frame)), buffer.getvalue(),
                        arrow.getvalue())
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [200] * 4
    for answer in answers:
        assert setups(answer.json()) == [(one.algorithm, one.config) for one in wanted]
    assert answers[0].json()["recommendations"][0]["reasons"]["summary"]
    assert "reasons" not in answers[0].json()["recommendations"][1]
    assert answers[0].json()["task"]["n_columns"] == 4


def test_metafeatures_get_the_advice_of_their_table(client):
    frame = table()
    values = describe(frame, "kind")
    content = {name: None if np.isnan(value) else value for name, value in values.items()}
    answer = client.post(
        "/v1/recommendations", json={"metafeatures": content, "task_type": "binary", "n": 4}
    )
    assert answer.status_code == 200
    assert setups(answer.json()) == setups(ask(client, as_csv(frame), n=4).json())


WIDE = as_csv(pd.DataFrame(np.zeros((3, 80))).assign(kind=[0, 1, 0]))
HOSTILE = {
    "empty": (b"", 422),
    "a pickle": (pickle.dumps(table()), 415),
    "a workbook": (b"PK\x03\x04 xl/", 415),
    "bytes": (b"a,kind\n\0\1\2\3", 415),
    "no target": (b"a,b\n1,2\n", 422),
    "a damaged parquet": (b"PAR1" + bytes(60) + b"PAR1", 422),
    "a cut feather": (b"ARROW1\0\0" + bytes(40), 422),
    "a bomb": (gzip.compress(b"a,kind\n" + b"1,2\n" * 30_000_000), 422),
    "too many bytes": (as_csv(table(20_000)), 413),
    "too many rows": (b"a,kind\n" + b"1,0\n2,1\n" * 1_500, 413),
    "too many columns": (WIDE, 413),
    "a quote that never ends": (b'a,kind\n"' + b"x" * 1000, 422),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_table_here_is_a_4xx_that_says_why(client, what):
    content, status = HOSTILE[what]
    answer = ask(client, content)
    assert (answer.status_code, set(answer.json()["error"])) == (status, {"type", "message"})
    assert "/tmp" not in answer.text


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "openml:31", "sklearn:iris"])
def test_a_name_from_the_client_opens_nothing(client, name):
    answer = ask(client, as_csv(table()), name=name)
    assert answer.status_code == 200
    assert answer.json()["task"]["n_rows"] == 120
    sent = client.post("/v1/recommendations", data={"file": name, "target": "kind"})
    assert sent.status_code in (415, 422)


def test_values_that_are_not_allowed_are_named(client):
    assert "'n'" in ask(client, as_csv(table()), n=0).json()["error"]["message"]
    answer = ask(client, as_csv(table()), metric="no_such_metric")
    assert (answer.status_code, answer.json()["error"]["type"]) == (422, "MetricError")
    assert ask(client, as_csv(table()), unknown="1").status_code == 422
    answer = client.get("/v1/tasks", params={"limit": 0})
    assert (answer.status_code, answer.json()["error"]["type"]) == (422, "ParameterError")


def test_a_page_of_another_site_reaches_nothing(server):
    form = {"files": {"file": as_csv(table())}, "data": {"target": "kind"}}
    cases = [
        ({"host": "evil.example"}, form, 421),
        ({"origin": "https://evil.example"}, form, 403),
        ({"origin": "null"}, form, 403),
        ({"sec-fetch-site": "cross-site"}, form, 403),
        ({"content-type": "text/plain"}, {"content": b"{}"}, 415),
    ]
    with server.client() as client:
        for headers, body, status in cases:
            for path in ("/v1/recommendations", "/v1/studies"):
                answer = client.post(path, headers=headers, **body)
                assert answer.status_code == status, (headers, path)
                assert not [name for name in answer.headers if name.startswith("access-control")]
        assert client.get("/v1/studies").json() == {"studies": []}
        for host in ("localhost", "127.0.0.1", "[::1]"):
            name = f"{host}:{server.port}"
            answer = client.get("/health", headers={"host": name, "origin": f"http://{name}"})
            assert answer.status_code == 200


def test_a_slow_client_is_dropped_and_others_are_served(server, client):
    head = b"POST /v1/recommendations HTTP/1.1\r\nHost: localhost\r\n"
    head += b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5000\r\n\r\n--x"
    with socket.create_connection(("127.0.0.1", server.port), 20) as slow:
        slow.sendall(head)
        assert client.get("/health").status_code == 200
        assert slow.recv(100).startswith(b"HTTP/1.1 408")


def test_every_answer_says_what_browsers_may_do_with_it(client):
    for path in ("/health", "/v1/tasks?limit=1", "/nowhere", "/openapi.json"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_what_is_known_comes_in_pages(client):
    first = client.get("/v1/tasks", params={"limit": 2}).json()
    second = client.get("/v1/tasks", params={"limit": 2, "offset": 1}).json()
    assert first["tasks"][1] == second["tasks"][0]
    assert first["total"] > 100
    regression = client.get("/v1/tasks", params={"task_type": "regression"}).json()
    assert {task["task_type"] for task in regression["tasks"]} == {"regression"}
    setup = client.get("/v1/setups", params={"algorithm": "svm", "limit": 1}).json()["setups"][0]
    assert isinstance(setup["config"], dict)
    runs = client.get("/v1/knowledge", params={"task_id": first["tasks"][0]["task_id"]}).json()
    assert {run["task_id"] for run in runs["runs"]} == {first["tasks"][0]["task_id"]}
    assert client.get("/v1/algorithms").json()["algorithms"]


def test_a_task_is_shown_among_those_that_are_like_it(client):
    page = client.get("/task", params={"task_id": "iris"})
    assert page.status_code == 200
    assert page.text.count("data:image/png;base64,") == 2  # light and dark
    assert page.text.count('href="/task?task_id=') == 5
    unknown = client.get("/task", params={"task_id": "<b>nobody"})
    assert (unknown.status_code, "nobody" in unknown.text) == (422, False)


def test_nobody_without_a_token_adds_runs(client):
    runs = {"tasks": [{"task_id": "x", "task_type": "binary"}],
            "runs": [{"task_id": "x", "algorithm": "knn", "config": "{}", "metric": "accuracy",
                      "score": 0.5}]}  # fmt: skip
    answer = client.post("/v1/runs", json=runs)
    assert (answer.status_code, answer.json()["error"]["type"]) == (403, "TokenError")


def test_counters_are_prometheus_text_and_logs_have_no_data(server, client):
    ask(client, as_csv(table()), name="secret-name.csv")
    text = client.get("/metrics").text
    assert 'autometa_requests_total{method="POST",route="/v1/recommendations",status="200"}' in text
    assert "secret-name" not in text + server.log.read_text()


def test_the_document_names_every_route(client):
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.")
    wanted = {"/v1/recommendations", "/v1/studies", "/v1/tasks", "/v1/setups", "/v1/knowledge",
              "/v1/runs", "/metrics", "/health"}  # fmt: skip
    assert wanted <= set(document["paths"])
    body = document["paths"]["/v1/recommendations"]["post"]["requestBody"]["content"]
    assert set(body) == {"multipart/form-data", "application/json"}
    json.dumps(document, allow_nan=False)
