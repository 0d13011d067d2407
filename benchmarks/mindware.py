"""Replay searches over algorithm and hyperparameters on tasks that were left out.

The history is that of MindWare: 45 classification datasets, nine algorithms with conditional
hyperparameters, about a hundred runs of each algorithm. A suggested setup scores as the recorded
run of its algorithm that is nearest to it, so every score was really measured and the best one of
a dataset is a fact. Regret is (best - score) / (best - median of the runs drawn at random).
Families of datasets are left out by six folds: settings are chosen on the even ones
(``--half choose``), figures are those of the odd ones (``--half report``).

    python benchmarks/mindware.py --smoke
    python benchmarks/mindware.py --shared ../shared --half report --seeds 2

Result: benchmarks/results/mindware.md
"""

from __future__ import annotations

import argparse
import json
import os
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
from measuring import SMOKE, Kept, by_group, made_by, results
from mindware_history import (
    GOOD_DEFAULT,
    METRIC,
    N_FOLDS,
    History,
    Replay,
    as_params,
    default_of,
    made,
    read,
    suggest,
)
from optuna.samplers import BaseSampler, NSGAIISampler, RandomSampler, TPESampler

from autometa.knowledge_base import KnowledgeBase
from autometa.samplers import WarmStartSampler

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("AUTOMETA_SHARED", ROOT.parent / "shared"))
N_TRIALS, N_PORTFOLIO = 100, 10
SHOWN = (1, 3, 5, 10, 20, 50, 100)
# Two runs of one regret differ by rounding only; below a hundredth nobody would notice.
TIE = 0.01

Method = Callable[[KnowledgeBase, "pd.Series[float]", int], BaseSampler]


def tpe(seed: int, *, multivariate: bool) -> TPESampler:
    """Return TPE, as a study over several algorithms needs it."""
    return TPESampler(seed=seed, multivariate=multivariate, group=multivariate)


WITH_PORTFOLIO = "portfolio of 10, then TPE"
METHODS: dict[str, Method] = {
    "random": lambda kb, row, seed: RandomSampler(seed=seed),
    "TPESampler()": lambda kb, row, seed: TPESampler(seed=seed),
    "TPE, multivariate, grouped": lambda kb, row, seed: tpe(seed, multivariate=True),
    "NSGA-II": lambda kb, row, seed: NSGAIISampler(seed=seed),
    "one good default, then TPE": lambda kb, row, seed: tpe(seed, multivariate=True),
    WITH_PORTFOLIO: lambda kb, row, seed: tpe(seed, multivariate=True),
    "greedy list of the history alone": lambda kb, row, seed: WarmStartSampler(
        kb, metafeatures=row, seed=seed, metric=METRIC, n_startup_trials=N_TRIALS
    ),
    "WarmStartSampler": lambda kb, row, seed: WarmStartSampler(kb, seed=seed, metric=METRIC),
    "WarmStartSampler, meta-features": lambda kb, row, seed: WarmStartSampler(
        kb, metafeatures=row, seed=seed, metric=METRIC
    ),
}


def portfolio(history: History, fold: int, n: int) -> list[dict[str, Any]]:
    """Return a greedy list of setups from the runs themselves, every task alike.

    Setups are drawn anew on each dataset, so a candidate's score on a task is that of the
    nearest run there, as it is for a trial.
    """
    kept = [task for task in history.tasks if history.fold[task] != fold]
    replays = {task: history.replay(task) for task in kept}
    runs = history.runs[history.runs["task_id"].isin(kept)]
    top = runs.sort_values("score", ascending=False).groupby(["task_id", "algorithm"]).head(2)
    candidates = list(
        dict.fromkeys(zip(top["algorithm"], top["config"], strict=True))
    ) + [(a, json.dumps(default_of(s))) for a, s in history.space.items()]  # fmt: skip
    losses = np.ones((len(kept), len(candidates)))
    for i, task in enumerate(kept):
        replay, median = replays[task]
        for j, (algorithm, text) in enumerate(candidates):
            if algorithm in replay.scores and replay.best > median:
                score = replay(algorithm, json.loads(text))
                losses[i, j] = (replay.best - score) / (replay.best - median)
    losses = np.minimum(losses, 2.0)  # a disaster is a disaster, whatever its size
    left, chosen = np.full(len(kept), 2.0), []
    for _ in range(n):
        j = int(np.maximum(left[:, None] - losses, 0.0).mean(axis=0).argmax())
        left = np.minimum(left, losses[:, j])
        chosen.append(as_params(history.space, candidates[j][0], json.loads(candidates[j][1])))
    return chosen


def search(
    replay: Replay, sampler: BaseSampler, n: int, enqueued: Sequence[Mapping[str, Any]] = ()
) -> tuple[np.ndarray, float]:
    """Return the scores of a study of ``n`` trials in order, and the seconds of a trial."""
    study = optuna.create_study(direction="maximize", sampler=sampler)
    for params in enqueued:
        study.enqueue_trial(dict(params))
    algorithms, scores, seconds = sorted(replay.scores), [], 0.0
    for number in range(n):
        start = time.process_time()
        trial = study.ask()
        algorithm, config = suggest(trial, replay.space, algorithms)
        if number:  # the first trial learns from the history, which is not an overhead of each
            seconds += time.process_time() - start
        scores.append(replay(algorithm, config))
        study.tell(trial, scores[-1])
    return np.array(scores), seconds / max(n - 1, 1)


