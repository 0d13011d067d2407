"""Task types are listed once; the choices of the command line, which must start quickly, agree."""

from __future__ import annotations

from typing import get_args

from autometa.cli import _options
from autometa.cli.kb import _list
from autometa.knowledge_base._schema import STORED_TASK_TYPES
from metafeatures import AnyTaskType, TaskType
from metafeatures._registry import TASK_TYPES


def test_choices_are_the_task_types():
    assert get_args(TaskType) == TASK_TYPES == tuple(_options.TaskType)
    assert set(get_args(AnyTaskType)) == set(STORED_TASK_TYPES) == set(_list.TaskType)
