"""Measure what it costs to mind the all-round list, and what it saves.

Families are left out in tens. Each is advised with several sharpnesses of the task weights and
cautions (what a loss to the all-round list weighs against as large a gain). Regret is 0 for the
best setup of a task and 1 for its worst. Harm is the share of tasks on which the best of the
first setups is behind the all-round list's by more than two standard errors over folds; for
Oboe's history, which has no folds, by more than .05.

    python benchmarks/caution.py --shared ../shared
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from oboe import read
from sklearn.model_selection import GroupKFold

from autometa.knowledge_base import KnowledgeBase
from autometa.meta_models import _portfolio, _weights
from autometa.meta_models._advisor import Advisor
from autometa.meta_models._forests import Growth
from autometa.meta_models._history import read_histories, read_history
from autometa.meta_models._questions import QuestionDesk
from autometa.meta_models._request import Request
from autometa.meta_models.evaluation._truth import Truth, read_truth

RESULT = Path(__file__).parent / "results" / "caution.md"
SETTINGS = ((1.3, 0.0), (1.3, 0.75), (1.7, 0.0), (1.7, 0.5), (1.7, 0.75), (1.7, 1.0), (2.2, 0.75))
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


def measure(kb: KnowledgeBase, task_type: str, metric: str, seed: int) -> pd.DataFrame:
    """Return regret and harm of every setting on every task, by folds of families."""
    history = read_history(kb, (task_type,), metric)
    truth = read_truth(history, kb, metric)
    ids = history.tasks["task_id"]
    rows = []
    folds = GroupKFold(10, shuffle=True, random_state=seed)
    for _, held_out in folds.split(ids, groups=history.families):
        advisor = _advisor_without(kb, task_type, metric, ids.iloc[held_out])
        places = [history.setups.index(setup) for setup in advisor.history.setups]
        usual = advisor.all_round(np.arange(len(places)), max(AFTER))
        for task in held_out[history.described[held_out]]:
            for sharpness, caution in SETTINGS:
                _weights._SHARPNESS, _portfolio._CAUTION = sharpness, caution
                forecast = advisor.forecast(history.metafeatures.iloc[task])
                order = advisor.order(forecast, max(AFTER), Request())
                chosen, others = ([places[c] for c in columns] for columns in (order, usual))
                found = {"sharpness": sharpness, "caution": caution}
                rows.append(found | _figures(truth, task, chosen, others))
    return pd.DataFrame(rows)


def _advisor_without(
    kb: KnowledgeBase, task_type: str, metric: str, held_out: pd.Series[str]
) -> Advisor:
    families = kb.tasks.loc[kb.tasks["task_id"].isin(held_out), "family"]
    known = kb.tasks[~kb.tasks["family"].isin(families)]
    runs = kb.runs[kb.runs["task_id"].isin(known["task_id"])]
    train = KnowledgeBase.from_frames(known, kb.metafeatures, runs)
    question = QuestionDesk(train).question(task_type, metric)
    return Advisor(read_histories(train, question), metric, False, Growth(100, 0))


def _figures(truth: Truth, task: int, chosen: list[int], usual: list[int]) -> dict[str, float]:
    regret = truth.regret[task]
    found = {}
    for k in AFTER:
        ours, theirs = (
            columns[int(np.nanargmin(regret[columns]))] for columns in (chosen[:k], usual[:k])
        )
        limit = 2 * truth.noise(task, ours, theirs)
        limit = BEYOND if np.isnan(limit) else limit
        found[f"@{k}"] = regret[ours]
        found[f"all-round @{k}"] = regret[theirs]
        found[f"harm @{k}"] = float(ours != theirs and regret[ours] - regret[theirs] > limit)
    return found


def report(figures: pd.DataFrame) -> list[str]:
    """Return one table: a row a setting, the mean over questions of the mean over tasks."""
    names = [f"@{k}" for k in AFTER] + [f"harm @{k}" for k in AFTER]
    mean = figures.groupby(["question", "sharpness", "caution"]).mean()
    lines = ["| sharpness | caution | " + " | ".join(names) + " |", "| --- " * 8 + "|"]
    usual = mean[[f"all-round @{k}" for k in AFTER]].mean()
    lines.append("| all-round | | " + " | ".join(f"{u:.4f}" for u in usual) + " | | | |")
    for (sharpness, caution), row in mean.groupby(["sharpness", "caution"]).mean().iterrows():
        shown = [f"{row[n]:.1%}" if "harm" in n else f"{row[n]:.4f}" for n in names]
        lines.append(f"| {sharpness} | {caution} | " + " | ".join(shown) + " |")
    return lines


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--seeds", type=int, default=2)
    arguments = parser.parse_args()
    oboe = read(arguments.shared).kb
    histories = {
        "Oboe's history": (oboe, (("classification", "balanced_accuracy"),)),
        "The bundled knowledge base, six questions": (KnowledgeBase.bundled(), BUNDLED),
    }
    lines = ["# Caution", "", "By families left out; sharpness 1.7 and caution .75 are in use."]
    for title, (kb, questions) in histories.items():
        parts = [
            measure(kb, task_type, metric, seed).assign(question=f"{task_type}, {metric}")
            for task_type, metric in questions
            for seed in range(arguments.seeds)
        ]
        lines += ["", f"## {title}", "", *report(pd.concat(parts))]
    text = "\n".join([*lines, "", "Made by `python benchmarks/caution.py`.", ""])
    print(text)
    RESULT.write_text(text)


if __name__ == "__main__":
    main()
