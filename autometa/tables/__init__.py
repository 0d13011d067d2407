"""The door: a user's table and target are checked and repaired here, and nowhere behind."""

from __future__ import annotations

from autometa.tables._cells import different_names, level_text, plain_table, refuse_empty
from autometa.tables._errors import as_own_errors
from autometa.tables._metafeatures import read_metafeatures, type_of_classification
from autometa.tables._named import (
    NamedTable,
    column_named,
    some_names,
    split_groups,
    split_target,
    split_weights,
)
from autometa.tables._outputs import first_of_several, several_outputs
from autometa.tables._overview import TableOverview
from autometa.tables._presence import has_value, informative_columns
from autometa.tables._scored import accuracy, scored_values
from autometa.tables._sparse import stays_sparse, take_rows
from autometa.tables._table import MIN_ROWS, Table, check_table
from autometa.tables._task import Task
from metafeatures._registry import TASK_TYPES

__all__ = [
    "MIN_ROWS",
    "TASK_TYPES",
    "NamedTable",
    "Table",
    "TableOverview",
    "Task",
    "accuracy",
    "as_own_errors",
    "check_table",
    "column_named",
    "different_names",
    "first_of_several",
    "has_value",
    "informative_columns",
    "level_text",
    "plain_table",
    "read_metafeatures",
    "refuse_empty",
    "scored_values",
    "several_outputs",
    "some_names",
    "split_groups",
    "split_target",
    "split_weights",
    "stays_sparse",
    "take_rows",
    "type_of_classification",
]
