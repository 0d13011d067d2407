"""Is the advice better once `tune --learn` has added earlier tables? A sequence of 30 tables.

The bundled knowledge base is replayed, so nothing depends on a clock: a user begins with a small
history, asks for advice on one table after the other, and tries the first setups of it; with
``--learn`` their recorded runs join the history before the next table is asked about, without it
the history stays as it was. Tables are of classification, in random order; no table of the
sequence has a relative in the history that it begins with, but it may have one earlier in the
sequence, as a user's own tables do. Regret is (best - score) / (best - median) among the setups
recorded on the table, by log loss, at most 2.

    python benchmarks/learning.py
    python benchmarks/learning.py --smoke

Nothing was tuned on these tasks for this page, but the learner's settings were chosen on the
same knowledge base.

Result: benchmarks/results/learning.md
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import pandas as pd
from measuring import SMOKE, Kept, by_group, made_by, results

from autometa import KnowledgeBase
from autometa.knowledge_base import canonical_config
from autometa.meta_models import MetaModel

METRIC = "neg_log_loss"
N_TABLES = 30
N_TRIED = 15  # setups of a table: about what a minute of `tune` scores on a small one
WORST = 2.0  # a disaster is a disaster, whatever its size
AFTER = (1, 5)
BEGINNINGS = {"10 tables": 10, "all other tables": None}


class Replay:
    """The recorded runs of the classification tasks, in one metric."""

    def __init__(self) -> None:
        bundled = KnowledgeBase.bundled()
        tasks, runs = bundled.tasks, bundled.runs
        self.tasks = tasks[tasks["task_type"] != "regression"].set_index("task_id", drop=False)
        self.features = bundled.metafeatures
        runs = runs[(runs["metric"] == METRIC) & runs["task_id"].isin(self.tasks.index)]
        self.runs = runs.reset_index(drop=True)
        worst = self.runs.groupby("task_id")["score"].transform("min")
        scores = self.runs["score"].fillna(worst)  # a failure is as bad as the worst
        by_task = scores.groupby(self.runs["task_id"])
        best, median = by_task.transform("max"), by_task.transform("median")
        span = (best - median).where(best > median, np.inf)
        self.regret = ((best - scores) / span).clip(upper=WORST)
        setup = zip(self.runs["task_id"], self.runs["algorithm"], self.runs["config"], strict=True)
        self.row_of = {key: row for row, key in enumerate(setup)}

    def model(self, rows: list[int], seed: int) -> MetaModel:
        """Return what is learnt from some of the runs."""
        runs = self.runs.iloc[rows]
        ids = list(dict.fromkeys(runs["task_id"]))
        kb = KnowledgeBase.from_frames(self.tasks.loc[ids], self.features.loc[ids], runs)
        return MetaModel(random_state=seed).fit(kb)

    def advised(self, model: MetaModel, task: str) -> list[int]:
        """Return the runs of the first setups that a model advises for a task."""
        advice = model.recommend(
            self.features.loc[task],
            2 * N_TRIED,  # not every setup was run on every task
            task_type=self.tasks.loc[task, "task_type"],
            metric=METRIC,
        )
        keys = [(task, one.algorithm, canonical_config(one.config)) for one in advice]
        return [self.row_of[key] for key in keys if key in self.row_of][:N_TRIED]


def sequence(replay: Replay, beginning: int | None, seed: int, n: int) -> list[dict[str, Any]]:
    """Return the regrets on each table of a sequence, with and without learning."""
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(replay.tasks.index.to_numpy())
    tables, families = shuffled[:n].tolist(), replay.tasks["family"]
    others = [t for t in shuffled[n:] if families[t] not in set(families[tables])][:beginning]
    history = np.flatnonzero(replay.runs["task_id"].isin(others)).tolist()
    fixed = replay.model(history, seed)
    learning, rows = fixed, []
    for place, task in enumerate(tables):
        tried = {"without": replay.advised(fixed, task), "with": replay.advised(learning, task)}
        is_like = families[task] in set(families[tables[:place]])
        for arm, found in tried.items():
            best = np.minimum.accumulate(replay.regret.to_numpy()[found])
            regrets = {f"@{k}": float(best[k - 1]) for k in AFTER}
            about = {"family": families[task], "place": place, "like": is_like}
            rows.append({"arm": arm, **about, **regrets})
        history = history + tried["with"]
        learning = replay.model(history, seed)
    return rows


PARTS = {
    "all 30": lambda rows: rows["place"] >= 0,
    "tables 2 to 10": lambda rows: rows["place"].between(1, 9),
    "tables 21 to 30": lambda rows: rows["place"] >= 20,
    "with a relative earlier in the sequence": lambda rows: rows["like"],
}


def report(measured: pd.DataFrame, n_orders: int) -> str:
    """Return the page: a line for each beginning and part of the sequence."""
    lines = [
        "# Does advice improve with `--learn`?",
        "",
        *(__doc__ or "").split("\n\n")[1].splitlines(),
        "",
        f"Mean regret over {n_orders} random orders of tables, and the paired difference (with "
        "less without; below zero is a gain), its standard error by family of datasets.",
        "",
        "| begins with | part of the sequence | tables "
        "| @1 without | with | difference | @5 without | with | difference |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for beginning, rows in measured.groupby("beginning", sort=False):
        for part, belongs in PARTS.items():
            chosen = rows[belongs(rows)]
            if chosen.empty:
                continue
            arms = {arm: one.reset_index(drop=True) for arm, one in chosen.groupby("arm")}
            cells = [str(beginning), part, str(len(arms["with"]))]
            for k in AFTER:
                with_, without = arms["with"][f"@{k}"], arms["without"][f"@{k}"]
                cells += [f"{without.mean():.3f}", f"{with_.mean():.3f}"]
                cells.append(by_group(with_ - without, arms["with"]["family"]))
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, or go on, and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, default=3)
    parser.add_argument("--begin", choices=list(BEGINNINGS), help="with this alone (default: all)")
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    given = parser.parse_args()
    n_orders, n_tables = (1, 3) if given.smoke else (given.orders, N_TABLES)
    begin = "10 tables" if given.smoke else given.begin
    beginnings = BEGINNINGS if begin is None else {begin: BEGINNINGS[begin]}
    replay = Replay()
    with results(given.smoke) as folder:
        kept = Kept(folder / "learning.jsonl")
        rows: list[dict[str, Any]] = []
        for name, size in beginnings.items():
            for order in range(n_orders):
                found = kept.rows(
                    (name, order),
                    lambda size=size, order=order: sequence(replay, size, order, n_tables),
                )
                rows += [{"beginning": name, "order": order, **row} for row in found]
        page = report(pd.DataFrame(rows), n_orders)
        print(page)
        (folder / "learning.md").write_text(f"{page}\n\n{made_by('learning.py')}\n")


if __name__ == "__main__":
    main()
