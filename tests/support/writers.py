"""What a process that writes to a knowledge base does, importable by a new process."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from autometa import KnowledgeBase


def add_one(folder: Path, score: float) -> None:
    """Save one run of that score to a folder."""
    tasks = pd.DataFrame({"task_id": [1], "task_type": "binary"})
    run = {"task_id": [1], "algorithm": "knn", "config": "{}", "metric": "accuracy"}
    KnowledgeBase.from_frames(tasks, None, pd.DataFrame(run | {"score": score})).save(
        folder, if_exists="append"
    )
