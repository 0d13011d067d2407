"""Measure whether features of the knowledge graph improve the advice.

The algorithms are embedded by what the graph says of them: the principal components of the regrets
of their best setups on the known tasks (edges `evaluatedOn`), missing ones at the algorithm's mean.
A task gets the mean of the components of its five nearest tasks (edges `similarTo`), weighted by
1 - distance, never its own: a new task has no runs, so its place in the graph is that of its
neighbours. Advice is asked from the meta-features alone, from these features alone, and from both,
families left out by tenths in several divisions. Regret is 0 for the best setup of a task and 1
for its worst; differences are paired. ::

    python benchmarks/graph_features.py
    python benchmarks/graph_features.py --smoke

Each division of a task type is kept when it is done: the same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import ablation_histories
import numpy as np
import pandas as pd
from ablation import AT, Fold, folds
from ablation import regrets as regrets_of_fold
from measuring import SMOKE, Kept, by_group, made_by, results

from autometa.graph._cells import Cells, judging
from autometa.graph._relations import evaluated, similar
from autometa.knowledge_base import KnowledgeBase
from autometa.metrics import default_metric

N_COMPONENTS = 5  # of some sixteen algorithms; the rest is noise of tasks
ALONE, GRAPH, BOTH = "meta-features", "graph features", "both"


def main() -> None:
    """Measure what is not measured yet, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--seeds", type=int, default=3, help="divisions of the families")
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    arguments = parser.parse_args()
    types = ("regression",) if arguments.smoke else ("binary", "multiclass", "regression")
    with results(arguments.smoke) as folder:
        kept = Kept(folder / "graph_features.jsonl")
        rows: list[dict[str, Any]] = []
        for seed in range(1 if arguments.smoke else arguments.seeds):
            for task_type in types:
                rows += kept.rows(
                    (task_type, seed),
                    lambda t=task_type, s=seed: measure(t, s, arguments.smoke),
                )
        page = "\n".join([*report(pd.DataFrame(rows)), "", made_by("graph_features.py"), ""])
        (folder / "graph_features.md").write_text(page)
        print(page)


def measure(task_type: str, seed: int, is_smoke: bool) -> list[dict[str, Any]]:
    """Return the regrets of each way on all tasks of a type."""
    kb = KnowledgeBase.bundled()
    tasks = kb.tasks[kb.tasks["task_type"] == task_type]
    if is_smoke:
        tasks = tasks.drop_duplicates("family").head(16)
    metric = default_metric(task_type)
    runs = kb.runs[kb.runs["task_id"].isin(tasks["task_id"]) & (kb.runs["metric"] == metric)]
    if is_smoke:
        setups = pd.Series(runs["config"].unique())[::10]
        runs = runs[runs["config"].isin(setups)]
    described = kb.metafeatures[kb.metafeatures.index.isin(tasks["task_id"])].dropna(
        axis=1, how="all"
    )
    rows = []
    for left_out in folds(tasks, seed, 2 if is_smoke else 10):
        own = graph_features(tasks, described, runs, left_out)
        for way, table in {ALONE: described, GRAPH: own, BOTH: described.join(own)}.items():
            history = ablation_histories.history(tasks, table, runs)
            found = regrets_of_fold(history, Fold("", way, tuple(table), left_out), seed)
            rows += [{**row, "way": way, "task_type": task_type, "seed": seed} for row in found]
    families = tasks.set_index("task_id")["family"]
    return [{**row, "family": families[row["task_id"]]} for row in rows]


def graph_features(
    tasks: pd.DataFrame, described: pd.DataFrame, runs: pd.DataFrame, left_out: tuple[str, ...]
) -> pd.DataFrame:
    """Return features of all tasks, from what the graph of the others says."""
    is_known = ~tasks["task_id"].isin(left_out)
    known = tasks[is_known]
    kb = KnowledgeBase.from_frames(known, None, runs[~runs["task_id"].isin(left_out)])
    types = dict(zip(known["task_id"], known["task_type"], strict=True))
    cells = Cells.of(kb)
    edges = pd.DataFrame(
        [(e.task_id, e.algorithm, e.regret) for e in evaluated(cells, judging(cells, types))],
        columns=["task", "algorithm", "regret"],
    )
    regret = edges.pivot(index="task", columns="algorithm", values="regret")
    regret = (regret - regret.mean()).fillna(0.0)
    _, _, axes = np.linalg.svd(regret.to_numpy(), full_matrices=False)
    places = regret.to_numpy() @ axes[:N_COMPONENTS].T
    place_of = dict(zip(regret.index, places, strict=True))
    near: dict[str, list[tuple[float, Any]]] = {task: [] for task in described.index}
    families = tasks.set_index("task_id")["family"]
    for edge in similar_to_others(described, families, set(place_of)):
        near[edge.task_id].append((1.0 - edge.distance, place_of[edge.other]))
    values = {
        task: np.average([p for _, p in some], axis=0, weights=[w for w, _ in some])
        if some
        else np.zeros(places.shape[1])
        for task, some in near.items()
    }
    names = [f"graph_{i}" for i in range(len(next(iter(values.values()))))]
    return pd.DataFrame.from_dict(values, orient="index", columns=names)


def similar_to_others(
    described: pd.DataFrame, families: pd.Series[str], known: set[str]
) -> Iterator[Any]:
    """Yield the edges from each task to the nearest known ones of other families.

    A held-out task has none of its own family among the known: nor may a known one, or its
    features would say more of it than those of a new task can.
    """
    kinds = dict.fromkeys(described.index, "of one type")
    for task in described.index:
        others = {one for one in known if families[one] != families[task]}
        rows = described.loc[sorted(others | {task})]
        yield from (edge for edge in similar(rows, kinds) if edge.task_id == task)


def report(found: pd.DataFrame) -> Iterator[str]:
    """Yield the lines of the page."""
    columns = [f"@{k}" for k in AT]
    yield "# Features of the knowledge graph"
    yield ""
    yield str(__doc__).split("::", maxsplit=1)[0].split("\n", 2)[2].strip()
    yield ""
    yield "| tasks | asked from | " + " | ".join(columns) + " |"
    yield "| --- " * (2 + len(columns)) + "|"
    for task_type, rows in found.groupby("task_type", sort=False):
        by_task = rows.groupby(["way", "family", "task_id"])[columns].mean()
        usual = by_task.loc[ALONE]
        for way in (ALONE, GRAPH, BOTH):
            own = by_task.loc[way]
            families = pd.Series(own.index.get_level_values("family"))
            cells = [
                f"{own[c].mean():.4f}"
                + ("" if way == ALONE else f" ({by_group(own[c] - usual[c], families)})")
                for c in columns
            ]
            yield f"| {task_type} | {way} | {' | '.join(cells)} |"
    yield ""
    yield "In brackets: the paired difference from meta-features alone, its error over families."


if __name__ == "__main__":
    main()
