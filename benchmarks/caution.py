"""Measure what it costs to mind the all-round list, and what it saves.

Families are left out in tens. Each is advised with several sharpnesses of the task weights and
cautions (what a loss to the all-round list weighs against as large a gain). Regret is 0 for the
best setup of a task and 1 for its worst. Harm is the share of tasks on which the best of the
first setups is behind the all-round list's by more than two standard errors of the difference
over the same folds; for Oboe's history, which has no folds, by more than .05. "At all" is the
share on which it is behind by anything.

    python benchmarks/caution.py --shared ../shared
    python benchmarks/caution.py --smoke

What is done is kept in results/caution.jsonl: the same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import SMOKE, Kept, by_group, made_by, results
from oboe_history import made, read
from sklearn.model_selection import GroupKFold

from autometa.knowledge_base import KnowledgeBase
from autometa.meta_models import AdviceRequest
from autometa.meta_models._advisor import Advisor
from autometa.meta_models.evaluation._truth import Truth, read_truth
from autometa.performance import (
    FittedModel,
    GreedyPortfolio,
    History,
    LeafSimilarity,
    Learner,
    Performance,
    Question,
    QuestionResolver,
    read_histories,
    read_history,
)

SETTINGS = ((1.3, 0.0), (1.3, 0.75), (1.7, 0.0), (1.7, 0.5), (1.7, 0.75), (1.7, 1.0), (2.2, 0.75))
IN_USE = (1.7, 0.75)
AFTER = (1, 3, 10)
BUNDLED = (
    ("binary", "roc_auc"),
    ("binary", "accuracy"),
    ("multiclass", "neg_log_loss"),
    ("multiclass", "accuracy"),
    ("regression", "neg_root_mean_squared_error"),
    ("regression", "r2"),
)
BEYOND = 0.05


def measure(
    kb: KnowledgeBase, task_type: str, metric: str, seed: int, n_folds: int = 10
) -> list[dict[str, Any]]:
    """Return regret and harm of every setting on every task, by folds of families."""
    history = read_history(kb, (task_type,), metric)
    truth = read_truth(history, kb, metric)
    ids = history.tasks["task_id"]
    rows = []
    folds = GroupKFold(n_folds, shuffle=True, random_state=seed)
    for _, held_out in folds.split(ids, groups=history.families):
        train, question = _without(kb, task_type, metric, ids.iloc[held_out])
        learnt: FittedModel | None = None  # forests depend on none of the settings
        for sharpness, caution in SETTINGS:
            learner = Learner(
                similarity=LeafSimilarity(sharpness=sharpness),
                portfolio=GreedyPortfolio(caution=caution),
            )
            performance = Performance(train, question.metric, learner, fitted=learnt)
            learnt, advisor = performance.fitted, Advisor(performance)
            places = [history.setups.index(setup) for setup in train.setups]
            usual = performance.global_portfolio(np.arange(len(places)), max(AFTER))
            for task in held_out[history.described[held_out]]:
                forecast = performance.forecast(history.metafeatures.iloc[task])
                order = advisor.order(forecast, max(AFTER), AdviceRequest())
                chosen, others = ([places[c] for c in columns] for columns in (order, usual))
                found = {"sharpness": sharpness, "caution": caution}
                found |= {"task": str(ids.iloc[task]), "family": str(history.families[task])}
                rows.append(found | _figures(truth, task, chosen, others))
    return rows


def _without(
    kb: KnowledgeBase, task_type: str, metric: str, held_out: pd.Series[str]
) -> tuple[History, Question]:
    families = kb.tasks.loc[kb.tasks["task_id"].isin(held_out), "family"]
    known = kb.tasks[~kb.tasks["family"].isin(families)]
    runs = kb.runs[kb.runs["task_id"].isin(known["task_id"])]
    train = KnowledgeBase.from_frames(known, kb.metafeatures, runs)
    question = QuestionResolver(train).question(task_type, metric)
    return read_histories(train, question), question


def _figures(truth: Truth, task: int, chosen: list[int], usual: list[int]) -> dict[str, Any]:
    regret = truth.regret[task]
    found: dict[str, Any] = {}
    for k in AFTER:
        ours, theirs = (
            columns[int(np.nanargmin(regret[columns]))] for columns in (chosen[:k], usual[:k])
        )
        limit = 2 * truth.noise(task, ours, theirs)
        limit = BEYOND if np.isnan(limit) else limit
        found[f"@{k}"] = regret[ours]
        found[f"all-round @{k}"] = regret[theirs]
        behind = regret[ours] - regret[theirs]
        found[f"harm @{k}"] = float(ours != theirs and behind > limit)
        found[f"at all @{k}"] = float(behind > 1e-12)
    return found


def report(figures: pd.DataFrame) -> list[str]:
    """Return two tables: a row a setting, the mean over questions of the mean over tasks."""
    regrets, shares = ([f"{what}@{k}" for k in AFTER] for what in ("", "harm "))
    names = [*regrets, *shares, *(f"at all @{k}" for k in AFTER)]
    columns = ["question", "sharpness", "caution", *names, *(f"all-round @{k}" for k in AFTER)]
    settings = figures[columns].groupby(["question", "sharpness", "caution"]).mean()
    mean = settings.groupby(["sharpness", "caution"]).mean()
    lines = [f"| sharpness | caution | {' | '.join(names)} |", "| --- " * (2 + len(names)) + "|"]
    usual = settings[[f"all-round @{k}" for k in AFTER]].mean()
    lines.append("| all-round | | " + " | ".join(f"{u:.4f}" for u in usual) + " |" + " |" * 6)
    for (sharpness, caution), row in mean.iterrows():
        shown = [f"{row[n]:.4f}" if n in regrets else f"{row[n]:.1%}" for n in names]
        lines.append(f"| {sharpness} | {caution} | " + " | ".join(shown) + " |")
    lines += ["", "Less the setting in use, paired by task, ± standard error over families:", ""]
    compared = [*regrets, *shares]
    lines += [f"| sharpness | caution | {' | '.join(compared)} |"]
    lines += ["| --- " * (2 + len(compared)) + "|"]
    keys = ["question", "task", "family"]
    by_task = figures.groupby(["sharpness", "caution", *keys])[compared].mean()
    n_questions = by_task.index.get_level_values("question").nunique()
    for setting in mean.index.drop([IN_USE], errors="ignore"):
        apart = by_task.loc[setting] - by_task.loc[IN_USE]
        # Every question counts alike: a task weighs by how few tasks its question has.
        n_tasks = apart.groupby("question")[compared[0]].transform("size")
        apart = apart.mul(len(apart) / (n_questions * n_tasks), axis=0).reset_index()
        cells = [by_group(apart[name], apart["family"]) for name in compared]
        lines.append(f"| {setting[0]} | {setting[1]} | " + " | ".join(cells) + " |")
    return lines


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    options = parser.parse_args()
    one = (("classification", "balanced_accuracy"),)
    if options.smoke:
        histories = {"A history made in place": (made().kb, one)}
        seeds, n_folds = range(1), 2
    else:
        histories = {
            "Oboe's history": (read(options.shared).kb, one),
            "The bundled knowledge base, six questions": (KnowledgeBase.bundled(), BUNDLED),
        }
        seeds, n_folds = range(options.seeds), 10
    lines = ["# Caution", "", "By families left out; sharpness 1.7, caution .75 are in use. They"]
    lines += ["were chosen by these same tables, on these same histories: expect less elsewhere."]
    with results(options.smoke) as folder:
        kept = Kept(folder / "caution.jsonl")
        for title, (kb, questions) in histories.items():
            parts = []
            for task_type, metric in questions:
                for seed in seeds:
                    asked = (kb, task_type, metric, seed, n_folds)
                    rows = kept.rows((title, *asked[1:]), lambda asked=asked: measure(*asked))
                    parts.append(pd.DataFrame(rows).assign(question=f"{task_type}, {metric}"))
            lines += ["", f"## {title}", "", *report(pd.concat(parts))]
        text = "\n".join([*lines, "", made_by(f"caution.py --seeds {len(seeds)}"), ""])
        print(text)
        (folder / "caution.md").write_text(text)


if __name__ == "__main__":
    main()
