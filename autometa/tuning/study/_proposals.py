"""Proposals: what the sampler sees of a study, and what it proposes.

The sampler works on a study in memory. It holds the trials that this run can
use and lets the sampler choose among this run's algorithms alone, whatever the
stored study was begun with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import FrozenTrial, Trial, TrialState

from autometa.tuning._request import Proposal
from autometa.tuning.scheduling._plan import Candidate
from autometa.tuning.study._quiet import quiet
from autometa.tuning.study._resume import Space, evaluation_of, has_room, is_setup

SEEN_BY_SAMPLER = (TrialState.COMPLETE, TrialState.PRUNED)


class Proposals:
    """Asks a sampler for setups, and shows it how they did.

    Parameters
    ----------
    study_name : str
    sampler : optuna sampler
    spaces : dict of str to dict
        Search space by algorithm; what may be chosen.
    """

    def __init__(
        self,
        study_name: str,
        sampler: optuna.samplers.BaseSampler,
        spaces: Mapping[str, Space],
    ) -> None:
        self.spaces = spaces
        with quiet():
            self._study = optuna.create_study(
                study_name=study_name, direction="maximize", sampler=sampler
            )
        self._shown: set[int] = set()
        self._own: dict[int, Trial] = {}

    @property
    def own(self) -> set[int]:
        """Numbers of the trials that this run began."""
        return set(self._own)

    def adopt(self, number: int, own: Trial) -> None:
        """Take note under which number a proposal is stored."""
        self._own[number] = own

    def show(self, trials: Sequence[FrozenTrial]) -> None:
        """Show the sampler what earlier runs, and others at work on the study, have stored."""
        for trial in trials:
            is_new = trial.number not in self._own and trial.number not in self._shown
            if is_new and trial.state in SEEN_BY_SAMPLER:
                self._shown.add(trial.number)
                if evaluation_of(trial) and is_setup(trial, self.spaces):
                    self._study.add_trial(self._copy(trial))

    def propose(self, params: Mapping[str, Any] | None) -> Proposal:
        """Let the sampler fill in what ``params`` leave open, everything when there are none."""
        with quiet():
            if params:
                self._study.enqueue_trial(self._with_room(params))
            own = self._study.ask()
            algorithm = own.suggest_categorical("algorithm", tuple(self.spaces))
            config = {
                name: _suggest(own, f"{algorithm}.{name}", distribution)
                for name, distribution in self.spaces[algorithm].items()
            }
        return Proposal(candidate=Candidate(algorithm=algorithm, config=config), trial=own)

    def end(
        self, number: int, summary: dict[str, Any], state: TrialState, value: float | None
    ) -> dict[str, float]:
        """Show the sampler how a trial of this run ended; return its constraints, if it has any."""
        own = self._own[number]
        with quiet():
            own.set_user_attr("evaluation", summary)
            if state == TrialState.PRUNED and value is not None:
                own.report(value, step=1)
            ended = self._study.tell(
                own, value if state == TrialState.COMPLETE else None, state=state
            )
        return dict(ended.constraints)

    def _with_room(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters whose values can be proposed; the sampler chooses the others."""
        algorithm = str(params.get("algorithm"))
        space = {f"{algorithm}.{k}": v for k, v in self.spaces.get(algorithm, {}).items()}
        return {
            name: value
            for name, value in params.items()
            if name == "algorithm" or (name in space and has_room(space[name], value))
        }

    def _copy(self, trial: FrozenTrial) -> FrozenTrial:
        algorithm = trial.params["algorithm"]
        space = {f"{algorithm}.{k}": v for k, v in self.spaces[algorithm].items()}
        choices = CategoricalDistribution(tuple(self.spaces))
        return optuna.trial.create_trial(
            state=trial.state,
            value=trial.value,
            params={name: trial.params[name] for name in ("algorithm", *space)},
            distributions={"algorithm": choices, **space},
            user_attrs={"evaluation": evaluation_of(trial)},
            intermediate_values=trial.intermediate_values,
            constraints=dict(trial.constraints),
        )


def _suggest(trial: Trial, name: str, distribution: BaseDistribution) -> Any:
    if isinstance(distribution, FloatDistribution):
        low, high = distribution.low, distribution.high
        return trial.suggest_float(name, low, high, step=distribution.step, log=distribution.log)
    if isinstance(distribution, IntDistribution):
        low, high = distribution.low, distribution.high
        return trial.suggest_int(name, low, high, step=distribution.step, log=distribution.log)
    assert isinstance(distribution, CategoricalDistribution)
    return trial.suggest_categorical(name, distribution.choices)
