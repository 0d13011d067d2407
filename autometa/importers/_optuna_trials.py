"""Trials as runs: what became of each, and what its values say."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from autometa._common.feasibility import broken_constraints, what_is_broken
from autometa.evaluation import config_as_scored, costs_of_trial, split_of_study
from autometa.importers._fold_kinds import fold_kind_of
from autometa.importers._measures import Measure, resolve
from autometa.importers._optuna_studies import StudyView
from autometa.importers._tally import Tally, some
from autometa.importers._values import plain
from autometa.knowledge_base._schema import FAILURES, canonical_config

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

ALGORITHM = ("algorithm", "algorithm_name", "classifier", "regressor", "estimator", "model",
             "model_name", "model_type", "learner", "algo")  # fmt: skip
CUT = ("stopped", "skipped", "pruned")  # by the clock of the run, not by what the setup did
EVALUATION = "evaluation"
INFEASIBLE = "infeasible"
OURS = frozenset({EVALUATION, "process", "fidelity", "status", "message", "error"})


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the caller asked for."""

    task_id: str | None = None
    metric: str | None = None
    objective: str | int | None = None
    algorithm: str = "study"
    task_type: str | None = None
    curves: bool = False
    metrics: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Objective:
    """One objective of a study.

    Attributes
    ----------
    index : int
    label : str
        Its name in the study.
    measure : Measure
    """

    index: int
    label: str
    measure: Measure


def objectives_of(view: StudyView, metric: str | None) -> list[Objective]:
    """Return the objectives of a study, with how their values become scores."""
    several = len(view.maximize) > 1
    attribute = view.user_attrs.get("metric")
    objectives = []
    for index, maximize in enumerate(view.maximize):
        name = f"objective_{index}" if several else "objective"
        if view.metric_names:
            name = view.metric_names[index]
        elif isinstance(attribute, str) and attribute and not several:
            name = attribute
        elif isinstance(attribute, list) and len(attribute) == len(view.maximize):
            name = str(attribute[index])
        name = _without_label(view, name)
        label = name
        if metric is not None and not several:
            name = metric
        values = np.array([t.values[index] for t in view.trials if t.values], dtype=np.float64)
        if name.startswith("objective"):
            measure = Measure(name=name, sign=1.0 if maximize else -1.0)
        else:
            measure = resolve(name, not maximize, values)
        objectives.append(Objective(index=index, label=label, measure=measure))
    return objectives


def is_of_tune(view: StudyView) -> bool:
    """Say whether `tune` made a study: it keeps scores with its trials."""
    return any(isinstance(t.user_attrs.get(EVALUATION), dict) for t in view.trials)


def _without_label(view: StudyView, name: str) -> str:
    """Return the metric of a study of `tune`, which adds the positive class that was asked for."""
    evaluations = [t.user_attrs.get(EVALUATION) for t in view.trials]
    scored = {m for e in evaluations if isinstance(e, dict) for m in e.get("scores", {})}
    metrics = [metric for metric in scored if name == metric or name.startswith(f"{metric}-")]
    return max(metrics, key=len, default=name)


