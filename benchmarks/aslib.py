"""Compare advice with the single best algorithm on scenarios of ASlib, by their own folds.

How much of the gap to the virtual best solver, which always chooses right, does advice leave
open? 0 is none of it, 1 as much as the single best algorithm of the training folds leaves.
Runtimes are penalised as PAR10; a setup that failed counts as the worst of its task. How sure
that is: the difference of both losses, paired by task, with its standard error; and a third of
the tasks is drawn again and again, and the share of draws counted in which advice loses more.

    python benchmarks/aslib.py ../shared/histories/aslib/OPENML-WEKA-2017
    python benchmarks/aslib.py --smoke

Scenarios: Bischl et al., ASlib, Artificial Intelligence 237, 2016 (github.com/coseal/aslib_data).
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from measuring import SMOKE, by_group, made_by, results
from oboe_history import made

from autometa.exceptions import KnowledgeBaseWarning
from autometa.importers import folds_of, read_aslib
from autometa.knowledge_base import KnowledgeBase, canonical_config
from autometa.meta_models import MetaModel

HEADER = (
    "| scenario | measure | tasks | algorithms | seed | single best | advice | advice, less single "
    "best | gap left | tasks better / as good / worse | worse in draws |\n" + "| --- " * 11 + "|"
)
N_DRAWS = 2_000


def losses(kb: KnowledgeBase, metric: str) -> pd.DataFrame:
    """Return what each setup loses on each task; repetitions are averaged."""
    runs = kb.runs[kb.runs["metric"] == metric]
    cutoff = kb.runs["cutoff_seconds"].max()
    loss = -runs["score"]
    if metric.startswith("neg_") and cutoff > 0:  # NaN where a scenario has none
        loss = loss.fillna(10.0 * cutoff)
    keys = [runs["task_id"], runs["algorithm"], runs["config"]]
    table = loss.groupby(keys).mean().unstack(["algorithm", "config"])
    return table.apply(lambda task: task.fillna(task.max()), axis=1)


def measure(kb: KnowledgeBase, metric: str, folds: pd.Series[int], seed: int = 0) -> pd.DataFrame:
    """Return the losses of the single best, the advised and the best setup on each task."""
    loss = losses(kb, metric)
    rows = []
    for fold in sorted(set(folds)):
        held_out = [task for task in folds.index[folds == fold] if task in loss.index]
        known = kb.tasks[~kb.tasks["task_id"].isin(held_out)]
        train = KnowledgeBase.from_frames(
            known, kb.metafeatures, kb.runs[kb.runs["task_id"].isin(known["task_id"])]
        )
        model = MetaModel(random_state=seed).fit(train)
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


def report(kb: KnowledgeBase, folds: pd.Series[int], seeds: range) -> list[str]:
    """Return the rows of the table for a scenario, one a seed of the forests."""
    metric = str(kb.runs["metric"].iloc[0])
    name = kb.provenance.get("scenario", "made in place")
    about = f"| {name} | {metric} | {len(kb.tasks)} | {len(kb.setups)} |"
    return [f"{about} {seed} | {_row(measure(kb, metric, folds, seed))}" for seed in seeds]


def _row(losses: pd.DataFrame) -> str:
    mean, apart = losses.mean(), losses["advice"] - losses["single"]
    gap = mean["single"] - mean["best"]
    left = (mean["advice"] - mean["best"]) / gap if gap > 0 else float("nan")
    better, worse = int((apart < -1e-12).sum()), int((apart > 1e-12).sum())
    return (
        f"{gap:.4f} | {mean['advice'] - mean['best']:.4f} | {by_group(apart)} | {left:.3f} | "
        f"{better} / {len(apart) - better - worse} / {worse} | {worse_in_draws(losses):.1%} |"
    )


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenarios", type=Path, nargs="*", help="folders as ASlib has them")
    parser.add_argument("--seeds", type=int, default=3, help="of the forests; folds are ASlib's")
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    options = parser.parse_args()
    if not options.scenarios and not options.smoke:
        parser.error("folders of scenarios are needed without --smoke")
    warnings.simplefilter("ignore", KnowledgeBaseWarning)
    lines = []
    for folder in options.scenarios:
        kb = read_aslib(folder).knowledge_base
        lines += report(kb, folds_of(kb), range(options.seeds))
    if options.smoke:
        kb = made().kb
        in_two = pd.Series(np.arange(len(kb.tasks)) % 2, kb.tasks["task_id"])
        lines += report(kb, in_two, range(1))
    text = "\n".join(
        [
            "# Advice on scenarios of ASlib, by their own folds",
            "",
            "Mean loss over tasks beyond the best algorithm of each; the gap left is 1 for the "
            "single best algorithm and 0 for a perfect choice. Advice, less single best: paired by "
            "task, ± standard error, below 0 is better. Nothing was tuned on these scenarios.",
            "",
            HEADER,
            *lines,
            "",
            made_by("aslib.py ../shared/histories/aslib/*"),
            "",
        ]
    )
    print(text)
    with results(options.smoke) as folder:
        (folder / "aslib.md").write_text(text)


if __name__ == "__main__":
    main()
