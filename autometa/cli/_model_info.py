"""``autometa model info``: what a saved model is."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from autometa.cli._command import Answer, command
from autometa.cli._output import console, make_table, number, settings


@command(
    "model info",
    examples=["autometa model info model", "autometa model info model --json"],
    then="autometa predict model new.csv --out predictions.csv",
)
def model_info(
    model: Annotated[
        Path, typer.Argument(metavar="MODEL", help="A file that 'autometa tune --save' wrote.")
    ],
) -> Answer:
    """Say what a saved model predicts, how it scored, and which libraries wrote it.

    The model is not built: a file from elsewhere can be looked at first.
    """
    import autometa

    content = autometa.model_info(model).to_dict()
    return Answer(content=content, show=partial(_show, content))


def _show(content: dict[str, Any]) -> None:
    about = make_table(content["path"], "what", "value")
    low, high = content["score_interval"]
    task = content["task"]
    for what, value in (
        ("saved", content["created"]),
        ("task", f"{task['name']}: {task['task_type']} of {task['target']}" if task else "-"),
        ("metric", content["metric"] or "-"),
        ("score", _score(content["score"], low, high)),
        ("validation", _validation(content["validation"])),
        *_positive(content["pos_label"]),
        *_decision(content["decision"]),
        *_weights(content["is_weighted"]),
        ("trials", str(content["n_trials"])),
        ("libraries", ", ".join(f"{name} {it}" for name, it in content["versions"].items())),
    ):
        about.add_row(what, value)
    members = make_table("setups", "weight", "algorithm", "hyperparameters", right=("weight",))
    for member in content["members"]:
        members.add_row(
            number(member["weight"], 2), member["algorithm"], settings(member["config"])
        )
    out = console()
    out.print(about)
    if content["members"]:
        out.print()
        out.print(members)


def _validation(about: dict[str, Any]) -> str:
    """Return how rows were held out, with the columns that said so; older files do not know."""
    if not about:
        return "-"
    parts = [f"{about['kind']}, {about['n_folds']} folds"]
    if "n_groups" in about:
        by = f" by {about['groups']}" if "groups" in about else ""
        parts.append(f"{about['n_groups']} groups{by}")
    if "timestamps" in about:
        parts.append(f"in the order of {about['timestamps']}")
    if "gap" in about:
        parts.append(f"a gap of {about['gap']}")
    return ", ".join(parts)


def _positive(pos_label: str | None) -> list[tuple[str, str]]:
    return [] if pos_label is None else [("positive class", pos_label)]


def _weights(is_weighted: bool) -> list[tuple[str, str]]:
    return [("sample weights", "used in fits and scores")] if is_weighted else []


def _decision(decision: dict[str, Any]) -> list[tuple[str, str]]:
    """Return how a class is made of probabilities, where it is not the most probable one."""
    metric = decision.get("metric")
    reason = f"chosen for {metric}" if metric else "as asked for"
    threshold = decision.get("threshold")
    if threshold is not None and (metric or threshold != 0.5):
        return [("threshold", f"{number(threshold)}, {reason}")]
    weights = decision.get("class_weights") or {}
    shown = ", ".join(f"{label} x {number(weight)}" for label, weight in weights.items())
    return [("class weights", f"{shown}; {reason}")] if shown else []


def _score(score: Any, low: Any, high: Any) -> str:
    """Return a score with its interval, for people; a fallback has neither."""
    if score is None or math.isnan(score):
        return "- (a small tree: no setup could be scored)"
    has_interval = low is not None and math.isfinite(low)
    return number(score) + (
        f" ({number(low)} .. {number(high)} on new rows)" if has_interval else ""
    )
