"""ASlib scenarios: directions, cutoffs, statuses, folds, features; small ones and real ones."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from autometa.exceptions import KnowledgeBaseError
from autometa.importers import Dropped, folds_of, read_aslib
from autometa.knowledge_base import KnowledgeBase
from autometa.meta_models import MetaModel


def run_of(kb, task_id, algorithm):
    runs = kb.runs[(kb.runs["task_id"] == task_id) & (kb.runs["algorithm"] == algorithm)]
    assert len(runs) == 1
    return runs.iloc[0]


def test_runtimes_are_negated_scores_and_seconds(scenario):
    kb = read_aslib(scenario()).knowledge_base
    run = run_of(kb, "sat/a, 1.cnf", "fast")
    assert (run["metric"], run["score"], run["fit_seconds"]) == ("neg_runtime", -2.5, 2.5)
    assert (run["status"], run["config"], run["source"]) == ("ok", "{}", "aslib:SAT-TINY")
    assert set(kb.tasks["task_type"]) == {"classification"}


@pytest.mark.parametrize(
    ("task_id", "algorithm", "status", "seconds", "message"),
    [
        ("b.cnf", "fast", "timeout", 100.0, ""),
        ("b.cnf", "slow", "timeout", 100.0, ""),  # 1000 is its PAR10
        ("c.cnf", "fast", "memory", 30.0, ""),
        ("c.cnf", "slow", "error", 12.0, "crash"),
        ("d.cnf", "fast", "timeout", 100.0, "ok"),  # ran to the cutoff, whatever it says
    ],
)
def test_runs_that_did_not_end_well_have_a_status_and_no_score(
    scenario, task_id, algorithm, status, seconds, message
):
    run = run_of(read_aslib(scenario()).knowledge_base, task_id, algorithm)
    assert math.isnan(run["score"])
    assert (run["status"], run["fit_seconds"]) == (status, seconds)
    assert run["message"] in (message, "")


def test_a_run_at_the_cutoff_that_is_called_ok_is_told(scenario):
    assert any("1 runs of status ok" in note for note in read_aslib(scenario()).notes)


def test_par10_follows_from_what_is_kept(scenario):
    kb = read_aslib(scenario()).knowledge_base
    (cutoff,) = kb.runs["cutoff_seconds"].unique()
    runs = kb.runs[kb.runs["algorithm"] == "slow"]
    par10 = (-runs["score"]).fillna(10 * cutoff)
    assert cutoff == 100.0
    assert par10.mean() == pytest.approx((40 + 1000 + 1000 + 99.5) / 4)


def test_folds_are_kept_and_survive_saving_and_merging(scenario, tmp_path):
    kb = read_aslib(scenario()).knowledge_base
    folds = {"sat/a, 1.cnf": 1, "b.cnf": 1, "c.cnf": 2, "d.cnf": 2}
    assert folds_of(kb).to_dict() == folds
    assert kb.provenance["further_folds"] == [
        {"sat/a, 1.cnf": 2, "b.cnf": 1, "c.cnf": 2, "d.cnf": 1}
    ]
    other = KnowledgeBase.from_frames(
        pd.DataFrame({"task_id": ["x"], "task_type": "binary"}),
        None,
        pd.DataFrame(
            {"task_id": ["x"], "algorithm": "a", "config": "{}", "metric": "m", "score": [1.0]}
        ),
        {"by": "me"},
    )
    other.save(tmp_path / "kb")
    kb.save(tmp_path / "kb", if_exists="append")
    assert folds_of(KnowledgeBase.load(tmp_path / "kb")).to_dict() == folds


def test_features_are_averaged_encoded_and_cleared(scenario):
    imported = read_aslib(scenario())
    features = imported.knowledge_base.metafeatures
    assert list(features.columns) == ["n_vars", "steps", "kind=hand", "kind=random"]
    assert features.loc["sat/a, 1.cnf", "steps"] == 38.0
    assert math.isnan(features.loc["b.cnf", "steps"])
    assert features.loc["b.cnf", ["kind=hand", "kind=random"]].tolist() == [0.0, 1.0]
    assert features.loc["d.cnf", ["kind=hand", "kind=random"]].isna().all()
    assert (
        Dropped(what="feature columns", count=1, why="the same for all tasks: 'always'")
        in imported.dropped
    )


def test_instances_without_runs_are_told(scenario):
    why = "of tasks without runs"
    assert Dropped(what="rows of meta-features", count=1, why=why) in read_aslib(scenario()).dropped


def test_costs_and_presolved_instances_are_kept_beside_the_tables(scenario):
    provenance = read_aslib(scenario()).knowledge_base.provenance
    assert provenance["presolved"] == ["c.cnf"]
    assert provenance["feature_seconds"] == pytest.approx({"sat/a, 1.cnf": 11.2, "b.cnf": 0.2})


def test_only_the_runs_must_be_there(scenario):
    folder = scenario(
        description__txt=None,
        feature_values__arff=None,
        feature_runstatus__arff=None,
        feature_costs__arff=None,
        cv__arff=None,
    )
    imported = read_aslib(folder)
    kb = imported.knowledge_base
    assert set(kb.runs["metric"]) == {"neg_runtime"}
    assert kb.metafeatures.shape[1] == 0
    assert any("description.txt" in note for note in imported.notes)
    assert folds_of(kb).empty


@pytest.mark.parametrize("name", ["cv__arff", "feature_costs__arff", "feature_values__arff"])
def test_an_optional_file_that_is_broken_is_told_and_the_rest_kept(scenario, name):
    imported = read_aslib(scenario(**{name: "not arff\n"}))
    assert len(imported.knowledge_base.runs) == 8
    assert any(d.what == "files" and name.replace("__", ".") in d.why for d in imported.dropped)


def test_a_folder_without_runs_is_refused_with_what_it_holds(tmp_path):
    (tmp_path / "readme.txt").write_text("hello")
    with pytest.raises(KnowledgeBaseError, match=r"algorithm_runs\.arff.*It holds 'readme\.txt'"):
        read_aslib(tmp_path)


def test_rows_that_are_not_rows_are_counted_with_their_lines(scenario):
    runs = """\
        @attribute instance_id string
        @attribute algorithm string
        @attribute runtime numeric
        @data
        a,x,1
        a,y
        ?,x,3
        b,?,3
        b,x,oops
        """
    imported = read_aslib(scenario(algorithm_runs__arff=runs, cv__arff=None))
    assert len(imported.knowledge_base.runs) == 1
    told = {(d.what, d.count, d.why) for d in imported.dropped}
    assert ("rows", 1, "of algorithm_runs.arff not of its 3 attributes: line 6") in told
    assert ("rows", 1, "of algorithm_runs.arff without an instance") in told
    assert ("rows", 1, "of algorithm_runs.arff without an algorithm") in told
    assert ("runs", 1, "ok, but without a value of 'runtime'") in told


TWO_MEASURES = """\
@attribute instance_id string
@attribute repetition numeric
@attribute algorithm string
@attribute PAR10 numeric
@attribute satisfied numeric
@attribute runstatus {ok, timeout}
a,1,x,5,24,ok
a,2,x,7,22,ok
a,1,y,900,20,timeout
b,1,x,5,1,ok
"""
TWO_DESCRIBED = """\
scenario_id: two
performance_measures: PAR10, satisfied
maximize: FALSE,TRUE
performance_type: runtime, solution_quality
algorithm_cutoff_time: 90
"""


def test_several_measures_and_repetitions_are_runs_of_their_own(scenario):
    folder = scenario(
        algorithm_runs__arff=TWO_MEASURES, description__txt=TWO_DESCRIBED, cv__arff=None
    )
    imported = read_aslib(folder)
    runs = imported.knowledge_base.runs
    x = runs[(runs["task_id"] == "a") & (runs["algorithm"] == "x")]
    assert sorted(x.loc[x["metric"] == "neg_PAR10", "score"]) == [-7.0, -5.0]
    assert sorted(x.loc[x["metric"] == "satisfied", "score"]) == [22.0, 24.0]
    assert set(x["source"]) == {"aslib:two, repetition 1", "aslib:two, repetition 2"}
    assert runs.loc[runs["algorithm"] == "y", "score"].isna().all()
    why = "'satisfied' of runs that did not end well: stand-ins, no results"
    assert Dropped(what="scores", count=1, why=why) in imported.dropped


def test_a_result_at_the_cutoff_stands_where_quality_comes_first(scenario):
    runs = """\
        @attribute instance_id string
        @attribute repetition numeric
        @attribute algorithm {x, "y z"}
        @attribute obj numeric
        @attribute time numeric
        @attribute runstatus {ok, timeout}
        @data
        a,1,x,0.9,1200.0,ok
        a,1,"y z",0.4,17.5,ok
        b,1,x,1,1200,timeout
        b,1,"y z",?,?,ok
        """
    about = """\
        performance_measures: [obj, time, gap]
        maximize: [false, false, false]
        performance_type: [solution_quality, runtime, solution_quality]
        algorithm_cutoff_time: 1200
        """
    folder = scenario(algorithm_runs__arff=runs, description__txt=about, cv__arff=None)
    imported = read_aslib(folder)
    kept = imported.knowledge_base.runs.set_index(["metric", "task_id", "algorithm"])
    assert kept.loc[("neg_obj", "a", "x"), ["score", "status"]].tolist() == [-0.9, "ok"]
    assert kept.loc[("neg_time", "a", "x"), "status"] == "timeout"
    assert kept.loc[("neg_time", "a", "y z"), "score"] == -17.5
    assert kept.loc[("neg_obj", "b", "x"), "status"] == "timeout"
    assert len(kept) == 6
    assert any("not in algorithm_runs.arff: the measures 'gap'" in n for n in imported.notes)


def test_one_measure_can_be_asked_for(scenario):
    folder = scenario(
        algorithm_runs__arff=TWO_MEASURES, description__txt=TWO_DESCRIBED, cv__arff=None
    )
    assert set(read_aslib(folder, measures=["SATISFIED"]).knowledge_base.runs["metric"]) == {
        "satisfied"
    }
    with pytest.raises(KnowledgeBaseError, match=r"'measures' must name some of \['PAR10'"):
        read_aslib(folder, measures=["ERT"])


def test_a_minimised_accuracy_is_one_minus_the_accuracy(scenario):
    runs = """\
        @attribute instance_id string
        @attribute algorithm string
        @attribute accuracy numeric
        @data
        a,x,0.25
        b,x,0.0
        """
    about = "performance_measures: accuracy\nmaximize: false\nperformance_type: solution_quality\n"
    imported = read_aslib(
        scenario(algorithm_runs__arff=runs, description__txt=about, cv__arff=None)
    )
    assert imported.knowledge_base.runs["score"].tolist() == [0.75, 1.0]
    assert set(imported.knowledge_base.runs["metric"]) == {"accuracy"}
    assert any("1 - accuracy" in note for note in imported.notes)


def test_configurations_of_the_description_become_configs(scenario):
    about = """\
        scenario_id: 7
        performance_measures: [runtime]
        maximize: [no]
        performance_type: [runtime]
        metainfo_algorithms:
          fast:
            configuration: '{"restarts": 3}'
            deterministic: true
          slow:
            configuration: -k 3 --luby
        """
    kb = read_aslib(scenario(description__txt=about)).knowledge_base
    assert run_of(kb, "b.cnf", "fast")["config"] == '{"restarts": 3}'
    assert run_of(kb, "b.cnf", "slow")["config"] == '{"configuration": "-k 3 --luby"}'


def test_the_scenario_of_openml_tasks_reads_whole(shared):
    imported = read_aslib(shared / "histories" / "aslib" / "OPENML-WEKA-2017")
    kb = imported.knowledge_base
    assert (len(kb.tasks), len(kb.setups), len(kb.runs)) == (105, 30, 3150)
    first = run_of(kb, "2097", "8990_weka.MultilayerPerceptron")
    assert (first["metric"], first["score"]) == ("accuracy", 0.883826)
    assert folds_of(kb).value_counts().sort_index().index.tolist() == list(range(1, 11))
    assert folds_of(kb)["2097"] == 4
    assert kb.metafeatures.loc["1705", "n_rows"] > 0
    assert kb.tasks["n_rows"].notna().all()
    assert {"n_classes", "class_entropy", "NaiveBayesAUC"} <= set(kb.metafeatures.columns)


def test_advice_is_learnt_on_the_folds_of_a_scenario(shared):
    kb = read_aslib(shared / "histories" / "aslib" / "OPENML-WEKA-2017").knowledge_base
    folds = folds_of(kb)
    train = kb.tasks[kb.tasks["task_id"].map(folds) != 1]
    known = KnowledgeBase.from_frames(
        train, kb.metafeatures, kb.runs[kb.runs["task_id"].isin(train["task_id"])]
    )
    model = MetaModel(random_state=0).fit(known)
    scores = (
        kb.averages()
        .to_frame()
        .pivot_table(index="task_id", columns=["algorithm"], values="score", observed=True)
    )
    gained = []
    for task in folds.index[folds == 1]:
        (first,) = model.recommend(kb.metafeatures.loc[task], n=1)
        gained.append(scores.loc[task, first.algorithm] - scores.loc[task].mean())
    # better than a setup drawn at random, beyond two standard errors over the tasks
    assert np.mean(gained) > 2 * np.std(gained) / np.sqrt(len(gained))


@pytest.mark.parametrize(
    ("name", "n_tasks", "metric", "algorithm"),
    [
        ("accuracy_binary.classification_dense", 204, "accuracy", "gaussian_nb"),
        ("mean_squared_error_regression_dense", 97, "neg_mean_squared_error", "adaboost"),
    ],
)
def test_scenarios_of_auto_sklearn_read_with_their_configurations(
    shared, name, n_tasks, metric, algorithm
):
    kb = read_aslib(shared / "histories" / "auto-sklearn" / name).knowledge_base
    assert len(kb.tasks) == n_tasks
    assert set(kb.runs["metric"]) == {metric}
    assert algorithm in set(kb.runs["algorithm"])
    assert kb.runs["config"].str.contains("imputation:strategy").all()
    assert kb.metafeatures["n_rows"].notna().all()
