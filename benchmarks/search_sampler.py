"""Measure another way to search once the planned setups of `tune` are tried.

``TPE`` is the sampler of `tune`: multivariate TPE over algorithms and hyperparameters, grouped by
algorithm, which stays with the algorithm that leads after the plan. ``by algorithm`` draws an
algorithm by its rank (the best so far twice as often as the second, three times as often as the
third), then TPE on its own trials, so that an ensemble gets members of all good algorithms. Both
have the same advice (the dataset's family left out), rows, folds and number of trials, and no
clock. The fitted ensembles are judged on a quarter of the rows that neither saw, by ROC AUC (two
classes), log loss (more) or RMSE (numbers); the ratio of their errors counts, paired by dataset
and split. Datasets are drawn by ``--draw``, one of a family at most, small ones, so that fifty
trials take a minute. ::

    python benchmarks/search_sampler.py --shared ../shared
    python benchmarks/search_sampler.py --smoke

Each run is kept when it is done, and the page written: the same command goes on where it was
stopped.
"""

from __future__ import annotations

import argparse
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
from measuring import SMOKE, Kept, by_group, made_by, results
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState
from tune_compared import Dataset, draw, halves, judge, learnt_without
from tune_compared_report import errors

from autometa import tune
from autometa.datasets import load_dataset
from autometa.metrics import default_metric

MAX_ROWS, MAX_CELLS = 600, 12_000
NEW, OLD = "by algorithm", "TPE"
# Trials of an algorithm before TPE has a best one to draw around. The planned setups are chosen
# ones, so it need not draw at random first, as TPE does ten times.
N_STARTUP_TRIALS = 2
SEEN = (TrialState.COMPLETE, TrialState.PRUNED)


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
        sampler=TPEByAlgorithmSampler(split) if way == NEW else None,
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
    yield "# Another search after the advice"
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


class TPEByAlgorithmSampler(BaseSampler):
    """Draws an algorithm by its rank, then its hyperparameters by TPE on its own trials.

    The best algorithm so far is drawn twice as often as the second, three times as often as the
    third. TPE over all algorithms stays with the one that leads after the plan, whose next
    setups are near-copies of the last and add nothing to an ensemble; and it has no best trial
    to draw around for any other, for the best tenth of all trials are of the leader.

    Parameters
    ----------
    seed : int
    """

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)
        self._random = RandomSampler(seed=seed)
        self._proposed: tuple[int, dict[str, Any]] = (-1, {})  # number of the trial, its values

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """Return nothing: which hyperparameters there are depends on the algorithm."""
        return {}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Return nothing."""
        return {}

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """Return an algorithm, or a value of the setup that is drawn for it as a whole."""
        trials = study.get_trials(deepcopy=False, states=SEEN)
        if param_name == "algorithm":
            return self._algorithm(trials, param_distribution)
        if self._proposed[0] != trial.number:
            own = [t for t in trials if t.params["algorithm"] == trial.params["algorithm"]]
            self._proposed = trial.number, self._setup(own)
        values = self._proposed[1]
        if param_name in values and param_distribution._contains(
            param_distribution.to_internal_repr(values[param_name])
        ):
            return values[param_name]
        return self._random.sample_independent(study, trial, param_name, param_distribution)

    def _algorithm(self, trials: Sequence[FrozenTrial], choices: BaseDistribution) -> str:
        assert isinstance(choices, optuna.distributions.CategoricalDistribution)
        best = dict.fromkeys(map(str, choices.choices), -np.inf)  # those without a score are last
        for trial in trials:
            if trial.state == TrialState.COMPLETE and trial.params["algorithm"] in best:
                name = trial.params["algorithm"]
                best[name] = max(best[name], trial.value or -np.inf)
        ranked = sorted(best, key=lambda name: -best[name])
        shares = 1.0 / np.arange(1, len(ranked) + 1)
        return str(self._generator.choice(ranked, p=shares / shares.sum()))

    def _setup(self, trials: Sequence[FrozenTrial]) -> dict[str, Any]:
        """Return a setup drawn by TPE on the trials of one algorithm; empty without any."""
        if not trials:
            return {}
        sampler = TPESampler(
            multivariate=True,
            n_startup_trials=N_STARTUP_TRIALS,
            seed=int(self._generator.integers(2**31)),
        )
        study = optuna.create_study(direction="maximize", sampler=sampler)
        study.add_trials([_without_algorithm(trial) for trial in trials])
        return dict(study.ask(_space(trials[-1])).params)


def _space(trial: FrozenTrial) -> dict[str, BaseDistribution]:
    return {k: d for k, d in trial.distributions.items() if k != "algorithm"}


def _without_algorithm(trial: FrozenTrial) -> FrozenTrial:
    space = _space(trial)
    return optuna.trial.create_trial(
        state=trial.state,
        value=trial.value,
        params={name: trial.params[name] for name in space},
        distributions=space,
        intermediate_values=trial.intermediate_values,
        constraints=dict(trial.constraints),
    )


if __name__ == "__main__":
    main()
