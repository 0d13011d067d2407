"""A search on a page: what was tried when, the best of it, and what failed for which reason."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from autometa._common.readable import readable
from autometa.report._page import Block, Facts, Grid, Section, Text, filled
from autometa.report._pictures import picture
from autometa.tuning._result_html import settings

if TYPE_CHECKING:
    from autometa.tuning import TuneResult

MAX_TRIALS = 50  # rows of the leaderboard: result.leaderboard() has all
MAX_FAILURES = 30  # kinds of failures
FAILED = ("error", "memory", "timeout", "infeasible")
LEADER_HEADER = (
    *("rank", "trial", "algorithm", "score", "over folds", "seconds a fit", "rows"),
    *("from", "weight", "setup"),
)
LEADER_NUMBERS = (0, 1, 3, 4, 5, 6, 8)


def search_section(result: TuneResult) -> Section:
    """Return the section on what was tried, and when."""
    chosen = [(by, f"{n} trial{'s' if n != 1 else ''}") for by, n in result.strategy.items()]
    counts = result.leaderboard()["status"].value_counts()
    ended = ", ".join(f"{n} {status}" for status, n in counts.items())
    facts = [("trials", ended or "none"), *chosen, ("seconds", readable(result.seconds, 3))]

    def progress() -> Any:
        from autometa.plotting import SearchDisplay

        return SearchDisplay.from_result(result)

    def board() -> Any:
        from autometa.plotting import LeaderboardDisplay

        return LeaderboardDisplay.from_result(result)

    return Section(
        name="search",
        title="The search",
        blocks=filled(
            Facts(rows=facts),
            picture(progress, f"Best {result.metric} so far over the seconds of the search"),
            picture(board, f"{result.metric} of each trial over the seconds of one fit"),
        ),
    )


def leaderboard_section(result: TuneResult) -> Section:
    """Return the section with the best trials."""
    board = result.leaderboard()
    scored = board[board["score"].notna()]
    blocks: list[Block] = []
    if not len(scored):
        blocks.append(Text(text="No trial has a score."))
    else:
        n = min(len(scored), MAX_TRIALS)
        said = f"{n} of {len(scored)} scored trials." if n < len(scored) else f"{n} scored trials."
        blocks.append(
            Text(
                text=f"{said} Scores are {result.metric} in cross-validation, greater is better; "
                "the best of many was picked, so that the pipeline's own score, on top of this "
                "page, is the one to expect."
            )
        )
        rows = [_row(row) for row in scored.head(MAX_TRIALS).to_dict("records")]
        blocks.append(
            Grid(caption="Trials", header=LEADER_HEADER, rows=rows, numbers=LEADER_NUMBERS)
        )
    return Section(name="leaderboard", title="Leaderboard", blocks=blocks)


def _row(row: dict[Any, Any]) -> tuple[Any, ...]:
    spread = row["score_std"]
    return (
        row["rank"],
        row["trial"],
        row["algorithm"],
        readable(row["score"]),
        f"± {readable(spread, 2)}" if math.isfinite(spread) else "-",
        readable(row["fit_seconds"], 2),
        f"{row['fidelity']:.0%}",
        row["source"],
        readable(row["weight"], 2) if row["weight"] else "",
        settings(row["config"]),
    )


def failures_section(result: TuneResult) -> Section:
    """Return the section on trials that failed, by reason."""
    board = result.leaderboard()
    failed = board[board["status"].isin(FAILED)]
    if not len(failed):
        return Section(name="failures", title="Failures", blocks=[Text(text="No trial failed.")])
    grouped = failed.groupby(["status", "message"], sort=False, dropna=False)
    kinds = sorted(grouped, key=lambda one: -len(one[1]))
    rows = [
        (status, len(group), _named(group), message or "no reason was given")
        for (status, message), group in kinds[:MAX_FAILURES]
    ]
    more = len(kinds) - len(rows)
    return Section(
        name="failures",
        title="Failures",
        blocks=filled(
            Text(text=f"Failed: {len(failed)} of {len(board)}, each at its own cost alone."),
            Grid(
                caption="Failures by reason",
                header=("how", "trials", "algorithms", "reason"),
                rows=rows,
                numbers=(1,),
            ),
            Text(text=f"{more} more reasons are in result.leaderboard().") if more > 0 else None,
        ),
    )


def _named(group: pd.DataFrame) -> str:
    return ", ".join(sorted(set(group["algorithm"].astype(str))))
