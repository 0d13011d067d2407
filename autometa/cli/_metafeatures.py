"""``autometa metafeatures``: by which numbers tables are described."""

from __future__ import annotations

from functools import partial

from autometa.cli import _options
from autometa.cli._command import LISTS, Answer, command
from autometa.cli._describe import Families
from autometa.cli._frames import records, show_frame
from autometa.exceptions import ParameterError

SHOWN = ["name", "family", "definition"]  # what fits a terminal; --json has all columns


@command(
    "metafeatures",
    panel=LISTS,
    examples=["autometa metafeatures", "autometa metafeatures --family simple --json"],
    then="autometa describe churn.csv --target left --family simple",
)
def metafeatures(task_type: _options.KindOfTask = None, family: Families = None) -> Answer:
    """List the meta-features: definitions, ranges, references, names elsewhere."""
    from metafeatures import list_metafeatures

    frame = list_metafeatures(task_type)
    families = _options.several(family)
    unknown = sorted(set(families) - set(list_metafeatures()["family"]))
    if unknown:
        available = ", ".join(list_metafeatures()["family"].unique())
        raise ParameterError(f"'--family' must be of {available}. Got {unknown}.")
    if families:
        frame = frame[frame["family"].isin(families)]
    return Answer(
        content={"metafeatures": records(frame)},
        show=partial(show_frame, frame[SHOWN], f"{len(frame)} meta-features"),
    )
