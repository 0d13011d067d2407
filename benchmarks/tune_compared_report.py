"""The page of `tune_compared.py`: each method against ``advice``, paired, by family."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from measuring import made_by

REFERENCE = "advice"
TIE = 0.002  # log ratios below are equal: two runs with other seeds differ by more
FAILED = 10.0  # log error of a method that returned nothing: behind all others, whatever the unit
UNITS = ["family", "dataset", "split"]


def errors(rows: pd.DataFrame) -> pd.Series[float]:
    """Return the logarithm of what a model gets wrong: 1 - AUC, log loss or RMSE."""
    scores = rows["score"].astype(float)
    wrong = (1.0 - scores).where(rows["metric"] == "roc_auc", -scores)
    # A perfect score on few rows would decide every mean.
    return np.log(wrong.clip(lower=1e-4))


def complete(rows: pd.DataFrame) -> pd.DataFrame:
    """Return log errors, a row a dataset and split that every method has run on.

    Of a run that is under way, what is half done is left out for all methods alike. One that
    failed has FAILED more than the worst of the others.
    """
    rows = rows.assign(error=errors(rows), ran=1.0)
    wide, ran = (rows.pivot(index=UNITS, columns="method", values=v) for v in ("error", "ran"))
    wide = wide[ran.notna().all(axis=1)]
    return wide.apply(lambda row: row.fillna(row.max() + FAILED), axis=1)


def report(rows: list[dict[str, Any]], question: str) -> str:
    """Return the page of all that is measured."""
    frame = pd.DataFrame(rows)
    lines = ["# `tune` with and without advice, beside search and defaults", ""]
    lines += [question.split("::")[0].strip(), ""]
    lines += [
        "Error ratio: geometric mean of (1 - AUC, log loss or RMSE) over that of `tune` with "
        "advice on the same split, above 1 is worse than advice. Its standard error is that of "
        "the paired logarithms over families, splits and datasets of a family averaged first. "
        "Datasets won, tied and lost against advice: tied within two standard errors over the "
        f"splits of the dataset, or within {TIE:.1%}. Rank: among all methods, 1 is best.",
        "",
        "Tuned on: caution and the forests' targets were chosen by what the bundled knowledge base "
        "says of its tasks, and some of the datasets drawn are among these.",
    ]
    for budget, part in frame.groupby("budget"):
        lines += ["", f"## {budget:g} s", "", *_table(part)]
    failed = frame[frame["error"] != ""]
    if len(failed):
        lines += ["", "Without an answer:", ""]
        lines += [
            f"- {row.method} on {row.dataset}, split {row.split}, {row.budget:g} s: {row.error}"
            for row in failed.itertuples()
        ]
    lines += ["", "## Every dataset", "", *_datasets(frame)]
    return "\n".join([*lines, "", made_by("tune_compared.py"), ""])


def _table(part: pd.DataFrame) -> list[str]:
    wide = complete(part) if set(part["method"]) >= {REFERENCE} else pd.DataFrame()
    if wide.empty:
        return ["No dataset is complete yet."]
    ratios, ranks = wide.sub(wide[REFERENCE], axis=0), wide.rank(axis=1)
    n_families = ratios.index.get_level_values("family").nunique()
    about = f"{n_families} families, {len(ratios)} datasets and splits"
    lines = [f"| method ({about}) | error ratio | won / tied / lost | mean rank | longest, s |"]
    lines += ["| --- " * 5 + "|"]
    for method in ratios.columns:
        by_family = ratios[method].groupby(["family", "dataset"]).mean().groupby("family").mean()
        ratio = np.exp(by_family.mean())
        seconds = part.loc[part["method"] == method, "seconds"]
        lines.append(
            f"| {method} | {ratio:.3f} ± {ratio * by_family.sem():.3f} | {_won(ratios[method])} "
            f"| {ranks[method].groupby('dataset').mean().mean():.2f} | {seconds.max():.1f} |"
        )
    return lines


def _won(ratios: pd.Series[float]) -> str:
    """Count datasets on which a method is better, as good and worse than the reference."""
    by_dataset = ratios.groupby("dataset")
    mean, noise = by_dataset.mean(), by_dataset.sem().fillna(0.0)
    limit = np.maximum(TIE, 2 * noise)
    won, lost = int((mean < -limit).sum()), int((mean > limit).sum())
    return f"{won} / {len(mean) - won - lost} / {lost}"


def _datasets(frame: pd.DataFrame) -> list[str]:
    methods = list(dict.fromkeys(frame["method"]))
    lines = [f"| dataset | rows | metric | budget, s | splits | {' | '.join(methods)} |"]
    lines += ["| --- " * (5 + len(methods)) + "|"]
    for (dataset, budget), own in frame.groupby(["dataset", "budget"], sort=False):
        mean = own.assign(score=own["score"].astype(float)).groupby("method")["score"].mean()
        first = own.iloc[0]
        cells = [f"{mean.get(method, float('nan')):.4g}" for method in methods]
        lines.append(
            f"| {dataset} | {first['n_rows']} | {first['metric']} | {budget:g} | "
            f"{own['split'].nunique()} | {' | '.join(cells)} |"
        )
    return lines
