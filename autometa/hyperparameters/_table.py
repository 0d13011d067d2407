"""A user's table, checked and described in the meta-features of a knowledge base."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from autometa.advice import describe_table
from autometa.datasets import check_named, named_table
from autometa.exceptions import ParameterError
from autometa.knowledge_base import (
    KnowledgeBase,
    KnowledgeBaseLike,
    base_of,
    open_knowledge_base,
)
from autometa.metrics import MetricLike, check_metric, metric_kind
from autometa.tables import Table
from metafeatures import AnyTaskType


@dataclass(frozen=True)
class DescribedTable:
    """A table, what is asked of it, and where it lies among the tasks of a knowledge base."""

    table: Table
    metric: str
    knowledge_base: KnowledgeBase
    metafeatures: pd.Series[float] | None


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
    table = check_named(named_table(X, y), task_type, metric_kind(metric))
    base = base_of(opened)
    return DescribedTable(
        table,
        check_metric(metric, table.task_type, table.classes),
        base,
        describe_table(table, base),
    )
