"""Sentences and rows about the parts of an explanation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from autometa._common.readable import readable
from autometa.explanation._parts import Influence, Neighbor, RunnerUp

MOST_LETTERS = 50  # of a setup in a table, whose other columns need room too


def about_path(path: Sequence[tuple[str, str, str]]) -> str:
    """Return the path by the ends of its addresses, which are longer than a line."""
    (setup, _, flow), *tried = (tuple(map(_last_steps, triple)) for triple in path)
    tasks = ", ".join(task for _, _, task in tried)
    return f"{setup} specialises {flow}" + (f", evaluated on {tasks}" if tasks else "")


def _last_steps(iri: str) -> str:
    """Return the kind and the name of a node, such as ``flow/lightgbm``."""
    return "/".join(iri.strip("<>").split("/")[-2:])


def about_neighbor(neighbor: Neighbor) -> str:
    """Return what the setup, and the best one, reached on an earlier task."""
    best = neighbor.best_setup
    weight = "" if neighbor.weight is None else f", counts for {neighbor.weight:.1%}"
    about = f"{neighbor.name} (distance {neighbor.distance:.2f}{weight})"
    if best is None:
        return about
    tried = neighbor.score is not None and math.isfinite(neighbor.score)
    own = f"this setup {readable(neighbor.score)}" if tried else "this setup was not tried"
    metric = f" {neighbor.metric}" if neighbor.metric else ""
    setup = in_words(best.algorithm, best.config)
    return f"{about}: {own}, the best{metric} {readable(best.score)} by {setup}"


def about_runner_up(runner: RunnerUp) -> str:
    """Return what is expected of a setup, and why it does not stand here."""
    return (
        f"{in_words(runner.algorithm, runner.config)}: {readable(runner.expected_score)} in "
        f"{readable(runner.expected_fit_seconds, 2)} s; {runner.reason}"
    )


def speaks(influence: Influence) -> str:
    """Return whether a meta-feature speaks for the setup or against it."""
    return "for" if influence.effect > 0 else "against"


def neighbor_row(neighbor: Neighbor) -> tuple[str, ...]:
    """Return an earlier task as a row of a table."""
    best = neighbor.best_setup
    return (
        neighbor.name,
        f"{neighbor.distance:.2f}",
        "-" if neighbor.weight is None else f"{neighbor.weight:.1%}",
        "-" if best is None else in_words(best.algorithm, best.config),
        neighbor.metric or "-",
        readable(None if best is None else best.score),
        readable(neighbor.score),
    )


def in_words(algorithm: str, config: dict[str, Any]) -> str:
    """Return a setup as a call, cut where it would fill a table."""
    text = f"{algorithm}({', '.join(f'{name}={value!r}' for name, value in config.items())})"
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 3] + "..."
