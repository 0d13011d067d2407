"""The table of a page: what was read, what became of it, its columns and its target."""

from __future__ import annotations

from collections.abc import Sequence

from autometa._common.readable import readable
from autometa.report._page import Block, Facts, Grid, Items, Section, Text, filled
from autometa.tables import TableOverview

MAX_CLASSES = 20  # that are named: of a hundred the frequent ones say enough


def table_section(overview: TableOverview, remarks: Sequence[str]) -> Section:
    """Return the section on a table."""
    facts = [
        ("table", overview.name),
        ("target", overview.target),
        ("task", overview.task_type),
        ("rows", f"{overview.n_rows:,}"),
        ("columns", f"{overview.n_columns:,}, the target not counted"),
    ]
    noted = Items(title="Noted when it was read", items=list(remarks)) if remarks else None
    return Section(
        name="table",
        title="The table",
        blocks=filled(Facts(rows=facts), noted, _target(overview), _columns(overview)),
    )


def _target(overview: TableOverview) -> Block:
    outcomes = overview.outcomes
    if overview.task_type == "regression":
        return Grid(
            caption=f"Target '{overview.target}'",
            header=("quantile", "value"),
            rows=[(name, readable(float(value))) for name, value in outcomes.items()],
            numbers=(1,),
        )
    total = max(float(outcomes.sum()), 1.0)
    shown = outcomes.head(MAX_CLASSES)
    rows = [(label, f"{int(n):,}", f"{n / total:.1%}") for label, n in shown.items()]
    left = outcomes.iloc[MAX_CLASSES:]
    if len(left):
        rest = int(left.sum())
        rows.append((f"{len(left)} other classes", f"{rest:,}", f"{rest / total:.1%}"))
    return Grid(
        caption=f"Target '{overview.target}', {len(outcomes)} classes",
        header=("class", "rows", "share"),
        rows=rows,
        numbers=(1, 2),
    )


def _columns(overview: TableOverview) -> list[Block]:
    described = overview.columns()
    if not len(described):
        return [Text(text="The table is sparse: its columns are not listed.")]
    blocks: list[Block] = []
    if len(described) < overview.n_columns:
        blocks.append(Text(text=f"The first {len(described)} of {overview.n_columns:,} columns."))
    if overview.is_part:
        n = overview.n_described
        blocks.append(Text(text=f"What is missing, and which values there are, is of {n:,} rows."))
    rows = [
        (
            row["column"],
            row["kind"],
            row["dtype"],
            f"{row['missing']:.1%}",
            f"{row['distinct']:,}",
            row["values"],
        )
        for row in described.to_dict("records")
    ]
    header = ("column", "read as", "stored as", "missing", "distinct", "values")
    return [*blocks, Grid(caption="Columns", header=header, rows=rows, numbers=(3, 4))]
