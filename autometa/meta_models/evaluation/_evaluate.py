"""Evaluation: how good advice from a knowledge base is on tasks of families it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.model_selection import GroupKFold

from autometa._common.arrays import Floats, Integers, Positions
from autometa.algorithms import algorithms_for
from autometa.exceptions import KnowledgeBaseMismatchError, ParameterError
from autometa.importers import folds_of
from autometa.knowledge_base import KnowledgeBase, canonical_config
from autometa.meta_models._meta_model import MetaModel
from autometa.meta_models.evaluation._baselines import ALL_ROUND, Baselines
from autometa.meta_models.evaluation._figures import (
    AFTER,
    BUDGETS,
    anytime_mean,
    expected_regrets,
    incumbent_of,
    regrets,
)
from autometa.meta_models.evaluation._truth import Truth, read_truth, regrets_of
from autometa.metrics import measured_metrics
from autometa.performance import Question, QuestionResolver, read_histories, read_history, under
from autometa.recommendation import Recommendation

Progress = Callable[[str, int, int], None]

ADVICE = "MetaModel"
FEWEST_FAMILIES = 4
LISTED = 10
RANDOM = "random"
N_DRAWS = 50  # random orders a task: their mean is then known to a seventh of one's spread


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What leaving families out has shown, one row a held-out task or prediction.

    Attributes
    ----------
    orders : DataFrame
        ``task_type``, ``metric``, ``task_id``, ``family``, ``repeat``, ``order``, the
        regrets ``@1`` ... ``@25`` after so many setups (of ``random``: their expectation),
        and the ``anytime`` means over ``1 s`` ... ``300 s`` (NaN where seconds are unknown).
    harm : DataFrame
        For each task and budget (``@1`` ... ``300 s``): ``difference`` of the advice's
        regret and the all-round order's, and ``noise``, the standard error of that
        difference over the folds that both were scored on (NaN where folds are not known).
    predictions : DataFrame
        Each measured setup of each held-out task: ``score``, ``expected``, ``low``,
        ``high``, ``seconds``, ``expected_seconds``, ``place`` in the advice (1 first).
    """

    orders: pd.DataFrame
    harm: pd.DataFrame
    predictions: pd.DataFrame


def evaluate(
    kb: KnowledgeBase,
    *,
    metric: str | None = None,
    n_splits: int = 10,
    n_repeats: int = 1,
    beyond_rows: int | None = None,
    model: MetaModel | None = None,
    random_state: int = 0,
    on_progress: Progress | None = None,
) -> Evaluation:
    """Hold each family out in turn and ask for advice on its tasks.

    Parameters
    ----------
    kb : KnowledgeBase
        Any. Task types with fewer than four families are left out.
    metric : str or None
        What to be good at; None is the usual metric of each task type.
    n_splits : int, default=10
        Parts the families are divided into; each is held out once. A knowledge base
        whose tasks came with folds, as ASlib's scenarios do, is divided by these.
    n_repeats : int, default=1
        Divisions, each with another seed.
    beyond_rows : int or None
        Instead of parts, all tasks of more rows are held out at once, with their families: what
        is said of tables larger than any that is known.
    model : MetaModel, optional
        Cloned for each part.
    random_state : int, default=0
    on_progress : callable, optional
        Called with what was done, how many parts are done, and of how many.

    Raises
    ------
    KnowledgeBaseMismatchError
        If no task type has enough families with scored runs; with ``beyond_rows``, families of
        fewer rows, and a task of more.
    """
    if n_splits < 2 or n_repeats < 1:
        raise ParameterError(
            f"'n_splits' must be >= 2 and 'n_repeats' >= 1. Got {n_splits} and {n_repeats}."
        )
    questions = _questions(kb, metric)
    on_progress = on_progress or (lambda *_: None)
    tables: dict[str, list[pd.DataFrame]] = {"orders": [], "harm": [], "predictions": []}
    all_asked = [_Asked(kb, q, model or MetaModel(random_state=random_state)) for q in questions]
    plan = [
        (asked, random_state + repeat, repeat, held_out)
        for asked in all_asked
        for repeat in range(n_repeats if beyond_rows is None else 1)
        for held_out in (
            asked.parts(n_splits, random_state + repeat)
            if beyond_rows is None
            else asked.larger(beyond_rows)
        )
    ]
    if not plan:
        raise KnowledgeBaseMismatchError(
            f"'beyond_rows' needs tasks of more rows and of {FEWEST_FAMILIES} families of fewer. "
            f"Got {beyond_rows} for {kb}: choose another number of rows."
        )
    for n_done, (asked, seed, repeat, held_out) in enumerate(plan, start=1):
        for name, rows in asked.part(held_out, seed).items():
            tables[name].append(rows.assign(repeat=repeat))
        on_progress(f"{asked.question.task_types[0]}, {asked.question.metric}", n_done, len(plan))
    return Evaluation(**{name: pd.concat(rows, ignore_index=True) for name, rows in tables.items()})


