"""Compare ways to make one model of the trials of a run, on rows that no trial has seen.

What trials predicted out of fold and for new rows was measured by `last_step_measure.py`. Each
way chooses members and weights on the out-of-fold predictions of the first trials of a run, and
is judged on the new rows; nothing is fitted again. An error (1 - AUC, log loss, root mean
squared error) is compared with that of what `tune` does, as a difference of logarithms.
Standard errors are over families.

    python benchmarks/last_step.py --measured FOLDER [--out FILE]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from measuring import made_by, results

from autometa.metrics import Predictions, score
from autometa.tuning.final_model import _ensemble
from autometa.tuning.final_model._choice import ChoiceLimits, Entry, choose_weights
from autometa.tuning.final_model._held_out import HeldOut

N_TRIALS = (5, 10, 14)
Floats = npt.NDArray[np.float64]
Way = Callable[[list[Entry], HeldOut], dict[int, float]]


def single(entries: list[Entry], held_out: HeldOut) -> dict[int, float]:
    """Take the best trial alone."""
    return choose_weights(entries, held_out, ChoiceLimits(ensemble=False))


def in_use(entries: list[Entry], held_out: HeldOut) -> dict[int, float]:
    """Choose as `tune` does."""
    return choose_weights(entries, held_out, ChoiceLimits())


def equal(n: int) -> Way:
    """Weigh the best ``n`` trials alike."""

    def way(entries: list[Entry], held_out: HeldOut) -> dict[int, float]:
        order = np.argsort([-np.nanmean(e.fold_scores) for e in entries], kind="stable")[:n]
        return {int(i): 1.0 / len(order) for i in order}

    return way


def all_equal(entries: list[Entry], held_out: HeldOut) -> dict[int, float]:
    """Weigh all trials alike."""
    return {i: 1.0 / len(entries) for i in range(len(entries))}


def drawn(share: float, base: Way = in_use, n: int = 5) -> Way:
    """Draw the weights of a way towards those of the best ``n`` alike."""

    def way(entries: list[Entry], held_out: HeldOut) -> dict[int, float]:
        weights = dict.fromkeys(range(len(entries)), 0.0)
        for i, weight in base(entries, held_out).items():
            weights[i] += (1 - share) * weight
        for i, weight in equal(n)(entries, held_out).items():
            weights[i] += share * weight
        return {i: weight for i, weight in weights.items() if weight > 0}

    return way


def bagged(n_bags: int = 10, share: float = 0.5) -> Way:
    """Average greedy selections on parts of the candidates (Caruana et al. 2004)."""

    def way(entries: list[Entry], held_out: HeldOut) -> dict[int, float]:
        rng = np.random.default_rng(0)
        total = np.zeros(len(entries))
        n = max(2, round(share * len(entries)))
        for _ in range(n_bags):
            some = sorted(rng.choice(len(entries), size=min(n, len(entries)), replace=False))
            for i, weight in in_use([entries[j] for j in some], held_out).items():
                total[some[i]] += weight / n_bags
        return {int(i): float(total[i]) for i in np.flatnonzero(total)}

    return way


def as_loss(entries: list[Entry], held_out: HeldOut) -> tuple[list[Entry], HeldOut]:
    """Return the trials scored by log loss, or by root mean squared error."""
    metric = "neg_log_loss" if held_out.n_classes else "neg_root_mean_squared_error"
    other = replace(held_out, metric=metric)
    again = [replace(e, fold_scores=other.fold_scores(e.values)) for e in entries]
    return again, other


def by_loss(entries: list[Entry], held_out: HeldOut) -> dict[int, float]:
    """Choose greedily by log loss, whatever the metric."""
    return choose_weights(*as_loss(entries, held_out), ChoiceLimits())


def rows_drawn(n_bags: int = 20, by_log_loss: bool = False) -> Way:
    """Average greedy selections on rows drawn again: few rows choose other members each time."""

    def way(entries: list[Entry], held_out: HeldOut) -> dict[int, float]:
        if by_log_loss:
            entries, held_out = as_loss(entries, held_out)
        rng = np.random.default_rng(0)
        total = np.zeros(len(entries))
        scores = [np.nanmean(e.fold_scores) for e in entries]
        ranked = [int(i) for i in np.argsort(scores, kind="stable")[::-1]]
        ranked = ranked[: _ensemble.max_candidates(len(held_out.y), held_out.metric)]
        for _ in range(n_bags):
            rows = np.sort(rng.integers(0, len(held_out.y), size=len(held_out.y)))
            y, folds = held_out.y[rows], held_out.folds[rows]
            weights = _ensemble.select(
                [entries[i].values[rows] for i in ranked],
                y,
                held_out.metric,
                held_out.n_classes,
                costs=[0.0] * len(ranked),
                folds=folds,
                positive=held_out.positive,
            )
            for i, weight in weights.items():
                total[ranked[i]] += weight / n_bags
        return {int(i): float(total[i]) for i in np.flatnonzero(total)}

    return way


WAYS: dict[str, Way] = {
    "best single": single,
    "in use": in_use,
    "best 3 alike": equal(3),
    "best 5 alike": equal(5),
    "best 8 alike": equal(8),
    "all alike": all_equal,
    "in use, half drawn to best 5": drawn(0.5),
    "in use, drawn 0.75 to best 5": drawn(0.75),
    "half of the candidates, 10 times": bagged(),
    "rows drawn again, 20 times": rows_drawn(),
    "rows drawn, half to best 5": drawn(0.5, rows_drawn()),
    "by log loss": by_loss,
    "by log loss, half to best 5": drawn(0.5, by_loss),
}


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measured", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=None)
    arguments = parser.parse_args()
    frame = pd.DataFrame(compare(arguments.measured))
    text = report(frame)
    if arguments.out is not None:
        results("last_step.md", arguments.out).write_text(text)
    print(text)


def compare(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the error on new rows of each way on each run."""
    for path in sorted(folder.glob("*.npz")):
        content = dict(np.load(path, allow_pickle=False))
        for metric in metrics_of(content):
            for n in N_TRIALS:
                yield from judged(path.stem, content, metric, n)


