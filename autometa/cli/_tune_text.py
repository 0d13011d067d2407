"""What ``autometa tune`` prints of its result; files and programs read `--json` instead."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from autometa.cli._live import SHOWN_ROWS
from autometa.cli._output import console, make_table, number, seconds, settings

if TYPE_CHECKING:
    import pandas as pd

KINDS_SAID = {
    "group": "by group",
    "time": "by time",
    "group-time": "by group and time",
    "custom": "as given",
}


def records(board: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a leaderboard by the names of its columns."""
    return [{str(k): v for k, v in row.items()} for row in board.to_dict("records")]


def _scored(result: Any) -> str:
    """Say how rows were held out; of the usual folds as everybody does."""
    about = result.validation
    if about.get("kind", "shuffled") in ("shuffled", "stratified"):
        return "in cross-validation"
    groups = f" of {about['n_groups']} groups" if "n_groups" in about else ""
    gap = f", a gap of {about['gap']} before each" if "gap" in about else ""
    return f"on {about['n_folds']} folds {KINDS_SAID[about['kind']]}{groups}{gap}"


def show(result: Any) -> None:
    """Print the leaderboard, and what is to be expected of the fitted pipeline."""
    board = result.leaderboard()
    is_several = "output" in board
    shown = make_table(
        f"{len(board)} trials in {seconds(result.seconds)}, scored by {result.metric} "
        "(greater is better)",
        *(["output"] if is_several else []),
        "rank",
        "algorithm",
        "score",
        "fit",
        "weight",
        "hyperparameters",
        right=("rank", "score", "fit", "weight"),
    )
    best = board.groupby("output", sort=False) if is_several else board
    for row in records(best.head(SHOWN_ROWS)):
        shown.add_row(
            *([row["output"]] if is_several else []),
            str(row["rank"]),
            row["algorithm"],
            number(row["score"]),
            seconds(row["fit_seconds"]),
            number(row["weight"], 2) if row["weight"] else "",
            settings(row["config"]),
        )
    out = console()
    out.print(shown)
    if result.is_fallback:
        out.print("The fitted pipeline is a small tree without a score.")
    else:
        low, high = result.score_interval
        expected = (
            f"; expect {number(low)} .. {number(high)} on new rows" if math.isfinite(low) else ""
        )
        out.print(f"The fitted pipeline scores {number(result.score)} {_scored(result)}{expected}.")
