"""The door: a user's table and target are checked and repaired here, and nowhere behind."""

from __future__ import annotations

from autometa.tables._cells import different_names, level_text, plain_table
from autometa.tables._presence import has_value, informative_columns
from autometa.tables._sparse import stays_sparse, take_rows
from autometa.tables._table import MIN_ROWS, Table, check_table
from autometa.tables._target import TASK_TYPES

__all__ = [
    "MIN_ROWS",
    "TASK_TYPES",
    "Table",
    "check_table",
    "different_names",
    "has_value",
    "informative_columns",
    "level_text",
    "plain_table",
    "stays_sparse",
    "take_rows",
]
