"""A storage in PostgreSQL: a real server, started for the test and stopped after it."""

from __future__ import annotations

import optuna
import pytest
from postgres import server  # noqa: F401 - a fixture
from sklearn.datasets import load_wine

from autometa.exceptions import KnowledgeBaseError
from autometa.importers import import_history
from autometa.tuning import tune

pytestmark = pytest.mark.slow


def test_studies_in_postgresql_are_read_and_their_password_is_not_kept(server):  # noqa: F811
    from sqlalchemy import create_engine, inspect, text

    with_driver = server.replace("://", "+psycopg://")
    with pytest.raises(KnowledgeBaseError, match="without the table 'studies'"):
        import_history(server)
    engine = create_engine(with_driver)
    assert inspect(engine).get_table_names() == []
    storage = optuna.storages.RDBStorage(with_driver)
    study = optuna.create_study(storage=storage, study_name="iris", direction="minimize")
    study.set_user_attr("metric", "log_loss")
    study.optimize(lambda trial: trial.suggest_float("C", 0.1, 1.0), n_trials=4)
    kb = import_history(f"{server}?application_name=import").knowledge_base
    assert kb.runs["score"].tolist() == [-t.value for t in study.trials]
    assert set(kb.runs["metric"]) == {"neg_log_loss"}
    assert "s3cret" not in str(kb.provenance)
    with engine.connect() as connection:
        n_others = connection.execute(
            text("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'import'")
        ).scalar()
    assert n_others == 0
    storage.remove_session()
    for opened in (engine, storage.engine):
        opened.dispose()


def test_a_run_is_kept_in_postgresql_while_that_answers(server):  # noqa: F811
    from sqlalchemy import create_engine, text

    X, y = load_wine(return_X_y=True, as_frame=True)
    engine = create_engine(server.replace("://", "+psycopg://"))
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    settings = {"algorithms": ["naive_bayes"], "knowledge_base": False, "study_name": "wine"}

    def callback(study, trial):
        if trial.number == 1:  # what an administrator may do; another connection is opened
            with engine.connect() as connection:
                connection.execute(text(f"{others} AND datname = 'postgres'"))
        if trial.number == 3:  # the server says no from now on
            with engine.begin() as connection:
                connection.execute(text("ALTER TABLE trials RENAME TO gone"))

    result = tune(
        X,
        y,
        time_budget=None,
        n_trials=6,
        storage=server,
        isolate=False,
        callbacks=[callback],
        **settings,
    )
    assert len(result.leaderboard()) == 6
    (note,) = [note for note in result.notes if "went on without it" in note]
    assert "trials after number 3 are not stored" in note
    assert "s3cret" not in note
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO trials"))
        counted = connection.execute(
            text(
                "SELECT count(*) FROM trials JOIN studies USING "
                "(study_id) WHERE study_name = 'wine'"
            )
        ).scalar()
    assert counted == 4
    again = tune(X, y, time_budget=None, n_trials=5, storage=server, isolate=False, **settings)
    assert len(again.study.trials) == 5
    again.study._storage._backend.engine.dispose()
    engine.dispose()
