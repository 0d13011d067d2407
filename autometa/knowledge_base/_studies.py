"""Runs out of an Optuna study: each finished trial is a run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base._schema import canonical_config

if TYPE_CHECKING:
    import optuna


def study_runs(task_id: str, study: optuna.Study, algorithm: str, metric: str) -> pd.DataFrame:
    """Return the complete and failed trials of ``study`` as runs of ``task_id``.

    Pruned, running and waiting trials are left out: they have no final score. An infinite
    value is a failure.
    """
    if len(study.directions) != 1:
        raise KnowledgeBaseError(
            f"The study of task '{task_id}' has {len(study.directions)} objectives; "
            "a knowledge base reads studies with one."
        )
    sign = 1.0 if study.direction.name == "MAXIMIZE" else -1.0
    rows = [_trial_run(trial, sign, algorithm) for trial in study.trials]
    runs = pd.DataFrame([row for row in rows if row is not None])
    if runs.empty:
        raise KnowledgeBaseError(f"The study of task '{task_id}' has no finished trial.")
    return runs.assign(task_id=task_id, metric=metric, source=f"optuna:{study.study_name}")


def _trial_run(
    trial: optuna.trial.FrozenTrial, sign: float, algorithm: str
) -> dict[str, Any] | None:
    if trial.state.name not in ("COMPLETE", "FAIL") or not trial.params:
        return None
    params = dict(trial.params)
    value = trial.value if trial.state.name == "COMPLETE" else None
    is_ok = value is not None and math.isfinite(value)
    seconds = trial.duration.total_seconds() if trial.duration is not None else math.nan
    return {
        "algorithm": str(params.pop("algorithm", algorithm)),
        "config": canonical_config(params),
        "score": sign * float(value) if value is not None and is_ok else None,
        # A trial added from elsewhere ends when it begins: nobody knows how long it took.
        "fit_seconds": seconds if is_ok and seconds > 0 else math.nan,
        "status": "ok" if is_ok else "error",
    }
