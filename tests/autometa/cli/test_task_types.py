"""Task types are listed once; the choices of the command line, which must start quickly, agree."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from autometa import recommend
from autometa.cli import _options
from autometa.cli.kb import _list
from autometa.exceptions import ParameterError
from autometa.knowledge_base._schema import STORED_TASK_TYPES
from metafeatures import AnyTaskType, TaskType
from metafeatures._registry import TASK_TYPES


def test_choices_are_the_task_types():
    assert get_args(TaskType) == TASK_TYPES == tuple(_options.ListedTaskType)
    assert get_args(AnyTaskType) == tuple(_options.TaskType)
    assert set(get_args(AnyTaskType)) == set(STORED_TASK_TYPES) == set(_list.TaskType)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_classification_is_taken_at_both_doors(n_classes, tmp_path, run):
    values = {"n_rows": 100.0, "n_classes": float(n_classes)}
    kind = "binary" if n_classes == 2 else "multiclass"
    advice = recommend(metafeatures=values, task_type="classification", n=1)
    assert advice.task.task_type == kind
    (tmp_path / "values.json").write_text(json.dumps(values))
    asked = ["--metafeatures", tmp_path / "values.json", "--task-type", "classification"]
    code, out, _ = run("recommend", *asked, "-n", "1", "--json")
    assert code == 0
    assert json.loads(out)["task"]["task_type"] == kind
    rows = [f"{i % n_classes},{i}" for i in range(30)]
    (tmp_path / "t.csv").write_text("\n".join(["y,x", *rows]))
    asked = [tmp_path / "t.csv", "--target", "y", "--task-type", "classification"]
    code, out, _ = run("recommend", *asked, "-n", "1", "--json")
    assert code == 0
    assert json.loads(out)["task"]["task_type"] == kind


def test_classification_without_a_number_of_classes_is_refused():
    with pytest.raises(ParameterError, match=r"'n_classes' says whether"):
        recommend(metafeatures={"n_rows": 9.0}, task_type="classification")
