"""Values out of text: configurations, hyperparameters, durations, statuses."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from autometa._limits import parse_json
from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base._schema import canonical_config

INTEGER = re.compile(r"[+-]?(0|[1-9]\d*)$")
REAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
WORDS: Mapping[str, Any] = {
    "true": True, "false": False, "none": None, "null": None,
}  # fmt: skip
STATUSES: Mapping[str, str] = {
    **dict.fromkeys(("ok", "success", "successful", "finished", "complete", "completed", "done",
                     "succeeded", "terminated", "true", "1"), "ok"),
    **dict.fromkeys(("timeout", "timed_out", "timedout", "time_out", "tle"), "timeout"),
    **dict.fromkeys(("memout", "memory", "oom", "out_of_memory", "mem_out", "memoryout"),
                    "memory"),
    **dict.fromkeys(("error", "fail", "failed", "failure", "crash", "crashed", "abort", "aborted",
                     "killed", "other", "not_applicable", "exception", "false", "0"), "error"),
    **dict.fromkeys(("infeasible", "violated", "constraint_violated", "unfeasible"), "infeasible"),
}  # fmt: skip
# What messages of failures say, in the words of Python, of schedulers and of AMLB.
OF_MESSAGES = (
    (re.compile(r"time[sd]?[ _-]?out|timed[ _-]out|time limit", re.IGNORECASE), "timeout"),
    (re.compile(r"memory|\boom\b|\bbad_alloc\b", re.IGNORECASE), "memory"),
)
UNFINISHED = frozenset({"running", "waiting", "scheduled", "pending", "queued", "unfinished"})
PRUNED = frozenset({"pruned", "stopped", "skipped"})


def status_of(text: str) -> str | None:
    """Return our word for a status, or None when it is not known.

    Examples
    --------
    >>> status_of("COMPLETE"), status_of("memout"), status_of("???")
    ('ok', 'memory', None)
    """
    return STATUSES.get(re.sub(r"[^a-z0-9]+", "_", text.strip().lower()).strip("_"))


def status_of_message(text: str) -> str:
    """Return the status of a run that left a message and no score; "" without a message.

    Examples
    --------
    >>> status_of_message("TimeoutError: no result after 7200 s"), status_of_message("CUDA: OOM")
    ('timeout', 'memory')
    >>> status_of_message("NoResultError: empty predictions"), status_of_message(" ")
    ('error', '')
    """
    if not text.strip():
        return ""
    return next((status for pattern, status in OF_MESSAGES if pattern.search(text)), "error")


def typed_column(values: Sequence[Any]) -> list[Any]:
    """Return hyperparameter values with their types, from text or not.

    A column of whole numbers is of ints, one with any fraction of floats. Tables
    write ints as ``5.0`` where a column has gaps: there, whole numbers are ints
    again. Empty cells are None here; the word ``None`` is `NONE`.

    Examples
    --------
    >>> typed_column(["1", "2"]), typed_column(["1", "0.5"]), typed_column(["1.0", "", "3.0"])
    ([1, 2], [1.0, 0.5], [1, None, 3])
    >>> typed_column(["sqrt", "0.5", "True"])
    ['sqrt', 0.5, True]
    """
    typed = [_typed(value) for value in values]
    present = [v for v in typed if v is not None]
    numbers = [v for v in present if _is_number(v)]
    if not numbers or any(isinstance(v, str) for v in present):
        return typed
    if all(isinstance(v, int) for v in numbers):
        return typed
    has_gaps = len(present) < len(typed)
    whole = all(float(v).is_integer() for v in numbers)
    convert = int if has_gaps and whole else float
    return [convert(v) if _is_number(v) else v for v in typed]


class _None:
    """The value None of a hyperparameter, distinct from an empty cell."""

    def __repr__(self) -> str:
        return "None"


NONE = _None()


def config_of(names: Sequence[str], values: Sequence[Any]) -> str:
    """Return the canonical configuration of one row; empty cells are inactive."""
    return canonical_config(
        {
            name: None if value is NONE else value
            for name, value in zip(names, values, strict=True)
            if value is not None
        }
    )


def parse_config(value: Any) -> dict[str, Any]:
    """Return a configuration from a dict, JSON text, or the text of a Python dict.

    Raises
    ------
    KnowledgeBaseError
        If it is none of these.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)) or value == "":
        return {}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, str):
        parsed = _from_text(value)
        if isinstance(parsed, Mapping):
            return {str(key): plain(item) for key, item in parsed.items()}
    raise KnowledgeBaseError(f"A configuration must be a dict or its text. Got {value!r}.")


