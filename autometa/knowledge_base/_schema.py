"""The tables of a knowledge base: their columns, and how a setup is written.

A score is always greater-is-better, whatever the metric.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from autometa._limits import MAX_DEPTH, parse_json
from autometa.exceptions import KnowledgeBaseError
from metafeatures._registry import TASK_TYPES

# 1: parts do not say the hash of their footer. 2: runs do not say their folds and limits, nor tasks
# their fold; the provenance of the folder may.
SCHEMA_VERSION = 3

# Histories that do not say how many classes a task has say "classification".
STORED_TASK_TYPES = (*TASK_TYPES, "classification")
INFEASIBLE = "infeasible"
STATUSES = ("ok", "timeout", "memory", "error", INFEASIBLE)
# Without a score; one that violates a constraint ended well, and must not be advised all the same.
FAILURES = STATUSES[1:]
# How a score was measured; "" where nobody said.
SPLITS = ("", "cross-validation", "holdout", "leave-one-out")

TASK_DEFAULTS: dict[str, Any] = {
    "task_id": None,
    "name": None,
    "task_type": None,
    "target": "",
    "n_rows": float("nan"),
    "family": None,
    "source": "",
    "fold": float("nan"),
}
TASK_NUMBERS = ("n_rows", "fold")


@dataclass(frozen=True, kw_only=True)
class RunColumn:
    """All that readers, writers and comparisons ask of a column of ``runs``.

    Attributes
    ----------
    default : object
        Of runs that do not say it; a number makes it a column of numbers.
    role : {"identity", "detail", "note"}
        Whether it is part of what makes a run this run, something that a source may know
        of it or not, or a remark.
    by_metric : bool
        Whether it differs among the metrics of a run. Other numbers repeat, which the
        files make use of.
    is_narrow : bool
        Whether files keep it in single precision (1e-7): more than folds agree on, and
        neither part of the identity nor what a model learns from.
    """

    default: Any = None
    role: str = "detail"
    by_metric: bool = False
    is_narrow: bool = False

    @property
    def is_number(self) -> bool:
        """Whether cells are numbers."""
        return isinstance(self.default, float)


_text = partial(RunColumn, role="identity")
_number = partial(RunColumn, default=float("nan"))

# Adding a column is adding a line. One that a fold measures is a field of `Costs` too.
RUN_COLUMNS: Mapping[str, RunColumn] = {
    "task_id": _text(),
    "algorithm": _text(),
    "config": _text(),
    "metric": _text(),
    "score": _number(role="identity", by_metric=True),
    "fit_seconds": _number(),
    "predict_seconds": _number(),
    "reference_seconds": _number(),
    "fidelity": _number(default=1.0, role="identity"),
    "status": _text(default="ok"),
    "train_score": _number(by_metric=True, is_narrow=True),
    "fold_scores": RunColumn(by_metric=True, is_narrow=True),
    "message": RunColumn(default="", role="note"),
    "source": _text(default=""),
    "split": RunColumn(default=""),
    "n_folds": _number(),
    "split_seed": _number(),
    # Which rows may be held out together: scores of other kinds answer another question. The
    # usual folds shuffle rows, with the shares of classes or without; runs from before there
    # were others are of these.
    "fold_kind": _text(default="shuffled"),
    "cutoff_seconds": _number(),
}
RUN_DEFAULTS = {name: column.default for name, column in RUN_COLUMNS.items()}
RUN_NUMBERS = tuple(name for name, column in RUN_COLUMNS.items() if column.is_number)
# A repeat is equal in all columns. Equal scores alone are common: a run that was measured
# again, with other seconds or folds, is a run of its own.
RUN_KEY = list(RUN_COLUMNS)
IDENTITY = [name for name, column in RUN_COLUMNS.items() if column.role == "identity"]
DETAILS = tuple(name for name, column in RUN_COLUMNS.items() if column.role == "detail")
NARROW = tuple(name for name, column in RUN_COLUMNS.items() if column.is_narrow)
# The same in all metrics of a run: whole numbers repeat, bytes of many of them do not.
REPEATING = tuple(
    n for n, column in RUN_COLUMNS.items() if column.is_number and not column.by_metric
)


def canonical_config(config: Mapping[str, Any] | str) -> str:
    """Return a configuration as JSON text with sorted keys: equal values, equal text.

    Parameters
    ----------
    config : dict or str
        Hyperparameter values by name, or such a dict as JSON text.

    Raises
    ------
    KnowledgeBaseError
        If the text is not a JSON object.

    Examples
    --------
    >>> canonical_config({"b": 1, "a": None})
    '{"a": null, "b": 1}'
    """
    if isinstance(config, str):
        try:
            config = parse_json(config)
        except ValueError as error:
            raise KnowledgeBaseError(
                f"A config must be a dict or its JSON text. Got {_short(config)} ({error})."
            ) from None
    if not isinstance(config, Mapping):
        raise KnowledgeBaseError(f"A config must be a dict or its JSON text. Got {_short(config)}.")
    try:
        text = json.dumps(dict(config), sort_keys=True, default=_plain)
        if text.count("[") + text.count("{") > MAX_DEPTH:
            parse_json(text)
    except (RecursionError, TypeError, ValueError) as error:
        if isinstance(error, KnowledgeBaseError):
            raise
        raise KnowledgeBaseError(
            f"A config must be expressible in JSON, at most {MAX_DEPTH} levels deep. "
            f"Got {type(error).__name__}: {error}."
        ) from None
    return text


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}... ({len(text)} characters)"


def _plain(value: Any) -> Any:
    """Turn a NumPy scalar into the Python number that JSON knows."""
    if isinstance(value, np.generic):
        return value.item()
    raise KnowledgeBaseError(f"A config holds {value!r}, which JSON cannot express.")


def setup_id(algorithm: str, config: Mapping[str, Any] | str) -> str:
    """Return the identifier of a setup: 12 hexadecimal digits of its content's hash.

    Parameters
    ----------
    algorithm : str
    config : dict or str
        A dict, or the canonical text of one (see `canonical_config`).

    Examples
    --------
    >>> setup_id("knn", {"k": 5}) == setup_id("knn", '{"k": 5}')
    True
    """
    config = config if isinstance(config, str) else canonical_config(config)
    return hashlib.sha256(f"{algorithm}\n{config}".encode()).hexdigest()[:12]
