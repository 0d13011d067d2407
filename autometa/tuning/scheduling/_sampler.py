"""The sampler that proposes setups once the planned ones are tried: change it here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

# Trials of an algorithm before TPE has a best one to draw around. The planned setups are chosen
# ones, so it need not draw at random first, as TPE does ten times.
N_STARTUP_TRIALS = 2
SEEN = (TrialState.COMPLETE, TrialState.PRUNED)


def search_sampler(seed: int) -> BaseSampler:
    """Return the sampler of a run for which none was given."""
    return TPEByAlgorithmSampler(seed)


class TPEByAlgorithmSampler(BaseSampler):
    """Draws an algorithm by its rank, then its hyperparameters by TPE on its own trials.

    The best algorithm so far is drawn twice as often as the second, three times as often as the
    third. TPE over all algorithms stays with the one that leads after the plan, whose next
    setups are near-copies of the last and add nothing to an ensemble; and it has no best trial
    to draw around for any other, for the best tenth of all trials are of the leader.

    Parameters
    ----------
    seed : int
    """

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)
        self._random = RandomSampler(seed=seed)
        self._proposed: tuple[int, dict[str, Any]] = (-1, {})  # number of the trial, its values

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """Return nothing: which hyperparameters there are depends on the algorithm."""
        return {}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Return nothing."""
        return {}

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """Return an algorithm, or a value of the setup that is drawn for it as a whole."""
        trials = study.get_trials(deepcopy=False, states=SEEN)
        if param_name == "algorithm":
            return self._algorithm(trials, param_distribution)
        if self._proposed[0] != trial.number:
            own = [t for t in trials if t.params["algorithm"] == trial.params["algorithm"]]
            self._proposed = trial.number, self._setup(own)
        values = self._proposed[1]
        if param_name in values and param_distribution._contains(
            param_distribution.to_internal_repr(values[param_name])
        ):
            return values[param_name]
        return self._random.sample_independent(study, trial, param_name, param_distribution)

    def _algorithm(self, trials: Sequence[FrozenTrial], choices: BaseDistribution) -> str:
        assert isinstance(choices, optuna.distributions.CategoricalDistribution)
        best = dict.fromkeys(map(str, choices.choices), -np.inf)  # those without a score are last
        for trial in trials:
            if trial.state == TrialState.COMPLETE and trial.params["algorithm"] in best:
                name = trial.params["algorithm"]
                best[name] = max(best[name], trial.value or -np.inf)
        ranked = sorted(best, key=lambda name: -best[name])
        shares = 1.0 / np.arange(1, len(ranked) + 1)
        return str(self._generator.choice(ranked, p=shares / shares.sum()))

    def _setup(self, trials: Sequence[FrozenTrial]) -> dict[str, Any]:
        """Return a setup drawn by TPE on the trials of one algorithm; empty without any."""
        if not trials:
            return {}
        sampler = TPESampler(
            multivariate=True,
            n_startup_trials=N_STARTUP_TRIALS,
            seed=int(self._generator.integers(2**31)),
        )
        study = optuna.create_study(direction="maximize", sampler=sampler)
        study.add_trials([_without_algorithm(trial) for trial in trials])
        return dict(study.ask(_space(trials[-1])).params)


def _space(trial: FrozenTrial) -> dict[str, BaseDistribution]:
    return {k: d for k, d in trial.distributions.items() if k != "algorithm"}


def _without_algorithm(trial: FrozenTrial) -> FrozenTrial:
    space = _space(trial)
    return optuna.trial.create_trial(
        state=trial.state,
        value=trial.value,
        params={name: trial.params[name] for name in space},
        distributions=space,
        intermediate_values=trial.intermediate_values,
        constraints=dict(trial.constraints),
    )
