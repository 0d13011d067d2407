"""Advice from the shipped knowledge base, family by family, is as good as its page says."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from autometa import KnowledgeBase
from autometa.meta_models.evaluation import evaluate, summarise_evaluation

PAGE = Path(__file__).resolve().parents[4] / "benchmarks" / "results" / "bundled.md"
TITLE = re.compile(r"## (\w+), `(\w+)`: (\d+) tasks of (\d+) families, verdict \"(\w+)\"\n")
MEAN = r" \| ([\d.]+) ± [\d.]+"
ROW = re.compile(rf"^\| ([\w ]+){3 * MEAN} \|", re.MULTILINE)
AFTER = ("@1", "@3", "@10")
# The page has four decimals. Simple orders are sums and sorts; advice asks forests, of which
# another processor may grow a few other trees: a tenth of the least standard error of a mean.
ROUNDING, TREES = 5.1e-5, 5e-4


def published():
    """Return the figures of the page by task type."""
    text = PAGE.read_text()
    parts = TITLE.split(text)[1:]
    for kind, metric, n_tasks, n_families, verdict, body in zip(*[iter(parts)] * 6, strict=True):
        orders = {name: [float(v) for v in values] for name, *values in ROW.findall(body)}
        yield kind, metric, int(n_tasks), int(n_families), verdict, orders


@pytest.mark.slow
@pytest.mark.timeout(3600)  # ten times without a tenth of the families, for three task types
def test_regret_by_family_is_that_of_the_page_and_less_than_that_of_simple_orders():
    evaluation = evaluate(KnowledgeBase.bundled())
    found = {figures["task_type"]: figures for figures in summarise_evaluation(evaluation)}
    pages = list(published())
    assert [page[0] for page in pages] == ["binary", "multiclass", "regression"]
    for kind, metric, n_tasks, n_families, verdict, orders in pages:
        figures = found[kind]
        counted = [figures[key] for key in ("metric", "n_tasks", "n_families", "verdict")]
        assert counted == [metric, n_tasks, n_families, verdict]
        assert set(orders) == set(figures["orders"])
        for name, values in orders.items():
            ours = [figures["orders"][name][after] for after in AFTER]
            allowed = TREES if name == "MetaModel" else ROUNDING
            np.testing.assert_allclose(ours, values, rtol=0, atol=allowed, err_msg=f"{kind} {name}")
    by_task = evaluation.orders.set_index(["task_type", "family", "task_id", "order"])
    by_family = by_task[list(AFTER)].mean(axis=1).unstack("order").groupby("family").mean()
    for simple in by_family.columns.drop("MetaModel"):
        gain = by_family[simple] - by_family["MetaModel"]
        assert gain.mean() > 2 * gain.sem(), simple
