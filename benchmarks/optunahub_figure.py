"""The figure of the package for OptunaHub: regret after each trial, beside Optuna's TPESampler().

YAHPO's surrogate of rpart, as in `rpart_surrogate.py`: five hyperparameters, tasks left out by
folds, a history of 100 random configurations on each of the others, without meta-features.

    python benchmarks/optunahub_figure.py --shared ../shared
    python benchmarks/optunahub_figure.py --smoke

MetaLearnTPE, the registry's other sampler that learns from earlier studies, is not among them: it
comes from the registry's repository, which the machine that this was measured on cannot reach.

Result: benchmarks/results/optunahub_figure.md, and images/regret.png in the package.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np
import optuna
import pandas as pd
from measuring import SMOKE, by_group, made_by, results
from optuna.samplers import TPESampler
from rpart_surrogate import (
    N_FOLDS,
    SHARED,
    MadeInPlace,
    Objective,
    Surrogate,
    history,
    portfolio,
    trials,
    with_regret,
)

from autometa.knowledge_base import KnowledgeBase
from autometa.samplers import WarmStartSampler

PACKAGE = Path(__file__).resolve().parent.parent / "optunahub/package/samplers/autometa_warm_start"
COLD, PORTFOLIO, WARM = "TPESampler()", "portfolio of 10, then TPESampler()", "WarmStartSampler"
SHOWN = (1, 5, 10, 20, 60)


def measure(surrogate: Objective, n_tasks: int, n_trials: int) -> pd.DataFrame:
    """Return one row a method and task, with its regret after each trial."""
    order = np.random.default_rng(0).permutation(surrogate.task_ids)
    rows = []
    for fold in range(N_FOLDS):
        held_out = list(order[fold::N_FOLDS])
        tasks, runs = history(surrogate, [task for task in order if task not in held_out])
        kb = KnowledgeBase.from_frames(tasks, None, runs)
        first = portfolio(kb)
        for task in held_out[: -(-n_tasks // N_FOLDS)]:
            samplers = {
                COLD: (TPESampler(seed=0), None),
                PORTFOLIO: (TPESampler(seed=0), first),
                WARM: (WarmStartSampler(kb, seed=0), None),
            }
            for name, (sampler, queue) in samplers.items():
                scores = trials(surrogate, task, sampler, n_trials, queue)
                rows.append((task, name, np.maximum.accumulate(scores)))
    frame = pd.DataFrame(rows, columns=["task", "method", "best"])
    return with_regret(frame, surrogate)


def draw(measured: pd.DataFrame, path: Path) -> None:
    """Draw the mean regret and its standard error over tasks."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    axes = figure.add_subplot()
    for name, own in measured.groupby("method", sort=False):
        regret = np.stack(own["regret"].to_list())
        mean, error = regret.mean(axis=0), regret.std(axis=0) / np.sqrt(len(regret))
        number = np.arange(1, regret.shape[1] + 1)
        (line,) = axes.plot(number, mean, label=str(name))
        axes.fill_between(number, mean - error, mean + error, color=line.get_color(), alpha=0.2)
    axes.set(xlabel="trial", ylabel="mean regret of accuracy", yscale="log")
    axes.set_title(f"rpart on {measured['task'].nunique()} OpenML tasks that were left out")
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=80)


def page(measured: pd.DataFrame) -> str:
    """Return the regrets as Markdown, with paired differences from TPESampler()."""
    wide = measured.pivot(index="task", columns="method", values="regret")
    shown = [n for n in SHOWN if n <= len(wide[COLD].iloc[0])]
    lines = [
        "# The package for OptunaHub beside TPESampler()",
        "",
        *(__doc__ or "").split("\n\n")[1].splitlines(),
        "",
        f"Mean regret on {len(wide)} tasks, one seed; in brackets less that of `TPESampler()`, "
        "paired.",
        "",
        "| method | " + " | ".join(f"@{n}" for n in shown) + " |",
        "| --- " * (1 + len(shown)) + "|",
    ]
    for name in (COLD, PORTFOLIO, WARM):
        cells = []
        for n in shown:
            at = {one: wide[one].map(lambda regret, n=n: regret[n - 1]) for one in (name, COLD)}
            difference = "" if name == COLD else f" ({by_group(at[name] - at[COLD])})"
            cells.append(f"{at[name].mean():.3f}{difference}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, draw, and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder of run histories")
    parser.add_argument("--tasks", type=int, default=30)
    parser.add_argument("--trials", type=int, default=60)
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    given = parser.parse_args()
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    if given.smoke:
        measured = measure(MadeInPlace(), 2, 12)
    else:
        measured = measure(Surrogate("acc", given.shared), given.tasks, given.trials)
    with results(given.smoke) as folder:
        image = folder if given.smoke else PACKAGE / "images"
        draw(measured, image / "regret.png")
        text = page(measured)
        print(text)
        (folder / "optunahub_figure.md").write_text(f"{text}\n\n{made_by('optunahub_figure.py')}\n")


if __name__ == "__main__":
    main()