def _questions(kb: KnowledgeBase, metric: str | None) -> list[Question]:
    desk = QuestionResolver(kb)
    found = []
    for task_type in dict.fromkeys(kb.tasks["task_type"]):
        tasks = kb.tasks[kb.tasks["task_type"] == task_type]
        if tasks["family"].nunique() < FEWEST_FAMILIES:
            continue
        try:
            asked = desk.question(str(task_type), metric or _usual(kb, str(task_type)))
        except KnowledgeBaseMismatchError:
            continue
        found.append(Question((str(task_type),), asked.metric))
    if not found:
        raise KnowledgeBaseMismatchError(
            f"An evaluation needs scored runs on tasks of {FEWEST_FAMILIES} families of one task "
            f"type. Got {kb}."
        )
    return found


def _usual(kb: KnowledgeBase, task_type: str) -> str | None:
    """Return the usual metric of a task type, if ``kb`` knows it."""
    usual = next(iter(measured_metrics(task_type)), None)  # none of "classification"
    return usual if (kb.runs["metric"] == usual).any() else None


def _parts(families: Integers, n_splits: int, seed: int) -> Iterator[Positions]:
    """Yield the positions of held-out tasks: whole families, every one once."""
    n_splits = min(n_splits, len(np.unique(families)))
    folds = GroupKFold(n_splits, shuffle=True, random_state=seed)
    for _, held_out in folds.split(families, groups=families):
        yield held_out


class _Asked:
    """One question to a knowledge base, and the truth about it."""

    def __init__(self, kb: KnowledgeBase, question: Question, model: MetaModel) -> None:
        self.kb, self.question, self.model = kb, question, model
        self.history = read_history(kb, question.task_types, question.metric)
        self.truth = read_truth(self.history, kb, question.metric)
        self.columns = {setup: column for column, setup in enumerate(self.history.setups)}

    def parts(self, n_splits: int, seed: int) -> Iterator[Positions]:
        """Yield the positions of held-out tasks, every task once."""
        folds = folds_of(self.kb).reindex(self.history.tasks["task_id"])
        if folds.notna().all() and folds.nunique() > 1:
            for fold in folds.unique():
                yield np.flatnonzero(folds == fold)
        else:
            yield from _parts(self.history.families, n_splits, seed)

    def larger(self, n_rows: int) -> Iterator[Positions]:
        """Yield the positions of all tasks of more rows, if enough families are left without."""
        is_larger = self.history.tasks["n_rows"].to_numpy() > n_rows
        families = self.history.families
        n_left = len(set(families) - set(families[is_larger]))
        if is_larger.any() and n_left >= FEWEST_FAMILIES:
            yield np.flatnonzero(is_larger)

    def part(self, held_out: Positions, seed: int) -> dict[str, pd.DataFrame]:
        """Return the rows of each table for the tasks held out."""
        kb = _without(self.kb, self.history.tasks["task_id"].iloc[held_out])
        model = clone(self.model).fit(kb)
        baselines = self._baselines(kb)
        found = [self._task(row, model, baselines, seed) for row in held_out]
        return {
            name: pd.concat([of_task[name] for of_task in found], ignore_index=True)
            for name in found[0]
        }

    def _baselines(self, kb: KnowledgeBase) -> Baselines:
        """Return simple methods that learn from the tasks that advice learns from.

        Those of another type or metric, which advice borrows, are among them.
        """
        question = QuestionResolver(kb).question(self.question.task_types[0], self.question.metric)
        known = read_histories(kb, question)
        setups = self.history.setups
        return Baselines(
            under(setups, known.setups, regrets_of(known), np.nan),
            under(setups, known.setups, known.seconds, np.nan),
            known.metafeatures,
            known.families,
            self._defaults(),
        )

    def _defaults(self) -> dict[str, int]:
        """Return the columns of the defaults that anybody would try, where they were measured."""
        task_type = self.question.task_types[0]
        defaults = {
            f"{a.name} default": (a.name, canonical_config(a.setups(task_type)["library"]))
            for a in algorithms_for(task_type)
            if a.is_baseline
        }
        return {
            name: self.columns[setup] for name, setup in defaults.items() if setup in self.columns
        }

    def _task(
        self, row: int, model: MetaModel, baselines: Baselines, seed: int
    ) -> dict[str, pd.DataFrame]:
        task = self.history.tasks.iloc[row]
        described = self.history.metafeatures.iloc[row]
        advice = self._advice(model, described)
        orders = baselines.orders(described) | {ADVICE: self._order(advice)}
        budgets = {
            budget: {
                ALL_ROUND: baselines.schedule(budget),
                ADVICE: self._order(self._advice(model, described, budget)),
            }
            for budget in BUDGETS
        }
        whose = {
            "task_type": task["task_type"],
            "metric": self.question.metric,
            "task_id": task["task_id"],
            "family": task["family"],
        }
        return {
            "orders": _order_rows(self.truth, row, orders, budgets, seed + row).assign(**whose),
            "harm": _harm_rows(self.truth, row, orders, budgets).assign(**whose),
            "predictions": self._predictions(row, advice).assign(**whose),
        }

    def _advice(
        self, model: MetaModel, described: pd.Series[float], time_budget: float | None = None
    ) -> Sequence[Recommendation]:
        timed = time_budget if np.isfinite(self.history.seconds).any() else None
        return model.recommend(
            described if np.isfinite(described.to_numpy()).any() else None,
            len(self.columns),
            task_type=self.question.task_types[0],
            metric=self.question.metric,
            time_budget=timed,
        )

    def _order(self, advice: Sequence[Recommendation]) -> Positions:
        found = [self.columns.get((a.algorithm, canonical_config(a.config))) for a in advice]
        return np.array([column for column in found if column is not None], dtype=np.intp)

    def _predictions(self, row: int, advice: Sequence[Recommendation]) -> pd.DataFrame:
        columns = [self.columns.get((a.algorithm, canonical_config(a.config))) for a in advice]
        rows = [
            {
                "algorithm": a.algorithm,
                "config": self.history.setups[column][1],
                "score": self.history.scores[row, column],
                "regret": self.truth.regret[row, column],
                "expected": a.expected_score,
                "low": a.score_interval[0],
                "high": a.score_interval[1],
                "seconds": self.history.seconds[row, column],
                "expected_seconds": a.expected_fit_seconds,
                "place": place,
            }
            for place, (a, column) in enumerate(zip(advice, columns, strict=True), start=1)
            if column is not None and self.truth.measured[row, column]
        ]
        return pd.DataFrame(rows)


