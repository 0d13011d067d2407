"""Compare ways to choose the next setup, by the number of trials that fit into the budget.

The list of the history alone, the posterior of WarmStartSampler, TPE and NSGA-II replay
searches over nine algorithms on tasks whose families were left out, as `mindware.py` does. For
each number of trials: the mean regret of each, and on how many tasks it is the best or within a
hundredth of the best. CMA-ES is not among them: Optuna's has no conditional hyperparameters, and
draws those and choices at random.

    python benchmarks/strategies.py --smoke
    python benchmarks/strategies.py --shared ../shared --folds 1 3 5 --seeds 2

Result: benchmarks/results/strategies.md
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import mindware
import numpy as np
import optuna
import pandas as pd
from measuring import SMOKE, Kept, made_by, results

BUDGETS = (1, 3, 5, 10, 15, 25, 50, 100)
STRATEGIES = (
    "greedy list of the history alone",
    "WarmStartSampler, meta-features",
    mindware.WITH_PORTFOLIO,
    "TPESampler()",
    "TPE, multivariate, grouped",
    "NSGA-II",
)


def table(frame: pd.DataFrame) -> str:
    """Return mean regrets and how often each strategy is the best one, as Markdown."""
    regret = np.array(frame["regret"].tolist())
    budgets = [n for n in BUDGETS if n <= regret.shape[1]]
    flat = frame[["task", "method"]].assign(**{str(n): regret[:, n - 1] for n in budgets})
    by_task = flat.groupby(["task", "method"]).mean()
    lines = [
        f"| strategy | {' | '.join(f'{n} trials' for n in budgets)} |",
        "| --- " * (len(budgets) + 1) + "|",
    ]
    shares = {}
    for n in budgets:
        wide = by_task[str(n)].unstack("method")
        is_best = wide.le(wide.min(axis=1) + mindware.TIE, axis=0)
        shares[n] = is_best.mean()
    for name in [s for s in STRATEGIES if s in set(frame["method"])]:
        means = by_task.xs(name, level="method").mean()
        cells = [f"{means[str(n)]:.3f} ({shares[n][name]:.0%})" for n in budgets]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and write the result file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=mindware.SHARED, help="folder of histories")
    parser.add_argument("--folds", type=int, nargs="+", default=[1, 3, 5])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--trials", type=int, default=mindware.N_TRIALS)
    kept = mindware.ROOT / "benchmarks" / "results" / "mindware.jsonl"
    parser.add_argument("--kept", type=Path, default=kept, help="file of what was measured")
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with results(is_smoke=arguments.smoke) as folder:
        history = mindware.made() if arguments.smoke else mindware.read(arguments.shared)
        file = folder / "kept.jsonl" if arguments.smoke else arguments.kept
        folds, seeds, n = arguments.folds, arguments.seeds, arguments.trials
        if arguments.smoke:
            folds, seeds, n = [0], 1, 10
        frame = mindware.measure(history, folds, STRATEGIES, seeds, n, Kept(file))
        text = table(frame)
        print(text)
        title = f"# Which way to search, {frame['task'].nunique()} datasets, {seeds} seed(s)"
        page = [title, "", *__doc__.splitlines()[2:7], "", text, "", made_by("strategies.py"), ""]
        (folder / "strategies.md").write_text("\n".join(page))


if __name__ == "__main__":
    main()
