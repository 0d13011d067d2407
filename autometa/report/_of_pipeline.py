"""The fitted pipeline on a page: its members and diagram, and how it does on held-out rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from autometa._common.readable import readable
from autometa.report._page import Block, Drawn, Facts, Grid, Section, Text, filled
from autometa.report._pictures import picture
from autometa.tuning._diagram import diagram
from autometa.tuning._result_html import held_out, settings

if TYPE_CHECKING:
    from autometa.tuning import TuneResult

# They copy a parameter's name and choose colours: a report does without, and its policy forbids
# browsers to run any.
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL | re.IGNORECASE)
_HANDLER = re.compile(r"""\son[a-z]+\s*=\s*("[^"]*"|'[^']*')""", re.IGNORECASE)
_TAG = re.compile(r"<[a-z][^<>]*>", re.IGNORECASE)
MAX_DIAGRAM = 700_000  # letters, of a page of 3 MB at most


def pipeline_section(result: TuneResult) -> Section:
    """Return the section on what was fitted."""
    members = result.leaderboard()
    members = members[members["weight"] > 0].sort_values("weight", ascending=False, kind="stable")
    rows = [
        (readable(row["weight"], 2), row["trial"], row["algorithm"], settings(row["config"]))
        for row in members.to_dict("records")
    ]
    drawn = without_scripts(diagram(result.best_pipeline, MAX_DIAGRAM))

    def weights() -> Any:
        from autometa.plotting import EnsembleWeightsDisplay

        return EnsembleWeightsDisplay.from_result(result)

    return Section(
        name="pipeline",
        title="The fitted pipeline",
        blocks=filled(
            Text(text="Fitted on all rows; it takes the table as it is."),
            Facts(rows=_decided(result)),
            Grid(
                caption="Members",
                header=("weight", "trial", "algorithm", "setup"),
                rows=rows,
                numbers=(0, 1),
            )
            if rows
            else None,
            picture(weights, "Weights of the members of the ensemble") if len(rows) > 1 else None,
            Drawn(html=drawn),
        ),
    )


def without_scripts(html: str) -> str:
    """Return HTML without scripts and handlers of events; text that reads like one stays.

    Examples
    --------
    >>> without_scripts('<b onclick="go()">on="x"</b><script>go()</script>')
    '<b>on="x"</b>'
    """
    return _TAG.sub(lambda tag: _HANDLER.sub("", tag[0]), _SCRIPT.sub("", html))


def _decided(result: TuneResult) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = [("scored on", held_out(result.validation))]
    if result.pos_label is not None:
        facts.append(("positive class", repr(result.pos_label)))
    threshold = result.threshold
    if threshold is not None:
        chosen = result.decision.get("metric")
        how = f", chosen for {chosen}" if chosen else ""
        facts.append(("predicted from a probability of", f"{readable(threshold)}{how}"))
    if result.is_weighted:
        facts.append(("rows", "count for different weights"))
    return facts


def curves_section(result: TuneResult) -> Section:
    """Return the section on held-out rows: curves of classes, or residuals."""
    if result.out_of_fold is None:
        text = "No row was predicted by a model that was not fitted on it: nothing to draw."
        return Section(name="curves", title="On held-out rows", blocks=[Text(text=text)])
    of_classes = bool(result.out_of_fold.classes)
    drawn = _of_classes(result) if of_classes else _of_numbers(result)
    said = "Each row is predicted by models that were not fitted on it."
    return Section(
        name="curves", title="On held-out rows", blocks=filled(Text(text=said), list(drawn))
    )


def _of_classes(result: TuneResult) -> Iterator[Block]:
    names = (
        ("RocCurveDisplay", "ROC curve: true over false positives"),
        ("PrecisionRecallDisplay", "Precision over recall"),
        ("CalibrationDisplay", "Calibration: how often it is so over the probability said"),
        ("ConfusionMatrixDisplay", "Confusion matrix: rows by class and by what is predicted"),
    )
    positive = "" if result.pos_label is None else f" of class {result.pos_label!r}"
    for name, alt in names:
        of = positive if name != "ConfusionMatrixDisplay" else ""
        yield from _shown(picture(_maker(name, result), f"{alt}{of}"))


def _of_numbers(result: TuneResult) -> Iterator[Block]:
    for kind, alt in (
        ("actual_vs_predicted", "Values over what was predicted"),
        ("residual_vs_predicted", "Residuals over what was predicted"),
    ):
        yield from _shown(picture(_maker("ResidualsDisplay", result, kind=kind), alt))


def _shown(block: Block | None) -> list[Block]:
    return [] if block is None else [block]


def _maker(name: str, result: TuneResult, **given: Any) -> Callable[[], Any]:
    def make() -> Any:
        from autometa import plotting

        return getattr(plotting, name).from_result(result, **given)

    return make
