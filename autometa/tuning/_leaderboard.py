"""What the trials of a study were: a table of them, best first, and what chose their setups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import optuna
import pandas as pd
from optuna.trial import FrozenTrial

from autometa.evaluation import config_as_scored
from autometa.tuning.study._resume import algorithm_of, candidate_of, evaluation_of

_COLUMNS = (
    "trial",
    "algorithm",
    "config",
    "score",
    "score_std",
    "fit_seconds",
    "status",
    "source",
    "fidelity",
    "message",
)


def leaderboard_of(trials: Iterable[FrozenTrial], weights: Mapping[int, float]) -> pd.DataFrame:
    """Return what `TuneResult.leaderboard` does; ``weights`` are those in the ensemble."""
    rows = [_row(trial) for trial in trials if _is_ours(trial)]
    board = pd.DataFrame(rows, columns=list(_COLUMNS))
    board["weight"] = board["trial"].map(weights).fillna(0.0)
    # of equal scores the setup that was fitted comes first
    board = board.sort_values(["score", "weight"], ascending=False, ignore_index=True)
    board.insert(0, "rank", range(1, len(board) + 1))
    return board


def chosen_by(study: optuna.Study) -> dict[str, int]:
    """Return what `TuneResult.strategy` does."""
    names = {
        "recommended": "advice",
        "preset": "known setups",
        "search": type(study.sampler).__name__,
    }
    trials = [trial for trial in study.trials if _is_ours(trial)]
    made = [trial for trial in trials if evaluation_of(trial).get("status") != "skipped"]
    return dict(Counter(names[candidate_of(trial).source] for trial in made))


def setups_of(study: optuna.Study) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield algorithm, configuration as it was asked, and evaluation of each trial."""
    for trial in filter(_is_ours, study.trials):
        candidate = candidate_of(trial)
        yield candidate.algorithm, candidate.config, evaluation_of(trial)


def _is_ours(trial: FrozenTrial) -> bool:
    """Say whether a trial was written by `tune`, and not by another program on the study."""
    is_written = bool(evaluation_of(trial)) or "process" in trial.user_attrs
    return is_written and bool(algorithm_of(trial))


def _row(trial: FrozenTrial) -> tuple[Any, ...]:
    evaluation = evaluation_of(trial)
    candidate = candidate_of(trial)
    folds = pd.Series(evaluation.get("fold_scores", []), dtype="float64")
    is_ok = evaluation.get("status") == "ok"
    return (
        trial.number,
        candidate.algorithm,
        config_as_scored(candidate.config, evaluation),
        trial.value if is_ok and trial.value is not None else float("nan"),
        float(folds.std(ddof=0)) if is_ok else float("nan"),
        evaluation.get("fit_seconds", float("nan")),
        evaluation.get("status", "running"),
        candidate.source,
        evaluation.get("fidelity", 1.0),
        evaluation.get("message", ""),
    )
