"""Measures what each family of meta-features adds to the advice, and what it costs.

The meta-model learns from all families of datasets but those of one tenth, and is asked
about that tenth; with every family of meta-features alone, with all, and with all but
one. Regret is 0 for the best setup of a dataset and 1 for the worst; "none" is the
all-round order. Three histories: the bundled knowledge base, whose tables are described
anew with everything there is; Oboe's, described by auto-sklearn's meta-features, and
OPENML-WEKA-2017, described by OpenML's qualities, as `metafeatures.translate` reads them.

    python benchmarks/ablation.py --smoke
    python benchmarks/ablation.py --shared ../shared

Data: Yang et al., OBOE, KDD 2019 (github.com/udellgroup/oboe, BSD-3); Fusi et al.,
NeurIPS 2018 (github.com/rsheth80/pmf-automl, BSD-3); Bischl et al., ASlib, AIJ 2016
(github.com/coseal/aslib_data).
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import ablation_histories
import numpy as np
import numpy.typing as npt
import pandas as pd
from measuring import SMOKE, made_by, results
from oboe_history import made
from rich.progress import track

from autometa.exceptions import KnowledgeBaseWarning
from autometa.knowledge_base import KnowledgeBase, canonical_config
from autometa.meta_models import MetaModel
from metafeatures import list_metafeatures

N_FOLDS = 10
AT = (1, 3, 10)
SMOKE_NAMES = ("n_rows", "n_classes", "skewness_mean", "kurtosis_mean")


@dataclass(frozen=True)
class Fold:
    """What is asked of one model: who is left out, and what it may look at."""

    history: str
    subset: str
    names: tuple[str, ...] | None
    left_out: tuple[str, ...]


def subsets(known: pd.Index) -> dict[str, tuple[str, ...] | None]:
    """Return the names of meta-features to try, by what they are called in the table."""
    family = list_metafeatures().set_index("name")["family"].reindex(known)
    families = list(dict.fromkeys(family))
    alone = {f"{one} alone": tuple(known[family == one]) for one in families}
    without = {f"all but {one}": tuple(known[family != one]) for one in families}
    return {"none": None, "all": tuple(known)} | alone | without


def folds(tasks: pd.DataFrame, seed: int, n_folds: int = N_FOLDS) -> Iterator[tuple[str, ...]]:
    """Yield the tasks in parts, no family in two."""
    families = np.random.default_rng(seed).permutation(sorted(set(tasks["family"])))
    for part in np.array_split(families, n_folds):
        yield tuple(tasks.loc[tasks["family"].isin(part), "task_id"])


def regrets(history: ablation_histories.History, fold: Fold, seed: int) -> list[dict[str, object]]:
    """Return the regret after 1, 3 and 10 setups on each task of a fold."""
    kb = history.kb
    is_left = kb.runs["task_id"].isin(fold.left_out)
    described = kb.metafeatures if fold.names is None else kb.metafeatures[list(fold.names)]
    rest = KnowledgeBase.from_frames(
        kb.tasks[~kb.tasks["task_id"].isin(fold.left_out)],
        described[~described.index.isin(fold.left_out)],
        kb.runs[~is_left],
    )
    model = MetaModel(random_state=seed).fit(rest)
    rows = []
    for task_id in fold.left_out:
        if task_id not in described.index:
            continue
        truth = history.regret[task_id]
        task_type = kb.tasks.set_index("task_id").loc[task_id, "task_type"]
        row = None if fold.names is None else described.loc[task_id]
        advice = model.recommend(row, max(AT), task_type=task_type)
        found = np.minimum.accumulate(
            [truth[a.algorithm, canonical_config(a.config)] for a in advice]
        )
        rows.append({"task_id": task_id} | {f"@{k}": float(found[k - 1]) for k in AT})
    return rows


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--cache", type=Path, default=None, help="folder of described tables")
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    options = parser.parse_args()
    warnings.simplefilter("ignore", KnowledgeBaseWarning)
    n_folds, n_subsets = N_FOLDS, None
    if options.smoke:
        options.seeds, n_folds, n_subsets = 1, 2, 2
        histories = {"made in place": ablation_histories.of_names(made().kb, SMOKE_NAMES)}
        seconds = ablation_histories.family_seconds(n_rows=200)
    else:
        histories, seconds = ablation_histories.read(options.shared, options.cache)
    items = [
        (seed, Fold(name, subset, names, left))
        for name, history in histories.items()
        for seed in range(options.seeds)
        for subset, names in islice(subsets(history.kb.metafeatures.columns).items(), n_subsets)
        for left in folds(history.kb.tasks, seed, n_folds)
    ]
    rows = []
    for seed, fold in track(items, "Asking"):
        about = {"history": fold.history, "subset": fold.subset, "seed": seed}
        rows += [about | row for row in regrets(histories[fold.history], fold, seed)]
    text = report(pd.DataFrame(rows), seconds)
    print(text)
    with results(options.smoke) as folder:
        (folder / "ablation.md").write_text(text)


def report(table: pd.DataFrame, seconds: dict[str, float]) -> str:
    """Return the tables as Markdown: mean regret, and the difference to all families."""
    lines = ["# Families of meta-features: what they add to the advice, and what they cost", ""]
    lines += ["Mean regret over datasets, 10-fold by family of datasets, ± standard error of the",
              "difference to *all* on the same datasets.", ""]  # fmt: skip
    for history, part in table.groupby("history", sort=False):
        by_task = part.groupby(["subset", "task_id"], sort=False)[[f"@{k}" for k in AT]].mean()
        every = by_task.loc["all"]
        lines += [f"## {history} ({len(every)} datasets)", ""]
        lines += ["| meta-features | @1 | @3 | @10 | mean, less all |", "| --- " * 5 + "|"]
        for subset in dict.fromkeys(by_task.index.get_level_values(0)):
            lines.append(_line(str(subset), by_task.loc[subset], every))
        lines.append("")
    lines += ["## Seconds on a generated table of 10,000 rows x 30 columns, default bounds", ""]
    lines += ["| family | processor seconds |", "| --- | --- |"]
    lines += [f"| {family} | {value:.3f} |" for family, value in seconds.items()]
    return "\n".join([*lines, "", made_by("ablation.py"), ""])


def _line(subset: str, here: pd.DataFrame, every: pd.DataFrame) -> str:
    means: npt.NDArray[np.float64] = here.mean().to_numpy()
    less = (here - every).mean(axis=1)
    cells = [f"{mean:.4f}" for mean in means] + [f"{less.mean():+.4f} ± {less.sem():.4f}"]
    return f"| {subset} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
