"""Types of what public functions take, for the annotations of one's own code.

Examples
--------
>>> from autometa.typing import TableLike, TaskType
>>> def shape_of(X: TableLike, task_type: TaskType) -> str: ...
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from narwhals.typing import IntoDataFrame

from autometa.knowledge_base import KnowledgeBaseLike
from autometa.tuning.study._study_log import Callback
from metafeatures import AnyTaskType, TaskType

__all__ = [
    "AnyTaskType",
    "Callback",
    "KnowledgeBaseLike",
    "TableLike",
    "TargetLike",
    "TaskType",
]

# A table in memory, of pandas or of another library, or the name of one: a path, openml:31.
# Sparse matrices are taken too; SciPy names no type for them that checkers know.
TableLike: TypeAlias = (
    pd.DataFrame
    | IntoDataFrame
    | npt.NDArray[Any]
    | Sequence[Sequence[Any]]
    | str
    | os.PathLike[str]
)

# One value a row, or the name of the column that holds them.
TargetLike: TypeAlias = "pd.Series[Any] | npt.NDArray[np.generic] | Sequence[Any] | str"
