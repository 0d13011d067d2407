"""The tables of a knowledge base: their columns, and how a setup is written.

A score is always greater-is-better, whatever the metric.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
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
STATUSES = ("ok", "timeout", "memory", "error")
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
RUN_DEFAULTS: dict[str, Any] = {
    "task_id": None,
    "algorithm": None,
    "config": None,
    "metric": None,
    "score": None,
    "fit_seconds": float("nan"),
    "predict_seconds": float("nan"),
    "reference_seconds": float("nan"),
    "fidelity": 1.0,
    "status": "ok",
    "train_score": float("nan"),
    "fold_scores": None,
    "message": "",
    "source": "",
    "split": "",
    "n_folds": float("nan"),
    "split_seed": float("nan"),
    "cutoff_seconds": float("nan"),
}
RUN_NUMBERS = (
    "score",
    "fit_seconds",
    "predict_seconds",
    "reference_seconds",
    "fidelity",
    "train_score",
    "n_folds",
    "split_seed",
    "cutoff_seconds",
)
# A repeat is equal in all of these. Equal scores alone are common: a run that was measured
# again, with other seconds or folds, is a run of its own.
RUN_KEY = [
    "task_id",
    "algorithm",
    "config",
    "metric",
    "fidelity",
    "score",
    "status",
    "source",
    "fit_seconds",
    "predict_seconds",
    "reference_seconds",
    "train_score",
    "fold_scores",
    "message",
    "split",
    "n_folds",
    "split_seed",
    "cutoff_seconds",
]
# No key and no target of the meta-model: single precision (1e-7) is more than folds agree on.
NARROW = ("train_score", "fold_scores")


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
