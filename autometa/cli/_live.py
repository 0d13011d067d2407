"""What ``autometa tune`` shows while it runs: the stage, and the best trials so far."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from autometa.cli._output import MODE, make_table, number, say, talk
from autometa.tuning._progress import Lines, Progress

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial

SHOWN_ROWS = 10  # of the leaderboard, which --json has whole


class Live:
    """The stage under way and the best trials so far, kept up to date; an Optuna callback too.

    Stages that are over stay above it.
    """

    interval = 0.25  # between two looks at it: it seems to run

    def __init__(self) -> None:
        from rich.live import Live as RichLive

        self.line = ""
        self.trials: list[FrozenTrial] = []
        self.live = RichLive(console=talk(), get_renderable=self._shown, transient=True)
        self.live.start()

    def __call__(self, study: Study, trial: FrozenTrial) -> None:
        self.trials.append(trial)  # the study is not asked: its storage may be slow, or gone

    def begin(self, line: str) -> None:
        """Show that a stage begins."""
        self.line = line

    def beat(self, line: str) -> None:
        """Show that it goes on."""
        self.line = line

    def end(self, line: str) -> None:
        """Leave a line that says how long it took."""
        self.line = ""
        with contextlib.suppress(OSError):  # a terminal that was closed
            self.live.console.print(line)

    def close(self) -> None:
        """Take the table away."""
        with contextlib.suppress(OSError):
            self.live.stop()

    def _shown(self) -> Any:
        from rich.console import Group

        if not self.trials:
            return Group(self.line)
        done = [t for t in self.trials if t.value is not None]
        best = sorted(done, key=lambda t: t.value or 0.0, reverse=True)[:SHOWN_ROWS]
        title = f"{len(self.trials)} trials"
        shown = make_table(title, "trial", "algorithm", "score", right=("trial", "score"))
        for item in best:
            algorithm = str(item.params.get("algorithm", ""))
            shown.add_row(str(item.number), algorithm, number(item.value or 0.0))
        return Group(self.line, shown)


def progress_and_callbacks() -> tuple[Progress, list[Any]]:
    """Return what says on stderr how far the run is, and the callbacks it needs for that.

    Nothing with --json, whose stderr is for errors. Elsewhere than on a terminal it is a line
    a stage.
    """
    if MODE.as_json or MODE.is_quiet:
        return Progress(), []
    if not talk().is_terminal:
        return Progress(Lines(say)), []
    live = Live()
    return Progress(live), [live]
