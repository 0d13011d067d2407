"""A server in trouble: storms, drips, cut bodies, lost connections, and a kill in mid-import."""

from __future__ import annotations

import email.utils
import json
import os
import signal
import subprocess
import sys
import time

import openml as client
import pytest
from openml_faults import dripping, dripping_head, reset, silent, status, truncated
from openml_world import Parameter, Upload, World

from autometa.exceptions import KnowledgeBaseError, KnowledgeBaseSourceError
from autometa.importers.openml import OpenMLSettings, _transport, import_openml

N_RUNS = 30
LISTED = [f"openml:run/{n}" for n in range(1, N_RUNS + 1)]


@pytest.fixture
def world():
    world = World(flows={1: "my.Learner(1)"})
    world.add_task(7, "things", qualities={"NumberOfInstances": "90", "NumberOfClasses": "2"})
    for n in range(1, N_RUNS + 1):
        world.add_setup(n, 1, [Parameter(name="alpha", value=str(n))])
        world.runs.append(Upload(run=n, task=7, setup=n, values={"predictive_accuracy": n / 100}))
    return world


@pytest.fixture
def settings(server, tmp_path):
    return OpenMLSettings(
        server=server.url,
        cache=tmp_path / "cache",
        interval=0.0,
        pause=0.01,
        longest_pause=0.5,
        timeout=0.4,
        page_size=10,
        setups_a_request=10,
    )


def changed(settings, **values):
    return OpenMLSettings(**{**settings.__dict__, **values})


def assert_complete(imported):
    runs = imported.knowledge_base.runs.set_index("source")["score"]
    assert runs.to_dict() == {name: n / 100 for n, name in enumerate(LISTED, start=1)}


