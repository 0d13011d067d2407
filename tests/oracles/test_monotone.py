"""Monotone sense: what gets better does not fall, what is nearer does not weigh less.

On histories drawn at random, by what anybody would expect of advice who knows nothing
of how it is made.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa import KnowledgeBase, MetaModel

N_SETUPS = 6
SEEDS = range(6)  # each takes a second; 12 and more were tried


def drawn(seed, n_tasks=24):
    """Scores of tasks of two kinds, and meta-features that tell them apart."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 2, n_tasks)
    skill = rng.normal(0, 0.06, (2, N_SETUPS))
    scores = 0.7 + skill[kind] + rng.normal(0, 0.03, (n_tasks, N_SETUPS))
    features = pd.DataFrame({"kind": kind + rng.normal(0, 0.1, n_tasks),
                             "other": rng.normal(size=n_tasks)})  # fmt: skip
    return np.clip(scores, 0, 1), features


def base(scores, features=None, failures=()):
    """Knowledge base of a matrix; ``failures`` are cells with three failed runs more."""
    names = [f"t{i}" for i in range(len(scores))]
    rows = [(t, j, s, "ok", "a") for t, of in zip(names, scores, strict=True)
            for j, s in enumerate(of)]  # fmt: skip
    rows += [(names[i], j, np.nan, "error", f"f{k}") for i, j in failures for k in range(3)]
    runs = pd.DataFrame(rows, columns=["task_id", "algorithm", "score", "status", "source"])
    runs = runs.assign(algorithm=runs["algorithm"].map("a{}".format), config="{}",
                       metric="accuracy")  # fmt: skip
    tasks = pd.DataFrame({"task_id": names, "task_type": "binary"})
    described = None if features is None else features.set_axis(names)
    return KnowledgeBase.from_frames(tasks, described, runs)


def advice(kb, described=None, n=N_SETUPS):
    return MetaModel(n_trees=20).fit(kb).recommend(described, n=n)


def place(found, setup):
    return [recommendation.algorithm for recommendation in found].index(f"a{setup}")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("is_described", [False, True])
def test_a_setup_that_becomes_best_everywhere_comes_first(seed, is_described):
    scores, features = drawn(seed)
    here = features.iloc[seed] if is_described else None
    worst = place(advice(base(scores, features), here)[::-1], 0)
    better = scores.copy()
    better[:, worst] = np.minimum(scores.max(axis=1) + 0.01, 1.0)
    assert place(advice(base(better, features), here), worst) == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_setup_made_better_on_every_task_does_not_fall(seed):
    scores, _ = drawn(seed)
    before = advice(base(scores))
    for setup in range(N_SETUPS):
        better = scores.copy()
        better[:, setup] = np.minimum(better[:, setup] + 0.02, 1.0)
        after = advice(base(better))
        assert place(after, setup) <= place(before, setup)
        was, now = before[place(before, setup)], after[place(after, setup)]
        assert now.expected_score >= was.expected_score - 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("is_described", [False, True])
def test_failures_added_never_help_a_setup(seed, is_described):
    scores, features = drawn(seed)
    features = features if is_described else None
    rng = np.random.default_rng(seed)
    before = advice(base(scores, features))
    for setup in range(0, N_SETUPS, 2):
        failing = [(int(i), setup) for i in rng.choice(len(scores), 12, replace=False)]
        after = advice(base(scores, features, failing))
        assert place(after, setup) >= place(before, setup)


@pytest.mark.parametrize("n_tasks", [6, 40])  # plain distances, and forests
@pytest.mark.parametrize("seed", SEEDS[:3])
def test_on_the_way_to_a_task_it_only_comes_nearer(seed, n_tasks):
    scores, features = drawn(seed, n_tasks)
    model = MetaModel(n_trees=20).fit(base(scores, features))
    start, end = features.iloc[0], features.iloc[1]
    found = []
    for share in np.linspace(0.0, 1.0, 7):
        (first,) = model.recommend((1 - share) * start + share * end, n=1)
        distances = {n.task_id: n.distance for n in first.neighbors}
        found.append(distances.get("t1", 1.0))
    assert (np.diff(found) <= 1e-9).all()
    assert found[-1] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(("n_families", "more"), [(4, (1, 2, 4)), (24, (1, 3, 6))])
@pytest.mark.parametrize("seed", SEEDS[:3])
def test_more_families_narrow_what_one_family_leaves_open(seed, n_families, more):
    """The same scores seen on more families; at 20 the way to read intervals changes."""
    scores, _ = drawn(seed, n_families)
    widths = []
    for n_times in more:
        found = advice(base(np.repeat(scores, n_times, axis=0)))
        widths.append(np.mean([f.score_interval[1] - f.score_interval[0] for f in found]))
    assert (np.diff(widths) <= 1e-9).all()
    (alone,) = advice(base(scores[:1]), n=1)
    assert alone.score_interval == (0.0, 1.0)
    assert widths[0] < 1.0


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_doubling_a_history_changes_no_order(seed):
    """Every task once more in its own family: nothing new is known."""
    scores, features = drawn(seed)
    kb = base(scores, features)
    twins = KnowledgeBase(
        kb.tasks.assign(task_id="twin " + kb.tasks["task_id"]),
        kb.metafeatures.rename(index=lambda name: f"twin {name}"),
        kb.runs.assign(task_id="twin " + kb.runs["task_id"]),
    )
    doubled = base(scores, features).merge(twins)
    single, double = ([r.algorithm for r in advice(k)] for k in (kb, doubled))
    assert single == double
