"""``autometa metrics``: by which metrics setups can be scored."""

from __future__ import annotations

from functools import partial

from autometa.cli import _options
from autometa.cli._command import LISTS, Answer, command
from autometa.cli._frames import records, show_frame


@command(
    "metrics",
    panel=LISTS,
    examples=["autometa metrics", "autometa metrics --task-type binary --json"],
    then="autometa recommend churn.csv --target left --metric f1",
)
def metrics(task_type: _options.KindOfTask = None) -> Answer:
    """List the metrics that can be asked for, and their everyday names."""
    import autometa

    frame = autometa.list_metrics(task_type)
    return Answer(
        content={"metrics": records(frame)},
        show=partial(show_frame, frame, f"{len(frame)} metrics"),
    )
