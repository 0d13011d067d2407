"""How an import reads the lists of a server: pages, limits, caches, and the ways servers differ."""

from __future__ import annotations

import json

import pytest
from openml_faults import status
from openml_world import Parameter, Upload

from autometa.exceptions import KnowledgeBaseError
from autometa.importers.openml import OpenMLSettings, import_openml


def by_run(kb):
    return kb.runs.assign(run=kb.runs["source"].str.rpartition("/")[2].astype(int)).set_index("run")


def runs_of_many_setups(world, numbers):
    """Add a setup of each number; return a run of each."""
    for n in numbers:
        world.add_setup(n, 3, [Parameter(name="alpha", value=str(n))])
    return [Upload(run=n, task=31, setup=n, values={"predictive_accuracy": 0.5}) for n in numbers]


def test_a_second_import_makes_no_request_and_gives_the_same(server, settings):
    first = import_openml(suites=["99"], seconds=True, settings=settings).knowledge_base
    n_calls = len(server.calls)
    second = import_openml(suites=["99"], seconds=True, settings=settings)
    assert len(server.calls) == n_calls
    assert second.knowledge_base.runs.equals(first.runs)
    assert "All was on disk: no request." in second.notes


def test_setups_that_any_import_fetched_are_not_asked_for_again(server, settings):
    import_openml(tasks=[59], settings=settings)
    import_openml(tasks=[59, 31], settings=settings)
    asked = [call for call in server.calls if call.startswith("setup/")]
    assert [call.split("/")[3] for call in asked] == ["10,11,12,13", "14"]


def test_refresh_asks_again_for_listings_but_not_for_setups(server, settings):
    import_openml(tasks=[31], settings=settings)
    server.world.runs.append(Upload(run=8, task=31, setup=14, values={"predictive_accuracy": 0.8}))
    assert set(by_run(import_openml(tasks=[31], settings=settings).knowledge_base).index) == {6}
    fresh = OpenMLSettings(**{**settings.__dict__, "refresh": True})
    assert set(by_run(import_openml(tasks=[31], settings=fresh).knowledge_base).index) == {6, 8}
    assert server.count("setup/") == 1


def test_pages_are_read_to_the_end_and_a_full_last_page_is_not_an_error(server, settings):
    small = OpenMLSettings(**{**settings.__dict__, "page_size": 2})
    server.world.runs = [
        Upload(run=n, task=31, setup=14, values={"predictive_accuracy": n / 100})
        for n in range(1, 7)
    ]
    runs = by_run(import_openml(tasks=[31], settings=small).knowledge_base)
    assert runs["score"].to_dict() == {n: n / 100 for n in range(1, 7)}
    assert server.count("run/list/limit/2/offset/6") == 1  # past the end, code 512


@pytest.mark.parametrize("limit", ["silent", "told"])
def test_a_server_with_a_lower_limit_is_asked_for_more(server, settings, limit):
    if limit == "silent":
        server.api.tells_at_most = 100
    else:
        server.api.highest_limit = 100
    server.world.runs = runs_of_many_setups(server.world, range(1001, 1251))
    kb = import_openml(tasks=[31], settings=settings).knowledge_base
    assert len(kb.runs) == len(kb.setups) == 250
    assert kb.runs["score"].eq(0.5).all()
    n_calls = len(server.calls)
    again = import_openml(tasks=[31], settings=settings).knowledge_base
    assert again.runs.equals(kb.runs)
    assert len(server.calls) == n_calls


def test_a_run_listed_twice_counts_once_and_that_is_told(server, settings):
    server.world.runs.append(server.world.runs[0])
    imported = import_openml(tasks=[59], settings=settings)
    assert (by_run(imported.knowledge_base).index == 1).sum() == 1
    told = {(one.what, one.why): one.count for one in imported.dropped}
    assert told["rows of listings", "of a run that was listed before"] == 2


def test_at_most_so_many_runs_with_all_measures_of_each(server, settings):
    kb = import_openml(
        tasks=[59, 31, 2306],
        measures=["kappa", "predictive_accuracy"],
        max_runs=4,
        settings=settings,
    ).knowledge_base
    assert set(by_run(kb).index) == {1, 2, 3, 4}
    scores = kb.runs.set_index(["source", "metric"])["score"].dropna()
    assert scores.to_dict() == {
        ("openml:run/1", "accuracy"): 0.95,
        ("openml:run/2", "accuracy"): 0.95,
        ("openml:run/3", "accuracy"): 0.94,
        ("openml:run/4", "kappa"): 0.5,
    }


def test_at_most_so_many_runs_of_each_task(server, settings):
    kb = import_openml(suites=["99"], max_runs_per_task=2, settings=settings).knowledge_base
    assert set(by_run(kb).index) == {1, 2, 6}
    with pytest.raises(KnowledgeBaseError, match="needs to know the tasks"):
        import_openml(flows=[3], max_runs_per_task=2, settings=settings)


def test_a_limit_that_is_not_reached_costs_nothing(server, settings):
    import_openml(tasks=[59], max_runs=100, settings=settings)
    assert server.count("evaluation/") == 1


def test_at_most_so_many_runs_of_a_server_that_lists_none(server, settings):
    server.lacks = {"run/list"}
    kb = import_openml(
        tasks=[59, 31], measures=["predictive_accuracy", "kappa"], max_runs=3, settings=settings
    ).knowledge_base
    assert set(by_run(kb).index) == {1, 2, 3}


