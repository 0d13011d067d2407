"""The table of `tune_compared.py`: each method against ``advice``, by family."""

from __future__ import annotations

import subprocess
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

REFERENCE = "advice"
LIBRARIES = ("scikit-learn", "optuna", "lightgbm", "catboost", "xgboost")
TIE = 0.002  # log ratios below are equal: two runs with other seeds differ by more


@lru_cache
def stamp() -> dict[str, Any]:
    """Return the commit and the versions that a line was measured with."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    return {"commit": commit, "versions": {name: version(name) for name in LIBRARIES}}


def error(scores: pd.Series[float], metric: pd.Series[str]) -> pd.Series[float]:
    """Return what a model gets wrong: 1 - AUC, log loss or RMSE."""
    wrong = (1.0 - scores).where(metric == "roc_auc", -scores)
    return wrong.clip(lower=1e-4)  # a perfect score on few rows would decide every mean


def log_ratios(rows: pd.DataFrame) -> pd.DataFrame:
    """Return log(error / error of the reference), a row a dataset and split."""
    rows = rows.assign(error=np.log(error(rows["score"], rows["metric"])))
    wide = rows.pivot(index=["family", "dataset", "split"], columns="method", values="error")
    return wide.sub(wide[REFERENCE], axis=0)


def report(rows: list[dict[str, Any]], question: str) -> str:
    """Return the page of all that is measured."""
    frame = pd.DataFrame(rows)
    lines = ["# `tune` with and without advice, beside search and defaults", ""]
    lines += [question.split("::")[0].strip(), ""]
    commits = ", ".join(sorted(frame["commit"].unique()))
    libraries = ", ".join(f"{k} {v}" for k, v in frame["versions"].iloc[-1].items())
    lines += [f"Commit {commits}; {libraries}.", ""]
    lines += [
        "Error ratio: geometric mean of (1 - AUC, log loss or RMSE) over that of `tune` with "
        "advice, above 1 is worse than advice; plus or minus one standard error over families, "
        "splits of a dataset averaged first. Won / tied / lost counts splits of datasets against "
        f"advice, ratios within {TIE:.1%} are tied.",
    ]
    for budget, part in frame.groupby("budget"):
        lines += ["", f"## {budget:g} s", "", *_table(part)]
    return "\n".join(lines) + "\n"


def _table(part: pd.DataFrame) -> list[str]:
    ratios = log_ratios(part)
    n_families = ratios.index.get_level_values("family").nunique()
    head = f"| method ({n_families} families) | error ratio | won / tied / lost | longest, s |"
    lines = [head, "| --- | --- | --- | --- |"]
    for method in ratios.columns:
        own = ratios[method].dropna()
        by_family = own.groupby("family").mean()
        deviation = by_family.std() / np.sqrt(len(by_family)) if len(by_family) > 1 else np.nan
        won, lost = int((own < -TIE).sum()), int((own > TIE).sum())
        longest = part.loc[part["method"] == method, "seconds"].max()
        lines.append(
            f"| {method} | {np.exp(by_family.mean()):.3f} ± {deviation:.3f} "
            f"| {won} / {len(own) - won - lost} / {lost} | {longest:.1f} |"
        )
    return lines
