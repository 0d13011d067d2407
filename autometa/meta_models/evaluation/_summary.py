"""The figures of an evaluation: means over tasks, by task type."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from autometa.meta_models.evaluation._baselines import ALL_ROUND
from autometa.meta_models.evaluation._evaluate import ADVICE, LISTED, Evaluation
from autometa.meta_models.evaluation._figures import AFTER, BUDGETS

REGRETS = tuple(f"@{k}" for k in AFTER)
ANYTIME = tuple(f"{budget:g} s" for budget in BUDGETS)
NOISES = 2.0


def summarise_evaluation(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Return the figures of each task type.

    Returns
    -------
    list of dict
        ``task_type``, ``metric``, ``n_tasks``, ``n_families``;
        ``orders``: for each order, its mean regrets ``@1`` ... ``300 s``, 0 best, and
        under ``errors`` their standard errors over families;
        ``intervals``: share of true scores within the 90 % interval (``coverage``, aim
        .9) and the mean ``width``, of the ten listed first and of all setups;
        ``rank_correlation``: Spearman's, of expected and true scores, mean over tasks;
        ``seconds``: mean absolute error of the natural logarithm (``log_error``) and
        the share ``within_factor_2``; None where no run was timed;
        ``harm``: for each budget, the share of tasks on which the advice is worse than
        the all-round order by more than twice the noise (``beyond_noise``), and at all
        (``any``);
        ``verdict``: "better", "alike" or "worse" than the all-round order.
    """
    return [
        _of_type(evaluation, str(task_type))
        for task_type in dict.fromkeys(evaluation.orders["task_type"])
    ]


def _of_type(evaluation: Evaluation, task_type: str) -> dict[str, Any]:
    orders, harm, predictions = (
        table[table["task_type"] == task_type]
        for table in (evaluation.orders, evaluation.harm, evaluation.predictions)
    )
    return {
        "task_type": task_type,
        "metric": str(orders["metric"].iloc[0]),
        "n_tasks": int(orders["task_id"].nunique()),
        "n_families": int(orders["family"].nunique()),
        "orders": {name: _means(rows) for name, rows in orders.groupby("order", sort=False)},
        "intervals": {
            "listed": _intervals(predictions[predictions["place"] <= LISTED]),
            "all": _intervals(predictions),
        },
        "rank_correlation": _rank_correlation(predictions),
        "seconds": _seconds(predictions),
        "harm": {budget: _harm(rows) for budget, rows in harm.groupby("budget", sort=False)},
        "verdict": verdict(orders),
    }


def _means(rows: pd.DataFrame) -> dict[str, Any]:
    columns = [*REGRETS, *ANYTIME]
    by_family = rows.groupby("family")[columns].mean()
    return {
        **{column: float(rows[column].mean()) for column in columns},
        "errors": {column: float(by_family[column].sem()) for column in columns},
    }


def _intervals(predictions: pd.DataFrame) -> dict[str, float]:
    scored = predictions[predictions["score"].notna()]
    within = scored["score"].between(scored["low"], scored["high"])
    by_task = within.groupby(scored["task_id"]).mean()
    return {
        "coverage": float(by_task.mean()),
        "width": float((scored["high"] - scored["low"]).mean()),
    }


def _rank_correlation(predictions: pd.DataFrame) -> float:
    by_task = predictions.dropna(subset=["score", "expected"]).groupby(["task_id", "repeat"])
    found = [
        rows["score"].corr(rows["expected"], method="spearman")
        for _, rows in by_task
        if rows["score"].nunique() > 1 and rows["expected"].nunique() > 1
    ]
    return float(np.mean(found)) if found else float("nan")


def _seconds(predictions: pd.DataFrame) -> dict[str, float] | None:
    timed = predictions[predictions["score"].notna() & (predictions["seconds"] > 0)]
    timed = timed[timed["expected_seconds"] > 0]
    if timed.empty:
        return None
    error = np.log(timed["expected_seconds"] / timed["seconds"]).abs()
    return {
        "log_error": float(error.mean()),
        "within_factor_2": float((error < np.log(2.0)).mean()),
    }


def _harm(rows: pd.DataFrame) -> dict[str, float]:
    known = rows[rows["difference"].notna()]
    if known.empty:
        return {"any": float("nan"), "beyond_noise": float("nan")}
    beyond = known["difference"] > NOISES * known["noise"]
    return {
        "any": float((known["difference"] > 0).mean()),
        "beyond_noise": float(beyond[known["noise"].notna()].mean()),
    }


def verdict(orders: pd.DataFrame) -> str:
    """Return whether the advice is better than, like, or worse than the all-round order.

    What counts is the mean of the regrets after 1, 3 and 10 setups, the difference taken by
    family: "alike" within two standard errors.
    """
    judged = orders[orders["order"].isin([ADVICE, ALL_ROUND])]
    value = judged[["@1", "@3", "@10"]].mean(axis=1)
    by_family = value.groupby([judged["family"], judged["order"]]).mean().unstack()
    difference = (by_family[ADVICE] - by_family[ALL_ROUND]).dropna()
    error = difference.sem() if len(difference) > 1 else np.inf
    if abs(difference.mean()) <= NOISES * error:
        return "alike"
    return "better" if difference.mean() < 0 else "worse"
