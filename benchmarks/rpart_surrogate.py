"""Measure how far WarmStartSampler gets, beside TPE, on tasks it has not seen.

The objective is YAHPO's surrogate of rpart on 117 OpenML datasets (all rows,
fixed repetition). Tasks are left out by folds; the history is 100 random
configurations on each of the others. Regret is (max - value) / (max - median of
random configurations); the maximum is that of 20,000 random configurations,
climbed from, and of every trial of the benchmark.

    python benchmarks/rpart_surrogate.py --smoke
    python benchmarks/rpart_surrogate.py --shared ../shared --tasks 40 --seeds 2

Result: benchmarks/results/rpart_surrogate.md
"""

from __future__ import annotations

import argparse
import json
import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import optuna
import pandas as pd
from measuring import SMOKE, made_by, results
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import BaseSampler, RandomSampler, TPESampler

from autometa.knowledge_base import KnowledgeBase
from autometa.samplers import WarmStartSampler

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("AUTOMETA_SHARED", ROOT.parent / "shared"))
RESULT = ROOT / "benchmarks" / "results" / "rpart_surrogate.md"
N_RUNS, N_FOLDS, N_PORTFOLIO = 100, 5, 10
SHOWN = (1, 5, 10, 20, 50, 100)
IMPUTE = "num.impute.selected.cpo"
TARGETS = ("acc", "bac", "auc", "brier", "f1", "logloss")
SPACE = {
    "cp": FloatDistribution(0.000912, 1.0, log=True),
    "maxdepth": IntDistribution(1, 30),
    "minbucket": IntDistribution(1, 100),
    "minsplit": IntDistribution(1, 100),
    IMPUTE: CategoricalDistribution(["impute.mean", "impute.median", "impute.hist"]),
}


class Surrogate:
    """YAHPO's rbv2_rpart, one target; greater is better."""

    def __init__(self, target: str, shared: Path) -> None:
        import onnxruntime  # only this needs it

        folder = shared / "histories" / "yahpo" / "rbv2_rpart"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options)
        codes = json.loads((folder / "encoding.json").read_text())
        self._tasks = {name: code for name, code in codes["task_id"].items() if name != "#na#"}
        self._impute = codes[IMPUTE]
        self._column = TARGETS.index(target)
        self._sign = -1.0 if target in ("brier", "logloss") else 1.0

    @property
    def task_ids(self) -> list[str]:
        """OpenML dataset ids."""
        return list(self._tasks)

    def __call__(self, task: str, configs: pd.DataFrame) -> np.ndarray:
        """Return the score of each configuration."""
        categories = np.empty((len(configs), 2), np.int32)
        categories[:, 0] = self._tasks[task]
        categories[:, 1] = configs[IMPUTE].map(self._impute)
        numbers = np.ones((len(configs), 6), np.float32)
        numbers[:, :4] = configs[["cp", "maxdepth", "minbucket", "minsplit"]]
        scores = self._session.run(None, {"x_cat": categories, "x_cont": numbers})[0]
        return self._sign * scores[:, self._column].astype(float)


class MadeInPlace:
    """Ten tasks whose best setup moves along two hyperparameters; greater is better."""

    task_ids = tuple(map(str, range(1, 11)))

    def __call__(self, task: str, configs: pd.DataFrame) -> np.ndarray:
        """Return the score of each configuration."""
        where = int(task) / 10
        cp = np.log(configs["cp"].to_numpy(dtype=float) / SPACE["cp"].low)
        depth = configs["maxdepth"].to_numpy(dtype=float) / 30
        return 1.0 - 0.1 * (cp / 7 - where) ** 2 - 0.1 * (depth - where) ** 2


Objective = Surrogate | MadeInPlace


