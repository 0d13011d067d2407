"""Optuna storages: what trials become, and that nothing is written to where they lie."""

from __future__ import annotations

import hashlib
import json
import warnings

import optuna
import pytest
from optuna.storages import JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend

from autometa._urls import hide_password
from autometa.exceptions import KnowledgeBaseError
from autometa.importers import Dropped, read_optuna
from autometa.knowledge_base import KnowledgeBase


@pytest.fixture
def database(tmp_path):
    """A SQLite storage in a folder whose name needs quoting, and its path."""
    folder = tmp_path / "a b%20c"
    folder.mkdir()
    path = folder / "studies.db"
    return RDBStorage(f"sqlite:///{str(path).replace('%', '%25')}"), path


def conditional(trial):
    """Minimise; trial 2 is pruned, trial 3 fails, trial 4 is infinite."""
    if trial.suggest_categorical("classifier", ["tree", "svc"]) == "tree":
        value = trial.suggest_int("depth", 1, 9)
    else:
        value = trial.suggest_float("C", 0.001, 1.0, log=True)
    for step in range(1, 4):
        trial.report(10.0 * step + trial.number, step)
        if trial.number == 2 and step == 2:
            raise optuna.TrialPruned
    if trial.number == 3:
        raise ValueError("too bad")
    return float("inf") if trial.number == 4 else value + trial.number


def studied(storage=None, name="iris", n_trials=7, **attributes):
    study = optuna.create_study(
        storage=storage, study_name=name, sampler=optuna.samplers.RandomSampler(seed=0)
    )
    for key, value in attributes.items():
        study.set_user_attr(key, value)
    study.optimize(conditional, n_trials=n_trials, catch=ValueError)
    return study


def test_trials_of_a_conditional_space_become_runs(database):
    storage, path = database
    study = studied(storage, metric="rmse")
    imported = read_optuna(path)
    runs = imported.knowledge_base.runs
    complete = [t for t in study.trials if t.number not in (2, 3, 4)]
    ok = runs[runs["status"] == "ok"]
    assert ok["score"].tolist() == [-t.value for t in complete]
    assert ok["algorithm"].tolist() == [t.params["classifier"] for t in complete]
    assert [json.loads(c) for c in ok["config"]] == [
        {k: v for k, v in t.params.items() if k != "classifier"} for t in complete
    ]
    assert ok["fit_seconds"].tolist() == [t.duration.total_seconds() for t in complete]
    assert set(runs["metric"]) == {"neg_root_mean_squared_error"}
    assert set(runs["task_id"]) == {"iris"}
    assert set(imported.knowledge_base.tasks["task_type"]) == {"regression"}


def test_failed_and_infinite_trials_are_runs_of_status_error(database):
    storage, path = database
    studied(storage)
    runs = read_optuna(path).knowledge_base.runs
    failed = runs[runs["status"] == "error"]
    assert failed["score"].isna().all()
    assert sorted(failed["message"]) == ["", "The objective was inf."]


def test_pruned_trials_and_intermediate_values_are_told(database):
    storage, path = database
    studied(storage)
    told = {(d.what, d.count) for d in read_optuna(path).dropped}
    assert told == {("trials", 1), ("intermediate values", 15)}


def test_curves_become_runs_of_lower_fidelity(database):
    storage, path = database
    studied(storage, n_trials=3)
    imported = read_optuna(path, curves=True)
    runs = imported.knowledge_base.runs
    assert imported.dropped == ()
    curve = runs[runs["fidelity"] < 1.0]
    assert sorted(set(curve["fidelity"].round(6))) == [0.333333, 0.666667]
    pruned = curve[curve["score"].isin([-12.0, -22.0])]
    assert sorted(pruned["fidelity"].round(6)) == [0.333333, 0.666667]
    assert len(curve) == 6
    assert (runs["fidelity"] == 1.0).sum() == 2


def test_steps_from_zero_are_counted_from_one():
    study = optuna.create_study()

    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        for step in range(4):
            trial.report(x, step)
        return x

    study.optimize(objective, n_trials=1)
    fidelity = read_optuna(study, curves=True).knowledge_base.runs["fidelity"]
    assert sorted(fidelity) == [0.25, 0.5, 0.75, 1.0]


