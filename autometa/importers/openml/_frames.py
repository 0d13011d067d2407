"""What was gathered as the three tables of a knowledge base."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from autometa.importers._fold_kinds import fold_kind_of, split_of
from autometa.importers._tally import Tally
from autometa.importers.openml import _measures
from autometa.importers.openml._flows import (
    UNKNOWN_SETUP,
    depends_on_task,
    translate_setup,
    without_effect,
)
from autometa.importers.openml._gather import Gathered
from autometa.importers.openml._listing import Run
from autometa.importers.openml._names import parse_flow
from autometa.importers.openml._setups import Setups
from autometa.importers.openml._tasks import KINDS, Task
from autometa.knowledge_base._schema import canonical_config
from metafeatures import translate
from metafeatures.exceptions import MetaFeatureNotFoundError

LONGEST_MESSAGE = 500
FAILURES = (
    ("timeout", re.compile(r"time.?out|time limit|timed out|walltime", re.IGNORECASE)),
    ("memory", re.compile(r"memory|cannot allocate|java heap", re.IGNORECASE)),
)


class Frames:
    """Makes the tables; tells the tally what does not get into them."""

    def __init__(
        self,
        gathered: Gathered,
        tasks: Mapping[int, Task],
        setups: Setups,
        measures: Sequence[str],
        tally: Tally,
    ) -> None:
        self.gathered = gathered
        self.setups = setups
        self.measures = measures
        self.tally = tally
        self.supervised = {one: task for one, task in tasks.items() if task.kind in KINDS.values()}
        self._left_out: Counter[tuple[str, str, str]] = Counter()
        self._translations: dict[tuple[int, str, float | None], tuple[str, str]] = {}
        self._seconds = gathered.values.get(str(_measures.table()["fit_millis"]), {})
        tally.drop("rows of listings", gathered.n_repeated, "of a run that was listed before")
        tally.drop("rows of listings", gathered.n_unread, "that name no run, task or setup")
        others = Counter(task.kind for one, task in tasks.items() if one not in self.supervised)
        for kind, count in sorted(others.items()):
            tally.drop("tasks", count, f"of the type '{kind}'" if kind else "of an unknown type")

    def tasks(self) -> pd.DataFrame:
        """Return one row a task; near-duplicates of a dataset share a family."""
        rows = [
            {
                "task_id": name_task(one),
                "name": task.name or name_task(one),
                "task_type": task.task_type,
                "target": task.target,
                "n_rows": task.qualities.get("NumberOfInstances", float("nan")),
                "family": task.family,
                "source": name_task(one),
            }
            for one, task in sorted(self.supervised.items())
        ]
        columns = ["task_id", "name", "task_type", "target", "n_rows", "family", "source"]
        return pd.DataFrame(rows, columns=columns)

    def metafeatures(self) -> pd.DataFrame | None:
        """Return OpenML's qualities as our meta-features, where they are of the task's target."""
        given = {one: task for one, task in self.supervised.items() if task.qualities}
        described = {one: task.qualities for one, task in given.items() if task.is_described}
        n_others = len(given) - len(described)
        if n_others:
            self.tally.drop("rows of meta-features", n_others, "that describe another target")
        translated = [self._translated(table) for table in _alike(described)]
        ours = [table for table in translated if table is not None]
        return pd.concat(ours) if ours else None

    def _translated(self, table: pd.DataFrame) -> pd.DataFrame | None:
        try:
            return translate(table, source="openml")
        except MetaFeatureNotFoundError:
            self.tally.note("Some of the server's qualities have no equal among our meta-features.")
            return None

    def runs(self) -> pd.DataFrame:
        """Return one row a run and measure."""
        rows: list[dict[str, Any]] = []
        n_unsupervised = n_unjudged = 0
        missing: Counter[str] = Counter()
        for number, run in sorted(self.gathered.runs.items()):
            task = self.supervised.get(run.task)
            if task is None:
                n_unsupervised += 1
                continue
            rows_of_run = self._rows(number, run, task, missing)
            n_unjudged += not rows_of_run
            rows += rows_of_run
        self.tally.drop("runs", n_unsupervised, "on tasks of another type")
        self.tally.drop("runs", n_unjudged, "on tasks that none of the measures judges")
        for measure, count in missing.items():
            self.tally.note(f"{count} runs were not measured by {measure}: their score is NaN.")
        for (flow, name, algorithm), count in sorted(self._left_out.items()):
            self.tally.note(
                f"'{name}' of {flow} has no equal in {algorithm}: left out of {count} setups."
            )
        return pd.DataFrame(rows)

    def _rows(
        self, number: int, run: Run, task: Task, missing: Counter[str]
    ) -> list[dict[str, Any]]:
        algorithm, config = self._setup(run, task)
        common = {
            "task_id": name_task(run.task),
            "algorithm": algorithm,
            "config": config,
            "fit_seconds": self._fit_seconds(number, task),
            "status": _status(run.error),
            "message": run.error[:LONGEST_MESSAGE],
            "source": f"openml:run/{number}",
            "split": split_of(task.procedure_type),
            "fold_kind": fold_kind_of(task.procedure_type),
        }
        rows = []
        for measure in self.measures:
            judged = _measures.scorer(measure, task.task_type)
            if judged is None:
                continue
            name, sign = judged
            value = self.gathered.values.get(measure, {}).get(number)
            if value is None and not run.error:
                missing[measure] += 1
            score = float("nan") if value is None or run.error else sign * value
            rows.append({**common, "metric": name, "score": score})
        return rows

    def _fit_seconds(self, number: int, task: Task) -> float:
        millis = self._seconds.get(number, float("nan"))
        seconds = millis / 1000.0 / task.n_fits
        return seconds if seconds >= 0 else float("nan")

    def _setup(self, run: Run, task: Task) -> tuple[str, str]:
        """Return algorithm and configuration; each setup is translated once a kind of task."""
        name = self.gathered.flow_names.get(run.flow) or run.flow_name
        flow = parse_flow(name)
        n_rows = task.qualities.get("NumberOfInstances") if depends_on_task(flow) else None
        key = (run.setup, task.kind, n_rows)
        if key not in self._translations:
            self._translations[key] = self._translate(flow.text, name, run.setup, task)
        return self._translations[key]

    def _translate(self, text: str, name: str, setup: int, task: Task) -> tuple[str, str]:
        config = self.setups.configs.get(setup, {UNKNOWN_SETUP: setup})
        facts = {"kind": task.kind, "n_rows": task.qualities.get("NumberOfInstances")}
        # of what the server does not tell, no hyperparameter is known: it is nobody's default
        is_known = setup in self.setups.configs and setup not in self.setups.unknown
        ours = translate_setup(parse_flow(name), config, facts) if is_known else None
        if ours is None:
            return text, canonical_config(without_effect(config))
        for left_out in ours.left_out:
            self._left_out[parse_flow(name).learner()[0].name, left_out, ours.algorithm] += 1
        return ours.algorithm, canonical_config(ours.config)


def _alike(described: Mapping[int, Mapping[str, float]]) -> list[pd.DataFrame]:
    """Return qualities as tables of the tasks that have the same ones.

    By its names alone an export from before 2017 is known, whose numbers mean
    something else.
    """
    groups: dict[frozenset[str], dict[str, Mapping[str, float]]] = {}
    for one, qualities in sorted(described.items()):
        groups.setdefault(frozenset(qualities), {})[name_task(one)] = qualities
    return [pd.DataFrame.from_dict(group, orient="index") for group in groups.values()]


def name_task(number: int) -> str:
    """Return what a task of OpenML is called here: a number alone could be another's."""
    return f"openml:task/{number}"


def _status(error: str) -> str:
    if not error:
        return "ok"
    return next((status for status, words in FAILURES if words.search(error)), "error")
