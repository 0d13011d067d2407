"""What an ASlib scenario holds beside runs and features: folds, costs, configurations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from autometa.importers._aslib_description import Description
from autometa.importers._reading import read_rows
from autometa.importers._tally import Tally, some
from autometa.importers._values import (
    config_of,
    parse_config,
    parse_setup,
    typed_column,
)
from autometa.knowledge_base._schema import canonical_config

CHOICE = "__choice__"
IDENTIFIERS = ("idx", "id", "algorithm", "config_id", "configuration")
PREDICTORS = ("classifier", "regressor", "algorithm", "model", "estimator")


def read_folds(table: pd.DataFrame, tally: Tally) -> dict[str, Any]:
    """Return ``folds`` by task, and those of further repetitions of the cross-validation."""
    if "fold" not in {c.lower() for c in table.columns}:
        tally.drop("files", 1, "cv.arff has no attribute 'fold'")
        return {}
    table = table.rename(columns=str.lower)
    numbers = pd.to_numeric(table["fold"], errors="coerce")
    tally.drop("rows", int(numbers.isna().sum()), "of cv.arff without a fold")
    table = table.assign(fold=numbers)[numbers.notna()]
    if "repetition" not in table.columns:
        return {"folds": _fold_of(table)}
    repetitions = {
        int(number): _fold_of(part)
        for number, part in table.groupby(pd.to_numeric(table["repetition"], errors="coerce"))
    }
    if not repetitions:
        return {}
    first, *others = sorted(repetitions)
    folds: dict[str, Any] = {"folds": repetitions[first]}
    if others:
        folds["further_folds"] = [repetitions[number] for number in others]
    return folds


def _fold_of(table: pd.DataFrame) -> dict[str, int]:
    return {
        str(task): int(fold) for task, fold in zip(table["instance_id"], table["fold"], strict=True)
    }


def presolved(table: pd.DataFrame, tally: Tally) -> list[str]:
    """Return the tasks solved while their features were computed; count steps that failed."""
    steps = table.drop(columns=["instance_id", "repetition"], errors="ignore")
    words = steps.apply(lambda column: column.astype(str).str.strip().str.lower())
    counts = pd.Series(words.to_numpy().ravel(), dtype=object).value_counts()
    failed = {
        str(word): int(count)
        for word, count in counts.items()
        if word not in ("ok", "presolved", "none", "nan")
    }
    if failed:
        counts = ", ".join(f"{count} {word}" for word, count in sorted(failed.items()))
        tally.note(f"Feature steps that did not end well leave gaps: {counts}.")
    solved = (words == "presolved").any(axis=1) if words.size else pd.Series(False, table.index)
    return list(dict.fromkeys(table.loc[solved, "instance_id"].astype(str)))


def feature_seconds(table: pd.DataFrame, tally: Tally) -> dict[str, float]:
    """Return what the features of each task took, all steps together."""
    steps = table.drop(columns=["instance_id", "repetition"], errors="ignore")
    numbers = steps.apply(pd.to_numeric, errors="coerce")
    if numbers.empty or not numbers.notna().any(axis=None):
        return {}
    totals = numbers.sum(axis=1, min_count=1).groupby(table["instance_id"].astype(str)).mean()
    if numbers.shape[1] > 1:
        tally.note(f"Costs of the {numbers.shape[1]} feature steps were added up, task by task.")
    return {str(task): float(total) for task, total in totals.dropna().items()}


def read_setups(
    files: Mapping[str, Path], about: Description, tally: Tally
) -> dict[str, tuple[str, str]]:
    """Return algorithm and configuration by the scenario's name of an algorithm.

    Configurations come from ``configurations.csv`` (as in auto-sklearn's
    scenarios) or from the description; an algorithm without is its name alone.
    """
    setups = {name: _described_setup(name, text) for name, text in about.configurations.items()}
    path = files.get("configurations.csv")
    if path is not None:
        setups.update(_listed_setups(path, tally))
    return setups


def _described_setup(name: str, text: str) -> tuple[str, str]:
    if text.startswith("{"):
        algorithm, config = parse_setup(text, name)
        return (algorithm, config) if config != "{}" else (name, config)
    return name, canonical_config({"configuration": text})


def _listed_setups(path: Path, tally: Tally) -> dict[str, tuple[str, str]]:
    rows = read_rows(path)
    frame = rows.frame
    named = {str(c).lower(): c for c in frame.columns}
    identifier = next((named[n] for n in IDENTIFIERS if n in named), frame.columns[0])
    choice = next((named[f"{p}:{CHOICE}"] for p in PREDICTORS if f"{p}:{CHOICE}" in named), None)
    single = next((named[n] for n in ("config", "params") if n in named), None)
    names = [c for c in frame.columns if c not in (identifier, choice)]
    typed = {c: typed_column(frame[c].tolist()) for c in names}
    setups = {}
    for i, key in enumerate(frame[identifier].astype(str)):
        algorithm = frame[choice].iloc[i] if choice is not None else None
        if single is not None:
            config = canonical_config(parse_config(frame[single].iloc[i]))
        else:
            config = config_of(names, [typed[c][i] for c in names])
        setups[key] = (str(algorithm) if algorithm else key, config)
    for why, bad in rows.bad.items():
        tally.drop("configurations", len(bad), why)
    if choice is not None:
        tally.note(
            f"Algorithms are named by '{choice}': {some(sorted({s[0] for s in setups.values()}))}."
        )
    return setups
