"""What is kept of the runs: averages by task, setup and metric, and the noise of the winners.

A million runs become as many rows as there are setups on tasks; the runs themselves are read in
pieces and not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pandas as pd

from autometa._common.arrays import Booleans, Floats, Integers
from autometa.knowledge_base import KnowledgeBase, codes_of, numbers_of, setup_id
from autometa.metrics import measured_metrics

# Of the columns of `Averages`: those that the graph says.
NUMBERS = ("fidelity", "score", "n_scores", "n_failed", "fit_seconds")
_CODES = ("task", "setup", "metric")
_RUN = ("task_id", "algorithm", "config", "metric", "status")
NOISE_COLUMNS = (*_RUN, "fidelity", "fold_scores")


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Runs by task, setup and metric, sorted in this order.

    Attributes
    ----------
    task_ids, algorithms, configs, setup_ids, metrics : list of str
        What the numbers of ``task``, ``setup`` and ``metric`` stand for.
    task, setup, metric : ndarray of int
    fidelity, score, n_scores, n_failed, fit_seconds : ndarray
        As in `autometa.knowledge_base.Averages`.
    """

    task_ids: list[str]
    algorithms: list[str]
    configs: list[str]
    setup_ids: list[str]
    metrics: list[str]
    task: Integers
    setup: Integers
    metric: Integers
    fidelity: Floats
    score: Floats
    n_scores: Integers
    n_failed: Integers
    fit_seconds: Floats

    @classmethod
    def of(cls, kb: KnowledgeBase) -> Cells:
        """Return what is kept of a knowledge base."""
        averages = kb.averages()
        return cls(
            task_ids=averages.task_ids,
            algorithms=[algorithm for algorithm, _ in averages.setups],
            configs=[config for _, config in averages.setups],
            setup_ids=[setup_id(*setup) for setup in averages.setups],
            metrics=averages.metrics,
            **{name: getattr(averages, name) for name in (*_CODES, *NUMBERS)},
        ).in_order()

    def in_order(self) -> Cells:
        """Return the rows of a task together, those of a setup together in it, by name."""
        ranks = [
            _ranks(self.task_ids)[self.task],
            _ranks(self.setup_ids)[self.setup],
            _ranks(self.metrics)[self.metric],
        ]
        return self.taking(np.lexsort(ranks[::-1]))

    def taking(self, rows: Integers | Booleans) -> Cells:
        """Return some of the rows."""
        return replace(self, **{name: getattr(self, name)[rows] for name in (*_CODES, *NUMBERS)})

    def with_tasks_of(self, other: Cells) -> Cells:
        """Return these with the tasks of ``other`` in place of their own of the same names."""
        theirs = set(other.task_ids)
        kept = np.array([name not in theirs for name in self.task_ids], dtype=bool)[self.task]
        sides = self.taking(kept), other
        merged: dict[str, Any] = {}
        for code, names in (("task", "task_ids"), ("metric", "metrics")):
            places: dict[str, int] = {}
            merged[code] = np.concatenate(
                [_renumbered(side, code, names, places) for side in sides]
            )
            merged[names] = list(places)
        setups = {s: (a, c) for side in sides for s, a, c in _setups(side)}
        numbers = {s: place for place, s in enumerate(setups)}
        merged["setup"] = np.concatenate(
            [_renumbered(side, "setup", "setup_ids", numbers) for side in sides]
        )
        merged["setup_ids"] = list(setups)
        merged["algorithms"], merged["configs"] = map(list, zip(*setups.values(), strict=True))
        for name in NUMBERS:
            merged[name] = np.concatenate([getattr(side, name) for side in sides])
        assert set(merged) == {f.name for f in fields(self)}
        return Cells(**merged).in_order()


def _setups(cells: Cells) -> Iterable[tuple[str, str, str]]:
    return zip(cells.setup_ids, cells.algorithms, cells.configs, strict=True)


def _ranks(names: list[str]) -> Integers:
    """Return the place of each name in the order of the alphabet."""
    ranks = np.empty(len(names), dtype=np.int64)
    ranks[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    return ranks


def _renumbered(side: Cells, code: str, names: str, places: dict[str, int]) -> Integers:
    mapped = [places.setdefault(name, len(places)) for name in getattr(side, names)]
    return np.asarray(np.array(mapped, dtype=np.int64)[getattr(side, code)])


def judging(cells: Cells, task_types: Mapping[str, str]) -> dict[int, int]:
    """Return the metric that judges each task, both as numbers.

    It is the usual one of its type, else the one that most cells of that type have, else the one
    that most of its own have. A task without a score has none.
    """
    scored = pd.DataFrame({"t": cells.task, "m": cells.metric})[~np.isnan(cells.score)]
    kinds = pd.Series([task_types.get(name, "") for name in cells.task_ids], dtype=object)
    scored["kind"] = kinds.to_numpy()[scored["t"]]
    # of equally many the first by name: another order of the runs is no other graph
    order = {
        kind: _order(str(kind), counts, cells.metrics)
        for kind, counts in scored.groupby("kind")["m"].value_counts().groupby(level=0)
    }
    chosen = {}
    for task, metrics in scored.groupby("t")["m"].unique().items():
        held = set(metrics.tolist())
        chosen[int(task)] = next(m for m in order[kinds[task]] if m in held)
    return chosen


def _order(kind: str, counts: pd.Series[int], metrics: list[str]) -> list[int]:
    places = {int(m): int(n) for (_, m), n in counts.items()}
    usual = next(iter(measured_metrics(kind)), None)
    return sorted(places, key=lambda m: (metrics[m] != usual, -places[m], metrics[m]))


def noise_of(kb: KnowledgeBase, winners: Mapping[str, tuple[str, str, str]]) -> dict[str, float]:
    """Return the standard error over folds of the winner's score, by task.

    Parameters
    ----------
    kb : KnowledgeBase
    winners : dict of str to tuple of str
        Algorithm, config and metric of the best setup of each task.
    """
    return kb.read_runs(lambda tables: _errors(tables, winners), NOISE_COLUMNS)


def _errors(tables: Iterable[Any], winners: Mapping[str, tuple[str, str, str]]) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for table in tables:
        names, codes = zip(*(codes_of(table[name]) for name in _RUN), strict=True)
        places = [{name: place for place, name in enumerate(texts)} for texts in names]
        sizes = [max(len(texts), 1) for texts in names]
        # one number a row, so that the few rows of the winners are seen without reading any text
        wanted = {}
        for task, (algorithm, config, metric) in winners.items():
            names_of_row = (task, algorithm, config, metric, "ok")
            row = [place.get(n, -1) for place, n in zip(places, names_of_row, strict=True)]
            if min(row) >= 0:
                wanted[int(np.ravel_multi_index(tuple(row), sizes))] = task
        keys = np.ravel_multi_index(np.stack(codes), sizes)
        is_wanted = np.isin(keys, list(wanted)) & (numbers_of(table["fidelity"]) == 1.0)
        folds = table["fold_scores"]
        for place in np.flatnonzero(is_wanted).tolist():
            error = _error(folds[place].as_py())
            found.setdefault(wanted[int(keys[place])], []).append(error)
    # of several measurements the least sure one: near must not come of a lucky split
    return {task: max(errors) for task, errors in found.items()}


def _error(folds: list[float] | None) -> float:
    scores = np.asarray(folds or [], float)
    # ddof=1: three folds are a sample, and their plain deviation is a fifth too small
    return float(scores.std(ddof=1) / np.sqrt(len(scores))) if len(scores) > 1 else 0.0
