"""Matrices that `export` wrote, read back: its setups, its tasks, its scores as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from autometa.exceptions import KnowledgeBaseError
from autometa.importers._imported import Imported
from autometa.importers._tally import Tally
from autometa.knowledge_base._schema import TASK_NUMBERS

SCORES = "scores-"
TABLES = ("setups.csv", "tasks.csv")


def is_own_matrix(folder: Path) -> bool:
    """Say whether a folder was written by ``export(kb, folder, "matrix")``."""
    return all((folder / name).is_file() for name in TABLES) and any(folder.glob(f"{SCORES}*.csv"))


def read_own_matrix(folder: Path) -> Imported:
    """Return the knowledge base whose scores on all rows were exported to a folder.

    Directions are not guessed: what was exported is greater-is-better. Means of repeats
    come back as one run; seconds and failures were not exported.

    Raises
    ------
    KnowledgeBaseError
        If a table does not read, or names a setup that ``setups.csv`` does not.
    """
    tally = Tally()
    try:
        setups = pd.read_csv(folder / "setups.csv", dtype=str, keep_default_na=False)
        tasks = pd.read_csv(folder / "tasks.csv", dtype=str, keep_default_na=False)
        setups = setups.set_index("setup_id")[["algorithm", "config"]]
        runs = pd.concat([_runs(path, setups) for path in sorted(folder.glob(f"{SCORES}*.csv"))])
        features = _features(folder / "metafeatures.csv")
        about = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    except (KeyError, ValueError, OSError) as error:
        raise KnowledgeBaseError(
            f"'{folder}' must be what 'autometa kb export --format matrix' wrote. "
            f"It does not read as that: {error}"
        ) from error
    for column in tasks.columns.intersection(TASK_NUMBERS):  # an empty cell is unknown
        tasks[column] = pd.to_numeric(tasks[column], errors="coerce")
    provenance = {**about, "format": "matrix", "source": str(folder)}
    return tally.finish(tasks, features, runs, provenance)


def _runs(path: Path, setups: pd.DataFrame) -> pd.DataFrame:
    matrix = pd.read_csv(path, dtype={"task_id": str}, index_col="task_id")
    long = matrix.rename_axis(columns="setup_id").stack().rename("score").reset_index()
    long = long[long["score"].notna()]
    return long.join(setups.loc[matrix.columns], on="setup_id").assign(
        metric=path.name.removeprefix(SCORES).removesuffix(".csv"), source="matrix"
    )


def _features(path: Path) -> pd.DataFrame | None:
    if not path.is_file():
        return None
    return pd.read_csv(path, dtype={"task_id": str}, index_col="task_id").astype("float64")
