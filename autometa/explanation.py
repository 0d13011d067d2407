"""Explanation: why a setup was recommended, as a value that prints and shows in a notebook."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from autometa._common.json_numbers import json_values
from autometa._common.markup import escaped, html_table, notebook_block, scrolling
from autometa._common.out_of_range import OutOfRange, outside_in_words
from autometa._common.readable import readable

__all__ = ["Alternative", "BestSetup", "Explanation", "Influence", "Neighbor", "RunnerUp"]

MOST_LETTERS = 50  # of a setup in a table, whose other columns need room too
WIDTH = 100  # of a line, where nobody says how wide the page is
NEIGHBORS = "Earlier tasks that count most"
INFLUENCES = "Meta-features that moved the choice"
RUNNERS_UP = "Runners-up"
ALTERNATIVES = "What would change the choice"


@dataclass(frozen=True, kw_only=True)
class BestSetup:
    """The setup that scored best on an earlier task.

    Attributes
    ----------
    algorithm : str
    config : dict
    score : float
    """

    algorithm: str
    config: dict[str, Any]
    score: float


@dataclass(frozen=True, kw_only=True)
class Neighbor:
    """An earlier task that the advice rests on; in explanations also what happened there.

    Attributes
    ----------
    task_id, name : str
        As in the knowledge base.
    distance : float
        From 0 (alike in all that matters for the choice) to 1.
    weight : float or None
        Its share in the advice; all earlier tasks have 1 together.
    best_setup : BestSetup or None
    score : float or None
        What the explained setup scored there; NaN where it was not tried.
    metric : str or None
        Of both scores: a task that says only which setups do better than which may
        have been scored by another metric than the one asked for.
    """

    task_id: str
    name: str
    distance: float
    weight: float | None = None
    best_setup: BestSetup | None = None
    score: float | None = None
    metric: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields that were given as plain values for JSON; a NaN becomes None."""
        given = {name: value for name, value in asdict(self).items() if value is not None}
        plain: dict[str, Any] = json_values(given)
        return plain

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Neighbor:
        """Return the neighbour that `to_dict` gave; keys of later versions are ignored."""
        given = {f.name: content[f.name] for f in fields(cls) if f.name in content}
        if "score" in given and given["score"] is None:
            given["score"] = math.nan
        if best := given.get("best_setup"):
            given["best_setup"] = BestSetup(**best)
        return cls(**given)


@dataclass(frozen=True, kw_only=True)
class Influence:
    """A meta-feature that moved this advice.

    Attributes
    ----------
    metafeature : str
    value : float
        Of this dataset, and
    usual : float
        the median of the earlier tasks.
    effect : float
        How much lower the setup's expected regret is than if this dataset were usual in
        this one respect: above 0 the value speaks for the setup, below 0 against it.
    """

    metafeature: str
    value: float
    usual: float
    effect: float


@dataclass(frozen=True, kw_only=True)
class RunnerUp:
    """A setup that might have stood at this place, and why it does not.

    Attributes
    ----------
    algorithm : str
    config : dict
    expected_score, expected_fit_seconds : float
    gain : float
        Regret it is expected to take off what the setups before it leave, where
        the recommended one takes off ``Explanation.gain``.
    reason : str
        In one clause.
    """

    algorithm: str
    config: dict[str, Any]
    expected_score: float
    expected_fit_seconds: float
    gain: float
    reason: str


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """What would put another setup at this place.

    Attributes
    ----------
    condition : str
        Such as "n_rows above 12,000 (here 150)" or "a time budget of 1 s".
    algorithm : str
    config : dict
        Of the setup that would stand here then.
    """

    condition: str
    algorithm: str
    config: dict[str, Any]


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

    def to_dict(self) -> dict[str, Any]:
        """Return all fields as plain values for JSON; a NaN becomes None."""
        plain: dict[str, Any] = json_values(asdict(self))
        plain["neighbors"] = [neighbor.to_dict() for neighbor in self.neighbors]
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
        yield NEIGHBORS, [_about_neighbor(neighbor) for neighbor in explanation.neighbors]
    if explanation.influences:
        yield (
            INFLUENCES,
            [
                f"{i.metafeature} = {readable(i.value)} (usually {readable(i.usual)}): speaks "
                f"{_speaks(i)} it"
                for i in explanation.influences
            ],
        )
    if explanation.runners_up:
        yield RUNNERS_UP, [_about_runner_up(runner) for runner in explanation.runners_up]
    if explanation.alternatives:
        yield (
            ALTERNATIVES,
            [f"{a.condition}: {_setup(a.algorithm, a.config)}" for a in explanation.alternatives],
        )


def _about_neighbor(neighbor: Neighbor) -> str:
    best = neighbor.best_setup
    weight = "" if neighbor.weight is None else f", counts for {neighbor.weight:.1%}"
    about = f"{neighbor.name} (distance {neighbor.distance:.2f}{weight})"
    if best is None:
        return about
    tried = neighbor.score is not None and math.isfinite(neighbor.score)
    own = f"this setup {readable(neighbor.score)}" if tried else "this setup was not tried"
    metric = f" {neighbor.metric}" if neighbor.metric else ""
    setup = _setup(best.algorithm, best.config)
    return f"{about}: {own}, the best{metric} {readable(best.score)} by {setup}"


def _about_runner_up(runner: RunnerUp) -> str:
    return (
        f"{_setup(runner.algorithm, runner.config)}: {readable(runner.expected_score)} in "
        f"{readable(runner.expected_fit_seconds, 2)} s; {runner.reason}"
    )


def _speaks(influence: Influence) -> str:
    return "for" if influence.effect > 0 else "against"


def explanation_tables(explanation: Explanation) -> Iterable[tuple[str, Sequence[str], Rows]]:
    """Yield the title, header and rows of each part of an explanation."""
    if explanation.neighbors:
        yield (
            NEIGHBORS,
            ("task", "distance", "weight", "best setup", "metric", "its score", "this setup's"),
            [_neighbor_row(neighbor) for neighbor in explanation.neighbors],
        )
    if explanation.influences:
        yield (
            INFLUENCES,
            ("meta-feature", "here", "usual", "speaks"),
            [
                (i.metafeature, readable(i.value), readable(i.usual),
                 f"{_speaks(i)} it ({abs(i.effect):.3f})")
                for i in explanation.influences
            ],
        )  # fmt: skip
    if explanation.runners_up:
        yield (
            RUNNERS_UP,
            ("setup", "score", "seconds", "adds", "why not"),
            [
                (_setup(r.algorithm, r.config), readable(r.expected_score),
                 readable(r.expected_fit_seconds), f"{r.gain:.1%}", r.reason)
                for r in explanation.runners_up
            ],
        )  # fmt: skip
    if explanation.alternatives:
        yield (
            ALTERNATIVES,
            ("if", "then"),
            [(a.condition, _setup(a.algorithm, a.config)) for a in explanation.alternatives],
        )


def _neighbor_row(neighbor: Neighbor) -> tuple[str, ...]:
    best = neighbor.best_setup
    return (
        neighbor.name,
        f"{neighbor.distance:.2f}",
        "-" if neighbor.weight is None else f"{neighbor.weight:.1%}",
        "-" if best is None else _setup(best.algorithm, best.config),
        neighbor.metric or "-",
        readable(None if best is None else best.score),
        readable(neighbor.score),
    )


def _setup(algorithm: str, config: dict[str, Any]) -> str:
    text = f"{algorithm}({', '.join(f'{name}={value!r}' for name, value in config.items())})"
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 3] + "..."
