"""import_openml(): run histories of suites, tasks or flows as a knowledge base."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from autometa.exceptions import KnowledgeBaseError, KnowledgeBaseSourceError, ParameterError
from autometa.importers._imported import Imported
from autometa.importers._tally import Tally
from autometa.importers.openml import _xml
from autometa.importers.openml._client import Client
from autometa.importers.openml._frames import Frames
from autometa.importers.openml._gather import Gatherer, Limits, scopes
from autometa.importers.openml._listing import (
    NotAnsweredError,
    Progress,
    study_content,
)
from autometa.importers.openml._measures import openml_measures, table
from autometa.importers.openml._settings import OpenMLSettings
from autometa.importers.openml._setups import Setups, fetch_setups
from autometa.importers.openml._tasks import (
    KINDS,
    Task,
    fetch_fits,
    fetch_qualities,
    fetch_tasks,
)

# One measure a kind: each further one is another listing of all runs.
DEFAULT_MEASURES = {
    "classification": "predictive_accuracy",
    "regression": "root_mean_squared_error",
}


def import_openml(
    *,
    suites: Iterable[int | str] = (),
    tasks: Iterable[int | str] = (),
    flows: Iterable[int | str] = (),
    measures: Iterable[str] = (),
    max_runs: int | None = None,
    max_runs_per_task: int | None = None,
    seconds: bool = False,
    qualities: bool = True,
    settings: OpenMLSettings | None = None,
    on_progress: Progress | None = None,
    on_wait: Progress | None = None,
) -> Imported:
    """Return runs that others uploaded to OpenML as a knowledge base.

    Answers are kept on disk as they come: an import that was killed goes on where
    it was, and one that is repeated makes no request.

    Parameters
    ----------
    suites : iterable of int or str
        Numbers or aliases of benchmark suites, whose tasks are taken; of a study
        of runs, those runs.
    tasks, flows : iterable of int
        Numbers. Where both are given, runs of these flows on these tasks.
    measures : iterable of str
        OpenML's names, or scikit-learn's. Without any: accuracy for
        classification, the root mean squared error for regression.
    max_runs, max_runs_per_task : int, optional
        Runs taken at most, of all tasks and of each, in OpenML's order.
    seconds : bool, default=False
        Whether to ask for the fit times as well, one more listing.
    qualities : bool, default=True
        Whether to ask for what OpenML measured of each dataset, one request a
        dataset; else tasks have the few qualities that come with their list.
    settings : OpenMLSettings, optional
        Server, cache, pace and patience.
    on_progress : callable, optional
        Called with what is done, how many are done, and of how many (or None).
    on_wait : callable, optional
        Called in the same way before a pause; the count is that of the requests.

    Returns
    -------
    Imported
        Tasks are called ``openml:task/ID``, runs say ``openml:run/ID`` as their
        source. A run that failed has the status of its error; one that was not
        measured is "ok" with a NaN score. Setups of known flows are ours, the
        others keep their flow's name as their algorithm.

    Raises
    ------
    KnowledgeBaseError
        If nothing is asked for, or nothing could be kept.
    KnowledgeBaseSourceError
        If the server stays broken; what came until then is on disk.
    MetricError
        If a measure is unknown.
    """
    for name, most in (("max_runs", max_runs), ("max_runs_per_task", max_runs_per_task)):
        if most is not None and most < 1:
            raise ParameterError(f"'{name}' must be >= 1 or None. Got {most!r} instead.")
    chosen, timed = _chosen_measures(measures)
    question = _Question(
        suites=[_alias(suite) for suite in suites],
        tasks=_ids("tasks", tasks),
        flows=_ids("flows", flows),
        measures=chosen,
        limits=Limits(runs=max_runs, a_task=max_runs_per_task),
        seconds=seconds or timed,
        qualities=qualities,
    )
    if not (question.suites or question.tasks or question.flows):
        raise KnowledgeBaseError(
            "import_openml needs a suite, tasks or flows. Got none: OpenML holds millions of runs."
        )
    return _Importer(settings or OpenMLSettings(), on_progress, on_wait).answer(question)


@dataclass(frozen=True, kw_only=True)
class _Question:
    suites: list[str]
    tasks: list[int]
    flows: list[int]
    measures: list[str]
    limits: Limits
    seconds: bool
    qualities: bool


class _Importer:
    def __init__(
        self, settings: OpenMLSettings, on_progress: Progress | None, on_wait: Progress | None
    ) -> None:
        self.client = Client(settings)
        self.progress: Progress = on_progress or (lambda *_: None)
        self.tally = Tally()
        self.tasks: dict[int, Task] = {}
        if on_wait is not None:
            self.client.on_wait = lambda why: on_wait(why, self.client.n_requests, None)

    def answer(self, question: _Question) -> Imported:
        filters = self._filters(question)
        gatherer = Gatherer(self.client, filters, question.limits, self.progress, self.tally)
        measures = self._gather(gatherer, question)
        runs = gatherer.gathered.runs.values()
        supervised = [run for run in runs if self.tasks[run.task].kind in KINDS.values()]
        setups = fetch_setups(self.client, (run.setup for run in supervised), self.progress)
        self._name_flows(gatherer, setups)
        if question.qualities:
            used = [self.tasks[one] for one in {run.task for run in supervised}]
            fetch_qualities(self.client, used, self.progress, self.tally)
        self._tell(setups)
        frames = Frames(gatherer.gathered, self.tasks, setups, measures, self.tally)
        return self.tally.finish(
            frames.tasks(),
            frames.metafeatures(),
            frames.runs(),
            {
                "format": "openml",
                "source": self.client.server,
                "suites": question.suites,
                "tasks": question.tasks,
                "flows": question.flows,
                "measures": measures,
                "max_runs": question.limits.runs,
                "max_runs_per_task": question.limits.a_task,
            },
        )

    def _gather(self, gatherer: Gatherer, question: _Question) -> list[str]:
        """Collect runs and values; return the measures."""
        gatherer.list_runs()
        runs = gatherer.gathered.runs
        self._describe({*question.tasks, *(run.task for run in runs.values())}, gatherer)
        measures = question.measures or self._fitting_measures()
        for measure in measures:
            self._measure(gatherer, measure)
        if question.seconds:
            self._time(gatherer)
        # Again: evaluations bring runs that the list of runs lacks, and so may bring tasks.
        self._describe({run.task for run in runs.values()}, gatherer)
        if question.seconds:
            fetch_fits(self.client, list(self.tasks.values()), self.tally)
        return measures

    def _filters(self, question: _Question) -> list[str]:
        wanted, studies = set(question.tasks), []
        for suite in question.suites:
            content = study_content(self.client, suite)
            if content.get("study"):
                studies += content["study"]
            elif content["task"]:
                wanted.update(content["task"])
            else:
                self.tally.note(f"The suite '{suite}' holds no tasks.")
        filters = scopes(self.client, [], question.flows, studies) if studies else []
        if wanted or not studies:
            if question.suites and not wanted:
                raise KnowledgeBaseError(f"The suites {question.suites} must hold tasks. Got none.")
            # A limit is one of a listing, so a limit of each task needs a listing of each.
            at_once = None if question.limits.a_task is None else 1
            filters += scopes(self.client, sorted(wanted), question.flows, [], at_once)
        if question.limits.a_task is not None and (studies or not wanted):
            raise KnowledgeBaseError(
                "'max_runs_per_task' needs to know the tasks. Name them, or a suite of tasks."
            )
        return filters

    def _describe(self, ids: Iterable[int], gatherer: Gatherer) -> None:
        missing = [one for one in sorted(set(ids)) if one not in self.tasks]
        datasets = gatherer.gathered.datasets
        if missing:
            fetched = fetch_tasks(self.client, missing, self.progress, self.tally)
            self.tasks.update(fetched)
        # Tasks that the server did not describe are named by the lists of evaluations.
        for task in self.tasks.values():
            data_id, name = datasets.get(task.task, (None, ""))
            task.data_id = task.data_id if task.data_id is not None else data_id
            task.name = task.name or name

    def _fitting_measures(self) -> list[str]:
        kinds = {task.kind for task in self.tasks.values()}
        return [m for kind, m in DEFAULT_MEASURES.items() if kind in kinds] or [
            DEFAULT_MEASURES["classification"]
        ]

    def _measure(self, gatherer: Gatherer, measure: str) -> None:
        try:
            gatherer.measure(measure)
        except NotAnsweredError as refused:
            raise KnowledgeBaseSourceError(
                f"'{self.client.server}' must list evaluations by '{measure}'. Got {refused}. "
                "Is it the URL of an OpenML API of version 1 (.../api/v1/xml)?"
            ) from None

    def _time(self, gatherer: Gatherer) -> None:
        measure = str(table()["fit_millis"])
        try:
            gatherer.measure(measure)
        except NotAnsweredError as refused:
            self.tally.note(f"The server lists no fit times ({refused}).")

    def _name_flows(self, gatherer: Gatherer, setups: Setups) -> None:
        """Name the flows of runs that no evaluation names."""
        names = {**setups.flow_names, **gatherer.gathered.flow_names}
        for run in gatherer.gathered.runs.values():
            if run.flow_name:
                names.setdefault(run.flow, run.flow_name)
        needed = {run.flow for run in gatherer.gathered.runs.values()} - set(names)
        for number in sorted(needed):
            answer = self.client.ask(f"flow/{number}", "flow")
            name = "" if answer.refused else _xml.row(_xml.parse(answer.body)).get("name", "")
            names[number] = name or f"openml:flow/{number}"
        gatherer.gathered.flow_names = names

    def _tell(self, setups: Setups) -> None:
        n_requests = self.client.n_requests
        self.tally.note(
            f"{n_requests} requests were made." if n_requests else "All was on disk: no request."
        )
        if setups.unknown:
            why = f" ({setups.refusal})" if setups.refusal else ""
            self.tally.note(
                f"{len(setups.unknown)} setups are not listed by the server{why}: their runs are "
                "kept with the setup's number as their only hyperparameter, openml_setup."
            )


def _alias(suite: int | str) -> str:
    text = str(suite).strip()
    if not re.fullmatch(r"[\w.-]+", text):
        raise KnowledgeBaseError(
            f"'suites' of OpenML must be numbers or aliases such as 'OpenML-CC18'. Got {suite!r}."
        )
    return text


def _ids(what: str, values: Iterable[int | str]) -> list[int]:
    ids = []
    for value in values:
        text = str(value).strip()
        if not text.isdigit():
            raise KnowledgeBaseError(f"'{what}' of OpenML must be numbers. Got {value!r} instead.")
        ids.append(int(text))
    return sorted(set(ids))


def _chosen_measures(names: Iterable[str]) -> tuple[list[str], bool]:
    """Return the measures, and whether a time was among them."""
    names = [name.strip() for name in names if name.strip()]
    times = [name for name in names if "time_millis" in name]
    return openml_measures(name for name in names if name not in times), bool(times)