def _from_text(text: str) -> Any:
    try:
        return parse_json(text)
    except ValueError:
        pass
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def parse_setup(text: str, default: str) -> tuple[str, str]:
    """Return algorithm and canonical configuration of a column's name.

    Read are JSON or Python dicts, with the algorithm beside its hyperparameters
    or without, ``name {...}``, and calls such as ``knn(k=5)``. Anything else is
    the name of an algorithm.

    Examples
    --------
    >>> parse_setup("{'algorithm': 'KNN', 'hyperparameters': {'p': 1}}", "model")
    ('KNN', '{"p": 1}')
    >>> parse_setup("knn(k=5)", "model"), parse_setup("C4.5", "model")
    (('knn', '{"k": 5}'), ('C4.5', '{}'))
    """
    text = text.strip()
    brace = text.find("{")
    parsed = _from_text(text[brace:]) if brace >= 0 and text.endswith("}") else None
    if isinstance(parsed, Mapping):
        name = text[:brace].strip(" :|-_")
        return _named_setup(parsed, name or default)
    call = re.fullmatch(r"([\w.]+)\s*\((.*)\)", text, re.DOTALL)
    if call:
        arguments = _arguments(call[2])
        if arguments is not None:
            return call[1], canonical_config(arguments)
    return text, "{}"


def _named_setup(setup: Mapping[str, Any], default: str) -> tuple[str, str]:
    setup = dict(setup)
    algorithm = default
    for key in ("algorithm", "model", "estimator", "classifier", "regressor"):
        if isinstance(setup.get(key), str):
            algorithm = setup.pop(key)
            break
    inner = [k for k in ("hyperparameters", "config", "params", "parameters") if k in setup]
    if len(setup) == 1 and inner and isinstance(setup[inner[0]], Mapping):
        setup = dict(setup[inner[0]])
    return algorithm, canonical_config({str(k): plain(v) for k, v in setup.items()})


def _arguments(text: str) -> dict[str, Any] | None:
    """Return the keyword arguments of a call when all are literals."""
    try:
        call = ast.parse(f"f({text})", mode="eval").body
        if not isinstance(call, ast.Call) or call.args:
            return None
        return {str(k.arg): ast.literal_eval(k.value) for k in call.keywords if k.arg}
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def seconds_of(values: pd.Series[Any]) -> pd.Series[float]:
    """Return durations as seconds: numbers, or text such as ``0 days 00:00:01.5``.

    A span of exactly 0 is unknown: that is how a trial which was added, not run, looks.
    """
    if pd.api.types.is_timedelta64_dtype(values):
        spans = values.dt.total_seconds()
        return spans.mask(spans == 0)
    numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    if numbers.isna().equals(values.isna()):
        return numbers
    spans = pd.to_timedelta(values.where(numbers.isna()), errors="coerce").dt.total_seconds()
    return numbers.fillna(spans.mask(spans == 0))


def _typed(value: Any) -> Any:
    """Return one cell with its type; None when empty."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if not isinstance(value, str):
        return plain(value)
    text = value.strip()
    if not text or text.lower() == "nan":
        return None
    if text.lower() in WORDS:
        word = WORDS[text.lower()]
        return NONE if word is None else word
    if INTEGER.match(text):
        return int(text)
    if REAL.match(text) and not re.match(r"[+-]?0\d", text):
        number = float(text)
        return number if math.isfinite(number) else value
    if text[0] in "[{(" and text[-1] in "]})":
        parsed = _from_text(text)
        return value if parsed is None else plain(parsed)
    return value


def plain(value: Any) -> Any:
    """Return what JSON can express; other objects as their text."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
