"""What an import makes of OpenML's answers: through the real client, on a loopback server."""

from __future__ import annotations

import json
import math

import openml as client
import pytest
from openml_faults import status
from openml_world import QUALITIES, Upload

from autometa.exceptions import KnowledgeBaseError, KnowledgeBaseSourceError, MetricError
from autometa.importers.openml import OpenMLSettings, import_openml


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
