"""A knowledge base as a scenario of the algorithm selection library (ASlib).

A task is an instance, a setup an algorithm, a run measured again a repetition.
Scores stay greater-is-better, so every measure is to be maximised.

References
----------
.. [1] B. Bischl et al. ASlib: A benchmark library for algorithm selection.
   Artificial Intelligence 237, 2016.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from autometa.knowledge_base._schema import setup_id
from autometa.knowledge_base._tables import Tables

N_FOLDS = 10
RUN_STATUS = {
    "ok": "ok",
    "timeout": "timeout",
    "memory": "memout",
    "error": "crash",
    "infeasible": "other",  # ASlib has no word for it
}
STATUSES = "{ok, timeout, memout, not_applicable, crash, other}"
PLAIN = re.compile(r"[\w.:+-]+", re.ASCII)


def write_aslib(kb: Tables, folder: Path) -> list[str]:
    """Write a scenario to ``folder``; return what it cannot hold, in sentences."""
    whole = kb.runs[kb.runs["fidelity"] == 1.0]
    setups = whole[["algorithm", "config"]].drop_duplicates()
    pairs = list(zip(setups["algorithm"], setups["config"], strict=True))
    setups = setups.assign(name=[f"{pair[0]}-{setup_id(*pair)}" for pair in pairs])
    runs = _one_row_a_run(whole.merge(setups, on=["algorithm", "config"]))
    metrics = sorted(whole["metric"].unique())
    features = kb.metafeatures.reindex(kb.tasks["task_id"]).dropna(axis=1, how="all")
    _write_description(folder / "description.txt", setups, metrics, list(features))
    listed = setups.rename(columns={"name": "idx", "algorithm": "algorithm:__choice__"})
    listed[["idx", "algorithm:__choice__", "config"]].to_csv(
        folder / "configurations.csv", index=False
    )
    _write_runs(folder / "algorithm_runs.arff", runs, metrics)
    _write_features(folder, features)
    _write_folds(folder / "cv.arff", kb.tasks)
    return _left_out(kb, whole, features)


def _left_out(kb: Tables, whole: pd.DataFrame, features: pd.DataFrame) -> list[str]:
    said = ["seconds, fold scores, train scores and sources of runs; names and types of tasks"]
    if len(whole) < len(kb.runs):
        said.append(f"{len(kb.runs) - len(whole)} runs on a part of the rows")
    n_infinite = int(np.isinf(features.to_numpy(dtype=float)).sum())
    if n_infinite:
        said.append(f"{n_infinite} infinite meta-features: they are unknown (?) there")
    return said


def _one_row_a_run(runs: pd.DataFrame) -> pd.DataFrame:
    """Return one row a task, setup and repetition; a column a metric, and the status."""
    key = ["task_id", "name"]
    # what comes from one source and ended alike is one run, under however many metrics
    run = [*key, "source", "status"]
    again = runs.groupby([*run, "metric"], sort=False, observed=True).cumcount()
    runs = runs.assign(again=again)
    numbers = runs[[*run, "again"]].drop_duplicates()
    repetition = numbers.groupby(key, sort=False, observed=True).cumcount() + 1
    runs = runs.merge(numbers.assign(repetition=repetition), on=[*run, "again"])
    key.append("repetition")
    scores = runs.pivot(index=key, columns="metric", values="score")
    status = runs.groupby(key, observed=True)["status"].first().astype(str).map(RUN_STATUS)
    return scores.join(status.rename("runstatus")).reset_index()


def _write_runs(path: Path, runs: pd.DataFrame, metrics: Sequence[str]) -> None:
    head = ["instance_id STRING", "repetition NUMERIC", "algorithm STRING"]
    head += [f"{_quoted(metric)} NUMERIC" for metric in metrics] + [f"runstatus {STATUSES}"]
    columns = [map(_quoted, runs["task_id"]), map(str, runs["repetition"])]
    columns += [map(_quoted, runs["name"])]
    columns += [map(_number, runs[metric]) for metric in metrics] + [iter(runs["runstatus"])]
    _write_arff(path, "ALGORITHM_RUNS", head, zip(*columns, strict=True))


def _write_features(folder: Path, features: pd.DataFrame) -> None:
    ids = [_quoted(task) for task in features.index]
    head = ["instance_id STRING", "repetition NUMERIC"]
    names = [f"{_quoted(name)} NUMERIC" for name in features]
    rows = (
        [task, "1", *map(_number, values)]
        for task, values in zip(ids, features.to_numpy(dtype=float), strict=True)
    )
    _write_arff(folder / "feature_values.arff", "FEATURES", head + names, rows)
    _write_arff(
        folder / "feature_runstatus.arff",
        "FEATURES_RUNSTATUS",
        [*head, f"ALL {STATUSES}"],
        ([task, "1", "ok"] for task in ids),
    )


def _write_folds(path: Path, tasks: pd.DataFrame) -> None:
    """Deal families out to the folds, the largest first, each to the smallest fold."""
    sizes = [0] * N_FOLDS
    fold_of = {}
    for family, size in tasks["family"].value_counts().sort_index().sort_values(
        ascending=False, kind="stable"
    ).items():  # fmt: skip
        fold = sizes.index(min(sizes))
        fold_of[family] = fold + 1
        sizes[fold] += int(size)
    rows = (
        [_quoted(task), "1", str(fold_of[family])]
        for task, family in zip(tasks["task_id"], tasks["family"], strict=True)
    )
    head = ["instance_id STRING", "repetition NUMERIC", "fold NUMERIC"]
    _write_arff(path, "CV", head, rows)


def _write_description(
    path: Path, setups: pd.DataFrame, metrics: Sequence[str], features: list[str]
) -> None:
    """Write the description: YAML, of which JSON is a part."""
    content: dict[str, Any] = {
        "scenario_id": "autometa",
        "performance_measures": list(metrics),
        "maximize": [True] * len(metrics),
        "performance_type": ["solution_quality"] * len(metrics),
        "algorithm_cutoff_time": "?",
        "algorithm_cutoff_memory": "?",
        "features_cutoff_time": "?",
        "features_cutoff_memory": "?",
        "metainfo_algorithms": {
            name: {"configuration": config, "deterministic": True, "version": ""}
            for name, config in zip(setups["name"], setups["config"], strict=True)
        },
        "algorithms_stochastic": "",
        "default_steps": ["ALL"],
        "number_of_feature_steps": 1,
        "feature_steps": {"ALL": {"provides": features}},
        "features_deterministic": features,
        "features_stochastic": "",
    }
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in content.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _write_arff(
    path: Path, relation: str, head: Iterable[str], rows: Iterable[Iterable[str]]
) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(f"@RELATION {relation}\n\n")
        file.writelines(f"@ATTRIBUTE {attribute}\n" for attribute in head)
        file.write("\n@DATA\n")
        file.writelines(",".join(row) + "\n" for row in rows)


def _quoted(text: str) -> str:
    if PLAIN.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ")
    return f"'{escaped}'"


def _number(value: float) -> str:
    return repr(float(value)) if np.isfinite(value) else "?"