def _without(kb: KnowledgeBase, held_out: pd.Series[str]) -> KnowledgeBase:
    """Return ``kb`` without the families of these tasks: none may have a member on both sides."""
    families = kb.tasks.loc[kb.tasks["task_id"].isin(held_out), "family"]
    gone = set(kb.tasks.loc[kb.tasks["family"].isin(families), "task_id"])
    return KnowledgeBase(
        kb.tasks[~kb.tasks["task_id"].isin(gone)].reset_index(drop=True),
        kb.metafeatures[~kb.metafeatures.index.isin(gone)],
        kb.runs[~kb.runs["task_id"].isin(gone)].reset_index(drop=True),
    )


def _order_rows(
    truth: Truth,
    row: int,
    orders: dict[str, Positions],
    budgets: dict[float, dict[str, Positions]],
    seed: int,
) -> pd.DataFrame:
    regret, seconds = truth.regret[row], truth.history.seconds[row]
    after = range(1, max(AFTER) + 1)
    rows: list[dict[str, Any]] = []
    for name, order in orders.items():
        found: dict[str, Any] = {"order": name}
        found |= {f"@{k}": v for k, v in zip(after, regrets(order, regret, after), strict=True)}
        for budget, timely in budgets.items():
            chosen = timely.get(name, order)
            found[f"{budget:g} s"] = anytime_mean(chosen, regret, seconds, budget)
        rows.append(found)
    return pd.DataFrame([_random_row(regret, seconds, list(after), list(budgets), seed), *rows])


def _random_row(
    regret: Floats,
    seconds: Floats,
    after: list[int],
    budgets: list[float],
    seed: int,
) -> dict[str, Any]:
    """Return what orders drawn at random are worth: exact after so many setups.

    Over time, where there is no closed form, the mean of draws of this task's own.
    """
    found: dict[str, Any] = {"order": RANDOM}
    found |= {f"@{k}": v for k, v in zip(after, expected_regrets(regret, after), strict=True)}
    rng = np.random.default_rng(seed)
    draws = [rng.permutation(len(regret)) for _ in range(N_DRAWS)]
    for budget in budgets:
        means = [anytime_mean(order, regret, seconds, budget) for order in draws]
        found[f"{budget:g} s"] = float(np.mean(means))
    return found


def _harm_rows(
    truth: Truth, row: int, orders: dict[str, Positions], budgets: dict[float, dict[str, Positions]]
) -> pd.DataFrame:
    regret = truth.regret[row]
    rows = []
    for after in AFTER:
        ours, usual = (incumbent_of(orders[name], regret, after) for name in (ADVICE, ALL_ROUND))
        if ours is not None and usual is not None:
            noise = truth.noise(row, ours, usual)
            rows.append((f"@{after}", regret[ours] - regret[usual], noise))
    seconds = truth.history.seconds[row]
    for budget, timely in budgets.items():
        means = [anytime_mean(timely[n], regret, seconds, budget) for n in (ADVICE, ALL_ROUND)]
        rows.append((f"{budget:g} s", means[0] - means[1], truth.typical_noise(row)))
    return pd.DataFrame(rows, columns=["budget", "difference", "noise"])