@dataclass(frozen=True)
class Question:
    """One task that was left out, and what is known before its first trial."""

    task: str
    kb: KnowledgeBase
    metafeatures: pd.Series[float] | None
    replay: Replay
    median: float
    queues: Mapping[str, Sequence[Mapping[str, Any]]]

    def rows(self, name: str, seeds: int, n: int) -> list[dict[str, Any]]:
        """Return the regret after each trial of a method, one row a seed."""
        rows = []
        for seed in range(seeds):
            sampler = METHODS[name](self.kb, self.metafeatures, seed)
            scores, seconds = search(self.replay, sampler, n, self.queues.get(name, ()))
            lost = self.replay.best - np.maximum.accumulate(scores)
            regret = (lost / (self.replay.best - self.median)).tolist()
            named = {"task": self.task, "method": name, "seed": seed, "ms": 1000 * seconds}
            rows.append({**named, "regret": regret})
        return rows


def questions(history: History, fold: int, methods: Sequence[str]) -> list[Question]:
    """Return the tasks of a fold, each with the history that knows none of them."""
    kb = history.without(fold)
    default = as_params(history.space, GOOD_DEFAULT, default_of(history.space[GOOD_DEFAULT]))
    queues: dict[str, Any] = {"one good default, then TPE": [default]}
    if WITH_PORTFOLIO in methods:
        queues[WITH_PORTFOLIO] = portfolio(history, fold, N_PORTFOLIO)
    found = []
    for task in [t for t in history.tasks if history.fold[t] == fold]:
        replay, median = history.replay(task)
        row = history.metafeatures.loc[task] if task in history.metafeatures.index else None
        if replay.best > median:  # else all setups tie, and nothing can be regretted
            found.append(Question(task, kb, row, replay, median, queues))
    return found


def measure(
    history: History, folds: Sequence[int], methods: Sequence[str], seeds: int, n: int, kept: Kept
) -> pd.DataFrame:
    """Return one row a task, seed and method: regret after each trial."""
    for fold in folds:
        for question in questions(history, fold, methods):
            for name in methods:
                key = (question.task, name, seeds, n)
                kept.rows(key, lambda q=question, name=name: q.rows(name, seeds, n))
    rows = [row for (_, name, *size), part in kept.items() for row in part
            if name in methods and size == [seeds, n]]  # fmt: skip
    return pd.DataFrame(rows)


def table(frame: pd.DataFrame, families: Mapping[str, str], cold: str = "TPESampler()") -> str:
    """Return the mean regrets as Markdown, and how each method fares against cold TPE."""
    n = len(frame["regret"].iloc[0])
    shown = [s for s in SHOWN if s <= n]
    regret = np.array(frame["regret"].tolist())
    flat = frame[["task", "method"]].assign(**{f"@{s}": regret[:, s - 1] for s in shown})
    by_task = flat.groupby(["method", "task"], sort=False).mean()
    at = f"@{50 if n >= 50 else shown[-1]}"
    lines = [
        f"| method | {' | '.join(f'@{s}' for s in shown)} | trials to cold's @{n} | "
        f"better / worse than cold {at} | difference to cold {at} | ms a trial |",
        "| --- " * (len(shown) + 5) + "|",
    ]
    reference = by_task.loc[cold]
    curves = {m: regret[(frame["method"] == m).to_numpy()].mean(axis=0)
              for m in frame["method"].unique()}  # fmt: skip
    for name in frame["method"].unique():
        own = by_task.loc[name]
        reached = np.flatnonzero(curves[name] <= curves[cold][-1])
        difference = own[at] - reference[at].loc[own.index]
        groups = pd.Series([families[task] for task in own.index])
        lines.append(
            f"| {name} | " + " | ".join(f"{own[f'@{s}'].mean():.3f}" for s in shown)
            + f" | {reached[0] + 1 if len(reached) else 'never'}"
            + f" | {(difference < -TIE).mean():.0%} / {(difference > TIE).mean():.0%}"
            + f" | {by_group(difference.reset_index(drop=True), groups)}"
            + f" | {frame.loc[frame['method'] == name, 'ms'].median():.0f} |"
        )  # fmt: skip
    return "\n".join(lines)


def read_arguments() -> argparse.Namespace:
    """Return what was asked for on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder of run histories")
    parser.add_argument("--half", choices=("choose", "report"), default="report")
    parser.add_argument("--folds", type=int, nargs="+", help="instead of those of the half")
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=list(METHODS))
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--trials", type=int, default=N_TRIALS)
    kept = ROOT / "benchmarks" / "results" / "mindware.jsonl"
    parser.add_argument("--kept", type=Path, default=kept, help="file of what was measured")
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    return parser.parse_args()


def main() -> None:
    """Measure, print, and write the result file."""
    arguments = read_arguments()
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with results(is_smoke=arguments.smoke) as folder:
        history = made() if arguments.smoke else read(arguments.shared)
        file = folder / "kept.jsonl" if arguments.smoke else arguments.kept
        n = 12 if arguments.smoke else arguments.trials
        folds = arguments.folds or range(arguments.half == "report", N_FOLDS, 2)
        folds = [0] if arguments.smoke else list(folds)
        seeds = 1 if arguments.smoke else arguments.seeds
        frame = measure(history, folds, arguments.methods, seeds, n, Kept(file))
        families = history.runs.drop_duplicates("task_id").set_index("task_id")["family"].to_dict()
        text = table(frame, families)
        print(text)
        title = f"# Search over algorithms and hyperparameters, {frame['task'].nunique()} datasets"
        head = [title, "", *__doc__.splitlines()[2:9], "", f"{seeds} seeds; {METRIC}.", ""]
        page = [*head, text, "", made_by("mindware.py"), ""]
        (folder / "mindware.md").write_text("\n".join(page))


if __name__ == "__main__":
    main()
