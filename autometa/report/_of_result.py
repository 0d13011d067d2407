"""The page on a run of `tune`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from autometa._common.readable import readable
from autometa.report._of_advised import advice_section, explained, no_advice_section
from autometa.report._of_pipeline import curves_section, pipeline_section
from autometa.report._of_reproducing import call_of, made_by, reproduce_section, script_block
from autometa.report._of_search import failures_section, leaderboard_section, search_section
from autometa.report._of_table import table_section
from autometa.report._page import Block, Facts, Items, Page, Section, Text
from autometa.tuning._result_html import facts, headline, winner

if TYPE_CHECKING:
    from autometa.tuning import TuneResult

MAX_OUTPUTS = 12  # that are shown one by one, of a result of several
REPEATABLE = (
    "With this seed and as many trials on one worker the same setups are tried in the same order; "
    "under a time budget how far the search comes depends on the machine too."
)


def result_page(
    result: TuneResult,
    *,
    command: str | None = None,
    source: str | None = None,
    encoding: str | None = None,
    notes: Sequence[str] = (),
) -> Page:
    """Return the page on a result.

    Parameters
    ----------
    result : TuneResult
    command : str or None
        The command line that was typed.
    source, encoding : str or None
        The table, as the script of the page reads it.
    notes : sequence of str
        What was said while the table was read, beside what the result holds.
    """
    outputs = getattr(result, "outputs", None)
    sections = (
        _sections(result, command, source, encoding, notes)
        if outputs is None
        else _of_outputs(result, command)
    )
    return Page(
        title=_title(result),
        subtitle=_subtitle(result),
        headline=headline(result),
        figures=_figures(result),
        sections=sections,
        footer=made_by(),
    )


def _sections(
    result: TuneResult,
    command: str | None,
    source: str | None,
    encoding: str | None,
    notes: Sequence[str],
) -> list[Section]:
    context = result.context
    remarks = list(dict.fromkeys([*notes, *(context.remarks if context else ()), *result.notes]))
    found = [] if context is None else [table_section(context.overview, remarks)]
    return [
        *found,
        _advised(result),
        search_section(result),
        leaderboard_section(result),
        failures_section(result),
        pipeline_section(result),
        curves_section(result),
        reproduce_section(
            command=command,
            call=call_of(context),
            script=script_block(result, source, encoding),
            seed=None if context is None else context.seed,
            remark=REPEATABLE,
        ),
    ]


def _advised(result: TuneResult) -> Section:
    advice = result.advice
    if advice is not None:
        return advice_section(advice, explained(advice, result.context), result)
    context = result.context
    if context is not None and context.knowledge_base is False:
        return no_advice_section("The run was asked to learn from no knowledge base.")
    return no_advice_section(
        "There was no advice: it was not ready when the search ended, or the knowledge base has "
        "no run of these algorithms, or of this metric."
    )


def _of_outputs(result: TuneResult, command: str | None) -> list[Section]:
    outputs: dict[str, TuneResult] = getattr(result, "outputs", {})
    shown = list(outputs.items())[:MAX_OUTPUTS]
    sections = [_output(number, name, one) for number, (name, one) in enumerate(shown, start=1)]
    if len(shown) < len(outputs):
        left = ", ".join(list(outputs)[MAX_OUTPUTS:])
        more = Text(text=f"Not shown one by one: {left}. result.outputs[name].report(path) does.")
        sections.append(Section(name="others", title="Other outputs", blocks=[more]))
    first = next(iter(outputs.values())).context
    call = call_of(first, has_outputs=True)
    return [*sections, reproduce_section(command=command, call=call, remark=REPEATABLE)]


def _output(number: int, name: str, result: TuneResult) -> Section:
    blocks: list[Block] = [Text(text=headline(result)), Facts(rows=facts(result))]
    if result.notes:
        blocks.append(Items(title="Notes", items=result.notes))
    blocks += leaderboard_section(result).blocks
    return Section(name=f"output-{number}", title=f"Output {name}", blocks=blocks)


def _title(result: TuneResult) -> str:
    task = result.task
    outputs = getattr(result, "outputs", None)
    target = ", ".join(outputs) if outputs else task.target
    return f"{target or 'target'} of {task.name or 'table'}"


def _subtitle(result: TuneResult) -> str:
    task = result.task
    parts = [str(task.task_type), result.metric]
    if task.n_rows:
        columns = f" x {task.n_columns:,} columns" if task.n_columns else ""
        parts.insert(0, f"{task.n_rows:,} rows{columns}")
    if result.stopped_early:
        parts.append("ended early by the user")
    return ", ".join(parts)


def _figures(result: TuneResult) -> list[tuple[str, str]]:
    low, high = result.score_interval
    found = [(result.metric, readable(result.score))]
    if math.isfinite(low) and math.isfinite(high):
        found.append(("on new rows", f"{readable(low, 3)} to {readable(high, 3)}"))
    return [
        *found,
        ("trials scored", str(result.n_completed)),
        ("seconds", readable(result.seconds, 3)),
        ("fitted", winner(result)),
    ]