def test_tasks_of_other_types_are_dropped_and_told(server, settings):
    server.world.add_task(77, "blobs", kind=5, target="")
    server.world.runs.append(Upload(run=9, task=77, setup=12, values={"predictive_accuracy": 0.1}))
    imported = import_openml(tasks=[59, 77], settings=settings)
    assert set(imported.knowledge_base.tasks["task_id"]) == {"openml:task/59"}
    told = {(one.what, one.count, one.why) for one in imported.dropped}
    assert ("tasks", 1, "of the type 'Clustering'") in told
    assert ("runs", 1, "on tasks of another type") in told


@pytest.mark.parametrize(
    "lacks", ["run/list", "task/list", "data/qualities", "estimationprocedure/list"]
)
def test_a_server_that_lacks_a_list_gives_what_it_can(server, settings, lacks):
    server.lacks = {lacks}
    server.world.tasks[59]["procedure"] = 77
    imported = import_openml(tasks=[59], seconds=True, settings=settings)
    runs = by_run(imported.knowledge_base)
    assert runs["score"].dropna().to_dict() == {1: 0.95, 2: 0.95, 3: 0.94}
    assert imported.knowledge_base.tasks["name"].tolist() == ["iris"]
    n_calls = len(server.calls)
    import_openml(tasks=[59], seconds=True, settings=settings)
    assert len(server.calls) == n_calls


def test_measures_of_other_runs_are_found_without_a_list_of_runs(server, settings):
    server.lacks = {"run/list"}
    small = OpenMLSettings(**{**settings.__dict__, "page_size": 1})
    measures = ["predictive_accuracy", "kappa"]
    kb = import_openml(tasks=[59], measures=measures, settings=small).knowledge_base
    scores = kb.runs.set_index(["source", "metric"])["score"].dropna()
    assert scores["openml:run/4", "kappa"] == 0.5
    assert len(scores) == 4


def test_a_server_that_lists_no_setups_still_tells_them_apart(server, settings):
    server.lacks = {"setup/list"}
    imported = import_openml(tasks=[59], settings=settings)
    configs = by_run(imported.knowledge_base)["config"]
    assert configs[1] == configs[2] == '{"openml_setup": 10}'
    assert any("setups are not listed by the server" in note for note in imported.notes)


def test_setups_are_asked_for_in_halves_when_the_server_finds_them_too_many(server, settings):
    server.api.most_setups = 2
    runs = by_run(import_openml(tasks=[59], settings=settings).knowledge_base)
    assert json.loads(runs.loc[4, "config"]) == {"alpha": 1e-05, "on": True}
    assert server.count("setup/list/setup/10,11/") == server.count("setup/list/setup/12,13/") == 1


def test_a_path_is_never_longer_than_web_servers_take(server, settings):
    server.longest_path = 300
    server.world.runs = runs_of_many_setups(server.world, range(1000, 1100))
    short = OpenMLSettings(**{**settings.__dict__, "longest_path": 300})
    kb = import_openml(tasks=[31], settings=short).knowledge_base
    assert len(kb.setups) == 100
    assert max(map(len, server.calls)) < 300


def test_rows_that_leave_fields_out_are_read(server, settings):
    bare = (
        "<evaluations><evaluation><run_id>5.0</run_id><task_id>59</task_id><setup_id>12</setup_id>"
        '<flow_id>3</flow_id><flow_name>my.Learner(3)</flow_name><value>"0.5"</value></evaluation>'
        "<evaluation><task_id>59</task_id></evaluation></evaluations>"
    )
    server.lacks = {"run/list"}
    server.fault_when = lambda call: call.startswith("evaluation/")
    server.faults.append(status(200, bare))
    imported = import_openml(tasks=[59], settings=settings)
    assert by_run(imported.knowledge_base)["score"].to_dict() == {5: 0.5}
    assert any("name no run" in one.why for one in imported.dropped)


def test_a_prefix_that_nobody_declares_is_read(server, settings):
    server.fault_when = lambda call: call.startswith("run/list")
    server.faults.append(
        status(
            200,
            "<oml:runs><oml:run><oml:run_id>1</oml:run_id><oml:task_id>59</oml:task_id>"
            "<oml:setup_id>10</oml:setup_id><oml:flow_id>1</oml:flow_id></oml:run></oml:runs>",
        )
    )
    assert (
        by_run(import_openml(tasks=[59], settings=settings).knowledge_base).loc[1, "score"] == 0.95
    )


def test_an_error_message_that_nobody_escaped_is_read(server, settings):
    """OpenML writes messages as they were uploaded."""
    listed = (
        '\ufeff<oml:runs xmlns:oml="http://openml.org/openml"><oml:run><oml:run_id>5</oml:run_id>'
        "<oml:task_id>59</oml:task_id><oml:setup_id>13</oml:setup_id><oml:flow_id>4</oml:flow_id>"
        "<oml:error_message>x <- y & z \x1b[1m&lt; 3 \xe9t\xe9 <NA></oml:error_message>"
        "</oml:run></oml:runs>"
    )
    server.fault_when = lambda call: call.startswith("run/list")
    server.faults.append(status(200, listed, Content_Type="text/xml"))
    runs = by_run(import_openml(tasks=[59], settings=settings).knowledge_base)
    assert runs.loc[5, "message"] == "x <- y & z  [1m< 3 \xe9t\xe9 <NA>"
    assert runs.loc[5, "status"] == "error"


def test_a_refusal_is_asked_about_again_on_refresh(server, settings):
    server.lacks = {"setup/list"}
    import_openml(tasks=[31], settings=settings)
    server.lacks = set()
    fresh = OpenMLSettings(**{**settings.__dict__, "refresh": True})
    runs = by_run(import_openml(tasks=[31], settings=fresh).knowledge_base)
    assert runs.loc[6, "config"] == "{}"
