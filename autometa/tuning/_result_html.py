"""What a notebook shows of a result: score, seconds, winner, the best trials, the pipeline."""

from __future__ import annotations

import math
from typing import Any

from autometa._common.markup import (
    escaped,
    folded,
    html_facts,
    html_list,
    html_table,
    notebook_block,
    scrolling,
)
from autometa._common.readable import readable
from autometa.tuning._diagram import diagram

SHOWN_ROWS = 5  # of the leaderboard, which result.leaderboard() has whole
HEADER = ("rank", "algorithm", "score", "seconds a fit", "weight", "hyperparameters")
NUMBERS = (0, 2, 3, 4)


def result_html(result: Any) -> str:
    """Return HTML on a `TuneResult`."""
    return notebook_block(
        f"<p><b>{escaped(headline(result))}</b></p>",
        html_facts(facts(result)),
        *_boards(result),
        html_list(result.notes),
        folded("Pipeline", diagram(result.best_pipeline)),
    )


def headline(result: Any) -> str:
    """Say what is to be expected of the pipeline, in a line."""
    if result.is_fallback:
        return "No setup could be scored: the pipeline is a small tree without a score."
    low, high = result.score_interval
    scored = f"{result.metric} {readable(result.score)}"
    if math.isfinite(low) and math.isfinite(high):
        scored += f"; {readable(low)} to {readable(high)} is expected on new rows"
    return scored


def facts(result: Any) -> list[tuple[str, str]]:
    """Return what came of a run, by name."""
    board = result.leaderboard()
    found = [
        ("winner", winner(result)),
        ("trials", f"{result.n_completed} scored of {len(board)}"),
        ("seconds", readable(result.seconds, 3)),
        ("held out", held_out(result.validation)),
    ]
    if result.stopped_early:
        found.append(("ended", "early, by the user"))
    return found


def winner(result: Any) -> str:
    """Say what the pipeline is made of."""
    outputs = getattr(result, "outputs", None)
    if outputs is not None:
        return "; ".join(f"{name}: {winner(one)}" for name, one in outputs.items())
    board = result.leaderboard()
    members = board[board["weight"] > 0].sort_values("weight", ascending=False, kind="stable")
    if not len(members):
        return "a small tree"
    names = [str(name) for name in members["algorithm"]]
    if len(names) == 1:
        return names[0]
    counts = dict.fromkeys(names, 0)
    for name in names:
        counts[name] += 1
    listed = ", ".join(f"{n} {name}" if n > 1 else name for name, n in counts.items())
    return f"an ensemble of {len(names)}: {listed}"


def held_out(validation: dict[str, Any]) -> str:
    """Say how rows were held out."""
    if not validation:
        return "-"
    kinds = {"group": "by group", "time": "by time", "group-time": "by group and time"}
    kind = str(validation.get("kind", "shuffled"))
    said = f"{validation.get('n_folds')} folds, {kinds.get(kind, kind)}"
    extra = [f"{validation[n]} {said_as}" for n, said_as in _COUNTS if validation.get(n)]
    return ", ".join([said, *extra])


_COUNTS = (("n_groups", "groups"), ("gap", "gap before each"), ("n_held_out", "rows"))


def _boards(result: Any) -> list[str]:
    outputs = getattr(result, "outputs", None) or {"": result}
    return [
        scrolling(html_table(HEADER, _rows(one), caption=name, numbers=NUMBERS))
        for name, one in outputs.items()
    ]


def _rows(result: Any) -> list[tuple[str, ...]]:
    rows = result.leaderboard().head(SHOWN_ROWS).to_dict("records")
    return [
        (
            str(row["rank"]),
            row["algorithm"],
            readable(row["score"]) if math.isfinite(row["score"]) else row["status"],
            readable(row["fit_seconds"], 2),
            readable(row["weight"], 2) if row["weight"] else "",
            settings(row["config"]),
        )
        for row in rows
    ]


def settings(config: dict[str, Any]) -> str:
    """Return hyperparameters in one line, numbers with the digits that count."""
    return ", ".join(
        f"{name}={readable(value) if isinstance(value, float) else repr(value)}"
        for name, value in config.items()
    )
