"""Explanation: why a setup was recommended, as a value that prints and shows in a notebook."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from autometa._common.json_numbers import json_values

MOST_LETTERS = 50


@dataclass(frozen=True, kw_only=True)
class Precedent:
    """An earlier task that the advice rests on, and what happened there.

    Attributes
    ----------
    task_id, name : str
    distance : float
        From 0 (alike in all that matters for the choice) to 1.
    weight : float
        Its share in the advice; all earlier tasks have 1 together.
    winner : str
    winner_config : dict
        Algorithm and configuration that scored best there, and
    winner_score : float
        their score.
    score : float
        What the recommended setup scored there; NaN where it was not tried.
    metric : str
        Of both scores: a task that says only which setups do better than which may
        have been judged by another metric than the one asked for.
    """

    task_id: str
    name: str
    distance: float
    weight: float
    winner: str
    winner_config: dict[str, Any]
    winner_score: float
    score: float
    metric: str = ""


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
    setup : str
        The recommendation on one line.
    place : int
        1 is first.
    gain : float
        Regret it is expected to take off what the setups before it leave; regret is 1
        before the first, 0 at the best setup of a task.
    novelty : float
        From 0 (much like earlier tasks) to 1 (unlike all); NaN when not described.
    precedents : tuple of Precedent
        The earlier tasks that count most, the heaviest first.
    influences : tuple of Influence
        The meta-features that moved the choice most; empty for the all-round order.
    runners_up : tuple of RunnerUp
    alternatives : tuple of Alternative
    """

    setup: str
    place: int
    gain: float
    novelty: float
    precedents: tuple[Precedent, ...] = ()
    influences: tuple[Influence, ...] = ()
    runners_up: tuple[RunnerUp, ...] = ()
    alternatives: tuple[Alternative, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return all fields as plain values for JSON; a NaN becomes None."""
        plain: dict[str, Any] = json_values(asdict(self))
        return plain

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def _repr_html_(self) -> str:
        parts = [f"<p><b>{self.place}. {html.escape(self.setup)}</b><br>{_standing(self)}</p>"]
        for title, header, rows in _tables(self):
            head = "".join(f"<th>{html.escape(name)}</th>" for name in header)
            body = "".join(
                "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
                for row in rows
            )
            parts.append(f"<p>{html.escape(title)}</p><table><tr>{head}</tr>{body}</table>")
        return "".join(parts)


Rows = list[tuple[str, ...]]


def _lines(explanation: Explanation) -> Iterable[str]:
    yield f"{explanation.place}. {_one_line(explanation.setup)}"
    yield f"   {_standing(explanation)}"
    for title, header, rows in _tables(explanation):
        yield ""
        yield title
        rows = [tuple(map(_one_line, row)) for row in rows]
        widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
        for row in (header, *rows):
            yield "   " + "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip()


def _one_line(text: str) -> str:
    """Return text without line breaks: a name cannot make a line of its own."""
    return " ".join(text.split())


def _standing(explanation: Explanation) -> str:
    gain = f"Expected to take {explanation.gain:.3f} off the regret that is left at this place."
    if math.isnan(explanation.novelty):
        return f"{gain} The dataset was not described: this is the all-round order."
    if explanation.novelty >= 1.0:
        return f"{gain} The dataset is unlike all earlier tasks: this is the all-round order."
    if explanation.novelty > 0.0:
        share = f"{explanation.novelty:.0%}"
        return f"{gain} The dataset is unusual: the all-round order counts for {share}."
    return f"{gain} The dataset is much like earlier tasks."


def _tables(explanation: Explanation) -> Iterable[tuple[str, Sequence[str], Rows]]:
    if explanation.precedents:
        yield (
            "Earlier tasks that count most",
            ("task", "distance", "weight", "won there", "metric", "its score", "this setup's"),
            [
                (p.name, f"{p.distance:.2f}", f"{p.weight:.1%}",
                 _setup(p.winner, p.winner_config), p.metric, _number(p.winner_score),
                 _number(p.score))
                for p in explanation.precedents
            ],
        )  # fmt: skip
    if explanation.influences:
        yield (
            "Meta-features that moved the choice",
            ("meta-feature", "here", "usual", "speaks"),
            [
                (i.metafeature, _number(i.value), _number(i.usual),
                 f"{'for' if i.effect > 0 else 'against'} it ({abs(i.effect):.3f})")
                for i in explanation.influences
            ],
        )  # fmt: skip
    if explanation.runners_up:
        yield (
            "Runners-up",
            ("setup", "score", "seconds", "gain", "why not"),
            [
                (_setup(r.algorithm, r.config), _number(r.expected_score),
                 _number(r.expected_fit_seconds), f"{r.gain:.3f}", r.reason)
                for r in explanation.runners_up
            ],
        )  # fmt: skip
    if explanation.alternatives:
        yield (
            "What would change the choice",
            ("if", "then"),
            [(a.condition, _setup(a.algorithm, a.config)) for a in explanation.alternatives],
        )


def _setup(algorithm: str, config: dict[str, Any]) -> str:
    text = f"{algorithm}({', '.join(f'{name}={value!r}' for name, value in config.items())})"
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 3] + "..."


def _number(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "-"
