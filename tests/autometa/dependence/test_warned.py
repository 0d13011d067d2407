"""Every door warns once of what its folds would hide, and believes who says anything of folds."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import KFold, StratifiedKFold

import autometa
from autometa import ValidationWarning
from autometa.dependence import warn_of_dependence
from autometa.tables import check_table
from autometa.validation import ValidationRequest

CHEAP = {"n_trials": 1, "isolate": False, "knowledge_base": False, "random_state": 0}
CHEAP |= {"time_budget": None, "ensemble": False, "algorithms": ["ridge"]}
PASS_GROUPS = "pass groups='patient_id'"


@pytest.fixture(scope="module")
def visits():
    rng = np.random.default_rng(0)
    patient = np.repeat(np.arange(20), 6)
    X = pd.DataFrame({"patient_id": patient, "dose": rng.normal(size=120)})
    return X, rng.normal(size=20)[patient] + 0.1 * rng.normal(size=120)


def said(action):
    """Return what an action returns, and its warnings of how rows depend on each other."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = action()
    return result, [w for w in caught if issubclass(w.category, ValidationWarning)]


def test_tune_warns_once_at_the_line_of_the_caller_and_notes_it(visits):
    result, caught = said(lambda: autometa.tune(*visits, **CHEAP))
    assert [PASS_GROUPS in str(warning.message) for warning in caught] == [True]
    assert caught[0].filename == __file__
    assert [note for note in result.notes if PASS_GROUPS in note] == [str(caught[0].message)]


def test_an_index_is_looked_at_by_every_door(visits):
    X, y = visits
    X = X.assign(age=np.arange(120)).set_index("patient_id")
    for door in (
        lambda: autometa.tune(X, y, **CHEAP),
        lambda: autometa.recommend(X, y, n=1),
        lambda: autometa.AutoMetaRegressor(**CHEAP).fit(X, y),
    ):
        _, caught = said(door)
        assert [PASS_GROUPS in str(warning.message) for warning in caught] == [True]


def test_recommend_warns_once_and_notes_it(visits):
    advice, caught = said(lambda: autometa.recommend(*visits, n=1))
    assert [PASS_GROUPS in str(warning.message) for warning in caught] == [True]
    assert caught[0].filename == __file__
    assert [note for note in advice.notes if PASS_GROUPS in note] == [str(caught[0].message)]


def test_estimators_warn_once(visits):
    model, caught = said(lambda: autometa.AutoMetaRegressor(**CHEAP).fit(*visits))
    assert [PASS_GROUPS in str(warning.message) for warning in caught] == [True]
    assert sum(PASS_GROUPS in note for note in model.result_.notes) == 1


@pytest.mark.parametrize(
    "asked", [{"groups": "patient_id"}, {"timestamps": "dose"}, {"cv": 3}, {"cv": "shuffled"}]
)
def test_who_says_anything_of_folds_is_believed(visits, asked):
    _, caught = said(lambda: autometa.tune(*visits, **asked, **CHEAP))
    assert caught == []


def sorted_classes(cv):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(90, 2)), columns=["a", "b"])
    request = ValidationRequest(cv=cv)
    y = np.repeat(["p", "q", "r"], 30)
    return check_table(X, y, validation=request), request


def test_a_sorted_target_is_said_only_with_folds_that_do_not_shuffle():
    for cv in (StratifiedKFold(3), KFold(3, shuffle=True, random_state=0), None, "shuffled"):
        (said_of, caught) = said(lambda cv=cv: warn_of_dependence(*sorted_classes(cv)))
        assert (said_of, caught) == ((), [])
    ((message,), caught) = said(lambda: warn_of_dependence(*sorted_classes(KFold(3))))
    assert "Rows are sorted by the target" in message
    assert "KFold(5, shuffle=True)" in message
    assert [str(warning.message) for warning in caught] == [message]


def test_a_short_budget_looks_at_fewer_rows():
    rng = np.random.default_rng(0)
    patient = np.repeat(np.arange(5_000), 2)
    y = rng.normal(size=5_000)[patient]
    table = check_table(pd.DataFrame({"patient_id": patient, "x": rng.normal(size=10_000)}), y)
    looked_at = []
    for seconds in (None, 0.01):
        message, _ = said(lambda s=seconds: warn_of_dependence(table, ValidationRequest(), s))
        looked_at.append(message)
    assert [PASS_GROUPS in message for (message,) in looked_at] == [True, True]
