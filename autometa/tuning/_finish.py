"""The end of a run: choose the members, fit them on all rows, average them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autometa.evaluation import Outcome, Predictions, make_folds, score
from autometa.exceptions import WorkerError
from autometa.tuning import _ensemble
from autometa.tuning._assemble import Member
from autometa.tuning._search import Judged, Search
from autometa.tuning._worker_side import refit

MAX_SEEDS = 5
MAX_SEED_ROWS = 20_000
RANDOM = frozenset(
    {
        "catboost",
        "extra_trees",
        "hist_gradient_boosting",
        "lightgbm",
        "mlp",
        "random_forest",
        "xgboost",
    }
)


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A member of the final model before it is fitted on all rows."""

    judged: Judged
    weight: float


def choose(search: Search, ensemble: bool) -> list[Chosen]:
    """Return the members of the final model, the heaviest first."""
    ranked = sorted(search.judged, key=lambda j: j.score, reverse=True)
    if not ranked:
        return []
    ranked = ranked[: _ensemble.max_candidates(len(search.table.y))] if ensemble else ranked[:1]
    if len(search.table.y) < _ensemble.SMALL_ROWS:
        ranked = [j for j in ranked if j.score >= ranked[0].score - _standard_error(ranked[0])]
    left = search.clock.left
    weights = _ensemble.select(
        [j.verdict.values for j in ranked],
        search.table.y,
        search.settings.metric,
        search.table.n_classes,
        costs=[search.refit_seconds(j) for j in ranked],
        max_cost=0.6 * left * search.settings.n_jobs,
        time_limit=max(0.1, 0.15 * left),
    )
    chosen = [Chosen(judged=ranked[i], weight=weight) for i, weight in weights.items()]
    return sorted(chosen, key=lambda c: c.weight, reverse=True)


def _standard_error(judged: Judged) -> float:
    folds = judged.verdict.fold_scores
    defined = [value for value in folds if not np.isnan(value)]
    if len(defined) < 2:
        return np.inf
    return float(np.std(defined, ddof=1) / np.sqrt(len(defined)))


def expected_score(search: Search, chosen: list[Chosen]) -> float:
    """Return the mean score over folds of the members' weighted out-of-fold predictions."""
    if len(chosen) == 1:
        return chosen[0].judged.score
    table, settings = search.table, search.settings
    weighted = [c.weight * c.judged.verdict.values.astype("float64") for c in chosen]
    values = np.sum(weighted, axis=0)
    known = np.isfinite(values if not table.n_classes else values[:, 0])
    folds = make_folds(table.y, table.task_type, settings.n_splits, settings.fold_seed)
    scores = []
    for _, test in folds[: settings.n_used]:
        rows = test[known[test]]
        said = Predictions(
            y=table.y[rows],
            values=values[rows],
            n_classes=table.n_classes,
            positive=settings.positive,
        )
        scores.append(score(settings.metric, said))
    return float(np.nanmean(scores))


class Refits:
    """Fits the chosen on all rows in workers, and again with other seeds while time is left."""

    def __init__(self, search: Search, chosen: list[Chosen]) -> None:
        self.search = search
        self.chosen = chosen
        self.models: dict[int, list[Any]] = {}

    def run(self) -> list[Member]:
        """Return the fitted members; what was not ready in time is left out."""
        self._run(deque((i, 0) for i in range(len(self.chosen))))
        if not self.search.clock.is_endless and len(self.search.table.y) <= MAX_SEED_ROWS:
            self._run(deque((i, s) for s in range(1, MAX_SEEDS) for i in self._random()))
        return self._members() or self._fold_models()

    def _random(self) -> list[int]:
        return [i for i in self.models if self.chosen[i].judged.candidate.algorithm in RANDOM]

    def _run(self, jobs: deque[tuple[int, int]]) -> None:
        pool, clock = self.search.pool, self.search.clock
        while jobs or pool.n_busy:
            while jobs and pool.n_busy < self.search.settings.n_jobs:
                self._submit(*jobs.popleft())
            if not pool.n_busy:
                continue
            left = clock.left
            try:
                outcome = pool.wait(timeout=None if clock.is_endless else max(0.0, left))
            except WorkerError as error:
                self.search.notes.append(str(error))
                return
            if outcome is None:
                return
            self._receive(outcome)

    def _submit(self, index: int, number: int) -> None:
        search, judged = self.search, self.chosen[index].judged
        is_extra = number > 0
        if is_extra and 1.5 * search.refit_seconds(judged) > search.clock.left:
            return
        fidelity = search.refit_fidelity(judged)
        if fidelity < 1.0:
            if judged.verdict.models and fidelity <= judged.verdict.fidelity:
                return  # the models of its folds have seen more
            algorithm = judged.candidate.algorithm
            search.notes.append(
                f"{algorithm} was fitted on {fidelity:.0%} of the rows: all of them would take "
                f"about {search.refit_seconds(judged):.1f} s; {search.clock.left:.1f} s were left."
            )
        timeout = None if search.clock.is_endless else max(0.05, search.clock.left)
        seed = search.settings.seed + number
        candidate = judged.candidate
        setup = (candidate.algorithm, candidate.config, seed, fidelity)
        search.pool.submit((index, number), refit, *setup, timeout=timeout)

    def _receive(self, outcome: Outcome) -> None:
        key: Any = outcome.key
        index = int(key[0])
        if outcome.status == "ok":
            self.models.setdefault(index, []).append(outcome.value)
        else:
            algorithm = self.chosen[index].judged.candidate.algorithm
            self.search.notes.append(f"{algorithm} was not fitted on all rows: {outcome.message}")

    def _members(self) -> list[Member]:
        total = sum(self.chosen[i].weight for i in self.models)
        members: list[Member] = []
        for i in sorted(self.models):
            weight = self.chosen[i].weight / total / len(self.models[i])
            algorithm = self.chosen[i].judged.candidate.algorithm
            for model in self.models[i]:
                name = f"{algorithm}_{len(members)}"
                members.append(Member(name=name, model=model, weight=weight))
        return members

    def _fold_models(self) -> list[Member]:
        """Return the models of the best trial's folds: good for when no refit was ready."""
        import pickle

        with_models = [j for j in self.search.judged if j.verdict.models]
        if not with_models:
            return []
        best = max(with_models, key=lambda j: j.score)
        models = pickle.loads(best.verdict.models)  # noqa: S301 - written by our own worker
        self.search.notes.append("No refit was ready in time; the models of the folds are used.")
        one = Member(name=best.candidate.algorithm, model=None, weight=1.0 / len(models))
        return [replace(one, name=f"{one.name}_{i}", model=model) for i, model in enumerate(models)]
