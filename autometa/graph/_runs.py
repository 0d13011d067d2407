"""Nodes of runs: one a setup on a task, averaged over repeats, or every single one."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from autometa.graph._cells import Cells
from autometa.graph._described import LABEL, TYPE, VALUE
from autometa.graph._flows import setting_pairs
from autometa.graph._names import Names, key_of, run_name
from autometa.graph._terms import Block, double, literal, term, text
from autometa.knowledge_base import setup_id

_OPENML_RUN = re.compile(r"openml:run/[1-9]\d*")
# What distinguishes repeats; rows that are equal in it are the metrics of one run.
_RUN = (
    *("task_id", "algorithm", "config", "fidelity", "status", "fit_seconds", "source", "split"),
    *("n_folds", "split_seed", "fold_kind", "cutoff_seconds"),
)
COLUMNS = (*_RUN, "metric", "score")
_NOT_SAID = ("task_id", "algorithm", "config")  # of a run's columns: edges and settings say them


@dataclass(frozen=True)
class RunNode:
    """What the graph says of a run."""

    name: str
    task_id: str
    setup_id: str
    algorithm: str
    config: Mapping[str, Any]
    scores: Mapping[str, float]
    facts: Mapping[str, object] = field(default_factory=dict)


def run_blocks(naming: Names, run: RunNode) -> Iterator[Block]:
    """Yield a run, its settings and its evaluations."""
    iri, key = naming.run(run.name), key_of(run.name)
    settings = {n: naming.within(iri, "hyperParameterSetting", n) for n in run.config}
    scores = {m: stated for m, score in run.scores.items() if (stated := double(score)) is not None}
    results = {metric: naming.within(iri, "modelEvaluation", metric) for metric in scores}
    has_input, output = term("mls:hasInput"), term("mls:hasOutput")
    facts = ((term(f"autometa:{name}"), literal(value)) for name, value in run.facts.items())
    yield (
        iri,
        [
            (TYPE, term("mls:Run")),
            (LABEL, text(f"Run {key}")),
            (term("mls:achieves"), naming.task(run.task_id)),
            (term("mls:executes"), naming.flow(run.algorithm)),
            (term("autometa:hasSetup"), naming.setup(run.setup_id)),
            (has_input, naming.of("dataset", run.task_id)),
            *((has_input, setting) for setting in settings.values()),
            *((output, result) for result in results.values()),
            *(
                (predicate, value)
                for predicate, value in facts
                if value is not None and value != '""'
            ),
        ],
    )
    for name, setting in settings.items():
        yield setting, setting_pairs(naming.hyperparameter(run.algorithm, name), run.config[name])
    for metric, result in results.items():
        yield (
            result,
            [
                (TYPE, term("mls:ModelEvaluation")),
                (LABEL, text(f"run {key} {metric} evaluation")),
                (term("mls:specifiedBy"), naming.measure(metric)),
                (VALUE, scores[metric]),
            ],
        )


def averaged_runs(cells: Cells) -> Iterator[RunNode]:
    """Yield the runs of each setup on each task as one."""
    configs = [json.loads(config) for config in cells.configs]
    columns = (
        "task",
        "setup",
        "metric",
        "score",
        "fidelity",
        "n_scores",
        "n_failed",
        "fit_seconds",
    )
    rows = zip(*(getattr(cells, name).tolist() for name in columns), strict=True)
    for (task, setup), of_run in _grouped(rows):
        _, _, _, _, fidelity, _, _, fit_seconds = of_run[0]
        yield RunNode(
            run_name(cells.task_ids[task], cells.setup_ids[setup]),
            cells.task_ids[task],
            cells.setup_ids[setup],
            cells.algorithms[setup],
            configs[setup],
            {cells.metrics[row[2]]: row[3] for row in of_run},
            {
                "fidelity": fidelity,
                "nRuns": max(row[5] + row[6] for row in of_run),
                "nFailed": max(row[6] for row in of_run),
                "fitSeconds": fit_seconds,
            },
        )


def _grouped(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[tuple[int, int], list[Any]]]:
    """Yield rows of one task and setup together; they come sorted."""
    key: tuple[int, int] | None = None
    group: list[Any] = []
    for row in rows:
        if row[:2] != key and group:
            yield group[0][:2], group
            group = []
        key = row[:2]
        group.append(row)
    if group:
        yield group[0][:2], group


def single_runs(tables: Iterable[Any]) -> Iterator[RunNode]:
    """Yield every run of a stream of tables with the columns `COLUMNS`.

    A run is called by its place among those of its setup on its task, in the order in which they
    were added; one of OpenML by its number there.
    """
    for table in tables:
        yield from _of_table(table)


def _of_table(table: Any) -> Iterator[RunNode]:
    columns = {name: table[name].to_pylist() for name in COLUMNS}
    repeats: Counter[Any] = Counter()
    scores: dict[Any, dict[str, float]] = {}
    keys = zip(*(columns[name] for name in _RUN), strict=True)
    for key, metric, score in zip(keys, columns["metric"], columns["score"], strict=True):
        key = tuple(None if value != value else value for value in key)  # NaN equals nothing
        # the same metric twice is another run, equal in all else
        repeat = repeats[key, metric]
        repeats[key, metric] += 1
        scores.setdefault((key, repeat), {})[metric] = float("nan") if score is None else score
    places: Counter[Any] = Counter()
    for (key, _), of_run in scores.items():
        said = dict(zip(_RUN, key, strict=True))
        task, algorithm, config = (said[name] for name in _NOT_SAID)
        setup, source = setup_id(algorithm, config), said["source"] or ""
        place = places[task, setup]
        places[task, setup] += 1
        is_numbered = _OPENML_RUN.fullmatch(source) is not None
        yield RunNode(
            source if is_numbered else run_name(task, setup, place),
            task,
            setup,
            algorithm,
            json.loads(config),
            of_run,
            {_camel(name): said[name] for name in _RUN if name not in _NOT_SAID},
        )


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def relation_blocks(cells: Cells, naming: Names) -> Iterator[Block]:
    """Yield which implementations have runs on each task and on its dataset, as MLSea does."""
    places = set(zip(cells.task.tolist(), cells.setup.tolist(), strict=True))
    pairs = sorted({(task, cells.algorithms[setup]) for task, setup in places})
    related = term("mlso:hasRelatedImplementation")
    by_task: dict[int, list[str]] = {}
    for task, algorithm in pairs:
        by_task.setdefault(task, []).append(algorithm)
    for task, used in by_task.items():
        for iri in (naming.task(cells.task_ids[task]), naming.of("dataset", cells.task_ids[task])):
            yield iri, [(related, naming.flow(algorithm)) for algorithm in used]


def statement(
    iri: str, subject: str, predicate: str, object_: str, facts: Mapping[str, object]
) -> Iterator[Block]:
    """Yield an edge, and what is said of it as a statement of its own (RDF reification)."""
    stated = ((term(f"autometa:{name}"), literal(value)) for name, value in facts.items())
    yield subject, [(predicate, object_)]
    yield (
        iri,
        [
            (TYPE, term("rdf:Statement")),
            (term("rdf:subject"), subject),
            (term("rdf:predicate"), predicate),
            (term("rdf:object"), object_),
            *((name, value) for name, value in stated if value is not None),
        ],
    )