FAULTS = {
    "unavailable": status(503),
    "bad gateway, well-formed": status(502, "<html><body>bad gateway</body></html>"),
    "no time left": status(504, ""),
    "too many requests": status(429, '{"detail": "slow down"}'),
    "precondition failed without a word": status(412, ""),
    "database is down": status(
        412,
        '<oml:error xmlns:oml="http://openml.org/openml"><oml:code>107</oml:code>'
        "<oml:message>Database connection error.</oml:message></oml:error>",
    ),
    "maintenance page": status(200, "<html><body>back soon</body></html>"),
    "empty": status(200, ""),
    "not XML": status(200, "<oml:runs><oml:run>&"),
    "cut in the middle": truncated(0.5),
    "cut one byte short": truncated(0.999),
    "cut, against its length": truncated(0.7, says_so=True),
    "connection lost": reset,
    "silence": silent(1.0),
    "drip": dripping(1.5),
    "drip of headers": dripping_head(1.5),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_request_that_failed_is_made_again(server, settings, name):
    server.faults.append(FAULTS[name])
    began = time.monotonic()
    assert_complete(import_openml(tasks=[7], settings=settings))
    assert time.monotonic() - began < 10
    assert not server.faults


@pytest.mark.parametrize("name", ["cut in the middle", "connection lost", "unavailable"])
@pytest.mark.parametrize("words", ["evaluation/", "setup/", "task/", "data/"])
def test_any_kind_of_request_is_made_again(server, settings, name, words):
    server.fault_when = lambda call: call.startswith(words)
    server.faults.extend([FAULTS[name]] * 2)
    assert_complete(import_openml(tasks=[7], settings=settings))
    assert not server.faults


def test_a_storm_passes(server, settings):
    storm = [status(503), status(500), reset, truncated(), status(429)]
    server.faults.extend(storm * 4)
    assert_complete(
        import_openml(tasks=[7], settings=changed(settings, tries=30, longest_pause=0.05))
    )
    assert not server.faults


def test_a_server_that_stays_broken_is_told_and_what_came_is_kept(server, settings):
    server.fault_when = lambda call: call.startswith("evaluation/") and "offset/20" in call
    server.faults.extend([status(503)] * 100)
    with pytest.raises(
        KnowledgeBaseSourceError,
        match=r"must answer 'evaluation/.*Got HTTP status 503, 8 times. What was fetched is kept",
    ):
        import_openml(tasks=[7], settings=settings)
    assert len(server.faults) == 92
    server.faults.clear()
    n_before = len(server.calls)
    assert_complete(import_openml(tasks=[7], settings=settings))
    again = server.calls[n_before:]
    assert not any(call.startswith("run/") or "offset/10/task" in call for call in again)


def test_pauses_grow_and_are_spread(server, settings):
    server.faults.extend([status(503)] * 4)
    assert_complete(
        import_openml(tasks=[7], settings=changed(settings, pause=0.1, longest_pause=10.0))
    )
    gaps = [b - a for a, b in zip(server.times[:4], server.times[1:5], strict=True)]
    for gap, longest in zip(gaps, (0.1, 0.2, 0.4, 0.8), strict=True):
        assert longest / 2 - 0.02 <= gap <= longest + 1.0


@pytest.mark.parametrize("header", ["seconds", "date"])
def test_a_server_that_says_when_is_obeyed(server, settings, header):
    when = "1" if header == "seconds" else email.utils.formatdate(time.time() + 2, usegmt=True)
    server.faults.append(status(429, "", Retry_After=when))
    assert_complete(import_openml(tasks=[7], settings=settings))
    assert server.times[1] - server.times[0] >= 0.9


def test_a_server_that_asks_for_too_long_is_told(server, settings):
    server.faults.append(status(503, "", Retry_After="7200"))
    with pytest.raises(KnowledgeBaseSourceError, match="left alone for 7200 s"):
        import_openml(tasks=[7], settings=settings)


def test_requests_keep_their_distance(server, settings):
    import_openml(tasks=[7], settings=changed(settings, interval=0.1))
    n_gaps = len(server.times) - 1
    assert n_gaps >= 10
    assert server.times[-1] - server.times[0] >= 0.1 * n_gaps - 0.1


def test_a_drip_is_given_up_after_its_time_however_long_it_lasts(server, settings):
    server.faults.append(dripping(60.0, pause=0.1))
    began = time.monotonic()
    assert_complete(import_openml(tasks=[7], settings=settings))
    assert time.monotonic() - began < 10


def test_a_drip_is_given_up_long_before_silence_would_be(server, settings, monkeypatch):
    monkeypatch.setattr(_transport, "GRACE", 0.3)
    server.faults.append(dripping(60.0, pause=0.1))
    began = time.monotonic()
    assert_complete(import_openml(tasks=[7], settings=changed(settings, timeout=30.0)))
    assert time.monotonic() - began < 10


@pytest.mark.slow
def test_a_slow_answer_that_keeps_coming_is_taken(server, settings):
    """Six times the timeout, but never silent for long and fast enough."""
    server.faults.append(dripping(2.4, pause=0.02))
    assert_complete(import_openml(tasks=[7], settings=changed(settings, slowest=10.0)))
    assert server.count("run/list/limit/10/offset/0") == 1


def test_the_users_key_is_in_no_error(server, settings, monkeypatch):
    monkeypatch.setattr(client.config, "server", server.url)
    monkeypatch.setattr(client.config, "apikey", "5ec2e7")
    server.faults.extend([reset] * 2)
    with pytest.raises(KnowledgeBaseSourceError) as error:
        import_openml(tasks=[7], settings=changed(settings, tries=2))
    assert server.keys == {"5ec2e7"}
    shown = "".join(map(str, (error.value, error.value.__cause__, error.value.__context__)))
    assert "5ec2e7" not in shown


def test_a_server_that_is_not_there_is_told(settings):
    gone = changed(settings, server="http://127.0.0.1:9/api/v1/xml", tries=2)
    with pytest.raises(KnowledgeBaseSourceError, match="Connection refused"):
        import_openml(tasks=[7], settings=gone)


def test_one_dataset_whose_qualities_fail_does_not_stop_the_import(server, settings):
    server.fault_when = lambda call: call.startswith("data/qualities")
    server.faults.extend([status(500)] * 8)
    imported = import_openml(tasks=[7], settings=settings)
    assert_complete(imported)
    assert any("Qualities of dataset 1007" in note for note in imported.notes)


def test_a_damaged_answer_on_disk_is_fetched_again(server, settings):
    import_openml(tasks=[7], settings=settings)
    pages = sorted(settings.cache.rglob("*.gz"))
    for n, page in enumerate(pages[:4]):
        content = bytearray(page.read_bytes())
        content[len(content) // 2] ^= 0xFF
        page.write_bytes(content if n % 2 else content[: len(content) // 2])
    n_before = len(server.calls)
    assert_complete(import_openml(tasks=[7], settings=settings))
    assert len(server.calls) - n_before == 4


def test_a_cache_that_cannot_be_written_is_told(server, settings, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(KnowledgeBaseError, match="must be writable"):
        import_openml(tasks=[7], settings=changed(settings, cache=tmp_path / "file"))


def command(server, tmp_path, *more):
    return [
        sys.executable, "-m", "autometa.cli", "kb", "import", "openml", "--task", "7",
        "--server", server.url, "--cache", str(tmp_path / "cache"), "--interval", "0",
        "--out", str(tmp_path / "kb"), "--json", *more,
    ]  # fmt: skip


@pytest.mark.slow
def test_a_killed_import_goes_on_where_it_was(server, tmp_path):
    world = server.world
    world.runs.clear()
    for n in range(1, 2_001):
        world.add_setup(n, 1, [Parameter(name="alpha", value=str(n))])
        world.runs.append(Upload(run=n, task=7, setup=n, values={"predictive_accuracy": 0.5}))
    for n in range(100, 112):
        world.add_task(n, f"data {n}", qualities={"NumberOfInstances": "90"})
        world.runs.append(
            Upload(run=10_000 + n, task=n, setup=1, values={"predictive_accuracy": 0.5})
        )
    tasks = ["--task", ",".join(map(str, range(100, 112)))]
    server.delay = 0.2
    for n_calls in (4, 12):  # among the setups, then among the qualities
        process = subprocess.Popen(
            command(server, tmp_path, *tasks), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while len(server.calls) < n_calls and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert not (tmp_path / "kb").exists()
    server.delay = 0.0
    settings = OpenMLSettings(server=server.url, cache=tmp_path / "cache", interval=0.0)
    imported = import_openml(tasks=[7, *range(100, 112)], settings=settings)
    assert len(imported.knowledge_base.runs) == 2_012
    n_unfinished = 2
    assert len(server.calls) <= len(set(server.calls)) + n_unfinished


@pytest.mark.slow
def test_the_client_is_imported_when_it_is_needed_and_not_before():
    script = "import sys, autometa.importers.openml, autometa.cli; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"openml", "requests", "urllib3"} & set(loaded)


@pytest.mark.slow
def test_the_client_is_given_a_home_where_it_has_none(server, tmp_path):
    nowhere = {"HOME": "/dev/null/nowhere", "XDG_CONFIG_HOME": "/dev/null/nowhere"}
    done = subprocess.run(
        command(server, tmp_path), capture_output=True, text=True, env={**os.environ, **nowhere}
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["imported"][0]["n_runs"] == N_RUNS


def test_a_page_that_takes_too_long_twice_is_asked_for_in_parts(server, settings):
    world = server.world
    for n in range(N_RUNS + 1, 810):
        world.add_setup(n, 1)
        world.runs.append(Upload(run=n, task=7, setup=n, values={"predictive_accuracy": 0.5}))
    server.fault_when = lambda call: call.startswith("evaluation/") and "limit/4000/" in call
    server.faults.extend([status(504), silent(1.0)] * 10)
    whole = changed(settings, page_size=4_000, setups_a_request=1_000, timeout=2.0)
    quick = changed(whole, timeout=0.4)
    assert len(import_openml(tasks=[7], settings=quick).knowledge_base.runs) == 809
    assert server.count("evaluation/list/function/predictive_accuracy/limit/4000") == 2
    assert server.count("evaluation/list/function/predictive_accuracy/limit/1000") == 1
    n_calls = len(server.calls)
    import_openml(tasks=[7], settings=whole)
    assert len(server.calls) == n_calls


def test_a_list_of_runs_that_takes_too_long_is_done_without(server, settings):
    server.fault_when = lambda call: call.startswith("run/list") and "offset/10/" in call
    server.faults.extend([status(504)] * 8)
    server.world.runs.append(Upload(run=99, task=7, setup=1, error="broken"))
    imported = import_openml(tasks=[7], settings=settings)
    assert_complete(imported)
    assert any("too long to list runs" in note for note in imported.notes)
