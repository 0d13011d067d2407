"""ASlib scenarios: runs of algorithms on instances, with features and folds.

The format is that of github.com/coseal/aslib-spec. An instance is a task, an
algorithm a setup, each repetition a run. Only ``algorithm_runs.arff`` must be there.

References
----------
.. [1] B. Bischl et al. ASlib: A benchmark library for algorithm selection.
   Artificial Intelligence 237, 2016.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from autometa.exceptions import KnowledgeBaseError
from autometa.importers._arff import Arff, read_text
from autometa.importers._aslib_description import Description, parse_description
from autometa.importers._aslib_extras import (
    feature_seconds,
    presolved,
    read_folds,
    read_setups,
)
from autometa.importers._aslib_runs import (
    RUNS,
    ScenarioRuns,
    read_run_rows,
    read_scenario_arff,
)
from autometa.importers._features import prepare
from autometa.importers._imported import Imported
from autometa.importers._tally import Tally, some
from autometa.importers._task_types import with_types

UNUSED = {
    "algorithm_feature_values.arff": "features of algorithms have no place in a knowledge base",
    "ground_truth.arff": "solutions of instances have no place in a knowledge base",
}


def read_aslib(
    source: str | os.PathLike[str],
    *,
    measures: Sequence[str] | None = None,
    task_type: str | None = None,
    translation: str | None = "auto",
    approximate: bool = False,
) -> Imported:
    """Return an ASlib scenario as a knowledge base.

    Runtimes and other measures to be minimised are negated (``neg_runtime``);
    a run that did not end well has no score and its status, and what it took, at
    most the cutoff, is its ``fit_seconds``. A runtime at the cutoff is a timeout;
    where runtime is not the first measure, the others of that run stand.

    Parameters
    ----------
    source : path
        Folder of the scenario.
    measures : sequence of str, optional
        Only these performance measures; all when not given.
    task_type : str, optional
        Type of all tasks; ``regression`` or ``classification`` by the measures
        when not given.
    translation, approximate
        Whose names the features have; see `metafeatures.translate`. "auto" goes
        by the names, None leaves them.

    Returns
    -------
    Imported
        Its tasks have the ``fold`` of ``cv.arff``, its runs the ``cutoff_seconds`` (for
        PAR10). The ``provenance`` holds what a scenario has beside: ``further_folds`` (of
        other repetitions), ``presolved`` tasks, ``feature_seconds``
        (of all steps, by task), and the ``citation``.

    Raises
    ------
    KnowledgeBaseError
        If the folder is no scenario, or none of its runs can be kept.
    """
    folder = Path(source)
    folder = folder.parent if folder.is_file() else folder
    files = {path.name.lower().removesuffix(".gz"): path for path in _list_folder(folder)}
    if RUNS not in files:
        raise KnowledgeBaseError(
            f"'{folder}' must be an ASlib scenario: a folder with {RUNS} and description.txt. "
            f"It holds {some(sorted(files)) or 'nothing'}."
        )
    tally = Tally()
    about = _describe(files, tally)
    table = read_run_rows(files[RUNS], tally)
    reader = ScenarioRuns(table=table, about=about, tally=tally)
    runs = reader.read(measures, read_setups(files, about, tally))
    tasks = pd.DataFrame({"task_id": pd.unique(table["instance_id"])})
    tasks = with_types(tasks, runs, tally, task_type)
    tasks["source"] = f"aslib:{about.scenario_id or folder.name}"
    extras = _extras(files, tally)
    folds = extras.pop("folds", {})
    provenance = {
        "format": "aslib",
        "source": str(folder),
        "scenario": about.scenario_id or folder.name,
        **extras,
    }
    if about.cutoff_seconds:
        runs["cutoff_seconds"] = about.cutoff_seconds
    if folds:
        tasks["fold"] = tasks["task_id"].map(folds)
        without = sorted(set(tasks["task_id"]) - set(folds))
        tally.note(f"Tasks without a fold: {some(without)}." if without else "")
    features = _features(files, tally, translation, approximate)
    for name, why in UNUSED.items():
        tally.drop("files", int(name in files), f"{name}: {why}")
    return tally.finish(tasks, features, runs, provenance)


def _list_folder(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise KnowledgeBaseError(f"There is no folder '{folder}'. Give that of a scenario.")
    return [path for path in folder.iterdir() if path.is_file()]


def _describe(files: Mapping[str, Path], tally: Tally) -> Description:
    path = files.get("description.txt")
    if path is None:
        tally.note("There is no description.txt: measures and directions go by their names.")
        return Description()
    about = parse_description(read_text(path))
    for note in about.notes:
        tally.note(note)
    return about


def _extras(files: Mapping[str, Path], tally: Tally) -> dict[str, Any]:
    """Return what goes into the provenance; a broken optional file is noted in the tally."""
    extras: dict[str, Any] = {}
    cv = _optional(files, "cv.arff", tally)
    if cv is not None:
        extras.update(read_folds(cv.frame, tally))
    statuses = _optional(files, "feature_runstatus.arff", tally)
    if statuses is not None and (solved := presolved(statuses.frame, tally)):
        extras["presolved"] = solved
    costs = _optional(files, "feature_costs.arff", tally)
    if costs is not None and (seconds := feature_seconds(costs.frame, tally)):
        extras["feature_seconds"] = seconds
    for name, key in (("citation.bib", "citation"), ("readme.txt", "readme")):
        if name in files:
            extras[key] = read_text(files[name]).strip()
    return extras


def _optional(files: Mapping[str, Path], name: str, tally: Tally) -> Arff | None:
    if name not in files:
        return None
    try:
        return read_scenario_arff(files[name], tally)
    except KnowledgeBaseError:
        tally.drop("files", 1, f"{name} is no ARFF: it declares no attribute")
        return None


def _features(
    files: Mapping[str, Path], tally: Tally, translation: str | None, approximate: bool
) -> pd.DataFrame | None:
    content = _optional(files, "feature_values.arff", tally)
    if content is None:
        tally.note("There is no feature_values.arff: tasks have no meta-features.")
        return None
    # The number of a repeated measurement describes no instance.
    frame = content.frame.drop(columns="repetition", errors="ignore").set_index("instance_id")
    return prepare(frame, tally, translation, approximate, content.levels)
