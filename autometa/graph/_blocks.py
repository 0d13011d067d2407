"""The whole graph as a stream: a subject after the other, each with what is said of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from autometa.graph._cells import Cells
from autometa.graph._described import (
    dataset_blocks,
    family_blocks,
    measure_blocks,
    metafeature_blocks,
    task_blocks,
)
from autometa.graph._flows import datatypes, flow_blocks, setup_blocks
from autometa.graph._names import Names
from autometa.graph._relations import Evaluated, dominations, similar
from autometa.graph._runs import RunNode, averaged_runs, relation_blocks, run_blocks, statement
from autometa.graph._terms import Block, term

_KINDS = {"binary": "classification", "multiclass": "classification"}


@dataclass(frozen=True, kw_only=True)
class Content:
    """All that the graph is made of.

    Attributes
    ----------
    tasks, metafeatures : DataFrame
        As in a knowledge base.
    cells : Cells
    evaluated : list of Evaluated
    noise : dict of str to float
        Standard error over folds of the best score, by task.
    splits : dict of str to str
        How the runs of a task were scored.
    naming : Names
    """

    tasks: pd.DataFrame
    metafeatures: pd.DataFrame
    cells: Cells
    evaluated: list[Evaluated]
    noise: Mapping[str, float]
    splits: Mapping[str, str]
    naming: Names

    @property
    def kinds(self) -> dict[str, str]:
        """Return the kind of each task: tasks of different kinds do not compare."""
        pairs = zip(self.tasks["task_id"], self.tasks["task_type"], strict=True)
        return {task: _KINDS.get(task_type, task_type) for task, task_type in pairs}


def blocks(content: Content, runs: Iterable[RunNode] | None) -> Iterator[Block]:
    """Yield the graph.

    Parameters
    ----------
    content : Content
    runs : iterable of RunNode or None
        The runs that become nodes; None for the averaged ones.
    """
    naming = content.naming
    yield from _described(content)
    yield from _algorithms(content)
    yield from measure_blocks(naming, sorted(content.cells.metrics))
    yield from relation_blocks(content.cells, naming)
    yield from _relations(content)
    for run in averaged_runs(content.cells) if runs is None else runs:
        yield from run_blocks(naming, run)


def _described(content: Content) -> Iterator[Block]:
    naming, features = content.naming, content.metafeatures
    yield from metafeature_blocks(naming, [str(name) for name in features.columns])
    yield from family_blocks(naming, sorted(set(content.tasks["family"])))
    rows: dict[str, dict[str, float]] = features.rename(columns=str).to_dict("index")
    said = _said_of_tasks(content)
    for task in content.tasks.to_dict("records"):
        values = rows.get(task["task_id"], {})
        if not values and task["n_rows"] == task["n_rows"]:
            values = {"n_rows": float(task["n_rows"])}  # which the list of tasks says all the same
        yield from dataset_blocks(naming, task, values)
        facts, judge = said.get(task["task_id"], ({}, ""))
        split = content.splits.get(task["task_id"], "")
        yield from task_blocks(naming, task, facts, judge, split)


def _said_of_tasks(content: Content) -> dict[str, tuple[dict[str, Any], str]]:
    """Return what the runs of each task say of it, and the metric that judges it."""
    by_task: dict[str, list[Evaluated]] = {}
    for one in content.evaluated:
        by_task.setdefault(one.task_id, []).append(one)
    said = {}
    for task, found in by_task.items():
        scores = [one.score for one in found if one.score == one.score]
        top, noise = max(scores), content.noise.get(task, float("nan"))
        facts = {
            "bestScore": top,
            "spread": top - min(scores),
            "noise": noise,
            "nAlgorithms": len(scores),
            "nNearBest": None if noise != noise else sum(s >= top - noise for s in scores),
        }
        said[task] = facts, found[0].metric
    return said


def _algorithms(content: Content) -> Iterator[Block]:
    cells, naming = content.cells, content.naming
    setups = sorted(zip(cells.algorithms, cells.setup_ids, cells.configs, strict=True))
    configs: dict[str, list[dict[str, Any]]] = {}
    for algorithm, _, config in setups:
        configs.setdefault(algorithm, []).append(json.loads(config))
    for algorithm, values in configs.items():
        yield from flow_blocks(naming, algorithm, datatypes(values))
    for algorithm, setup, config in setups:
        yield from setup_blocks(naming, setup, algorithm, json.loads(config), config)


def _relations(content: Content) -> Iterator[Block]:
    yield from _evaluations(content)
    naming = content.naming
    for pair in dominations(content.evaluated):
        facts = {
            "share": pair.share,
            "nWins": pair.n_wins,
            "nLosses": pair.n_losses,
            "nTies": pair.n_ties,
        }
        iri = naming.statement("dominates", pair.winner, pair.loser)
        ends = naming.flow(pair.winner), term("autometa:dominates"), naming.flow(pair.loser)
        yield from statement(iri, *ends, facts)
    for near in similar(content.metafeatures, content.kinds):
        iri = naming.statement("similarTo", near.task_id, near.other)
        ends = naming.task(near.task_id), term("autometa:similarTo"), naming.task(near.other)
        yield from statement(iri, *ends, {"distance": near.distance})


def _evaluations(content: Content) -> Iterator[Block]:
    naming, best = content.naming, term("autometa:bestOn")
    for one in content.evaluated:
        task, flow = naming.task(one.task_id), naming.flow(one.algorithm)
        facts = {
            "score": one.score,
            "regret": one.regret,
            "metric": one.metric,
            "setupId": one.setup_id,
            "fitSeconds": one.fit_seconds,
            "nSetups": one.n_setups,
            "nFailed": one.n_failed,
        }
        iri = naming.statement("evaluatedOn", one.algorithm, one.task_id)
        yield from statement(iri, flow, term("autometa:evaluatedOn"), task, facts)
        if one.is_best:
            yield flow, [(best, task)]
            yield naming.setup(one.setup_id), [(best, task)]
