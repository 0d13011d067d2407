"""Task: what a table and its target ask for, without the table."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

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
    """

    task_type: TaskType
    name: str | None = None
    target: str | None = None
    n_rows: int | None = None
    n_columns: int | None = None
    pos_label: Any = None

    def to_dict(self) -> dict[str, Any]:
        """Return all fields as plain values for JSON; odd labels by their text."""
        label = self.pos_label
        return asdict(self) | {"pos_label": label if type(label) in _OF_JSON else str(label)}