def metrics_of(content: dict[str, Any]) -> list[str]:
    """Return what predictions of a task are judged by."""
    n_classes = int(content["n_classes"])
    if n_classes == 2:
        return ["roc_auc", "neg_log_loss"]
    return ["neg_log_loss" if n_classes else "neg_root_mean_squared_error"]


def judged(name: str, content: dict[str, Any], metric: str, n: int) -> Iterator[dict[str, Any]]:
    """Yield the error of each way of choosing among the first ``n`` trials."""
    held_out = HeldOut(
        rows=np.arange(len(content["y"])),
        folds=content["folds"],
        y=content["y"],
        metric=metric,
        n_classes=int(content["n_classes"]),
        positive=int(content["positive"]),
    )
    values = [np.asarray(v, dtype="float64") for v in content["values"][:n]]
    entries = [Entry(values=v, fold_scores=held_out.fold_scores(v)) for v in values]
    for way, choose in WAYS.items():
        weights = choose(entries, held_out)
        predicted = held_out.average(
            [(w, np.asarray(content["test_values"][i], "float64")) for i, w in weights.items()]
        )
        yield {
            "run": name,
            "family": str(content["family"]),
            "n_rows": int(name.rsplit("-", 1)[1]),
            "metric": metric,
            "n_trials": n,
            "way": way,
            "error": error_of(metric, content, predicted, held_out),
        }


def error_of(metric: str, content: dict[str, Any], values: Floats, held_out: HeldOut) -> float:
    """Return the error on new rows."""
    whole = Predictions(
        y=content["test_y"],
        values=values,
        n_classes=held_out.n_classes,
        positive=held_out.positive,
    )
    made = score(metric, whole)
    return 1.0 - made if metric == "roc_auc" else -made


def report(frame: pd.DataFrame) -> str:
    """Return a table of ways by metric, rows and trials."""
    keys = ["run", "family", "metric", "n_rows", "n_trials"]
    wide = frame.pivot_table(index=keys, columns="way", values="error")[list(WAYS)]
    logs = np.log(np.maximum(wide, 1e-4))
    gain = 100 * logs.sub(logs["in use"], axis=0)
    lines = []
    for (metric, n_rows, n_trials), part in gain.groupby(["metric", "n_rows", "n_trials"]):
        by_family = part.groupby("family").mean()
        lines.append(f"\n{metric}, {n_rows} rows, {n_trials} trials, {len(by_family)} families:\n")
        for way in WAYS:
            mean, error = by_family[way].mean(), by_family[way].sem()
            lines.append(f"  {way:35s} {mean:+6.2f} ± {error:.2f} %")
    return "\n".join(lines) + "\n\n" + made_by("last_step.py")


if __name__ == "__main__":
    main()
