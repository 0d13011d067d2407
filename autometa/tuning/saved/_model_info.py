"""model_info(): what a saved model says of itself, without building it."""

from __future__ import annotations

import os
import zipfile
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from autometa._limits import PARSE_ERRORS, check_archive, open_regular, parse_json
from autometa.exceptions import ModelFileError

MANIFEST = "autometa.json"


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """What is kept beside a saved model.

    Attributes
    ----------
    path : str
    created : str
        When it was saved, in ISO 8601, UTC.
    versions : dict of str to str
        Libraries that it was saved with.
    metric : str or None
        What it was chosen by; None for a pipeline that `tune` did not make.
    score : float
        To be expected on new rows, greater is better; NaN where that is not known.
    score_interval : tuple of float
        Where the score on as many new rows will lie, nine times of ten.
    task : dict
        The table as a row of a knowledge base's ``tasks``, with the names of all outputs as
        ``target``; empty for a pipeline that `tune` did not make.
    members : list of dict
        ``algorithm``, ``config`` and ``weight`` of each setup of the ensemble.
    decision : dict
        How `predict` makes a class of probabilities; see `TuneResult.decision`.
    pos_label : str or None
        The positive class of a binary task, as text.
    validation : dict
        How rows were held out; see `TuneResult.validation`. Empty where that is not known.
    is_weighted : bool
        Whether rows counted for different weights.
    n_trials, n_runs : int
        Trials of the study, and runs that can be imported from the file, each counted once
        however many metrics it has.
    """

    path: str
    created: str
    versions: dict[str, str]
    metric: str | None = None
    score: float = float("nan")
    score_interval: tuple[float, float] = (float("nan"), float("nan"))
    task: dict[str, Any] = field(default_factory=dict)
    members: list[dict[str, Any]] = field(default_factory=list)
    decision: dict[str, Any] = field(default_factory=dict)
    pos_label: str | None = None
    validation: dict[str, Any] = field(default_factory=dict)
    is_weighted: bool = False
    n_trials: int = 0
    n_runs: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return all fields as plain values."""
        return asdict(self)


def model_info(path: str | os.PathLike[str]) -> ModelInfo:
    """Return what a saved model says of itself; the model is not built.

    Parameters
    ----------
    path : path
        Of a file that `save_model` or ``TuneResult.save`` wrote.

    Raises
    ------
    ModelFileError
        If the file is not such a model, or is damaged.
    OSError
        If there is no such file, or it cannot be read.
    """
    path = Path(path)
    with open_regular(path) as file:
        try:
            with zipfile.ZipFile(file) as archive:
                check_archive(archive, path.stat().st_size)
                manifest = parse_json(archive.read(MANIFEST))
            return _read(str(path), manifest)
        except PARSE_ERRORS as error:
            raise ModelFileError(
                f"'{path}' must be a model written by autometa. It is another file, or damaged: "
                f"{error or type(error).__name__}."
            ) from error


def _n_runs(rows: list[dict[str, Any]]) -> int:
    """Return how many runs these rows are of; a run has a row for each of its metrics."""
    names = ("algorithm", "config", "fidelity", "status", "metric")
    repeats: Counter[tuple[Any, ...]] = Counter()
    for (*run, _), n in Counter(tuple(row.get(n) for n in names) for row in rows).items():
        repeats[tuple(run)] = max(repeats[tuple(run)], n)
    return repeats.total()


def _read(path: str, manifest: Any) -> ModelInfo:
    about = manifest["about"]
    history = about.get("history", {})
    low, high = about.get("score_interval") or (float("nan"), float("nan"))
    return ModelInfo(
        path=path,
        created=manifest["created"],
        versions=manifest["versions"],
        metric=about.get("metric"),
        score=float(about.get("score", "nan")),
        score_interval=(float(low), float(high)),
        task=about.get("task") or next(iter(history.get("tasks", [])), {}),
        members=about.get("members", []),
        decision=about.get("decision") or {},
        pos_label=about.get("pos_label"),
        validation=about.get("validation") or {},
        is_weighted=bool(about.get("is_weighted", False)),
        n_trials=history.get("n_trials", 0),
        n_runs=_n_runs(history.get("runs", [])),
    )
