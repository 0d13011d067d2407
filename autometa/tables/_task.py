"""Task: what a table and its target ask for, without the table."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from metafeatures import TaskType

_OF_JSON = (str, int, float, bool, type(None))


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a table and its target ask for.

    Attributes
    ----------
    task_type : {"binary", "multiclass", "regression"}
    name, target : str or None
        What the dataset and its target column are called. None, as the sizes, when only
        meta-features were given.
    n_rows, n_columns : int or None
    pos_label : object or None
        The positive class of a binary task.
    task_id : str or None
        Of a table that `tune` was given: it follows from the content.
    source : str
        What has made runs on it, such as "tune".
    """

    task_type: TaskType
    name: str | None = None
    target: str | None = None
    n_rows: int | None = None
    n_columns: int | None = None
    pos_label: Any = None
    task_id: str | None = None
    source: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values for JSON; odd labels by their text.

        Without ``task_id`` and ``source`` where nothing was run.
        """
        label = self.pos_label
        fields = asdict(self) | {"pos_label": label if type(label) in _OF_JSON else str(label)}
        return {n: v for n, v in fields.items() if v or n not in ("task_id", "source")}

    def to_frame(self) -> pd.DataFrame:
        """Return one row of a knowledge base's ``tasks``."""
        row = {
            "task_id": self.task_id,
            "name": self.name,
            "task_type": self.task_type,
            "target": self.target,
            "n_rows": float("nan") if self.n_rows is None else float(self.n_rows),
            "source": self.source,
        }
        return pd.DataFrame([row])
