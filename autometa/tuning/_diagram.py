"""scikit-learn's diagram of a pipeline, kept to a size that pages and notebooks bear."""

from __future__ import annotations

from typing import Any

from sklearn.pipeline import Pipeline
from sklearn.utils import estimator_html_repr

from autometa._common.markup import escaped

# A diagram of three members took 290,000 letters, of forty four million: as much as the rest of a
# notebook. Of larger ones the heaviest member is drawn, for the members are alike in form.
MAX_LETTERS = 600_000


def diagram(pipeline: Any, most: int = MAX_LETTERS) -> str:
    """Return scikit-learn's diagram of a fitted pipeline.

    Of an ensemble whose diagram is too large, that of the heaviest member, and a sentence that
    says so. Where that is too large as well, as with thousands of columns, its text.
    """
    drawn = str(estimator_html_repr(pipeline))
    if len(drawn) <= most:
        return drawn
    said, member = _heaviest(pipeline)
    drawn = str(estimator_html_repr(member))
    if len(drawn) > most:
        drawn = f"<pre>{escaped(repr(member))}</pre>"
    return f"<p>{escaped(said)}</p>{drawn}" if said else drawn


def _heaviest(pipeline: Any) -> tuple[str, Any]:
    """Return a sentence on what is left out, and the pipeline with one member."""
    model = pipeline.steps[-1][1] if isinstance(pipeline, Pipeline) else pipeline
    members = getattr(model, "estimators", None)
    if not members:
        return "", pipeline
    weights = getattr(model, "weights", None) or [1.0] * len(members)
    place = max(range(len(members)), key=lambda i: weights[i])
    name, member = members[place]
    said = f"Of {len(members)} members that are averaged, the heaviest: {name}."
    return said, Pipeline([*pipeline.steps[:-1], (name, member)])
