"""Measure what the sampler of `tune` adds once the planned setups are tried, beside plain TPE.

Both runs have the same advice (the dataset's family left out), rows, folds and number of trials,
and no clock: two dozen planned setups, then what a sampler proposes. ``by algorithm`` is the
sampler of `tune`: an algorithm by its rank, then TPE on that algorithm's own trials. ``TPE`` is
multivariate TPE over algorithms and hyperparameters, grouped by algorithm, which `tune` had before.
The fitted ensembles are judged on a quarter of the rows that neither saw, by ROC AUC (two classes),
log loss (more) or RMSE (numbers); the ratio of their errors counts, paired by dataset and split.
Datasets are drawn by ``--draw``, one of a family at most, small ones, so that fifty trials take
a minute. ::

    python benchmarks/search_sampler.py --shared ../shared
    python benchmarks/search_sampler.py --smoke

Each run is kept when it is done, and the page written: the same command goes on where it was
stopped.
"""

from __future__ import annotations

import argparse
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
from measuring import SMOKE, Kept, by_group, made_by, results
from tune_compared import Dataset, draw, halves, judge, learnt_without
from tune_compared_report import errors

from autometa import tune
from autometa.datasets import load_dataset
from autometa.metrics import default_metric

MAX_ROWS, MAX_CELLS = 600, 12_000
NEW, OLD = "by algorithm", "TPE"


def main() -> None:
    """Measure what is not measured yet, and write the page after each dataset."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--n-datasets", type=int, default=24)
    parser.add_argument("--splits", type=int, default=1)
    parser.add_argument("--n-trials", type=int, default=50)
    parser.add_argument("--draw", type=int, default=0, help="seed of the draw of datasets")
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    arguments = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    if arguments.smoke:
        datasets: list[Dataset] = [("sklearn:wine", None, None, "wine")]
        arguments.splits, arguments.n_trials = 1, 3
    else:
        drawn = draw(arguments.shared, 1_000, arguments.draw)
        datasets = [one for one in drawn if is_small(one)][: arguments.n_datasets]
    with results(arguments.smoke) as folder:
        kept = Kept(folder / "search_sampler.jsonl")
        for split in range(arguments.splits):
            for dataset in datasets:
                for way in (NEW, OLD):
                    key = (Path(dataset[0]).stem, split, way, arguments.n_trials)
                    asked = (dataset, split, way, arguments.n_trials)
                    kept.rows(key, lambda asked=asked: [measure(*asked)])
                page = "\n".join(
                    [*report(pd.DataFrame(kept)), "", made_by("search_sampler.py"), ""]
                )
                (folder / "search_sampler.md").write_text(page)
        print(page)


def is_small(dataset: Dataset) -> bool:
    """Whether fifty trials take about a minute."""
    X = load_dataset(dataset[0], dataset[1], task_type=dataset[2]).X
    return len(X) <= MAX_ROWS and X.size <= MAX_CELLS


def grouped_tpe(seed: int) -> optuna.samplers.BaseSampler:
    """Return the sampler that `tune` had before."""
    return optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True)


def measure(dataset: Dataset, split: int, way: str, n_trials: int) -> dict[str, Any]:
    """Return the held-out score of one run, and which algorithms were proposed."""
    source, target, task_type, family = dataset
    table = load_dataset(source, target, task_type=task_type)
    train, test = halves(table, split)
    metric = default_metric(table.task_type)
    result = tune(
        table.X.iloc[train],
        table.labels[train],
        time_budget=None,
        n_trials=n_trials,
        random_state=split,
        task_type=table.task_type,
        model=learnt_without(family, table.task_type),
        sampler=grouped_tpe(split) if way == OLD else None,
    )
    board = result.leaderboard()
    proposed = Counter(board.loc[board["source"] == "search", "algorithm"])
    return {
        "dataset": Path(source).stem,
        "family": family,
        "n_rows": len(train),
        "split": split,
        "way": way,
        "metric": metric,
        "score": judge(result.best_pipeline, table, test, metric),
        "seconds": float(board["fit_seconds"].sum()),
        "n_algorithms": len(proposed),
        "most": proposed.most_common(1)[0][1] / max(proposed.total(), 1) if proposed else 0.0,
    }


def report(found: pd.DataFrame) -> Iterator[str]:
    """Yield the lines of the page."""
    wide = found.assign(error=errors(found)).pivot(
        index=["family", "dataset", "split"], columns="way", values="error"
    )
    paired = (wide[NEW] - wide[OLD]).dropna() if {NEW, OLD} <= set(wide) else pd.Series(dtype=float)
    yield "# The sampler of `tune`, beside plain TPE"
    yield ""
    yield str(__doc__).split("::", maxsplit=1)[0].split("\n", 2)[2].strip()
    yield ""
    if len(paired):
        families = pd.Series(paired.index.get_level_values("family"))
        won, lost = int((paired < -0.002).sum()), int((paired > 0.002).sum())
        yield (
            f"Logarithm of the ratio of errors, below 0 where `{NEW}` is better: "
            f"{by_group(paired.reset_index(drop=True), families)}, {len(paired)} datasets and "
            f"splits, {won} better and {lost} worse by more than .2 %."
        )
        yield ""
    about = found.groupby("way")[["n_algorithms", "most", "seconds"]].mean()
    for way, row in about.iterrows():
        yield (
            f"- `{way}` proposed {row['n_algorithms']:.1f} algorithms, {row['most']:.0%} of its "
            f"setups of one; all fits of a run took {row['seconds']:.0f} s of a fold."
        )
    yield ""
    yield "| dataset | rows | metric | TPE | by algorithm |"
    yield "| --- | --- | --- | --- | --- |"
    for dataset, own in found.groupby("dataset", sort=False):
        scores = own.groupby("way")["score"].mean()
        shown = " | ".join(f"{scores.get(way, np.nan):.4g}" for way in (OLD, NEW))
        yield f"| {dataset} | {own['n_rows'].iloc[0]} | {own['metric'].iloc[0]} | {shown} |"


if __name__ == "__main__":
    main()
