"""What an import makes of OpenML's answers: through the real client, on a loopback server."""

from __future__ import annotations

import json
import math

import openml as client
import pytest
from loopback_openml import Loopback, Parameter, Upload, World, status

from autometa.exceptions import KnowledgeBaseError, KnowledgeBaseSourceError, MetricError
from autometa.knowledge_base.importers.openml import OpenMLSettings, import_openml

FOREST = "sklearn.ensemble.forest.RandomForestClassifier"
QUALITIES = {
    "NumberOfInstances": "150.0",
    "NumberOfFeatures": "5.0",
    "NumberOfClasses": "3.0",
    "NumberOfNumericFeatures": "4.0",
    "NumberOfMissingValues": "0.0",
    "ClassEntropy": "1.58496250072",
    "MajorityClassSize": "50.0",
    "J48.00001.AUC": None,
}


def make_world() -> World:
    world = World()
    world.flows = {
        1: f"{FOREST}(12)",
        2: "sklearn.ensemble._forest.RandomForestClassifier(17)",
        3: "my.Learner(3)",
        4: "weka.Bagging_J48(2)",
        5: "weka.J48(33)",
    }
    world.add_task(59, "iris", qualities=QUALITIES)
    world.add_task(31, "credit-g", qualities={**QUALITIES, "NumberOfClasses": "2.0"})
    world.add_task(
        2306, "houses", kind=2, target="price", qualities={**QUALITIES, "NumberOfClasses": "0.0"}
    )
    trees = [Parameter(name="n_estimators", value="50"), Parameter(name="n_jobs", value="4")]
    world.add_setup(10, 1, trees)
    world.add_setup(11, 2, [*trees, Parameter(name="random_state", value="7")])
    world.add_setup(
        12, 3, [Parameter(name="alpha", value="1e-05"), Parameter(name="on", value="TRUE")]
    )
    world.add_setup(
        13, 4, [Parameter(name="I", value="10"), Parameter(name="C", value="0.1", flow=5)]
    )
    world.add_setup(14, 3)
    world.runs = [
        Upload(run=1, task=59, setup=10, uploader=1, values={"predictive_accuracy": 0.95}),
        Upload(run=2, task=59, setup=10, uploader=2, values={"predictive_accuracy": 0.95}),
        Upload(run=3, task=59, setup=11, values={"predictive_accuracy": "0.94"}),
        Upload(run=4, task=59, setup=12, values={"kappa": 0.5}),
        Upload(run=5, task=59, setup=13, error="Exception in fold 3: weka <broken>"),
        Upload(run=6, task=31, setup=14, values={"predictive_accuracy": 0.7, "kappa": 0.2}),
        Upload(run=7, task=2306, setup=12, values={"root_mean_squared_error": 12.5}),
    ]
    world.suites["99"] = {"task": [59, 31]}
    return world


@pytest.fixture
def server():
    with Loopback(make_world()) as loopback:
        yield loopback


@pytest.fixture
def settings(server, tmp_path):
    return OpenMLSettings(
        server=server.url, cache=tmp_path / "cache", interval=0.0, pause=0.01, timeout=2.0
    )


def by_run(kb):
    return kb.runs.assign(run=kb.runs["source"].str.rpartition("/")[2].astype(int)).set_index("run")


def test_runs_of_a_task_become_runs_of_a_knowledge_base(server, settings):
    kb = import_openml(tasks=[59], settings=settings).knowledge_base
    runs = by_run(kb)
    assert runs["score"].dropna().to_dict() == {1: 0.95, 2: 0.95, 3: 0.94}
    assert set(runs["metric"]) == {"accuracy"}
    task = kb.tasks.iloc[0]
    assert (task["task_id"], task["source"]) == ("openml:task/59", "openml:task/59")
    assert (task["name"], task["task_type"], task["target"]) == ("iris", "multiclass", "class")
    assert (task["n_rows"], task["family"]) == (150.0, "iris")
    assert server.agents == {f"openml-python/{client.__version__}"}


