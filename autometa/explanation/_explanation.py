"""Explanation: why a setup was recommended, as a value that prints and shows in a notebook."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from autometa._common.json_numbers import json_values
from autometa._common.markup import escaped, html_table, notebook_block, scrolling
from autometa._common.out_of_range import OutOfRange, outside_in_words
from autometa._common.readable import readable
from autometa.explanation._parts import Alternative, Influence, Neighbor, RunnerUp
from autometa.explanation._words import (
    about_neighbor,
    about_path,
    about_runner_up,
    in_words,
    neighbor_row,
    speaks,
)

WIDTH = 100  # of a line, where nobody says how wide the page is
NEIGHBORS = "Earlier tasks that count most"
INFLUENCES = "Meta-features that moved the choice"
RUNNERS_UP = "Runners-up"
ALTERNATIVES = "What would change the choice"
GRAPH = "In the graph of the knowledge base"


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why a setup stands at its place in the advice.

    Attributes
    ----------
    rank : int
        Place in the advice; 1 is first.
    algorithm : str
    config : dict
    setup_id : str
        Of the recommended setup, as in the knowledge base.
    summary : str
        The recommendation on one line.
    gain : float
        Regret it is expected to take off what the setups before it leave; regret is 1
        before the first, 0 at the best setup of a task.
    novelty : float
        From 0 (much like earlier tasks) to 1 (unlike all); NaN when not described.
    neighbors : tuple of Neighbor
        The earlier tasks that count most, the heaviest first.
    influences : tuple of Influence
        The meta-features that moved the choice most; empty for the all-round order.
    runners_up : tuple of RunnerUp
    alternatives : tuple of Alternative
    role : str
        What it is in the list for: see `Recommendation`.
    outside : tuple of OutOfRange
        Measures by which the dataset lies outside all that is known, the farthest first.
    """

    rank: int
    algorithm: str
    config: dict[str, Any]
    setup_id: str
    summary: str
    gain: float
    novelty: float
    neighbors: tuple[Neighbor, ...] = ()
    influences: tuple[Influence, ...] = ()
    runners_up: tuple[RunnerUp, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    role: str = ""
    outside: tuple[OutOfRange, ...] = ()

    @property
    def path(self) -> tuple[tuple[str, str, str], ...]:
        """Where the advice stands in `KnowledgeBase.graph`: subject, predicate, object.

        From the setup to its algorithm, and from there to the neighbours on which the setup was
        scored, as N-Triples writes them: each is a triple of the graph in its usual namespace.
        """
        from autometa.graph._names import Names  # here: advice needs nothing of the graph
        from autometa.graph._terms import term

        names = Names()
        flow = names.flow(self.algorithm)
        tried = [n for n in self.neighbors if n.score is not None and math.isfinite(n.score)]
        return (
            (names.setup(self.setup_id), term("autometa:specialises"), flow),
            *((flow, term("autometa:evaluatedOn"), names.task(n.task_id)) for n in tried),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return all fields as plain values for JSON; a NaN becomes None."""
        plain: dict[str, Any] = json_values(asdict(self))
        plain["neighbors"] = [neighbor.to_dict() for neighbor in self.neighbors]
        plain["path"] = [list(triple) for triple in self.path]
        return plain

    def __str__(self) -> str:
        return self.text()

    def text(self, width: int = WIDTH) -> str:
        """Return the explanation in lines of ``width`` signs at most, 40 at least."""
        return "\n".join(_lines(self, max(width, 40)))

    def _repr_html_(self) -> str:
        heading = f"<p><b>{self.rank}. {escaped(self.summary)}</b></p>"
        tables = [
            scrolling(html_table(header, rows, caption=title))
            for title, header, rows in explanation_tables(self)
        ]
        return notebook_block(heading, f"<p>{escaped(standing(self))}</p>", *tables)


Rows = list[tuple[str, ...]]


def _lines(explanation: Explanation, width: int) -> Iterable[str]:
    yield from _wrapped(f"{explanation.rank}. {explanation.summary}", width, "", "   ")
    yield from _wrapped(standing(explanation), width, "   ", "   ")
    for title, sentences in _sentences(explanation):
        yield ""
        yield title
        for sentence in sentences:
            yield from _wrapped(sentence, width, "   ", "      ")


def _wrapped(text: str, width: int, first: str, others: str) -> list[str]:
    """Return text in lines; a name cannot make a line of its own, a long one is not broken."""
    return textwrap.wrap(
        " ".join(text.split()),
        width,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def standing(explanation: Explanation) -> str:
    """Say what the setup is for, what it adds, and how far the dataset is from earlier ones."""
    known = (
        outside_in_words(explanation.outside)
        if explanation.outside
        else _familiarity(explanation.novelty)
    )
    return " ".join([_role(explanation), _gain(explanation), known])


def _role(explanation: Explanation) -> str:
    role = explanation.role
    return f"{role[0].upper()}{role[1:]}." if role else ""


def _gain(explanation: Explanation) -> str:
    closed = f"{explanation.gain:.1%}".replace("%", " %")
    what = "the distance from the worst setup to the best"
    if explanation.rank == 1:
        return f"On tasks like this it is expected to close {closed} of {what}."
    return f"On tasks like this it is expected to close another {closed} of {what}."


def _familiarity(novelty: float) -> str:
    if math.isnan(novelty):
        return "The dataset was not described: this is the all-round order."
    if novelty >= 1.0:
        return "The dataset is unlike all earlier tasks: this is the all-round order."
    if novelty > 0.0:
        return f"The dataset is unusual: the all-round order counts for {novelty:.0%}."
    return "The dataset is much like earlier tasks."


def _sentences(explanation: Explanation) -> Iterable[tuple[str, list[str]]]:
    """Yield the headings of the explanation, each with a sentence for each of its items."""
    if explanation.neighbors:
        yield NEIGHBORS, [about_neighbor(neighbor) for neighbor in explanation.neighbors]
    if explanation.influences:
        yield (
            INFLUENCES,
            [
                f"{i.metafeature} = {readable(i.value)} (usually {readable(i.usual)}): speaks "
                f"{speaks(i)} it"
                for i in explanation.influences
            ],
        )
    if explanation.runners_up:
        yield RUNNERS_UP, [about_runner_up(runner) for runner in explanation.runners_up]
    if explanation.alternatives:
        yield (
            ALTERNATIVES,
            [f"{a.condition}: {in_words(a.algorithm, a.config)}" for a in explanation.alternatives],
        )
    yield GRAPH, [about_path(explanation.path)]


def explanation_tables(explanation: Explanation) -> Iterable[tuple[str, Sequence[str], Rows]]:
    """Yield the title, header and rows of each part of an explanation."""
    if explanation.neighbors:
        yield (
            NEIGHBORS,
            ("task", "distance", "weight", "best setup", "metric", "its score", "this setup's"),
            [neighbor_row(neighbor) for neighbor in explanation.neighbors],
        )
    if explanation.influences:
        yield (
            INFLUENCES,
            ("meta-feature", "here", "usual", "speaks"),
            [
                (i.metafeature, readable(i.value), readable(i.usual),
                 f"{speaks(i)} it ({abs(i.effect):.3f})")
                for i in explanation.influences
            ],
        )  # fmt: skip
    if explanation.runners_up:
        yield (
            RUNNERS_UP,
            ("setup", "score", "seconds", "adds", "why not"),
            [
                (in_words(r.algorithm, r.config), readable(r.expected_score),
                 readable(r.expected_fit_seconds), f"{r.gain:.1%}", r.reason)
                for r in explanation.runners_up
            ],
        )  # fmt: skip
    if explanation.alternatives:
        yield (
            ALTERNATIVES,
            ("if", "then"),
            [(a.condition, in_words(a.algorithm, a.config)) for a in explanation.alternatives],
        )
