"""Compare ways to choose the first setup, by what they expect it to lose on a new task.

Families are left out in tens. Each way gives every setup an expected loss, and the smallest is
chosen; regret is 0 for the best setup of the task and 1 for its worst. The ways: the forests' leaf
weights that advice rests on (without caution), forests and kernel regression that predict losses
or scores themselves, LightGBM over pairs of task and setup, ten nearest neighbours, blends of two.
"Told half" knows how half of the setups did on the new task, weighs known tasks by that and
chooses among the other half: what one who knew exactly which tasks are alike would lose.

    python benchmarks/choices.py --smoke
    python benchmarks/choices.py --shared ../shared
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from lightgbm import LGBMRegressor
from measuring import SMOKE, made_by, results
from oboe_history import made, read
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import GroupKFold

from autometa.importers import read_aslib
from autometa.knowledge_base import KnowledgeBase
from autometa.meta_models.evaluation._truth import read_truth
from autometa.performance import (
    FeatureSpace,
    KernelRegression,
    LeafSimilarity,
    ReferenceTasks,
    TaskPoint,
    comparable,
    distances,
    filled,
    losses,
    read_history,
)

Matrix = npt.NDArray[np.float64]
Order = npt.NDArray[np.intp]

N_TREES = 100
N_COMPONENTS = 30
ADVICE = "leaf weights (in use)"
TOLD = "told half"


@dataclass(frozen=True)
class Split:
    """Known tasks and those held out."""

    tasks: ReferenceTasks
    points: list[TaskPoint]
    here: Matrix
    there: Matrix
    losses: Matrix
    scores: Matrix
    families: npt.NDArray[np.int64]
    seed: int


def leaf_weights(split: Split) -> Matrix:
    """Average the losses of the tasks that share leaves."""
    similarity = LeafSimilarity(n_trees=N_TREES, random_state=split.seed)
    weights = similarity.fit(split.tasks, split.losses).weights(split.points)
    return np.array([one.values for one in weights]) @ split.losses


def forest(split: Split, outputs: Matrix) -> Matrix:
    """Predict outputs by a forest on their main components."""
    mean = outputs.mean(axis=0)
    _, _, axes = np.linalg.svd(outputs - mean, full_matrices=False)
    axes = axes[:N_COMPONENTS]
    model = RandomForestRegressor(
        N_TREES, min_samples_leaf=2, max_features=1 / 3, random_state=split.seed
    )
    model.fit(split.here, (outputs - mean) @ axes.T)
    return np.asarray(model.predict(split.there) @ axes + mean)


def kernel(split: Split, outputs: Matrix) -> Matrix:
    """Predict outputs by kernel regression."""
    return KernelRegression(split.here, outputs, split.families).predict(split.there)


def pairs(split: Split) -> Matrix:
    """Predict the loss of a task and a setup, which is known by its losses elsewhere."""
    left, sizes, _ = np.linalg.svd(split.losses.T, full_matrices=False)
    setups = (left * sizes)[:, :8]
    n_setups = len(setups)

    def table(tasks: Matrix) -> Matrix:
        return np.hstack([np.repeat(tasks, n_setups, axis=0), np.tile(setups, (len(tasks), 1))])

    model = LGBMRegressor(n_estimators=200, learning_rate=0.05, n_jobs=1, verbose=-1)
    model.fit(table(split.here), split.losses.ravel())
    return np.asarray(model.predict(table(split.there)).reshape(-1, n_setups))


def neighbours(split: Split) -> Matrix:
    """Average the losses of the ten nearest tasks."""
    nearest = np.argsort(distances(split.there, split.here), axis=1)[:, :10]
    return np.asarray(split.losses[nearest].mean(axis=1))


def blend(*parts: Matrix) -> Matrix:
    """Add what each says beyond its smallest loss, on one scale."""
    above = [part - part.min(axis=1, keepdims=True) for part in parts]
    return np.asarray(sum(part / part.mean() for part in above))


def ways(split: Split) -> dict[str, Matrix]:
    """Return the expected losses of every way."""
    weights, of_scores = leaf_weights(split), -forest(split, split.scores)
    smooth = kernel(split, split.losses)
    return {
        ADVICE: weights,
        "forest on losses": forest(split, split.losses),
        "forest on scores": of_scores,
        "kernel regression on losses": smooth,
        "kernel regression on scores": -kernel(split, split.scores),
        "LightGBM on pairs": pairs(split),
        "10 nearest neighbours": neighbours(split),
        "average loss": np.tile(split.losses.mean(axis=0), (len(split.there), 1)),
        "leaf weights + forest on scores": blend(weights, of_scores),
        "leaf weights + kernel regression": blend(weights, smooth),
    }


def told_half(split: Split, known: Matrix, regret: Matrix) -> Matrix:
    """Return the regret of one who weighs tasks by how half of the setups did."""
    rng = np.random.default_rng(split.seed)
    found = np.zeros(len(known))
    for task in range(len(known)):
        shuffled = rng.permutation(known.shape[1])
        told, others = np.array_split(shuffled, 2)
        apart = np.sqrt(((split.losses[:, told] - known[task, told]) ** 2).mean(axis=1))
        weights = np.exp(-apart / np.sort(apart)[:5].mean() * 3)
        chosen = others[np.argmin(weights @ split.losses[:, others])]
        found[task] = regret[task, chosen] - np.nanmin(regret[task, others])
    return found


def splits(
    kb: KnowledgeBase, types: tuple[str, ...], metric: str, seed: int, n_folds: int = 10
) -> Iterator[tuple]:
    """Yield each split with the losses and regrets of the tasks held out."""
    history = read_history(kb, types, metric)
    loss, truth = losses(history), read_truth(history, kb, metric).regret
    worst = np.nanmin(history.scores, axis=1, keepdims=True)
    scores = np.where(np.isfinite(history.scores), history.scores, worst)
    described = np.flatnonzero(history.described)
    metafeatures, families = comparable(history.metafeatures), history.families
    folds = GroupKFold(n_folds, shuffle=True, random_state=seed)
    for known, held_out in folds.split(described, groups=families[described]):
        here, there = described[known], described[held_out]
        tasks = ReferenceTasks(history.metafeatures.iloc[here], families[here])
        points = tasks.points(history.metafeatures.iloc[there])
        space = FeatureSpace(metafeatures.iloc[here])
        coordinates = [filled(space.coordinates(metafeatures.iloc[part])) for part in (here, there)]
        split = Split(tasks, points, *coordinates, loss[here], scores[here], families[here], seed)
        yield split, there, loss[there], truth[there]


def measure(
    kb: KnowledgeBase, types: tuple[str, ...], metric: str, seeds: int, n_folds: int = 10
) -> pd.DataFrame:
    """Return the regret of each way on each task."""
    rows = []
    for seed in range(seeds):
        for split, tasks, loss, regret in splits(kb, types, metric, seed, n_folds):
            for way, expected in ways(split).items():
                chosen = expected.argmin(axis=1)
                rows += [(way, t, regret[i, chosen[i]]) for i, t in enumerate(tasks)]
            rows += [
                (TOLD, t, r) for t, r in zip(tasks, told_half(split, loss, regret), strict=True)
            ]
    return pd.DataFrame(rows, columns=["way", "task", "regret"])


def report(found: dict[str, pd.DataFrame]) -> str:
    """Return the table: mean regret, and how far each way is from what is in use."""
    columns = {}
    for name, rows in found.items():
        by_task = rows.groupby(["way", "task"], sort=False)["regret"].mean().unstack("way")
        apart = by_task.sub(by_task[ADVICE], axis=0)
        columns[name] = {
            way: f"{by_task[way].mean():.4f} ({apart[way].mean():+.4f} ± {apart[way].sem():.4f})"
            for way in rows["way"].unique()
        }
    lines = [
        "# Ways to choose the first setup",
        "",
        "Mean regret @1 by families left out, and in brackets how far from the leaf weights, with",
        "its standard error over tasks. Who is told half has half of the setups to choose from.",
        "",
        f"| way | {' | '.join(columns)} |",
        "| --- " * (len(columns) + 1) + "|",
    ]
    for way in next(iter(columns.values())):
        lines.append(f"| {way} | " + " | ".join(column[way] for column in columns.values()) + " |")
    return "\n".join([*lines, "", made_by("choices.py"), ""])


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    options = parser.parse_args()
    if options.smoke:
        found = measure(made().kb, ("classification",), "balanced_accuracy", 1, n_folds=2)
        write(report({"made in place": found}), is_smoke=True)
        return
    weka = options.shared / "histories" / "aslib" / "OPENML-WEKA-2017"
    bundled, kinds = KnowledgeBase.bundled(), ("classification",)
    asked = {
        "Oboe": (read(options.shared).kb, kinds, "balanced_accuracy"),
        "OPENML-WEKA-2017": (read_aslib(weka).knowledge_base, kinds, "accuracy"),
        "bundled, binary": (bundled, ("binary",), "roc_auc"),
        "bundled, multiclass": (bundled, ("multiclass",), "neg_log_loss"),
        "bundled, regression": (bundled, ("regression",), "neg_root_mean_squared_error"),
    }
    found = {name: measure(*question, options.seeds) for name, question in asked.items()}
    write(report(found), is_smoke=False)


def write(text: str, is_smoke: bool) -> None:
    """Print the page and write it."""
    print(text)
    with results(is_smoke) as folder:
        (folder / "choices.md").write_text(text)


if __name__ == "__main__":
    main()
