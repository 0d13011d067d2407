"""A user's table, checked and described in the meta-features of a knowledge base."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from autometa._common.warning import warn_user
from autometa.advice import describe_table
from autometa.datasets import check_named, named_table
from autometa.exceptions import DatasetWarning, ParameterError
from autometa.knowledge_base import (
    KnowledgeBase,
    KnowledgeBaseLike,
    base_of,
    open_knowledge_base,
)
from autometa.metrics import MetricLike, check_metric, metric_kind
from autometa.tables import Table, first_of_several, several_outputs
from metafeatures import AnyTaskType


@dataclass(frozen=True)
class DescribedTable:
    """A table, what is asked of it, and where it lies among the tasks of a knowledge base."""

    table: Table
    metric: str
    knowledge_base: KnowledgeBase
    metafeatures: pd.Series[float] | None


def first_output(X: Any, y: Any) -> Any:
    """Return a target of one column; of several the first, which is said.

    Raises
    ------
    ParameterError
        If there is no table: nothing here is advised without one.
    """
    if X is None:
        raise ParameterError(
            "What is advised for a table needs the table: give X, a DataFrame, an array or a path, "
            "with its target y. Got None."
        )
    outputs = several_outputs(y)
    if outputs is None:
        return y
    name = str(outputs.columns[0])
    warn_user(DatasetWarning(first_of_several(name, outputs.shape[1])))
    return outputs.iloc[:, 0]


def described_table(
    X: Any,
    y: Any,
    task_type: AnyTaskType | None,
    metric: MetricLike,
    knowledge_base: KnowledgeBaseLike,
) -> DescribedTable:
    """Return a table checked and described.

    Raises
    ------
    DatasetError, MetricError, ParameterError
        If the table, the metric or the knowledge base cannot be used.
    """
    opened = open_knowledge_base(knowledge_base)
    if opened is False:
        raise ParameterError(
            "What is learnt from past runs needs a knowledge base. Got knowledge_base=False; "
            "give None for the one that ships."
        )
    y = first_output(X, y)
    table = check_named(named_table(X, y), task_type, metric_kind(metric))
    base = base_of(opened)
    return DescribedTable(
        table,
        check_metric(metric, table.task_type, table.classes),
        base,
        describe_table(table, base),
    )
