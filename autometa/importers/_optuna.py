"""Optuna studies, from any storage: each trial is a run, each objective a metric."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from autometa.exceptions import KnowledgeBaseError
from autometa.importers._features import prepare, read_features
from autometa.importers._imported import Imported
from autometa.importers._optuna_studies import StudyView, label_of, study_views
from autometa.importers._optuna_trials import (
    Objective,
    TrialReader,
    Wanted,
    is_of_tune,
    objectives_of,
)
from autometa.importers._tally import Tally, some
from autometa.importers._task_types import type_of_word, with_types

TASK_ATTRIBUTES = ("task_id", "dataset_id", "dataset", "dataset_name", "task")
TYPE_ATTRIBUTES = ("task_type", "problem_type", "type", "task")  # the last two often name others
ABOUT_TASK = ("name", "target", "n_rows", "family")


def read_optuna(
    source: Any,
    *,
    studies: Sequence[str] | None = None,
    task_id: str | None = None,
    metric: str | None = None,
    objective: str | int | None = None,
    algorithm: str = "study",
    curves: bool = False,
    task_type: str | None = None,
    metafeatures: str | os.PathLike[str] | pd.DataFrame | None = None,
    translation: str | None = "auto",
    approximate: bool = False,
) -> Imported:
    """Return Optuna studies as a knowledge base.

    The storage is only read: a file that is not there is not created, and no
    table is. A study's task is its attribute ``task_id`` (or ``dataset``), else
    its name. Values of objectives to be minimised are negated. Complete trials
    are runs, failed ones are runs of status ``error``, and their durations are
    ``fit_seconds``. A parameter ``algorithm`` (``classifier``, ``model``, ...)
    of text names the algorithm. Studies of `tune` come with all their metrics.

    Parameters
    ----------
    source : str, path, optuna storage, Study, sequence of Study, or dict of str to Study
        A storage URL (``sqlite:///study.db``, ``postgresql://...``), a SQLite or
        journal file, or the object itself; a dict has them by ``task_id``.
    studies : sequence of str, optional
        Names of studies; all of the storage when not given.
    task_id : str, optional
        Of all studies.
    metric : str, optional
        What the objective measures; by Optuna's metric names or the study's
        attribute ``metric`` when not given, else ``objective``.
    objective : str or int, optional
        The one to keep of several, by name or from 0; all when not given.
    algorithm : str, default="study"
        Of trials that name none.
    curves : bool, default=False
        Whether intermediate values become runs too, of a fidelity below 1: step
        over the last step of a complete trial. Pruned trials are kept this way.
    task_type : str, optional
        Of all tasks; by a study's attribute ``task_type`` or its metric when not
        given.
    metafeatures : path or DataFrame, optional
        One row a task. A study's attribute ``metafeatures`` (dict) is read too.
    translation, approximate
        See `metafeatures.translate`; "auto" goes by the names.

    Raises
    ------
    KnowledgeBaseError
        If the storage cannot be read, or holds no such study or no trial to keep.
    """
    tally = Tally()
    views = study_views(source, tally, studies)
    wanted = Wanted(
        task_id=task_id,
        metric=metric,
        objective=objective,
        algorithm=algorithm,
        task_type=task_type,
        curves=curves,
    )
    tasks, rows = [], []
    described: dict[str, Mapping[str, float]] = {}
    for view in views:
        task = _task(view, wanted)
        objectives = _chosen(view, objectives_of(view, wanted.metric), wanted.objective, tally)
        reader = TrialReader(view=view, objectives=objectives, wanted=wanted, tally=tally)
        rows_of_study = reader.rows()
        rows += [{**row, "task_id": task["task_id"]} for row in rows_of_study]
        tasks.append(task)
        features = view.user_attrs.get("metafeatures")
        if isinstance(features, Mapping):
            described[task["task_id"]] = features
    name = label_of(source)
    provenance = {"format": "optuna", "source": name, "studies": [view.name for view in views]}
    runs = pd.DataFrame(rows)
    frame = with_types(pd.DataFrame(tasks).drop_duplicates("task_id"), runs, tally)
    given = read_features(metafeatures) if metafeatures is not None else None
    if given is None and described:
        given = pd.DataFrame.from_dict(described, orient="index")
    prepared = None if given is None else prepare(given, tally, translation, approximate)
    return tally.finish(frame, prepared, runs, provenance)


def _task(view: StudyView, wanted: Wanted) -> dict[str, Any]:
    attributes = view.user_attrs
    names = [attributes.get(a) for a in TASK_ATTRIBUTES]
    named = next((name for name in names if _is_name(name)), view.name)
    task: dict[str, Any] = {
        "task_id": str(wanted.task_id or view.task_id or named),
        "source": "tune" if is_of_tune(view) else f"optuna:{view.name}",
    }
    for key in ABOUT_TASK:
        value = attributes.get(key)
        if value is not None and not (key == "n_rows" and not _is_count(value)):
            task[key] = value if key == "n_rows" else str(value)
    words = [wanted.task_type, *(attributes.get(a) for a in TYPE_ATTRIBUTES)]
    task["task_type"] = next((kind for kind in map(type_of_word, words) if kind), None)
    return task


def _is_name(value: Any) -> bool:
    """Say whether an attribute names a task; "regression" is what it is, not its name."""
    is_text = isinstance(value, str | int) and not isinstance(value, bool) and str(value) != ""
    return is_text and type_of_word(value) is None


def _is_count(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and value > 0


def _chosen(
    view: StudyView, objectives: list[Objective], wanted: str | int | None, tally: Tally
) -> list[Objective]:
    """Return the objectives to keep of a study; tell what becomes of several."""
    if len(objectives) == 1:
        return objectives
    names = [o.label for o in objectives]
    if wanted is None:
        tally.note(f"The objectives of study '{view.name}' became metrics: {some(names)}.")
        return objectives
    kept = [o for o in objectives if wanted in (o.label, o.index, str(o.index))]
    if not kept:
        raise KnowledgeBaseError(
            f"'objective' must be one of {names} or a number from 0 in study '{view.name}'. "
            f"Got {wanted!r}."
        )
    rest = [o.label for o in objectives if o not in kept]
    tally.drop("objectives", len(rest), f"of study '{view.name}', not asked for: {some(rest)}")
    return kept
