"""The page on advice alone: nothing was trained."""

from __future__ import annotations

from collections.abc import Sequence

from autometa._common.readable import readable
from autometa.recommendation import Recommendations
from autometa.report._of_advised import advice_section, explained
from autometa.report._of_reproducing import made_by, reproduce_section
from autometa.report._of_table import table_section
from autometa.report._page import Page
from autometa.tables import TableOverview

CALL = """from autometa import recommend

advice = recommend(X, y, metric={metric!r}, n={n})
pipeline = advice[0].build().fit(X, y)"""


def advice_page(
    advice: Recommendations,
    overview: TableOverview,
    *,
    command: str | None = None,
    notes: Sequence[str] = (),
) -> Page:
    """Return the page on advice for a table.

    Parameters
    ----------
    advice : Recommendations
    overview : TableOverview
    command : str or None
        The command line that was typed.
    notes : sequence of str
        What was said while the table was read.
    """
    return Page(
        title=f"{overview.target} of {overview.name}",
        subtitle=f"{overview.n_rows:,} rows x {overview.n_columns:,} columns, "
        f"{overview.task_type}, {advice.metric}",
        headline=_headline(advice),
        figures=[],
        sections=[
            table_section(overview, [note for note in notes if note not in advice.notes]),
            advice_section(advice, explained(advice, None)),
            reproduce_section(
                command=command,
                call=CALL.format(metric=advice.metric, n=max(len(advice), 1)),
                remark="Advice depends on the table and the knowledge base alone.",
            ),
        ],
        footer=made_by(),
    )


def _headline(advice: Recommendations) -> str:
    if not advice:
        return "The knowledge base recommends no setup for this table."
    first = advice[0]
    low, high = first.score_interval
    return (
        f"Try {first.algorithm} first: {first.metric} {readable(first.expected_score)} is "
        f"expected, {readable(low, 3)} to {readable(high, 3)}. Nothing was trained."
    )
