"""Compare advice with the single best algorithm on scenarios of ASlib, by their own folds.

How much of the gap to the virtual best solver, which always chooses right, does advice leave
open? 0 is none of it, 1 as much as the single best algorithm of the training folds leaves.
Runtimes are penalised as PAR10; a setup that failed counts as the worst of its task. How sure
that is: a third of the tasks is drawn again and again, and the share of draws counted in which
advice loses more than the single best.

    python benchmarks/aslib.py ../shared/histories/aslib/OPENML-WEKA-2017

Scenarios: Bischl et al., ASlib, Artificial Intelligence 237, 2016 (github.com/coseal/aslib_data).
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from autometa.exceptions import KnowledgeBaseWarning
from autometa.knowledge_base import KnowledgeBase, canonical_config
from autometa.knowledge_base.importers import folds_of, read_aslib
from autometa.meta_models import MetaModel

RESULT = Path(__file__).parent / "results" / "aslib.md"
HEADER = (
    "| scenario | measure | tasks | algorithms | single best | advice | gap left "
    "| worse in draws |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- |"
)
N_DRAWS = 2_000


def losses(kb: KnowledgeBase, metric: str) -> pd.DataFrame:
    """Return what each setup loses on each task; repetitions are averaged."""
    runs = kb.runs[kb.runs["metric"] == metric]
    cutoff = kb.provenance.get("cutoff_seconds")
    loss = -runs["score"]
    if metric.startswith("neg_") and cutoff:
        loss = loss.fillna(10.0 * cutoff)
    keys = [runs["task_id"], runs["algorithm"], runs["config"]]
    table = loss.groupby(keys).mean().unstack(["algorithm", "config"])
    return table.apply(lambda task: task.fillna(task.max()), axis=1)


def measure(kb: KnowledgeBase, metric: str) -> pd.DataFrame:
    """Return the losses of the single best, the advised and the best setup on each task."""
    loss, folds = losses(kb, metric), folds_of(kb)
    rows = []
    for fold in sorted(set(folds)):
        held_out = [task for task in folds.index[folds == fold] if task in loss.index]
        known = kb.tasks[~kb.tasks["task_id"].isin(held_out)]
        train = KnowledgeBase.from_frames(
            known, kb.metafeatures, kb.runs[kb.runs["task_id"].isin(known["task_id"])]
        )
        model = MetaModel(random_state=0).fit(train)
        single = loss.loc[loss.index.difference(held_out)].mean().idxmin()
        for task in held_out:
            described = kb.metafeatures.reindex([task]).iloc[0]
            (first,) = model.recommend(described, n=1, metric=metric)
            advised = (first.algorithm, canonical_config(first.config))
            own = loss.loc[task]
            rows.append({"single": own[single], "advice": own[advised], "best": own.min()})
    return pd.DataFrame(rows)


def worse_in_draws(losses: pd.DataFrame) -> float:
    """Return the share of draws of a third of the tasks in which advice loses more."""
    behind = (losses["advice"] - losses["single"]).to_numpy()
    rng = np.random.default_rng(0)
    draws = [rng.choice(behind, len(behind) // 3, replace=False).sum() for _ in range(N_DRAWS)]
    return float(np.mean(np.array(draws) > 1e-12))


def report(folder: Path) -> str:
    """Return one row of the table for a scenario."""
    kb = read_aslib(folder).knowledge_base
    metric = str(kb.runs["metric"].iloc[0])
    losses = measure(kb, metric)
    mean = losses.mean()
    left = (mean["advice"] - mean["best"]) / (mean["single"] - mean["best"])
    n_setups = len(kb.setups)
    return (
        f"| {kb.provenance['scenario']} | {metric} | {len(kb.tasks)} | {n_setups} | "
        f"{mean['single'] - mean['best']:.4f} | {mean['advice'] - mean['best']:.4f} | {left:.3f} | "
        f"{worse_in_draws(losses):.1%} |"
    )


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenarios", type=Path, nargs="+")
    folders = parser.parse_args().scenarios
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", KnowledgeBaseWarning)
        lines = [report(folder) for folder in folders]
    text = "\n".join(
        [
            "# Advice on scenarios of ASlib, by their own folds",
            "",
            "Mean loss over tasks beyond the best algorithm of each; the gap left is 1 for the "
            "single best algorithm and 0 for a perfect choice.",
            "",
            HEADER,
            *lines,
            "",
            "Made by `python benchmarks/aslib.py ../shared/histories/aslib/*`.",
            "",
        ]
    )
    print(text)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(text)


if __name__ == "__main__":
    main()
