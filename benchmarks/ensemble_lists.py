"""Ask whether a list learnt for the ensemble that `tune` ends with beats other orders of setups.

What setups predict for held-out rows was measured by `ensemble_lists_measure.py`; nothing is
fitted here. Of the first setups of a list, by number or by what fits into some seconds, members
and weights are chosen greedily on one half of the rows by the squared error (of probabilities
or of numbers), and their average is judged on the other half, both ways. Lists are learnt
without the family of the table they are judged on, from the other tables of its type.

    python benchmarks/ensemble_lists.py --measured FOLDER
    python benchmarks/ensemble_lists.py --smoke
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ensemble_lists_measure import measure_few
from ensemble_lists_portfolio import EnsemblePortfolio, judged
from ensemble_lists_tables import Floats, Measured, read_tasks
from measuring import SMOKE, made_by, results

N_TRIALS = (1, 2, 3, 5, 8, 12)
N_FOLDS = 5  # of `tune`, on tables of this size
# Seconds a fold, of the standard machine: of a budget a second goes to table and advice, a fifth
# to refits, and each fit has .05 s beside it, as `tune` reckons.
BUDGETS = {f"{budget} s": (0.8 * budget - 1.0) / N_FOLDS for budget in (4, 10)}
OVERHEAD = 0.05
LENGTH = 16
WORST = 1.0  # logarithm of the error over that of all setups: one table must not decide a mean
BESIDE = "own list"
N_RANDOM = 5
WAYS = (*(f"{n} trials" for n in N_TRIALS), *BUDGETS)


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measured", type=Path)
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    arguments = parser.parse_args()
    if not arguments.smoke and arguments.measured is None:
        parser.error("--measured FOLDER is needed; ensemble_lists_measure.py writes it")
    with results(arguments.smoke) as folder:
        measured = measure_few(folder) if arguments.smoke else arguments.measured
        page = folder / "ensemble_lists.md"
        page.write_text(report(pd.DataFrame(compare(measured))))
        print(page.read_text())


def compare(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield what the ensemble of each list loses on each table to that of all setups."""
    setups = json.loads((folder / "candidates.json").read_text())
    of_type = {kind: [(name, config) for name, config in setups[kind]] for kind in setups}
    tasks = list(read_tasks(folder, of_type))
    for task in tasks:
        others = [t for t in tasks if t.task_type == task.task_type and t.family != task.family]
        everything = range(len(task.values))
        goal = error_of(task, everything)
        for name, order in lists(others, len(task.values)):
            for way in WAYS:
                chosen = first(task, way, order)
                lost = np.log(error_of(task, chosen) / goal) if chosen else WORST
                yield {
                    "task": task.task_id,
                    "family": task.family,
                    "task_type": task.task_type,
                    "n_rows": len(task.y),
                    "list": name,
                    "way": way,
                    "n": len(chosen),
                    "lost": min(WORST, float(lost)),
                }


def lists(others: list[Measured], n_setups: int) -> Iterator[tuple[str, list[int]]]:
    """Yield each list by name, learnt from other tables; our own and random ones learn nothing."""
    products = np.array([other.products for other in others])
    weights = np.full(len(others), 1.0 / len(others))
    seconds = np.median([other.seconds for other in others], axis=0) + OVERHEAD
    portfolio, generator = EnsemblePortfolio(), np.random.default_rng(0)
    yield BESIDE, list(range(n_setups))  # candidates begin with it
    yield "best single", by_best_single(products)
    yield "ensemble", portfolio.order(products, weights, LENGTH)
    for budget, left in BUDGETS.items():
        order = portfolio.order(products, weights, LENGTH, seconds, left)
        yield f"ensemble, per second of {budget}", order
    for _ in range(N_RANDOM):
        yield "random", generator.permutation(n_setups).tolist()


def by_best_single(products: Floats) -> list[int]:
    """Return setups greedily by what each takes off the error of the best single one so far."""
    errors = np.log(np.einsum("thii->ti", products))
    losses = np.minimum(errors - errors.min(axis=1, keepdims=True), WORST)
    best, chosen = np.full(len(losses), WORST), list[int]()
    for _ in range(min(LENGTH, losses.shape[1])):
        gain = np.maximum(best[:, None] - losses, 0.0).mean(axis=0)
        gain -= 1e-6 * losses.mean(axis=0)  # where nothing can be gained, the best on average
        gain[chosen] = -np.inf
        chosen.append(int(np.argmax(gain)))
        best = np.minimum(best, losses[:, chosen[-1]])
    return chosen


def first(task: Measured, way: str, order: Sequence[int]) -> list[int]:
    """Return what of a list is tried; a setup that does not fit into the rest is passed over."""
    if way not in BUDGETS:
        return list(order[: int(way.split()[0])])
    left, chosen = BUDGETS[way], []
    for setup in order:
        needed = task.seconds[setup] + OVERHEAD
        if needed <= left:
            chosen.append(int(setup))
            left -= needed
    return chosen


def error_of(task: Measured, chosen: Sequence[int]) -> float:
    """Return the squared error of the ensemble of these setups."""
    return float(judged(task.products[None], np.array([list(chosen)]))[0, 0])


def report(frame: pd.DataFrame) -> str:
    """Return a page: each list beside our own, over all tables and for each type."""
    once = frame.drop_duplicates("task")
    least, middle, most = once["n_rows"].quantile([0.0, 0.5, 1.0])
    kinds = ", ".join(f"{n} {kind}" for kind, n in once["task_type"].value_counts().items())
    lines = ["# In which order to try setups, when an ensemble comes of them", ""]
    lines += [str(__doc__).partition("\n\n")[2].partition("    python")[0].strip(), ""]
    lines += [
        f"Tables: {len(once)} of {once['family'].nunique()} families ({kinds}), {least:g} to "
        f"{most:g} rows, median {middle:g}: those whose setups are quick. Cells are logarithms of "
        "the error over that of the ensemble of all setups, 1 at most: of the list of `tune` "
        f"without a knowledge base, *{BESIDE}*, as it is; of the others the difference to it, "
        "below 0 is better. Means over families with standard errors, and on how many families a "
        "list was better and worse. *best single* and *ensemble* are learnt alike, the one "
        "for the best of the setups so far, the other for the best average of them.",
        "",
    ]
    for name, part in [("All", frame), *frame.groupby("task_type")]:
        lines += [f"## {name}", "", *_table(part, BESIDE), ""]
    lines += ["## All, beside *best single*", "", *_table(frame, "best single"), ""]
    return "\n".join([*lines, made_by("ensemble_lists.py --measured FOLDER"), ""])


def _table(frame: pd.DataFrame, beside: str) -> list[str]:
    by_task = frame.pivot_table(index=["family", "task"], columns=["list", "way"], values="lost")
    wide = by_task.groupby("family").mean()
    tried = frame.pivot_table(index="list", columns="way", values="n")
    lines = ["| list | " + " | ".join(WAYS) + " |", "| --- |" + " --- |" * len(WAYS)]
    cells = [f"{wide[beside][way].mean():.3f}, {tried.loc[beside, way]:.1f} tried" for way in WAYS]
    lines.append(f"| {beside} | " + " | ".join(cells) + " |")
    for name in dict.fromkeys(frame["list"]):
        if name != beside:
            cells = [_cell(wide[name][way] - wide[beside][way]) for way in WAYS]
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def _cell(gain: pd.Series) -> str:
    better, worse = int((gain < -1e-6).sum()), int((gain > 1e-6).sum())
    return f"{gain.mean():+.3f} ± {gain.sem():.3f} ({better}:{worse})"


if __name__ == "__main__":
    main()
