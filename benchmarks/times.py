"""Measure how well fit times are expected, by family and beyond the largest known task.

The bundled knowledge base, once by ten parts of its families, and once learnt from tasks of up to
4,000 rows and asked about larger ones; with the trend along sizes and without. Errors are of the
natural logarithm of the seconds.

    python benchmarks/times.py
    python benchmarks/times.py --smoke
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from measuring import SMOKE, made_by, results
from sklearn.model_selection import GroupKFold

from autometa.knowledge_base import KnowledgeBase
from autometa.metrics import default_metric
from autometa.performance import History, ReferenceTasks, TimeModel, read_history

FEW_ROWS = 4_000
SHORTEST = 1e-4

Order = npt.NDArray[np.intp]


def errors(history: History, held_out: Order, with_trend: bool) -> list[float]:
    """Return expected less true logarithms on the tasks held out."""
    families = history.families
    known = np.flatnonzero(~np.isin(families, families[held_out]))
    tasks = ReferenceTasks(history.metafeatures.iloc[known], families[known])
    points = tasks.points(history.metafeatures.iloc[held_out])
    if not with_trend:
        tasks.sizes = tasks.sizes[:, :0]
        points = [replace(point, sizes=point.sizes[:0]) for point in points]
    model = TimeModel().fit(tasks, history.seconds[known][tasks.described])
    found: list[float] = []
    for task, point in zip(held_out, points, strict=True):
        expected = np.maximum(model.predict(point), SHORTEST)
        error = np.log(expected / np.maximum(history.seconds[task], SHORTEST))
        found += error[np.isfinite(error)].tolist()
    return found


def rows(kb: KnowledgeBase, task_type: str, n_folds: int) -> list[str]:
    """Return the rows of the table for a task type."""
    history = read_history(kb, (task_type,), default_metric(task_type))
    folds = GroupKFold(n_folds, shuffle=True, random_state=0)
    parts = [held for _, held in folds.split(history.seconds, groups=history.families)]
    large = np.flatnonzero(history.tasks["n_rows"] > FEW_ROWS)
    shown = []
    for title, held_out in (("by family", parts), (f"{len(large)} larger tasks", [large])):
        for with_trend in (False, True):
            found = pd.Series([e for part in held_out for e in errors(history, part, with_trend)])
            shown.append(
                f"| {task_type} | {title} | {'with' if with_trend else 'without'} | "
                f"{found.abs().mean():.2f} | {found.mean():+.2f} | "
                f"{(found.abs() < np.log(2)).mean():.1%} |"
            )
    return shown


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    is_smoke = parser.parse_args().smoke
    kb, n_folds = KnowledgeBase.bundled(), 2 if is_smoke else 10
    kinds = ("regression",) if is_smoke else ("binary", "multiclass", "regression")
    lines = [row for kind in kinds for row in rows(kb, kind, n_folds)]
    text = "\n".join(
        [
            "# Expected fit times",
            "",
            "| tasks | held out | trend | mean error | bias | within a factor of 2 |",
            "| --- | --- | --- | --- | --- | --- |",
            *lines,
            "",
            made_by("times.py"),
            "",
        ]
    )
    print(text)
    with results(is_smoke) as folder:
        (folder / "times.md").write_text(text)


if __name__ == "__main__":
    main()