def test_values_to_maximise_stay_as_they_are():
    study = optuna.create_study(direction="maximize")
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)
    runs = read_optuna(study).knowledge_base.runs
    assert runs["score"].tolist() == [t.value for t in study.trials]
    assert set(runs["metric"]) == {"objective"}
    assert set(runs["algorithm"]) == {"study"}


def several_objectives():
    study = optuna.create_study(directions=["maximize", "minimize"], study_name="two")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study.set_metric_names(["accuracy", "log_loss"])
    study.optimize(lambda t: (t.suggest_float("x", 0, 1), 3.0), n_trials=2)
    return study


def test_several_objectives_become_several_metrics_and_are_told():
    imported = read_optuna(several_objectives())
    runs = imported.knowledge_base.runs
    assert set(runs["metric"]) == {"accuracy", "neg_log_loss"}
    assert set(runs.loc[runs["metric"] == "neg_log_loss", "score"]) == {-3.0}
    assert any("became metrics: 'accuracy', 'log_loss'" in note for note in imported.notes)


@pytest.mark.parametrize("objective", ["log_loss", 1, "1"])
def test_one_objective_can_be_chosen(objective):
    imported = read_optuna(several_objectives(), objective=objective)
    assert set(imported.knowledge_base.runs["metric"]) == {"neg_log_loss"}
    why = "of study 'two', not asked for: 'accuracy'"
    assert imported.dropped == (Dropped(what="objectives", count=1, why=why),)
    with pytest.raises(KnowledgeBaseError, match=r"'objective' must be one of \['accuracy'"):
        read_optuna(several_objectives(), objective="auc")


def test_several_studies_are_several_tasks(database):
    storage, path = database
    studied(storage, "one", task_id="wine", task_type="binary", n_rows=178)
    studied(storage, "two", metafeatures={"n_rows": 150.0, "n_columns": 4.0})
    kb = read_optuna(path).knowledge_base
    assert kb.tasks[["task_id", "task_type"]].values.tolist() == [
        ["wine", "binary"],
        ["two", "classification"],
    ]
    assert kb.metafeatures.loc["two"].to_dict() == {"n_rows": 150.0, "n_columns": 4.0}
    only = read_optuna(path, studies=["two"]).knowledge_base
    assert only.tasks["task_id"].tolist() == ["two"]
    with pytest.raises(KnowledgeBaseError, match=r"the studies 'three'. It holds 'one', 'two'"):
        read_optuna(path, studies=["three"])


def test_running_and_waiting_trials_are_told():
    study = optuna.create_study()
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    study.ask()
    study.enqueue_trial({"x": 0.5})
    told = {(d.count, d.why) for d in read_optuna(study).dropped}
    assert told == {(1, "running: not finished"), (1, "waiting: not finished")}


def test_attributes_of_trials_that_are_not_used_are_told():
    study = optuna.create_study()

    def objective(trial):
        trial.set_user_attr("note", "hi")
        return trial.suggest_float("x", 0, 1)

    study.optimize(objective, n_trials=2)
    why = "of no known use: 'note'"
    assert read_optuna(study).dropped == (Dropped(what="trial attributes", count=1, why=why),)


@pytest.mark.parametrize("form", ["url", "path", "storage"])
def test_a_storage_is_only_read(database, form):
    storage, path = database
    studied(storage)
    path.chmod(0o444)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    escaped = f"sqlite:///{str(path).replace('%', '%25')}"
    source = {"url": escaped, "path": path, "storage": storage}[form]
    assert len(read_optuna(source).knowledge_base.runs) == 6
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    assert [p.name for p in path.parent.iterdir()] == ["studies.db"]


def test_a_write_ahead_database_is_read_at_rest_and_while_it_is_written(database):
    import sqlite3

    storage, path = database
    studied(storage, n_trials=2)
    storage.remove_session()
    storage.engine.dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    assert len(read_optuna(path).knowledge_base.runs) == 2
    assert [p.name for p in path.parent.iterdir()] == ["studies.db"]
    connection = sqlite3.connect(path)
    connection.execute("UPDATE studies SET study_name = 'renamed'")
    connection.commit()
    assert read_optuna(path).knowledge_base.tasks["task_id"].tolist() == ["renamed"]
    connection.close()


