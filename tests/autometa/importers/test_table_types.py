"""Long tables: the type of each task, and which column names it."""

from __future__ import annotations

import pandas as pd
import pytest

from autometa.importers import read_table

TYPES = {"iris": "classification", "boston": "regression"}


@pytest.mark.parametrize(
    "table",
    [
        {"dataset": ["iris", "boston"], "accuracy": [0.9, None], "rmse": [None, 3.2]},
        {"dataset": ["iris", "boston"], "accuracy": [0.9, None], "metrics.rmse": [None, 3.2],
         "metrics.smape": [None, 0.1]},
        {"task": ["iris", "boston"], "type": ["multiclass", "Regression"], "score": [0.9, 0.3],
         "metric": ["accuracy", "r2"]},
        {"dataset": ["iris", "boston"], "metric": ["accuracy", "neg_rmse"], "result": [0.9, -2.0]},
    ],
)  # fmt: skip
def test_each_task_has_the_type_its_own_runs_say(table):
    kb = read_table(pd.DataFrame(table).assign(model="knn")).knowledge_base
    types = kb.tasks.set_index("task_id")["task_type"].replace("multiclass", "classification")
    assert types.to_dict() == TYPES


def test_a_type_that_the_scorers_deny_is_told():
    table = pd.DataFrame({"dataset": ["a", "b"], "model": "m", "type": "binary", "r2": 0.5})
    imported = read_table(table)
    assert imported.knowledge_base.tasks["task_type"].tolist() == ["binary", "binary"]
    assert any("a type that they deny, on the tasks 'a', 'b'" in note for note in imported.notes)


@pytest.mark.parametrize("column", ["task", "problem", "type", "task_type"])
@pytest.mark.parametrize("word", ["classification", "binary", "Supervised Classification"])
def test_a_word_for_a_type_is_no_name_of_a_dataset(column, word):
    table = {column: word, "dataset": ["iris", "iris", "wine", "wine"], "model": ["k", "r"] * 2}
    kb = read_table(pd.DataFrame(table | {"accuracy": [0.9, 0.8, 0.5, 0.6]})).knowledge_base
    assert kb.tasks["task_id"].tolist() == ["iris", "wine"]
    assert set(kb.tasks["task_type"]) == {"binary" if word == "binary" else "classification"}
    assert sorted(kb.averages().score) == [0.5, 0.6, 0.8, 0.9]


def test_the_dataset_names_the_task_where_both_are_there():
    table = pd.DataFrame({"task": ["a1", "a2"], "dataset": "a", "model": ["k", "r"], "f1": 0.5})
    assert read_table(table).knowledge_base.tasks["task_id"].tolist() == ["a"]
