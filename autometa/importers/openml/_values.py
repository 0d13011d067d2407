"""Hyperparameter values as what they are: OpenML keeps each as text.

scikit-learn's come as JSON, R's and Weka's as their languages print them; one
reading serves them all, for no text means different things in two of them.
"""

from __future__ import annotations

import ast
import json
import re
from typing import Any

from autometa._limits import parse_json

WORDS: dict[str, Any] = {
    "true": True,
    "false": False,
    "null": None,
    "none": None,
    "na": None,
    "nan": float("nan"),
    "inf": float("inf"),
    "infinity": float("inf"),
    "-inf": float("-inf"),
    "-infinity": float("-inf"),
}
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
R_INTEGER = re.compile(r"[+-]?\d+L")
R_VECTOR = re.compile(r"c\((.*)\)", re.DOTALL)
SERIALIZED = "oml-python:serialized_object"
FLOATS = frozenset({"numeric", "float", "double", "real"})
WHOLES = frozenset({"integer", "int", "integervector"})


class ComponentReference:
    """A value that stands for a part of the flow, which the flow's name tells already."""


REFERENCE = ComponentReference()


def typed(text: str | None, data_type: str = "") -> Any:
    """Return the value that a hyperparameter's text stands for.

    Parameters
    ----------
    text : str or None
    data_type : str, default=""
        What OpenML says of the parameter; "numeric" makes a float of "1".

    Returns
    -------
    bool, int, float, str, list or None
        None for "null", "None", "NULL", "NA" and for no text at all;
        `REFERENCE` for what is a part of the flow and no value.

    Examples
    --------
    >>> [typed(t) for t in ('"auto"', "null", "TRUE", "1e-05", "10", "[1, 2]", "gini")]
    ['auto', None, True, 1e-05, 10, [1, 2], 'gini']
    >>> typed("1", "numeric"), typed("3.0", "integer")
    (1.0, 3)
    """
    value = _value((text or "").strip())
    kind = data_type.strip().lower()
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and kind in FLOATS:
        return float(value)
    if isinstance(value, float) and kind in WHOLES and value.is_integer():
        return int(value)
    return value


def _value(text: str) -> Any:
    if text == "" or text.lower() in WORDS:
        return WORDS.get(text.lower()) if text else None
    if NUMBER.fullmatch(text):
        return _number(text)
    if R_INTEGER.fullmatch(text):
        return int(text[:-1])
    vector = R_VECTOR.fullmatch(text)
    if vector:
        return [_value(part.strip()) for part in vector[1].split(",") if part.strip()]
    if text[0] in "\"[{'(":
        return _literal(text)
    return " ".join(text.split())


def _number(text: str) -> int | float:
    if text.lstrip("+-").isdigit():
        return int(text)
    return float(text)


def _literal(text: str) -> Any:
    """Return the content of JSON, or of a Python literal; else the text as it is."""
    try:
        return _plain(parse_json(text))
    except ValueError:
        pass
    try:
        return _plain(ast.literal_eval(text))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return " ".join(text.split())


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        # uploaded twice quoted, as '"\"auto\""', by an old client
        return _literal(value) if value[:1] == '"' and value[-1:] == '"' and value[1:] else value
    if isinstance(value, dict):
        return _object(value)
    if isinstance(value, list | tuple | set):
        items = [_plain(item) for item in value]
        return REFERENCE if items and all(_is_reference(item) for item in items) else items
    return value if isinstance(value, bool | int | float) or value is None else str(value)


def _object(value: dict[str, Any]) -> Any:
    """Return the value of what openml-python serialised; other objects as their JSON."""
    if value.get(SERIALIZED) == "component_reference":
        return REFERENCE
    if SERIALIZED in value and isinstance(value.get("value"), str):
        return value["value"]
    return json.dumps(value, sort_keys=True)


def _is_reference(value: Any) -> bool:
    return value is REFERENCE or (
        isinstance(value, list) and any(_is_reference(item) for item in value)
    )
