"""The same runs give the same advice, whichever way they came into the knowledge base."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from autometa import KnowledgeBase, MetaModel
from autometa.importers import import_history
from autometa.knowledge_base import export

N_TASKS = 9
SETUPS = [("tree", '{"depth": 3}'), ("tree", '{"depth": 9}'), ("forest", "{}"), ("knn", '{"k": 5}')]
ALL_TASKS, ALL_SETUPS = range(N_TASKS), range(len(SETUPS))
NAMES = [f"t{i}" for i in range(N_TASKS)]


def base(metric="accuracy", tasks=ALL_TASKS, setups=ALL_SETUPS, described=True):
    """Return scores of setups on tasks, the same ones whatever part of them is asked for."""
    rng = np.random.default_rng(5)
    features = pd.DataFrame(rng.normal(size=(N_TASKS, 3)), columns=list("abc"), index=NAMES)
    scores = 0.7 + 0.05 * features.to_numpy() @ rng.normal(size=(3, len(SETUPS)))
    scores = np.round(np.clip(scores, 0.05, 0.95), 4)
    sign = -1 if metric.startswith("neg_") else 1
    runs = [(NAMES[i], *SETUPS[j], metric, sign * scores[i, j]) for i in tasks for j in setups]
    runs = pd.DataFrame(runs, columns=["task_id", "algorithm", "config", "metric", "score"])
    kind = "regression" if "error" in metric else "binary"
    names = [NAMES[i] for i in tasks]
    frame = pd.DataFrame({"task_id": names, "task_type": kind})
    return KnowledgeBase.from_frames(frame, features.loc[names] if described else None, runs)


def advice(kb, described=True):
    """Return the order with what is expected of each setup, for two tasks."""
    model = MetaModel(n_trees=20).fit(kb)
    here = [pd.Series([0.3, -1, 0.2], list("abc")), None] if described else [None]
    found = [r for vector in here for r in model.recommend(vector, n=len(SETUPS))]
    setups = [(r.algorithm, tuple(sorted(r.config.items()))) for r in found]
    return setups, [[r.expected_score, *r.score_interval] for r in found]


def assert_same(kb, wanted, described=True):
    setups, numbers = advice(kb, described)
    assert setups == wanted[0]
    np.testing.assert_allclose(numbers, wanted[1], rtol=1e-9, atol=1e-12)


METRICS = ["neg_mean_absolute_error", pytest.param("accuracy", marks=pytest.mark.slow)]


@pytest.mark.slow
@pytest.mark.parametrize("metric", METRICS)
def test_the_order_of_merges_does_not_change_the_advice(metric):
    parts = [(range(3), range(4)), (range(3, 9), range(2)), (range(3, 9), range(2, 4))]
    wanted = advice(base(metric))
    for order in list(permutations(parts))[1::2]:  # each part comes first once
        first, *others = [base(metric, *part) for part in order]
        for other in others:
            first.merge(other)
        assert_same(first, wanted)


@pytest.mark.parametrize("way", ["merged", "added", "stored twice", "frames with doubles"])
def test_doubling_a_knowledge_base_does_not_change_the_advice(way, tmp_path):
    wanted, kb = advice(base()), base()
    if way == "merged":
        kb.merge(base())
    elif way == "added":
        kb.add(base().runs)
    elif way == "stored twice":
        for twin in (kb, base()):
            twin.save(tmp_path / "kb", if_exists="append")
        kb = KnowledgeBase.load(tmp_path / "kb")
    else:
        runs = pd.concat([kb.runs, kb.runs])
        kb = KnowledgeBase.from_frames(kb.tasks, kb.metafeatures, runs)
    assert_same(kb, wanted)


def test_rows_of_a_history_in_any_order_give_the_same_advice():
    kb, rng = base(), np.random.default_rng(3)
    tasks, runs = kb.tasks, kb.runs
    tasks, runs = (f.iloc[rng.permutation(len(f))] for f in (tasks, runs))
    shuffled = KnowledgeBase.from_frames(tasks, kb.metafeatures.iloc[::-1, ::-1], runs)
    assert_same(shuffled, advice(kb))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("format", ["csv", "parquet", "frames", "matrix", "aslib"])
def test_the_same_runs_from_another_format_give_the_same_advice(format, metric, tmp_path):
    kb = base(metric)
    export(kb, tmp_path / "out", format)
    assert_same(import_history(tmp_path / "out").knowledge_base, advice(kb))


def long(runs):
    """A table as a benchmark publishes it: losses by their everyday names."""
    table = runs.rename(columns={"task_id": "dataset", "algorithm": "model", "config": "params"})
    is_loss = runs["metric"].str.startswith("neg_")
    table["metric"] = runs["metric"].replace({"neg_mean_absolute_error": "mae"})
    table["score"] = np.where(is_loss, -runs["score"], runs["score"])
    return table[["dataset", "model", "params", "metric", "score"]], {}


def wide(runs):
    """A matrix of tasks by setups; losses are said by ``metric=``."""
    setups = runs["algorithm"] + runs["config"].map(
        {"{}": "", '{"depth":3}': "(depth=3)", '{"depth":9}': "(depth=9)", '{"k":5}': "(k=5)"}
    )
    is_loss = runs["metric"].iloc[0].startswith("neg_")
    table = runs.assign(setup=setups, score=runs["score"].abs())
    table = table.pivot(index="task_id", columns="setup", values="score").reset_index()
    return table, {"format": "matrix", "metric": "mae" if is_loss else "accuracy"}


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("write", [long, wide])
def test_the_same_scores_as_others_write_them_give_the_same_advice(write, metric, tmp_path):
    kb = base(metric, described=False)
    runs = kb.runs.assign(config=kb.runs["config"].str.replace(" ", ""))
    table, options = write(runs)
    table.to_csv(tmp_path / "results.csv", index=False)
    found = import_history(tmp_path / "results.csv", **options).knowledge_base
    assert_same(found, advice(kb, described=False), described=False)
