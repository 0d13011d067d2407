"""Long tables: columns by name, rows that cannot be used, hyperparameters with their types."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from autometa.exceptions import KnowledgeBaseError
from autometa.importers import Dropped, import_history, read_table


@pytest.fixture
def read(tmp_path):
    """Write a file, read it as a long table."""

    def read(text, name="runs.csv", **options):
        path = tmp_path / name
        path.write_text(text)
        return read_table(path, **options)

    return read


def configs(imported):
    return [json.loads(config) for config in imported.knowledge_base.runs["config"]]


def told(imported):
    return {(d.what, d.count, d.why) for d in imported.dropped}


PLAIN = "task,algorithm,config,metric,score,fit_seconds,status\n"


def test_a_plain_table_is_read_as_it_stands(read):
    imported = read(PLAIN + 'iris,knn,"{""k"": 5}",accuracy,0.9,1.5,ok\n')
    run = imported.knowledge_base.runs.iloc[0]
    assert run[["task_id", "algorithm", "config", "metric", "score", "fit_seconds"]].tolist() == [
        "iris", "knn", '{"k": 5}', "accuracy", 0.9, 1.5,
    ]  # fmt: skip
    assert imported.dropped == ()
    assert imported.notes == ()


@pytest.mark.parametrize("task", ["task", "dataset", "Dataset", "data_id", "instance", "problem"])
@pytest.mark.parametrize("algorithm", ["model", "estimator", "Learner", "flow_name", "framework"])
def test_columns_go_by_many_names(read, task, algorithm):
    imported = read(f"{task},{algorithm},accuracy\niris,knn,0.9\n")
    run = imported.knowledge_base.runs.iloc[0]
    assert (run["task_id"], run["algorithm"], run["score"]) == ("iris", "knn", 0.9)


def test_rows_that_cannot_be_used_are_told_with_their_lines(read):
    imported = read(
        PLAIN
        + "iris,knn,{},accuracy,0.9,1,ok\n"  # 2: good
        + "iris,knn,{},accuracy,high,1,ok\n"  # 3
        + "iris,knn,{k=5},accuracy,0.9,1,ok\n"  # 4
        + "iris,knn,{},accuracy,,1,ok\n"  # 5
        + "iris,knn\n"  # 6
        + ",knn,{},accuracy,0.9,1,ok\n"  # 7
        + "iris,,{},accuracy,0.9,1,ok\n"  # 8
        + "iris,knn,{},accuracy,0.9,1,strange\n"  # 9
        + "iris,knn,{},accuracy,inf,1,ok\n"  # 10
        + "iris,knn,{},,0.9,1,ok\n"  # 11
        + "iris,knn,{},accuracy,0.8,1,running\n"  # 12
    )
    assert len(imported.knowledge_base.runs) == 1
    assert told(imported) == {
        ("rows", 1, "whose 'score' is no number: line 3"),
        ("rows", 1, "whose 'config' is neither JSON nor a dict: line 4"),
        ("rows", 1, "without a 'score' and without a failure: line 5"),
        ("rows", 1, "not of the 7 fields of the header: line 6"),
        ("rows", 1, "without a task: line 7"),
        ("rows", 1, "without an algorithm: line 8"),
        ("rows", 1, "of an unknown status ('strange'): line 9"),
        ("rows", 1, "whose 'score' is infinite: line 10"),
        ("rows", 1, "without a 'metric': line 11"),
        ("rows", 1, "not finished: line 12"),
    }


def test_lines_are_those_of_the_file_when_cells_span_several(read):
    imported = read('task,model,note,accuracy\na,b,"two\nlines",0.9\na,b,x,bad\na,b,y,0.8\n')
    assert ("rows", 1, "whose 'accuracy' is no number: line 4") in told(imported)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("timeout", "timeout"),
        ("memout", "memory"),
        ("FAILED", "error"),
        ("crash", "error"),
        ("TrialState.FAIL", "error"),
    ],
)
def test_failures_are_runs_without_a_score(read, word, status):
    run = read(PLAIN + f"iris,knn,{{}},accuracy,,3,{word}\n").knowledge_base.runs.iloc[0]
    assert run["status"] == status
    assert pd.isna(run["score"])
    assert run["fit_seconds"] == 3.0


def test_measures_may_have_a_column_each(read):
    imported = read("task,model,accuracy,rmse,roc_auc\na,b,0.9,2.5,\n")
    runs = imported.knowledge_base.runs.set_index("metric")["score"]
    assert runs.to_dict() == {"accuracy": 0.9, "neg_root_mean_squared_error": -2.5}
    assert ("cells", 1, "of 'roc_auc', empty: not measured") in told(imported)


def test_the_direction_can_be_said(read):
    text = "task,model,fitness\na,b,2.0\n"
    options = {"columns": {"score": "fitness"}}
    assert read(text, **options).knowledge_base.runs["score"].tolist() == [2.0]
    worse = read(text, **options, lower_is_better=True).knowledge_base.runs
    assert worse[["metric", "score"]].iloc[0].tolist() == ["neg_fitness", -2.0]


def test_a_guessed_direction_is_told(read):
    imported = read("task,model,score\na,b,2.0\n", columns={"score": "score"}, metric="fitness")
    assert "'fitness' was taken as greater-is-better, going by its name." in imported.notes


@pytest.mark.parametrize("name", ["value", "objective", "result", "thing"])
def test_a_measure_whose_direction_nobody_knows_is_refused(read, name):
    text = f"task,model,{name},accuracy\na,b,2.0,0.9\n"
    columns = {"score": name}
    imported = read(text, columns=columns)
    assert set(imported.knowledge_base.runs["metric"]) == {"accuracy"}
    assert any(f"Nobody can tell whether '{name}'" in d.why for d in imported.dropped)
    told = read(text, columns=columns, lower_is_better=False).knowledge_base.runs
    assert set(told["metric"]) == {name, "accuracy"}
    with pytest.raises(KnowledgeBaseError, match=f"Nobody can tell whether '{name}'"):
        read(f"task,model,{name}\na,b,2.0\n", columns=columns)


def test_hyperparameters_are_typed_by_column(read):
    imported = read(
        "task,model,param_depth,param_C,param_kind,param_flag,param_mixed,param_gap,score\n"
        "a,b,3,1,rbf,True,sqrt,5.0,0.9\n"
        "a,b,4,0.5,None,False,0.5,,0.8\n"
    )
    assert configs(imported) == [
        {"depth": 3, "C": 1.0, "kind": "rbf", "flag": True, "mixed": "sqrt", "gap": 5},
        {"depth": 4, "C": 0.5, "kind": None, "flag": False, "mixed": 0.5},
    ]
    assert type(configs(imported)[0]["gap"]) is int


def test_other_columns_are_hyperparameters_when_asked(read):
    text = "task,model,C,gamma,accuracy\na,b,1,0.5,0.9\n"
    imported = read(text)
    assert configs(imported) == [{}]
    assert ("columns", 2, "not known for anything: 'C', 'gamma'") in told(imported)
    assert "--rest-are-parameters" in imported.notes[-1]
    assert configs(read(text, rest_are_parameters=True)) == [{"C": 1, "gamma": 0.5}]


def test_results_of_a_grid_search_read_as_they_are(tmp_path):
    sklearn_search = pytest.importorskip("sklearn.model_selection")
    from sklearn.datasets import load_iris
    from sklearn.svm import SVC

    X, y = load_iris(return_X_y=True)
    grid = {"C": [0.5, 2], "gamma": ["scale", 0.1], "kernel": ["rbf"]}
    search = sklearn_search.GridSearchCV(SVC(), grid, scoring="accuracy", cv=3).fit(X, y)
    path = tmp_path / "iris.csv"
    pd.DataFrame(search.cv_results_).to_csv(path)
    runs = read_table(path, metric="accuracy", algorithm="svc").knowledge_base.runs
    assert runs["score"].tolist() == pytest.approx(list(search.cv_results_["mean_test_score"]))
    assert [json.loads(c) for c in runs["config"]] == search.cv_results_["params"]
    assert runs["fold_scores"].iloc[0] == pytest.approx(
        [search.cv_results_[f"split{i}_test_score"][0] for i in range(3)]
    )
    assert runs["fit_seconds"].gt(0).all()
    assert set(runs["task_id"]) == {"iris"}


def test_trials_of_optuna_read_as_they_are(tmp_path):
    import optuna

    def objective(trial):
        if trial.suggest_categorical("classifier", ["tree", "svc"]) == "tree":
            return float(trial.suggest_int("depth", 1, 9) + trial.number)
        if trial.number == 5:
            raise optuna.TrialPruned
        return trial.suggest_float("C", 0.1, 1.0)

    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    study.optimize(objective, n_trials=8)
    path = tmp_path / "wine.csv"
    study.trials_dataframe().to_csv(path, index=False)
    imported = read_table(path, metric="rmse")
    runs = imported.knowledge_base.runs
    done = [t for t in study.trials if t.state.name == "COMPLETE"]
    assert runs["score"].tolist() == [-t.value for t in done]
    assert runs["algorithm"].tolist() == [t.params["classifier"] for t in done]
    for trial, config in zip(done, configs(imported), strict=True):
        wanted = {k: v for k, v in trial.params.items() if k != "classifier"}
        assert config == wanted
        assert [type(v) for v in config.values()] == [type(v) for v in wanted.values()]
    assert runs["fit_seconds"].tolist() == pytest.approx([t.duration.total_seconds() for t in done])


def test_runs_of_mlflow_read_as_they_are(read):
    imported = read(
        "run_id,status,start_time,end_time,metrics.rmse,params.C,params.model,tags.dataset\n"
        "1,FINISHED,2024-01-01 00:00:00+00:00,2024-01-01 00:00:05.5+00:00,1.5,0.5,ridge,boston\n"
        "2,FAILED,2024-01-01 00:00:00+00:00,,,2,ridge,boston\n"
    )
    runs = imported.knowledge_base.runs
    assert runs["fit_seconds"].iloc[0] == 5.5
    assert runs["status"].tolist() == ["ok", "error"]
    assert set(runs["task_id"]) == {"boston"}
    assert configs(imported) == [{"C": 0.5}, {"C": 2.0}]
    assert set(imported.knowledge_base.tasks["task_type"]) == {"regression"}


def test_rows_of_folds_become_runs_with_fold_scores(read):
    imported = read(
        "dataset,framework,fold,metric,result,duration,info\n"
        "x,rf,0,auc,0.9,1,\nx,rf,1,auc,0.8,2,\ny,rf,0,auc,0.7,1,\ny,rf,1,auc,0.6,1,\n"
    )
    runs = imported.knowledge_base.runs
    assert runs["score"].tolist() == pytest.approx([0.85, 0.65])
    assert runs["fold_scores"].tolist() == [[0.9, 0.8], [0.7, 0.6]]
    assert runs["fit_seconds"].tolist() == [1.5, 1.0]


def test_what_rows_say_of_their_task_is_kept(read):
    kb = read(
        "task,task_type,n_rows,family,meta_size,model,accuracy\n"
        "a,binary,100,f,7,m,0.9\na,binary,100,f,7,n,0.8\nb,Multiclass,50,f,8,m,0.7\n"
    ).knowledge_base
    assert kb.tasks[["task_id", "task_type", "n_rows", "family"]].values.tolist() == [
        ["a", "binary", 100.0, "f"],
        ["b", "multiclass", 50.0, "f"],
    ]
    assert kb.metafeatures["size"].to_dict() == {"a": 7.0, "b": 8.0}


def test_lines_of_json_are_read_and_bad_ones_told(read):
    imported = read(
        '{"task": "x", "model": "rf", "params": {"n": 3, "m": null}, "metrics": {"accuracy": 1}}\n'
        "oops\n"
        '{"task": "x", "model": "rf", "params": {"n": 4}, "metrics": {"accuracy": 0.5}}\n',
        name="runs.jsonl",
    )
    assert configs(imported) == [{"n": 3, "m": None}, {"n": 4}]
    assert ("rows", 1, "not JSON objects: line 2") in told(imported)


@pytest.mark.parametrize("name", ["runs.tsv", "runs.csv.gz", "runs.parquet", "runs.feather"])
def test_every_kind_of_file_says_the_same(tmp_path, name):
    frame = pd.DataFrame(
        {"task": ["a", "b"], "model": "m", "param_C": [1.0, 0.5], "accuracy": [0.9, 0.8]}
    )
    path = tmp_path / name
    if name.endswith("parquet"):
        frame.to_parquet(path)
    elif name.endswith("feather"):
        frame.to_feather(path)
    else:
        frame.to_csv(path, index=False, sep="\t" if "tsv" in name else ",")
    imported = read_table(path)
    assert configs(imported) == [{"C": 1.0}, {"C": 0.5}]
    assert imported.knowledge_base.runs["score"].tolist() == [0.9, 0.8]


def test_names_of_columns_may_be_written_for_people(read):
    imported = read("Data Set,Dataset Name,Training Time,Model,Accuracy\n,iris,3,knn,0.9\n")
    run = imported.knowledge_base.runs.iloc[0]
    assert (run["task_id"], run["fit_seconds"]) == ("iris", 3.0)


def test_decimal_commas_are_read_where_semicolons_divide(read):
    imported = read("task;model;accuracy;param_C\na;b;0,9;1,5\n")
    assert imported.knowledge_base.runs["score"].tolist() == [0.9]
    assert configs(imported) == [{"C": 1.5}]
    assert imported.notes == ("2 numbers were written with a decimal comma.",)


def test_percents_are_shares_and_told(read):
    imported = read("task,model,accuracy\na,b,97.5\n")
    assert imported.knowledge_base.runs["score"].tolist() == [0.975]
    assert imported.notes == ("'accuracy' goes up to 97.5: values were taken as per cent.",)


def test_ids_that_became_floats_are_ids_again(read):
    kb = read("data_id,model,accuracy\n31.0,b,0.9\n61.0,b,0.8\n").knowledge_base
    assert kb.tasks["task_id"].tolist() == ["31", "61"]


def test_repeated_rows_and_columns_are_told(read):
    imported = read("task,model,accuracy,model\na,b,0.9,c\na,b,0.9,c\n")
    assert told(imported) == {
        ("runs", 1, "exact repeats"),
        ("columns", 1, "whose name occurs before: 'model'"),
    }


@pytest.mark.parametrize(
    ("text", "options", "match"),
    [
        ("task,model,thing\na,b,c\n", {}, r"must have a column of scores .* --column score=NAME"),
        ("task,model,score\na,b,0.1\n", {"columns": {"scor": "score"}}, r"Got \['scor'\]"),
        ("task,model,score\na,b,0.1\n", {"columns": {"score": "Score"}}, r"It has no 'Score'"),
        ("task,model,score,status\na,b,,ok\n", {}, "None could be kept: 1 rows without a 'score'"),
        ("", {}, "is empty"),
    ],
)
def test_what_cannot_be_read_is_an_error_that_says_why(read, text, options, match):
    with pytest.raises(KnowledgeBaseError, match=match):
        read(text, **options)


def test_utf16_is_read(tmp_path):
    path = tmp_path / "excel.csv"
    path.write_bytes("task;model;accuracy\nü;b;0,5\n".encode("utf-16"))
    for read_it in (read_table, import_history):
        assert read_it(path).knowledge_base.tasks["task_id"].tolist() == ["ü"]


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(KnowledgeBaseError, match=r"There is no file '.*none\.csv'"):
        read_table(tmp_path / "none.csv")


def test_oboes_history_reads_as_a_table(shared):
    folder = shared / "histories" / "oboe"
    imported = read_table(folder / "runs.parquet", metafeatures=folder / "metafeatures.parquet")
    kb = imported.knowledge_base
    assert (len(kb.tasks), len(kb.setups), len(kb.runs)) == (320, 219, 70080)
    assert len(kb.metafeatures) == 220
    assert set(kb.runs["metric"]) == {"balanced_accuracy"}
    raw = pd.read_parquet(folder / "runs.parquet")
    assert kb.runs["score"].sum() == pytest.approx((1.0 - raw["balanced_error"]).sum())
    assert (
        Dropped(what="rows of meta-features", count=235, why="of tasks without runs")
        in imported.dropped
    )


OF_OPENML = (
    "% runs of one flow\n@RELATION openml-meta-flow-6969\n"
    "@ATTRIBUTE randomforestclassifier__bootstrap {True, False}\n"
    "@ATTRIBUTE randomforestclassifier__max_depth {None}\n"
    "@ATTRIBUTE randomforestclassifier__max_features NUMERIC\n"
    "@ATTRIBUTE predictive_accuracy NUMERIC\n@ATTRIBUTE task_id NUMERIC\n@DATA\n"
    "True,None,0.5,0.97,3\nFalse,None,0.25,0.9,3\n\nTrue,None,1,0.8,31\nTrue,None,1\n"
)


@pytest.mark.parametrize("format", [None, "table"])
def test_an_arff_of_openml_runs_is_a_long_table(tmp_path, format):
    path = tmp_path / "rf.arff"
    path.write_text(OF_OPENML)
    imported = import_history(path, format)
    runs = imported.knowledge_base.runs
    assert runs["task_id"].tolist() == ["3", "3", "31"]
    assert runs["score"].tolist() == [0.97, 0.9, 0.8]
    assert set(runs["metric"]) == {"accuracy"}
    assert configs(imported)[0] == {
        "randomforestclassifier__bootstrap": True,
        "randomforestclassifier__max_depth": None,
        "randomforestclassifier__max_features": 0.5,
    }
    assert [d.count for d in imported.dropped] == [1]
    assert "not of the 5 declared attributes" in imported.dropped[0].why
    mapping = next(note for note in imported.notes if note.startswith("Columns were taken for"))
    assert "task_id = 'task_id'" in mapping
    assert "scores = 'predictive_accuracy'" in mapping
    assert "randomforestclassifier__bootstrap" in mapping


@pytest.mark.slow
def test_published_runs_in_arff_are_read_whole(shared):
    imported = import_history(shared / "histories" / "symbolicdefaults" / "rf.arff")
    assert set(imported.knowledge_base.runs["metric"]) == {"accuracy"}
    assert imported.dropped == ()
