"""Tasks: type, target and size, and what OpenML measured of their datasets.

No dataset is fetched: OpenML's qualities are translated to our meta-features.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autometa.exceptions import KnowledgeBaseSourceError
from autometa.importers._tally import Tally
from autometa.importers.openml import _measures, _xml
from autometa.importers.openml._cache import Answer
from autometa.importers.openml._client import Client
from autometa.importers.openml._listing import (
    NotAnsweredError,
    Progress,
    has_no_results,
    in_batches,
    joined,
)

KINDS = {1: "classification", 2: "regression"}
# Single datasets fail or have no qualities; three requests in vain mean that the server has none.
GIVE_UP_AFTER = 3
# Tables that OpenML generated from others: their rows are near-duplicates, so of one family.
GENERATED = re.compile(r"^BNG\(([^,()]+)(?:,.*)?\)$|^(.+?)_seed_\d+_nrows_.*$")
# `name-v2`, `name_version_3`, `name(1)`: another version of the same dataset.
VERSIONED = re.compile(r"([-_.](v|version)[-_.]?\d+|\(\d+\))$", re.IGNORECASE)


@dataclass
class Task:
    """What is known of a task.

    Attributes
    ----------
    kind : str
        ``classification``, ``regression``, or what OpenML calls another type.
    n_fits : float
        Models fitted in its estimation procedure, NaN where not known.
    procedure_type : str
        What OpenML calls the kind of its estimation procedure, "" where not known.
    """

    task: int
    kind: str = ""
    target: str = ""
    data_id: int | None = None
    name: str = ""
    n_fits: float = float("nan")
    procedure: int | None = None
    procedure_type: str = ""
    qualities: dict[str, float] = field(default_factory=dict)

    @property
    def n_classes(self) -> int:
        """Number of classes, 0 where there are none or it is not known."""
        return int(self.qualities.get("NumberOfClasses", 0))

    @property
    def task_type(self) -> str:
        """What autometa calls tasks of this type."""
        if self.kind != "classification" or self.n_classes < 2:
            return self.kind
        return "binary" if self.n_classes == 2 else "multiclass"

    @property
    def is_described(self) -> bool:
        """Whether the qualities can be of this target: as many classes as its type has."""
        counted = self.qualities.get("NumberOfClasses", -1.0) >= 0  # -1: not known
        return not counted or (self.n_classes > 1) == (self.kind == "classification")

    @property
    def family(self) -> str:
        """Name of the dataset without version, generator or sampling."""
        name = self.name or f"openml-data-{self.data_id}"
        made_from = GENERATED.match(name)
        if made_from:
            name = made_from[1] or made_from[2]
        name = VERSIONED.sub("", name).lower()
        return re.sub(r"[^a-z0-9]+", "-", name).strip("-") or name


def fetch_tasks(
    client: Client,
    ids: Sequence[int],
    progress: Progress,
    tally: Tally,
) -> dict[int, Task]:
    """Return the tasks of the given ids, with the qualities that OpenML lists for all.

    Parameters
    ----------
    client : Client
    ids : sequence of int
    progress : callable
    tally : Tally
    """
    by_id = {one: Task(task=one) for one in ids}

    def ask(batch: Sequence[int]) -> Answer:
        filters = f"limit/{len(batch)}/offset/0/status/all/task_id/{joined(batch)}"
        return client.ask(f"task/list/{filters}", "tasks")

    for _, answer in in_batches(client, sorted(ids), ask, most=1_000):
        if not answer.refused:
            for row, element in _xml.rows(answer.body, "task"):
                _read_listed(row, element, by_id)
    # What no list brought (a refused batch, a task that it leaves out) is asked for alone.
    asking = [task for task in by_id.values() if not task.kind]
    for n_done, task in enumerate(asking):
        progress("fetching tasks", n_done, len(asking))
        answer = client.ask(f"task/{task.task}", "task")
        if answer.refused:
            tally.note(
                f"Task {task.task} is not described by the server ({NotAnsweredError(answer)})."
            )
        else:
            _read_task(_xml.parse(answer.body), task)
    return by_id


def _read_listed(row: _xml.Row, element: Any, by_id: Mapping[int, Task]) -> None:
    task = by_id.get(_xml.integer(row.get("task_id")) or -1)
    if task is None:
        return
    inputs = _xml.named(element, "input")
    task.kind = _kind(row)
    task.data_id = _xml.integer(row.get("did") or inputs.get("source_data"))
    task.name = row.get("name", "")
    task.target = inputs.get("target_feature", "")
    task.procedure = _xml.integer(inputs.get("estimation_procedure"))
    task.qualities = _numbers(_xml.named(element, "quality"))


def _read_task(root: Any, task: Task) -> None:
    """Read the answer to ``task/ID``, in which the inputs are nested."""
    texts = {_xml.local(one.tag): (one.text or "").strip() for one in root.iter()}
    task.kind = _kind(texts)
    task.data_id = _xml.integer(texts.get("data_set_id"))
    task.target = texts.get("target_feature", "")
    for one in root.iter():
        if _xml.local(one.tag) == "estimation_procedure":
            parameters = _xml.named(one, "parameter")
            folds = _xml.number(parameters.get("number_folds"))
            task.procedure_type = texts.get("type", "")
            if folds is not None:
                task.n_fits = folds * (_xml.number(parameters.get("number_repeats")) or 1.0)


def _kind(row: Mapping[str, str]) -> str:
    """Return the kind of a task by its number, or by its name where that is missing."""
    number = _xml.integer(row.get("task_type_id"))
    name = row.get("task_type", "")
    if number is None:
        by_name = {"Supervised Classification": 1, "Supervised Regression": 2}
        number = by_name.get(name)
    return KINDS.get(number or 0, name or f"task type {number}")


def _numbers(texts: Mapping[str, str]) -> dict[str, float]:
    read = {name: _xml.number(text) for name, text in texts.items()}
    return {name: value for name, value in read.items() if value is not None}


def fetch_qualities(
    client: Client, tasks: Sequence[Task], progress: Progress, tally: Tally
) -> None:
    """Add to each task all qualities of its dataset; one request a dataset.

    A dataset without qualities, or one that cannot be fetched, keeps the few that
    came with the list of tasks.
    """
    by_data: dict[int, list[Task]] = {}
    for task in tasks:
        if task.data_id is not None:
            by_data.setdefault(task.data_id, []).append(task)
    n_failed = n_refused = 0
    for n_done, (data_id, described) in enumerate(sorted(by_data.items())):
        progress("fetching qualities", n_done, len(by_data))
        try:
            answer = client.ask(f"data/qualities/{data_id}", "data_qualities")
            n_failed = 0  # failures count in a row: what answers again is not down
        except KnowledgeBaseSourceError:
            n_failed += 1
            if n_failed == GIVE_UP_AFTER:
                raise
            tally.note(f"Qualities of dataset {data_id} could not be fetched; run it again.")
            continue
        if not answer.refused:
            qualities = _numbers(_xml.named(_xml.parse(answer.body), "quality"))
            for task in described:
                task.qualities = {**task.qualities, **qualities}
        elif not has_no_results(answer) and not answer.code:
            n_refused += 1
            if n_refused == GIVE_UP_AFTER:
                tally.note(f"The server lists no qualities ({NotAnsweredError(answer)}).")
                return


def fetch_fits(client: Client, tasks: Sequence[Task], tally: Tally) -> None:
    """Add to each task how many models its estimation procedure fits."""
    unknown = [task for task in tasks if task.n_fits != task.n_fits and task.procedure is not None]
    if not unknown:
        return
    fits: dict[int, float] = {
        int(number): float(n) for number, n in _measures.table()["fits"].items() if number.isdigit()
    }
    types = {number: "crossvalidation" if n > 1 else "holdout" for number, n in fits.items()}
    if any(task.procedure not in fits for task in unknown):
        answer = client.ask("estimationprocedure/list", "estimationprocedures")
        if answer.refused:
            tally.note("Fit times are missing where the server lists no number of folds.")
        else:
            fits.update(_read_procedures(answer.body, types))
    for task in unknown:
        task.n_fits = fits.get(task.procedure or 0, float("nan"))
        task.procedure_type = types.get(task.procedure or 0, "")


def _read_procedures(body: str, types: dict[int, str]) -> dict[int, float]:
    """Return the fits of each procedure by its number, and take note of its type."""
    n_fits = {}
    for row, _ in _xml.rows(body, "estimationprocedure"):
        number = _xml.integer(row.get("id"))
        folds = _xml.number(row.get("folds"))
        if number is not None:
            types[number] = row.get("type", "")
            # a holdout has no folds: one fit a repeat
            is_holdout = types[number].replace("_", " ").split(" ")[0] == "holdout"
            repeats = _xml.number(row.get("repeats")) or 1.0
            n_fits[number] = repeats if is_holdout else (folds or float("nan")) * repeats
    return n_fits
