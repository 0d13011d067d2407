"""A `tune` result: every trial of it as a run, with the table it was made on as the task."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd

from autometa._limits import PARSE_ERRORS, check_archive, open_regular, parse_json
from autometa.exceptions import KnowledgeBaseError
from autometa.importers._features import prepare, read_features
from autometa.importers._imported import Imported
from autometa.importers._tally import Tally

MANIFEST = "autometa.json"
NOT_DESCRIBED = (
    "The run did not describe its table: no knowledge base was asked, or its advice came too late. "
    "Its scores count, but no table can be found to be like this one. To add meta-features, give "
    "what autometa.describe(X, y) returns: metafeatures=..., or kb import tune --metafeatures FILE."
)


def read_tune_result(
    source: Any,
    *,
    metafeatures: str | os.PathLike[str] | pd.DataFrame | None = None,
    translation: str | None = "auto",
    approximate: bool = False,
) -> Imported:
    """Return what `tune` measured as a knowledge base of one task.

    Parameters
    ----------
    source : TuneResult or path
        The result, or the file that its ``save`` wrote.
    metafeatures : path or DataFrame, optional
        One row, of the task. None is what the result holds: those that the knowledge base
        it asked describes tasks by.
    translation, approximate
        See `metafeatures.translate`; "auto" goes by the names.

    Raises
    ------
    KnowledgeBaseError
        If the file is no saved result, or holds no runs.
    """
    tally = Tally()
    if is_live(source):
        tasks, runs, described = source.task.to_frame(), source.runs(), source.metafeatures
        n_trials = len(source.study.trials)
        label = source.study.study_name
    else:
        tasks, runs, n_trials, described = _read(Path(source))
        label = str(source)
    n_kept = len(runs[["algorithm", "config"]].drop_duplicates()) if len(runs) else 0
    tally.drop("trials", n_trials - n_kept, "cut short, not started, or of a setup tried before")
    features = described
    if described is None and metafeatures is None:
        tally.note(NOT_DESCRIBED)
    if metafeatures is not None:
        features = prepare(read_features(metafeatures), tally, translation, approximate)
    return tally.finish(tasks, features, runs, {"format": "tune", "source": label})


def is_live(source: Any) -> bool:
    """Say whether this is a `TuneResult`, by the attributes it has."""
    return all(hasattr(source, name) for name in ("runs", "task", "study"))


def is_saved(path: Path) -> bool:
    """Say whether this is a file that `TuneResult.save` wrote."""
    try:
        with open_regular(path) as file, zipfile.ZipFile(file) as archive:
            return MANIFEST in archive.namelist()
    except (*PARSE_ERRORS, OSError):
        return False


def _read(path: Path) -> tuple[pd.DataFrame, pd.DataFrame, int, pd.DataFrame | None]:
    if not path.is_file():
        raise KnowledgeBaseError(f"There is no file '{path}'. Give one that TuneResult.save wrote.")
    try:
        with open_regular(path) as file, zipfile.ZipFile(file) as archive:
            check_archive(archive, path.stat().st_size)
            about = parse_json(archive.read(MANIFEST)).get("about", {})
    except (*PARSE_ERRORS, OSError) as error:
        raise KnowledgeBaseError(
            f"'{path}' must be a file that TuneResult.save wrote. It is another, or damaged."
        ) from error
    history = about.get("history")
    if not history:
        raise KnowledgeBaseError(
            f"'{path}' holds a fitted pipeline and no runs: an older autometa saved it. "
            "Give 'tune' a storage, and import that: autometa kb import optuna URL."
        )
    runs = pd.DataFrame(history["runs"])
    tasks, values = pd.DataFrame(history["tasks"]), history.get("metafeatures")
    described = pd.DataFrame([values], index=tasks["task_id"].tolist()) if values else None
    return tasks, runs, int(history["n_trials"]), described
