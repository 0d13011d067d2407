"""What ships is what its page says, number by number."""

from __future__ import annotations

from pathlib import Path

import pytest

from autometa import KnowledgeBase

PAGE = (Path(__file__).resolve().parents[3] / "data" / "README.md").read_text()
SETUP = ["task_id", "algorithm", "config"]


@pytest.fixture(scope="module")
def bundled():
    kb = KnowledgeBase.bundled()
    return kb, kb.runs.merge(kb.tasks[["task_id", "task_type"]])


def line(what):
    """Return a line of the page's table without its name."""
    found = next(row for row in PAGE.splitlines() if row.startswith(f"| {what} |"))
    return found.split("|")[2].strip()


def test_tasks_are_as_many_of_each_kind_and_as_large_as_the_page_says(bundled):
    kb, _ = bundled
    kinds, rows = kb.tasks["task_type"].value_counts(), kb.tasks["n_rows"]
    assert line("tasks") == (
        f"{len(kb.tasks)}: {kinds['binary']} binary, {kinds['multiclass']} multiclass, "
        f"{kinds['regression']} regression, of {kb.tasks['family'].nunique()} families; "
        f"{rows.min():.0f} to {rows.max():,.0f} rows"
    )


def test_every_setup_was_tried_on_every_task_of_its_kind_as_the_page_says(bundled):
    _, runs = bundled
    whole = runs[runs["fidelity"] == 1.0].drop_duplicates(SETUP)
    of_numbers = whole["task_type"] == "regression"
    n_setups = [len(whole[kind].drop_duplicates(SETUP[1:])) for kind in (~of_numbers, of_numbers)]
    assert line("setups").startswith(
        f"{n_setups[0]} for classification, {n_setups[1]} for regression, of "
        f"{whole['algorithm'].nunique()} algorithms"
    )
    n_late = int((whole["status"] == "timeout").sum())
    assert line("runs").endswith(
        f": {len(whole):,} on all rows, every setup on every task of its kind, of which {n_late} "
        "reached the limit and are kept as `timeout`"
    )
    assert set(whole["status"]) == {"ok", "timeout"}
    by_task = whole.groupby(["task_id", "task_type"], observed=True).size()
    for kind, expected in zip((~of_numbers, of_numbers), n_setups, strict=True):
        of_kind = by_task[by_task.index.get_level_values(1).isin(set(whole[kind]["task_type"]))]
        assert set(of_kind) == {expected}


def test_learning_curves_are_as_many_as_the_page_says(bundled):
    kb, runs = bundled
    parts = runs[runs["fidelity"] < 1.0]
    counts = parts.groupby("fidelity")[SETUP].apply(lambda rows: len(rows.drop_duplicates()))
    assert sorted(round(float(share), 2) for share in counts.index) == [0.1, 0.33]
    assert counts.nunique() == 1
    of_curves = kb.tasks[kb.tasks["task_id"].isin(parts["task_id"])]
    assert line("learning curves") == (
        f"the other runs: {counts.iloc[0]:,} on a tenth and as many on a third of the rows, on "
        f"{len(of_curves)} tasks from 500 rows on"
    )
    assert of_curves["n_rows"].min() >= 500


def test_metrics_and_metafeatures_are_as_many_as_the_page_says(bundled):
    kb, runs = bundled
    n = runs[runs["score"].notna()].groupby("task_type", observed=True)["metric"].nunique()
    assert line("metrics").startswith(
        f"{n['binary']} binary, {n['multiclass']} multiclass, {n['regression']} regression"
    )
    assert line("meta-features").startswith(f"{kb.metafeatures.shape[1]} names")