def test_versions_of_a_flow_and_its_moves_between_modules_are_one_algorithm(settings):
    runs = by_run(import_openml(tasks=[59], settings=settings).knowledge_base)
    assert (
        runs.loc[1, ["algorithm", "config"]].tolist()
        == runs.loc[3, ["algorithm", "config"]].tolist()
    )
    assert runs.loc[1, "algorithm"] == "random_forest"
    assert json.loads(runs.loc[1, "config"])["n_estimators"] == 50


def test_runs_of_one_setup_by_two_uploaders_are_both_kept(settings):
    runs = by_run(import_openml(tasks=[59], settings=settings).knowledge_base)
    assert runs.loc[[1, 2], "score"].tolist() == [0.95, 0.95]


def test_a_run_without_the_measure_is_told_from_one_that_failed(settings):
    imported = import_openml(tasks=[59], settings=settings)
    runs = by_run(imported.knowledge_base)
    assert runs.loc[4, "status"] == "ok"
    assert math.isnan(runs.loc[4, "score"])
    assert runs.loc[5, "status"] == "error"
    assert math.isnan(runs.loc[5, "score"])
    assert runs.loc[5, "message"] == "Exception in fold 3: weka <broken>"
    assert "1 runs were not measured by predictive_accuracy: their score is NaN." in imported.notes


def test_unknown_flows_keep_their_name_and_typed_hyperparameters(settings):
    runs = by_run(import_openml(tasks=[59], settings=settings).knowledge_base)
    assert runs.loc[4, "algorithm"] == "my.Learner"
    assert json.loads(runs.loc[4, "config"]) == {"alpha": 1e-05, "on": True}
    assert runs.loc[5, "algorithm"] == "weka.Bagging_J48"
    assert json.loads(runs.loc[5, "config"]) == {"I": 10, "J48__C": 0.1}


def test_a_setup_without_hyperparameters_has_an_empty_configuration(settings):
    runs = by_run(import_openml(tasks=[31], settings=settings).knowledge_base)
    assert runs.loc[6, ["algorithm", "config"]].tolist() == ["my.Learner", "{}"]


def test_qualities_become_meta_features_without_a_dataset(server, settings):
    kb = import_openml(tasks=[59], settings=settings).knowledge_base
    row = kb.metafeatures.loc["openml:task/59"]
    assert (row["n_rows"], row["n_columns"], row["n_classes"]) == (150.0, 4.0, 3.0)
    assert row["class_entropy"] == pytest.approx(1.58496250072)
    assert not any(call.startswith("data/") and "qualities" not in call for call in server.calls)


def test_qualities_of_an_old_export_do_not_change_how_others_are_read(server, settings):
    server.world.datasets[1031]["qualities"] = {
        "NumberOfInstances": "100", "NumberOfClasses": "2.0", "DefaultAccuracy": "0.7",
    }  # fmt: skip
    server.world.datasets[1059]["qualities"] = {**QUALITIES, "MeanSkewnessOfNumericAtts": "0.5"}
    kb = import_openml(tasks=[59, 31], settings=settings).knowledge_base
    assert kb.metafeatures.loc["openml:task/59", "skewness.mean"] == pytest.approx(
        0.5 * 148 / (150 * 149) ** 0.5
    )
    assert kb.metafeatures.loc["openml:task/31", "n_rows"] == 100.0


def test_without_qualities_tasks_have_what_their_list_says(server, settings):
    kb = import_openml(tasks=[59], qualities=False, settings=settings).knowledge_base
    assert server.count("data/") == 0
    assert kb.tasks["n_rows"].tolist() == [150.0]
    assert kb.metafeatures.loc["openml:task/59", "n_columns"] == 4.0
    assert "class_entropy" not in kb.metafeatures.dropna(axis=1)


def test_an_error_that_comes_as_if_all_was_well_is_one(server, settings):
    nothing = (
        '<oml:error xmlns:oml="http://openml.org/openml"><oml:code>512</oml:code>'
        "<oml:message>No results</oml:message></oml:error>"
    )
    server.fault_when = lambda call: call.startswith("run/list")
    server.faults.append(status(200, nothing))
    runs = by_run(import_openml(tasks=[59], settings=settings).knowledge_base)
    assert set(runs.index) == {1, 2, 3}
    assert server.count("run/list") == 1


