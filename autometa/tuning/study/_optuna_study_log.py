"""OptunaStudyLog: the Optuna study of a run, written by the parent alone.

A trial is a choice of ``algorithm`` and of that algorithm's hyperparameters,
named ``<algorithm>.<hyperparameter>``. Each is stored before the next begins, so
that a killed run goes on where it was. What the sampler sees is a study in
memory, of the trials that this run can use and the algorithms it may choose:
the stored one may have been begun by a run that was asked for others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial, Trial, TrialState

from autometa._common.feasibility import what_is_broken
from autometa.algorithms import every_algorithm, get_algorithm
from autometa.evaluation import rounds_facts
from autometa.exceptions import StorageError
from autometa.metrics import get_metric
from autometa.tables import Table
from autometa.tuning._request import Proposal
from autometa.tuning.scheduling._plan import Candidate, searches_target
from autometa.tuning.scheduling._sampler import search_sampler
from autometa.tuning.study._content_hash import content_hash
from autometa.tuning.study._kept_validation import (
    study_suffix,
    validation_facts,
    what_differs,
)
from autometa.tuning.study._liveness import close_run, is_gone, open_run
from autometa.tuning.study._proposals import Proposals
from autometa.tuning.study._record import StudyRecord
from autometa.tuning.study._resume import (
    algorithm_choices,
    algorithm_of,
    candidate_of,
    check_algorithms,
    evaluation_of,
    is_setup,
    left_aside,
    stored_distributions,
    wrong_with,
)
from autometa.tuning.study._storage import describe, open_study
from autometa.tuning.study._study_log import Callback
from autometa.tuning.workers._worker_side import EvaluationResult
from autometa.validation import Validation

INFEASIBLE = "infeasible"  # the status of a trial that violates a constraint
MORE_TIME = 1.5  # times what a setup was cut at: with hardly more it would be cut again


class OptunaStudyLog:
    """A `StudyLog` in an Optuna study, whose sampler sees a study in memory.

    Parameters
    ----------
    table : Table
    metric : str
    algorithms : tuple of str
        What may be chosen.
    seed : int
    storage : str, optuna storage or None
    study_name : str or None
        None derives one from the table's content and the metric, so that the
        same question finds its study again.
    sampler : optuna sampler or None
        None takes that of ``make_sampler``.
    ends_at : float or None
        Moment of ``time.time()`` at which the run's budget ends.
    pos_label : str or None
        The positive class, for metrics that depend on it.
    make_sampler : callable
        Returns the sampler for a seed, where none is given.

    Attributes
    ----------
    algorithms : tuple of str
        What can be chosen in this study.
    resumed : list of FrozenTrial
        Complete trials of earlier runs that this one can use.
    notes : list of str
        What is stored and not used, and what became of the storage.

    Raises
    ------
    StorageError
        If the storage cannot be used, or the study in it cannot be continued.
    """

    def __init__(
        self,
        table: Table,
        metric: str,
        algorithms: tuple[str, ...],
        seed: int,
        storage: Any = None,
        study_name: str | None = None,
        sampler: optuna.samplers.BaseSampler | None = None,
        ends_at: float | None = None,
        pos_label: str | None = None,
        make_sampler: Callable[[int], optuna.samplers.BaseSampler] = search_sampler,
    ) -> None:
        self.dataset_hash = content_hash(table)
        self.notes: list[str] = []
        scored_by = metric if pos_label is None else f"{metric}-{pos_label}"
        own_scorer = get_metric(metric).fingerprint  # two functions may go by one name
        scored_by += f"-{own_scorer}" if own_scorer else ""
        scored_by += study_suffix(table.validation)
        name = study_name or f"autometa-{self.dataset_hash}-{scored_by}"
        self._storage_name = describe(storage)
        drawn = sampler or make_sampler(seed)
        self.record = StudyRecord(open_study(storage, name, drawn), self.notes, ends_at)
        trials = self.record.trials()
        if sampler is None and trials:  # by the first run's numbers its setups would come again
            drawn = make_sampler(seed + len(trials))
        if self.record.attribute("asked_metric") != metric:  # see `set_scoring_metric`
            self.get_or_set_attr("metric", metric, must_equal=True)
        if own_scorer:
            self.get_or_set_attr("scorer", own_scorer, must_equal=True)
        if pos_label is not None:
            self.get_or_set_attr("pos_label", pos_label, must_equal=True)
        self.get_or_set_attr("dataset", self.dataset_hash, must_equal=True)
        self._keep_validation(table.validation)
        forms = searches_target(table, metric)
        self._all_spaces = {
            a.name: a.space(table.task_type, forms)
            for a in every_algorithm()
            if a.supports(table.task_type) or a.name in algorithms
        }
        stored = stored_distributions(trials)
        spaces = {one: get_algorithm(one).space(table.task_type, forms) for one in algorithms}
        self.algorithms, said = check_algorithms(spaces, stored, name)
        self.spaces = {name: spaces[name] for name in self.algorithms}
        self._choices = stored.get("algorithm", algorithm_choices())
        self.notes += said + left_aside(trials, self.spaces)
        self.proposals = Proposals(name, drawn, self.spaces)
        self.proposals.show(trials)
        self.resumed = [
            trial
            for trial in trials
            if trial.state == TrialState.COMPLETE
            and trial.value is not None
            and evaluation_of(trial).get("status") == "ok"
            and is_setup(trial, self.spaces)
        ]
        self.mark = open_run(ends_at)
        self._end_dead_trials(trials)

    @property
    def study(self) -> optuna.Study:
        """The study with every trial."""
        return self.record.study

    def trials(self) -> list[FrozenTrial]:
        """Return all trials by number, those of other runs too."""
        return self.record.trials()

    def close(self) -> None:
        """Take note that the run is over: what it left running can be taken for dead.

        The trials are read once more: the study in memory takes the place of one whose
        storage has gone meanwhile.
        """
        self.record.trials()
        close_run(self.mark)
        self.record.close()

    @property
    def n_finished(self) -> int:
        """Trials of this run's algorithms that ended, now and before; not those to be tried again.

        A trial that the clock cut, or whose process was killed, has said nothing of its setup.
        """
        return sum(
            trial.state.is_finished()
            and evaluation_of(trial).get("status", "stopped") != "stopped"
            and algorithm_of(trial) in self.spaces
            for trial in self.record.trials()
        )

    @property
    def tried(self) -> set[tuple[Any, ...]]:
        """Keys of the setups that have a trial, but for those that an earlier run cut short."""
        own = self.proposals.own
        return {
            candidate_of(trial).key
            for trial in self.record.trials()
            if algorithm_of(trial)
            and (trial.number in own or evaluation_of(trial).get("status") != "stopped")
        }

    def cut_short(self, seconds: float) -> list[Candidate]:
        """Return the setups that earlier runs cut short, where this one has more time.

        Parameters
        ----------
        seconds : float
            What a trial may have now.
        """
        tried = self.tried
        candidates: dict[tuple[Any, ...], Candidate] = {}
        for trial in self.record.trials():
            evaluation = evaluation_of(trial)
            if evaluation.get("status") != "stopped" or "limit" not in evaluation:
                continue
            if not is_setup(trial, self.spaces):
                continue
            candidate = candidate_of(trial)
            if candidate.key not in tried and seconds > MORE_TIME * float(evaluation["limit"]):
                candidates[candidate.key] = candidate
        return list(candidates.values())

    def get_or_set_attr(self, name: str, value: Any, *, must_equal: bool = False) -> Any:
        """Keep ``value`` with the study; return the one kept by the run that began it.

        Raises
        ------
        StorageError
            If they must be equal and are not.
        """
        kept = self.record.attribute(name)
        if kept is None:
            self.record.set_attribute(name, value)
            return value
        if must_equal and kept != value:
            raise StorageError(
                f"The study '{self.study.study_name}' in '{self._storage_name}' is of {name} "
                f"{kept!r}, not {value!r}. Give another 'study_name'."
            )
        return kept

    def _keep_validation(self, validation: Validation) -> None:
        """Keep how rows are held out; refuse a study that was begun in another way."""
        kept, is_begun = self.record.attribute("validation"), self.record.attribute("folds")
        wrong = what_differs(kept, validation, is_begun is not None)
        if wrong:
            raise StorageError(
                f"The study '{self.study.study_name}' in '{self._storage_name}' is scored on "
                f"{wrong}: their scores do not compare. Give another 'study_name'."
            )
        self.get_or_set_attr("validation", validation_facts(validation))

    def set_scoring_metric(self, metric: str) -> None:
        """Keep with the study the metric of its scores, where another was asked for.

        Who imports the study reads what its values are; who asks the same again finds it.
        """
        asked = self.record.attribute("metric")
        if asked != metric and self.record.attribute("asked_metric") is None:
            self.record.set_attribute("asked_metric", asked)
            self.record.set_attribute("metric", metric)

    def begin_enqueued(self) -> tuple[FrozenTrial, Candidate] | None:
        """Begin the first trial that was enqueued; one that cannot be tried fails alone."""
        for waiting in self.record.waiting():
            params = waiting.system_attrs.get("fixed_params", {})
            asked = str(params.get("algorithm"))
            if asked in self._all_spaces and asked not in self.spaces:
                continue  # for a run that was asked for this algorithm
            trial = self.record.take(waiting.number, {"process": self.mark})
            if trial is None:
                continue
            wrong = wrong_with(params, self.spaces)
            if wrong:
                self._refuse(trial, wrong)
                continue
            proposal = self.proposals.propose(params)
            own = proposal.trial
            taken = self.record.set_params(trial.number, own.params, self._distributions(own))
            self.proposals.adopt(taken.number, own)
            return taken, proposal.candidate
        return None

    def propose(self, candidate: Candidate | None = None) -> Proposal:
        """Ask the sampler for a setup, or to fill in what ``candidate`` leaves open."""
        self.proposals.show(self.record.trials())
        if candidate is None:
            return self.proposals.propose(None)
        proposal = self.proposals.propose(candidate.params)
        completed = replace(
            proposal.candidate,
            source=candidate.source,
            expected_seconds=candidate.expected_seconds,
        )
        return replace(proposal, candidate=completed)

    def begin(self, proposal: Proposal) -> FrozenTrial:
        """Store a trial that runs from now on."""
        own = proposal.trial
        trial = self.record.begin(own.params, self._distributions(own), {"process": self.mark})
        self.proposals.adopt(trial.number, own)
        return trial

    def tell(
        self, trial: FrozenTrial, candidate: Candidate, result: EvaluationResult
    ) -> FrozenTrial:
        """Store how the trial did; one that was cut short is stored as pruned.

        One that violates a constraint of the sampler gets the status "infeasible".
        """
        summary = {
            "source": candidate.source,
            "status": "ok" if result.is_complete else "pruned",
            "scores": {k: v for k, v in result.scores.items() if np.isfinite(v)},
            "fold_scores": result.fold_scores,
            **result.costs,
            "seconds": result.seconds,
            "fidelity": result.fidelity,
            **rounds_facts(candidate.algorithm, result.rounds),
        }
        state = TrialState.COMPLETE if result.is_complete else TrialState.PRUNED
        return self._end(trial, summary, state, result.score)

    def skip(self, trial: FrozenTrial, candidate: Candidate, message: str) -> FrozenTrial:
        """End a trial that was not worth starting."""
        summary = {"source": candidate.source, "status": "skipped", "message": message}
        return self._end(trial, summary, TrialState.PRUNED)

    def fail(
        self,
        trial: FrozenTrial,
        candidate: Candidate,
        status: str,
        message: str,
        limit: float | None = None,
    ) -> FrozenTrial:
        """Store that the trial failed or was stopped, and why; ``limit`` is the time it had."""
        summary: dict[str, Any] = {
            "source": candidate.source,
            "status": status,
            "message": message,
        }
        if limit is not None:
            summary["limit"] = limit
        return self._end(trial, summary, TrialState.FAIL)

    def announce(self, callback: Callback, trial: FrozenTrial) -> None:
        """Call back as Optuna's own loop does: ``study.stop()`` is allowed there."""
        study = self.study
        study._thread_local.in_optimize_loop = True
        try:
            callback(study, trial)
        finally:
            study._thread_local.in_optimize_loop = False

    @property
    def is_stopped(self) -> bool:
        """Whether a callback called ``study.stop()``."""
        return self.study._stop_flag

    def _distributions(self, own: Trial) -> dict[str, BaseDistribution]:
        return {**own.distributions, "algorithm": self._choices}

    def _end(
        self,
        trial: FrozenTrial,
        summary: dict[str, Any],
        state: TrialState,
        value: float | None = None,
    ) -> FrozenTrial:
        constraints = self.proposals.end(trial.number, summary, state, value)
        broken = {name: limit for name, limit in constraints.items() if not limit <= 0}
        if broken and state == TrialState.COMPLETE:  # the sampler's constraints_func said so
            summary = summary | {"status": INFEASIBLE, "message": what_is_broken(broken)}
        attributes = {"evaluation": summary}
        return self.record.end(trial.number, state, value, attributes, constraints)

    def _refuse(self, trial: FrozenTrial, wrong: str) -> None:
        message = f"It was enqueued, but {wrong}."
        summary = {"source": "search", "status": "error", "message": message}
        self.record.end(trial.number, TrialState.FAIL, None, {"evaluation": summary})
        self.notes.append(f"Trial {trial.number} was not tried: {message[0].lower()}{message[1:]}")

    def _end_dead_trials(self, trials: list[FrozenTrial]) -> None:
        """End the trials of runs that are over, and queue each again once."""
        for trial in trials:
            if trial.state != TrialState.RUNNING or not is_gone(trial.user_attrs.get("process")):
                continue
            is_second = "retry_of" in trial.user_attrs
            message = "The process that ran it ended" + (
                ", for the second time." if is_second else "."
            )
            summary = {
                "source": "search",
                "status": "error" if is_second else "stopped",
                "message": message,
            }
            attributes = {"evaluation": summary, "ended_by": self.mark}
            ended = self.record.end(trial.number, TrialState.FAIL, None, attributes)
            # of two runs that start at once, the one that wrote last queues the setup
            is_ours = ended.user_attrs.get("ended_by") == self.mark
            if is_ours and not is_second and is_setup(trial, self._all_spaces):
                self.record.enqueue(trial.params, {"retry_of": trial.number})
