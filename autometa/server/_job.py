"""One search, in a process of its own: ``python -m autometa.server._job``.

What it is to do comes as one line of JSON on stdin; what it does goes to stdout, a line each.
When stdin ends, its server is gone, and it ends with all its workers: another server goes on.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

from autometa._common.json_numbers import finite_or_none
from autometa.exceptions import AutoMetaError
from autometa.server._settings import Limits
from autometa.server._worker_side import _plain, read_upload

LEADERS = 50  # rows of the leaderboard that are sent; the file has all


def main() -> None:
    """Run the search that stdin asks for."""
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a library prints is no message
    task = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_server, daemon=True).start()

    def say(**message: Any) -> None:
        out.write(json.dumps(_plain(message), allow_nan=False) + "\n")

    warnings.simplefilter("ignore")
    try:
        say(kind="result", **_search(task, say))
    except AutoMetaError as error:
        say(kind="error", type=type(error).__name__, message=str(error))


def _end_with_server() -> None:
    while sys.stdin.read(1):
        pass
    os.killpg(0, signal.SIGKILL)


def _search(task: dict[str, Any], say: Any) -> dict[str, Any]:
    from autometa.tuning import tune

    folder = Path(task["folder"])
    request = task["request"]
    table = read_upload(
        folder / task["file"], task["name"], request.pop("target"), Limits(**task["limits"])
    )
    say(kind="stage", text="the table is read", n_rows=len(table.X), n_columns=table.X.shape[1])
    result = tune(
        table.X,
        table.y,
        name=table.name,
        target=table.target,
        storage=task["storage"],
        study_name=task["id"],
        knowledge_base=task["knowledge_base"],
        callbacks=[_Watch(say)],
        verbose=False,
        **request,
    )
    say(kind="stage", text="writing the results")
    _write(result, folder, task["file"])
    board = result.leaderboard()
    low, high = result.score_interval
    return {
        "metric": result.metric,
        "score": finite_or_none(result.score),
        "score_interval": [finite_or_none(low), finite_or_none(high)],
        "seconds": result.seconds,
        "n_completed": result.n_completed,
        "is_fallback": result.is_fallback,
        "notes": list(result.notes),
        "leaderboard": board.head(LEADERS).to_dict(orient="records"),
    }


def _write(result: Any, folder: Path, file: str) -> None:
    left = folder / "left"
    left.mkdir()
    board = result.leaderboard().to_dict(orient="records")
    (left / "leaderboard.json").write_text(json.dumps(_plain(board), allow_nan=False))
    result.save(left / "pipeline.skops")
    for beside in left.glob("pipeline.skops*"):
        if beside.name != "pipeline.skops":  # a lock, or its history, which the study has
            beside.unlink()
    (left / "code.py").write_text(result.code(file))
    report = getattr(result, "report", None)
    if report is not None:
        report(left / "report.html")


class _Watch:
    """Tells of each trial that ends."""

    def __init__(self, say: Any) -> None:
        self._say = say

    def __call__(self, study: Any, trial: Any) -> None:
        from autometa.tuning.study._resume import algorithm_of

        best = [t.value for t in study.get_trials(deepcopy=False) if t.value is not None]
        self._say(
            kind="trial",
            number=trial.number,
            algorithm=algorithm_of(trial),
            score=None if trial.value is None else finite_or_none(trial.value),
            best=finite_or_none(max(best)) if best else None,
            state=trial.state.name.lower(),
        )


if __name__ == "__main__":
    main()