def test_a_suite_gives_its_tasks_and_a_task_keeps_its_own_measures(settings):
    imported = import_openml(
        suites=["99"], measures=["predictive_accuracy", "kappa"], settings=settings
    )
    kb = imported.knowledge_base
    assert set(kb.tasks["task_id"]) == {"openml:task/59", "openml:task/31"}
    scores = kb.runs.set_index(["source", "metric"])["score"]
    assert scores["openml:run/6", "accuracy"] == 0.7
    assert scores["openml:run/6", "kappa"] == 0.2
    assert scores["openml:run/4", "kappa"] == 0.5


def test_a_study_of_runs_gives_those_runs(server, settings):
    server.world.suites["14"] = {"id": 14, "entity": "run", "task": [59, 31], "run": [2, 6]}
    kb = import_openml(suites=[14], settings=settings).knowledge_base
    assert set(by_run(kb).index) == {2, 6}


def test_flows_are_taken_on_all_tasks_or_on_some(settings):
    everywhere = import_openml(flows=[3], settings=settings).knowledge_base
    assert set(by_run(everywhere).index) == {4, 6, 7}
    here = import_openml(flows=[3], tasks=[59, 31], settings=settings).knowledge_base
    assert set(by_run(here).index) == {4, 6}


def test_errors_are_negated_under_the_scorers_name_and_fit_the_type_of_task(settings):
    kb = import_openml(tasks=[2306, 59], settings=settings).knowledge_base
    runs = kb.runs.set_index(["source", "metric"])["score"]
    assert runs["openml:run/7", "neg_root_mean_squared_error"] == -12.5
    assert ("openml:run/7", "accuracy") not in runs
    assert kb.tasks.set_index("task_id").loc["openml:task/2306", "task_type"] == "regression"


def test_a_scorer_of_scikit_learn_names_a_measure_too(server, settings):
    kb = import_openml(tasks=[59], measures=["accuracy"], settings=settings).knowledge_base
    assert by_run(kb).loc[1, "score"] == 0.95
    assert server.count("evaluation/list/function/predictive_accuracy") == 1


def test_fit_times_are_seconds_of_one_fold(server, settings):
    server.world.runs[0] = Upload(
        run=1,
        task=59,
        setup=10,
        values={"predictive_accuracy": 0.95, "usercpu_time_millis_training": 4000.0},
    )
    runs = by_run(import_openml(tasks=[59], seconds=True, settings=settings).knowledge_base)
    assert runs.loc[1, "fit_seconds"] == pytest.approx(0.4)  # ten folds
    assert math.isnan(runs.loc[3, "fit_seconds"])
    server.world.tasks[59]["procedure"] = 77
    fresh = OpenMLSettings(**{**settings.__dict__, "refresh": True})
    runs = by_run(import_openml(tasks=[59], seconds=True, settings=fresh).knowledge_base)
    assert runs.loc[1, "fit_seconds"] == pytest.approx(4.0 / 12)  # three times four folds


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
        server.tells_at_most = 100
    else:
        server.highest_limit = 100
    server.world.runs = [
        Upload(run=n, task=31, setup=n, values={"predictive_accuracy": 0.5})
        for n in range(1001, 1251)
    ]
    for n in range(1001, 1251):
        server.world.add_setup(n, 3, [Parameter(name="alpha", value=str(n))])
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


def test_near_duplicates_of_a_dataset_share_a_family(server, settings):
    for task, name in (
        (70, "Iris"),
        (71, "BNG(iris,nominal,1000000)"),
        (72, "iris_seed_1_nrows_100_x"),
    ):
        server.world.add_task(task, name, qualities=QUALITIES)
        server.world.runs.append(
            Upload(run=task, task=task, setup=12, values={"predictive_accuracy": 0.5})
        )
    tasks = import_openml(tasks=[59, 70, 71, 72], settings=settings).knowledge_base.tasks
    assert set(tasks["family"]) == {"iris"}


def test_qualities_of_another_target_do_not_describe_the_task(server, settings):
    server.world.datasets[1059]["qualities"] = {**QUALITIES, "NumberOfClasses": "0.0"}
    imported = import_openml(tasks=[59], settings=settings)
    assert imported.knowledge_base.metafeatures.empty
    assert any("describe another target" in one.why for one in imported.dropped)


