"""Advice on a page: the list, why its first setup stands there, and what the search made of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from autometa._common.readable import readable
from autometa.exceptions import AutoMetaError
from autometa.explanation import Explanation, explanation_tables, standing
from autometa.report._page import Block, Grid, Items, Section, Text, filled
from autometa.report._pictures import picture

if TYPE_CHECKING:
    from autometa.recommendation import Recommendations
    from autometa.tuning import TuneResult
    from autometa.tuning._context import RunContext

MAX_SHOWN = 20  # setups of the list
# In which the first of a search's advice is looked for: that was ordered by gain per second too.
MAX_ASKED = 100


def advice_section(
    advice: Recommendations, explanation: Explanation | None, result: TuneResult | None = None
) -> Section:
    """Return the section on advice; with a result, what it reached is drawn beside."""
    return Section(
        name="advice",
        title="Advice, and why" if result is None else "Advice, and what was reached",
        blocks=filled(
            Text(text=f"{advice.heading} {_rests_on(advice)}"),
            _expected(advice, result),
            _list(advice),
            Items(title="Said of the advice", items=advice.notes) if advice.notes else None,
            _why(explanation),
            _places(advice),
        ),
    )


def no_advice_section(why: str) -> Section:
    """Return the section of a run that had none."""
    return Section(name="advice", title="Advice", blocks=[Text(text=why)])


def explained(advice: Recommendations | None, context: RunContext | None) -> Explanation | None:
    """Return why the first setup stands there; None where it cannot be said any longer.

    Advice that was made in a worker left its model there: it is asked for again.
    """
    if not advice:
        return None
    try:
        return advice[0].explain()
    except AutoMetaError:
        return _asked_again(advice, context)


def _asked_again(advice: Recommendations, context: RunContext | None) -> Explanation | None:
    from autometa.advice import recommend

    values = getattr(advice, "metafeatures", None)
    if context is None or context.knowledge_base is False or values is None or not advice.task:
        return None
    from autometa.meta_models import MetaModel

    base = context.knowledge_base
    given: dict[str, Any] = (
        {"model": base} if isinstance(base, MetaModel) else {"knowledge_base": base}
    )
    try:
        again = recommend(
            metafeatures=values,
            task_type=advice.task.task_type,
            metric=advice.metric,
            n=MAX_ASKED,
            algorithms=sorted({one.algorithm for one in advice}),
            **given,
        )
    except AutoMetaError:  # a folder that is gone since
        return None
    same = [one for one in again if one.setup_id == advice[0].setup_id]
    return same[0].explain() if same else None


def _rests_on(advice: Recommendations) -> str:
    name = advice.knowledge_base.get("name") or advice.knowledge_base.get("path")
    scores = f" Scores are {advice.scores_of}, greater is better." if advice.scores_of else ""
    return (f"It rests on the knowledge base {name}." if name else "") + scores


def _expected(advice: Recommendations, result: TuneResult | None) -> Block | None:
    def make() -> Any:
        from autometa.plotting import AdviceDisplay

        return AdviceDisplay.from_recommendations(advice, result)

    beside = " and what the search reached" if result is not None else ""
    alt = f"Expected {advice.scores_of or 'score'} of each setup with its interval{beside}"
    said = "Nine of ten scores are to lie within their line."
    return picture(make, alt, said if _is_usual(advice) else "")


def _is_usual(advice: Recommendations) -> bool:
    return bool(advice) and advice[0].confidence_level == 0.9


def _list(advice: Recommendations) -> Block:
    rows = [
        (
            rank,
            one.algorithm,
            readable(one.expected_score),
            f"{readable(one.score_interval[0], 3)} to {readable(one.score_interval[1], 3)}",
            readable(one.expected_fit_seconds, 2),
            one.role,
            ", ".join(f"{name}={value!r}" for name, value in one.config.items()),
        )
        for rank, one in enumerate(advice[:MAX_SHOWN], start=1)
    ]
    header = ("rank", "algorithm", "expected", "interval", "seconds a fit", "role", "setup")
    return Grid(
        caption="Setups to try, in this order", header=header, rows=rows, numbers=(0, 2, 3, 4)
    )


def _why(explanation: Explanation | None) -> Iterator[Block]:
    if explanation is None:
        yield Text(
            text="Why the first setup stands there is said by advice that is asked for again: "
            "autometa.recommend(X, y)[0].explain()."
        )
        return
    yield Text(text=f"Why the first: {explanation.summary}. {standing(explanation)}")
    for title, header, rows in explanation_tables(explanation):
        yield Grid(caption=title, header=header, rows=rows)


def _places(advice: Recommendations) -> Iterator[Block]:
    """Yield where the table lies among the known tasks, where it was described."""
    if getattr(advice, "metafeatures", None) is None:
        return

    def task_map() -> Any:
        from autometa.plotting import TaskMapDisplay

        return TaskMapDisplay.from_recommendations(advice)

    def profile() -> Any:
        from autometa.plotting import MetaFeatureProfileDisplay

        return MetaFeatureProfileDisplay.from_recommendations(advice)

    drawn = [
        picture(task_map, "This table among the tasks of the knowledge base"),
        picture(profile, "Meta-features of this table beside those of known tasks"),
    ]
    yield from (block for block in drawn if block is not None)