@pytest.mark.parametrize("url", ["sqlite:///{0}/none.db", "{0}/none.db", "sqlite:///{0}/none.log"])
def test_a_file_that_is_not_there_is_an_error_and_stays_so(tmp_path, url):
    with pytest.raises(KnowledgeBaseError, match=r"no such file\. Nothing was created"):
        read_optuna(url.format(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_something_else_is_refused_and_left_alone(tmp_path):
    import sqlite3

    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(KnowledgeBaseError, match="without the table 'studies'"):
        read_optuna(path)
    assert path.read_bytes() == before


def test_a_storage_of_a_later_schema_is_refused_with_optunas_own_words(database):
    import sqlite3

    storage, path = database
    studied(storage)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE version_info SET schema_version = 99")
        connection.execute("UPDATE alembic_version SET version_num = 'v99'")
    connection.close()
    with pytest.raises(KnowledgeBaseError, match="could not be read"):
        read_optuna(path)


@pytest.mark.parametrize(
    ("url", "match"),
    [
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("oracle://scott:tiger@db/x", r"'oracle://scott:\*\*\*@db/x' needs a driver"),
        ("nonsense://x", "could not be read"),
    ],
)
def test_urls_that_lead_nowhere_are_errors(url, match):
    with pytest.raises(KnowledgeBaseError, match=match) as error:
        read_optuna(url)
    assert "tiger" not in str(error.value)


def test_passwords_are_not_told():
    assert hide_password("postgresql://ann:s3cret@db:5432/x") == "postgresql://ann:***@db:5432/x"
    assert hide_password("sqlite:///a.db") == "sqlite:///a.db"


@pytest.fixture
def journal(tmp_path):
    path = tmp_path / "journal.log"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        storage = JournalStorage(JournalFileBackend(str(path)))
    study = optuna.create_study(storage=storage, study_name="j", direction="maximize")
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)
    return path, [t.value for t in study.trials]


def test_a_journal_is_read_without_a_lock_or_a_change(journal):
    path, values = journal
    before = path.read_bytes()
    imported = read_optuna(path)
    assert imported.knowledge_base.runs["score"].tolist() == values
    assert imported.dropped == ()
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["journal.log"]


def test_a_torn_record_at_the_end_of_a_journal_costs_that_record_alone(journal):
    path, values = journal
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    imported = read_optuna(path)
    assert imported.knowledge_base.runs["score"].tolist() == values[:2]
    n_lines = whole.count(b"\n")
    why = f"of the journal, from the damaged line {n_lines} on"
    assert Dropped(what="records", count=1, why=why) in imported.dropped


def test_lines_of_json_that_are_no_journal_are_refused(tmp_path):
    path = tmp_path / "x.log"
    path.write_text('{"a": 1}\n')
    with pytest.raises(KnowledgeBaseError, match="lines with an 'op_code'"):
        read_optuna(path)


def test_studies_without_a_finished_trial_are_an_error():
    with pytest.raises(KnowledgeBaseError, match="None could be kept: it is empty"):
        read_optuna(optuna.create_study())


def test_a_type_among_the_attributes_of_a_study_is_no_task():
    study = optuna.create_study(study_name="s7")
    study.set_user_attr("task", "regression")
    study.set_user_attr("dataset", "boston")
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    tasks = read_optuna(study).knowledge_base.tasks
    assert tasks[["task_id", "task_type"]].values.tolist() == [["boston", "regression"]]


@pytest.mark.parametrize("by", ["from_studies", "read_optuna"])
def test_trials_that_were_added_have_no_seconds_and_infinite_ones_failed(by):
    study = optuna.create_study(direction="minimize")
    space = {"x": optuna.distributions.FloatDistribution(-5, 5)}
    for i, value in enumerate([float("inf"), *range(8)]):
        study.add_trial(optuna.create_trial(params={"x": i / 2}, distributions=space, value=value))
    if by == "read_optuna":
        runs = read_optuna(study).knowledge_base.runs
    else:
        runs = KnowledgeBase.from_studies({"t": study}).runs
    assert runs["fit_seconds"].isna().all()
    assert runs["status"].tolist() == ["error"] + ["ok"] * 8
    assert runs["score"].tolist()[1:] == [-float(v) for v in range(8)]
