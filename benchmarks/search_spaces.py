"""Measure what the box of `search_space` keeps and gains, on families it was not drawn from.

For each task of the bundled knowledge base and each algorithm, the box is drawn around the best
setups of the tasks of other families, weighted by their likeness to the task. Asked is, of the
runs of the algorithm on the task itself: how many lie in the box, whether the best one does,
and whether the best of five drawn in the box beats the best of five drawn from all. ::

    python benchmarks/search_spaces.py
    python benchmarks/search_spaces.py --smoke
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import pandas as pd
from measuring import RESULTS, SMOKE, made_by
from optuna.distributions import BaseDistribution

from autometa import KnowledgeBase
from autometa.algorithms import get_algorithm
from autometa.hyperparameters._search_space import box_around
from autometa.knowledge_base import base_of
from autometa.performance import RankedRuns, rank_weights, read_ranked_runs

ALGORITHMS = ("lightgbm", "xgboost", "catboost", "random_forest", "hist_gradient_boosting")
QUESTIONS = (
    ("binary", "roc_auc"),
    ("multiclass", "neg_log_loss"),
    ("regression", "neg_root_mean_squared_error"),
)
N_DRAWN, N_REPEATS = 5, 200
MIN_RUNS = 8  # of a task; fewer hardly differ when five are drawn


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    smoke = parser.parse_args().smoke
    rows: list[dict[str, Any]] = []
    for algorithm in ALGORITHMS[:1] if smoke else ALGORITHMS:
        for task_type, metric in QUESTIONS[:1] if smoke else QUESTIONS:
            rows += measured(base_of(None), algorithm, task_type, metric)
    page = report(pd.DataFrame(rows))
    print(page)
    if not smoke:
        (RESULTS / "search_spaces.md").write_text(page)


def measured(
    base: KnowledgeBase, algorithm: str, task_type: str, metric: str
) -> list[dict[str, Any]]:
    """Return a row for each task of a type."""
    runs = read_ranked_runs(base, [algorithm], metric, task_type)
    whole = get_algorithm(algorithm).space(task_type)
    families = base.tasks.set_index("task_id")["family"].reindex(runs.task_ids).to_numpy()
    rows = []
    for place, task in enumerate(runs.task_ids):
        own = base.metafeatures.loc[task] if task in base.metafeatures.index else None
        others = without(runs, families != families[place])
        described = base.metafeatures.drop(
            index=[t for t, f in zip(runs.task_ids, families, strict=True) if f == families[place]],
            errors="ignore",
        )
        weights = rank_weights(described, others.task_ids, own).values
        box = box_around(whole, others, weights)
        scores = runs.scores[place]
        if len(scores) < MIN_RUNS:
            continue
        inside = np.array([lies_in(box, runs.setups[row][1]) for row in runs.rows[place]])
        rows.append(
            {
                "algorithm": algorithm,
                "family": families[place],
                "inside": inside.mean(),
                "best_inside": bool(scores[inside].max(initial=-np.inf) >= scores.max()),
                "gain": best_of_drawn(scores[inside]) - best_of_drawn(scores),
            }
        )
    return rows


def without(runs: RankedRuns, keep: Any) -> RankedRuns:
    """Return the runs of some tasks."""
    kept = np.flatnonzero(keep)
    return RankedRuns(
        task_ids=tuple(runs.task_ids[i] for i in kept),
        setups=runs.setups,
        rows=tuple(runs.rows[i] for i in kept),
        scores=tuple(runs.scores[i] for i in kept),
        failed=tuple(runs.failed[i] for i in kept),
    )


def lies_in(box: dict[str, BaseDistribution], config: dict[str, Any]) -> bool:
    """Whether a setup lies in a box."""
    return all(
        distribution._contains(distribution.to_internal_repr(config[name]))
        if not hasattr(distribution, "choices")
        else config[name] in distribution.choices
        for name, distribution in box.items()
    )


def best_of_drawn(scores: Any) -> float:
    """Return the mean over repeats of the best of a few scores; NaN of none."""
    if not len(scores):
        return float("nan")
    rng = np.random.default_rng(0)
    return float(rng.choice(scores, (N_REPEATS, N_DRAWN)).max(axis=1).mean())


def report(rows: pd.DataFrame) -> str:
    """Return the page."""
    lines = [
        "# What the box of `search_space` keeps and gains",
        "",
        "Tasks of the bundled knowledge base, their family left out of the box. Inside: share of "
        "the task's own runs. Best inside: share of tasks whose best run is. Gain: best of five "
        "drawn inside minus best of five of all, in standard deviations of the task's normal "
        "scores, with the standard error over families; won: share of tasks where it is above 0. "
        "The margin of the box (5 % of each range) was chosen among 0, 5 and 10 % on these tasks.",
        "",
        "| algorithm | tasks | inside | best inside | gain | won |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    groups = [*rows.groupby("algorithm"), ("all", rows)]
    for name, own in groups:
        by_family = own.groupby("family")["gain"].mean().dropna()
        error = by_family.std(ddof=1) / np.sqrt(len(by_family))
        lines.append(
            f"| {name} | {len(own)} | {own['inside'].mean():.2f} | {own['best_inside'].mean():.2f} "
            f"| {by_family.mean():.3f} ± {error:.3f} | {(own['gain'] > 0).mean():.2f} |"
        )
    return "\n".join([*lines, "", made_by("search_spaces.py"), ""])


if __name__ == "__main__":
    main()
