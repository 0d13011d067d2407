"""Whether two descriptions under one id are of one task.

Ids are names that people give ("train", 31): two tasks may share one. Runs of both
would be ranked against each other, so they are refused where it shows.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from autometa.exceptions import KnowledgeBaseError

# What makes a task another; names and families are only what people call it.
TELLING = ("task_type", "target", "n_rows")
MOST_NAMED = 5


def check_same_tasks(tasks_held: pd.DataFrame, others: pd.DataFrame) -> None:
    """Raise when tasks of one id cannot be the same.

    What one side does not know ("classification", no target, no number of rows) does not
    differ.

    Raises
    ------
    KnowledgeBaseError
        Names the tasks, what differs, and how to keep them apart.
    """
    columns = [name for name in TELLING if name in tasks_held and name in others]
    both = tasks_held[["task_id", *columns]].merge(others[["task_id", *columns]], on="task_id")
    odd = []
    for row in both.itertuples(index=False):
        values = row._asdict()
        for name in columns:
            one, other = values[f"{name}_x"], values[f"{name}_y"]
            if _differ(name, one, other):
                odd.append((str(row.task_id), f"'{name}' is '{one}' and '{other}'"))
    if odd:
        tasks = list(dict.fromkeys(task for task, _ in odd))
        named = ", ".join(f"'{task}'" for task in tasks[:MOST_NAMED])
        more = f" and {len(tasks) - MOST_NAMED} more" if len(tasks) > MOST_NAMED else ""
        raise KnowledgeBaseError(
            f"One id must be one task. Two tasks are called {named}{more}: of '{odd[0][0]}', "
            f"{odd[0][1]}. Keep them apart when importing: task_prefix='source:' "
            "(--task-prefix source:)."
        )


def _differ(name: str, one: Any, other: Any) -> bool:
    if pd.isna(one) or pd.isna(other) or one == other:
        return False
    if name == "task_type":
        return "classification" not in (one, other) or "regression" in (one, other)
    return name == "n_rows" or (one != "" and other != "")
