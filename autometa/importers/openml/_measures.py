"""OpenML's measures as scorers of scikit-learn, by the table ``measures.json``."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from typing import Any

from autometa.exceptions import MetricError


@lru_cache(maxsize=1)
def table() -> dict[str, Any]:
    """Return the content of ``measures.json``."""
    text = resources.files(__package__).joinpath("measures.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def openml_measures(names: Iterable[str]) -> list[str]:
    """Return OpenML's names of measures, each once; scorers of scikit-learn are taken too.

    Raises
    ------
    MetricError
        If a name is neither OpenML's nor scikit-learn's, or measures time.

    Examples
    --------
    >>> openml_measures(["predictive_accuracy", "roc_auc", "neg_root_mean_squared_error"])
    ['predictive_accuracy', 'area_under_roc_curve', 'root_mean_squared_error']
    """
    measures = table()["measures"]
    scorers: dict[str, str] = {}
    for measure, rule in measures.items():
        for scorer in rule.values():
            scorers.setdefault(str(scorer), measure)
    chosen = []
    for name in names:
        if name not in measures and name not in scorers:
            close = difflib.get_close_matches(name, [*measures, *scorers], n=1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            raise MetricError(
                f"A measure must be one of OpenML's. Got {name!r}.{hint} "
                f"Available: {', '.join(sorted(measures))}. Fit times are asked for as seconds."
            )
        chosen.append(name if name in measures else scorers[name])
    return list(dict.fromkeys(chosen))


def scorer(measure: str, task_type: str) -> tuple[str, int] | None:
    """Return the scorer a measure is for such a task and its sign; None where it has none.

    Examples
    --------
    >>> scorer("root_mean_squared_error", "regression")
    ('neg_root_mean_squared_error', -1)
    >>> scorer("area_under_roc_curve", "multiclass")
    ('roc_auc_ovr_weighted', 1)
    """
    rule = table()["measures"][measure]
    kind = "regression" if task_type == "regression" else "classification"
    name = rule.get(task_type) or rule.get(kind)
    return None if name is None else (name, int(rule["sign"]))
