"""Explaining advice: who decided it, what moved it, what lost, and what would change it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from autometa._common.arrays import Positions, Vector
from autometa.explanation import (
    Alternative,
    BestSetup,
    Explanation,
    Influence,
    Neighbor,
    RunnerUp,
)
from autometa.meta_models._advice_request import AdviceRequest
from autometa.meta_models._advisor import Advisor
from autometa.performance import Forecast, Performance, expected_gains, filled
from autometa.recommendation import Recommendation

_N_NEIGHBORS = 5  # as many lines as a reader takes in; so with the next three
_N_INFLUENCES = 6
_N_RUNNERS_UP = 2  # by what they would add, and as many by what they would score
_N_ALTERNATIVES = 4
_SMALL = 1e-3  # of regret; less is not worth a line
_BUDGETS = (1.0, 10.0, 60.0)  # seconds: at once, while one waits, a coffee


@dataclass(frozen=True)
class Choice:
    """How a list of recommendations came about.

    Attributes
    ----------
    columns : list of int
        The setups recommended, in order.
    eligible : ndarray of int
        All that might have been.
    described : Series or None
        The meta-features of the dataset.
    request : AdviceRequest
    """

    advisor: Advisor
    forecast: Forecast
    columns: list[int]
    eligible: Positions
    described: pd.Series[float] | None
    request: AdviceRequest

    @property
    def performance(self) -> Performance:
        """What past runs say of all setups."""
        return self.advisor.performance

    def explain(self, place: int, recommendation: Recommendation) -> Explanation:
        """Return why the setup at ``place`` (0 is first) stands there."""
        column = self.columns[place]
        left, usual = self._left_before(place), self._usual_at(place)
        return Explanation(
            rank=place + 1,
            algorithm=recommendation.algorithm,
            config=dict(recommendation.config),
            setup_id=recommendation.setup_id,
            summary=str(recommendation),
            gain=float(self._gains(self.forecast.weights.values, left)[column]),
            novelty=self.forecast.weights.novelty,
            neighbors=self._neighbors(column),
            influences=self._influences(column),
            runners_up=self._runners_up(place, left, usual),
            alternatives=self._alternatives(place),
            role=recommendation.role,
            outside=self.forecast.outside,
        )

    def _left_before(self, place: int) -> Vector:
        """Return the regret that the setups before this place leave on each earlier task."""
        losses = self.performance.losses[:, self.columns[:place]]
        return np.asarray(np.min(losses, axis=1, initial=1.0))

    def _usual_at(self, place: int) -> Vector:
        """Return the regret the all-round list leaves at this place; 1 with a time budget."""
        losses = self.performance.losses[:, self.eligible]
        if self.request.time_budget is not None and self.performance.has_seconds:
            return np.ones(len(losses))
        chosen = self.performance.global_portfolio(self.eligible, place + 1)
        return np.asarray(np.min(losses[:, chosen], axis=1, initial=1.0))

    def _gains(self, weights: Vector, left: Vector) -> Vector:
        """Return what each setup is expected to take off the regret that is left."""
        return expected_gains(self.performance.losses, weights, left)

    def _neighbors(self, column: int) -> tuple[Neighbor, ...]:
        weights, history = self.forecast.weights, self.performance.history
        heaviest = np.argsort(-weights.values, kind="stable")[:_N_NEIGHBORS]
        found = []
        for row in heaviest:
            scores = history.scores[row]
            if not np.isfinite(scores).any():
                continue
            best = int(np.nanargmax(scores))
            algorithm, config = history.setups[best]
            found.append(
                Neighbor(
                    task_id=str(history.tasks["task_id"].iloc[row]),
                    name=str(history.tasks["name"].iloc[row]),
                    distance=float(np.clip(1.0 - weights.nearness[row], 0.0, 1.0)),
                    weight=float(weights.values[row]),
                    best_setup=BestSetup(
                        algorithm=algorithm,
                        config=json.loads(config),
                        score=float(scores[best]),
                    ),
                    score=float(scores[column]),
                    metric=str(history.metrics[row]),
                )
            )
        return tuple(found)

    def _influences(self, column: int) -> tuple[Influence, ...]:
        if self.described is None or self.forecast.weights.novelty >= 1.0:
            return ()
        names = list(self.performance.coordinate_names)
        if not names:  # all tasks are described alike
            return ()
        medians = self.performance.history.metafeatures.median()
        rows = self._changed([(name, float(medians[name])) for name in names])
        losses = self.performance.losses[:, column]
        here = float(self.forecast.weights.values @ losses)
        effects = self.performance.weights_of(rows) @ losses - here
        effects[np.isnan(self.forecast.coordinates)] = 0.0  # an undefined one moves nothing
        strongest = np.argsort(-np.abs(effects), kind="stable")[:_N_INFLUENCES]
        return tuple(
            Influence(
                metafeature=names[i],
                value=float(self.described[names[i]]),
                usual=float(medians[names[i]]),
                effect=float(effects[i]),
            )
            for i in strongest
            if abs(effects[i]) >= _SMALL
        )

    def _runners_up(self, place: int, left: Vector, usual: Vector) -> tuple[RunnerUp, ...]:
        taken = set(self.columns[: place + 1])
        others = np.array([c for c in self.eligible if c not in taken], dtype=np.intp)
        weights = self.forecast.weights.values
        gains, alone = self._gains(weights, left), weights @ self.performance.losses
        risk = self.performance.portfolio.risks(self.performance.losses, weights, left, usual)
        by_gain = others[np.argsort((risk - gains)[others], kind="stable")][:_N_RUNNERS_UP]
        by_score = others[np.argsort(alone[others], kind="stable")][:_N_RUNNERS_UP]
        if self.request.order != "portfolio":  # what comes next in the order that was asked for
            by_gain, by_score = by_gain[:0], np.array(self.columns[place + 1 :][:_N_RUNNERS_UP])
        return tuple(
            RunnerUp(
                algorithm=self.performance.history.setups[c][0],
                config=json.loads(self.performance.history.setups[c][1]),
                expected_score=float(self.forecast.scores.expected[c]),
                expected_fit_seconds=float(self.forecast.seconds[c]),
                gain=float(gains[c]),
                reason=self._reason(c, self.columns[place], gains, risk, alone),
            )
            for c in dict.fromkeys([*by_gain.tolist(), *by_score.tolist()])
        )

    def _reason(self, column: int, chosen: int, gains: Vector, risk: Vector, alone: Vector) -> str:
        if self.request.order != "portfolio":
            return self._reason_of_order(column, chosen)
        seconds = self.forecast.seconds * self.request.seconds_factor
        budget = self.request.time_budget
        if budget is not None and gains[column] >= gains[chosen] - _SMALL:
            if seconds[column] > budget:
                return f"would not fit: {seconds[column]:.3g} s of {budget:.3g} s"
            if seconds[column] > seconds[chosen]:
                return f"slower: {seconds[column]:.3g} s against {seconds[chosen]:.3g} s"
        if gains[column] > gains[chosen] - _SMALL and risk[column] > risk[chosen] + _SMALL:
            return "riskier: it falls behind the all-round order on some tasks like this"
        if abs(gains[column] - gains[chosen]) < _SMALL:
            return "as good: the difference is too small to tell"
        if alone[column] <= alone[chosen]:
            return "adds less to those before it: they do well on the same tasks"
        return self._spread(column, chosen)

    def _reason_of_order(self, column: int, chosen: int) -> str:
        if self.request.order == "seconds":
            seconds = self.forecast.seconds
            return f"slower to fit: {seconds[column]:.3g} s against {seconds[chosen]:.3g} s"
        return "expected to score less, or to fail more often"

    def _spread(self, column: int, chosen: int) -> str:
        """Say on which of the tasks like this a setup loses to the one that was chosen.

        Its expected score may be higher all the same: that is a mean over all setups and
        tasks, while the choice counts how far behind the best of its task a setup was.
        """
        weights, losses = self.forecast.weights.values, self.performance.losses
        behind = np.maximum(losses[:, column] - losses[:, chosen], 0.0)
        share = float(weights @ (behind > _SMALL))
        worst = self.performance.history.tasks["name"].iloc[int((weights * behind).argmax())]
        text = f"behind on {share:.0%} of the tasks like this, most of all on {worst}"
        scores = self.forecast.scores.expected
        if scores[column] > scores[chosen]:
            return f"scores more on average, but is less reliable: {text}"
        return f"expected to do worse: {text}"

    def _alternatives(self, place: int) -> tuple[Alternative, ...]:
        found = self._other_budgets() if place == 0 else []
        found += self._other_datasets(place)
        return tuple(found[:_N_ALTERNATIVES])

    def _other_budgets(self) -> list[Alternative]:
        """Return which budgets, or none, would put another setup first."""
        if self.request.order != "portfolio" or not np.isfinite(self.forecast.seconds).all():
            return []
        budgets = [b for b in (None, *_BUDGETS) if b != self.request.time_budget]
        found = []
        for budget in budgets:
            asked = replace(self.request, time_budget=budget)
            (first,) = self.advisor.order(self.forecast, 1, asked)
            if first != self.columns[0]:
                condition = f"a time budget of {budget:g} s" if budget else "no time budget"
                found.append(self._alternative(condition, first))
        return found[:2]

    def _other_datasets(self, place: int) -> list[Alternative]:
        """Return which single meta-feature, small or large, would put another setup here."""
        # only the portfolio is made anew for each; other orders go by scores or seconds
        if self.described is None or self.request.order != "portfolio":
            return []
        names = list(self.performance.coordinate_names)
        ends = self.performance.history.metafeatures[names].quantile([0.05, 0.95])
        changes = [(name, float(value)) for name in names for value in ends[name]]
        rows = self._changed(changes)
        found: dict[int, tuple[float, Alternative]] = {}
        variants = self.performance.variants(rows, self.forecast)
        for (name, value), variant in zip(changes, variants, strict=True):
            # asked as advice is asked: with its budget, and with the times of a task so described
            order = self.advisor.order(variant, place + 1, self.request)
            if len(order) <= place or order[place] in self.columns[: place + 1]:
                continue
            points = filled(np.vstack([variant.coordinates, self.forecast.coordinates]))
            moved = float(np.abs(np.diff(points, axis=0)).max())
            nearest = found.get(order[place])
            if nearest is None or moved < nearest[0]:
                condition = f"{name} = {value:.4g} (here {self.described[name]:.4g})"
                found[order[place]] = (moved, self._alternative(condition, order[place]))
        return [alternative for _, alternative in sorted(found.values(), key=lambda f: f[0])]

    def _alternative(self, condition: str, column: int) -> Alternative:
        algorithm, config = self.performance.history.setups[column]
        return Alternative(condition=condition, algorithm=algorithm, config=json.loads(config))

    def _changed(self, changes: list[tuple[str, float]]) -> pd.DataFrame:
        """Return the dataset's meta-features once for each change, with that one changed."""
        assert self.described is not None
        rows = np.tile(self.described.to_numpy(dtype=np.float64), (len(changes), 1))
        columns = self.described.index.get_indexer([name for name, _ in changes])
        rows[np.arange(len(changes)), columns] = [value for _, value in changes]
        return pd.DataFrame(rows, columns=self.described.index)
