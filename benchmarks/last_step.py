"""Compare ways to make one model of the trials of a run, on rows that no trial has seen.

What trials predicted out of fold and for new rows was measured by `last_step_measure.py`. Each
way chooses members and weights on the out-of-fold predictions of the first trials of a run, and
is judged on the new rows; nothing is fitted again. An error (1 - AUC, log loss, root mean
squared error) is compared with that of what `tune` does, as a difference of logarithms.
Standard errors are over families.

    python benchmarks/last_step.py --measured FOLDER
    python benchmarks/last_step.py --smoke
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
from last_step_measure import measure_one
from measuring import SMOKE, made_by, results

from autometa.metrics import Predictions, score
from autometa.tuning.final_model import _ensemble
from autometa.tuning.final_model._choice import ChoiceLimits, Entry, choose_weights
from autometa.tuning.final_model._held_out import HeldOut

N_TRIALS = (5, 10, 14)
HEAD = """# The last step: one model of all trials

Errors on rows that no trial has seen, of models that were chosen on out-of-fold predictions,
beside the way that `tune` chooses: below 0 is better. Means over families with their standard
errors, and on how many families a way was better and worse. All trials of a run were the same for
all ways; the bundled knowledge base knows the tables. What is in use was chosen on these tables:
until then `tune` left out what was more than a standard error from the best.
"""
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


def within_error(entries: list[Entry], held_out: HeldOut) -> dict[int, float]:
    """Choose greedily among the trials that are less than a standard error from the best."""
    scores = [float(np.nanmean(entry.fold_scores)) for entry in entries]
    best = entries[int(np.argmax(scores))].fold_scores
    least = max(scores) - np.nanstd(best, ddof=1) / np.sqrt(len(best))
    kept = [i for i, made in enumerate(scores) if made >= least]
    return {kept[i]: w for i, w in in_use([entries[i] for i in kept], held_out).items()}


def as_loss(entries: list[Entry], held_out: HeldOut) -> tuple[list[Entry], HeldOut]:
    """Return the trials scored by log loss, or by root mean squared error."""
    metric = "neg_log_loss" if held_out.n_classes else "neg_root_mean_squared_error"
    other = replace(held_out, metric=metric)
    again = [replace(e, fold_scores=other.fold_scores(e.values)) for e in entries]
    return again, other


def by_loss(entries: list[Entry], held_out: HeldOut) -> dict[int, float]:
    """Choose greedily by log loss, whatever the metric."""
    return choose_weights(*as_loss(entries, held_out), ChoiceLimits())


def rows_drawn(n_bags: int = 5) -> Way:
    """Average greedy selections on rows drawn again: few rows choose other members each time."""

    def way(entries: list[Entry], held_out: HeldOut) -> dict[int, float]:
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
    "in use, within a standard error": within_error,
    "best 3 alike": equal(3),
    "best 5 alike": equal(5),
    "best 8 alike": equal(8),
    "all alike": all_equal,
    "in use, half drawn to best 5": drawn(0.5),
    "rows drawn again, 5 times": rows_drawn(),
    "by log loss": by_loss,
    "by log loss, half to best 5": drawn(0.5, by_loss),
}


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measured", type=Path)
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    arguments = parser.parse_args()
    if not arguments.smoke and arguments.measured is None:
        parser.error("--measured FOLDER is needed; last_step_measure.py writes it")
    with results(arguments.smoke) as folder:
        measured = measure_one(folder) if arguments.smoke else arguments.measured
        page = folder / "last_step.md"
        page.write_text(report(pd.DataFrame(compare(measured))))
        print(page.read_text())


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
    """Return a page: what each way's error is beside that of the way in use."""
    keys = ["run", "family", "metric", "n_rows", "n_trials"]
    wide = frame.pivot_table(index=keys, columns="way", values="error")[list(WAYS)]
    lines = [HEAD]
    for (metric, n_rows), part in wide.groupby(["metric", "n_rows"]):
        is_auc = metric == "roc_auc"  # its errors are often near 0, where ratios mean nothing
        values = part if is_auc else 100 * np.log(part)
        gain = values.sub(values["in use"], axis=0)
        unit = "difference of 1 - AUC" if is_auc else "% of the error"
        n_families = gain.index.get_level_values("family").nunique()
        lines += [f"## {metric}, {n_rows} rows, {n_families} families: {unit}", ""]
        lines += ["| way | " + " | ".join(f"{n} trials" for n in N_TRIALS) + " |"]
        lines += ["| --- |" + " --- |" * len(N_TRIALS)]
        lines += [_line(way, gain[way], 4 if is_auc else 1) for way in WAYS] + [""]
    return "\n".join([*lines, made_by("last_step.py"), ""])


def _line(way: str, gain: pd.Series, digits: int) -> str:
    cells = []
    for n in N_TRIALS:
        by_family = gain.xs(n, level="n_trials").groupby("family").mean()
        better, worse = int((by_family < -1e-6).sum()), int((by_family > 1e-6).sum())
        mean, error = by_family.mean(), by_family.sem()
        cells.append(f"{mean:+.{digits}f} ± {error:.{digits}f} ({better}:{worse})")
    return f"| {way} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
