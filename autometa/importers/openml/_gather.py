"""Which runs there are, which of them failed, and what was measured of them.

The list of runs is asked for first: it names the failures, which no evaluation
does, and once every other run has its value the evaluations need no further page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from autometa.importers._tally import Tally
from autometa.importers.openml._cache import Answer
from autometa.importers.openml._client import Client, SlowSourceError
from autometa.importers.openml._listing import (
    NotAnsweredError,
    Progress,
    Run,
    chunks,
    has_no_results,
    in_batches,
    joined,
    pages,
    read_evaluation,
    read_run,
    room_for_ids,
)
from autometa.importers.openml._xml import rows


@dataclass
class Gathered:
    """Runs by id, and their values by measure and id."""

    runs: dict[int, Run] = field(default_factory=dict)
    values: dict[str, dict[int, float]] = field(default_factory=dict)
    datasets: dict[int, tuple[int | None, str]] = field(default_factory=dict)
    flow_names: dict[int, str] = field(default_factory=dict)
    n_repeated: int = 0
    n_unread: int = 0


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How many runs are wanted at most, of all tasks and of each; None is no limit."""

    runs: int | None = None
    a_task: int | None = None

    def left(self, n_runs: int) -> int | None:
        """Return how many more runs one listing may bring."""
        left = [self.runs - n_runs] if self.runs is not None else []
        left += [self.a_task] if self.a_task is not None else []
        return min(left, default=None)

    @property
    def a_listing(self) -> int | None:
        """Return how many rows one listing may bring."""
        return self.left(0)


def scopes(
    client: Client,
    tasks: Sequence[int],
    flows: Sequence[int],
    study: Sequence[int],
    tasks_at_once: int | None = None,
) -> list[str]:
    """Return the filters that together ask for all of the given, each short enough."""
    # Tasks and flows stand in one URL, whose length is limited: half of it for each.
    room = room_for_ids(client) // (2 if tasks and flows else 1)
    groups = chunks(tasks, room, tasks_at_once)
    task_filters = [f"/task/{joined(group)}" for group in groups] or [""]
    flow_filters = [f"/flow/{joined(group)}" for group in chunks(flows, room)] or [""]
    study_filters = [f"/study/{one}" for one in study] or [""]
    return ["".join(parts) for parts in product(task_filters, flow_filters, study_filters)]


class Gatherer:
    """Collects what is asked for, page by page."""

    def __init__(
        self,
        client: Client,
        filters: Sequence[str],
        limits: Limits,
        progress: Progress,
        tally: Tally,
    ) -> None:
        self.client = client
        self.tally = tally
        self.filters = filters
        self.limits = limits
        self.progress = progress
        self.gathered = Gathered()
        self._is_closed = self._is_cut_off = self._is_complete = False
        self._awaited: set[int] = set()

    def list_runs(self) -> None:
        """List the runs, failed ones too, as far as the server does."""
        show = "/show_errors/true"
        try:
            self._list_runs(show)
        except NotAnsweredError as refused:
            try:
                # A refusal with a code is of this list or filter; without failures it may do.
                if not refused.code:
                    raise
                self._list_runs("")
                why = f"lists no runs that failed ({refused})"
            except NotAnsweredError:
                why = f"does not list runs ({refused})"
            self.tally.note(f"The server {why}: failures are not known, only values.")
        except SlowSourceError:
            self.tally.note(
                f"The server took too long to list runs: failures are known of the first "
                f"{len(self.gathered.runs)} alone. With more time (timeout) it may list them."
            )
        else:
            self._is_complete = bool(self.gathered.runs)
        self._close()

    def _close(self) -> None:
        """Take no further runs once a listing was cut off by its limit."""
        self._is_closed = self._is_cut_off and bool(self.gathered.runs)

    def _list_runs(self, show: str) -> None:
        for filters in self.filters:
            left, n_rows = self.limits.left(len(self.gathered.runs)), 0
            for page, _ in pages(self.client, "run/list", filters + show, "runs", left):
                n_rows += len(page)
                for one, _ in page:
                    self._add(read_run(one), is_listed=True)
                self.progress("listing runs", len(self.gathered.runs), self.limits.runs)
            self._is_cut_off |= n_rows == left

    def _add(self, run: Run | None, is_listed: bool) -> bool:
        """Add a run; say whether it is one of those wanted."""
        if run is None:
            self.gathered.n_unread += 1
            return False
        if run.run in self.gathered.runs:
            self.gathered.n_repeated += is_listed
            return True
        if self._is_closed or self.limits.left(len(self.gathered.runs)) == 0:
            return False
        self.gathered.runs[run.run] = run
        return True

    def measure(self, measure: str) -> None:
        """Collect the values of one measure."""
        values = self.gathered.values.setdefault(measure, {})
        is_complete = self._is_complete
        self._awaited = self._missing(values)
        for filters in self.filters:
            # Every run has been listed and has its value: further pages hold nothing new.
            if is_complete and not self._awaited:
                break
            n_rows = 0
            for page, is_last in self._evaluations(measure, filters):
                n_rows += len(page)
                for one, _ in page:
                    self._take(one, values)
                self.progress(f"listing {measure}", len(values), self._n_expected())
                if is_complete and not is_last and not self._awaited:
                    break
            self._is_cut_off |= n_rows == self.limits.a_listing
        self._close()
        if self._is_closed:
            self._fill(measure, values)

    def _evaluations(
        self, measure: str, filters: str
    ) -> Iterator[tuple[list[tuple[dict[str, str], object]], bool]]:
        call = f"evaluation/list/function/{measure}"
        return pages(self.client, call, filters, "evaluations", self.limits.a_listing)

    def _n_expected(self) -> int | None:
        return len(self.gathered.runs) or None

    def _missing(self, values: dict[int, float]) -> set[int]:
        return {
            one for one, run in self.gathered.runs.items() if not run.error and one not in values
        }

    def _take(self, row: dict[str, str], values: dict[int, float]) -> None:
        one = read_evaluation(row)
        if one is None:
            self.gathered.n_unread += 1
            return
        if one.flow_name:
            self.gathered.flow_names[one.flow] = one.flow_name
        self.gathered.datasets.setdefault(one.task, (one.data_id, one.data_name))
        run = Run(
            run=one.run,
            task=one.task,
            setup=one.setup,
            flow=one.flow,
            flow_name=one.flow_name,
            uploader=one.uploader,
            error="",
        )
        self._awaited.discard(one.run)
        if not self._add(run, is_listed=False):
            return
        if one.run in values:
            self.gathered.n_repeated += 1
        elif one.value is not None:
            values[one.run] = one.value

    def _fill(self, measure: str, values: dict[int, float]) -> None:
        """Ask by id for the runs that a limited listing did not reach."""
        missing = sorted(self._missing(values))
        size = self.client.settings.page_size

        def ask(ids: Sequence[int]) -> Answer:
            call = f"evaluation/list/function/{measure}/limit/{size}/offset/0/run/{joined(ids)}"
            return self.client.ask(call, "evaluations")

        for _, answer in in_batches(self.client, missing, ask, most=size):
            if not answer.refused:
                for one, _ in rows(answer.body, "evaluation"):
                    self._take(one, values)
            elif not has_no_results(answer):
                self.tally.note(
                    f"The server lists no evaluations of single runs ({NotAnsweredError(answer)}): "
                    f"{measure} may be missing where it was measured."
                )
                return
