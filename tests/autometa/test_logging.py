"""The process is left as it was: loggers, handlers, and what other threads say."""

from __future__ import annotations

import logging
import threading

import optuna
from sklearn.datasets import load_iris

import autometa
import metafeatures
from autometa.tuning.study._quiet import quiet


class Heard(logging.Handler):
    def __init__(self):
        super().__init__()
        self.said = []

    def emit(self, record):
        self.said.append(record.getMessage())


def test_a_library_adds_no_handler_but_one_that_is_silent():
    for package in (autometa, metafeatures):
        handlers = logging.getLogger(package.__name__).handlers
        assert [type(handler) for handler in handlers] == [logging.NullHandler]


def test_studies_of_other_threads_are_still_announced():
    """The verbosity of Optuna is one for the process; it is not touched."""
    level = optuna.logging.INFO  # other tests of this process may have left another one
    optuna.logging.set_verbosity(level)
    begun, ended = threading.Event(), threading.Event()

    def elsewhere():
        begun.wait(10)
        optuna.create_study(study_name="theirs")
        ended.set()

    heard, logger = Heard(), logging.getLogger("optuna")
    logger.addHandler(heard)
    thread = threading.Thread(target=elsewhere)
    thread.start()
    try:
        with quiet():
            optuna.create_study(study_name="ours")
            begun.set()
            assert ended.wait(10)
            assert optuna.logging.get_verbosity() == level
        optuna.create_study(study_name="after")
    finally:
        thread.join()
        logger.removeHandler(heard)
    assert [line.rpartition(" ")[2] for line in heard.said] == ["theirs", "after"]


def test_what_a_run_notes_is_logged_too(caplog):
    caplog.set_level(logging.INFO, logger="autometa.tuning")
    X, y = load_iris(return_X_y=True, as_frame=True)
    result = autometa.tune(
        X,
        y == 1,
        metric="f1",
        algorithms=["naive_bayes"],
        n_trials=1,
        time_budget=None,
        isolate=False,
        knowledge_base=False,
    )
    assert list(result.notes) == ["The positive class of 'f1' is True."]
    notes = [r.getMessage() for r in caplog.records if r.name == "autometa.tuning"]
    assert notes == list(result.notes)
