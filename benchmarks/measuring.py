"""What the benchmarks share: where results go, lines kept as they come, commit and versions.

A measurement stands for one state of the code. So a line that was kept names its commit, and a
run that goes on takes only lines of its own commit: results of two versions never meet in one
table.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
LIBRARIES = ("numpy", "pandas", "scikit-learn", "optuna", "lightgbm", "xgboost", "catboost")
CODE = ("autometa", "metafeatures", "data", ":(glob)benchmarks/*.py")  # what a result hangs on
SMOKE = "a small real run, in seconds, that leaves nothing behind"


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", *arguments], cwd=HERE.parent, capture_output=True, text=True, check=False
    )


@lru_cache
def commit() -> str:
    """Return the commit that runs, and whether its code was changed since."""
    head = _git("rev-parse", "--short=9", "HEAD").stdout.strip() or "unknown"
    is_changed = _git("diff", "--quiet", "HEAD", "--", *CODE).returncode != 0
    return f"{head} with changes" if is_changed else head


@lru_cache
def versions() -> dict[str, str]:
    """Return the versions of the libraries that results hang on, where installed."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def made_by(command: str) -> str:
    """Return the last line of a page of results: command, commit and versions."""
    libraries = ", ".join(f"{name} {number}" for name, number in versions().items())
    return f"Made by `python benchmarks/{command}` at commit {commit()}; {libraries}."


@contextmanager
def results(is_smoke: bool) -> Iterator[Path]:
    """Give the folder that pages are written to: a temporary one for a smoke run."""
    if not is_smoke:
        RESULTS.mkdir(exist_ok=True)
        yield RESULTS
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


class Kept:
    """Rows kept in a file as they are measured, a line of JSON for each part of the work.

    Parameters
    ----------
    file : Path
        Lines of other commits in it stay, and are not read.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        text = file.read_text() if file.exists() else ""
        # A kill in mid-write leaves half a line, which the next write must not be glued to.
        whole, _, half = text.rpartition("\n")
        if half:
            file.write_text(whole + "\n" if whole else "")
        entries = [json.loads(line) for line in whole.splitlines()]
        own = [entry for entry in entries if entry["commit"] == commit()]
        self._rows = {tuple(entry["key"]): entry["rows"] for entry in own}

    def __contains__(self, key: tuple[Any, ...]) -> bool:
        return key in self._rows

    def items(self) -> list[tuple[tuple[Any, ...], list[dict[str, Any]]]]:
        """Return the parts of the work that are done, and their rows."""
        return list(self._rows.items())

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (row for rows in self._rows.values() for row in rows)

    def rows(
        self, key: tuple[Any, ...], measure: Callable[[], list[dict[str, Any]]]
    ) -> list[dict[str, Any]]:
        """Return the rows of a part of the work, measured now if they are not kept."""
        if key not in self._rows:
            rows = json.loads(json.dumps(measure(), default=float))
            self.file.parent.mkdir(parents=True, exist_ok=True)
            entry = {"commit": commit(), "versions": versions(), "key": list(key), "rows": rows}
            with self.file.open("a") as file:
                file.write(json.dumps(entry) + "\n")
            self._rows[key] = rows
        return self._rows[key]


def by_group(differences: pd.Series[float], groups: pd.Series[str] | None = None) -> str:
    """Return a mean of paired differences, plus or minus its standard error.

    Parameters
    ----------
    differences : Series
        One number a task: what is compared, less what it is compared with, on that task.
    groups : Series, optional
        The families of the tasks. Tasks of one family are not independent: their differences
        are added up by family for the standard error (that of a ratio of sums).
    """
    mean = float(differences.mean())
    if groups is None:
        error = float(differences.sem())
    else:
        sums = (differences - mean).groupby(groups.to_numpy()).sum()
        n_groups = len(sums)
        correction = n_groups / max(n_groups - 1, 1)
        error = float(np.sqrt(correction * (sums**2).sum())) / len(differences)
    return f"{mean:+.4f} ± {error:.4f}"