@dataclass
class TrialReader:
    """Turns the trials of a study into rows of runs."""

    view: StudyView
    objectives: list[Objective]
    wanted: Wanted
    tally: Tally
    algorithm_parameter: str | None = field(init=False)

    def __post_init__(self) -> None:
        named: set[str] = set()
        for trial in self.view.trials:
            named |= {n for n, value in trial.params.items() if isinstance(value, str)}
        lower = {name.lower(): name for name in sorted(named, reverse=True)}
        candidates = [lower[name] for name in ALGORITHM if name in lower]
        self.algorithm_parameter = candidates[0] if candidates else None
        if candidates and candidates[0] != "algorithm":
            self.tally.note(
                f"The parameter '{candidates[0]}' of study '{self.view.name}' names the algorithm."
            )
        for objective in self.objectives:
            self.tally.note(objective.measure.note)

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a run and metric."""
        last = self._last_step()
        rows: list[dict[str, Any]] = []
        unread: set[str] = set()
        for trial in self.view.trials:
            unread |= set(trial.user_attrs) - OURS
            rows += self._finished(trial)
            rows += self._curve(trial, last)
        n_broken = sum(_is_infeasible(trial) for trial in self.view.trials)
        if n_broken:
            self.tally.note(
                f"{n_broken} trials of study '{self.view.name}' violate a constraint: they are "
                "kept as runs of status 'infeasible', which are never advised."
            )
        self.tally.drop("trial attributes", len(unread), f"of no known use: {some(sorted(unread))}")
        return rows

    def _finished(self, trial: FrozenTrial) -> list[dict[str, Any]]:
        evaluation = trial.user_attrs.get(EVALUATION)
        state = trial.state.name
        if state in ("RUNNING", "WAITING"):
            self.tally.drop("trials", 1, f"{state.lower()}: not finished")
            return []
        if state == "PRUNED":
            if not (self.wanted.curves and trial.intermediate_values):
                why = "pruned: they have no final value"
                if trial.intermediate_values:
                    why += " (curves=True, or --curves, keeps intermediate ones)"
                self.tally.drop("trials", 1, why)
            return []
        if isinstance(evaluation, dict) and evaluation.get("status") in CUT:
            self.tally.drop("trials", 1, "cut by the clock: that says nothing of the setup")
            return []
        of_tune = evaluation if isinstance(evaluation, dict) else {}
        scores: Any = of_tune.get("scores")
        is_of_tune = isinstance(scores, dict)
        if _is_infeasible(trial):
            own = [objective.measure.name for objective in self.objectives]
            return self._infeasible(trial, scores if is_of_tune else own)
        if is_of_tune:
            return self._of_tune(trial, of_tune)
        if state == "FAIL" and not trial.params:
            self.tally.drop("trials", 1, "failed before a parameter was chosen")
            return []
        return [self._row(trial, objective) for objective in self.objectives]

    def _infeasible(self, trial: FrozenTrial, metrics: Iterable[str]) -> list[dict[str, Any]]:
        """Return a run without a score for each metric; what it would have scored is said."""
        values = ", ".join(f"{value:g}" for value in trial.values)
        message = f"{what_is_broken(broken_constraints(trial))} The objective was {values}."
        about = {
            "score": math.nan,
            "fit_seconds": _seconds(trial),
            "fidelity": _fidelity(trial),
            "status": INFEASIBLE,
            "message": message,
        }
        return [self._setup(trial) | {"metric": metric} | about for metric in metrics]

    def _row(self, trial: FrozenTrial, objective: Objective) -> dict[str, Any]:
        run = self._setup(trial) | {"metric": objective.measure.name}
        run["fidelity"] = _fidelity(trial)
        value = trial.values[objective.index] if trial.values else math.nan
        score = float(objective.measure.scores(np.array([value]))[0])
        if trial.state.name == "COMPLETE" and math.isfinite(score):
            return run | {"score": score, "fit_seconds": _seconds(trial), "status": "ok"}
        status = trial.user_attrs.get("status")
        evaluation = trial.user_attrs.get(EVALUATION)
        if isinstance(evaluation, dict):
            status = evaluation.get("status")
        message = trial.user_attrs.get("message", trial.user_attrs.get("error", ""))
        if isinstance(evaluation, dict):
            message = evaluation.get("message", message)
        if trial.state.name == "COMPLETE":
            message = f"The objective was {value}."
        return run | {
            "score": math.nan,
            "fit_seconds": math.nan,
            "status": status if status in FAILURES else "error",
            "message": str(message),
        }

    def _of_tune(self, trial: FrozenTrial, evaluation: dict[str, Any]) -> list[dict[str, Any]]:
        """Return a row for each metric that `tune` kept with its trial."""
        setup = self._setup(trial, evaluation) | {
            "status": "ok",
            "fidelity": evaluation.get("fidelity", 1.0),
        }
        setup |= costs_of_trial(evaluation, self.view.user_attrs)
        main = self.objectives[0].measure.name
        return [
            setup
            | {"metric": str(metric), "score": float(score)}
            | ({"fold_scores": evaluation.get("fold_scores")} if metric == main else {})
            for metric, score in evaluation["scores"].items()
        ]

    def _setup(
        self, trial: FrozenTrial, evaluation: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        params = dict(trial.params)
        algorithm = params.pop(self.algorithm_parameter, None) if self.algorithm_parameter else None
        prefix = f"{algorithm}."
        if isinstance(algorithm, str) and params and all(n.startswith(prefix) for n in params):
            params = {name.removeprefix(prefix): value for name, value in params.items()}
        params = config_as_scored(params, evaluation or {})
        return {
            "algorithm": algorithm if isinstance(algorithm, str) else self.wanted.algorithm,
            "config": canonical_config({name: plain(value) for name, value in params.items()}),
            **self._source(),
        }

    def _source(self) -> dict[str, Any]:
        """Return where a run comes from; one of `tune` is what its result says of it."""
        if not is_of_tune(self.view):
            return {"source": f"optuna:{self.view.name}"}
        speed = self.view.user_attrs.get("reference_seconds")
        if not isinstance(speed, int | float) or not math.isfinite(speed) or speed <= 0:
            speed = math.nan
        held_out = self.view.user_attrs.get("validation")
        kind = str(held_out.get("kind", "")) if isinstance(held_out, dict) else ""
        return {
            "source": "tune",
            "reference_seconds": float(speed),
            "fold_kind": fold_kind_of(kind),
            **split_of_study(self.view.user_attrs),
        }

    def _last_step(self) -> tuple[int, int] | None:
        """Return the first and the last step that complete trials report."""
        complete = [t for t in self.view.trials if t.state.name == "COMPLETE"]
        steps = [step for t in complete for step in t.intermediate_values]
        return (min(steps), max(steps)) if steps else None

    def _curve(self, trial: FrozenTrial, last: tuple[int, int] | None) -> list[dict[str, Any]]:
        """Return intermediate values as runs of a lower fidelity, when asked for."""
        values = {s: v for s, v in trial.intermediate_values.items() if math.isfinite(v)}
        if not values or trial.state.name not in ("COMPLETE", "PRUNED"):
            return []
        if broken_constraints(trial):
            self.tally.drop(
                "intermediate values", len(values), "of trials that violate a constraint"
            )
            return []
        if not self.wanted.curves or last is None or len(self.objectives) != 1:
            if trial.state.name == "COMPLETE" or self.wanted.curves:
                why = "not asked for (curves=True, or --curves)"
                if self.wanted.curves:
                    why = "no complete trial says how many steps there are"
                self.tally.drop("intermediate values", len(values), why)
            return []
        first, end = last
        shift = 1 - first if first < 1 else 0
        measure = self.objectives[0].measure
        setup = self._setup(trial) | {"metric": measure.name, "status": "ok"}
        rows = []
        for step, value in sorted(values.items()):
            fidelity = (step + shift) / (end + shift)
            is_final = trial.state.name == "COMPLETE" and fidelity >= 1.0
            if is_final or not 0.0 < fidelity <= 1.0:
                continue
            score = float(measure.scores(np.array([value]))[0])
            if math.isnan(score):
                continue
            rows.append(setup | {"score": score, "fidelity": fidelity, "fit_seconds": math.nan})
        return rows


def _is_infeasible(trial: FrozenTrial) -> bool:
    """Say whether a trial ended with values that a constraint forbids."""
    return trial.state.name == "COMPLETE" and bool(broken_constraints(trial))


def _seconds(trial: FrozenTrial) -> float:
    """Return how long a trial took; one that was added from elsewhere ends as it begins."""
    seconds = trial.duration.total_seconds() if trial.duration is not None else math.nan
    return seconds if seconds > 0 else math.nan


def _fidelity(trial: FrozenTrial) -> float:
    value = trial.user_attrs.get("fidelity", 1.0)
    is_share = isinstance(value, int | float) and 0.0 < value <= 1.0
    return float(value) if is_share else 1.0