def test_a_dataset_without_qualities_leaves_a_task_without_meta_features(server, settings):
    server.world.datasets[1059]["qualities"] = {}
    imported = import_openml(tasks=[59], settings=settings)
    assert imported.knowledge_base.metafeatures.empty
    assert imported.knowledge_base.tasks["task_type"].tolist() == ["classification"]


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
    assert any("setups are not told by the server" in note for note in imported.notes)


def test_setups_are_asked_for_in_halves_when_the_server_finds_them_too_many(server, settings):
    server.most_setups = 2
    runs = by_run(import_openml(tasks=[59], settings=settings).knowledge_base)
    assert json.loads(runs.loc[4, "config"]) == {"alpha": 1e-05, "on": True}
    assert server.count("setup/list/setup/10,11/") == server.count("setup/list/setup/12,13/") == 1


def test_a_path_is_never_longer_than_web_servers_take(server, settings):
    server.longest_path = 300
    server.world.runs = [
        Upload(run=n, task=31, setup=n, values={"predictive_accuracy": 0.5})
        for n in range(1000, 1100)
    ]
    for n in range(1000, 1100):
        server.world.add_setup(n, 3, [Parameter(name="alpha", value=str(n))])
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


def test_nothing_asked_for_is_an_error():
    with pytest.raises(KnowledgeBaseError, match="needs a suite, tasks or flows"):
        import_openml()


def test_an_unknown_measure_is_told_with_its_neighbour(settings):
    with pytest.raises(MetricError, match="Did you mean 'predictive_accuracy'"):
        import_openml(tasks=[59], measures=["predictive_acuracy"], settings=settings)


def test_an_unknown_suite_is_told(settings):
    with pytest.raises(KnowledgeBaseError, match=r"suite 'nope'. Got Unknown study \(code 601\)"):
        import_openml(suites=["nope"], settings=settings)


def test_an_alias_is_a_word(settings):
    with pytest.raises(KnowledgeBaseError, match="must be numbers or aliases"):
        import_openml(suites=["../data/1"], settings=settings)


def test_a_server_that_lists_no_evaluations_is_told(server, settings):
    server.lacks = {"evaluation/", "run/"}
    with pytest.raises(
        KnowledgeBaseSourceError, match=r"must list evaluations .*Got HTTP status 404"
    ):
        import_openml(tasks=[59], settings=settings)


def test_a_task_without_runs_is_told(settings):
    with pytest.raises(KnowledgeBaseError, match="None could be kept"):
        import_openml(tasks=[404], settings=settings)


def test_ids_are_numbers(settings):
    with pytest.raises(KnowledgeBaseError, match=r"'tasks' of OpenML must be numbers\. Got 'iris'"):
        import_openml(tasks=["iris"], settings=settings)


def test_the_clients_configuration_stays_as_it_was_and_its_key_stays_at_home(server, settings):
    before = {**client.config.get_config_as_dict(), "root": client.config._root_cache_directory}
    key = client.config.apikey
    try:
        client.config.apikey = "c0ffee"
        import_openml(tasks=[59], settings=settings)
        assert server.keys == set()
        home = client.config.server
        client.config.server = server.url
        import_openml(tasks=[31], settings=settings)
        assert server.keys == {"c0ffee"}
    finally:
        client.config.apikey, client.config.server = key, home
    after = {**client.config.get_config_as_dict(), "root": client.config._root_cache_directory}
    assert after == before


def test_the_server_is_the_clients_when_none_is_given(server, settings, monkeypatch):
    monkeypatch.setattr(client.config, "server", server.url)
    own = OpenMLSettings(**{**settings.__dict__, "server": None})
    assert len(import_openml(tasks=[31], settings=own).knowledge_base.runs) == 1


def test_a_bare_host_gets_the_path_of_the_api(server, settings):
    bare = OpenMLSettings(**{**settings.__dict__, "server": server.url.partition("/api")[0]})
    assert len(import_openml(tasks=[31], settings=bare).knowledge_base.runs) == 1
