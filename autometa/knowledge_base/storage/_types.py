"""Which types the columns of a part may have: what a reader can rely on."""

from __future__ import annotations

from typing import Any

from autometa.knowledge_base._schema import RUN_NUMBERS, TASK_NUMBERS
from autometa.knowledge_base.storage._columns import TEXTS

NUMBERS = (*RUN_NUMBERS, *TASK_NUMBERS)
INDEX_NAMES = ("task_id", "__index_level_0__")  # the other as pandas names an index without name
NEEDED = {
    "tasks": ("task_id", "task_type"),
    "runs": ("task_id", "algorithm", "config", "metric", "score"),
}


def wrong_types(table: str, schema: Any) -> str | None:
    """Return what is wrong with the columns of a part, as the end of a sentence.

    Parameters
    ----------
    table : str
    schema : pyarrow.Schema

    Returns
    -------
    str or None
        None when every column that this version knows has a type it can read.
        Others may have any.
    """
    names = list(schema.names)
    if len(set(names)) < len(names):
        return "it has columns of the same name"
    missing = [name for name in NEEDED.get(table, ()) if name not in names]
    if missing:
        return f"it lacks the columns {missing}"
    if table == "metafeatures" and not set(INDEX_NAMES) & set(names):
        return f"it lacks a column {' or '.join(INDEX_NAMES)}"
    for field in schema:
        wanted = _wanted(table, field.name)
        if wanted is not None and not _is_of(field.type, wanted):
            return f"its column '{field.name}' must hold {wanted}. Got {field.type}"
    return None


def _wanted(table: str, name: str) -> str | None:
    if table == "metafeatures":
        return "texts" if name in INDEX_NAMES else "numbers"
    if name in TEXTS:
        return "texts"
    if name == "fold_scores":
        return "lists of numbers"
    return "numbers" if name in NUMBERS else None


def _is_of(kind: Any, wanted: str) -> bool:
    from pyarrow import types

    if types.is_null(kind):
        return True
    if wanted == "texts":
        kind = kind.value_type if types.is_dictionary(kind) else kind
        return bool(types.is_string(kind) or types.is_large_string(kind))
    if wanted == "lists of numbers":
        return bool(types.is_list(kind)) and _is_of(kind.value_type, "numbers")
    return bool(types.is_floating(kind) or types.is_integer(kind) or types.is_boolean(kind))
