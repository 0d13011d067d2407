"""``autometa algorithms``: which algorithms there are."""

from __future__ import annotations

from functools import partial

from autometa.cli import _options
from autometa.cli._command import LISTS, Answer, command
from autometa.cli._frames import records, show_frame


@command(
    "algorithms",
    panel=LISTS,
    examples=["autometa algorithms", "autometa algorithms --task-type regression --json"],
    then="autometa tune churn.csv --target left --algorithm lightgbm,svm",
)
def algorithms(task_type: _options.KindOfTask = None) -> Answer:
    """List the algorithms that can be built and tuned, and what each needs."""
    import autometa

    frame = autometa.list_algorithms(task_type)
    return Answer(
        content={"algorithms": records(frame)},
        show=partial(show_frame, frame, f"{len(frame)} algorithms"),
    )
