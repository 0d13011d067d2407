"""Measure whether advice notices what lies outside all that is known, and what it says there.

Tables are planted outside the bundled knowledge base: ten times the rows of the largest known
task, ten times the columns, the classes, text alone, 99 % of the cells missing, a class of .1 %,
a target that is noise. Their novelty is compared with that of the known tasks, each with its
family left out, as the area under the ROC curve by kind of plant. Then all tasks above a number
of rows are held out at once: do 90 % intervals hold there, and expected seconds?

    python benchmarks/beyond_known.py [--smoke]
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from measuring import SMOKE, made_by, results
from sklearn.datasets import make_classification, make_regression
from sklearn.metrics import roc_auc_score

from autometa import KnowledgeBase, MetaModel, recommend
from autometa.meta_models.evaluation import evaluate, summarise_evaluation

TIMES = 10  # the rows, columns and classes of planted tables, beside the most that are known
N_TABLES = 6  # of a kind and task type, of seeds and shapes of their own
BEYOND = (300, 1000, 2000)  # rows; more would leave too few tasks to judge
Planted = tuple[pd.DataFrame, pd.Series]


def table(task_type: str, seed: int, *, n_rows: int = 1000, n_columns: int = 12) -> Planted:
    """Return a table as many are, of a size between those given and half of them."""
    rng = np.random.default_rng(seed)
    n_rows = int(n_rows * rng.uniform(0.7, 1.3))
    told = max(2, n_columns // 3)
    if task_type == "regression":
        X, y = make_regression(n_rows, n_columns, n_informative=told, noise=20, random_state=seed)
    else:
        n_classes = 2 if task_type == "binary" else 4
        X, y = make_classification(
            n_rows, n_columns, n_informative=told, n_classes=n_classes, flip_y=0.1,
            n_clusters_per_class=1, random_state=seed,
        )  # fmt: skip
    return pd.DataFrame(X).rename(columns="x{}".format), pd.Series(y, name="y")


def larger(kb: KnowledgeBase, task_type: str, seed: int) -> Planted:
    """Return ten times the rows of the largest known task of the type."""
    known = kb.tasks.loc[kb.tasks["task_type"] == task_type, "n_rows"].max()
    return table(task_type, seed, n_rows=int(TIMES * known / 0.7))


def wider(kb: KnowledgeBase, task_type: str, seed: int) -> Planted:
    """Return ten times the columns of the widest known task of the type."""
    of_type = kb.tasks.loc[kb.tasks["task_type"] == task_type, "task_id"]
    known = int(kb.metafeatures["n_columns"].reindex(of_type).max())
    return table(task_type, seed, n_columns=TIMES * known)


def more_classes(kb: KnowledgeBase, task_type: str, seed: int) -> Planted:
    """Return ten times the classes of the task that has most, twelve rows of each."""
    n_classes = int(TIMES * kb.metafeatures["n_classes"].max())
    X, _ = table("regression", seed, n_rows=int(12 * n_classes / 0.7))
    cuts = pd.qcut(X["x0"] + X["x1"], n_classes, labels=False)
    return X, cuts.rename("y").astype(str) + "c"


def of_text(kb: KnowledgeBase, task_type: str, seed: int) -> Planted:
    """Return a table whose columns are sentences, one word of which tells the target."""
    _, y = table(task_type, seed)
    rng = np.random.default_rng(seed)
    words = np.array([f"word{i}" for i in range(500)])
    told = pd.qcut(y.rank(method="first"), 5, labels=False)
    sentences = [" ".join([*rng.choice(words, 12), f"tell{code}"]) for code in told]
    return pd.DataFrame({"said": sentences, "again": rng.permutation(sentences)}), y


def missing(kb: KnowledgeBase, task_type: str, seed: int) -> Planted:
    """Return a table of which 99 % of the cells are missing."""
    X, y = table(task_type, seed, n_rows=3000)
    return X.mask(np.random.default_rng(seed).random(X.shape) < 0.99), y


def rare(kb: KnowledgeBase, task_type: str, seed: int) -> Planted:
    """Return a table whose rarest class is .1 % of the rows."""
    X, y = table(task_type, seed, n_rows=20_000)
    rarest = np.flatnonzero(y == y.max())
    others = np.flatnonzero(y != y.max())
    rows = np.sort(np.r_[others, rarest[: max(8, len(others) // 1000)]])
    return X.iloc[rows].reset_index(drop=True), y.iloc[rows].reset_index(drop=True)


def noise(kb: KnowledgeBase, task_type: str, seed: int) -> Planted:
    """Return a table that says nothing of its target."""
    X, y = table(task_type, seed)
    shuffled = np.random.default_rng(seed + 1).permutation(y)
    return X, pd.Series(shuffled, name="y")


ALL_TYPES = ("binary", "multiclass", "regression")
Kinds = dict[str, tuple[Callable[[KnowledgeBase, str, int], Planted], tuple[str, ...]]]
KINDS: Kinds = {
    "10 times the rows": (larger, ALL_TYPES),
    "10 times the columns": (wider, ALL_TYPES),
    "10 times the classes": (more_classes, ("multiclass",)),
    "text alone": (of_text, ALL_TYPES),
    "99 % missing": (missing, ALL_TYPES),
    "a class of .1 %": (rare, ("binary", "multiclass")),
    "noise": (noise, ALL_TYPES),
}


def novelties_of_known(kb: KnowledgeBase) -> Iterator[tuple[str, float]]:
    """Yield task type and novelty of each known task, its family left out."""
    for family, tasks in kb.tasks.groupby("family"):
        rest = kb.tasks[kb.tasks["family"] != family]
        others = KnowledgeBase(
            rest.reset_index(drop=True),
            kb.metafeatures.loc[rest["task_id"]],
            kb.runs[kb.runs["task_id"].isin(rest["task_id"])].reset_index(drop=True),
        )
        model = MetaModel().fit(others)
        for task_id, task_type in zip(tasks["task_id"], tasks["task_type"], strict=True):
            found = model.recommend(kb.metafeatures.loc[task_id], 1, task_type=task_type)
            yield str(task_type), found.novelty


def planted(kb: KnowledgeBase, kinds: Kinds, n_tables: int) -> pd.DataFrame:
    """Return kind, task type, novelty and what was named first for each planted table."""
    rows = []
    for kind, (make, task_types) in kinds.items():
        for task_type in task_types:
            for seed in range(n_tables):
                X, y = make(kb, task_type, seed)
                asked = "regression" if task_type == "regression" else None
                advice = recommend(X, y, n=1, task_type=asked, knowledge_base=kb)
                named = advice.outside[0].name if advice.outside else ""
                rows.append((kind, task_type, advice.novelty, named))
    return pd.DataFrame(rows, columns=["kind", "task type", "novelty", "named first"])


def of_novelty(kb: KnowledgeBase, kinds: Kinds, n_tables: int) -> str:
    """Return the table of how well novelty tells planted tables from known ones."""
    known = pd.DataFrame(novelties_of_known(kb), columns=["task type", "novelty"])
    plants = planted(kb, kinds, n_tables)
    lines = [
        "| planted | tables | median novelty | AUROC against known tasks | named first |",
        "| --- | --- | --- | --- | --- |",
    ]
    for kind, of_kind in plants.groupby("kind", sort=False):
        beside = known[known["task type"].isin(of_kind["task type"])]["novelty"]
        truth = np.r_[np.zeros(len(beside)), np.ones(len(of_kind))]
        area = roc_auc_score(truth, np.r_[beside, of_kind["novelty"]])
        named = of_kind["named first"].mode()[0] or "nothing"
        usual = of_kind["novelty"].median()
        lines.append(f"| {kind} | {len(of_kind)} | {usual:.2f} | {area:.3f} | {named} |")
    usual = known["novelty"]
    lines.append(
        f"\nKnown tasks with their family left out: median novelty {usual.median():.2f}, "
        f"above .5 on {(usual > 0.5).mean():.1%} of {len(usual)}."
    )
    return "\n".join(lines)


def of_intervals(kb: KnowledgeBase, beyond: tuple[int, ...]) -> str:
    """Return the table of what holds on tasks larger than all that are known."""
    lines = [
        "| held out: more rows than | task type | tasks | 90 % intervals hold, first ten | all |"
        " seconds within a factor of 2 |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for n_rows in beyond:
        for of_type in summarise_evaluation(evaluate(kb, beyond_rows=n_rows)):
            intervals, seconds = of_type["intervals"], of_type["seconds"]
            lines.append(
                f"| {n_rows} | {of_type['task_type']} | {of_type['n_tasks']} "
                f"| {intervals['listed']['coverage']:.1%} | {intervals['all']['coverage']:.1%} "
                f"| {seconds['within_factor_2']:.1%} |"
            )
    return "\n".join(lines)


def small(kb: KnowledgeBase) -> KnowledgeBase:
    """Return a part of the binary tasks."""
    few = kb.tasks[kb.tasks["task_type"] == "binary"].iloc[::4]
    return KnowledgeBase(
        few.reset_index(drop=True),
        kb.metafeatures.loc[few["task_id"]],
        kb.runs[kb.runs["task_id"].isin(few["task_id"])].reset_index(drop=True),
    )


PAGE = """# Beyond what is known

{novelty}

## Tasks larger than all known

{intervals}

That errors grow by their own size with each factor of ten beyond the known rows was set before
this was measured; without it 90 % intervals of the first ten held on 80, 78 and 73 % of the
tasks of more than 300, 1,000 and 2,000 rows.

{made_by}
"""


def main() -> None:
    """Measure, write the page and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    is_smoke = parser.parse_args().smoke
    warnings.simplefilter("ignore")  # planted tables are warned of, each for what it is
    kb = KnowledgeBase.bundled()
    if is_smoke:
        kb = small(kb)
        kinds = {"noise": (noise, ("binary",)), "99 % missing": (missing, ("binary",))}
    else:
        kinds = KINDS
    page = PAGE.format(
        novelty=of_novelty(kb, kinds, 1 if is_smoke else N_TABLES),
        intervals=of_intervals(kb, BEYOND[:1] if is_smoke else BEYOND),
        made_by=made_by("beyond_known.py"),
    )
    with results(is_smoke) as folder:
        (folder / "beyond_known.md").write_text(page)
    print(page)


if __name__ == "__main__":
    main()