def random_configs(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return configurations drawn evenly from the search space."""
    return pd.DataFrame(
        {
            "cp": SPACE["cp"].low ** (1.0 - rng.random(n)),
            "maxdepth": rng.integers(1, 31, n),
            "minbucket": rng.integers(1, 101, n),
            "minsplit": rng.integers(1, 101, n),
            IMPUTE: rng.choice(SPACE[IMPUTE].choices, n),
        }
    )


def range_of(surrogate: Objective, task: str) -> tuple[float, float]:
    """Return the maximum found and the median of random configurations."""
    rng = np.random.default_rng(0)
    configs = random_configs(20_000, rng)
    scores = surrogate(task, configs)
    best, median = scores.max(), float(np.median(scores))
    for _ in range(20):
        parents = configs.iloc[np.argsort(-scores)[:20]]
        near = parents.loc[parents.index.repeat(25)].reset_index(drop=True)
        near["cp"] = np.clip(near["cp"] * np.exp(0.3 * rng.standard_normal(500)), 0.000912, 1.0)
        for name, step in (("maxdepth", 2), ("minbucket", 5), ("minsplit", 5)):
            moved = near[name] + np.round(step * rng.standard_normal(500))
            near[name] = np.clip(moved, 1, SPACE[name].high)
        configs = pd.concat([parents, near], ignore_index=True)
        scores = surrogate(task, configs)
        best = max(best, scores.max())
    return best, median


def history(surrogate: Objective, tasks: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return tasks and runs: random configurations, different ones on every task."""
    frames = []
    for task in tasks:
        configs = random_configs(N_RUNS, np.random.default_rng(int(task)))
        scores = surrogate(task, configs)
        frames.append(
            pd.DataFrame({"task_id": task, "config": configs.to_dict("records"), "score": scores})
        )
    runs = pd.concat(frames, ignore_index=True).assign(algorithm="rpart", metric="target")
    return pd.DataFrame({"task_id": tasks, "task_type": "classification"}), runs


def trials(
    surrogate: Objective,
    task: str,
    sampler: BaseSampler,
    n: int,
    enqueued: list[dict[str, object]] | None = None,
) -> np.ndarray:
    """Return the scores of a study of ``n`` trials, in order."""
    study = optuna.create_study(direction="maximize", sampler=sampler)
    for params in enqueued or []:
        study.enqueue_trial(params)
    for _ in range(n):
        trial = study.ask(SPACE)
        study.tell(trial, surrogate(task, pd.DataFrame([trial.params]))[0])
    return np.array([trial.value for trial in study.trials])


def portfolio(kb: KnowledgeBase) -> list[dict[str, object]]:
    """Return the first setups of the all-round list of a knowledge base."""
    sampler = WarmStartSampler(kb, seed=0, n_startup_trials=N_PORTFOLIO)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    return [study.ask(SPACE).params for _ in range(N_PORTFOLIO)]


def methods(
    kb: KnowledgeBase, row: pd.Series | None, seed: int
) -> dict[str, Callable[[], BaseSampler]]:
    """Return what is compared; a method that needs meta-features only where there are some."""
    found: dict[str, Callable[[], BaseSampler]] = {
        "random": lambda: RandomSampler(seed=seed),
        "TPE": lambda: TPESampler(seed=seed, multivariate=False),
        "TPE, multivariate": lambda: TPESampler(seed=seed, multivariate=True),
        "portfolio of 10, then TPE": lambda: TPESampler(seed=seed, multivariate=True),
        "WarmStartSampler": lambda: WarmStartSampler(kb, seed=seed),
    }
    if row is not None:
        found["WarmStartSampler, meta-features"] = lambda: WarmStartSampler(
            kb, metafeatures=row, seed=seed
        )
    return found


def read_described(shared: Path) -> pd.DataFrame:
    """Return the meta-features of OpenML's datasets that Oboe's history comes with."""
    described = pd.read_parquet(shared / "histories" / "oboe" / "metafeatures.parquet")
    described = described.drop_duplicates("dataset_id").set_index("dataset_id")
    return described.set_axis(described.index.astype(str))


def measure(
    surrogate: Objective,
    described: pd.DataFrame | None,
    target: str,
    seeds: int,
    n_tasks: int | None,
    n: int,
    n_folds: int = N_FOLDS,
) -> pd.DataFrame:
    """Return one row a method, task and seed: the regret after each trial."""
    order = np.random.default_rng(0).permutation(surrogate.task_ids)
    rows = []
    for fold in range(n_folds):
        held_out = list(order[fold::N_FOLDS])
        tasks, runs = history(surrogate, [t for t in order if t not in held_out])
        kb = KnowledgeBase.from_frames(tasks, described, runs)
        first = portfolio(kb)
        for task in held_out[: None if n_tasks is None else -(-n_tasks // N_FOLDS)]:
            is_described = described is not None and task in described.index
            row = described.loc[task] if is_described else None
            for seed in range(seeds):
                for name, make in methods(kb, row, seed).items():
                    start = time.process_time()
                    queue = first if name.startswith("portfolio") else None
                    scores = trials(surrogate, task, make(), n, queue)
                    seconds = (time.process_time() - start) / n
                    rows.append((target, task, seed, name, seconds, np.maximum.accumulate(scores)))
    frame = pd.DataFrame(rows, columns=["target", "task", "seed", "method", "seconds", "best"])
    return with_regret(frame, surrogate)


def with_regret(frame: pd.DataFrame, surrogate: Objective) -> pd.DataFrame:
    """Add the regret after each trial, against the best that anything found on the task."""
    parts = []
    for task, own in frame.groupby("task"):
        best, median = range_of(surrogate, str(task))
        best = max(best, *(scores[-1] for scores in own["best"]))
        if best > median:
            regret = [(best - scores) / (best - median) for scores in own["best"]]
            parts.append(own.assign(regret=regret))
    return pd.concat(parts)


def table(results: pd.DataFrame) -> str:
    """Return the regrets of one target as Markdown, and how often TPE was clearly better."""
    shown = [n for n in SHOWN if n <= len(results["regret"].iloc[0])]
    at = pd.DataFrame({n: results["regret"].map(lambda r, n=n: r[n - 1]) for n in shown})
    frame = pd.concat([results[["method", "task", "seed", "seconds"]], at], axis=1)
    by_task = frame.groupby(["method", "task"], sort=False)[shown].mean()
    cold = by_task.loc["TPE"]
    lines = [
        "| method | tasks | " + " | ".join(f"@{n}" for n in shown)
        + " | worse than TPE @20 | @50 | ms a trial |",
        "| --- " * (len(shown) + 5) + "|",
    ]  # fmt: skip
    for name, own in frame.groupby("method", sort=False):
        mean = by_task.loc[name]
        harm = [_harm(mean, cold, n) if n in shown else float("nan") for n in (20, 50)]
        lines.append(
            f"| {name} | {len(mean)} | "
            + " | ".join(f"{value:.3f}" for value in mean.mean())
            + f" | {harm[0]:.0%} | {harm[1]:.0%} | {1000 * own['seconds'].mean():.0f} |"
        )
    return "\n".join(lines)


def _harm(mean: pd.DataFrame, cold: pd.DataFrame, n: int) -> float:
    """Share of tasks whose regret is greater than TPE's by more than .05."""
    return float((mean[n] > cold.loc[mean.index, n] + 0.05).mean())


def main() -> None:
    """Measure, print, and write the result file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder of run histories")
    parser.add_argument("--targets", nargs="+", default=["acc", "auc", "logloss"], choices=TARGETS)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--tasks", type=int, help="of each target (default: all 117)")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    if arguments.smoke:
        found = measure(MadeInPlace(), None, "made in place", 1, 2, 12, n_folds=1)
        print(table(found))
        with results(is_smoke=True) as folder:
            (folder / "rpart_surrogate.md").write_text(table(found))
        return
    described = read_described(arguments.shared)
    text = ["# WarmStartSampler on the rpart surrogate", "", *__doc__.splitlines()[2:7], ""]
    text += ["Seconds are processor time, the surrogate's included.", ""]
    for target in arguments.targets:
        found = measure(
            Surrogate(target, arguments.shared),
            described,
            target,
            arguments.seeds,
            arguments.tasks,
            arguments.trials,
        )
        with_metafeatures = set(found.loc[found["method"].str.contains("meta"), "task"])
        text += [f"## {target}, {arguments.seeds} seeds", "", table(found), ""]
        if with_metafeatures:
            subset = found[found["task"].isin(with_metafeatures)]
            text += ["Only the tasks with meta-features:", "", table(subset), ""]
        arguments.out.write_text("\n".join([*text, made_by("rpart_surrogate.py"), ""]))
        print("\n".join(text), flush=True)


if __name__ == "__main__":
    main()
